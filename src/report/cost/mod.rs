//! The cost of a feature and the limit of a mix of features, one file per format.

mod human;
mod json;
mod mix_human;
mod mix_json;

use jiff::civil::{Date, DateTime};

use keywright_resolve::{
    Alternative, BlockId, Entitlements, Interner, MixLimit, Model, Request, State, Usable,
};

pub use human::render as human;
pub use json::render as json;
pub use mix_human::render as mix_human;
pub use mix_json::render as mix_json;

/// The cost of a request on a server without other checkouts.
#[derive(Debug)]
pub struct FeatureCost<'m> {
    model: &'m Model,
    request: Request,
    state: State,
    alternatives: Vec<Alternative>,
    entitlements: Entitlements,
    /// The number of these requests that are granted at the same time.
    pub usable: Usable,
    /// The first day on which it is granted, if it is not granted on the day of the request.
    first_day: Option<Date>,
}

impl<'m> FeatureCost<'m> {
    /// Computes the cost.
    #[must_use]
    pub fn new(model: &'m Model, at: DateTime, request: &Request) -> Self {
        let mut state = State::new(model, at);
        let alternatives = model.alternatives(&mut state, request);
        let entitlements = Entitlements::of_feature(model, request.feature.unwrap_or_default(), at.date());
        let usable = model.at_once(&state, request);
        let first_day = if usable.is_none() { model.first_day(request, at.date()) } else { None };
        Self { model, request: *request, state, alternatives, entitlements, usable, first_day }
    }

    fn day(&self) -> Date {
        self.entitlements.day()
    }

    fn feature(&self) -> &str {
        self.request.feature.map_or("", |name| self.model.name_text(name))
    }

    /// The blocks that are not tried: UPGRADE blocks and further METERED blocks, without duplicates.
    fn others(&self) -> impl Iterator<Item = BlockId> {
        let all = self.request.feature.map_or(&[][..], |name| self.model.blocks_of(name));
        let tried = |block: &BlockId| self.alternatives.iter().any(|alternative| alternative.block == *block);
        all.iter().copied().filter(move |block| !tried(block))
    }

    /// The duplicates of blocks, each with the block that counts.
    fn duplicates(&self) -> impl Iterator<Item = (BlockId, BlockId)> {
        self.request.feature.into_iter().flat_map(|name| self.model.duplicates_of(name))
    }
}

/// The number of times that the requests of a mix, made in turn, are granted.
#[derive(Debug)]
pub struct CostOfMix<'m> {
    /// The model of the licenses.
    pub model: &'m Model,
    /// The day.
    pub day: Date,
    /// The feature of each request.
    pub names: &'m [String],
    /// The number of licenses in each request.
    pub count: u64,
    /// The result.
    pub limit: &'m MixLimit,
    /// The names of the people in the explanation.
    pub people: &'m Interner,
    /// A feature that is never granted on this day, and the first day on which it is.
    pub first_day: Option<(&'m str, Date)>,
}

impl CostOfMix<'_> {
    /// The number of granted requests of each feature, in order of first appearance.
    fn sums(&self) -> Vec<(&String, u64)> {
        let mut sums: Vec<(&String, u64)> = Vec::new();
        for (name, count) in self.names.iter().zip(&self.limit.granted) {
            match sums.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => *sum += count,
                None => sums.push((name, *count)),
            }
        }
        sums
    }

    fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    fn explanation(&self) -> impl Iterator<Item = String> {
        self.limit.explanation.iter().flat_map(|explanation| explanation.lines(self.model, self.people))
    }
}
