//! The JSON report of verdicts, version 1. These structs are a public interface: fields may only be added.

use serde::Serialize;

use crate::sign::{BlockReport, FileReport};

use super::escape::escape;
use super::verify::{DrawnOn, Grant, Logged, VerifyReport};

#[derive(Debug, Serialize)]
struct Report {
    version: u32,
    at: String,
    files: Vec<File>,
    sums: Vec<Summed>,
    result: &'static str,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct File {
    file: String,
    result: &'static str,
    policy: Vec<Policy>,
    blocks: Vec<Block>,
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
    let unread = |name: &str| File {
        file: report.file_name(name),
        result: VerifyReport::NOT_READ,
        policy: Vec::new(),
        blocks: Vec::new(),
    };
    let files = report.in_order().filter_map(|one| match one {
        Ok(at) => report.files.get(at).map(|found| file(report, at, found)),
        Err(name) => Some(unread(name)),
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
        result: report.result,
        exit_code: report.exit_code,
    };
    serde_json::to_string_pretty(&report).map(|json| json + "\n")
}

fn file(report: &VerifyReport<'_>, at: usize, found: &FileReport<'_>) -> File {
    let policy = found
        .policy
        .iter()
        .map(|fault| Policy { policy: fault.policy.word(), reason: report.sentence(found, &fault.reason) });
    let blocks = found.blocks.iter().enumerate();
    File {
        file: report.file_name(&found.file),
        result: report.file_result(at),
        policy: policy.collect(),
        blocks: blocks
            .map(|(number, one)| Block {
                log: report.logged(at, number).map(|logged| log(report, logged)),
                ..block(report, found, one, report.draws(at, number))
            })
            .collect(),
    }
}

fn block(
    report: &VerifyReport<'_>,
    file: &FileReport<'_>,
    block: &BlockReport<'_>,
    draws: &[DrawnOn],
) -> Block {
    let escaped = |text: &str| escape(text).into_owned();
    let unlocks = block.verified.as_ref().filter(|_| block.duplicate.is_none()).map(|feature| Unlocks {
        granted: granted(Grant::of(feature.get(), report.redact)),
        draws: draws.iter().map(drawn).collect(),
    });
    let grants = block.out_of_force.as_ref().map(|feature| granted(Grant::of(feature.get(), report.redact)));
    let claims =
        block.claimed.as_ref().map(|claimed| granted(Grant::of(claimed.unverified(), report.redact)));
    Block {
        feature: block.feature.as_deref().map(escaped),
        verdict: block.verdict.word(),
        reason: report.sentence(file, &block.reason),
        vendor: block.vendor.as_deref().map(escaped),
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
        issued_at: escape(&entry.issued_at).into_owned(),
        sn: report.value("SN", &entry.sn),
        customer: report.value("LICENSEE", &entry.customer),
    });
    let changes = logged.changes.iter().map(|change| {
        let value =
            |value: &Option<String>| value.as_ref().map(|value| report.value(&change.directive, value));
        Change {
            directive: escape(&change.directive).into_owned(),
            was: value(&change.was),
            now: value(&change.now),
        }
    });
    Log { state: logged.state.word(), entry, replaced_by: logged.replaced_by, changes: changes.collect() }
}

fn granted(grant: Grant) -> Granted {
    let Grant { kind, version, count, sn, start, end } = grant;
    let day = |day: jiff::civil::Date| day.to_string();
    Granted { kind, version, count, sn, start: start.map(day), end: end.map(day) }
}

fn drawn(draw: &DrawnOn) -> Drawn {
    Drawn { pool: draw.pool.clone(), count: draw.count, exact: draw.exact }
}
