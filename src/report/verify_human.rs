//! The human-readable report. Every line begins with fixed text or an indent, so text of a license cannot imitate a
//! verdict. Unverified content is marked as a claim.

use std::fmt::Write as _;

use keywright_syntax::excerpt;
use keywright_verify::{BlockReport, HiddenText, Mode, Verdict};

use super::counted;
use super::escape::escape;
use super::repaired_copy;
use super::verify::{DrawnOn, Grant, LogChange, LogState, Logged, Sum, VerifyReport};

/// Options of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// True if verdicts are coloured.
    pub color: bool,
}

/// Length of the longest verdict.
const WIDTH: usize = 14;

/// Renders the report. Its last line is the result.
#[must_use]
pub fn render(report: &VerifyReport<'_>, style: Style) -> String {
    let mut text = String::new();
    let several = report.files.len() + report.unread.len() > 1;
    for (number, file) in (1..).zip(report.in_order()) {
        match file {
            Ok(at) => render_file(&mut text, report, (number, at), several, style),
            Err(name) => {
                line(&mut text, format_args!("license  {}  not read", report.file_name(number, name)));
            }
        }
    }
    if several {
        render_sums(&mut text, report);
    }
    let blocks: usize = report.files.iter().map(|file| file.blocks.len()).sum();
    let valid =
        report.files.iter().flat_map(|file| &file.blocks).filter(|block| block.verdict == Verdict::Valid);
    let valid = valid.count();
    let good = report.exit_code == 0;
    let (on, off) = color(style, if good { GREEN } else { RED });
    let (result, exit) = (report.result, report.exit_code);
    let skipped = match report.skipped {
        0 => String::new(),
        1 => ", 1 entry skipped".to_owned(),
        n => format!(", {n} entries skipped"),
    };
    line(
        &mut text,
        format_args!(
            "{on}RESULT: {result}{off} ({valid} of {} valid{skipped})  exit {exit}",
            counted(blocks, "block")
        ),
    );
    text
}

/// Renders the total grants of all files. Counts of a feature in several blocks are added up.
fn render_sums(text: &mut String, report: &VerifyReport<'_>) {
    let sums = report.sums();
    if sums.is_empty() {
        return;
    }
    line(text, format_args!("  total of all valid blocks"));
    for Sum { vendor, feature, kind, blocks, count } in &sums {
        let count =
            count.filter(|count| *count > 0).map(|count| format!(" COUNT={count}")).unwrap_or_default();
        let blocks = counted(*blocks, "block");
        line(text, format_args!("  {:WIDTH$}  {vendor} {feature} {kind}{count}, {blocks}", ""));
    }
}

fn render_file(
    text: &mut String,
    report: &VerifyReport<'_>,
    (number, at): (usize, usize),
    several: bool,
    style: Style,
) {
    let Some(file) = report.files.get(at) else { return };
    let mode = if report.mode == Mode::Development { "  development keys accepted" } else { "" };
    line(
        text,
        format_args!(
            "license  {}  {}  verified for {}  trust {}{mode}",
            report.file_name(number, &file.file),
            counted(file.blocks.len(), "block"),
            report.at,
            report.trust_name()
        ),
    );
    for (number, block) in file.blocks.iter().enumerate() {
        render_block(text, report, block, report.draws(at, number), style);
        if let Some(logged) = report.logged(at, number) {
            render_logged(text, report, logged);
        }
    }
    if file.blocks.is_empty() {
        line(text, format_args!("  {:WIDTH$}  no FEATURE block", ""));
        line(text, format_args!("  {:WIDTH$}  a file without signed blocks is never valid", ""));
    }
    for fault in &file.policy {
        let (on, off) = color(style, RED);
        let reason = report.reason(&fault.reason);
        line(text, format_args!("  {on}{:WIDTH$}{off}  {reason}", fault.policy.as_str()));
    }
    for (word, said) in ["note", ""].into_iter().zip(file.repaired.iter().flat_map(repaired_copy::lines)) {
        line(text, format_args!("  {word:WIDTH$}  {said}"));
    }
    render_hidden(text, report, &file.hidden);
    if several {
        let valid = file.blocks.iter().filter(|block| block.verdict == Verdict::Valid).count();
        let blocks = counted(file.blocks.len(), "block");
        line(text, format_args!("  result: {} ({valid} of {blocks} valid)", report.file_result(at)));
    }
}

/// Renders the log's information about a block.
fn render_logged(text: &mut String, report: &VerifyReport<'_>, logged: &Logged) {
    let entry = logged.entry.as_ref().map_or_else(String::new, |entry| {
        let (sn, customer) = (report.value("SN", &entry.sn), report.value("LICENSEE", &entry.customer));
        format!("entry {}, {} {sn} `{customer}`", entry.number, report.time(&entry.issued_at))
    });
    let said = match logged.state {
        LogState::Issued | LogState::Replaced | LogState::LeftOut => format!("issued as {entry}"),
        LogState::Changed => format!("changed since it was issued as {entry}"),
        LogState::NotIssued => "not issued: no entry for this block".to_owned(),
    };
    line(text, format_args!("  {:WIDTH$}  issue log: {said}", ""));
    if let Some(number) = logged.replaced_by {
        let later = match logged.state {
            LogState::LeftOut => format!("omitted from the later issue that begins with entry {number}"),
            _ => format!("replaced by entry {number}:"),
        };
        line(text, format_args!("  {:WIDTH$}  {later}", ""));
    }
    for LogChange { directive, was, now } in &logged.changes {
        let shown = |value: &Option<String>| value.as_ref().map(|value| report.value(directive, value));
        let name = report.directive(directive);
        let change = match (shown(was), shown(now)) {
            (Some(was), Some(now)) => format!("{name} was {was}, now {now}"),
            (Some(was), None) => format!("{name}={was} was removed"),
            (None, Some(now)) => format!("{name}={now} was added"),
            (None, None) => name,
        };
        line(text, format_args!("  {:WIDTH$}    {change}", ""));
    }
}

fn render_block(
    text: &mut String,
    report: &VerifyReport<'_>,
    block: &BlockReport<'_>,
    draws: &[DrawnOn],
    style: Style,
) {
    let paint = match block.verdict {
        Verdict::Valid => GREEN,
        Verdict::NotYet | Verdict::Expired => YELLOW,
        _ => RED,
    };
    let (on, off) = color(style, paint);
    let name = block.feature.as_deref().map_or_else(
        || "(no name)".to_owned(),
        |name| {
            let name = if report.redact { &report.value("FEATURE", name) } else { name };
            escape(&excerpt(name)).into_owned()
        },
    );
    let granted = block.verified.as_ref().map(|verified| Grant::of(verified.get(), report.redact));
    let granted = granted.map(|grant| format!("  {}", words(&grant))).unwrap_or_default();
    let key = block.key.map(|key| format!("  key {key}")).unwrap_or_default();
    line(
        text,
        format_args!(
            "  {on}{:WIDTH$}{off}  {}{granted}{key}  line {}",
            block.verdict.as_str(),
            name,
            block.line
        ),
    );
    line(text, format_args!("  {:WIDTH$}  {}", "", report.reason(&block.reason)));
    if let Some(draws) = drawn(draws) {
        line(text, format_args!("  {:WIDTH$}  one checkout draws {draws}", ""));
    }
    if let Some(granted) = &block.out_of_force {
        let grant = Grant::of(granted.get(), report.redact);
        let (when, words) = (out_of_force(block.verdict, &grant), words(&grant));
        line(text, format_args!("  {:WIDTH$}  {when}: {words}", ""));
    }
    if let Some(claimed) = &block.claimed {
        let claims = Grant::of(claimed.unverified(), report.redact);
        line(text, format_args!("  {:WIDTH$}  unverified claims: {}", "", words(&claims)));
    }
    if let Some(help) = &block.help {
        line(text, format_args!("  {:WIDTH$}  {}", "", report.reason(help)));
    }
}

/// Reports hidden characters: a comment with them can mislead a reader about the text after it.
fn render_hidden(text: &mut String, report: &VerifyReport<'_>, hidden: &HiddenText) {
    for found in &hidden.lines {
        let place = if found.in_comment { "a comment in " } else { "" };
        let characters = report.code_points(found).join(", ");
        let (number, note) = (found.line, "note");
        line(text, format_args!("  {note:WIDTH$}  hidden characters in {place}line {number}: {characters}"));
    }
    if hidden.more > 0 {
        let (note, lines) = ("note", counted(hidden.more, "more line"));
        line(text, format_args!("  {note:WIDTH$}  hidden characters in {lines}"));
    }
}

/// Returns the introduction to the grant of a block that is signed, but not valid on the verification date.
fn out_of_force(verdict: Verdict, grant: &Grant) -> String {
    match (verdict, grant.end) {
        (Verdict::Expired, Some(end)) => format!("granted until {end}"),
        _ => "grants when valid".to_owned(),
    }
}

/// Returns the grant of a block in short form.
fn words(grant: &Grant) -> String {
    let Grant { kind, version, count, sn, start, end } = grant;
    let mut text = format!("{kind} {version}");
    for (name, value) in [("COUNT", count), ("SN", sn)] {
        if let Some(value) = value {
            text.push_str(&format!(" {name}={value}"));
        }
    }
    for (name, day) in [("START", start), ("END", end)] {
        if let Some(day) = day {
            text.push_str(&format!(" {name}={day}"));
        }
    }
    text
}

/// Returns the draws of one checkout in words. Only the first pools are named.
fn drawn(draws: &[DrawnOn]) -> Option<String> {
    const MOST: usize = 8;
    if draws.is_empty() {
        return None;
    }
    let one = |draw: &DrawnOn| {
        let least = if draw.exact { "" } else { "at least " };
        let count = draw.count.map_or_else(|| "more than 2^64".to_owned(), |count| count.to_string());
        format!("{least}{count} of {}", draw.pool)
    };
    let mut parts: Vec<String> = draws.iter().take(MOST).map(one).collect();
    if draws.len() > MOST {
        parts.push(format!("and {} more", counted(draws.len() - MOST, "pool")));
    }
    Some(parts.join(", "))
}

const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const RED: &str = "\u{1b}[1;31m";

fn color(style: Style, on: &'static str) -> (&'static str, &'static str) {
    if style.color { (on, "\u{1b}[0m") } else { ("", "") }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{arguments}");
}
