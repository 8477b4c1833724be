//! C010: a block that another block replaces on all its days.

use crate::rules::time::is_never_in_force;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::Role;
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::{Code, Severity};

/// A block that another block replaces on all its days.
static CODE: Code = Code::warning("C010", "never-used");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block that grants nothing from today on, because another block replaces it",
    rationale: "REPLACES hides the blocks that it names while its own block is valid, so their licenses are lost. An \
          addition that was meant to enlarge a license must not replace it. Files of a former period are \
          normally replaced by a renewal: if the block was used before, or if the other block is in another \
          file, this is a note.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=20 }
FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=10 REPLACES=\"FEATURE=Draw\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=20 }
FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=10 }
",
    ),
    how_to_fix: "Remove the replaced block, or remove REPLACES from the other one if both are to count.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if !cx.blocks().any(|block| block.feature.terms().replaces.is_some()) {
        return;
    }
    for block in cx.blocks().filter(|block| !is_never_in_force(block.feature)) {
        if let Some((other, was_used)) = replaced(cx, block) {
            report(cx, sink, block, other, was_used);
        }
    }
}

/// Returns the block that replaces a block on all its days from today on, and whether it was in force before.
fn replaced<'c, 'a>(cx: &'c Context<'a>, block: &GraphBlock<'a>) -> Option<(&'c GraphBlock<'a>, bool)> {
    let model = cx.model();
    let id = model.block(block.id.index())?;
    let today = cx.options.at;
    let first = block.feature.start.map_or(today, |start| start.value.max(today));
    let Role::ReplacedBy(other) = model.role_by_text(id, first) else { return None };
    let periods = model.periods_in_force(id);
    if periods.iter().any(|(_, last)| *last >= today) {
        return None;
    }
    Some((cx.graph.blocks().get(other.index())?, !periods.is_empty()))
}

fn report(
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
    block: &GraphBlock<'_>,
    other: &GraphBlock<'_>,
    was_used: bool,
) {
    let never = if was_used { "is no longer used" } else { "is never used" };
    let message = format!("`{}` {never}: another block replaces it", block.name());
    let place =
        other.feature.terms().replaces.as_ref().map_or(other.feature.name.span, |replaces| replaces.span);
    let mut found = cx
        .found(&CODE, block, block.feature.name.span, message)
        .also_in(other.license.source.id(), place, "replaces it")
        .help("remove the replaced block, or remove REPLACES if both are to count");
    if was_used || other.file != block.file {
        found.severity = Severity::Note;
    }
    sink.push(found);
}
