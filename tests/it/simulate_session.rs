//! `keywright simulate`: the commands `who`, `undo` and `save`, and answers to `advance`.

use serde_json::Value;

use crate::scenario_cli::conforms;
use crate::support::{TestDir, root};

const LICENSE: &str = "FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=5 BORROW=8 }\n\
    FEATURE Q { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=3 SN=a SOFTLIMIT=2 }\n\
    FEATURE Q { VENDOR=v KEYTYPE=ADDITIVE COUNT=1 SN=a }\n\
    FEATURE H { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=2 HOLD=3600 }\n\
    FEATURE A { VENDOR=v KEYTYPE=ACTIVATION COUNT=2 }\n\
    FEATURE No { VENDOR=v KEYTYPE=METERED COUNT=10 }\n\
    FEATURE T { VENDOR=v KEYTYPE=TOKEN SHARE=CUSTOM TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT=2\" }\n";

fn simulate(dir: &TestDir, format: &str, events: &str) -> Vec<String> {
    let args = ["simulate", "a.lic", "--at", "2026-01-15", "--format", format, "--active-tokens", "20"];
    let outcome = dir.run_with(&args, events.as_bytes());
    outcome.stdout.lines().map(str::to_owned).collect()
}

fn test_dir() -> TestDir {
    let dir = TestDir::new();
    dir.write("a.lic", LICENSE);
    dir
}

#[test]
fn saved_session_passes_test() {
    let dir = test_dir();
    let events = "checkout T by=ann@ws1 custom=\"x count=2 id=first\ncheckout T times=5 by=bob@ws2\n\
        checkout Q count=3\ncheckout Q times=2\nborrow P hours=4 times=9\nborrow P hours=9\nadvance 3 hours\n\
        checkin T id=first\ncheckin T times=9\nactivate A device=d1\nactivate A times=2\ndeactivate A device=d1\n\
        consume No units=4 times=3\ncheckout No\ncheckout Missing\ncheckout H at=2026-01-16\ncheckin H\n\
        advance 2025-01-01\ncheckout P version=9.0\nundo\nundo\ncheckout H count=2\nsave s.scenarios.yaml\n";
    let answers = simulate(&dir, "human", events);
    assert!(answers.iter().any(|line| line == "wrote s.scenarios.yaml"), "{answers:#?}");
    let text = dir.read("s.scenarios.yaml");
    assert!(text.contains("- { consume: \"No\", units: 4, times: 2, consumes: { \"No\": 8 } }"), "{text}");
    assert!(text.contains("- { consume: \"No\", units: 4, denied: balance-too-low }"), "{text}");
    let outcome = dir.run(&["test", "s.scenarios.yaml"]).expect_code(0);
    assert!(outcome.stdout.contains("1 passed, 0 failed"), "{}", outcome.stdout);
    // It exists now, so it is not written again.
    let again = simulate(&dir, "human", "checkout P\nsave s.scenarios.yaml\n");
    assert!(again.iter().any(|line| line.contains("already exists")), "{again:#?}");
    assert_eq!(dir.read("s.scenarios.yaml"), text);
}

#[test]
fn save_names_license_of_same_project_only() {
    let dir = test_dir();
    dir.write("tests/x", "");
    let answers = simulate(&dir, "human", "checkout P\nsave tests/s.scenarios.yaml\n");
    assert!(answers.last().unwrap().contains("a scenario file there cannot name"), "{answers:#?}");
    dir.write("keywright.toml", "");
    simulate(&dir, "human", "checkout P\nsave tests/s.scenarios.yaml\n");
    assert!(dir.read("tests/s.scenarios.yaml").contains("license: [\"../a.lic\"]"));
    dir.run(&["test", "tests"]).expect_code(0);
    for (events, message) in [("save s.scenarios.yaml\n", "nothing to save"), ("save\n", "needs a file name")]
    {
        let answers = simulate(&dir, "human", events);
        assert!(answers.last().unwrap().contains(message), "{answers:#?}");
    }
}

#[test]
fn undo_names_granted_event() {
    let dir = test_dir();
    let answers = simulate(&dir, "human", "checkout P by=ann@ws1\ncheckout P count=9\nundo\nundo\n");
    assert_eq!(answers[answers.len() - 2..], ["undone: checkout P by ann@ws1", "nothing to undo"]);
}

#[test]
fn who_lists_users_devices_and_kept_licenses() {
    let dir = test_dir();
    let events = "who\ncheckout P count=2 by=ann@ws1\ncheckout P by=@ws2 custom=x\ncheckout P\nactivate A device=d1\n\
        checkout H\ncheckin H\nadvance 30 minutes\nwho\n";
    let answers = simulate(&dir, "human", events);
    assert_eq!(answers[0], "no license is in use");
    let expected = [
        "P  2 in use by `ann@ws1`",
        "P  1 in use by an unnamed user",
        "P  1 in use by `@ws2` (custom `x`)",
        "H  1 in use by HOLD or MIN_CHECKOUT until 2026-01-15 01:00:00",
        "A  1 in use by device `d1`",
    ];
    assert_eq!(answers[answers.len() - 6], "time is now 2026-01-15 00:30:00");
    assert_eq!(answers[answers.len() - 5..], expected);
    let text = std::fs::read_to_string(root().join("docs/schema/simulate.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let json = simulate(&dir, "json", &format!("{events}undo\nsave j.scenarios.yaml\n"));
    let value = |index: usize| serde_json::from_str::<Value>(&json[index]).unwrap();
    conforms(&value(0), &schema["$defs"]["who"]);
    assert_eq!(value(7)["time"], "2026-01-15T00:30:00");
    conforms(&value(7), &schema["$defs"]["event"]);
    conforms(&value(8), &schema["$defs"]["who"]);
    conforms(&value(8)["who"][0], &schema["$defs"]["who"]["properties"]["who"]["items"]);
    conforms(&value(9), &schema["$defs"]["undone"]);
    assert_eq!(value(9)["undone_event"], "advance by 30 minutes");
    conforms(&value(10), &schema["$defs"]["saved"]);
}

#[test]
fn borrow_denial_names_block_without_borrow() {
    let dir = test_dir();
    dir.write(
        "a.lic",
        format!(
            "{LICENSE}FEATURE U {{ VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT=1\" \
             TOKEN_DEPENDENCY=\"FEATURE=H VERSION=1.0 COUNT=1\" }}\n\
             FEATURE W {{ VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=U VERSION=1.0 COUNT=1\" }}\n"
        ),
    );
    for (event, reason) in [
        ("borrow H hours=1", "1 × `H` (EXCLUSIVE): not-drawable: `H` has no BORROW"),
        ("borrow P hours=9", "1 × `P` (EXCLUSIVE): not-drawable: `P` can be borrowed for 8 hours, not 9"),
        ("borrow T hours=9", "1 × `T` (TOKEN): not-drawable: `P` can be borrowed for 8 hours, not 9"),
        ("borrow W hours=8", "1 × `W` (TOKEN): not-drawable: `H` has no BORROW"),
    ] {
        let answers = simulate(&dir, "human", event);
        assert_eq!(answers[1].trim(), reason);
    }
}
