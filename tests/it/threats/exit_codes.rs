//! Results that must not look like success.

use std::process::Command;

use keywright::license::License;
use keywright::sign::{SecretKey, sign_file};
use keywright::verify::{KeyId, Outcome, Trust};

use crate::sign::{VENDOR, default_trust, key, report, signed, trusted};
use crate::sign_cli::{DAY, signed_dir};
use crate::threats::blocks::SIGNED_BLOCK;

#[cfg(unix)]
#[test]
fn threat_48_closed_stdout_keeps_exit_code() {
    let place = signed_dir();
    place.write("empty.lic", "").write("bad.lic", place.read("a.lic").replace("COUNT=5", "COUNT=6"));
    for (file, code) in [("a.lic", 0), ("empty.lic", 1), ("bad.lic", 1), ("missing.lic", 6)] {
        for redirect in [">&-", ">&- 2>&-", "| true", "2>&1 | head -c 1 >/dev/null"] {
            let script =
                format!("{{ \"$0\" verify --development --at {DAY} {file}; echo $? >code; }} {redirect}");
            let done = Command::new("sh")
                .args(["-c", &script, env!("CARGO_BIN_EXE_keywright")])
                .current_dir(place.path(""))
                .output();
            assert!(done.is_ok());
            assert_eq!(place.read("code").trim(), code.to_string(), "{file} {redirect}");
        }
    }
}

#[test]
fn threat_48_unsigned_license_never_exits_0() {
    for text in [
        "",
        "\u{feff}",
        "# comments only\n",
        "\n\n",
        "FEATURE",
        "FEATURE a { }",
        "nonsense",
        "FEATURE a { VENDOR=b }",
    ] {
        let license = License::from_text("test.lic", text);
        for trust in [default_trust(), Trust::default()] {
            let report = report(&trust, &license);
            assert!(report.outcome() >= Outcome::NotValid, "{text:?}");
            assert_ne!(report.result(), "VALID");
            assert_eq!(report.verified().count(), 0);
        }
    }
    let good = signed(SIGNED_BLOCK);
    let license = License::from_text("test.lic", &good);
    assert_eq!(report(&Trust::default(), &license).outcome(), Outcome::NotValid);
    let key: SecretKey = key(1);
    let empty = License::from_text("test.lic", "# nothing\n");
    assert!(sign_file(&empty, &key, &trusted(VENDOR, &key)).is_err());
    assert_eq!(
        KeyId::parse("0d5490aa0ce407b6").map(|id| id.to_string()).as_deref(),
        Some("0d5490aa0ce407b6")
    );
}
