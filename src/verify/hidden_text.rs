//! Finds the hidden characters of a file: a comment can mislead a reader about what follows it.

use keywright_license::License;
use keywright_syntax::hidden::hidden;
use keywright_syntax::source::{BOM, Span};
use keywright_syntax::{Element, Item};

use super::verdict::{HiddenLine, HiddenText};

/// Lines that are listed one by one.
const MOST_LINES: usize = 100;
/// Characters that are listed of one line.
const MOST_CHARACTERS: usize = 8;

/// Returns the hidden characters of a file by line.
pub(super) fn hidden_text(license: &License) -> HiddenText {
    let text = license.source.text();
    let mut found = HiddenText::default();
    if text.is_ascii() {
        return found;
    }
    let comments = comments(license);
    let mark = if text.starts_with(BOM) { BOM.len() } else { 0 };
    let mut last = None;
    for (at, c, _) in hidden(text).filter(|(at, ..)| *at >= mark) {
        let line = license.source.position(at).line;
        let in_comment = is_in(&comments, at);
        let is_new = last != Some((line, in_comment));
        last = Some((line, in_comment));
        if is_new && found.lines.len() >= MOST_LINES {
            found.more += 1;
        } else if is_new {
            found.lines.push(HiddenLine { line, in_comment, characters: vec![c] });
        } else if let Some(known) = found.lines.last_mut().filter(|_| found.more == 0)
            && known.characters.len() < MOST_CHARACTERS
            && !known.characters.contains(&c)
        {
            known.characters.push(c);
        }
    }
    found
}

/// Returns the runs of comments of a file, in file order.
fn comments(license: &License) -> Vec<Span> {
    let mut comments = Vec::new();
    for item in license.tree.items() {
        match item {
            Item::Comments(run) => comments.push(*run),
            Item::Block(block) => {
                comments.extend(&block.header_comments);
                comments.extend(block.elements.iter().filter_map(|element| match element {
                    Element::Comments(run) => Some(*run),
                    Element::Directive(_) | Element::Stray(_) => None,
                }));
            }
            Item::Stray(_) | Item::Lost { .. } => {}
        }
    }
    comments
}

fn is_in(comments: &[Span], at: usize) -> bool {
    let next = comments.partition_point(|comment| comment.start as usize <= at);
    next.checked_sub(1).and_then(|last| comments.get(last)).is_some_and(|last| at < last.end as usize)
}
