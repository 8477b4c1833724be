//! Small changes (mutations) of a license, each of which a complete set of scenarios detects: a COUNT one higher or
//! lower, a dependency removed, two alternatives swapped, a date moved by a day, SHARE removed.

use std::collections::HashMap;

use jiff::civil::Date;

use keywright_license::{Count, Feature, Kind, License};
use keywright_resolve::{BlockId, Model};
use keywright_syntax::Directive;
use keywright_syntax::diagnostic::Edit;
use keywright_syntax::effort;
use keywright_syntax::source::Span;

/// A mutation of a license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// Index of the license, from 0.
    pub license: usize,
    /// The location of the change.
    pub span: Span,
    /// The description of the change.
    pub text: String,
    /// The edits of the license text, in order.
    pub edits: Vec<Edit>,
    touched: Touched,
}

/// The condition under which a mutation has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touched {
    /// The block at a span has no effect.
    Block(Span),
    /// It makes no difference whether a block is in force on a day.
    Day(Span, Date),
    /// The dependency of a block, by index, is never met for this count and above.
    Dependency(Span, usize, u32),
    /// The token is never granted, so it never shares.
    Share(Span),
    /// None: the mutation always has an effect.
    Kind,
    /// The order of two blocks does not matter.
    Order(Span, Span),
}

impl Mutant {
    /// Returns the mutated text.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut changed = String::with_capacity(text.len() + 8);
        let mut at = 0;
        for edit in &self.edits {
            changed.push_str(text.get(at..edit.span.start as usize).unwrap_or_default());
            changed.push_str(&edit.replacement);
            at = edit.span.end as usize;
        }
        changed.push_str(text.get(at..).unwrap_or_default());
        changed
    }

    /// Returns the proof that no event can distinguish the mutated license from the original, or `None`.
    #[must_use]
    pub fn cannot_matter(&self, model: &Model) -> Option<&'static str> {
        let block = |span| model.block_at(self.license, span);
        match self.touched {
            Touched::Block(span) => without_effect(model, block(span)?),
            Touched::Day(span, day) => {
                let id = block(span)?;
                without_effect(model, id).or_else(|| {
                    let proof = "it makes no difference whether the block is in force on that day";
                    model.has_no_effect_on(id, day).then_some(proof)
                })
            }
            Touched::Dependency(span, index, least) => {
                let id = block(span)?;
                without_effect(model, id).or_else(|| {
                    let proof = "the dependency needs more licenses than there are";
                    model.is_never_met(id, index, least.into()).then_some(proof)
                })
            }
            Touched::Share(span) => {
                let id = block(span)?;
                without_effect(model, id)
                    .or_else(|| model.never_runs(id).then_some("the token can never run, so it never shares"))
            }
            Touched::Kind => None,
            Touched::Order(first, second) => {
                let can_swap = model.can_swap(block(first)?, block(second)?);
                can_swap.then_some("the order of these blocks does not matter")
            }
        }
    }
}

/// Returns the proof that a block has no effect, or `None`.
fn without_effect(model: &Model, block: BlockId) -> Option<&'static str> {
    model.has_no_effect(block).then_some("the block has no effect on any day")
}

/// Returns all mutations of a license, in file order.
#[must_use]
pub fn mutants(license: usize, file: &License) -> Vec<Mutant> {
    let mut all = Vec::new();
    let next = next_of_name(file);
    for (index, feature) in file.features.iter().enumerate() {
        effort::spend(1);
        if !feature.is_sound() {
            continue;
        }
        let mut block = MutantBuilder { license, file, feature, all: &mut all };
        block.count();
        block.dependencies();
        block.share();
        block.dates();
        if let Some(next) = next.get(index).copied().flatten() {
            block.swap(next);
        }
    }
    all
}

/// For each block the next sound one of its name and vendor.
fn next_of_name(file: &License) -> Vec<Option<&Feature>> {
    let mut last: HashMap<(&str, &str), &Feature> = HashMap::new();
    let mut next = vec![None; file.features.len()];
    for (feature, next) in file.features.iter().zip(&mut next).rev().filter(|(it, _)| it.is_sound()) {
        *next = last.insert((feature.name.value.as_str(), feature.vendor_name()), feature);
    }
    next
}

struct MutantBuilder<'a> {
    license: usize,
    file: &'a License,
    feature: &'a Feature,
    all: &'a mut Vec<Mutant>,
}

impl MutantBuilder<'_> {
    fn push(&mut self, span: Span, text: String, edits: Vec<Edit>, touched: Touched) {
        self.all.push(Mutant { license: self.license, span, text, edits, touched });
    }

    fn replace(&mut self, span: Span, text: String, replacement: String, touched: Touched) {
        self.push(span, text, vec![Edit { span, replacement }], touched);
    }

    fn block(&self) -> Touched {
        Touched::Block(self.feature.span)
    }

    fn directive(&self, name: &str) -> Option<Directive> {
        let block = self.file.block(self.feature)?;
        block.directives().find(|directive| self.file.source.slice(directive.name) == name).copied()
    }

    fn count(&mut self) {
        let Some(Count::Limited(count)) = self.feature.count.map(|count| count.value) else { return };
        let Some(directive) = self.directive("COUNT") else { return };
        for changed in neighbours(count) {
            let text = format!("`{}`: COUNT={count} changed to {changed}", self.feature.name.value);
            self.replace(directive.value.inner(), text, changed.to_string(), self.block());
        }
    }

    fn dependencies(&mut self) {
        let source = self.file.source.clone();
        for (index, dependency) in self.feature.dependencies.iter().enumerate() {
            let needed = &dependency.feature.value;
            let written = source.slice(dependency.span);
            let Some(at) = written.rfind("COUNT=").map(|at| at + "COUNT=".len()) else { continue };
            let start = dependency.span.start as usize + at;
            let digits = written.get(at..).unwrap_or_default();
            let len = digits.bytes().take_while(u8::is_ascii_digit).count();
            for changed in neighbours(dependency.count) {
                let (name, count) = (&self.feature.name.value, dependency.count);
                let text = format!("`{name}`: COUNT={count} of `{needed}` changed to {changed}");
                let least = changed.min(dependency.count);
                let touched = Touched::Dependency(self.feature.span, index, least);
                self.replace(Span::new(start, start + len), text, changed.to_string(), touched);
            }
        }
        if self.feature.dependencies.len() > 1 {
            self.dropped();
        }
    }

    fn dropped(&mut self) {
        let file = self.file;
        let Some(block) = file.block(self.feature) else { return };
        let written = block.directives().filter(|it| file.source.slice(it.name) == "TOKEN_DEPENDENCY");
        for (directive, dependency) in written.zip(&self.feature.dependencies) {
            let text =
                format!("`{}`: dependency `{}` removed", self.feature.name.value, dependency.feature.value);
            self.replace(directive.span(), text, String::new(), Touched::Kind);
        }
    }

    fn share(&mut self) {
        let counts = matches!(self.feature.kind, Kind::Exclusive | Kind::Additive | Kind::Token);
        if !(counts && self.feature.shares_counts()) {
            return;
        }
        let Some(directive) = self.directive("SHARE") else { return };
        let text = format!("`{}`: SHARE removed", self.feature.name.value);
        self.replace(directive.span(), text, String::new(), Touched::Share(self.feature.span));
    }

    /// Moving a date by a day affects only one day: the day that is added or removed.
    fn dates(&mut self) {
        let dates = [("START", self.feature.start, true), ("END", self.feature.end, false)];
        for (name, date, is_start) in dates {
            let (Some(date), Some(directive)) = (date.map(|date| date.value), self.directive(name)) else {
                continue;
            };
            let (earlier, later) = (date.yesterday().ok(), date.tomorrow().ok());
            for (moved, grows) in [(earlier, is_start), (later, !is_start)] {
                let Some(moved) = moved else { continue };
                let day = if grows { moved } else { date };
                let text = format!("`{}`: {name}={date} changed to {moved}", self.feature.name.value);
                let touched = Touched::Day(self.feature.span, day);
                self.replace(directive.value.inner(), text, moved.to_string(), touched);
            }
        }
    }

    fn swap(&mut self, next: &Feature) {
        let (first, second) = (self.feature.span, next.span);
        let source = self.file.source.clone();
        let edit = |span, from| Edit { span, replacement: source.slice(from).to_owned() };
        let line = source.position(second.start as usize).line;
        let text = format!("`{}`: swapped with the block on line {line}", self.feature.name.value);
        self.push(first, text, vec![edit(first, second), edit(second, first)], Touched::Order(first, second));
    }
}

/// The valid counts next to a count.
fn neighbours(count: u32) -> impl Iterator<Item = u32> {
    let more = count.checked_add(1).filter(|more| i32::try_from(*more).is_ok());
    [more, count.checked_sub(1).filter(|less| *less > 0)].into_iter().flatten()
}
