//! The JSON report of verdicts, version 1. These structs are a public interface: fields may only be added.

use jiff::civil::Date;
use serde::Serialize;

use keywright_syntax::hidden;
use keywright_verify::{BlockReport, FileReport, HiddenText};

use super::entitlement_json::{AlternativeDrawJson, AmountJson, DrawnJson, TotalJson};
use super::repaired_copy::{self, RepairedJson};
use super::to_json;
use super::verify::{Grant, Logged, VerifyReport, VerifySummary};
use super::verify_facts::{BlockFacts, FeatureTotal};
use super::verify_log::{self, FileAnswerJson};

/// The part of the report after the files.
#[derive(Debug, Serialize)]
struct End {
    sums: Vec<Summed>,
    together: bool,
    usable: Vec<TotalJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<usize>,
    result: &'static str,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct File {
    file: String,
    result: &'static str,
    customers: Vec<String>,
    customers_are_claimed: bool,
    purchases: Vec<String>,
    lines_without_licensee: Vec<usize>,
    policy: Vec<Policy>,
    blocks: Vec<Block>,
    usable: Vec<TotalJson>,
    hidden: Hidden,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<FileAnswerJson>,
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
    role: Option<&'static str>,
    role_text: Option<String>,
}

#[derive(Debug, Serialize)]
struct Unlocks {
    #[serde(flatten)]
    granted: Granted,
    draws: Vec<DrawnJson>,
    alternatives: Vec<Vec<AlternativeDrawJson>>,
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

/// The JSON report, written in parts, so that the files of a large directory need not be in memory together. The text of
/// all parts is pretty-printed JSON with a final line break.
#[derive(Debug)]
pub struct JsonReport {
    is_begun: bool,
    is_empty: bool,
    sums: Vec<Summed>,
    usable: Vec<TotalJson>,
    together: bool,
    files: usize,
}

impl JsonReport {
    /// Creates the report. `together` is true if all files are used together.
    #[must_use]
    pub fn new(together: bool) -> Self {
        Self { is_begun: false, is_empty: true, sums: Vec::new(), usable: Vec::new(), together, files: 0 }
    }

    /// Returns the part of some files, at the first call after the beginning of the report.
    ///
    /// # Errors
    /// Returns an error if serialisation fails, which these types cannot cause.
    pub fn files(&mut self, report: &VerifyReport<'_>) -> serde_json::Result<String> {
        let mut text = String::new();
        if !self.is_begun {
            self.is_begun = true;
            let at = report.at;
            text = format!("{{\n  \"version\": 1,\n  \"at\": \"{at}\",\n  \"files\": [");
        }
        for (number, one) in (report.before + 1..).zip(report.in_order()) {
            let found = match one {
                Ok(at) => report.files.get(at).map(|found| file(report, at, found)),
                Err(name) => Some(unread(report.file_name(number, name))),
            };
            let Some(found) = found else { continue };
            text.push_str(if self.is_empty { "\n" } else { ",\n" });
            self.is_empty = false;
            for (number, line) in to_json::pretty(&found)?.lines().enumerate() {
                let end = if number == 0 { "" } else { "\n" };
                text.push_str(&format!("{end}    {line}"));
            }
            self.files += 1;
        }
        // Totals are those of one set of files: one file, or all files if they are used together.
        let totals = report.totals.first().map_or(&[][..], Vec::as_slice);
        if self.together {
            self.usable = TotalJson::all(totals);
        }
        self.sums = if self.together || self.files == 1 { sums(totals) } else { Vec::new() };
        Ok(text)
    }

    /// Returns the last part.
    ///
    /// # Errors
    /// Returns an error if serialisation fails, which these types cannot cause.
    pub fn end(self, summary: &VerifySummary) -> serde_json::Result<String> {
        let close = if self.is_empty { "]" } else { "\n  ]" };
        let end = End {
            sums: self.sums,
            together: self.together,
            usable: self.usable,
            skipped: Some(summary.skipped).filter(|skipped| *skipped > 0),
            result: summary.result,
            exit_code: summary.exit_code,
        };
        let rest = to_json::pretty(&end)?;
        Ok(format!("{close},{}\n", rest.strip_prefix('{').unwrap_or_default()))
    }
}

fn unread(name: String) -> File {
    File {
        file: name,
        result: VerifyReport::NOT_READ,
        customers: Vec::new(),
        customers_are_claimed: false,
        purchases: Vec::new(),
        lines_without_licensee: Vec::new(),
        policy: Vec::new(),
        blocks: Vec::new(),
        usable: Vec::new(),
        hidden: Hidden::default(),
        issued: None,
        repaired: None,
    }
}

fn sums(totals: &[FeatureTotal]) -> Vec<Summed> {
    let mut sums: Vec<Summed> = totals
        .iter()
        .map(|total| Summed {
            vendor: total.vendor.clone(),
            feature: total.feature.clone(),
            kind: total.kind,
            blocks: total.blocks,
            count: AmountJson::of(total.usable).0.count(),
        })
        .collect();
    sums.sort_by(|one, other| (&one.vendor, &one.feature).cmp(&(&other.vendor, &other.feature)));
    sums
}

fn file(report: &VerifyReport<'_>, at: usize, found: &FileReport<'_>) -> File {
    let policy = found
        .policy
        .iter()
        .map(|fault| Policy { policy: fault.policy.as_str(), reason: report.reason(&fault.reason) });
    let blocks = found.blocks.iter().enumerate();
    let identity = report.identities.get(at).cloned().unwrap_or_default();
    let shown = |directive: &str, values: &[String]| -> Vec<String> {
        values.iter().map(|value| report.value(directive, value)).collect()
    };
    File {
        file: report.file_name(report.number_of(at), &found.file),
        result: report.file_result(at),
        customers: shown("LICENSEE", &identity.customers),
        customers_are_claimed: identity.is_claimed && !identity.customers.is_empty(),
        purchases: shown("SN", &identity.purchases),
        lines_without_licensee: identity.without_customer,
        policy: policy.collect(),
        blocks: blocks
            .map(|(number, one)| Block {
                log: report.logged(at, number).map(|logged| log(report, logged)),
                ..block(report, one, report.facts(at, number))
            })
            .collect(),
        usable: TotalJson::all(report.file_totals(at)),
        hidden: hidden_text(report, &found.hidden),
        issued: verify_log::json(report, at),
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

fn block(report: &VerifyReport<'_>, block: &BlockReport<'_>, facts: Option<&BlockFacts>) -> Block {
    let role = facts.and_then(|facts| facts.role.as_ref());
    let unlocks = block.verified.as_ref().filter(|_| block.duplicate.is_none()).map(|feature| Unlocks {
        granted: granted(Grant::of(feature.get(), report.redact)),
        draws: facts.map(|facts| DrawnJson::all(&facts.draws)).unwrap_or_default(),
        alternatives: facts
            .map(|facts| AlternativeDrawJson::alternatives(&facts.alternatives))
            .unwrap_or_default(),
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
        role: role.map(|role| role.role.as_str()),
        role_text: role.map(|role| report.reason(&role.words)),
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
    let day = |day: Date| day.to_string();
    Granted { kind, version, count, sn, start: start.map(day), end: end.map(day) }
}
