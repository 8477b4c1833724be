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

#[test]
fn own_templates_have_no_findings() {
    let dir = TestDir::new();
    let templates = root().join("templates");
    let outcome = dir.run(&["lint", "--deny", "warnings", templates.to_str().unwrap()]).expect_code(0);
    assert!(outcome.stderr.contains("in 13 files"), "{}", outcome.stderr);
}
