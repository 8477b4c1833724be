//! Names of features: sources compare them without case and allow more characters.

use std::collections::HashMap;

use keywright_license::Name;

use super::loss::{NAME_SPELLING, Place, RENAMED_FEATURE, Report};

/// The names of vendors, each with the spelling of its first use.
#[derive(Debug, Default)]
pub(crate) struct Vendors(HashMap<String, String>);

impl Vendors {
    /// Replaces a name by the first spelling of it.
    pub(crate) fn unify(&mut self, name: &mut String) {
        let first = self.0.entry(name.to_ascii_lowercase()).or_insert_with(|| name.clone());
        if first != name {
            name.clone_from(first);
        }
    }
}

/// The names of a source, each with the spelling of its first use.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashMap<String, SeenName>,
    /// Names of the result, in lower case, with the name of the source that they stem from.
    taken: HashMap<String, String>,
    /// The additional feature that counts the licenses of a feature.
    seats: HashMap<String, String>,
}

#[derive(Debug)]
struct SeenName {
    first: String,
    result: Option<String>,
}

impl Names {
    /// Returns the name to write for `text`; `None` if there is none. Losses are reported at `place`.
    pub(crate) fn get(&mut self, text: &str, place: Place, report: &mut Report) -> Option<String> {
        let folded = text.to_ascii_lowercase();
        if let Some(known) = self.known.get(&folded) {
            if known.first != text {
                let source =
                    format!("`{text}` is spelled `{}` before; the source ignores the case", known.first);
                report.add_found(&NAME_SPELLING, place, source);
            }
            return known.result.clone();
        }
        let result = self.fresh(text, place, report);
        self.known.insert(folded, SeenName { first: text.to_owned(), result: result.clone() });
        result
    }

    fn fresh(&mut self, text: &str, place: Place, report: &mut Report) -> Option<String> {
        let allowed: String = text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' })
            .collect();
        if !Name::is_valid(&allowed) {
            return None;
        }
        if self.taken.contains_key(&allowed.to_ascii_lowercase()) {
            return None;
        }
        if allowed != text {
            report.add_with(
                &RENAMED_FEATURE,
                place,
                format!("the name `{text}` has characters that are not allowed in a license"),
                format!("the feature is called `{allowed}`"),
            );
        }
        self.taken.insert(allowed.to_ascii_lowercase(), text.to_owned());
        Some(allowed)
    }

    /// Returns the name of the additional feature that counts the licenses of `name`: always the same one, and one that the
    /// source does not use.
    pub(crate) fn seats(&mut self, name: &str) -> Option<String> {
        if let Some(seats) = self.seats.get(name) {
            return Some(seats.clone());
        }
        let wanted = format!("{name}_seats");
        let numbered = (2..100).map(|number| format!("{wanted}{number}"));
        let is_free = |name: &String| {
            let folded = name.to_ascii_lowercase();
            Name::is_valid(name) && !self.taken.contains_key(&folded) && !self.known.contains_key(&folded)
        };
        let found = std::iter::once(wanted.clone()).chain(numbered).find(is_free)?;
        self.taken.insert(found.to_ascii_lowercase(), name.to_owned());
        self.seats.insert(name.to_owned(), found.clone());
        Some(found)
    }
}
