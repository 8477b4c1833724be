//! Built-in templates: each produces the license of its source document, in canonical layout.

use keywright::diagnostic::Severity;
use keywright::issue::{self, ArgValue, BUILTIN, Builtin, Template, TemplateText};
use keywright::license::{self, License};
use keywright::lint;

use crate::support::{TestDir, root, snapshot};

const TODAY: jiff::civil::Date = jiff::civil::Date::constant(2026, 1, 15);

fn read(builtin: &Builtin) -> Template {
    let scenarios = Some(("scenarios.yaml", builtin.scenarios));
    let text = TemplateText { name: builtin.name, file: builtin.name, license: builtin.license, scenarios };
    Template::parse(text).unwrap_or_else(|fault| panic!("{fault}"))
}

fn render(template: &Template, given: &[ArgValue]) -> (String, String) {
    let assigned = template.assign(given, TODAY).unwrap_or_else(|faults| panic!("{faults:?}"));
    let license = template.render(&assigned).unwrap_or_else(|fault| panic!("{fault}: {:?}", fault.help));
    let scenarios =
        template.render_scenarios(&assigned, "a license.lic").unwrap_or_else(|fault| panic!("{fault}"));
    (license, scenarios.unwrap())
}

/// Returns names and records of all blocks, without KEYs.
fn content(text: &str) -> Vec<(String, Vec<String>)> {
    let license = License::from_text("license", text);
    let records = |feature| {
        let records = license.records(feature).filter(|(name, _)| *name != "KEY");
        records.map(|(name, value)| format!("{name}={value}")).collect()
    };
    license.features.iter().map(|feature| (feature.name.value.to_string(), records(feature))).collect()
}

#[test]
fn template_defaults_give_formatted_license_without_findings() {
    for builtin in BUILTIN {
        let (text, scenarios) = render(&read(builtin), &[]);
        let license = License::from_text(builtin.name, &text);
        assert!(license.diagnostics.is_empty(), "{}: {:?}", builtin.name, license.diagnostics);
        assert_eq!(license::format(&license.tree).unwrap(), text, "{}", builtin.name);
        let found = lint::lint(&[&license], &lint::Options::at(TODAY));
        assert!(found.iter().all(|found| found.severity == Severity::Note), "{}: {found:?}", builtin.name);
        assert!(!issue::scenario_names(&scenarios).unwrap().is_empty(), "{}", builtin.name);
        assert!(scenarios.contains("\nlicense: \"a license.lic\"\n"), "{scenarios}");
    }
}

#[test]
fn first_six_templates_match_specification() {
    for builtin in &BUILTIN[..6] {
        let seed =
            std::fs::read_to_string(root().join(format!("tests/examples/{}.lic", builtin.name))).unwrap();
        let (text, _) = render(&read(builtin), &[]);
        assert_eq!(content(&text), content(&seed), "{}", builtin.name);
    }
}

#[test]
fn license_wide_values_are_set_on_every_block() {
    let given = [
        ArgValue::new("end", "2026-12-31"),
        ArgValue::new("sn", "A-17"),
        ArgValue::new("licensee", "Größe {5} # \u{201c}x\u{201d}"),
    ];
    for builtin in BUILTIN.iter().filter(|builtin| read(builtin).parameter("end").is_some()) {
        let (text, scenarios) = render(&read(builtin), &given);
        for (_, records) in content(&text) {
            for record in ["END=2026-12-31", "SN=A-17", "LICENSEE=Größe {5} # \u{201c}x\u{201d}"] {
                assert!(records.iter().any(|known| known == record), "{}: {records:?}", builtin.name);
            }
        }
        assert!(scenarios.contains("\nat: 2026-"), "{}", builtin.name);
    }
}

#[test]
fn specification_scenarios_are_omitted_for_other_counts() {
    let template = read(&BUILTIN[0]);
    let names = |given: &[ArgValue]| issue::scenario_names(&render(&template, given).1).unwrap();
    assert!(names(&[ArgValue::new("vendor", "Other")]).iter().any(|name| name == "Example Scenario 2"));
    let other = names(&[ArgValue::new("licenses", "21"), ArgValue::new("features", "Draw:6")]);
    assert_eq!(other, ["Draw alone until the pool is empty", "all licenses of MySolutions and not one more"]);
}

#[test]
fn templates_are_listed_and_shown() {
    let dir = TestDir::new();
    let list = dir.run(&["new", "--list"]).expect_code(0);
    for builtin in BUILTIN {
        assert!(list.stdout.contains(builtin.name), "{}", list.stdout);
    }
    snapshot("author", "show_pool", &dir.run(&["new", "--show", "pool"]).expect_code(0).shown());
}

#[test]
fn yaml_keywords_are_valid_names() {
    const WORDS: [&str; 8] = ["Y", "n", "No", "on", "OFF", "true", "null", "--x"];
    for (template, name, value) in [
        ("pool", "features", "W:2"),
        ("pool", "pool", "W"),
        ("suite", "product", "W"),
        ("suite", "modules", "W:1.0"),
        ("alternates", "feature", "W"),
        ("alternates", "alternatives", "W:2"),
        ("cascade", "steps", "W:2"),
        ("cascade", "base", "W"),
        ("token-sharing", "features", "W:3"),
        ("token-sharing", "product", "W"),
        ("dependency-sharing", "product", "W"),
        ("suite-with-alternates", "product", "W"),
        ("activation", "product", "W"),
        ("evaluation", "product", "W"),
        ("node-locked", "product", "W"),
        ("prepaid-quantity", "service", "W"),
        ("prepaid-money", "units", "W"),
        ("postpaid", "units", "W"),
    ] {
        let template = read(BUILTIN.iter().find(|builtin| builtin.name == template).unwrap());
        for word in WORDS {
            let given = [ArgValue::new(name, value.replace('W', word))];
            let assigned = template.assign(&given, TODAY).unwrap_or_else(|faults| panic!("{faults:?}"));
            let license = template.render(&assigned).unwrap_or_else(|fault| panic!("{fault}"));
            template
                .prove(&assigned, &license)
                .unwrap_or_else(|fault| panic!("{}, {name}={word}: {fault}", template.name));
        }
    }
}
