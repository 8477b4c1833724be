//! Capacity as text: features, pairs, the smallest denied mixes, and pools.

use std::fmt::Write as _;

use keywright_analysis::Amount;
use keywright_analysis::capacity::{DeniedMix, FeatureCapacity, Frontier, PoolUse, Row};

use super::Analysed;
use crate::escape::escape;

/// Maximum number of printed columns of one pair, pairs, and mixes; JSON and CSV have all of them.
const MOST_COLUMNS: usize = 60;
const MOST_PAIRS: usize = 40;
const MOST_MIXES: usize = 40;

/// Renders a result for a terminal of some columns. With `all`, nothing is omitted.
#[must_use]
pub fn render(analysed: &Analysed<'_>, width: usize, all: bool) -> String {
    let capacity = analysed.capacity;
    let mut text = String::new();
    let _ = writeln!(text, "capacity of {} on {}\n", escape(analysed.files), capacity.at);
    features(&mut text, &capacity.features);
    let most = |limit: usize| if all { usize::MAX } else { limit };
    let pairs = analysed.pairs();
    if !pairs.is_empty() {
        let _ =
            writeln!(text, "\npairs: how many of the second feature can run with each number of the first");
        for frontier in pairs.iter().take(most(MOST_PAIRS)) {
            pair(&mut text, frontier, width, most(MOST_COLUMNS));
        }
        more(&mut text, pairs.len(), most(MOST_PAIRS), "pairs");
        if !capacity.has_all_pairs {
            text.push_str("  there are too many pairs to analyse all; choose some with `--pair`\n");
        }
    }
    let mixes = analysed.mixes();
    if !mixes.is_empty() {
        let _ = writeln!(text, "\nsmallest mixes that are not always granted");
        let rows: Vec<(String, &DeniedMix)> =
            mixes.iter().copied().take(most(MOST_MIXES)).map(|mix| (times(&mix.mix, " + "), mix)).collect();
        let column = rows.iter().map(|(mix, _)| mix.chars().count()).max().unwrap_or(0);
        for (mix, denied) in rows {
            let order = if is_in_order(denied) {
                String::new()
            } else {
                format!("  in the order {}", times(&denied.order, ", "))
            };
            let _ = writeln!(text, "  {mix:column$}  {}{order}", denied.reason.as_str());
        }
        more(&mut text, mixes.len(), most(MOST_MIXES), "mixes");
        if !capacity.is_complete {
            text.push_str("  the search reached its limit; there may be more of these mixes\n");
        }
    }
    if !capacity.pools.is_empty() {
        text.push_str("\npools\n");
        capacity.pools.iter().for_each(|row| pool(&mut text, row));
    }
    text
}

fn more(text: &mut String, count: usize, shown: usize, what: &str) {
    if count > shown {
        let _ = writeln!(text, "  … and {} more {what}; `-v` shows all", count - shown);
    }
}

fn features(text: &mut String, rows: &[FeatureCapacity]) {
    let names = rows.iter().map(|row| escape(&row.feature).chars().count());
    let column = names.max().unwrap_or(0).max("feature".len());
    let wide = rows.iter().map(|row| row.most.to_string().len()).max().unwrap_or(0).max("at once".len());
    let _ = writeln!(text, "  {:column$}  {:>wide$}", "feature", "at once");
    for row in rows {
        let most = row.most.to_string();
        let _ = write!(text, "  {:column$}  {most:>wide$}", escape(&row.feature));
        let what = if row.is_activated { "devices; " } else { "" };
        let more: Vec<String> =
            row.one_more.iter().map(|(pool, count)| format!("{count} more of {}", escape(pool))).collect();
        let _ = match (row.ends, more.is_empty()) {
            (Some(_), false) => write!(text, "  {what}one more needs {}", more.join(" and ")),
            (Some(reason), true) => write!(text, "  {what}one more is denied: {}", reason.as_str()),
            (None, _) => write!(text, "  {}", what.trim_end_matches("; ")),
        };
        while text.ends_with(' ') {
            text.pop();
        }
        text.push('\n');
        for (vendor, most) in &row.vendors {
            let _ = writeln!(text, "  {:column$}  {:>wide$}  of {}", "", most.to_string(), escape(vendor));
        }
    }
}

/// Features with their numbers.
fn times(parts: &[(String, u64)], between: &str) -> String {
    let parts: Vec<String> = parts.iter().map(|(name, times)| format!("{times} {}", escape(name))).collect();
    parts.join(between)
}

/// Returns true if the order is that of the mix.
fn is_in_order(denied: &DeniedMix) -> bool {
    denied.order == denied.mix
}

/// Draws a frontier as a table: the numbers of the first feature above the most of the second.
fn pair(text: &mut String, frontier: &Frontier, width: usize, most: usize) {
    let [first, second] = frontier.features.each_ref().map(|name| escape(name));
    let differs = frontier.rows.iter().any(|row| row.always != Some(row.sometimes));
    let mut labels = vec![first.to_string()];
    if differs {
        labels.extend([format!("{second}, always"), format!("{second}, sometimes")]);
    } else {
        labels.push(second.to_string());
    }
    let column = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let mut columns = columns(&frontier.rows, differs);
    let cut = columns.len() > most;
    columns.truncate(most);
    let wide = |cells: &Vec<String>| cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
    let mut rest = columns.as_slice();
    text.push('\n');
    while !rest.is_empty() {
        let mut space = width.saturating_sub(column + 2);
        let fitting = rest.iter().take_while(|cells| {
            let next = space.checked_sub(wide(cells) + 2);
            space = next.unwrap_or(0);
            next.is_some()
        });
        let (part, later) = rest.split_at(fitting.count().max(1));
        for (line, label) in labels.iter().enumerate() {
            let _ = write!(text, "  {label:column$}");
            for cells in part {
                let cell = cells.get(line).map_or("", String::as_str);
                let _ = write!(text, "  {cell:>wide$}", wide = wide(cells));
            }
            text.push('\n');
        }
        rest = later;
    }
    if cut {
        text.push_str("  … more columns: `-v` shows all\n");
    }
    if !frontier.is_complete {
        text.push_str("  the search reached its limit; larger numbers may be possible\n");
    }
}

/// The columns of a table. Numbers of the first feature with the same result are one column.
fn columns(rows: &[Row], differs: bool) -> Vec<Vec<String>> {
    let same = |one: &Row, other: &Row| one.always == other.always && one.sometimes == other.sometimes;
    let group = rows.chunk_by(same).map(|rows| {
        let (from, to) = (rows.first()?, rows.last()?);
        let numbers = if from.first == to.first {
            from.first.to_string()
        } else {
            format!("{}–{}", from.first, to.first)
        };
        let mut cells = vec![numbers];
        if differs {
            cells.push(from.always.map_or_else(|| "–".to_owned(), amount));
        }
        cells.push(amount(from.sometimes));
        Some(cells)
    });
    group.flatten().collect()
}

fn amount(amount: Amount) -> String {
    match amount {
        Amount::AtLeast(number) => format!("≥{number}"),
        Amount::Unlimited => "∞".to_owned(),
        Amount::Exactly(number) => number.to_string(),
    }
}

fn pool(text: &mut String, row: &PoolUse) {
    let draw = |draw: &keywright_analysis::capacity::Draw| match draw.each {
        Some(each) => format!("{each} for {}", escape(&draw.feature)),
        None => format!("varying numbers for {}", escape(&draw.feature)),
    };
    let draws: Vec<String> = row.draws.iter().map(draw).collect();
    let draws = if draws.is_empty() { "no feature draws on it".to_owned() } else { draws.join(", ") };
    let rest = match row.rest {
        Some(rest) if rest > 0 => format!("; {rest} can never be used by these features"),
        _ => String::new(),
    };
    let _ = writeln!(text, "  {} has {}: {draws}{rest}", escape(&row.pool), row.size);
}
