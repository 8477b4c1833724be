//! The reasons why files are not valid, for all formats that list reasons.

use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::{SourceFile, Span};
use keywright_verify::{BlockReport, Verdict};

use super::verify::VerifyReport;
use super::verify_rules::{NO_BLOCK, of_log_state, of_policy, of_verdict};

/// One reason why a file is not valid.
pub(super) struct VerifyFailure<'a> {
    pub(super) code: &'static Code,
    /// The block; `None` for a failure of the file.
    pub(super) block: Option<&'a BlockReport<'a>>,
    /// The reason, ready for display.
    pub(super) reason: String,
    pub(super) help: Option<String>,
}

/// Returns the reasons for a file: blocks that are not valid, blocks that the issue log does not accept, and policies.
pub(super) fn of_file<'a>(report: &'a VerifyReport<'_>, at: usize) -> Vec<VerifyFailure<'a>> {
    let Some(file) = report.files.get(at) else { return Vec::new() };
    if file.blocks.is_empty() {
        let reason = "no FEATURE block: a file without signed blocks is never valid".to_owned();
        return vec![VerifyFailure { code: &NO_BLOCK, block: None, reason, help: None }];
    }
    let blocks = file.blocks.iter().enumerate().filter_map(|(number, block)| {
        let (code, reason) = match (block.verdict, report.logged(at, number)) {
            (Verdict::Valid, Some(logged)) if report.is_outdated(at, number) || !logged.state.is_issued() => {
                (of_log_state(logged.state)?, format!("{} in the issue log", logged.state.as_str()))
            }
            (verdict, _) => (of_verdict(verdict)?, report.reason(&block.reason)),
        };
        let help = block.help.as_ref().map(|help| report.reason(help));
        Some(VerifyFailure { code, block: Some(block), reason, help })
    });
    let policies = file.policy.iter().filter_map(|fault| {
        let reason = report.reason(&fault.reason);
        Some(VerifyFailure { code: of_policy(fault.policy)?, block: None, reason, help: None })
    });
    blocks.chain(policies).collect()
}

/// Returns the failures of all files as findings. `sources` are the files of the report, in its order.
#[must_use]
pub fn findings(report: &VerifyReport<'_>, sources: &[&SourceFile]) -> Vec<Diagnostic> {
    let files = sources.iter().enumerate();
    files
        .flat_map(|(at, source)| {
            of_file(report, at).into_iter().map(|failure| finding(report, source, failure))
        })
        .collect()
}

fn finding(report: &VerifyReport<'_>, source: &SourceFile, failure: VerifyFailure<'_>) -> Diagnostic {
    let VerifyFailure { code, block, reason, help } = failure;
    let name = block.and_then(|block| block.feature.as_deref());
    let name = name.map(|name| format!("`{}`: ", report.value("FEATURE", name))).unwrap_or_default();
    let span = block.map(|block| first_line(source, block)).unwrap_or_default();
    let found = Diagnostic::new(code, source.id(), span, format!("{name}{reason}"));
    match help {
        Some(help) => found.help(help),
        None => found,
    }
}

/// Returns the first line of a block, which names it.
fn first_line(source: &SourceFile, block: &BlockReport<'_>) -> Span {
    let line = source.line_span(block.line).unwrap_or(block.span);
    Span { end: block.span.end.min(line.end).max(block.span.start), ..block.span }
}
