//! Explains the outcome of an event by recording the same walk; the state does not change.

use std::fmt::Write as _;

use jiff::civil::DateTime;

use keywright_license::Kind;

use super::attempt::{Mode, Need};
use super::block::UNLIMITED;
use super::entitlement::Role;
use super::event::{Event, Request};
use super::fact::Fact;
use super::index_vec::{BlockId, NameId};
use super::model::Model;
use super::outcome::{Attempt, Explanation, Holder, Refusal, Returned, Suggestion, Verdict};
use super::reason::Reason;
use super::requester::{Interner, Requester};
use super::semantics::OVERFLOW;
use super::state::State;
use super::trace::Trace;
use super::walk::Walk;
use super::walk_request::WalkRequest;

/// Maximum number of attempts in the text.
const MAX_LINES: usize = 60;

impl Model {
    /// Returns every block that an event would try, nested through tokens, with the result of each. `None` for events
    /// that try no block, and for walks that exceed their budget. The state does not change.
    #[must_use]
    pub fn explain(&self, state: &mut State, event: &Event) -> Option<Explanation> {
        let walked = |state: &mut State, request: &Request, mode: Mode| {
            let Request { feature, who, count, .. } = *request;
            self.explain_walk(state, feature, |name| WalkRequest {
                name,
                need: request.need(),
                who,
                mode,
                active: count,
            })
        };
        match event {
            Event::Checkout(request) => walked(state, request, Mode::Checkout),
            Event::Borrow(request, hours) => walked(state, request, Mode::Borrow(*hours)),
            Event::Consume { feature, units } => {
                let need = Need { count: *units, version: 0 };
                let who = Requester::default();
                let requested = |name| WalkRequest { name, need, who, mode: Mode::Consume, active: 0 };
                self.explain_walk(state, *feature, requested)
            }
            Event::Activate { feature, device } => Some(match feature {
                Some(name) => self.explain_activation(state, *name, *device),
                None => unknown_name(1),
            }),
            Event::Return(_) | Event::Checkin { .. } | Event::Deactivate { .. } | Event::Advance(_) => None,
        }
    }

    fn explain_walk(
        &self,
        state: &mut State,
        feature: Option<NameId>,
        requested: impl Fn(NameId) -> WalkRequest,
    ) -> Option<Explanation> {
        let Some(name) = feature else {
            return Some(unknown_name(requested(NameId::default()).need.count));
        };
        let requested = requested(name);
        state.index_held();
        let mut walk = Walk::new(self, state, requested.who, requested.mode);
        walk.trace = Some(Trace::default());
        let served = walk.request(name, requested.need);
        let attempts = walk.trace.take().map(Trace::finish).unwrap_or_default();
        let outcome = if served && walk.passes_active_limit(requested.active) {
            Err(Reason::ActiveTokenLimit)
        } else if served {
            Ok(())
        } else {
            Err(walk.nearest.unwrap_or(Reason::NoSuchFeature))
        };
        let exhausted = walk.is_exhausted();
        walk.abandon();
        if exhausted {
            return None;
        }
        let other_choice = if served {
            None
        } else {
            Walk::new(self, state, requested.who, requested.mode).find_other_choice(&requested)
        };
        let remedies = match outcome {
            Ok(()) => Vec::new(),
            Err(reason) => self.remedies(state, &requested, reason, &attempts),
        };
        Some(Explanation { outcome, attempts, other_choice, remedies })
    }
}

fn unknown_name(count: u64) -> Explanation {
    let refusal = Refusal::new(Reason::NoSuchFeature);
    Explanation {
        outcome: Err(Reason::NoSuchFeature),
        attempts: vec![Attempt {
            name: None,
            block: None,
            count,
            verdict: Verdict::Refused(refusal),
            children: Vec::new(),
        }],
        other_choice: None,
        remedies: Vec::new(),
    }
}

impl Explanation {
    /// The attempts as text lines, indented by two spaces per level, without line breaks.
    #[must_use]
    pub fn lines(&self, model: &Model, symbols: &Interner) -> Vec<String> {
        let mut lines = Vec::new();
        for attempt in &self.attempts {
            push_lines(attempt, 0, model, symbols, &mut lines);
        }
        if lines.len() > MAX_LINES {
            let more = lines.len() - MAX_LINES;
            lines.truncate(MAX_LINES);
            lines.push(format!("… and {more} more"));
        }
        if self.outcome == Err(Reason::ActiveTokenLimit) {
            lines.push(format!(
                "{}: the limit on active license tokens is reached",
                Reason::ActiveTokenLimit.as_str()
            ));
        }
        if let Some(choice) = &self.other_choice {
            let draws: Vec<String> = choice
                .iter()
                .map(|(block, amount)| format!("{amount} × `{}`", model.label(*block)))
                .collect();
            lines
                .push(format!("note: another choice of alternatives would be granted: {}", draws.join(", ")));
        }
        lines.extend(self.remedies.iter().map(|remedy| remedy_text(remedy, model, symbols)));
        lines
    }
}

fn remedy_text(remedy: &Suggestion, model: &Model, symbols: &Interner) -> String {
    match remedy {
        Suggestion::More { pools, limit } => {
            let more = |(block, amount): &(BlockId, u64)| format!("{amount} to `{}`", model.label(*block));
            let more: Vec<String> = pools.iter().map(more).collect();
            let mut parts = Vec::new();
            if !more.is_empty() {
                parts.push(format!("adding {}", more.join(" and ")));
            }
            if *limit > 0 {
                parts.push(format!("raising the limit on active license tokens by {limit}"));
            }
            format!("help: {} would be enough", parts.join(" and "))
        }
        Suggestion::Return(all) => {
            let mut times: Vec<(Returned, usize)> = Vec::new();
            for one in all {
                match times.iter_mut().find(|(known, _)| known == one) {
                    Some((_, times)) => *times += 1,
                    None => times.push((*one, 1)),
                }
            }
            let one = |(it, times): &(Returned, usize)| {
                if let Some(device) = it.device {
                    let device = symbols.text(device);
                    return format!("deactivating `{}` on `{device}`", model.name_text(it.feature));
                }
                let times = if *times > 1 { format!("{times} × ") } else { String::new() };
                let of = who_text(it.who, symbols).map(|who| format!(" of `{who}`")).unwrap_or_default();
                format!("checking in {times}`{}`{of}", model.name_text(it.feature))
            };
            let all: Vec<String> = times.iter().map(one).collect();
            format!("help: {} would be enough", all.join(" and "))
        }
    }
}

fn push_lines(attempt: &Attempt, depth: usize, model: &Model, symbols: &Interner, into: &mut Vec<String>) {
    let name = match (attempt.block, attempt.name) {
        // All METERED blocks of a name are charged together.
        (Some(block), Some(name)) if model.kind(block) == Kind::Metered => {
            format!("`{}` ({})", model.name_text(name), Kind::Metered.as_str())
        }
        (Some(block), _) => format!("`{}` ({})", model.label(block), model.kind(block).as_str()),
        (None, Some(name)) => format!("`{}`", model.name_text(name)),
        (None, None) => "unknown feature".to_owned(),
    };
    let verdict = match &attempt.verdict {
        Verdict::Served { joined: true, extra: 0 } => "granted (shared, no extra license)".to_owned(),
        Verdict::Served { extra, joined: true } => format!("granted (shared, {extra} more in use)"),
        Verdict::Served { .. } => "granted".to_owned(),
        Verdict::Unmet => "dependency not met".to_owned(),
        Verdict::Refused(refusal) => refusal_text(refusal, attempt.block, model, symbols),
    };
    into.push(format!("{:indent$}{} × {name}: {verdict}", "", number(attempt.count), indent = depth * 2));
    for child in &attempt.children {
        push_lines(child, depth + 1, model, symbols, into);
    }
}

fn refusal_text(refusal: &Refusal, block: Option<BlockId>, model: &Model, symbols: &Interner) -> String {
    let mut text = refusal.reason.as_str().to_owned();
    if matches!(refusal.reason, Reason::NotEnoughLicenses | Reason::BalanceTooLow) {
        let free = refusal.free;
        _ = match free {
            UNLIMITED => {
                write!(text, ": needs {}, more than an unlimited pool can count", number(refusal.needed))
            }
            _ => write!(text, ": needs {}; {free} free", number(refusal.needed)),
        };
    }
    _ = match refusal.fact {
        Some(Fact::Version { has, requested }) => {
            write!(text, ": has version {}, needs {}", version_text(has), version_text(requested))
        }
        Some(Fact::Role(Role::EndedOn(day))) => write!(text, ": ended on {day}"),
        Some(Fact::Role(Role::StartsOn(day))) => write!(text, ": starts on {day}"),
        Some(Fact::Borrow { block, most: Some(most), requested }) => {
            write!(text, ": `{}` can be borrowed for {most} hours, not {requested}", model.label(block))
        }
        Some(Fact::Borrow { block, most: None, .. }) => {
            write!(text, ": `{}` has no BORROW", model.label(block))
        }
        Some(Fact::Role(role)) => write!(text, ": {}", role.describe(model)),
        None => Ok(()),
    };
    let mut uses: Vec<String> = refusal.holders.iter().map(|holder| holder_text(holder, symbols)).collect();
    uses.extend(refusal.kept.iter().map(|kept| {
        format!("{} in use until {} (HOLD or MIN_CHECKOUT)", kept.amount, time_text(kept.until))
    }));
    if let (Some(block), 1..) = (block, refusal.reserved) {
        uses.push(format!(
            "{} reserved for requests that name {}",
            refusal.reserved,
            model.reserved_for(block)
        ));
    }
    if !uses.is_empty() {
        _ = write!(text, ", {}", uses.join(", "));
    }
    text
}

fn holder_text(holder: &Holder, symbols: &Interner) -> String {
    match holder.device {
        Some(device) => format!("1 in use by device `{}`", symbols.text(device)),
        None => {
            let by = who_text(holder.who, symbols).map(|who| format!(" by `{who}`")).unwrap_or_default();
            format!("{} in use{by}", number(holder.amount))
        }
    }
}

fn time_text(time: DateTime) -> String {
    format!("{} {}", time.date(), time.time())
}

/// Formats a version encoded by `pack`.
fn version_text(packed: u32) -> String {
    format!("{}.{}", packed >> 16, packed & 0xffff)
}

/// Formats a count.
fn number(count: u64) -> String {
    if count == OVERFLOW { "more than 2^64".to_owned() } else { count.to_string() }
}

/// The user and host of a requester, or `None` if both are unknown.
fn who_text(who: Requester, symbols: &Interner) -> Option<String> {
    let text = |part| symbols.text(part);
    match (who.user.map(text), who.host.map(text)) {
        (Some(user), Some(_)) if who.user == who.host => Some(user.to_owned()),
        (Some(user), Some(host)) => Some(format!("{user}@{host}")),
        (Some(user), None) => Some(user.to_owned()),
        (None, Some(host)) => Some(format!("@{host}")),
        (None, None) => None,
    }
}
