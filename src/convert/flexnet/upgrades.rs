//! UPGRADE lines of FlexNet.

use super::items::Item;
use super::model::{LineKind, Seats};
use crate::draft::excerpt;
use crate::loss::{BAD_VALUE, Report};
use crate::upgrades::{Level, Raisable, Raise, apply};
use crate::versions::Scale;

impl Raisable for Item {
    fn name(&self) -> &str {
        &self.name
    }

    fn level(&self) -> Level {
        let count = match self.line.seats {
            Seats::Counted(count) => Some(count),
            Seats::Uncounted => None,
        };
        Level { version: self.version, expires: self.line.expires, count }
    }

    fn set_level(&mut self, level: Level) {
        self.version = level.version;
        self.line.expires = level.expires;
        self.line.seats = level.count.map_or(Seats::Uncounted, Seats::Counted);
    }

    fn put_last(&mut self) {
        self.line.sort = u32::MAX;
    }
}

/// Applies all UPGRADE lines and removes them.
pub(crate) fn apply_upgrades(items: Vec<Item>, scale: Scale, report: &mut Report) -> Vec<Item> {
    let (upgrades, mut items): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| item.line.kind == LineKind::Upgrade);
    let mut raises = Vec::new();
    for upgrade in upgrades {
        let from = upgrade.line.from.as_deref().unwrap_or_default();
        let Ok(from) = scale.read(from) else {
            let message = format!("`{}` is not a version", excerpt(from));
            report.add_found(&BAD_VALUE, upgrade.line.place, message);
            continue;
        };
        let (to, place) = (upgrade.level(), upgrade.line.place);
        raises.push(Raise { name: upgrade.name, from, to, place });
    }
    apply(&mut items, &raises, report);
    items
}
