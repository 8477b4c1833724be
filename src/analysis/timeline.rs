//! The usable totals of all features over time, and the days on which they change.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use keywright_license::{Feature, Kind, License};
use keywright_resolve::{Entitlement, Entitlements, Model, Role, Usable};

/// Maximum number of days on which totals are computed.
pub const MOST_DAYS: usize = 400;

/// The usable totals in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// All features, in file order.
    pub features: Vec<FeatureTime>,
    /// The days on which a feature stops, in order.
    pub stops: Vec<StoppedFeature>,
    /// False if the period has more changes than [`MOST_DAYS`]: then [`Self::to`] is the day before the first one omitted.
    pub is_complete: bool,
}

/// A feature over time.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureTime {
    /// VENDOR.
    pub vendor: String,
    /// The feature.
    pub name: String,
    /// The usable total from each of these days on: the first day of the period, and each change.
    pub steps: Vec<(Date, Usable)>,
    /// The events of its blocks, by day.
    pub events: Vec<BlockEvent>,
}

/// An event in the life of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockEvent {
    /// The day.
    pub day: Date,
    /// The kind of event.
    pub kind: EventKind,
    /// KEYTYPE of the block.
    pub keytype: &'static str,
    /// Index of the file.
    pub file: usize,
    /// Line of the block, from 1.
    pub line: usize,
}

/// The kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// START: the first day of a block.
    Start,
    /// START of an UPGRADE.
    Upgrade,
    /// END: the last day of a block.
    End,
    /// MAINTENANCE_END: the last day of maintenance.
    MaintenanceEnd,
}

impl EventKind {
    /// The word for reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Upgrade => "upgrade",
            Self::End => "end",
            Self::MaintenanceEnd => "maintenance-end",
        }
    }

    /// The words for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Start | Self::Upgrade => "first day",
            Self::End => "last day",
            Self::MaintenanceEnd => "last day of maintenance",
        }
    }
}

/// A feature that grants no checkout from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoppedFeature {
    /// The first day on which it does not run.
    pub day: Date,
    /// VENDOR.
    pub vendor: String,
    /// The feature.
    pub name: String,
    /// The reason: `needs 5 of a pool of 3`.
    pub reason: String,
}

impl Timeline {
    /// Computes the totals from a day to another one. Without `to`, up to the last change, and at least a year.
    #[must_use]
    pub fn of(licenses: &[&License], model: &Model, from: Date, to: Option<Date>) -> Self {
        let changes = changes(licenses, from);
        let year = from.saturating_add(jiff::Span::new().years(1));
        let to = to.unwrap_or_else(|| changes.last().map_or(year, |last| (*last).max(year)));
        let mut days: Vec<Date> =
            std::iter::once(from).chain(changes.into_iter().filter(|day| *day <= to)).collect();
        days.dedup();
        let is_complete = days.len() <= MOST_DAYS;
        let cut = days.get(MOST_DAYS).and_then(|day| day.yesterday().ok());
        let to = cut.unwrap_or(to);
        days.truncate(MOST_DAYS);
        let mut found = Self { from, to, features: Vec::new(), stops: Vec::new(), is_complete };
        for day in days {
            found.add(model, &Entitlements::on(model, day));
        }
        found.events(licenses, model);
        found.stops.sort_by_key(|stop| stop.day);
        found
    }

    /// Adds the totals of a day.
    fn add(&mut self, model: &Model, granted: &Entitlements) {
        for (at, entitlement) in granted.features().iter().enumerate() {
            if self.features.len() <= at {
                self.features.push(FeatureTime {
                    vendor: entitlement
                        .vendor
                        .as_ref()
                        .map(|name| name.as_str().to_owned())
                        .unwrap_or_default(),
                    name: model.name_text(entitlement.feature).to_owned(),
                    steps: Vec::new(),
                    events: Vec::new(),
                });
            }
            let Some(feature) = self.features.get_mut(at) else { continue };
            let before = feature.steps.last().map(|(_, usable)| *usable);
            if before == Some(entitlement.usable) {
                continue;
            }
            feature.steps.push((granted.day(), entitlement.usable));
            if entitlement.usable.is_none() && before.is_some_and(|before| !before.is_none()) {
                self.stops.push(StoppedFeature {
                    day: granted.day(),
                    vendor: feature.vendor.clone(),
                    name: feature.name.clone(),
                    reason: reason(model, granted, entitlement),
                });
            }
        }
    }

    /// Adds what happens to the blocks in the period.
    fn events(&mut self, licenses: &[&License], model: &Model) {
        let named = self.features.iter().enumerate();
        let index: HashMap<(String, String), usize> =
            named.map(|(at, one)| ((one.vendor.clone(), one.name.clone()), at)).collect();
        let period = self.from..=self.to;
        for (file, license) in licenses.iter().enumerate() {
            for feature in &license.features {
                // Blocks with errors are not in the model.
                let Some(block) = model.block_at(file, feature.span) else { continue };
                let key =
                    (feature.vendor_name().to_owned(), model.name_text(model.name_of(block)).to_owned());
                let Some(own) = index.get(&key).and_then(|at| self.features.get_mut(*at)) else { continue };
                let line = license.source.position(feature.span.start as usize).line;
                let within = |(day, _): &(Date, EventKind)| period.contains(day);
                let keytype = feature.kind.as_str();
                let event = |(day, kind)| BlockEvent { day, kind, keytype, file, line };
                own.events.extend(dates(feature).filter(within).map(event));
            }
        }
        self.features.iter_mut().for_each(|feature| {
            feature.events.sort_by_key(|event| (event.day, event.kind, event.file, event.line));
        });
    }
}

/// Returns the days of a block.
fn dates(feature: &Feature) -> impl Iterator<Item = (Date, EventKind)> {
    let start = if feature.kind == Kind::Upgrade { EventKind::Upgrade } else { EventKind::Start };
    let start = feature.start.map(|day| (day.value, start));
    let end = feature.end.map(|day| (day.value, EventKind::End));
    let maintenance = feature.terms().maintenance_end.map(|day| (day.value, EventKind::MaintenanceEnd));
    start.into_iter().chain(end).chain(maintenance)
}

/// Returns the days after `from` on which a block begins to be in force, or no longer is.
fn changes(licenses: &[&License], from: Date) -> BTreeSet<Date> {
    let features = licenses.iter().flat_map(|license| &license.features);
    let days = features.flat_map(|feature| {
        let start = feature.start.map(|day| day.value);
        let after = feature.end.and_then(|day| day.value.tomorrow().ok());
        start.into_iter().chain(after)
    });
    days.filter(|day| from < *day).collect()
}

/// Returns why a feature cannot be checked out on a day.
fn reason(model: &Model, granted: &Entitlements, entitlement: &Entitlement) -> String {
    let cost = granted.cost_of(model, entitlement);
    let short = cost.iter().flat_map(|cost| &cost.draws).find_map(|draw| {
        let usable = granted.usable(draw.feature);
        let has = match usable {
            Usable::Exactly(has) if has < draw.least => has,
            _ => return None,
        };
        let pool = model.name_text(draw.feature);
        Some(match has {
            0 => format!("needs {} of {pool}, which has none", draw.least),
            has => format!("needs {} of {pool}, a pool of {has}", draw.least),
        })
    });
    short.unwrap_or_else(|| {
        let roles = entitlement.blocks.iter().map(|block| granted.role(*block));
        // Of several blocks, the one that ended last explains it.
        let ended = roles.clone().filter_map(|role| match role {
            Role::EndedOn(day) => Some(day),
            _ => None,
        });
        match (ended.max(), roles.clone().find(|role| matches!(role, Role::CannotBeServed(_)))) {
            (_, Some(role)) => role.describe(model),
            (Some(day), None) => format!("ended on {day}"),
            (None, None) => roles.map(|role| role.describe(model)).next().unwrap_or_default(),
        }
    })
}
