//! The date of verification, and dates of issue in the future.

use crate::sign_cli::{KEY, test_dir};

#[test]
fn threat_28_verify_prints_verification_date() {
    let dir = test_dir();
    for (dates, days) in [
        ("START=2028-02-29", [("2028-02-28", 4), ("2028-02-29", 0), ("9999-12-31", 0)]),
        ("END=2028-02-29", [("2028-02-28", 0), ("2028-02-29", 0), ("2028-03-01", 4)]),
        ("END=9999-12-31", [("2026-01-01", 0), ("9999-12-30", 0), ("9999-12-31", 0)]),
    ] {
        dir.write(
            "d.lic",
            format!(
                "FEATURE a {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 ISSUED=2026-01-01 {dates} }}\n"
            ),
        );
        dir.run(&["sign", "d.lic", "--key", KEY, "--in-place", "--at", "2028-02-29"]).expect_code(0);
        for (day, code) in days {
            let run = dir.run(&["verify", "--development", "--at", day, "d.lic"]).expect_code(code);
            assert!(run.stdout.contains(&format!("verified for {day}")), "{}", run.stdout);
        }
    }
}

#[test]
fn threat_28_future_issue_date_mentions_clock() {
    let dir = test_dir();
    dir.write("d.lic", "FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 ISSUED=2028-02-29 }\n");
    dir.run(&["sign", "d.lic", "--key", KEY, "--in-place", "--at", "2028-02-29"]).expect_code(0);
    for (day, code) in [("2028-02-27", 4), ("2028-02-28", 0), ("2028-02-29", 0), ("9999-12-31", 0)] {
        let run = dir.run(&["verify", "--development", "--at", day, "d.lic"]).expect_code(code);
        assert_eq!(run.stdout.contains("check the clock of this computer"), code == 4, "{}", run.stdout);
        assert_eq!(run.stdout.contains("NOT-YET"), code == 4, "{}", run.stdout);
    }
}
