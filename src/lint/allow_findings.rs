//! Findings about `allow` comments and the list of findings itself (group A): they are made while the findings of the
//! other rules are collected.

use keywright_syntax::diagnostic::{Code, Diagnostic, Severity};
use keywright_syntax::source::{FileId, Span};

use super::level::UnknownSelector;

/// An `allow` comment without effect.
pub(super) static UNUSED_ALLOW: Code = Code::warning("A001", "unused-allow").never_allowed_in_file();

pub(super) fn unused_allow(file: FileId, comment: Span, allowed: &Code) -> Diagnostic {
    let message = format!("unused `allow` comment: no finding of `{}` ({}) here", allowed.id, allowed.name);
    Diagnostic::new(&UNUSED_ALLOW, file, comment, message)
        .help("remove the comment, or move it to the block or line with the finding")
}

/// An invalid `keywright:` comment.
pub(super) static UNKNOWN_ALLOW: Code = Code::warning("A002", "unknown-allow").never_allowed_in_file();

const ALLOW_FORM: &str = "write `# keywright: allow(CODE) reason`";

pub(super) fn invalid_comment(file: FileId, comment: Span, order: &str) -> Diagnostic {
    let message = format!("invalid `keywright:` comment `{}`", keywright_syntax::excerpt(order));
    Diagnostic::new(&UNKNOWN_ALLOW, file, comment, message).help(ALLOW_FORM)
}

pub(super) fn unknown_allow(file: FileId, comment: Span, unknown: &UnknownSelector) -> Diagnostic {
    Diagnostic::new(&UNKNOWN_ALLOW, file, comment, unknown.to_string()).help(unknown.help())
}

pub(super) fn refused_allow(file: FileId, comment: Span, code: &Code) -> Diagnostic {
    let message = format!("`{}` ({}) cannot be allowed by a comment", code.id, code.name);
    Diagnostic::new(&UNKNOWN_ALLOW, file, comment, message)
        .help("allow it on the command line or in `keywright.toml`; a file cannot allow it for itself")
}

/// An `allow` comment without a reason.
pub(super) static ALLOW_WITHOUT_REASON: Code =
    Code::warning("A003", "allow-without-reason").never_allowed_in_file();

pub(super) fn allow_without_reason(file: FileId, comment: Span) -> Diagnostic {
    Diagnostic::new(&ALLOW_WITHOUT_REASON, file, comment, "`allow` comment without a reason")
        .help("after the closing parenthesis, explain why the finding is acceptable here")
}

/// More findings than are shown.
pub(super) static MORE_FINDINGS: Code = Code::note("A004", "more-findings").never_allowed_in_file();

pub(super) fn more_findings(file: FileId, end: Span, more: usize, gravest: Severity) -> Diagnostic {
    let noun = if more == 1 { "finding is" } else { "findings are" };
    let mut found = Diagnostic::new(&MORE_FINDINGS, file, end, format!("{more} more {noun} not shown"))
        .help("fix the findings that are shown, then run the linter again");
    found.severity = gravest;
    found
}
