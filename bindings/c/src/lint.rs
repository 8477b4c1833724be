//! The linter.

use keywright_lint::Options;
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::Position;

use crate::border::{date, free, item, run, shared, slice, store, store_handle};
use crate::message::kw_message;
use crate::payload::parse;
use crate::status::kw_status;
use crate::text::{kw_date, kw_text};

/// The findings of the linter.
pub struct kw_findings {
    findings: Vec<(Diagnostic, Position)>,
}

/// A finding of the linter. The strings belong to the findings, and contain text of the file.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct kw_finding {
    /// The code of the rule, for example `V024`.
    pub code: kw_text,
    /// `note`, `warning` or `error`.
    pub severity: kw_text,
    /// What is wrong.
    pub message: kw_text,
    /// What to do; may be empty.
    pub help: kw_text,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Lints a license file with the default rules. Free the result with `kw_findings_free`.
///
/// # Safety
/// `text` has `len` bytes. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_lint(
    text: *const u8,
    len: usize,
    at: kw_date,
    out: *mut *mut kw_findings,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        let options = Options::at(date(at)?);
        // SAFETY: see above.
        let license = parse(unsafe { slice(text, len, "text") }?)?;
        let place = |found: &Diagnostic| license.source.position(found.primary.span.start as usize);
        let found = keywright_lint::lint(&[&license], &options).into_iter();
        let findings = found
            .map(|found| {
                let at = place(&found);
                (found, at)
            })
            .collect();
        // SAFETY: see above.
        unsafe { store_handle(out, kw_findings { findings }, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Frees findings. A null pointer is ignored.
///
/// # Safety
/// `findings` is null, or was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_findings_free(findings: *mut kw_findings) {
    // SAFETY: see above.
    unsafe { free(findings) };
}

/// Stores the number of findings.
///
/// # Safety
/// `findings` was not freed. `out` can be written. `message` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_finding_count(
    findings: *const kw_findings,
    out: *mut usize,
    message: *mut *mut kw_message,
) -> kw_status {
    // SAFETY: see above.
    let work = || unsafe { store(out, shared(findings, "findings")?.findings.len(), "out") };
    // SAFETY: see above.
    unsafe { run(message, work) }
}

/// Stores a finding, counted from 0.
///
/// # Safety
/// As for `kw_finding_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kw_finding_at(
    findings: *const kw_findings,
    index: usize,
    out: *mut kw_finding,
    message: *mut *mut kw_message,
) -> kw_status {
    let work = || {
        // SAFETY: see above.
        let (found, place) = item(&unsafe { shared(findings, "findings") }?.findings, index, "index")?;
        let finding = kw_finding {
            code: kw_text::of(found.code.id),
            severity: kw_text::of(found.severity.as_str()),
            message: kw_text::of(&found.message),
            help: kw_text::of(found.help.as_deref().unwrap_or_default()),
            line: place.line,
            column: place.column,
        };
        // SAFETY: see above.
        unsafe { store(out, finding, "out") }
    };
    // SAFETY: see above.
    unsafe { run(message, work) }
}
