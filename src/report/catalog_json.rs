//! JSON of `catalog check`, version 1. A public interface: fields may only be added.

use serde::Serialize;

use keywright_issue::{ANY_NUMBER, Fault, FeatureMix, Regression};

use super::escape::escaped;
use super::issue_json::{ProblemJson, problem};
use super::to_json;

/// The result of a check, for JSON.
#[derive(Debug)]
pub struct CatalogReport<'a> {
    /// Differences between the catalogues, one line each.
    pub changes: &'a [String],
    /// The orders that lose something or could not be compared.
    pub orders: &'a [CheckedOrder],
    /// Number of customers.
    pub customers: usize,
    /// Number of customers that would lose a feature mix.
    pub affected: usize,
    /// Number of orders that were not compared because of errors.
    pub not_compared: usize,
    /// Number of orders that are not in the issue log.
    pub never_issued: usize,
    /// Number of orders with more mixes than were tried.
    pub limited: usize,
    /// The exit code.
    pub exit_code: u8,
}

/// An order that loses something or could not be compared.
#[derive(Debug, Clone)]
pub struct CheckedOrder {
    /// The customer and the serial number, if the order could be read.
    pub order: Option<(String, String)>,
    /// The effect of the change on the order.
    pub effect: CatalogEffect,
    /// The reasons, if there is no license to compare with.
    pub problems: Vec<Fault>,
}

/// The effect of a change on an order.
#[derive(Debug, Clone)]
pub enum CatalogEffect {
    /// Some mixes no longer run completely: the first ones, and the number of others.
    Less(Vec<Regression>, usize),
    /// The catalogue no longer produces a license. Contains a mix that runs now.
    Nothing(FeatureMix),
    /// The order could not be compared. Contains the catalogue that is at fault, `old` or `new`, if it is not the order.
    NotCompared(Option<&'static str>),
}

impl CatalogEffect {
    fn word(&self) -> &'static str {
        match self {
            Self::Less(..) => "less",
            Self::Nothing(_) => "nothing",
            Self::NotCompared(_) => "not-compared",
        }
    }
}

#[derive(Debug, Serialize)]
struct CatalogJson {
    version: u32,
    changes: Vec<String>,
    orders: Vec<CheckedJson>,
    summary: CatalogSummary,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct CheckedJson {
    customer: Option<String>,
    sn: Option<String>,
    effect: &'static str,
    /// The catalogue that is at fault.
    catalog: Option<&'static str>,
    losses: Vec<LostMixJson>,
    more_losses: usize,
    problems: Vec<ProblemJson>,
}

#[derive(Debug, Serialize)]
struct LostMixJson {
    before: Vec<MixedFeature>,
    after: Vec<MixedFeature>,
}

#[derive(Debug, Serialize)]
struct MixedFeature {
    feature: String,
    /// None for any number.
    count: Option<u64>,
}

#[derive(Debug, Serialize)]
struct CatalogSummary {
    customers: usize,
    affected: usize,
    not_compared: usize,
    never_issued: usize,
    limited: usize,
}

/// Renders the result as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn render(report: &CatalogReport<'_>) -> serde_json::Result<String> {
    to_json::document(&CatalogJson {
        version: 1,
        changes: report.changes.iter().map(|change| escaped(change)).collect(),
        orders: report.orders.iter().map(checked).collect(),
        summary: CatalogSummary {
            customers: report.customers,
            affected: report.affected,
            not_compared: report.not_compared,
            never_issued: report.never_issued,
            limited: report.limited,
        },
        exit_code: report.exit_code,
    })
}

fn checked(checked: &CheckedOrder) -> CheckedJson {
    let (losses, more_losses) = match &checked.effect {
        CatalogEffect::Less(losses, more) => (losses.iter().map(loss).collect(), *more),
        CatalogEffect::Nothing(ran) => (vec![LostMixJson { before: mix(ran), after: Vec::new() }], 0),
        CatalogEffect::NotCompared(_) => (Vec::new(), 0),
    };
    CheckedJson {
        customer: checked.order.as_ref().map(|(customer, _)| escaped(customer)),
        sn: checked.order.as_ref().map(|(_, sn)| escaped(sn)),
        effect: checked.effect.word(),
        catalog: match checked.effect {
            CatalogEffect::NotCompared(catalog) => catalog,
            CatalogEffect::Less(..) | CatalogEffect::Nothing(_) => None,
        },
        losses,
        more_losses,
        problems: checked.problems.iter().map(problem).collect(),
    }
}

fn loss(loss: &Regression) -> LostMixJson {
    LostMixJson { before: mix(&loss.ran), after: mix(&loss.now) }
}

fn mix(mix: &FeatureMix) -> Vec<MixedFeature> {
    let some = mix.iter().filter(|(_, count)| *count > 0);
    some.map(|(feature, count)| MixedFeature {
        feature: escaped(feature),
        count: Some(*count).filter(|count| *count != ANY_NUMBER),
    })
    .collect()
}
