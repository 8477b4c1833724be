//! The scenario files of the built-in templates detect every mutation, with all kinds of parameter values and dates.

use keywright::issue::{ArgValue, BUILTIN, Parameter, Template, TemplateText};
use keywright::license::License;
use keywright::lint;
use keywright::scenario::{self, Mutation};
use keywright::source::SourceFile;
use rayon::prelude::*;

use crate::support::cases;
use crate::template_values::TODAY;

/// Values to try by parameter type. A value that its parameter does not accept is skipped.
const VALUES: [(&str, &[&str]); 13] = [
    ("name", &["Other"]),
    ("count", &["1", "2", "7", "2147483647", "UNLIMITED"]),
    ("integer", &["1", "2", "3", "101", "1000"]),
    ("version", &["1.1", "9.0"]),
    ("date", &["0001-01-01", "2026-05-31", "9999-12-31"]),
    ("text", &["Größe {5} # ”"]),
    ("money", &["0.01 USD", "0.07 USD", "3000.00 USD"]),
    ("period", &["QUARTER", "YEAR"]),
    ("share", &["USER", "CUSTOM", "HOST|USER", "HOST|CUSTOM", "USER|CUSTOM", "HOST|USER|CUSTOM"]),
    ("host list", &["ETHERNET=0050569E1A2B, HOSTNAME=ws1"]),
    (
        "cost list",
        &["A:1", "A:3, B:7", "A:2, B:3, C:1", "A:1, B:1", "A:100000, B:100000, C:100000, D:100000"],
    ),
    ("tier list", &["5:0.01"]),
    ("release list", &["A:1.0", "A:1.0, B:1.0, C:3.5"]),
];

/// Values of `start` and `end`.
const DATES: [(Option<&str>, Option<&str>); 6] = [
    (None, None),
    (Some("2026-03-01"), None),
    (None, Some("2026-12-31")),
    (Some("2026-03-01"), Some("2026-12-31")),
    (Some("2026-03-01"), Some("2026-03-01")),
    (Some("0001-01-01"), Some("9999-12-31")),
];

/// Sets of values that concern several parameters.
const SETS: [(&str, &[(&str, &str)]); 6] = [
    ("pool", &[("licenses", "4"), ("features", "A:5")]),
    ("cascade", &[("licenses", "7"), ("steps", "A:3, B:2, C:2")]),
    ("token-sharing", &[("licenses", "1"), ("features", "A:1, B:2")]),
    ("dependency-sharing", &[("licenses", "2"), ("features", "A:1, B:2, C:3")]),
    ("suite-with-alternates", &[("licenses", "1"), ("pool_licenses", "1"), ("modules", "A:1.0")]),
    ("prepaid-money", &[("funds", "0.01 USD"), ("price", "3000.00 USD")]),
];

type Values = Vec<ArgValue>;

fn template(name: &str) -> Template {
    let builtin = BUILTIN.iter().find(|builtin| builtin.name == name).unwrap();
    let scenarios = Some(("scenarios.yaml", builtin.scenarios));
    Template::parse(TemplateText { name, file: name, license: builtin.license, scenarios }).unwrap()
}

fn values_of(parameter: &Parameter) -> Vec<ArgValue> {
    let is_date = ["start", "end"].contains(&parameter.name.as_str()) && parameter.default.is_none();
    let known = VALUES.iter().find(|(word, _)| *word == parameter.type_name());
    let (_, values) = known.unwrap_or_else(|| panic!("no values for the type `{}`", parameter.type_name()));
    let accepted = values.iter().filter(|text| !is_date && parameter.parse(text).is_ok());
    accepted.map(|text| ArgValue::new(parameter.name.as_str(), *text)).collect()
}

/// Returns the sets of values for a template: each value alone, and pairs of values of different parameters.
fn sets(template: &Template) -> Vec<Values> {
    let by_parameter: Vec<Vec<ArgValue>> = template.parameters.iter().map(values_of).collect();
    let mut sets: Vec<Values> = vec![Vec::new()];
    sets.extend(by_parameter.iter().flatten().map(|value| vec![value.clone()]));
    let mut pairs = Vec::new();
    for (at, values) in by_parameter.iter().enumerate() {
        for (one, other) in values.iter().flat_map(|one| {
            by_parameter.iter().skip(at + 1).flatten().map(move |other| (one.clone(), other.clone()))
        }) {
            // Two features cannot have one name.
            if one.text != other.text {
                pairs.push(vec![one, other]);
            }
        }
    }
    sets.extend(pairs.into_iter().step_by(cases(1, 17)));
    let named = SETS.iter().filter(|(name, _)| *name == template.name);
    sets.extend(named.map(|(_, set)| set.iter().map(|(name, text)| ArgValue::new(*name, *text)).collect()));
    sets
}

fn with_dates(template: &Template, set: &Values) -> Vec<Values> {
    let dated = |(start, end): &(Option<&str>, Option<&str>)| {
        let mut values = set.clone();
        values.extend(start.map(|start| ArgValue::new("start", start)));
        values.extend(end.map(|end| ArgValue::new("end", end)));
        values
    };
    let has_dates = template.parameter("end").is_some();
    DATES.iter().take(if has_dates { DATES.len() } else { 1 }).map(dated).collect()
}

/// Runs the scenarios of a template for these values, and mutates its license; `None` if `keywright new` refuses them.
fn mutate(template: &Template, values: &Values) -> Option<Mutation> {
    let assigned = template.assign(values, TODAY).unwrap_or_else(|faults| panic!("{values:?}: {faults:?}"));
    let text = template.render(&assigned).ok()?;
    let license = License::from_text("license.lic", &text);
    if lint::lint(&[&license], &lint::Options::at(TODAY))
        .iter()
        .any(keywright::diagnostic::Diagnostic::is_error)
    {
        return None;
    }
    let rendered = template.render_scenarios(&assigned, "license.lic");
    let scenarios = rendered.unwrap_or_else(|fault| panic!("{values:?}: {fault}")).unwrap();
    let file = scenario::parse(&SourceFile::new("s.scenarios.yaml", scenarios.as_str()));
    let file = file.unwrap_or_else(|found| panic!("{values:?}: {found:?}\n{scenarios}"));
    let options = lint::Options::at(TODAY);
    let read = |_: &str| Ok(SourceFile::new("license.lic", text.as_str()));
    let loaded =
        scenario::load(&file, read, Some(options)).unwrap_or_else(|found| panic!("{values:?}: {found:?}"));
    for result in scenario::run(&file, &loaded.model, |_| true, scenario::Rows::All) {
        assert!(result.passed(), "{} {values:?}: {result:?}", template.name);
    }
    Some(scenario::mutate(&[&file], &loaded, &|_| true))
}

#[test]
fn template_scenarios_catch_every_mutant_for_all_parameters() {
    let mut failures = Vec::new();
    for builtin in BUILTIN {
        let template = template(builtin.name);
        let sets: Vec<Values> = sets(&template).iter().flat_map(|set| with_dates(&template, set)).collect();
        let results: Vec<(&Values, Option<Mutation>)> =
            sets.par_iter().map(|values| (values, mutate(&template, values))).collect();
        let tested = results.iter().filter(|(_, mutation)| mutation.is_some()).count();
        assert!(2 * tested > results.len(), "{}: only {tested} of {}", builtin.name, results.len());
        for (values, mutation) in results {
            let Some(mutation) = mutation else { continue };
            let survivors: Vec<&str> = mutation.survivors.iter().map(|mutant| mutant.text.as_str()).collect();
            if !survivors.is_empty() {
                failures.push(format!("{} {values:?}: {survivors:?}", builtin.name));
            }
            let accounted = mutation.noticed + mutation.unreadable + mutation.equivalent.len();
            assert_eq!(accounted, mutation.possible, "{} {values:?}", builtin.name);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
