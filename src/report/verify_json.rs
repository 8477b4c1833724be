//! The JSON report of verdicts, version 1. These structs are a public interface: fields may only be added.

use serde::Serialize;

use keywright_syntax::hidden;
use keywright_verify::{BlockReport, FileReport, HiddenText};

use super::repaired_copy::{self, RepairedJson};
use super::to_json;
use super::verify::{DrawnOn, Grant, Logged, VerifyReport};

#[derive(Debug, Serialize)]
struct Report {
    version: u32,
    at: String,
    files: Vec<File>,
    sums: Vec<Summed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<usize>,
    result: &'static str,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct File {
    file: String,
    result: &'static str,
    policy: Vec<Policy>,
    blocks: Vec<Block>,
    hidden: Hidden,
    #[serde(skip_serializing_if = "Option::is_none")]
    repaired: Option<RepairedJson>,
}

#[derive(Debug, Default, Serialize)]
struct Hidden {
    lines: Vec<HiddenLine>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct HiddenLine {
    line: usize,
    in_comment: bool,
    kinds: Vec<&'static str>,
    characters: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Summed {
    vendor: String,
    feature: String,
    kind: &'static str,
    blocks: usize,
    count: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Log {
    state: &'static str,
    entry: Option<Entry>,
    replaced_by: Option<i64>,
    changes: Vec<Change>,
}

#[derive(Debug, Serialize)]
struct Entry {
    number: i64,
    issued_at: String,
    sn: String,
    customer: String,
}

#[derive(Debug, Serialize)]
struct Change {
    directive: String,
    was: Option<String>,
    now: Option<String>,
}

#[derive(Debug, Serialize)]
struct Policy {
    policy: &'static str,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Block {
    feature: Option<String>,
    verdict: &'static str,
    reason: String,
    vendor: Option<String>,
    key_id: Option<String>,
    line: usize,
    digest: Option<String>,
    unlocks: Option<Unlocks>,
    grants: Option<Granted>,
    claims: Option<Granted>,
    log: Option<Log>,
}

#[derive(Debug, Serialize)]
struct Unlocks {
    #[serde(flatten)]
    granted: Granted,
    draws: Vec<Drawn>,
}

#[derive(Debug, Serialize)]
struct Granted {
    kind: &'static str,
    version: String,
    count: Option<String>,
    sn: Option<String>,
    start: Option<String>,
    end: Option<String>,
}

#[derive(Debug, Serialize)]
struct Drawn {
    pool: String,
    count: Option<u64>,
    exact: bool,
}

/// Renders the report as pretty-printed JSON with a final line break.
///
/// # Errors
/// Returns an error if serialisation fails, which these types cannot cause.
pub fn render(report: &VerifyReport<'_>) -> serde_json::Result<String> {
    let unread = |number: usize, name: &str| File {
        file: report.file_name(number, name),
        result: VerifyReport::NOT_READ,
        policy: Vec::new(),
        blocks: Vec::new(),
        hidden: Hidden::default(),
        repaired: None,
    };
    let files = (1..).zip(report.in_order()).filter_map(|(number, one)| match one {
        Ok(at) => report.files.get(at).map(|found| file(report, (number, at), found)),
        Err(name) => Some(unread(number, name)),
    });
    let sums = report.sums().into_iter().map(|sum| Summed {
        vendor: sum.vendor,
        feature: sum.feature,
        kind: sum.kind,
        blocks: sum.blocks,
        count: sum.count,
    });
    let report = Report {
        version: 1,
        at: report.at.to_string(),
        files: files.collect(),
        sums: sums.collect(),
        skipped: Some(report.skipped).filter(|skipped| *skipped > 0),
        result: report.result,
        exit_code: report.exit_code,
    };
    to_json::pretty(&report).map(|json| json + "\n")
}

fn file(report: &VerifyReport<'_>, (number, at): (usize, usize), found: &FileReport<'_>) -> File {
    let policy = found
        .policy
        .iter()
        .map(|fault| Policy { policy: fault.policy.as_str(), reason: report.reason(&fault.reason) });
    let blocks = found.blocks.iter().enumerate();
    File {
        file: report.file_name(number, &found.file),
        result: report.file_result(at),
        policy: policy.collect(),
        blocks: blocks
            .map(|(number, one)| Block {
                log: report.logged(at, number).map(|logged| log(report, logged)),
                ..block(report, one, report.draws(at, number))
            })
            .collect(),
        hidden: hidden_text(report, &found.hidden),
        repaired: found.repaired.as_ref().map(|repaired| repaired_copy::json(report, repaired)),
    }
}

fn hidden_text(report: &VerifyReport<'_>, found: &HiddenText) -> Hidden {
    let lines = found.lines.iter().map(|line| {
        let mut kinds: Vec<&str> = Vec::new();
        for class in line.characters.iter().filter_map(|c| hidden::class(*c)) {
            if !kinds.contains(&class.as_str()) {
                kinds.push(class.as_str());
            }
        }
        HiddenLine {
            line: line.line,
            in_comment: line.in_comment,
            kinds,
            characters: report.code_points(line),
        }
    });
    Hidden { lines: lines.collect(), more: found.more }
}

fn block(report: &VerifyReport<'_>, block: &BlockReport<'_>, draws: &[DrawnOn]) -> Block {
    let unlocks = block.verified.as_ref().filter(|_| block.duplicate.is_none()).map(|feature| Unlocks {
        granted: granted(Grant::of(feature.get(), report.redact)),
        draws: draws.iter().map(drawn).collect(),
    });
    let grants = block.out_of_force.as_ref().map(|feature| granted(Grant::of(feature.get(), report.redact)));
    let claims =
        block.claimed.as_ref().map(|claimed| granted(Grant::of(claimed.unverified(), report.redact)));
    Block {
        feature: block.feature.as_deref().map(|name| report.value("FEATURE", name)),
        verdict: block.verdict.as_str(),
        reason: report.reason(&block.reason),
        vendor: block.vendor.as_deref().map(|vendor| report.value("VENDOR", vendor)),
        key_id: block.key.map(|key| key.to_string()),
        line: block.line,
        digest: block.digest.map(|digest| digest.to_string()),
        unlocks,
        grants,
        claims,
        log: None,
    }
}

fn log(report: &VerifyReport<'_>, logged: &Logged) -> Log {
    let entry = logged.entry.as_ref().map(|entry| Entry {
        number: entry.number,
        issued_at: report.time(&entry.issued_at),
        sn: report.value("SN", &entry.sn),
        customer: report.value("LICENSEE", &entry.customer),
    });
    let changes = logged.changes.iter().map(|change| {
        let value =
            |value: &Option<String>| value.as_ref().map(|value| report.value(&change.directive, value));
        Change {
            directive: report.directive(&change.directive),
            was: value(&change.was),
            now: value(&change.now),
        }
    });
    Log { state: logged.state.as_str(), entry, replaced_by: logged.replaced_by, changes: changes.collect() }
}

fn granted(grant: Grant) -> Granted {
    let Grant { kind, version, count, sn, start, end } = grant;
    let day = |day: jiff::civil::Date| day.to_string();
    Granted { kind, version, count, sn, start: start.map(day), end: end.map(day) }
}

fn drawn(draw: &DrawnOn) -> Drawn {
    Drawn { pool: draw.pool.clone(), count: draw.count, exact: draw.exact }
}
