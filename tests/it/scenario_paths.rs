//! Licenses that a scenario file may name: in its project, never outside of it; and the pages of scenario codes.

use keywright::scenario::{EXAMPLE_LICENSE, PAGES, codes};

use crate::support::TestDir;

const LICENSE: &str = "FEATURE A { VENDOR=v COUNT=1 KEYTYPE=EXCLUSIVE }\n";

fn scenarios(license: &str) -> String {
    format!("license: {license}\nscenarios:\n  - name: one\n    steps: [ {{ checkout: A }} ]\n")
}

fn test_dir() -> TestDir {
    let dir = TestDir::new();
    dir.write("secret.lic", LICENSE);
    dir.write("project/licenses/a.lic", LICENSE);
    dir.write("project/tests/deep/a.scenarios.yaml", scenarios("../../licenses/a.lic"));
    dir
}

#[test]
fn scenarios_name_licenses_of_their_project() {
    for mark in ["project/keywright.toml", "project/.git/HEAD", "project/.git"] {
        let dir = test_dir();
        let denied = dir.run(&["test", "project/tests"]).expect_code(3);
        assert!(denied.stderr.contains("R008"), "{}", denied.stderr);
        dir.write(mark, "");
        dir.run(&["test", "project/tests"]).expect_code(0);
    }
}

#[test]
fn scenarios_name_no_license_outside_of_their_project() {
    let dir = test_dir();
    dir.write("project/keywright.toml", "");
    let test = |code: i32, license: &str| {
        dir.write("project/tests/deep/a.scenarios.yaml", scenarios(license));
        dir.run(&["test", "project/tests"]).expect_code(code)
    };
    let outside = test(3, "../../../secret.lic");
    assert!(outside.stderr.contains("R008") && !outside.stderr.contains("FEATURE"), "{}", outside.stderr);
    test(3, dir.path("secret.lic").to_str().unwrap());
    test(3, "../../../missing.lic");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(dir.path("secret.lic"), dir.path("project/licenses/link.lic")).unwrap();
        symlink(dir.path(""), dir.path("project/up")).unwrap();
        test(3, "../../licenses/link.lic");
        test(3, "../../up/secret.lic");
        symlink(dir.path("project/licenses/a.lic"), dir.path("project/tests/inside.lic")).unwrap();
        test(0, "../inside.lic");
    }
}

#[test]
fn explain_has_page_of_each_scenario_code() {
    let dir = TestDir::new();
    dir.write("a.lic", EXAMPLE_LICENSE);
    assert_eq!(PAGES.map(|page| page.code.id), codes::ALL.map(|code| code.id));
    for page in &PAGES {
        for name in [page.code.id.to_lowercase(), page.code.name.to_owned()] {
            let shown = dir.run(&["explain", &name]).expect_code(0);
            assert!(
                shown.stdout.starts_with(&format!("{} {}", page.code.id, page.code.name)),
                "{}",
                shown.stdout
            );
        }
        let reports = |text: &str| {
            dir.write("x.scenarios.yaml", text);
            dir.run(&["test", "x.scenarios.yaml"]).stderr.contains(page.code.id)
        };
        assert!(page.bad.is_empty() || reports(page.bad), "{}", page.code.id);
        assert!(!reports(page.good), "{}", page.code.id);
    }
}
