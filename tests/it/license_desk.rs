//! The story of docs/license-desk.md with the same files: after each step, `verify --together`, `customer` and `simulate` give
//! the same totals, although the customer keeps all old files.

use serde_json::Value;

use crate::schema::faults;
use crate::support::{TestDir, files_below};

/// Checkouts that are more than any pool has.
const MANY: u32 = 1000;

/// A step of the story: the command, its day, and the usable totals of MySolutions by day after it.
type Step<'a> = (&'a [&'a str], &'a str, &'a [(&'a str, &'a str)]);

const STEPS: &[Step<'_>] = &[
    (&["sale.yaml"], "2025-06-02", &[("2025-06-02", "20"), ("2026-05-31", "20"), ("2026-06-01", "0")]),
    (&["addon.yaml"], "2025-08-04", &[("2025-08-04", "30"), ("2026-05-31", "30"), ("2026-06-01", "0")]),
    (&["upgrade.yaml"], "2025-10-06", &[("2025-10-06", "35"), ("2026-05-31", "35"), ("2026-06-01", "0")]),
    (
        &["step.yaml"],
        "2025-12-01",
        &[("2025-12-01", "35"), ("2026-02-28", "35"), ("2026-03-01", "50"), ("2026-06-01", "0")],
    ),
    (
        &["renew", "--within", "60d"],
        "2026-05-04",
        &[
            ("2026-05-04", "50"),
            ("2026-05-31", "50"),
            ("2026-06-01", "50"),
            ("2027-05-31", "50"),
            ("2027-06-01", "0"),
        ],
    ),
];

fn desk() -> TestDir {
    let dir = TestDir::new();
    for file in files_below("examples/license-desk") {
        dir.write(file.file_name().unwrap().to_str().unwrap(), std::fs::read(&file).unwrap());
    }
    let new = ["keys", "new", "--vendor", "ABC_Software", "--not-before", "2025-01-01", "--no-passphrase"];
    dir.run(&new).expect_code(0);
    dir
}

/// Returns the usable total of a feature in a report.
fn usable(report: &str, feature: &str) -> String {
    let report: Value = serde_json::from_str(report).unwrap();
    let totals = report["usable"].as_array().unwrap();
    // A feature whose blocks have all ended has no total.
    let total = totals.iter().find(|total| total["feature"] == feature);
    total.map_or_else(|| "0".to_owned(), |total| total["usable"].to_string().trim_matches('"').to_owned())
}

/// Checks the total of MySolutions on a day in all three commands.
#[track_caller]
fn check_total(dir: &TestDir, day: &str, expected: &str) {
    let customer =
        dir.run(&["customer", "Example Ltd", "--at", day, "--format", "json"]).expect_code(0).stdout;
    assert_eq!(usable(&customer, "MySolutions"), expected, "customer on {day}\n{customer}");
    let verify = dir.run(&["verify", "--together", "--at", day, "--format", "json", "licenses"]).stdout;
    assert_eq!(usable(&verify, "MySolutions"), expected, "verify on {day}\n{verify}");
    let files = std::fs::read_dir(dir.path("licenses")).unwrap();
    let mut files: Vec<String> =
        files.map(|file| format!("licenses/{}", file.unwrap().file_name().into_string().unwrap())).collect();
    files.sort();
    let args: Vec<&str> =
        ["simulate", "--at", day].into_iter().chain(files.iter().map(String::as_str)).collect();
    let events = format!("checkout MySolutions times={MANY}\n");
    let simulated = dir.run_with(&args, events.as_bytes()).stdout;
    let answer: Value = serde_json::from_str(simulated.lines().next().unwrap()).unwrap();
    let outcome = answer["outcome"].as_str().unwrap();
    let granted = outcome.split_once(" granted").map_or("0", |(count, _)| count);
    assert_eq!(granted, expected, "simulate on {day}\n{simulated}");
    // A token draws on the pool of the license that is in force.
    let draws = expected.parse::<u32>().unwrap() / 5;
    assert_eq!(usable(&customer, "MyDraw"), draws.to_string(), "{customer}");
    assert_eq!(usable(&verify, "MyDraw"), draws.to_string(), "{verify}");
}

#[test]
fn totals_agree_after_each_step_with_all_old_files() {
    let dir = desk();
    for (command, day, totals) in STEPS {
        dir.run(&[&["issue"], *command, &["--at", day]].concat()).expect_code(0);
        for (day, expected) in *totals {
            check_total(&dir, day, expected);
        }
    }
    // A lost file is restored, and the totals are those of before.
    let issued = dir.read("licenses/EX-4-R1.lic");
    std::fs::remove_file(dir.path("licenses/EX-4-R1.lic")).unwrap();
    dir.run(&["log", "restore", "EX-4-R1", "-o", "licenses/EX-4-R1.lic"]).expect_code(0);
    assert_eq!(dir.read("licenses/EX-4-R1.lic"), issued);
    let (_, _, totals) = STEPS.last().unwrap();
    for (day, expected) in *totals {
        check_total(&dir, day, expected);
    }
    // Support finds the edited directive.
    dir.write("edited.lic", issued.replace("COUNT=50", "COUNT=80"));
    let output = dir.run(&["verify", "edited.lic", "--log", "--at", "2026-06-15"]).expect_code(1);
    assert!(output.stdout.contains("COUNT was 50, now 80"), "{}", output.stdout);
    dir.run(&["log", "verify"]).expect_code(0);
}

/// The answer about each file is one line: issued or not, and its state.
#[test]
fn verify_answers_from_the_log_in_one_line_for_each_file() {
    let dir = desk();
    for (command, day, _) in STEPS {
        dir.run(&[&["issue"], *command, &["--at", day]].concat()).expect_code(0);
    }
    let other =
        "customer: Other\nsn: OT-1\nend: 2026-05-31\nproducts: [{ product: MySolutions, count: 5 }]\n";
    dir.write("other.yaml", other).write("later.yaml", other.replace("count: 5", "count: 7"));
    dir.run(&["issue", "other.yaml", "--at", "2025-06-02"]).expect_code(0);
    dir.copy_own("licenses/OT-1.lic", "corrected.lic");
    dir.run(&["issue", "later.yaml", "--replace", "--at", "2025-06-02"]).expect_code(0);
    dir.run(&["new", "pool", "-o", "unknown.lic"]).expect_code(0);
    dir.run(&["sign", "unknown.lic", "--in-place"]).expect_code(0);
    dir.write("edited.lic", dir.read("licenses/EX-4-R1.lic").replace("COUNT=50", "COUNT=80"));
    dir.run(&["revoke", "--sn", "OT-1", "--reason", "refunded"]).expect_code(0);
    let today = jiff::Timestamp::now().to_string()[..10].to_owned();
    let issued = |sn: &str, customer: &str| format!("issued by us on {today} as {sn} to `{customer}`, ");
    for (file, day, expected, state) in [
        (
            "licenses/EX-1.lic",
            "2026-02-01",
            issued("EX-1", "Example Ltd") + &format!("replaced by EX-3 on {today}\n"),
            "replaced",
        ),
        (
            "licenses/EX-2.lic",
            "2026-02-01",
            issued("EX-2", "Example Ltd") + &format!("replaced by EX-3 on {today}\n"),
            "replaced",
        ),
        (
            "licenses/EX-3.lic",
            "2026-02-01",
            issued("EX-3", "Example Ltd") + &format!("replaced by EX-4 on {today}\n"),
            "replaced",
        ),
        (
            "licenses/EX-4.lic",
            "2026-05-04",
            issued("EX-4", "Example Ltd") + &format!("current, renewed by EX-4-R1 on {today}\n"),
            "renewed",
        ),
        ("licenses/EX-4-R1.lic", "2026-06-15", issued("EX-4-R1", "Example Ltd") + "current\n", "current"),
        (
            "licenses/EX-4-R1.lic",
            "2027-06-15",
            issued("EX-4-R1", "Example Ltd") + "ended on 2027-05-31\n",
            "ended",
        ),
        (
            "edited.lic",
            "2026-06-15",
            issued("EX-4-R1", "Example Ltd") + "current; 1 of 3 blocks changed since\n",
            "current",
        ),
        (
            "corrected.lic",
            "2026-02-01",
            issued("OT-1", "Other") + &format!("replaced on {today} by a later issue of OT-1\n"),
            "issued-again",
        ),
        ("licenses/OT-1.lic", "2026-02-01", issued("OT-1", "Other") + "revoked: ", "revoked"),
        ("unknown.lic", "2026-06-15", "not issued by us\n".to_owned(), ""),
    ] {
        let output = dir.run(&["verify", file, "--log", "--at", day]);
        let second = output.stdout.lines().nth(1).unwrap().to_owned() + "\n";
        let answer = second.trim_start().strip_prefix("issue log").unwrap().trim_start();
        assert!(answer.starts_with(&expected), "{file}: {}\n{expected}", output.shown());
        let json = dir.run(&["verify", file, "--log", "--at", day, "--format", "json"]).stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(faults("verify", &json), Vec::<String>::new());
        let license = &json["files"][0]["issued"]["licenses"][0];
        assert_eq!(license["state"].as_str().unwrap_or_default(), state, "{file}: {license}");
    }
    // A directory has one line for each file, with the answer.
    let output = dir.run(&["verify", "licenses", "--log", "--at", "2026-02-01"]).stdout;
    let line = output.lines().find(|line| line.contains("EX-1.lic")).unwrap();
    assert!(line.contains("as EX-1 to `Example Ltd`, replaced by EX-3"), "{output}");
    // A masked report shows no name.
    let output = dir.run(&["verify", "edited.lic", "--log", "--redact", "--at", "2026-06-15"]).stdout;
    assert!(
        output.contains("issue log") && !output.contains("Example") && !output.contains("EX-4"),
        "{output}"
    );
}
