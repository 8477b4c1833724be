//! Reading of comments that allow a finding: `# keywright: allow(CODE) reason`.
//!
//! Above a block or in its header, a comment applies to the block; after a directive, to that line; on its own line within
//! a block, to the next directive.

use keywright_license::License;
use keywright_syntax::source::{SourceFile, Span};
use keywright_syntax::{Block, Element, Item, comments};

use super::allow_findings;
use super::level::UnknownSelector;
use super::registry;
use super::suppressions::{Scope, Suppressions};

impl Suppressions {
    pub(super) fn parse(license: &License) -> Self {
        let mut allows = Self::default();
        let source = &*license.source;
        if !source.text().contains("keywright:") {
            return allows;
        }
        let mut pending = Vec::new();
        for item in license.tree.items() {
            match item {
                Item::Comments(run) => {
                    for span in orders(source, *run) {
                        if is_trailing(source, span) {
                            allows.comment(source, span, Scope::Line(line_of(source, span)));
                        } else {
                            pending.push(span);
                        }
                    }
                }
                Item::Stray(_) | Item::Lost { .. } => allows.pending(source, &mut pending, Scope::Nothing),
                Item::Block(block) => {
                    allows.pending(source, &mut pending, Scope::Block(block.span));
                    allows.block(source, block);
                }
            }
        }
        allows.pending(source, &mut pending, Scope::Nothing);
        allows
    }

    fn pending(&mut self, source: &SourceFile, pending: &mut Vec<Span>, scope: Scope) {
        for span in pending.drain(..) {
            self.comment(source, span, scope);
        }
    }

    fn block(&mut self, source: &SourceFile, block: &Block) {
        for span in block.header_comments.iter().flat_map(|run| orders(source, *run)) {
            self.comment(source, span, Scope::Block(block.span));
        }
        let mut pending = Vec::new();
        let mut before = block.open;
        for element in &block.elements {
            let Element::Comments(run) = element else {
                before = element.span();
                self.pending(source, &mut pending, Scope::Line(line_of(source, before)));
                continue;
            };
            for span in orders(source, *run) {
                if !is_trailing(source, span) {
                    pending.push(span);
                    continue;
                }
                // A value may span several lines; a comment after it applies to all of them.
                let own = line_of(source, span);
                let line = if own.contains(before.end) { own.to(line_of(source, before)) } else { own };
                let in_header = line.contains(block.span.start) || line.contains(block.open.start);
                let scope = if in_header { Scope::Block(block.span) } else { Scope::Line(line) };
                self.comment(source, span, scope);
            }
        }
        self.pending(source, &mut pending, Scope::Nothing);
    }

    fn comment(&mut self, source: &SourceFile, span: Span, scope: Scope) {
        let Some(order) = order_of(source, span) else { return };
        let read = order.trim().strip_prefix("allow").and_then(|rest| rest.trim_start().strip_prefix('('));
        let Some((codes, reason)) = read.and_then(|rest| rest.split_once(')')) else {
            self.faults.push(allow_findings::invalid_comment(source.id(), span, order.trim()));
            return;
        };
        if reason.trim().is_empty() {
            self.faults.push(allow_findings::allow_without_reason(source.id(), span));
        }
        for word in codes.split(',').map(str::trim) {
            match registry::rule(word) {
                None => self.faults.push(allow_findings::unknown_allow(
                    source.id(),
                    span,
                    &UnknownSelector::new(word),
                )),
                Some(rule) if !rule.code.may_be_allowed_in_file => {
                    self.faults.push(allow_findings::refused_allow(source.id(), span, rule.code));
                }
                Some(rule) => self.name(rule.code, span, scope),
            }
        }
    }
}

/// Returns the text of a comment after `keywright:`, if it has that prefix.
fn order_of(source: &SourceFile, comment: Span) -> Option<&str> {
    source.slice(comment).trim_start_matches('#').trim().strip_prefix("keywright:")
}

/// Returns the comments of a run that have the prefix `keywright:`; there may be millions of others.
fn orders(source: &SourceFile, run: Span) -> impl Iterator<Item = Span> {
    comments(source, run).filter(|span| order_of(source, *span).is_some())
}

/// Returns true if the line has text before `comment`.
fn is_trailing(source: &SourceFile, comment: Span) -> bool {
    let before = Span { start: line_of(source, comment).start, end: comment.start };
    !source.slice(before).trim_start_matches(keywright_syntax::source::BOM).trim().is_empty()
}

/// The line in which `span` starts.
fn line_of(source: &SourceFile, span: Span) -> Span {
    source.line_span(source.position(span.start as usize).line).unwrap_or(span)
}
