//! Verdicts for people. Every line begins with a word or a blank of ours, so that no text of a license can pass for a
//! verdict; what a block claims is shown only if it was verified.

use std::fmt::Write as _;

use crate::license::Feature;
use crate::sign::{BlockReport, FileReport, Mode, Verdict};
use crate::syntax::excerpt;

use super::escape::escape;
use super::{VerifyReport, counted};

/// How the report is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether verdicts are coloured.
    pub color: bool,
}

/// Columns of the longest verdict.
const WIDTH: usize = 14;

/// The report; its last line is the result.
#[must_use]
pub fn render(report: &VerifyReport<'_>, style: Style) -> String {
    let mut text = String::new();
    for file in report.files {
        render_file(&mut text, report, file, style);
    }
    for name in &report.unread {
        line(&mut text, format_args!("license  {}  not read", escape(name)));
    }
    let blocks: usize = report.files.iter().map(|file| file.blocks.len()).sum();
    let valid =
        report.files.iter().flat_map(|file| &file.blocks).filter(|block| block.verdict == Verdict::Valid);
    let valid = valid.count();
    let good = report.exit_code == 0;
    let (on, off) = color(style, if good { GREEN } else { RED });
    let (result, exit) = (report.result, report.exit_code);
    line(
        &mut text,
        format_args!(
            "{on}RESULT: {result}{off} ({valid} of {} valid)  exit {exit}",
            counted(blocks, "block")
        ),
    );
    text
}

fn render_file(text: &mut String, report: &VerifyReport<'_>, file: &FileReport<'_>, style: Style) {
    let mode = if report.mode == Mode::Development { "  development keys accepted" } else { "" };
    line(
        text,
        format_args!(
            "license  {}  {}  checked at {}  trust {}{mode}",
            escape(&file.file),
            counted(file.blocks.len(), "block"),
            report.at,
            escape(&report.trust)
        ),
    );
    for block in &file.blocks {
        render_block(text, block, style);
    }
    if file.blocks.is_empty() {
        line(text, format_args!("  {:WIDTH$}  no FEATURE block", ""));
        line(text, format_args!("  {:WIDTH$}  nothing signed is never a success", ""));
    }
    if let Some(mixed) = &file.mixed {
        let (on, off) = color(style, RED);
        line(text, format_args!("  {on}{:WIDTH$}{off}  {}", "MIXED-SET", escape(mixed)));
    }
}

fn render_block(text: &mut String, block: &BlockReport<'_>, style: Style) {
    let paint = match block.verdict {
        Verdict::Valid => GREEN,
        Verdict::NotYet | Verdict::Expired => YELLOW,
        _ => RED,
    };
    let (on, off) = color(style, paint);
    let name = block.feature.as_deref().map_or_else(|| "(no name)".to_owned(), excerpt);
    let claims = block.verified.as_ref().map(|verified| claims(verified.get())).unwrap_or_default();
    let key = block.key.map(|key| format!("  key {key}")).unwrap_or_default();
    line(
        text,
        format_args!(
            "  {on}{:WIDTH$}{off}  {}{claims}{key}  line {}",
            block.verdict.word(),
            escape(&name),
            block.line
        ),
    );
    line(text, format_args!("  {:WIDTH$}  {}", "", escape(&block.reason)));
    if let Some(help) = &block.help {
        line(text, format_args!("  {:WIDTH$}  {}", "", escape(help)));
    }
}

/// What a verified block grants, in short.
fn claims(feature: &Feature) -> String {
    let mut text = format!("  {} {}", feature.kind.word(), feature.version);
    if let Some(count) = feature.count {
        text.push_str(&format!(" COUNT={}", count.value));
    }
    if let Some(sn) = &feature.sn {
        text.push_str(&format!(" SN={}", sn.value));
    }
    text
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
