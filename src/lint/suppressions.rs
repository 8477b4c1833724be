//! Comments that allow a finding: `# keywright: allow(CODE) reason`.
//!
//! Above a block or in its header, a comment applies to the block; after a directive, to that line; on its own line within
//! a block, to the next directive.

use std::collections::HashMap;

use keywright_license::License;
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::{FileId, SourceFile, Span};
use keywright_syntax::{Block, Element, Item, comments};

use super::registry;
use super::rules::allows::{allow_without_reason, unknown_allow, unused_allow};

/// The `allow` comments of one file.
#[derive(Debug, Default)]
pub(super) struct Suppressions {
    /// Each code in a comment, with the span of the comment and whether it matched a finding.
    named: Vec<(&'static Code, Span, bool)>,
    /// Scopes of blocks and of lines by code. Each list is in file order; scopes are equal or do not overlap.
    blocks: HashMap<&'static str, Vec<(Span, usize)>>,
    lines: HashMap<&'static str, Vec<(Span, usize)>>,
    /// Findings on the comments themselves.
    faults: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Copy)]
enum Scope {
    Block(Span),
    Line(Span),
    Nothing,
}

impl Suppressions {
    pub(super) fn read(license: &License) -> Self {
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
            self.faults.push(unknown_allow::not_understood(source.id(), span, order.trim()));
            return;
        };
        if reason.trim().is_empty() {
            self.faults.push(allow_without_reason::finding(source.id(), span));
        }
        for word in codes.split(',').map(str::trim) {
            match registry::rule(word) {
                None => self.faults.push(unknown_allow::unknown(source.id(), span, word)),
                Some(rule) if !rule.may_be_allowed_in_file() => {
                    self.faults.push(unknown_allow::refused(source.id(), span, rule.code));
                }
                Some(rule) => self.name(rule.code, span, scope),
            }
        }
    }

    fn name(&mut self, code: &'static Code, comment: Span, scope: Scope) {
        let at = self.named.len();
        self.named.push((code, comment, false));
        match scope {
            Scope::Block(span) => self.blocks.entry(code.id).or_default().push((span, at)),
            Scope::Line(span) => self.lines.entry(code.id).or_default().push((span, at)),
            Scope::Nothing => {}
        }
    }

    /// Returns true if a comment allows a finding of `code` at `place`, and marks the comment as used.
    pub(super) fn allow(&mut self, code: &Code, place: Span) -> bool {
        let at = [&self.lines, &self.blocks].into_iter().find_map(|scopes| {
            let scopes = scopes.get(code.id)?;
            let before = scopes.partition_point(|(scope, _)| scope.start <= place.start);
            let (scope, at) = scopes.get(before.checked_sub(1)?)?;
            (place.start <= scope.end).then_some(*at)
        });
        match at.and_then(|at| self.named.get_mut(at)) {
            Some((_, _, used)) => {
                *used = true;
                true
            }
            None => false,
        }
    }

    /// The findings on the comments. Call after all other findings were checked.
    pub(super) fn findings(&mut self, file: FileId) -> Vec<Diagnostic> {
        let unused = self.named.iter().filter(|(_, _, used)| !used);
        let unused = unused.map(|(code, span, _)| unused_allow::finding(file, *span, code));
        std::mem::take(&mut self.faults).into_iter().chain(unused).collect()
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
