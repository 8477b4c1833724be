//! Counts the directives of a block, to find duplicates and repetitions beyond the limit. Counters are indexed by the
//! number of the directive in the table, so the cost of a directive does not depend on those before it.

use keywright_syntax::Block;
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::effort;
use keywright_syntax::source::{FileId, SourceFile, Span};

use super::codes;
use super::directive::{DIRECTIVES, Directive, numbered};
use super::model::Feature;

/// The directives of one block, counted by their number in the table.
#[derive(Debug, Default)]
pub(super) struct Times {
    rows: Vec<Row>,
    /// True for the directives that the block contains anywhere, by their number. Computed on first use.
    all: Option<Vec<bool>>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    /// The number in the table.
    number: usize,
    times: usize,
    first: Span,
    /// The first directive beyond the limit.
    beyond: Option<Span>,
}

/// A directive that a block has too many times.
#[derive(Debug)]
pub(super) struct Beyond {
    row: &'static Directive,
    times: usize,
    /// The first one beyond the limit.
    place: Span,
}

impl Times {
    /// Counts a directive. Returns its count so far, and the place of the first.
    pub(super) fn count(&mut self, number: usize, whole: Span) -> (usize, Span) {
        let Some(row) = self.rows.iter_mut().find(|row| row.number == number) else {
            self.rows.push(Row { number, times: 1, first: whole, beyond: None });
            return (1, whole);
        };
        row.times += 1;
        if row.beyond.is_none() && DIRECTIVES.get(number).is_some_and(|it| row.times > it.most) {
            row.beyond = Some(whole);
        }
        (row.times, row.first)
    }

    /// Returns the repeatable directives that exceed their limit, in the order of the table.
    pub(super) fn beyond(&self) -> Vec<Beyond> {
        let mut rows: Vec<&Row> = self.rows.iter().filter(|row| row.beyond.is_some()).collect();
        rows.sort_by_key(|row| row.number);
        let beyond = rows.into_iter().filter_map(|counted| {
            let row = DIRECTIVES.get(counted.number).filter(|row| row.repeats())?;
            Some(Beyond { row, times: counted.times, place: counted.beyond? })
        });
        beyond.collect()
    }

    /// Prepares for another block.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.all = None;
    }

    /// Returns true if the block contains a directive anywhere, also after the current one.
    pub(super) fn is_in(&mut self, number: usize, source: &SourceFile, block: &Block) -> bool {
        let all = self.all.get_or_insert_with(|| numbers(source, block));
        all.get(number).copied().unwrap_or_default()
    }
}

fn numbers(source: &SourceFile, block: &Block) -> Vec<bool> {
    effort::spend_on(block.elements.len());
    let mut all = vec![false; DIRECTIVES.len()];
    for (number, _) in block.directives().filter_map(|it| numbered(source.slice(it.name))) {
        all.iter_mut().skip(number).take(1).for_each(|is_there| *is_there = true);
    }
    all
}

/// Returns the finding for a repeated directive that may be given only once.
pub(super) fn duplicate(source: &SourceFile, row: &Directive, first: Span, second: Span) -> Diagnostic {
    let equal = source.slice(first) == source.slice(second);
    let found = Diagnostic::new(
        &codes::DUPLICATE_DIRECTIVE,
        source.id(),
        second,
        format!("duplicate `{}`", row.name),
    )
    .label("second occurrence")
    .also(first, "first occurrence");
    if equal {
        return found.help("remove one of them").safe_fix("remove the duplicate", second, "");
    }
    found.help("keep only one of them")
}

/// Returns the finding for a repeatable directive that exceeds its limit.
pub(super) fn too_many(file: FileId, feature: &Feature, beyond: &Beyond) -> Diagnostic {
    let Beyond { row, times, place } = beyond;
    let (name, most) = (&feature.name.value, row.most);
    let shown = keywright_syntax::excerpt(name.as_str());
    let (code, message, help) = if row.name == "TOKEN_DEPENDENCY" {
        let message =
            format!("too many dependencies: token `{shown}` has {times}, at most {most} are allowed");
        (&codes::TOO_MANY_DEPENDENCIES, message, "move some of them to a second token and depend on it")
    } else {
        let message = format!(
            "too many `{}` directives: block `{shown}` has {times}, at most {most} are allowed",
            row.name
        );
        (&codes::TOO_MANY_DIRECTIVES, message, "move some of them to a second block")
    };
    Diagnostic::new(code, file, *place, message).label("the first one above the limit").help(help)
}
