//! The answer of the issue log about a file, in one line: issued or not, and its state.

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
