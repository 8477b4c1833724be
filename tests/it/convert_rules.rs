//! Checks the meaning of conversions: random requests run by the source's own rules, and by the resolver on the
//! converted license. The evaluators of the source formats are in `convert_flexnet`, `convert_rlm` and `convert_xml`.

use std::collections::HashMap;

use jiff::civil::date;
use keywright::convert::{Input, Options, convert};
use keywright::license::{License, Version};
use keywright::resolve::{Event, Interner, Model, Outcome, Request, Requester, State, Ticket};
use keywright::source::FileId;

/// An endless sequence of numbers that depends only on its seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    /// Returns true once in `times`.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

/// A request for licenses, in the words of the source.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) name: String,
    pub(crate) count: u64,
    /// The version as the source compares it.
    pub(crate) version: Version,
    pub(crate) user: u64,
    pub(crate) host: u64,
}

/// The licenses of one pool, and the checkouts that have some of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelf {
    /// `None` without a limit.
    pub(crate) size: Option<u64>,
    /// True if checkouts of one user, or of one host, share licenses.
    pub(crate) by_user: bool,
    pub(crate) by_host: bool,
    draws: Vec<(usize, u64, u64, u64)>,
}

impl Shelf {
    pub(crate) fn new(size: Option<u64>, by_user: bool, by_host: bool) -> Self {
        Self { size, by_user, by_host, draws: Vec::new() }
    }

    /// Checkouts that share need as many licenses as the largest of them; others add up.
    fn used(&self) -> u64 {
        if !self.by_user && !self.by_host {
            return self.draws.iter().map(|draw| draw.3).sum();
        }
        let mut groups: HashMap<(u64, u64), u64> = HashMap::new();
        for (_, user, host, count) in &self.draws {
            let key = (if self.by_user { *user } else { 0 }, if self.by_host { *host } else { 0 });
            let largest = groups.entry(key).or_default();
            *largest = (*largest).max(*count);
        }
        groups.values().sum()
    }

    /// Takes licenses for a checkout, if there are enough.
    pub(crate) fn take(&mut self, ticket: usize, wish: &Wish, count: u64) -> bool {
        self.draws.push((ticket, wish.user, wish.host, count));
        let fits = self.size.is_none_or(|size| self.used() <= size);
        if !fits {
            self.draws.pop();
        }
        fits
    }

    pub(crate) fn give_back(&mut self, ticket: usize) {
        self.draws.retain(|draw| draw.0 != ticket);
    }
}

/// A license server that follows the rules of a source format.
pub(crate) trait Server {
    /// Returns true if the checkout is granted.
    fn checkout(&mut self, ticket: usize, wish: &Wish) -> bool;
    fn give_back(&mut self, ticket: usize);
}

/// The day of all checks.
pub(crate) fn options() -> Options {
    Options::at(date(2026, 6, 1))
}

/// Converts the files and runs requests on both sides.
pub(crate) fn agree(
    files: &[&str],
    options: &Options,
    server: &mut dyn Server,
    names: &[String],
    versions: &[Version],
    dice: &mut Dice,
) {
    let inputs: Vec<Input> = files
        .iter()
        .enumerate()
        .map(|(id, text)| Input::new(FileId(u32::try_from(id).unwrap()), "source", text.as_bytes().to_vec()))
        .collect();
    let conversion = convert(&inputs, options);
    let source = files.join("\n---\n");
    let losses: Vec<String> =
        conversion.report.found().iter().map(|f| format!("{} {}", f.loss.code.id, f.source)).collect();
    let Some(text) = &conversion.license else {
        // Nothing is written if no block is left.
        let only_nothing = conversion
            .report
            .found()
            .iter()
            .all(|found| !found.refuses() || matches!(found.loss.code.id, "L310"));
        assert!(only_nothing, "refused:\n{source}\n{losses:#?}");
        return;
    };
    let license = License::from_text("converted.lic", text.as_str());
    let model = Model::compile([&license]).unwrap();
    let mut state = State::new(&model, options.at.at(12, 0, 0, 0));
    let mut people = Interner::default();
    let mut open: Vec<(usize, Ticket)> = Vec::new();
    for step in 0..40 {
        if !open.is_empty() && dice.one_in(4) {
            let at = usize::try_from(dice.below(open.len() as u64)).unwrap();
            let (number, ticket) = open.remove(at);
            server.give_back(number);
            assert!(matches!(model.apply(&mut state, &Event::Return(ticket)), Outcome::Granted(_)));
            continue;
        }
        let wish = Wish {
            name: dice.pick(names).clone(),
            count: 1 + dice.below(2),
            version: *dice.pick(versions),
            user: dice.below(3),
            host: dice.below(3),
        };
        let who = Requester {
            user: Some(people.symbol(&format!("u{}", wish.user))),
            host: Some(people.symbol(&format!("h{}", wish.host))),
            custom: None,
        };
        let request =
            Request { feature: model.name(&wish.name), count: wish.count, version: Some(wish.version), who };
        let outcome = model.apply(&mut state, &Event::Checkout(request));
        let granted = server.checkout(step, &wish);
        let same = granted == matches!(outcome, Outcome::Granted(_));
        assert!(
            same,
            "step {step}: source {granted}, result {outcome:?}\n{wish:?}\n{source}\n{text}\n{losses:#?}"
        );
        if let Outcome::Granted(grant) = outcome {
            open.push((step, grant.ticket.unwrap()));
        }
    }
}
