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
    /// The blocks that were left out, in the order of the files.
    pub dropped: Vec<Dropped>,
}

/// A block that was left out.
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

/// Merges licenses in their order. A block is left out if it is a duplicate, or if it serves and adds to nothing on `at`
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

/// Returns why a block is left out, or `None` if it stays.
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
    roles.iter().all(is_idle).then(|| first.words(model))
}

/// Appends a text without some parts; of a line that has nothing else, the line break goes too.
fn append(all: &mut String, text: &str, without: &[(usize, usize)]) {
    if !all.is_empty() {
        if !all.ends_with('\n') {
            all.push('\n');
        }
        if !text.trim().is_empty() && !all.ends_with("\n\n") && !all.ends_with("\n\r\n") {
            all.push('\n');
        }
    }
    let mut from = 0;
    for (start, end) in without {
        let before = text.get(from..*start).unwrap_or_default();
        all.push_str(before);
        from = *end;
        let rest = text.get(from..).unwrap_or_default();
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let is_alone = all.is_empty() || all.ends_with('\n');
        if is_alone && line.trim().is_empty() {
            from += line.len();
            let next = text.get(from..).unwrap_or_default().split_inclusive('\n').next().unwrap_or_default();
            // One of the two empty lines around the block is enough.
            if next.trim().is_empty() && (all.is_empty() || all.ends_with("\n\n")) {
                from += next.len();
            }
        }
    }
    all.push_str(text.get(from..).unwrap_or_default());
}
