//! The human-readable report. Every line begins with fixed text or an indent, so text of a license cannot imitate a
//! verdict. Unverified content is marked as a claim.

use std::fmt::Write as _;
use std::io;

use keywright_resolve::{Role, Usable};
use keywright_syntax::excerpt;
use keywright_verify::{BlockReport, HiddenText, Mode, Verdict};

use super::counted;
use super::escape::escape;
use super::repaired_copy;
use super::verify::{Grant, LogChange, LogState, Logged, VerifyReport, VerifySummary};
use super::verify_facts::{BlockFacts, DrawnOn, FeatureTotal};
use super::verify_log;

/// Options of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// True if verdicts are coloured.
    pub color: bool,
    /// True if only files that are not valid are shown.
    pub failures_only: bool,
}

/// Length of the longest verdict.
pub(super) const WIDTH: usize = 14;

/// Writes the details of all files.
///
/// # Errors
/// Returns the error of `out`.
pub fn write_files(
    out: &mut dyn io::Write,
    report: &VerifyReport<'_>,
    several: bool,
    style: Style,
) -> io::Result<()> {
    let mut text = String::new();
    for (number, file) in (report.before + 1..).zip(report.in_order()) {
        match file {
            Ok(at) if style.failures_only && report.file_result(at) == Verdict::Valid.as_str() => {}
            Ok(at) => write_details(out, &mut text, report, at, several, style)?,
            Err(name) => {
                line(&mut text, format_args!("license  {}  not read", report.file_name(number, name)));
            }
        }
    }
    if let Some(totals) = report.set_totals().filter(|_| !style.failures_only) {
        write_totals(out, &mut text, totals)?;
    }
    flush(out, &mut text)
}

/// Writes the text so far, so that the report of a large file is not in memory as a whole.
fn flush(out: &mut dyn io::Write, text: &mut String) -> io::Result<()> {
    out.write_all(text.as_bytes())?;
    text.clear();
    Ok(())
}

/// Renders the last line of the report: the result.
#[must_use]
pub fn result(summary: &VerifySummary, by_files: bool, style: Style) -> String {
    let mut text = String::new();
    let (on, off) = color(style, if summary.exit_code == 0 { GREEN } else { RED });
    let counts = if by_files {
        format!("{} of {} valid", summary.valid_files, counted(summary.files, "file"))
    } else {
        format!("{} of {} valid", summary.valid_blocks, counted(summary.blocks, "block"))
    };
    let skipped = match summary.skipped {
        0 => String::new(),
        1 => ", 1 entry skipped".to_owned(),
        n => format!(", {n} entries skipped"),
    };
    let outdated = outdated(summary);
    let (result, exit) = (summary.result, summary.exit_code);
    line(&mut text, format_args!("{on}RESULT: {result}{off} ({counts}{skipped}{outdated})  exit {exit}"));
    text
}

/// Names the blocks that were replaced or revoked since they were issued.
fn outdated(summary: &VerifySummary) -> String {
    if summary.outdated_count == 0 {
        return String::new();
    }
    let more = match summary.outdated_count - summary.outdated.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("; {}{more}", summary.outdated.join(", "))
}

/// Writes the details of one file, except for a rest that is left in `text`.
fn write_details(
    out: &mut dyn io::Write,
    text: &mut String,
    report: &VerifyReport<'_>,
    at: usize,
    several: bool,
    style: Style,
) -> io::Result<()> {
    let Some(file) = report.files.get(at) else { return Ok(()) };
    let mode = if report.mode == Mode::Development { "  development keys accepted" } else { "" };
    line(
        text,
        format_args!(
            "license  {}{}  {}  verified for {}  trust {}{mode}",
            customers(report, at),
            report.file_name(report.number_of(at), &file.file),
            counted(file.blocks.len(), "block"),
            report.at,
            report.trust_name()
        ),
    );
    if let Some(answer) = verify_log::answer(report, at) {
        line(text, format_args!("  {:WIDTH$}  {answer}", "issue log"));
    }
    render_purchases(text, report, at);
    for (number, block) in file.blocks.iter().enumerate() {
        render_block(text, report, block, report.facts(at, number), style);
        if let Some(logged) = report.logged(at, number) {
            render_logged(text, report, logged);
        }
        flush(out, text)?;
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
    for (word, message) in ["note", ""].into_iter().zip(file.repaired.iter().flat_map(repaired_copy::lines)) {
        line(text, format_args!("  {word:WIDTH$}  {message}"));
    }
    render_hidden(text, report, &file.hidden);
    write_totals(out, text, report.file_totals(at))?;
    if several {
        let valid = file.blocks.iter().filter(|block| block.verdict == Verdict::Valid).count();
        let blocks = counted(file.blocks.len(), "block");
        line(text, format_args!("  result: {} ({valid} of {blocks} valid)", report.file_result(at)));
    }
    Ok(())
}

/// Returns the customers of a file with two spaces after them, or nothing.
pub(super) fn customers(report: &VerifyReport<'_>, at: usize) -> String {
    const MOST: usize = 3;
    let Some(identity) = report.identities.get(at).filter(|identity| !identity.customers.is_empty()) else {
        return String::new();
    };
    let shown = |name: &String| format!("`{}`", report.value("LICENSEE", &excerpt(name)));
    let mut names: Vec<String> = identity.customers.iter().take(MOST).map(shown).collect();
    if identity.customers.len() > MOST {
        names.push(format!("{} more", identity.customers.len() - MOST));
    }
    let claimed = if identity.is_claimed { "claims to be for " } else { "for " };
    format!("{claimed}{}  ", names.join(", "))
}

/// Names the purchases of a file if there are several, and the blocks without a customer.
fn render_purchases(text: &mut String, report: &VerifyReport<'_>, at: usize) {
    let Some(identity) = report.identities.get(at) else { return };
    if identity.purchases.len() > 1 {
        let purchases = &identity.purchases;
        let mut shown: Vec<String> = purchases.iter().take(MOST).map(|sn| report.value("SN", sn)).collect();
        if purchases.len() > MOST {
            shown.push(format!("and {} more", purchases.len() - MOST));
        }
        line(text, format_args!("  {:WIDTH$}  {}", "purchases", shown.join(", ")));
    }
    if let [first, rest @ ..] = identity.without_customer.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        let note = "warning";
        line(
            text,
            format_args!(
                "  {note:WIDTH$}  the block in line {first}{more} without LICENSEE: any customer can use it"
            ),
        );
    }
}

/// Writes the usable totals, one feature a line, except for a rest that is left in `text`.
fn write_totals(out: &mut dyn io::Write, text: &mut String, totals: &[FeatureTotal]) -> io::Result<()> {
    let several = totals.iter().any(|total| totals.first().is_some_and(|first| first.vendor != total.vendor));
    for (number, total) in totals.iter().enumerate() {
        let head = if number == 0 { "usable" } else { "" };
        let vendor = if several { format!("{} ", total.vendor) } else { String::new() };
        let alone = match (total.kind, total.usable) {
            ("TOKEN", Usable::Exactly(1..) | Usable::AtLeast(_)) => ", if nothing else is checked out",
            _ => "",
        };
        let (feature, usable) = (&total.feature, total.usable);
        line(text, format_args!("  {head:WIDTH$}  {vendor}{feature}: {usable}{alone}"));
        flush(out, text)?;
    }
    Ok(())
}

/// Renders the log's information about a block.
fn render_logged(text: &mut String, report: &VerifyReport<'_>, logged: &Logged) {
    let entry = logged.entry.as_ref().map_or_else(String::new, |entry| {
        let (sn, customer) = (report.value("SN", &entry.sn), report.value("LICENSEE", &entry.customer));
        format!("entry {}, {} {sn} `{customer}`", entry.number, report.time(&entry.issued_at))
    });
    let message = match logged.state {
        LogState::Issued | LogState::Replaced | LogState::LeftOut => format!("issued as {entry}"),
        LogState::Changed => format!("changed since it was issued as {entry}"),
        LogState::NotIssued => "not issued: no entry for this block".to_owned(),
    };
    line(text, format_args!("  {:WIDTH$}  issue log: {message}", ""));
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
    facts: Option<&BlockFacts>,
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
    let role = facts.and_then(|facts| facts.role.as_ref()).filter(|role| is_news(role.role));
    if let Some(role) = role {
        line(text, format_args!("  {:WIDTH$}  {}", "", report.reason(&role.words)));
    }
    if let Some(draws) = facts.and_then(|facts| drawn(&facts.draws)) {
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

/// Returns true if a role is not clear from the verdict.
fn is_news(role: Role) -> bool {
    !matches!(role, Role::Serves | Role::StartsOn(_) | Role::EndedOn(_))
}

/// Maximum number of items of a list that are named.
const MOST: usize = 8;

/// Returns the draws of one checkout in words. Only the first pools are named.
fn drawn(draws: &[DrawnOn]) -> Option<String> {
    if draws.is_empty() {
        return None;
    }
    let number = |count: u64| match count {
        u64::MAX => "more than 2^64".to_owned(),
        count => count.to_string(),
    };
    let one = |draw: &DrawnOn| match draw {
        DrawnOn { pool, least, .. } if draw.is_exact() => format!("{} of {pool}", number(*least)),
        DrawnOn { pool, least, is_complete: false, .. } => format!("at least {} of {pool}", number(*least)),
        DrawnOn { pool, least, most, .. } => format!("{} to {} of {pool}", number(*least), number(*most)),
    };
    let mut parts: Vec<String> = draws.iter().take(MOST).map(one).collect();
    if draws.len() > MOST {
        parts.push(format!("and {} more", counted(draws.len() - MOST, "pool")));
    }
    Some(parts.join(", "))
}

pub(super) const GREEN: &str = "\u{1b}[32m";
pub(super) const YELLOW: &str = "\u{1b}[33m";
pub(super) const RED: &str = "\u{1b}[1;31m";

pub(super) fn color(style: Style, on: &'static str) -> (&'static str, &'static str) {
    if style.color { (on, "\u{1b}[0m") } else { ("", "") }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{arguments}");
}
