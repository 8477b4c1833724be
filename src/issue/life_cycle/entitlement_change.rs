//! The effect of an order on all that its customer has, by the entitlement model.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use keywright_license::License;
use keywright_resolve::{Entitlements, Model, Role, Usable};

use crate::error::Fault;

/// A change of the usable total of a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitlementChange {
    /// Feature name.
    pub feature: String,
    /// First day.
    pub from: String,
    /// Last day; none if the change has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Usable total before the order.
    pub before: String,
    /// Usable total after the order.
    pub after: String,
    /// True if the total after the order is lower.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loss: bool,
}

/// Formats as `MyPool: 20 → 30 from 2026-01-15 to 2026-12-31`.
impl fmt::Display for EntitlementChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} → {} from {}", self.feature, self.before, self.after, self.from)?;
        self.until.as_ref().map_or(Ok(()), |until| write!(f, " to {until}"))
    }
}

/// The licenses of a customer before and after an order.
#[derive(Debug)]
pub(crate) struct EntitlementComparison<'a> {
    pub(crate) before: Vec<&'a License>,
    /// The last one is the license of the order: a customer adds its file to those that are there.
    pub(crate) after: Vec<&'a License>,
    pub(crate) day: Date,
}

impl EntitlementComparison<'_> {
    /// Returns the changes of all usable totals, from the day of issue on.
    ///
    /// # Errors
    /// Returns an error if the resolver rejects the licenses together.
    pub(crate) fn changes(&self) -> Result<Vec<EntitlementChange>, Fault> {
        let (before, after) = (compiled(&self.before)?, compiled(&self.after)?);
        let days = self.days();
        let at = |model: &Model| -> Vec<Entitlements> {
            days.iter().map(|day| Entitlements::on(model, *day)).collect()
        };
        let (had, has) = (at(&before), at(&after));
        let mut names: Vec<&str> = after.names().map(|(_, name)| name).collect();
        names.extend(before.names().map(|(_, name)| name).filter(|name| after.name(name).is_none()));
        let mut changes = Vec::new();
        for name in names {
            let totals = had
                .iter()
                .zip(&has)
                .zip(&days)
                .map(|((had, has), day)| (*day, usable(&before, had, name), usable(&after, has, name)));
            changes.extend(changes_of(name, totals));
        }
        Ok(changes)
    }

    /// Returns the first block of the order that has no effect on its first day, with its role.
    ///
    /// # Errors
    /// Returns an error if the resolver rejects the licenses together.
    pub(crate) fn useless(&self) -> Result<Option<(String, String)>, Fault> {
        let model = compiled(&self.after)?;
        let Some((license, others)) = self.after.split_last() else { return Ok(None) };
        for feature in &license.features {
            let day = feature.start.map_or(self.day, |start| start.value.max(self.day));
            let role = Entitlements::on(&model, day).role_at(&model, others.len(), feature.span);
            let role = role.filter(|role| !role.is_used() && !matches!(role, Role::EndedOn(_)));
            if let Some(role) = role {
                return Ok(Some((feature.name.value.to_string(), role.describe(&model))));
            }
        }
        Ok(None)
    }

    /// The days on which a total can change, beginning with the day of issue.
    fn days(&self) -> Vec<Date> {
        let mut days = BTreeSet::from([self.day]);
        for feature in self.before.iter().chain(&self.after).flat_map(|license| &license.features) {
            days.extend(feature.start.map(|start| start.value));
            days.extend(feature.end.and_then(|end| end.value.tomorrow().ok()));
        }
        days.into_iter().filter(|day| *day >= self.day).collect()
    }
}

pub(crate) fn compiled(licenses: &[&License]) -> Result<Model, Fault> {
    Model::compile(licenses.iter().copied()).map_err(|error| Fault::new(error.message))
}

fn usable(model: &Model, entitlements: &Entitlements, name: &str) -> Usable {
    model.name(name).map_or(Usable::Exactly(0), |name| entitlements.usable(name))
}

/// Returns the periods in which the total of one feature differs.
fn changes_of(name: &str, totals: impl Iterator<Item = (Date, Usable, Usable)>) -> Vec<EntitlementChange> {
    let mut changes: Vec<EntitlementChange> = Vec::new();
    let mut last: Option<(Usable, Usable)> = None;
    for (day, before, after) in totals {
        if last == Some((before, after)) {
            continue;
        }
        // The period before this day has ended.
        if let (Some(open), Ok(yesterday)) = (changes.last_mut(), day.yesterday())
            && open.until.is_none()
            && last.is_some_and(|(before, after)| before != after)
        {
            open.until = Some(yesterday.to_string());
        }
        last = Some((before, after));
        if before != after {
            changes.push(EntitlementChange {
                feature: name.to_owned(),
                from: day.to_string(),
                until: None,
                before: before.to_string(),
                after: after.to_string(),
                loss: rank(after).zip(rank(before)).is_some_and(|(after, before)| after < before),
            });
        }
    }
    changes
}

/// Returns a number to compare totals by, or `None` if the total is not known.
fn rank(usable: Usable) -> Option<u64> {
    match usable {
        Usable::Exactly(count) | Usable::AtLeast(count) | Usable::Devices(count) => Some(count),
        Usable::Unlimited => Some(u64::MAX),
        Usable::Undetermined => None,
    }
}
