//! Capacity as CSV: one table with the most of each feature, the frontiers, and the smallest denied mixes.

use std::fmt::Write as _;

use keywright_analysis::Amount;

use super::Analysed;
use crate::escape::escape;

/// Renders a result as CSV with a header. Rows of the kind `feature` have `most`; rows of the kind `pair` have the number
/// of the first feature and the most of the second; rows of the kind `denied` have a mix and a reason.
#[must_use]
pub fn render(analysed: &Analysed<'_>) -> String {
    let capacity = analysed.capacity;
    let mut text = "kind,feature,most,second,first,always,sometimes,mix,reason\n".to_owned();
    for row in &capacity.features {
        let (name, most) = (cell(&row.feature), amount(row.most));
        let _ = writeln!(text, "feature,{name},{most},,,,,,");
    }
    for frontier in &capacity.pairs {
        let [first, second] = frontier.features.each_ref().map(|name| cell(name));
        for row in &frontier.rows {
            let (always, sometimes) = (row.always.map(amount).unwrap_or_default(), amount(row.sometimes));
            let _ = writeln!(text, "pair,{first},,{second},{},{always},{sometimes},,", row.first);
        }
    }
    for denied in &capacity.smallest_denied {
        let mix: Vec<String> = denied.mix.iter().map(|(name, times)| format!("{name}:{times}")).collect();
        let _ = writeln!(text, "denied,,,,,,,{},{}", cell(&mix.join(",")), denied.reason.as_str());
    }
    text
}

/// A bound is written as `>=5`.
fn amount(amount: Amount) -> String {
    match amount {
        Amount::Exactly(number) => number.to_string(),
        Amount::AtLeast(number) => format!(">={number}"),
        Amount::Unlimited => "unlimited".to_owned(),
    }
}

/// Quotes a cell if necessary. A cell that a spreadsheet could take for a formula begins with an apostrophe.
fn cell(text: &str) -> String {
    let safe = escape(text);
    let guard = if safe.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if safe.contains([',', '"']) {
        format!("\"{guard}{}\"", safe.replace('"', "\"\""))
    } else {
        format!("{guard}{safe}")
    }
}
