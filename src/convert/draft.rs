//! A license before it is written: the common form that all readers map to.

use std::collections::HashMap;

use keywright_license::{Count, KeyType, Name, Version, check_value};

use super::loss::{BAD_VALUE, Place, Report, TEXT_CHANGED};

/// A license.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Draft {
    /// The blocks, in the order in which the result has them.
    pub(crate) blocks: Vec<DraftBlock>,
    /// The facts that the source states, for the scenarios.
    pub(crate) grants: Vec<Grant>,
}

/// A FEATURE block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DraftBlock {
    /// The name.
    pub(crate) name: String,
    /// VENDOR.
    pub(crate) vendor: String,
    /// KEYTYPE; `None` for a local license.
    pub(crate) kind: Option<KeyType>,
    /// VERSION.
    pub(crate) version: Version,
    /// COUNT.
    pub(crate) count: Option<Count>,
    /// The licenses that a token draws.
    pub(crate) needs: Vec<DraftNeed>,
    /// All other directives with their values, in the order of the result.
    pub(crate) more: Vec<(&'static str, String)>,
    /// The line that the block stems from.
    pub(crate) place: Place,
}

/// A TOKEN_DEPENDENCY.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DraftNeed {
    /// The feature.
    pub(crate) feature: String,
    /// The minimum version.
    pub(crate) version: Version,
    /// The number of licenses.
    pub(crate) count: u32,
}

/// A statement about one feature on the day of the conversion: what the source grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The feature.
    pub(crate) feature: String,
    /// The grant.
    pub(crate) total: Total,
}

/// The licenses of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Total {
    /// Any number of checkouts is granted.
    Any,
    /// The number of checkouts at the same time; one more is denied.
    Parts {
        /// The parts, in the order in which they are tried.
        parts: Vec<Part>,
        /// True if the licenses are for named users or hosts.
        named: bool,
    },
    /// No checkout is granted on this day.
    NotInForce,
}

/// Checkouts that take their licenses from the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// The licenses of one checkout, by feature.
    pub(crate) each: Vec<(String, u64)>,
    /// The number of checkouts at the same time, at least one.
    pub(crate) at_once: u64,
}

impl DraftBlock {
    /// Creates a block without COUNT and dependencies.
    #[must_use]
    pub(crate) fn new(name: &str, vendor: &str, version: Version, place: Place) -> Self {
        Self {
            name: name.to_owned(),
            vendor: vendor.to_owned(),
            kind: None,
            version,
            count: None,
            needs: Vec::new(),
            more: Vec::new(),
            place,
        }
    }

    /// Sets a directive whose value is known to be valid.
    pub(crate) fn set(&mut self, name: &'static str, value: impl std::fmt::Display) {
        self.more.push((name, value.to_string()));
    }

    /// Sets a directive with text of the source. A value that the license language does not allow is reported.
    pub(crate) fn set_text(&mut self, name: &'static str, value: &str, report: &mut Report) {
        if value.is_empty() {
            return;
        }
        if name == "SN" && !Name::is_valid(value) {
            report.add_found(
                &TEXT_CHANGED,
                self.place,
                format!("the serial number `{}` is not a name", excerpt(value)),
            );
            self.remark(&format!("SN {value}"), report);
            return;
        }
        let changed = value.replace('"', "'");
        if changed != value {
            report.add_found(&TEXT_CHANGED, self.place, format!("the value of {name} has quotes"));
        }
        match check_value(name, &changed) {
            Ok(()) => self.more.push((name, changed)),
            Err(refusal) => report.add_found(&BAD_VALUE, self.place, refusal.message),
        }
    }

    /// Returns the value of a directive.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.more.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Adds text to COMMENT.
    pub(crate) fn remark(&mut self, text: &str, report: &mut Report) {
        let old = self.more.iter().position(|(name, _)| *name == "COMMENT");
        let old = old.map(|at| self.more.remove(at).1);
        let text = old.map_or_else(|| text.to_owned(), |old| format!("{old}; {text}"));
        self.set_text("COMMENT", &text, report);
    }
}

/// Returns the beginning of a text for a message.
pub(crate) fn excerpt(text: &str) -> String {
    keywright_syntax::excerpt(text)
}

impl Draft {
    /// Returns the features with several pools of which at least one is shared, with the place of their second pool.
    pub(crate) fn shared_pools(&self) -> Vec<(&str, Place)> {
        let is_shared = |block: &DraftBlock| {
            block
                .get("SHARE")
                .is_some_and(|share| share.split('|').any(|part| matches!(part, "HOST" | "USER" | "CUSTOM")))
        };
        let mut features: HashMap<&str, (usize, bool, Place)> = HashMap::new();
        let mut order = Vec::new();
        for block in
            self.blocks.iter().filter(|block| block.kind.is_some_and(|kind| kind != KeyType::Upgrade))
        {
            let entry = features.entry(&block.name).or_insert_with(|| {
                order.push(block.name.as_str());
                (0, false, block.place)
            });
            *entry = (entry.0 + 1, entry.1 || is_shared(block), block.place);
        }
        let several =
            |name: &&str| features.get(name).is_some_and(|(count, shared, _)| *count > 1 && *shared);
        let place = |name: &str| features.get(name).map_or_else(Place::default, |entry| entry.2);
        order.into_iter().filter(several).map(|name| (name, place(name))).collect()
    }

    /// Marks identical ADDITIVE blocks, which would count once, with a COMMENT that names their line.
    pub(crate) fn tell_apart(&mut self, line: impl Fn(Place) -> usize) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for block in &mut self.blocks {
            if !matches!(block.kind, Some(KeyType::Additive | KeyType::Upgrade)) {
                continue;
            }
            let key = format!(
                "{} {} {:?} {:?} {:?} {:?}",
                block.vendor, block.name, block.kind, block.version, block.count, block.more
            );
            let count = seen.entry(key).or_default();
            *count += 1;
            if *count > 1 {
                let text = format!("pool {count}, from line {}", line(block.place));
                let old = block.more.iter().position(|(name, _)| *name == "COMMENT");
                let old = old.map(|at| block.more.remove(at).1);
                block
                    .more
                    .push(("COMMENT", old.map_or_else(|| text.clone(), |old| format!("{old}; {text}"))));
            }
        }
    }
}
