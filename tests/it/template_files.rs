//! `lint` and `fmt` on directories that contain templates.

use crate::support::{TestDir, root};

fn test_dir() -> TestDir {
    let dir = TestDir::new();
    dir.copy("templates/pool.lic", "all/templates/pool.lic");
    dir.copy("tests/templates/site.lic", "all/templates/site.lic");
    dir.write("all/a/b/a.lic", "FEATURE A { VENDOR=v COUNT=1 KEYTYPE=EXCLUSIVE }\n");
    dir
}

#[test]
fn fmt_formats_directories_and_leaves_templates() {
    let dir = test_dir();
    let templates = [dir.read("all/templates/pool.lic"), dir.read("all/templates/site.lic")];
    let check = dir.run(&["fmt", "--check", "all"]).expect_code(1);
    assert_eq!(check.stdout, "all/a/b/a.lic\n");
    let done = dir.run(&["fmt", "all"]).expect_code(0);
    assert!(
        done.stderr.contains("note: all/templates/pool.lic is a template and was not formatted"),
        "{}",
        done.stderr
    );
    assert_eq!(dir.read("all/a/b/a.lic"), "FEATURE A\n{\n  VENDOR=v COUNT=1 KEYTYPE=EXCLUSIVE\n}\n");
    assert_eq!([dir.read("all/templates/pool.lic"), dir.read("all/templates/site.lic")], templates);
    dir.run(&["fmt", "--check", "all"]).expect_code(0);
    let piped = dir.run_with(&["fmt", "-"], templates[0].as_bytes()).expect_code(0);
    assert_eq!(piped.stdout, templates[0]);
    std::fs::create_dir(dir.path("empty")).unwrap();
    dir.run(&["fmt", "empty"]).expect_code(2);
}

#[test]
fn lint_checks_license_that_template_generates() {
    let dir = test_dir();
    let outcome = dir.run(&["lint", "all"]).expect_code(0);
    for note in [
        "note: all/templates/pool.lic is a template, linted with its default parameters",
        "note: all/templates/site.lic is a template with required parameters and was not linted",
    ] {
        assert!(outcome.stderr.contains(note), "{}", outcome.stderr);
    }
    // `--fix` does not write a generated license.
    let before = dir.read("all/templates/pool.lic");
    dir.run(&["lint", "--fix", "all"]).expect_code(0);
    assert_eq!(dir.read("all/templates/pool.lic"), before);
    dir.write("all/templates/pool.lic", before.replace("FEATURE={{ pool }}", "FEATURE=Missing"));
    let outcome = dir.run(&["lint", "--format", "concise", "all"]).expect_code(1);
    assert!(outcome.stdout.contains("all/templates/pool.lic (generated):9:"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("D005"), "{}", outcome.stdout);
    dir.write("all/templates/pool.lic", before.replace("{% endfor %}", ""));
    let outcome = dir.run(&["lint", "all"]).expect_code(3);
    assert!(outcome.stderr.contains("all/templates/pool.lic:"), "{}", outcome.stderr);
}

const TEMPLATE: &str = "---\nsummary: s\nparameters:\n  - { name: count, type: count, default: 5, text: licenses }\n\
                        every-block: [SN, LICENSEE]\n---\nFEATURE Own\n{\n  VENDOR=v KEYTYPE=EXCLUSIVE COUNT={{ count }}\n}\n";

#[test]
fn templates_are_recognised_by_head_or_ending() {
    let dir = TestDir::new();
    let license = "FEATURE A\n{\n  VENDOR=v KEYTYPE=EXCLUSIVE COUNT=1\n}\n";
    let headless = "FEATURE Own { VENDOR=v COUNT={{ count }} }\n";
    // Name, text, exit code of `lint`, and what it says.
    let template = "is a template, linted with its default parameters";
    let rows = [
        ("plain.lic", TEMPLATE.to_owned(), 0, template),
        ("ending.lic.tmpl", TEMPLATE.to_owned(), 0, template),
        ("mark.lic", format!("\u{feff}{TEMPLATE}"), 0, template),
        ("comment.lic", format!("# for resellers\n\n{TEMPLATE}"), 0, template),
        ("crlf.lic", TEMPLATE.replace('\n', "\r\n"), 0, template),
        ("headless.lic.tmpl", headless.to_owned(), 3, "the template has no head"),
        ("between-rules.lic", format!("---\n{license}---\n"), 3, "2 errors"),
        ("below-a-rule.lic", format!("---\n{license}"), 3, "1 error"),
    ];
    for (name, text, code, says) in rows {
        dir.write(name, &text);
        let run = dir.run(&["lint", name]).expect_code(code);
        assert!(run.stderr.contains(says), "{name}: {}{}", run.stdout, run.stderr);
        let is_template = code == 0 || name.ends_with(".tmpl");
        let fmt = dir.run(&["fmt", "--check", name]);
        assert_eq!(fmt.stderr.contains("is a template"), is_template, "{name}: {}", fmt.stderr);
        assert_eq!(dir.read(name), text, "{name}");
    }
}

#[test]
fn templates_with_their_own_ending_are_used() {
    let dir = TestDir::new();
    dir.write("own/site.lic.tmpl", format!("# ours\n{TEMPLATE}"));
    dir.write(
        "own/site.scenarios.yaml",
        "license: {{ license }}\nat: 2026-01-15\nscenarios:\n  - name: all\n    steps:\n      - { checkout: Own, count: {{ count }} }\n",
    );
    let list = dir.run(&["new", "--list", "--templates", "own"]).expect_code(0).stdout;
    assert_eq!(list.lines().filter(|line| line.starts_with("site ")).count(), 1, "{list}");
    let made = dir.run(&["new", "site", "--templates", "own", "--set", "count=7"]).expect_code(0).stdout;
    assert!(made.starts_with("FEATURE Own") && made.contains("COUNT=7"), "{made}");
    dir.run(&["test", "own"]).expect_code(0);
    dir.run(&["lint", "own"]).expect_code(0);
    dir.write("own/site.lic.tmpl", TEMPLATE.replace("type: count", "type: cuont"));
    let wrong = dir.run(&["new", "site", "--templates", "own"]).expect_code(3);
    assert!(wrong.stderr.contains("site.lic.tmpl:4:"), "{}", wrong.stderr);
}

#[test]
fn own_templates_have_no_findings() {
    let dir = TestDir::new();
    let templates = root().join("templates");
    let outcome = dir.run(&["lint", "--deny", "warnings", templates.to_str().unwrap()]).expect_code(0);
    assert!(outcome.stderr.contains("in 13 files"), "{}", outcome.stderr);
}
