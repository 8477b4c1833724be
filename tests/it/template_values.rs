//! `keywright new`: values never become syntax, files appear together or not at all, errors have a place.

use std::io::Cursor;

use keywright::cli;
use keywright::cli::{Console, Exit};
use keywright::issue::{Template, TemplateText};

use crate::support::{TestDir, root, snapshot};

pub(crate) const TODAY: jiff::civil::Date = jiff::civil::Date::constant(2026, 1, 15);

const SITE: &str = "tests/templates/site.lic";

pub(crate) fn site() -> Template {
    let text = std::fs::read_to_string(root().join(SITE)).unwrap();
    Template::parse(TemplateText { name: "site", file: "site.lic", license: &text, scenarios: None }).unwrap()
}

fn read(text: &str) -> Result<Template, String> {
    let source = TemplateText { name: "t", file: "t.lic", license: text, scenarios: None };
    Template::parse(source).map_err(|fault| format!("{fault}; {}", fault.help.as_deref().unwrap_or("-")))
}

#[test]
fn template_header_errors_report_location() {
    let head = |row: &str| {
        format!("---\nsummary: s\nparameters:\n  - {{ name: n, {row}, text: t }}\n---\nFEATURE A\n{{\n}}\n")
    };
    let cases = [
        "FEATURE A\n{\n}\n".to_owned(),
        "---\nsummary: s\n".to_owned(),
        head("type: nmae"),
        head("type: count, default: 0"),
        head("type: count, range: 5..1"),
        head("type: name, range: 1..5"),
        head("type: name, required: true, default: a"),
        head("type: name, required: perhaps"),
        head("type: name, defualt: a"),
        head("type: name").replace("name: n,", "name: N,"),
        "---\nsummary: s\nevery-block: [COUNT]\n---\nFEATURE A\n{\n}\n".to_owned(),
        "---\nsummary: s\nevery-block: [SN, SN]\n---\nFEATURE A\n{\n}\n".to_owned(),
        head("type: name").replace("FEATURE A", "FEATURE {{ nn }}"),
        "---\nsummary: s\n---\nFEATURE {% if %}\n{\n}\n".to_owned(),
        "---\nsummary: s\n---\n{% include \"/etc/passwd\" %}\n".to_owned(),
    ];
    let result: Vec<String> =
        cases.iter().map(|text| format!("{text}=> {}\n", read(text).unwrap_err())).collect();
    snapshot("author", "heads", &result.join("\n"));
}

#[test]
fn invalid_template_output_reports_reason() {
    let bodies = [
        "FEATURE {{ [].name }}\n{\n  VENDOR=A\n}\n",
        "FEATURE A\n{\n  {{ \"VENDOR\" }}=A\n}\n",
        "FEATURE A\n{\n  {{ \"VENDOR=A\" }}\n}\n",
        "FEATURE A\n{\n  VENDOR=A COUNT=0\n}\n",
        "FEATURE A\n{\n  VENDOR={{ \"a\\\"b\" }}\n}\n",
        "FEATURE A\n{\n  VENDOR={{ [1, 2] }}\n}\n",
        "FEATURE A\n{\n  VENDOR={% set x %}{{ 1 }}{% endset %}{{ x }}\n}\n",
        "{% for a in range(90000) %}{% for b in range(90000) %}x{% endfor %}{% endfor %}",
        "# nothing\n",
        "stray\n",
    ];
    let result = bodies.map(|body| {
        let template = read(&format!("---\nsummary: s\n---\n{body}")).unwrap();
        let fault = template.render(&template.assign(&[], TODAY).unwrap()).unwrap_err();
        format!("{body}=> {fault}; {}\n", fault.help.as_deref().unwrap_or("-"))
    });
    snapshot("author", "bodies", &result.join("\n"));
}

#[test]
fn new_writes_both_files_or_none() {
    let dir = TestDir::new();
    let result = dir.run(&["new", "pool", "-o", "a.lic"]).expect_code(0);
    snapshot("author", "new_pool", &result.shown());
    assert_eq!(dir.names(), ["a.lic", "a.scenarios.yaml"]);
    dir.run(&["fmt", "--check", "a.lic"]).expect_code(0);
    let license = dir.read("a.lic");
    let again = dir.run(&["new", "suite", "-o", "a.lic"]).expect_code(6);
    assert!(again.stderr.contains("`a.lic` already exists"), "{}", again.stderr);
    assert_eq!(dir.read("a.lic"), license);
    dir.write("b.scenarios.yaml", "mine");
    dir.run(&["new", "pool", "-o", "b.lic"]).expect_code(6);
    assert_eq!(dir.names(), ["a.lic", "a.scenarios.yaml", "b.scenarios.yaml"]);
    dir.run(&["new", "pool", "-o", "missing/c.lic"]).expect_code(6);
    assert_eq!(dir.read("b.scenarios.yaml"), "mine");
}

#[test]
fn command_line_values_override_values_file() {
    let dir = TestDir::new();
    dir.write("values.yaml", "licenses: 30\nfeatures: Draw:3, Write:2\npool: Studio\n");
    let result = dir.run(&["new", "pool", "--values", "values.yaml", "--set", "licenses=40"]).expect_code(0);
    assert!(
        result.stdout.starts_with("FEATURE Studio\n{\n  VENDOR=ABC_Software COUNT=40 "),
        "{}",
        result.stdout
    );
    dir.write("bad.yaml", "licenses: 0\nfeatures: Draw\nend: 31.12.2026\nlicenseee: A\n");
    let result = dir.run(&["new", "pool", "--values", "bad.yaml"]).expect_code(2);
    snapshot("author", "bad_values", &result.shown());
}

#[test]
fn unknown_names_get_suggestions() {
    let dir = TestDir::new();
    for (args, meant) in [
        (&["new", "pol"][..], "did you mean `pool`?"),
        (&["new", "pool", "--set", "licences=5"][..], "did you mean `licenses`?"),
        (&["new", "pool", "--set", "licenses"][..], "write `--set NAME=VALUE`"),
    ] {
        let result = dir.run(args).expect_code(2);
        assert!(result.stderr.contains(meant), "{}", result.stderr);
    }
}

#[test]
fn own_templates_override_builtin_templates() {
    let dir = TestDir::new();
    dir.copy(SITE, "mine/site.lic");
    let list = dir.run(&["new", "--templates", "mine", "--list"]).expect_code(0);
    assert!(list.stdout.starts_with("site  "), "{}", list.stdout);
    let result = dir.run(&["new", "--templates", "mine", "site"]).expect_code(2);
    assert!(result.stderr.contains("missing value for `feature`"), "{}", result.stderr);
    dir.run(&["new", "--templates", "mine", "site", "--set", "feature=A", "-o", "a.lic"]).expect_code(0);
    assert_eq!(dir.names(), ["a.lic", "mine"]);
    dir.run(&["new", "--templates", "mine", "--show", "site"]).expect_code(0);
    dir.run(&["new", "--templates", "none", "--list"]).expect_code(6);
}

#[test]
fn terminal_prompts_for_missing_parameters() {
    let dir = TestDir::new();
    dir.copy(SITE, "mine/site.lic");
    let directory = dir.path("mine");
    let mut stdin = Cursor::new(b"My Draw\nMyDraw\n".to_vec());
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let mut io = Console {
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        color_out: false,
        color_err: false,
        quiet: false,
        verbose: 0,
        config: None,
        width: 100,
        today: TODAY,
        interactive: true,
    };
    let exit = cli::run(["keywright", "new", "site", "--templates", directory.to_str().unwrap()], &mut io);
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert_eq!(exit, Exit::Success, "{stderr}");
    assert!(stdout.contains("FEATURE MyDraw\n"), "{stdout}");
    assert!(stderr.starts_with("feature (what is sold, "), "{stderr}");
    assert_eq!(stderr.matches("feature (what is sold, ").count(), 2, "{stderr}");
}

#[test]
fn conflicting_values_write_no_license() {
    let dir = TestDir::new();
    let steps = (0..20).map(|step| format!("S{step}:1")).collect::<Vec<_>>().join(",");
    let steps = format!("steps={steps}");
    for (args, message, names) in [
        (&["pool", "--set", "features=MySolutions:3"][..], "depends on itself", "change `features`"),
        (
            &["alternates", "--set", "alternatives=A:3,B:3", "--set", "feature=A"],
            "depends on itself",
            "change `alternatives` or `feature`",
        ),
        (&["cascade", "--set", &steps], "16", "change `steps`"),
        (
            &["pool", "--set", "start=2026-02-01", "--set", "end=2026-01-01"],
            "after its end on 2026-01-01",
            "change `end` or `start`",
        ),
        (&["pool", "--set", "features=mysolutions:3"], "are different features", "change `features`"),
    ] {
        let args: Vec<&str> = ["new"].iter().chain(args).copied().collect();
        for output in [&[][..], &["-o", "a.lic"]] {
            let result = dir.run(&[&args, output].concat()).expect_code(2);
            assert!(result.stderr.contains(message) && result.stderr.contains(names), "{}", result.stderr);
            assert!(result.stdout.is_empty() && dir.names().is_empty(), "{}", result.stdout);
        }
    }
}

#[test]
fn new_writes_dash_to_stdout() {
    let dir = TestDir::new();
    let result = dir.run(&["new", "pool", "-o", "-"]).expect_code(0);
    assert_eq!(result.stdout, dir.run(&["new", "pool"]).expect_code(0).stdout);
    assert!(dir.names().is_empty());
}

#[test]
fn invalid_values_files_report_reason() {
    let dir = TestDir::new();
    for (text, result) in [
        ("pool: A\npool: B\n", "values.yaml:2:1: duplicate key `pool`"),
        ("pool: &a A\n", "anchors and aliases are not allowed"),
        ("pool: !x A\n", "tag `!x` is not allowed"),
        ("- a\n", "expected a map of keys"),
        ("pool: { a: b }\n", "expected a single value"),
    ] {
        dir.write("values.yaml", text);
        let outcome = dir.run(&["new", "pool", "--values", "values.yaml"]).expect_code(3);
        assert!(outcome.stderr.contains(result), "{text}{}", outcome.stderr);
    }
}

/// Runs the program on a pseudo-terminal with typed input. Returns `None` without Python.
fn typed(dir: &TestDir, typed: &str, args: &[&str]) -> Option<(bool, String)> {
    let mut child = std::process::Command::new("python3")
        .arg(root().join("tests/sign/terminal.py"))
        .arg(env!("CARGO_BIN_EXE_keywright"))
        .args(args)
        .current_dir(dir.path(""))
        .env("TERM", "dumb")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .ok()?;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), typed.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    Some((done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned()))
}

#[test]
fn terminal_prompts_for_all_parameters_with_defaults() {
    let dir = TestDir::new();
    // The default vendor; a pool; an invalid and a valid number of licenses; then defaults, and no dates.
    let answers = format!("\nStudio\nmany\n30\n{}", "\n".repeat(7));
    let Some((good, result)) = typed(&dir, &answers, &["new", "pool", "-o", "a.lic"]) else {
        eprintln!("SKIPPED: no terminal test without `python3`");
        return;
    };
    assert!(good, "{}", result.as_str());
    for asked in [
        "vendor (vendor that issues and signs the license, 1 to 64 letters, digits, `_` and `-`) [ABC_Software]: ",
        "[20]: ",
        "`many` is not a valid integer; ",
        "[MyDraw:5, MyWrite:2, MySpreadsheet:1]: ",
        "[none]: ",
    ] {
        assert!(result.contains(asked), "{asked}: {}", result.as_str());
    }
    let license = dir.read("a.lic");
    assert!(license.starts_with("FEATURE Studio\n{\n  VENDOR=ABC_Software COUNT=30 "), "{license}");
    // If values are given, parameters with defaults are not asked for.
    let (good, result) = typed(&dir, "", &["new", "pool", "--set", "licenses=5"]).unwrap();
    assert!(good && !result.contains("]: "), "{}", result.as_str());
}

#[test]
fn license_on_stdout_is_tested_first() {
    let dir = TestDir::new();
    let template =
        "---\nsummary: s\nparameters: []\n---\nFEATURE A\n{\n  VENDOR=V COUNT=2 KEYTYPE=EXCLUSIVE\n}\n";
    let scenarios = "license: {{ license }}\nscenarios:\n  - name: three\n    steps:\n      - { checkout: A, count: 3 }\n";
    dir.write("mine/t.lic", template).write("mine/t.scenarios.yaml", scenarios);
    let result = dir.run(&["new", "t", "--templates", "mine"]).expect_code(1);
    assert!(
        result.stdout.is_empty() && result.stderr.contains("scenario `three` failed"),
        "{}",
        result.stderr
    );
}
