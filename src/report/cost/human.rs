//! The cost of a feature as text: for each alternative, a dependency tree and the licenses drawn, and the number of
//! checkouts that fit at the same time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use keywright_license::Kind;
use keywright_resolve::semantics::OVERFLOW;
use keywright_resolve::{
    Alternative, BlockId, CheckoutCost, CostLine, CostRange, Failure, Model, Outcome, Reason, Role, State,
    UNLIMITED, Usable,
};

use super::FeatureCost;
use crate::escape::escape;

/// Renders the cost of a request on a server without other checkouts.
#[must_use]
pub fn render(cost: &FeatureCost<'_>) -> String {
    let FeatureCost { model, request, alternatives, entitlements, .. } = cost;
    let mut text = String::new();
    let count = if request.count > 1 { format!("{} × ", request.count) } else { String::new() };
    let _ = writeln!(text, "{count}{} on {}", escape(cost.feature()), cost.day());
    let first = alternatives.iter().position(|alternative| alternative.draws.is_ok());
    for (index, alternative) in alternatives.iter().enumerate() {
        let role = entitlements.role(alternative.block);
        let _ = writeln!(text, "\n{}", heading(model, alternative, role, index, first));
        push_tree(&mut text, model, alternative);
        if let Ok(draws) = &alternative.draws {
            push_pools(&mut text, model, &cost.state, draws);
        }
        if let Some(cost) = entitlements.cost(alternative.block).filter(|_| request.count == 1) {
            push_range(&mut text, model, cost);
        }
    }
    push_others(&mut text, cost);
    let _ = writeln!(text, "\n{}", at_once(cost.usable));
    if let Some(day) = cost.first_day {
        let _ = writeln!(text, "the first day on which it can run is {day}: see `--at {day}`");
    }
    text
}

/// Writes the blocks that are not tried: UPGRADE blocks, further METERED blocks, and duplicates.
fn push_others(text: &mut String, cost: &FeatureCost<'_>) {
    for block in cost.others() {
        let role = cost.entitlements.role(block).describe(cost.model);
        let _ = writeln!(text, "\n{}: {}", block_name(cost.model, block), escape(&role));
    }
    let mut copies: BTreeMap<BlockId, usize> = BTreeMap::new();
    for (_, first) in cost.duplicates() {
        *copies.entry(first).or_default() += 1;
    }
    for (first, count) in copies {
        let noun = if count == 1 { "duplicate" } else { "duplicates" };
        let _ = writeln!(text, "\n{}: {count} {noun}, counted once", block_name(cost.model, first));
    }
}

fn block_name(model: &Model, block: BlockId) -> String {
    format!("{} ({})", escape(&model.label(block)), model.kind(block).as_str())
}

fn heading(
    model: &Model,
    alternative: &Alternative,
    role: Role,
    index: usize,
    first: Option<usize>,
) -> String {
    let block = alternative.block;
    let name = block_name(model, block);
    if !role.is_used() {
        return format!("{name}: {}", escape(&role.describe(model)));
    }
    match &alternative.draws {
        Err(Outcome::Denied(reason)) => format!("{name}: denied, {}", reason.as_str()),
        Err(Outcome::Failed(failure)) => format!("{name}: {}", failure.as_str()),
        _ if model.kind(block) == Kind::Activation => {
            format!("{name}: activated on a device, not checked out")
        }
        Ok(_) if first == Some(index) => format!("{name}: serves"),
        _ => format!("{name}: serves if the blocks before it cannot"),
    }
}

fn push_tree(text: &mut String, model: &Model, alternative: &Alternative) {
    // For each depth above: true if its line continues below.
    let mut open: Vec<bool> = Vec::new();
    for line in &alternative.tree {
        open.truncate(line.depth - 1);
        text.push_str("  ");
        for goes_on in &open {
            text.push_str(if *goes_on { "│  " } else { "   " });
        }
        text.push_str(if line.last { "└─ " } else { "├─ " });
        let _ = writeln!(text, "{}", needed(model, line));
        open.push(!line.last);
    }
    if alternative.cut {
        let _ = writeln!(text, "  … and more paths");
    }
}

fn needed(model: &Model, line: &CostLine) -> String {
    let count = number(line.count);
    let Some(block) = line.block else {
        return format!(
            "{count} × {}: {}",
            escape(model.name_text(line.name)),
            Reason::NoSuchFeature.as_str()
        );
    };
    let name = format!("{count} × {} ({})", escape(&model.label(block)), model.kind(block).as_str());
    match line.choice {
        (_, 1) => name,
        (1, _) => format!("{name}, first choice"),
        (n, _) => format!("or {name}, choice {n}"),
    }
}

/// Writes the number drawn from each pool, and the number free.
fn push_pools(text: &mut String, model: &Model, state: &State, draws: &[(BlockId, u64)]) {
    if draws.is_empty() {
        let _ = writeln!(text, "  takes no counted licenses");
        return;
    }
    let draws: BTreeMap<BlockId, u64> = draws.iter().copied().collect();
    for (block, amount) in draws {
        let free = state.free(model, block);
        let of = if free == UNLIMITED { "unlimited".to_owned() } else { format!("{free} free") };
        let _ = writeln!(text, "  takes {amount} of {} ({of})", escape(&model.label(block)));
    }
}

/// Maximum number of alternatives that are listed.
const MOST_LISTED: usize = 8;

/// Writes what other alternatives draw, if one checkout does not always draw the same.
fn push_range(text: &mut String, model: &Model, cost: &CheckoutCost) {
    if cost.is_exact() {
        return;
    }
    if !cost.is_complete {
        let _ = writeln!(text, "  not all alternatives were examined");
    }
    let draw = |draw: &CostRange| match (draw.least, draw.most) {
        (least, most) if least == most => format!("{most} of {}", escape(model.name_text(draw.feature))),
        (least, most) => format!("{least} to {most} of {}", escape(model.name_text(draw.feature))),
    };
    let draws: Vec<String> = cost.draws.iter().map(draw).collect();
    let _ = writeln!(text, "  depending on the alternatives, takes {}:", draws.join(" and "));
    for alternative in cost.alternatives.iter().take(MOST_LISTED) {
        let part = |(block, amount): &(BlockId, u64)| format!("{amount} of {}", escape(&model.label(*block)));
        let parts: Vec<String> = alternative.iter().map(part).collect();
        let _ = writeln!(text, "    {}", parts.join(" and "));
    }
    if cost.alternatives.len() > MOST_LISTED {
        let _ = writeln!(text, "    … and {} more", cost.alternatives.len() - MOST_LISTED);
    }
}

fn at_once(fit: Usable) -> String {
    match fit {
        Usable::Exactly(0) => "none can run".to_owned(),
        Usable::Devices(0) => "no device can be activated".to_owned(),
        Usable::Devices(UNLIMITED) => "any number of devices can be activated".to_owned(),
        Usable::Devices(count) => format!("{count} devices can be activated"),
        Usable::Undetermined => format!("the number that can run is {}", Failure::Budget.as_str()),
        Usable::Exactly(count) => format!("{count} can run at the same time if nothing else runs"),
        Usable::AtLeast(count) => {
            format!("at least {count} can run at the same time if nothing else runs")
        }
        Usable::Unlimited => "any number can run at the same time".to_owned(),
    }
}

fn number(count: u64) -> String {
    if count == OVERFLOW { "more than 2^64".to_owned() } else { count.to_string() }
}
