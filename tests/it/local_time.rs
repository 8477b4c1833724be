//! The date of today follows `TZ`.

use std::fs::File;

use jiff::{Timestamp, tz};

use crate::support::TestDir;

/// A file of the time zone database: one offset at all times.
fn zone(hours: i32) -> Vec<u8> {
    let offset = (hours * 3600).to_be_bytes();
    let counts: [u32; 6] = [0, 0, 0, 0, 1, 4];
    let block = |version: u8| {
        let mut bytes = [b"TZif".as_slice(), &[version], &[0; 15]].concat();
        counts.iter().for_each(|count| bytes.extend(count.to_be_bytes()));
        [bytes, offset.to_vec(), vec![0, 0], b"LOC\0".to_vec()].concat()
    };
    [block(b'2'), block(b'2'), format!("\nLOC{}\n", -hours).into_bytes()].concat()
}

/// The value of `TZ`, and the hours from UTC.
const CASES: [(&str, i8); 9] = [
    ("Test/East", 14),
    ("Test/West", -12),
    ("test/west", -12),
    (":Test/East", 14),
    ("XXX-14", 14),
    ("XXX12", -12),
    ("", 0),
    ("No/Such_Zone", 0),
    ("East-is-no-zone", 0),
];

#[test]
fn today_follows_the_time_zone() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=v COUNT=5 }\n");
    dir.write("asks", "state\n");
    dir.write("zones/Test/East", zone(14));
    dir.write("zones/Test/West", zone(-12));
    dir.write("zones/East-is-no-zone", "TZ");
    for (name, hours) in CASES {
        let today = || Timestamp::now().to_zoned(tz::offset(hours).to_time_zone()).date().to_string();
        let before = today();
        let mut command = dir.command();
        command.args(["simulate", "a.lic"]).stdin(File::open(dir.path("asks")).unwrap());
        let output = command.env("TZ", name).env("TZDIR", dir.path("zones")).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(&before) || text.contains(&today()), "{name}: {text}");
    }
}
