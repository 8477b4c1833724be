//! An interactive license server: each event is one scenario step on one line, and can be undone.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use keywright_license::Kind;
use keywright_resolve::{BlockId, Failure, Model, State, Symbol, Ticket, UNLIMITED};
use keywright_syntax::diagnostic::{Diagnostic, nearest};
use keywright_syntax::effort;
use keywright_syntax::source::{FileId, SourceFile, Span};

use super::codes;
use super::lower::{parse, parse_step};
use super::model::{ScenarioFile, Step, Verb};
use super::record::{self, MOST_EVENTS, Played};
use super::result::{RowResult, Rows, ScenarioResult};
use super::run::{MAX_WORK, ScenarioRunner, run};
use super::short_text::ShortText;
use super::steps::text;
use super::verbs;

/// Minimum number of events between two snapshots. For a large state the distance is larger, half of the size of a
/// copy, so that the cost of snapshots per event does not depend on the size of the state.
const EVERY: usize = 500;

/// Number of snapshots: at least [`EVERY`] events can be undone.
const MOMENTS: usize = 3;

/// The server with its history.
pub struct Session<'a> {
    runner: ScenarioRunner<'a>,
    /// Events since the first snapshot.
    past: VecDeque<Step>,
    moments: VecDeque<Moment>,
    /// Number of events before the first snapshot.
    forgotten: usize,
    tally: EventTotals,
    began: DateTime,
    active_tokens: Option<u64>,
    /// The events that were not undone, as scenario steps, and whether each of them can be undone. Empty if there were too
    /// many of them.
    record: Vec<(String, bool)>,
    is_record_full: bool,
}

/// Totals of all events.
#[derive(Debug, Clone, Default)]
struct EventTotals {
    peaks: BTreeMap<BlockId, u64>,
    granted: u64,
    denied: u64,
}

/// Totals of all events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Usage of each pool that was used, in file order.
    pub peaks: Vec<Peak>,
    /// Number of granted events.
    pub granted: u64,
    /// Number of denied events.
    pub denied: u64,
}

/// The usage of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peak {
    /// Display name of the block.
    pub pool: String,
    /// Current usage; for METERED blocks, the tokens consumed.
    pub used: u64,
    /// The highest usage after any event.
    pub peak: u64,
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("events", &(self.forgotten + self.past.len())).finish_non_exhaustive()
    }
}

/// A user or device with licenses of a pool, or licenses that HOLD or MIN_CHECKOUT keep in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolUser {
    /// Display name of the block.
    pub pool: String,
    /// Number of licenses; each draw of a share group counts.
    pub amount: u64,
    /// The user, if known.
    pub user: Option<String>,
    /// The host, if known.
    pub host: Option<String>,
    /// The custom string, if given.
    pub custom: Option<String>,
    /// The activated device.
    pub device: Option<String>,
    /// The time until which returned licenses are kept in use.
    pub until: Option<DateTime>,
}

/// A snapshot.
struct Moment {
    /// Number of events before it.
    after: usize,
    state: State,
    ids: HashMap<ShortText, VecDeque<Ticket>>,
    tally: EventTotals,
}

/// The answer to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// A short description of the event.
    pub text: String,
    /// True if the event was granted.
    pub granted: bool,
    /// The outcome: `granted`, `denied: not-enough-licenses`, `nothing to return`.
    pub outcome: String,
    /// Number of checkouts that a `checkin` returned; `None` for other events.
    pub returned: Option<u64>,
    /// The failure of the last request, if it was neither granted nor denied.
    pub failure: Option<Failure>,
    /// The new time after a granted `advance`.
    pub time: Option<DateTime>,
    /// Changes of usage by display name of the block.
    pub changes: Vec<(String, i128)>,
    /// True if usage is above a SOFTLIMIT.
    pub warns: bool,
    /// The explanation of a denial: lines, indented by two spaces per level.
    pub reason: Vec<String>,
}

/// The state of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Display name of the block.
    pub name: String,
    /// The type of the block.
    pub kind: Kind,
    /// Licenses, devices or tokens in use.
    pub used: u64,
    /// Free licenses; `None` without a limit.
    pub free: Option<u64>,
    /// Remaining prepaid money, if any.
    pub money: Option<Decimal>,
    /// True if the block is in force now.
    pub in_force: bool,
}

/// Parses an event: `checkout MyDraw count=2 by=ann@ws1`, or a scenario step in braces.
///
/// # Errors
/// Returns the findings if the line is not a valid event.
pub fn parse_event(line: &str) -> Result<Step, Vec<Diagnostic>> {
    let line = line.trim();
    if !line.starts_with('{') {
        check_words(line).map_err(|found| vec![*found])?;
    }
    let text = if line.starts_with('{') { line.to_owned() } else { as_step(line) };
    let source = SourceFile::new("event", text);
    let step = parse_step(&source)?;
    let asks = step.consumes.is_some() || step.denied.is_some() || step.warns.is_some();
    if asks || matches!(step.verb, Verb::Expect(_)) {
        let found =
            Diagnostic::new(&codes::BAD_STEP, source.id(), step.span, "an event cannot have expectations");
        return Err(vec![found.help("remove `consumes`, `denied`, `warns` and `expect`")]);
    }
    Ok(step)
}

/// Commands of a session that are not events.
pub const COMMANDS: [&str; 7] = ["state", "usage", "who", "undo", "save", "help", "quit"];

/// Checks that a line starts with a verb and its object.
fn check_words(line: &str) -> Result<(), Box<Diagnostic>> {
    let mut words = line.split_whitespace();
    let (verb, about) = (words.next().unwrap_or_default(), words.next());
    let wrong = |message: String, help: String| {
        let found = Diagnostic::new(&codes::BAD_STEP, FileId::default(), Span::default(), message);
        Err(Box::new(found.help(help)))
    };
    let mut events = verbs::names();
    events.retain(|word| *word != "expect");
    if !events.contains(&verb) {
        let near = nearest(verb, events.iter().copied().chain(COMMANDS));
        let all = || format!("use one of {}", events.join(", "));
        return wrong(
            format!("unknown event `{verb}`"),
            near.map_or_else(all, |near| format!("did you mean `{near}`?")),
        );
    }
    if about.is_none_or(|about| about.contains('=')) {
        let what = if verb == "advance" { "a time" } else { "a feature" };
        return wrong(format!("`{verb}` needs {what}"), format!("write it after `{verb}`"));
    }
    Ok(())
}

/// The events and the keys that each accepts.
pub fn events() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let checks = ["consumes", "denied", "warns"];
    let events = verbs::all().iter().filter(|keys| keys.verb != "expect");
    events
        .map(move |keys| (keys.verb, keys.keys().chain(["at"]).filter(|key| !checks.contains(key)).collect()))
}

/// Converts words to a scenario step: the verb, its object, and `key=value` pairs.
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

/// An empty scenario file for a session. No text of it is shown.
#[must_use]
pub fn no_file() -> ScenarioFile {
    let source = SourceFile::new("events", "");
    ScenarioFile { source, licenses: Vec::new(), at: None, scenarios: Vec::new(), warnings: Vec::new() }
}

impl<'a> Session<'a> {
    /// Creates a session without checkouts. `active_tokens` limits active license tokens; `file` comes from
    /// [`no_file`].
    #[must_use]
    pub fn new(file: &'a ScenarioFile, model: &'a Model, at: DateTime, active_tokens: Option<u64>) -> Self {
        let mut state = State::new(model, at);
        state.limit_active_tokens(active_tokens);
        let runner = ScenarioRunner::new(file, model, state, u64::MAX);
        let (past, moments) = (VecDeque::new(), VecDeque::new());
        let mut session = Self {
            runner,
            past,
            moments,
            forgotten: 0,
            tally: EventTotals::default(),
            began: at,
            active_tokens,
            record: Vec::new(),
            is_record_full: false,
        };
        session.keep();
        session
    }

    fn events(&self) -> usize {
        self.forgotten + self.past.len()
    }

    /// Takes a snapshot and drops the oldest one if there are too many.
    fn keep(&mut self) {
        let now = self.events();
        self.remember(now);
        let is_enough = |second: &Moment| second.after + EVERY <= now;
        while self.moments.len() > MOMENTS && self.moments.get(1).is_some_and(is_enough) {
            self.moments.pop_front();
        }
        let first = self.moments.front().map_or(0, |moment| moment.after);
        while self.forgotten < first {
            self.past.pop_front();
            self.forgotten += 1;
        }
    }

    /// Takes a snapshot of the state after a number of events.
    fn remember(&mut self, after: usize) {
        effort::spend_on(self.runner.ids.len());
        let (state, ids) = (self.runner.state.clone(), self.runner.ids.clone());
        self.moments.push_back(Moment { after, state, ids, tally: self.tally.clone() });
    }

    /// Returns the number of entries that a snapshot contains.
    fn size(&self) -> usize {
        self.runner.state.size() + self.runner.ids.len() + self.tally.peaks.len()
    }

    /// Applies an event. A denied event changes nothing and cannot be undone.
    pub fn play(&mut self, step: Step) -> Reply {
        let before = self.now();
        let (reply, result) = self.act(&step);
        // Some of several requests may be granted, or the time may have advanced, before a denial.
        let has_changed = result.granted > 0 || self.now() != before;
        let (changes, warns, now) = (&reply.changes, reply.warns, self.now());
        let lines = record::lines(&Played { step: &step, result: &result, changes, warns, before, now });
        self.record(lines, has_changed);
        if has_changed {
            self.past.push_back(step);
            let kept = self.moments.back().map_or(0, |moment| moment.after);
            if self.events() >= kept + EVERY.max(self.size() / 2) {
                self.keep();
            }
        }
        reply
    }

    fn record(&mut self, lines: String, can_be_undone: bool) {
        if self.record.len() >= MOST_EVENTS {
            self.is_record_full = true;
            self.record.clear();
        }
        if !self.is_record_full {
            self.record.push((lines, can_be_undone));
        }
    }

    /// Returns the text of a scenario file with the events that were not undone and their results, or `None` if there
    /// were none or too many.
    #[must_use]
    pub fn scenario_file(&self, licenses: &[String]) -> Option<String> {
        let licenses: Vec<String> = licenses.iter().map(|path| record::quoted(path)).collect();
        let steps: String = self.record.iter().map(|(lines, _)| lines.as_str()).collect();
        if !steps.contains("- {") {
            return None;
        }
        let limit =
            self.active_tokens.map(|limit| format!("    active-tokens: {limit}\n")).unwrap_or_default();
        Some(format!(
            "# A session of `keywright simulate`.\nlicense: [{}]\nat: {}\nscenarios:\n  - name: simulated session\n\
             {limit}    steps:\n{steps}",
            licenses.join(", "),
            record::moment(self.began),
        ))
    }

    /// Returns true if the scenarios of a file pass on the session's licenses.
    #[must_use]
    pub fn repeats(&self, text: &str) -> bool {
        let model = self.runner.model;
        parse(&SourceFile::new("session", text))
            .is_ok_and(|file| run(&file, model, |_| true, Rows::Failed).iter().all(ScenarioResult::passed))
    }

    /// Returns the answer, and the result of the step.
    fn act(&mut self, step: &Step) -> (Reply, RowResult) {
        self.runner.allow(MAX_WORK);
        self.runner.state.watch();
        let result = self.runner.step(step);
        let changes = self.runner.state.changes();
        let model = self.runner.model;
        let outcome = result.actual();
        let granted = result.is_granted();
        *(if granted { &mut self.tally.granted } else { &mut self.tally.denied }) += 1;
        for (block, _) in &changes {
            let peak = self.tally.peaks.entry(*block).or_default();
            *peak = (*peak).max(self.runner.state.used(*block));
        }
        let reply = Reply {
            text: result.text.clone(),
            granted,
            outcome,
            returned: matches!(step.verb, Verb::Checkin { .. }).then_some(result.granted),
            failure: result.failure,
            time: (granted && matches!(step.verb, Verb::Advance(_))).then(|| self.runner.state.now()),
            changes: changes.into_iter().map(|(block, change)| (model.label(block), change)).collect(),
            warns: self.runner.warned,
            reason: result.reason.clone(),
        };
        (reply, result)
    }

    /// Undoes the last event that changed something, and returns its description; `None` if the history has no such
    /// event.
    pub fn undo(&mut self) -> Option<String> {
        let undone = text(&self.past.pop_back()?);
        // Denials after the event had another state, so they are dropped as well.
        while let Some((_, false)) = self.record.pop() {}
        while self.moments.len() > 1 && self.moments.back().is_some_and(|moment| moment.after > self.events())
        {
            self.moments.pop_back();
        }
        let moment = self.moments.back()?;
        self.runner.state = moment.state.clone();
        self.runner.ids = moment.ids.clone();
        // Denied events are not undone, so their number remains.
        let denied = self.tally.denied;
        self.tally = moment.tally.clone();
        let kept = moment.after;
        effort::spend_on(self.runner.ids.len());
        self.replay(kept);
        self.tally.denied = denied;
        Some(undone)
    }

    /// Applies all events after a snapshot again. If there are many, it takes a snapshot after half of them, and after
    /// half of the rest, so that the next undo starts closer to its target.
    fn replay(&mut self, mut kept: usize) {
        let past = std::mem::take(&mut self.past);
        let end = self.forgotten + past.len();
        for (at, step) in (kept + 1..).zip(past.iter().skip(kept - self.forgotten)) {
            self.act(step);
            if end - at >= EVERY && at - kept >= end - at {
                self.remember(at);
                kept = at;
            }
        }
        self.past = past;
    }

    /// Returns the time of the server.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.runner.state.now()
    }

    /// The number of active license tokens.
    #[must_use]
    pub fn active_tokens(&self) -> u64 {
        self.runner.state.active_tokens()
    }

    /// Totals of all events that were not undone.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let (model, state) = (self.runner.model, &self.runner.state);
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

    /// Returns the holders of all pools, in file order, largest first.
    pub fn pool_users(&mut self) -> Vec<PoolUser> {
        let (model, symbols) = (self.runner.model, &self.runner.symbols);
        let mut all = Vec::new();
        for block in model.names().flat_map(|(name, _)| model.blocks_of(name)) {
            let text = |symbol: Symbol| symbols.text(symbol).to_owned();
            all.extend(self.runner.state.users(*block).into_iter().map(|holder| PoolUser {
                pool: model.label(*block),
                amount: holder.amount,
                user: holder.who.user.map(text),
                host: holder.who.host.map(text),
                custom: holder.who.custom.map(text),
                device: holder.device.map(text),
                until: None,
            }));
            all.extend(self.runner.state.kept_amounts(*block).into_iter().map(|kept| PoolUser {
                pool: model.label(*block),
                amount: kept.amount,
                user: None,
                host: None,
                custom: None,
                device: None,
                until: Some(kept.until),
            }));
        }
        all
    }

    /// The state of all pools, in file order.
    #[must_use]
    pub fn pools(&self) -> Vec<Pool> {
        let (model, state) = (self.runner.model, &self.runner.state);
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
