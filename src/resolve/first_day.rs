//! The first day on which a request would be granted on a server without other checkouts.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::entitlement::Usable;
use super::event::Request;
use super::model::Model;
use super::state::State;

/// Maximum number of days that are tried.
const MOST_DAYS: usize = 1000;

impl Model {
    /// Returns the first day after `day` on which the request would be granted on a server without other checkouts, or
    /// `None` if there is none among the first days on which blocks begin or end to be in force.
    #[must_use]
    pub fn first_day(&self, request: &Request, day: Date) -> Option<Date> {
        let ids = self.names().flat_map(|(name, _)| self.blocks_of(name));
        let changes = ids.flat_map(|block| {
            let row = self.blocks.get(*block);
            [row.start, row.end.and_then(|end| end.tomorrow().ok())]
        });
        let days: BTreeSet<Date> = changes.flatten().filter(|change| *change > day).collect();
        days.into_iter().take(MOST_DAYS).find(|day| {
            let state = State::new(self, day.at(0, 0, 0, 0));
            !matches!(
                self.at_once(&state, request),
                Usable::Exactly(0) | Usable::Devices(0) | Usable::Undetermined
            )
        })
    }
}
