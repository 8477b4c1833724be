//! The closed lists of words in the types of the Python package and of the npm package: they are those of the library.

use std::fs;

use keywright::resolve::Role;
use keywright::verify::application::{Denial, HostMatch};
use keywright::verify::{Outcome, Verdict};

use crate::support::root;

/// Returns the text between `before` and `after`.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no `{before}`"));
    rest.split_once(after).unwrap_or_else(|| panic!("no `{after}` after `{before}`")).0
}

/// Returns the strings in quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

#[test]
fn types_of_the_bindings_list_the_words_of_the_library() {
    let outcomes = [Outcome::Valid, Outcome::NotNow, Outcome::Policy, Outcome::NotValid, Outcome::Unreadable];
    let lists: [(&str, Vec<&str>); 5] = [
        ("Outcome", outcomes.map(Outcome::as_str).to_vec()),
        ("Verdict", Verdict::ALL.map(Verdict::as_str).to_vec()),
        ("HostMatch", HostMatch::ALL.map(|(_, name)| name).to_vec()),
        ("Role", Role::WORDS.to_vec()),
        ("Reason", Denial::names().collect()),
    ];
    let python = fs::read_to_string(root().join("bindings/python/python/keywright/__init__.pyi")).unwrap();
    let types = fs::read_to_string(root().join("bindings/wasm/index.d.ts")).unwrap();
    for (name, words) in lists {
        assert_eq!(quoted(between(&python, &format!("\n{name} = Literal["), "]")), words, "Python: {name}");
        assert_eq!(
            quoted(between(&types, &format!("export type {name} ="), ";")),
            words,
            "TypeScript: {name}"
        );
    }
}
