//! JSON of `issue`, version 1: the plan of a dry run, the result of a run, and the refused orders of both. A public
//! interface: fields may only be added.

use serde::Serialize;

use keywright_issue::{Fault, Plan, Planned, Refused};

use super::escape::escaped;
use super::to_json;

/// A plan, for JSON.
#[derive(Debug)]
pub struct PlanReport<'a> {
    /// The plan of the accepted orders.
    pub plan: &'a Plan,
    /// The license text of each accepted order, if requested.
    pub texts: Option<&'a [String]>,
    /// The refused orders.
    pub refused: &'a [Refused],
    /// The exit code.
    pub exit_code: u8,
}

/// The result of a run, for JSON.
#[derive(Debug)]
pub struct IssueReport<'a> {
    /// The directory of the license files.
    pub out: &'a str,
    /// The licenses in the order of the orders.
    pub licenses: &'a [IssuedFile],
    /// Number of blocks in new license files.
    pub blocks: usize,
    /// The refused orders.
    pub refused: &'a [Refused],
    /// True if all licenses are written. Otherwise the run must be resumed.
    pub is_complete: bool,
    /// The exit code.
    pub exit_code: u8,
}

/// The file of a license.
#[derive(Debug, Clone)]
pub struct IssuedFile {
    /// Serial number.
    pub sn: String,
    /// The customer.
    pub customer: String,
    /// The name of the file.
    pub file: String,
    /// True if the file was written, false if it was there with the same content.
    pub is_new: bool,
}

#[derive(Debug, Serialize)]
struct PlanJson {
    version: u32,
    vendor: String,
    day: String,
    orders: Vec<PlannedJson>,
    totals: TotalsJson,
    refused: Vec<RefusedJson>,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct PlannedJson {
    sn: String,
    customer: String,
    file: String,
    /// Kind of the order and the license that it refers to.
    kind: Option<String>,
    changes: Vec<String>,
    entitlements: Vec<EntitlementJson>,
    loss_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Debug, Serialize)]
struct EntitlementJson {
    feature: String,
    from: String,
    until: Option<String>,
    before: String,
    after: String,
    loss: bool,
}

#[derive(Debug, Serialize)]
struct TotalsJson {
    orders: usize,
    blocks: usize,
    licenses: Vec<FeatureCount>,
    unlimited: usize,
}

#[derive(Debug, Serialize)]
struct FeatureCount {
    feature: String,
    count: u64,
}

#[derive(Debug, Serialize)]
struct ResultJson {
    version: u32,
    out: String,
    issued: usize,
    blocks: usize,
    unchanged: usize,
    licenses: Vec<IssuedJson>,
    refused: Vec<RefusedJson>,
    complete: bool,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct IssuedJson {
    sn: String,
    customer: String,
    file: String,
    state: &'static str,
}

/// A refused order.
#[derive(Debug, Serialize)]
pub(super) struct RefusedJson {
    sn: Option<String>,
    cause: &'static str,
    problems: Vec<ProblemJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// A problem with its place: the row and the cell of a table, or the line and the column of a text.
#[derive(Debug, Serialize)]
pub(super) struct ProblemJson {
    file: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    cell: Option<u64>,
    message: String,
    help: Option<String>,
}

/// Renders a plan as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn plan(report: &PlanReport<'_>) -> serde_json::Result<String> {
    let PlanReport { plan, texts, refused, exit_code } = report;
    let orders = plan.orders.iter().enumerate();
    let licenses = plan.totals.licenses.iter();
    to_json::document(&PlanJson {
        version: 1,
        vendor: escaped(&plan.vendor),
        day: escaped(&plan.day),
        orders: orders.map(|(at, planned)| order(planned, texts.and_then(|texts| texts.get(at)))).collect(),
        totals: TotalsJson {
            orders: plan.totals.orders,
            blocks: plan.totals.blocks,
            licenses: licenses
                .map(|(name, count)| FeatureCount { feature: escaped(name), count: *count })
                .collect(),
            unlimited: plan.totals.unlimited,
        },
        refused: refused.iter().map(|refused| refusal(refused, texts.is_some())).collect(),
        exit_code: *exit_code,
    })
}

/// Renders the result of a run as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn result(report: &IssueReport<'_>) -> serde_json::Result<String> {
    let issued = report.licenses.iter().filter(|license| license.is_new).count();
    let license = |license: &IssuedFile| IssuedJson {
        sn: escaped(&license.sn),
        customer: escaped(&license.customer),
        file: escaped(&license.file),
        state: if license.is_new { "issued" } else { "unchanged" },
    };
    to_json::document(&ResultJson {
        version: 1,
        out: escaped(report.out),
        issued,
        blocks: report.blocks,
        unchanged: report.licenses.len() - issued,
        licenses: report.licenses.iter().map(license).collect(),
        refused: report.refused.iter().map(|refused| refusal(refused, false)).collect(),
        complete: report.is_complete,
        exit_code: report.exit_code,
    })
}

fn order(planned: &Planned, license: Option<&String>) -> PlannedJson {
    let entitlements = planned.entitlements.iter().map(|change| EntitlementJson {
        feature: escaped(&change.feature),
        from: escaped(&change.from),
        until: change.until.as_deref().map(escaped),
        before: escaped(&change.before),
        after: escaped(&change.after),
        loss: change.loss,
    });
    let some = |value: &String| Some(escaped(value)).filter(|value| !value.is_empty());
    PlannedJson {
        sn: escaped(&planned.sn),
        customer: escaped(&planned.customer),
        file: escaped(&planned.file),
        kind: some(&planned.kind),
        changes: planned.changes.iter().map(|change| escaped(change)).collect(),
        entitlements: entitlements.collect(),
        loss_reason: some(&planned.loss_reason),
        text: license.cloned(),
    }
}

/// Converts a refusal. The text of a license is not escaped, because programs write it to a file.
pub(super) fn refusal(refused: &Refused, with_text: bool) -> RefusedJson {
    let mut faults: Vec<&Fault> = refused.faults.iter().collect();
    faults.sort_by_key(|fault| (&fault.file, fault.place, fault.cell));
    RefusedJson {
        sn: refused.sn.as_deref().map(escaped),
        cause: refused.cause.word(),
        problems: faults.into_iter().map(problem).collect(),
        text: refused.text.clone().filter(|_| with_text),
    }
}

/// Converts a fault.
pub(super) fn problem(fault: &Fault) -> ProblemJson {
    ProblemJson {
        file: fault.file.as_deref().map(escaped),
        line: fault.place.map(|(line, _)| line),
        // Column 0 is the whole line.
        column: fault.place.map(|(_, column)| column).filter(|column| *column > 0),
        cell: fault.cell,
        message: escaped(&fault.message),
        help: fault.help.as_deref().map(escaped),
    }
}
