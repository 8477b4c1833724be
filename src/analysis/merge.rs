//! One license file from several: without the blocks that are duplicates, or that serve and add to nothing on any day.

use jiff::civil::Date;

use keywright_license::{Feature, License};
use keywright_resolve::{Entitlements, Model, Role};

/// A merged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text.
    pub text: String,
    /// The number of blocks in it.
    pub kept: usize,
    /// The blocks that were omitted, in the order of the files.
    pub dropped: Vec<Dropped>,
}

/// A block that was omitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The index of the license, from 0.
    pub license: usize,
    /// The line of the block, from 1.
    pub line: usize,
    /// The name of the block.
    pub feature: String,
    /// The reason.
    pub reason: String,
}

/// Merges licenses in their order. A block is omitted if it is a duplicate, or if it serves and adds to nothing on `at`
/// and on each later day; with `keep_expired`, a block that has ended stays. Comments, KEYs and the order of the other
/// blocks stay as they are.
#[must_use]
pub fn merge(licenses: &[License], model: &Model, at: Date, keep_expired: bool) -> Merged {
    let mut days = model.turning_days(at);
    days.insert(0, at);
    let entitlements: Vec<Entitlements> = days.iter().map(|day| Entitlements::on(model, *day)).collect();
    let mut merged = Merged { text: String::new(), kept: 0, dropped: Vec::new() };
    for (index, license) in licenses.iter().enumerate() {
        let mut out = Vec::new();
        for feature in &license.features {
            match reason(model, &entitlements, index, feature, keep_expired) {
                Some(reason) => {
                    let line = license.source.position(feature.span.start as usize).line;
                    let name = feature.name.value.as_str().to_owned();
                    merged.dropped.push(Dropped { license: index, line, feature: name, reason });
                    out.push((feature.span.start as usize, feature.span.end as usize));
                }
                None => merged.kept += 1,
            }
        }
        append(&mut merged.text, license.source.text(), &out);
    }
    merged
}

/// Returns why a block is omitted, or `None` if it stays.
fn reason(
    model: &Model,
    days: &[Entitlements],
    license: usize,
    feature: &Feature,
    keep_expired: bool,
) -> Option<String> {
    if !feature.is_sound() {
        return None;
    }
    let roles: Vec<Role> =
        days.iter().map(|day| day.role_at(model, license, feature.span)).collect::<Option<Vec<_>>>()?;
    let first = *roles.first()?;
    let is_idle = |role: &Role| match role {
        Role::Serves | Role::AddsTo(_) | Role::CannotBeServed(_) => false,
        Role::EndedOn(_) => !keep_expired,
        Role::OtherServes(_)
        | Role::ReplacedBy(_)
        | Role::StartsOn(_)
        | Role::DuplicateOf(_)
        | Role::NoBase => true,
    };
    roles.iter().all(is_idle).then(|| first.describe(model))
}

/// Appends the rest of a file, after an empty line. A rest without text is omitted.
fn append(all: &mut String, text: &str, without: &[(usize, usize)]) {
    let rest = rest(text, without);
    if rest.trim().is_empty() {
        return;
    }
    if !all.is_empty() {
        if !all.ends_with('\n') {
            all.push('\n');
        }
        if !all.ends_with("\n\n") && !all.ends_with("\n\r\n") {
            all.push('\n');
        }
    }
    all.push_str(&rest);
}

/// Returns a text without some parts. Of a line that has nothing else, the line break goes too.
fn rest(text: &str, without: &[(usize, usize)]) -> String {
    let mut rest = String::new();
    let mut from = 0;
    let line_at =
        |from: usize| text.get(from..).unwrap_or_default().split_inclusive('\n').next().unwrap_or_default();
    for (start, end) in without {
        rest.push_str(text.get(from..*start).unwrap_or_default());
        from = *end;
        let line = line_at(from);
        if (rest.is_empty() || rest.ends_with('\n')) && line.trim().is_empty() {
            from += line.len();
            // One of the two empty lines around the part is enough.
            let next = line_at(from);
            if next.trim().is_empty() && (rest.is_empty() || rest.ends_with("\n\n")) {
                from += next.len();
            }
        }
    }
    rest.push_str(text.get(from..).unwrap_or_default());
    rest
}

#[cfg(test)]
mod tests {
    use super::{append, rest};

    #[test]
    fn rest_keeps_comments_and_one_empty_line() {
        let text = "# one\nA\n\n# two\nB # same line\n\nC\n";
        let part = |name: &str| {
            let at = text.find(name).unwrap();
            (at, at + 1)
        };
        assert_eq!(rest(text, &[part("A\n")]), "# one\n\n# two\nB # same line\n\nC\n");
        assert_eq!(rest(text, &[part("B #")]), "# one\nA\n\n# two\n # same line\n\nC\n");
        assert_eq!(rest(text, &[part("C\n")]), "# one\nA\n\n# two\nB # same line\n\n");
    }

    #[test]
    fn appended_files_are_apart() {
        let mut all = String::new();
        for text in ["A", "\n", "B\n", "C\n\n", "D"] {
            append(&mut all, text, &[]);
        }
        assert_eq!(all, "A\n\nB\n\nC\n\nD");
    }
}
