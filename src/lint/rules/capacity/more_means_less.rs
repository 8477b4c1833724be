//! C007: a larger pool would deny what is granted now.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Code;
use crate::graph::{Block, BlockId, Named, UNLIMITED};
use crate::license::{Kind, Version};
use crate::lint::{Check, Context, Example, Rule, Sink};
use crate::source::FileId;

use super::first_fit::{FirstFit, Outcome};

/// A larger pool would deny what is granted now.
static CODE: Code = Code::warning("C007", "more-means-less");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a pool that, were it larger, would make a checkout fail that is granted now",
    why: "Alternatives are tried in order, and what was chosen is not revisited. With a larger pool an earlier \
          alternative fits that did not fit before, and takes what a later dependency needs. A customer who buys more \
          would be able to run less.",
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
    remedy: "Put the dependency that cannot give way before the one that has alternatives, or enlarge the other pool as \
             well.",
    check: Check::Whole(check),
};

/// What makes a finding true, as plain data: a checkout that is granted, and is denied once a pool is larger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoreMeansLess {
    /// The feature that is checked out, once, from full pools.
    pub feature: String,
    /// The version asked for.
    pub version: Version,
    /// The file of the pool.
    pub file: FileId,
    /// The pool's block, by its index in the tree.
    pub block: usize,
    /// A COUNT with which the checkout is denied.
    pub larger: u64,
    pool: BlockId,
    root: BlockId,
    scarce: Option<BlockId>,
}

/// Steps that one checkout may take before it is given up, and all of one run together.
const STEPS: usize = 5_000;
const ALL_STEPS: usize = 2_000_000;
/// Most sizes of one pool that are tried.
const MOST_SIZES: usize = 8;
/// Chains longer than this are an error of their own.
const DEEPEST: u32 = 16;

/// All pools that, were they larger, would make a checkout fail that is granted now.
pub(in crate::lint) fn find(cx: &Context<'_>) -> Vec<MoreMeansLess> {
    let mut found = Vec::new();
    if cx.blocks().any(|block| block.feature.replaces.is_some()) {
        return found;
    }
    let special = cx.graph.ways_to(|id| cx.graph.block(id).is_some_and(is_special));
    let mut steps = ALL_STEPS;
    for named in cx.graph.names() {
        let mut tokens = cx.graph.providers(named).filter(|block| block.is_token()).peekable();
        let Some(root) = tokens.peek().map(|block| block.id) else { continue };
        let simple = cx.graph.providers(named).take(super::MOST_ALTERNATIVES).all(|block| {
            !special.leads_from(block.id)
                && !is_special(block)
                && !cx.measures.is_faulty(block.id)
                && cx.measures.depth(block.id).is_some_and(|depth| depth <= DEEPEST)
        });
        let open = tokens.any(|block| !cx.draws().is_exact(block.id));
        if simple && open {
            found.extend(try_name(cx, named, root, &mut steps));
        }
    }
    found
}

/// Whether a block is served by other rules than plain pools: shared, consumed, reserved.
fn is_special(block: &Block<'_>) -> bool {
    let feature = block.feature;
    feature.shares_counts()
        || feature.kind == Kind::Metered
        || feature.userbased.is_some()
        || feature.hostbased.is_some()
}

fn try_name(cx: &Context<'_>, named: &Named<'_>, root: BlockId, steps: &mut usize) -> Vec<MoreMeansLess> {
    let day = cx.options.at;
    let Some(version) = cx.graph.providers(named).map(|block| block.feature.version).min() else {
        return Vec::new();
    };
    let mut run = |enlarged| {
        *steps = steps.checked_sub(STEPS)?;
        let mut fit = FirstFit::new(cx.graph, day, enlarged, STEPS);
        let outcome = fit.name(named.vendor.as_str(), named.name.as_str(), version, 1)?;
        *steps += fit.steps;
        Some((outcome, fit.refused, fit.peak))
    };
    let Some((Outcome::Granted, refused, _)) = run(None) else { return Vec::new() };
    let mut pools: BTreeMap<BlockId, BTreeSet<u64>> = BTreeMap::new();
    for (pool, size) in refused {
        pools.entry(pool).or_default().insert(size);
    }
    // Each size at which one more alternative fits may be the one that denies; so may having enough for all of them.
    let denied = pools.into_iter().filter_map(|(pool, sizes)| {
        sizes.into_iter().take(MOST_SIZES).chain([UNLIMITED]).find_map(|size| {
            match run(Some((pool, size)))? {
                (Outcome::Denied(scarce), _, peak) => Some((pool, scarce, peak)),
                _ => None,
            }
        })
    });
    let proofs = denied.filter_map(|(pool, scarce, larger)| {
        let block = cx.graph.block(pool)?;
        Some(MoreMeansLess {
            feature: named.name.as_str().to_owned(),
            version,
            file: block.license.source.id(),
            block: block.feature.block,
            larger,
            pool,
            root,
            scarce,
        })
    });
    proofs.collect()
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for proof in find(cx) {
        let (Some(pool), Some(root)) = (cx.graph.block(proof.pool), cx.graph.block(proof.root)) else {
            continue;
        };
        let Some(count) = pool.feature.count else { continue };
        let scarce =
            proof.scarce.and_then(|id| cx.graph.block(id)).map_or("another pool", |block| block.name());
        let help = if proof.scarce == Some(proof.pool) {
            "put the dependency that has alternatives last, or enlarge the pool by enough for both"
        } else {
            "put the dependency that has alternatives last, or enlarge the other pool as well"
        };
        let message =
            format!("a larger `{}` would deny `{}`, which is granted now", pool.name(), proof.feature);
        sink.push(
            cx.found(&CODE, pool, count.span, message)
                .label(format!("COUNT={}: one `{}` is granted", count.value, proof.feature))
                .also(
                    count.span,
                    format!(
                        "COUNT={}: it is denied, as an earlier alternative fits and takes too much of `{scarce}`",
                        proof.larger
                    ),
                )
                .also_in(root.license.source.id(), root.feature.name.span, "the feature that is denied")
                .help(help),
        );
    }
}
