//! A server that is played with, event by event: each is a step of a scenario on a line of its own, and can be undone.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use crate::diagnostic::{Diagnostic, nearest};
use crate::license::Kind;
use crate::resolve::{BlockId, Model, State, Ticket, UNLIMITED};
use crate::source::{FileId, SourceFile, Span};

use super::codes;
use super::lower::parse_step;
use super::model::{ScenarioFile, Step, Verb};
use super::run::{MAX_WORK, Player};
use super::verbs;

/// Events between two moments that are kept to come back to.
const EVERY: usize = 500;

/// Moments that are kept: at least [`EVERY`] events can be undone.
const MOMENTS: usize = 3;

/// A server, its past, and who asks.
pub struct Session<'a> {
    player: Player<'a>,
    /// Events since the first of the moments.
    past: VecDeque<Step>,
    moments: VecDeque<Moment>,
    /// Events before the first that is kept.
    forgotten: usize,
    tally: Totals,
}

/// What all events together came to.
#[derive(Debug, Clone, Default)]
struct Totals {
    peaks: BTreeMap<BlockId, u64>,
    granted: u64,
    denied: u64,
}

/// What all events together came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Pools that were used, in file order.
    pub peaks: Vec<Peak>,
    /// Events that were granted.
    pub granted: u64,
    /// Events that were not.
    pub denied: u64,
}

/// How much of a pool was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peak {
    /// How people call the block.
    pub pool: String,
    /// What is used now; of METERED blocks all that was burned.
    pub used: u64,
    /// The most that was used after any event.
    pub peak: u64,
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("events", &(self.forgotten + self.past.len())).finish_non_exhaustive()
    }
}

/// A moment to come back to.
struct Moment {
    /// How many events were before it.
    after: usize,
    state: State,
    ids: HashMap<String, VecDeque<Ticket>>,
    tally: Totals,
}

/// What an event came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The event in a few words.
    pub text: String,
    /// Whether it was granted.
    pub granted: bool,
    /// The result in words: `granted`, `denied: not-enough-licenses`, `nothing to return`.
    pub outcome: String,
    /// What is used in addition, by block, as people call it.
    pub changes: Vec<(String, i128)>,
    /// Whether a SOFTLIMIT was passed.
    pub warns: bool,
    /// Why it was denied: lines, nested by two spaces.
    pub reason: Vec<String>,
}

/// A pool as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// How people call the block.
    pub name: String,
    /// What the block is.
    pub kind: Kind,
    /// Licenses, devices or tokens that are used.
    pub used: u64,
    /// What can be taken; `None` without a limit.
    pub free: Option<u64>,
    /// Money left, where tokens were bought by money.
    pub money: Option<Decimal>,
    /// Whether it is in force now.
    pub in_force: bool,
}

/// Reads an event from a line: `checkout MyDraw count=2 by=ann@ws1`, or a step as scenario files write it, in braces.
///
/// # Errors
/// What is wrong with it.
pub fn read_event(line: &str) -> Result<Step, Vec<Diagnostic>> {
    let line = line.trim();
    if !line.starts_with('{') {
        check_words(line).map_err(|found| vec![*found])?;
    }
    let text = if line.starts_with('{') { line.to_owned() } else { as_step(line) };
    let source = SourceFile::new("event", text);
    let step = parse_step(&source)?;
    let asks = step.consumes.is_some() || step.denied.is_some() || step.warns.is_some();
    if asks || matches!(step.verb, Verb::Expect(_)) {
        let found = Diagnostic::new(&codes::BAD_STEP, source.id(), step.span, "an event expects nothing");
        return Err(vec![found.help("leave out `consumes`, `denied`, `warns` and `expect`")]);
    }
    Ok(step)
}

/// What a line may say to a session beside an event.
pub const COMMANDS: [&str; 5] = ["state", "usage", "undo", "help", "quit"];

/// Whether words begin as an event does: with a verb, and what it is about.
fn check_words(line: &str) -> Result<(), Box<Diagnostic>> {
    let mut words = line.split_whitespace();
    let (verb, about) = (words.next().unwrap_or_default(), words.next());
    let wrong = |message: String, help: String| {
        let found = Diagnostic::new(&codes::BAD_STEP, FileId::default(), Span::default(), message);
        Err(Box::new(found.help(help)))
    };
    let mut events = verbs::words();
    events.retain(|word| *word != "expect");
    if !events.contains(&verb) {
        let near = nearest(verb, events.iter().copied().chain(COMMANDS));
        let all = || format!("the events are {}", events.join(", "));
        return wrong(
            format!("`{verb}` is no event"),
            near.map_or_else(all, |near| format!("did you mean `{near}`?")),
        );
    }
    if about.is_none_or(|about| about.contains('=')) {
        let what = if verb == "advance" { "a time" } else { "a feature" };
        return wrong(format!("`{verb}` needs {what}"), format!("write it behind `{verb}`"));
    }
    Ok(())
}

/// The events, each with the keys that it takes.
pub fn events() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let checks = ["consumes", "denied", "warns"];
    let asked = verbs::all().iter().filter(|keys| keys.verb != "expect");
    asked
        .map(move |keys| (keys.verb, keys.keys().chain(["at"]).filter(|key| !checks.contains(key)).collect()))
}

/// Words as a step: the verb, what it is about, and `key=value` pairs.
fn as_step(line: &str) -> String {
    let mut words = line.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let (mut about, mut keys) = (Vec::new(), Vec::new());
    for word in words {
        match word.split_once('=') {
            Some(pair) => keys.push(pair),
            None => about.push(word),
        }
    }
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut step = format!("{{ {}: {}", quoted(verb), quoted(&about.join(" ")));
    for (key, value) in keys {
        step.push_str(&format!(", {}: {}", quoted(key), quoted(value)));
    }
    step.push_str(" }");
    step
}

/// What a session needs of a scenario file: none of it is ever shown.
#[must_use]
pub fn no_file() -> ScenarioFile {
    let source = SourceFile::new("events", "");
    ScenarioFile { source, licenses: Vec::new(), at: None, scenarios: Vec::new(), warnings: Vec::new() }
}

impl<'a> Session<'a> {
    /// An empty server; `active_tokens` limits license tokens, and `file` comes from [`no_file`].
    #[must_use]
    pub fn new(file: &'a ScenarioFile, model: &'a Model, at: DateTime, active_tokens: Option<u64>) -> Self {
        let mut state = State::new(model, at);
        state.limit_active_tokens(active_tokens);
        let player = Player::new(file, model, state, u64::MAX);
        let (past, moments) = (VecDeque::new(), VecDeque::new());
        let mut session = Self { player, past, moments, forgotten: 0, tally: Totals::default() };
        session.keep();
        session
    }

    fn events(&self) -> usize {
        self.forgotten + self.past.len()
    }

    /// Keeps this moment, and lets go of what is too long ago.
    fn keep(&mut self) {
        let (state, ids) = (self.player.state.clone(), self.player.ids.clone());
        self.moments.push_back(Moment { after: self.events(), state, ids, tally: self.tally.clone() });
        if self.moments.len() > MOMENTS {
            self.moments.pop_front();
            let first = self.moments.front().map_or(0, |moment| moment.after);
            while self.forgotten < first {
                self.past.pop_front();
                self.forgotten += 1;
            }
        }
    }

    /// Lets an event happen. One that is denied changes nothing, and there is nothing to undo.
    pub fn play(&mut self, step: Step) -> Reply {
        let before = self.now();
        let reply = self.act(&step);
        // Of several requests some may be granted, and the time may have moved before one was denied.
        if reply.outcome.contains("granted") || self.now() != before {
            self.past.push_back(step);
            let kept = self.moments.back().map_or(0, |moment| moment.after);
            if self.events() >= kept + EVERY {
                self.keep();
            }
        }
        reply
    }

    fn act(&mut self, step: &Step) -> Reply {
        self.player.allow(MAX_WORK);
        self.player.state.watch();
        let result = self.player.step(step);
        let changes = self.player.state.changes();
        let model = self.player.model;
        let outcome = result.actual();
        let granted = outcome == "granted";
        *(if granted { &mut self.tally.granted } else { &mut self.tally.denied }) += 1;
        for (block, _) in &changes {
            let peak = self.tally.peaks.entry(*block).or_default();
            *peak = (*peak).max(self.player.state.used(*block));
        }
        Reply {
            text: result.text,
            granted,
            outcome,
            changes: changes.into_iter().map(|(block, change)| (model.label(block), change)).collect(),
            warns: self.player.warned,
            reason: result.reason,
        }
    }

    /// Takes the last event back; false if there is none that is remembered.
    pub fn undo(&mut self) -> bool {
        if self.past.pop_back().is_none() {
            return false;
        }
        while self.moments.len() > 1 && self.moments.back().is_some_and(|moment| moment.after > self.events())
        {
            self.moments.pop_back();
        }
        let Some(moment) = self.moments.back() else { return false };
        self.player.state = moment.state.clone();
        self.player.ids = moment.ids.clone();
        // What was denied did not happen, and cannot be taken back.
        let denied = self.tally.denied;
        self.tally = moment.tally.clone();
        let from = moment.after - self.forgotten;
        let past = std::mem::take(&mut self.past);
        past.iter().skip(from).for_each(|step| {
            self.act(step);
        });
        self.past = past;
        self.tally.denied = denied;
        true
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.player.state.now()
    }

    /// License tokens that are active.
    #[must_use]
    pub fn active_tokens(&self) -> u64 {
        self.player.state.active_tokens()
    }

    /// What all events together came to; those that were taken back do not count.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let (model, state) = (self.player.model, &self.player.state);
        let peak = |(block, peak): (&BlockId, &u64)| Peak {
            pool: model.label(*block),
            used: state.used(*block),
            peak: *peak,
        };
        Usage {
            peaks: self.tally.peaks.iter().map(peak).collect(),
            granted: self.tally.granted,
            denied: self.tally.denied,
        }
    }

    /// All pools as they are, in file order.
    #[must_use]
    pub fn pools(&self) -> Vec<Pool> {
        let (model, state) = (self.player.model, &self.player.state);
        let blocks = model.names().flat_map(|(name, _)| model.blocks_of(name));
        let counts = |kind| !matches!(kind, Kind::Token | Kind::Local | Kind::Upgrade);
        blocks
            .filter(|block| counts(model.kind(**block)))
            .map(|block| {
                let free = state.free(model, *block);
                Pool {
                    name: model.label(*block),
                    kind: model.kind(*block),
                    used: state.used(*block),
                    free: (free != UNLIMITED).then_some(free),
                    money: state.money_left(model, *block),
                    in_force: model.in_force(*block, state.now().date()),
                }
            })
            .collect()
    }
}
