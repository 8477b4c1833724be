//! C007: a larger pool that would deny a checkout.

use crate::trial::Taken;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::{Code, Diagnostic};

use super::anomaly_search::MoreMeansLess;

/// A larger pool that would deny a checkout.
pub(super) static CODE: Code = Code::warning("C007", "more-means-less");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a pool that would deny a checkout if it were larger: one that is granted today, alone or as the \
           second of two",
    rationale: "Alternatives are tried in order, and a choice is not revisited. In a larger pool, an earlier \
          alternative that did not fit before fits now, and takes the licenses that a later dependency or \
          another feature needs. A customer who buys more could run less. The rule simulates every feature \
          alone and after every other feature, at each pool size at which an alternative starts to fit. \
          Features that share counts, consume METERED licenses or draw on reserved licenses are skipped.",
    bad: Example::Text(
        "FEATURE Suite
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=3\"
  TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\"
  TOKEN_DEPENDENCY=\"FEATURE=Print VERSION=1.0 COUNT=4\"
}
FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=3\"
  TOKEN_DEPENDENCY=\"FEATURE=Print VERSION=1.0 COUNT=4\"
}
FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Spare VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme COUNT=5 }
FEATURE Print { VENDOR=Acme COUNT=4 }
FEATURE Spare { VENDOR=Acme COUNT=4 }
",
    ),
    good: Example::Text(
        "FEATURE Suite
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=3\"
  TOKEN_DEPENDENCY=\"FEATURE=Print VERSION=1.0 COUNT=4\"
  TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\"
}
FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=3\"
  TOKEN_DEPENDENCY=\"FEATURE=Print VERSION=1.0 COUNT=4\"
}
FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Spare VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme COUNT=5 }
FEATURE Print { VENDOR=Acme COUNT=4 }
FEATURE Spare { VENDOR=Acme COUNT=4 }
",
    ),
    how_to_fix: "Move the dependency without alternatives before the one with alternatives, or enlarge the other \
             pool as well.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for proof in &cx.mixes().proofs {
        if let Some(found) = finding(cx, proof) {
            sink.push(found);
        }
    }
}

fn finding(cx: &Context<'_>, proof: &MoreMeansLess) -> Option<Diagnostic> {
    let (pool, root) = (cx.graph.block(proof.pool)?, cx.graph.block(proof.root)?);
    let (name, count) = (pool.name(), pool.feature.count?);
    let (last, before) = proof.features.split_last()?;
    let (message, all, help) = match before.first() {
        None => (
            format!("a larger `{name}` would deny `{last}`, which is granted now"),
            "it is granted",
            "move the dependency with alternatives to the end, or enlarge the other pool as well".to_owned(),
        ),
        Some(first) => (
            format!("a larger `{name}` would deny `{last}` after `{first}`; both are granted now"),
            "both are granted",
            format!(
                "move the alternative of `{first}` that is used now before the other, or enlarge `{name}` for both"
            ),
        ),
    };
    let now = list(cx, &proof.features, &proof.now);
    let mut then = list(cx, before, &proof.then);
    if !then.is_empty() {
        then.push_str(", ");
    }
    let lack = lack(cx, proof).unwrap_or_default();
    let found = cx
        .found(&CODE, pool, count.span, message)
        .label(format!("now, `{name}`={}: {now}: {all}", count.value))
        .also(count.span, format!("with `{name}`={}: {then}`{last}` is denied{lack}", proof.larger))
        .also_in(root.license.source.id(), root.feature.name.span, "the feature that is denied");
    Some(found.help(help))
}

/// The pool that is too small for the last checkout, as text.
fn lack(cx: &Context<'_>, proof: &MoreMeansLess) -> Option<String> {
    let lack = proof.lack?;
    let scarce = cx.graph.block(lack.pool)?.name();
    let others = proof.then.iter().flatten().filter(|(pool, _)| *pool == lack.pool);
    let own = lack.used.saturating_sub(others.map(|(_, used)| *used).sum());
    let (more, free) = (lack.needed.saturating_sub(lack.used), lack.size.saturating_sub(lack.used));
    Some(if own > 0 {
        format!(": takes {own} of `{scarce}` and needs {more} more, {free} free")
    } else {
        format!(": needs {more} of `{scarce}`, {free} free")
    })
}

/// `` `Draw` takes 10 of `B`, `Print` takes 4 of `A` ``
fn list(cx: &Context<'_>, features: &[String], taken: &[Taken]) -> String {
    let one = |(feature, taken): (&String, &Taken)| {
        let parts =
            taken.iter().filter_map(|(pool, n)| Some(format!("{n} of `{}`", cx.graph.block(*pool)?.name())));
        let mut parts: Vec<String> = parts.collect();
        let more = parts.len().saturating_sub(MOST_POOLS);
        parts.truncate(MOST_POOLS);
        if more > 0 {
            parts.push(format!("{more} more"));
        }
        format!("`{feature}` takes {}", parts.join(" and "))
    };
    features.iter().zip(taken).map(one).collect::<Vec<_>>().join(", ")
}

/// Maximum number of pools shown for one checkout.
const MOST_POOLS: usize = 5;
