//! The answer of the issue log about a file, in one line and in JSON: issued or not, and its state.

use serde::Serialize;

use super::file_answer::{FileAnswer, IssuedLicense, IssuedState};
use super::verify::VerifyReport;

/// Maximum number of licenses that are named for a file.
const MOST: usize = 3;

/// Returns the answer for a file, or `None` if the log was not consulted.
pub(super) fn answer(report: &VerifyReport<'_>, at: usize) -> Option<String> {
    let FileAnswer { licenses, blocks, changed, not_issued } = report.answer(at)?;
    if licenses.is_empty() {
        return Some("not issued by us".to_owned());
    }
    let mut named: Vec<String> = licenses.iter().take(MOST).map(|license| issued(report, license)).collect();
    if licenses.len() > MOST {
        named.push(format!("and {} more licenses", licenses.len() - MOST));
    }
    let mut text = named.join("; ");
    for (count, what) in [(changed, "changed since"), (not_issued, "not issued by us")] {
        if *count > 0 {
            text.push_str(&format!("; {count} of {blocks} blocks {what}"));
        }
    }
    Some(text)
}

fn issued(report: &VerifyReport<'_>, license: &IssuedLicense) -> String {
    let sn = |sn: &str| report.value("SN", sn);
    let customer = report.value("LICENSEE", &license.customer);
    let state = match &license.state {
        IssuedState::Current => "current".to_owned(),
        IssuedState::Ended(day) => format!("ended on {day}"),
        IssuedState::Corrected(day) => format!("replaced on {day} by a later issue of {}", sn(&license.sn)),
        IssuedState::Replaced(by, day) => format!("replaced by {} on {day}", sn(by)),
        IssuedState::Renewed(by, day) => format!("current, renewed by {} on {day}", sn(by)),
        IssuedState::Revoked(reason) => format!("revoked: {}", report.reason(reason)),
    };
    format!("issued by us on {} as {} to `{customer}`, {state}", license.day, sn(&license.sn))
}

/// The answer in JSON.
#[derive(Debug, Serialize)]
pub(super) struct FileAnswerJson {
    licenses: Vec<IssuedLicenseJson>,
    blocks_changed: usize,
    blocks_not_issued: usize,
}

#[derive(Debug, Serialize)]
struct IssuedLicenseJson {
    sn: String,
    customer: String,
    issued: String,
    state: &'static str,
    /// The license that replaced or renewed it.
    by: Option<String>,
    /// The day on which that was issued, or its own last day.
    on: Option<String>,
    /// The reason of a revocation.
    reason: Option<String>,
}

/// Returns the answer for a file in JSON, or `None` if the log was not consulted.
pub(super) fn json(report: &VerifyReport<'_>, at: usize) -> Option<FileAnswerJson> {
    let answer = report.answer(at)?;
    Some(FileAnswerJson {
        licenses: answer.licenses.iter().map(|license| license_json(report, license)).collect(),
        blocks_changed: answer.changed,
        blocks_not_issued: answer.not_issued,
    })
}

fn license_json(report: &VerifyReport<'_>, license: &IssuedLicense) -> IssuedLicenseJson {
    let sn = |sn: &str| report.value("SN", sn);
    let (state, by, on, reason) = match &license.state {
        IssuedState::Current => ("current", None, None, None),
        IssuedState::Ended(day) => ("ended", None, Some(day), None),
        IssuedState::Corrected(day) => ("issued-again", None, Some(day), None),
        IssuedState::Replaced(by, day) => ("replaced", Some(sn(by)), Some(day), None),
        IssuedState::Renewed(by, day) => ("renewed", Some(sn(by)), Some(day), None),
        IssuedState::Revoked(reason) => ("revoked", None, None, Some(report.reason(reason))),
    };
    IssuedLicenseJson {
        sn: sn(&license.sn),
        customer: report.value("LICENSEE", &license.customer),
        issued: license.day.clone(),
        state,
        by,
        on: on.cloned(),
        reason,
    }
}
