//! The findings that the comments of a file allow.

use std::collections::HashMap;

use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::{FileId, Span};

use super::allow_findings;

/// The `allow` comments of one file.
#[derive(Debug, Default)]
pub(super) struct Suppressions {
    /// Each code in a comment, with the span of the comment and whether it matched a finding.
    named: Vec<(&'static Code, Span, bool)>,
    /// Scopes of blocks and of lines by code. Each list is in file order; scopes are equal or do not overlap.
    blocks: HashMap<&'static str, Vec<(Span, usize)>>,
    lines: HashMap<&'static str, Vec<(Span, usize)>>,
    /// Findings on the comments themselves.
    pub(super) faults: Vec<Diagnostic>,
}

/// The part of a file to which a comment applies.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    Block(Span),
    Line(Span),
    Nothing,
}

impl Suppressions {
    pub(super) fn name(&mut self, code: &'static Code, comment: Span, scope: Scope) {
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
        let unused = unused.map(|(code, span, _)| allow_findings::unused_allow(file, *span, code));
        std::mem::take(&mut self.faults).into_iter().chain(unused).collect()
    }
}
