//! JSON output of `simulate`, version 1: one object per line. These structs are a public contract: fields are only added.

use std::collections::BTreeMap;

use serde::Serialize;

use keywright_scenario::{self as scenario, Reply, Session};
use keywright_syntax::diagnostic::Diagnostic;

use super::escape::escape;
use super::to_json;

#[derive(Debug, Serialize)]
struct Event {
    event: String,
    granted: bool,
    outcome: String,
    changes: BTreeMap<String, i128>,
    warns: bool,
    reason: Vec<String>,
    /// The time after an event that advanced it.
    time: Option<String>,
}

#[derive(Debug, Serialize)]
struct State {
    at: String,
    active_tokens: u64,
    pools: Vec<Pool>,
}

#[derive(Debug, Serialize)]
struct Pool {
    pool: String,
    kind: &'static str,
    used: u64,
    /// Null without a limit.
    free: Option<u64>,
    /// An exact decimal; null without prepaid money.
    money: Option<String>,
    in_force: bool,
}

#[derive(Debug, Serialize)]
struct Usage {
    usage: Vec<Peak>,
    granted: u64,
    denied: u64,
}

#[derive(Debug, Serialize)]
struct Peak {
    pool: String,
    used: u64,
    peak: u64,
}

#[derive(Debug, Serialize)]
struct Undone {
    undone: bool,
    undone_event: Option<String>,
}

#[derive(Debug, Serialize)]
struct Who {
    who: Vec<PoolUser>,
}

#[derive(Debug, Serialize)]
struct PoolUser {
    pool: String,
    amount: u64,
    user: Option<String>,
    host: Option<String>,
    custom: Option<String>,
    device: Option<String>,
    /// The time until which HOLD or MIN_CHECKOUT keep returned licenses in use.
    until: Option<String>,
}

#[derive(Debug, Serialize)]
struct Saved {
    saved: String,
}

#[derive(Debug, Serialize)]
struct Wrong {
    error: String,
    help: Option<String>,
}

/// The lines of the help text.
#[derive(Debug, Serialize)]
struct Help<'a> {
    help: Vec<&'a str>,
}

/// Renders the help text, one entry per line.
///
/// # Errors
/// Returns the errors of [`reply`].
pub fn help(text: &str) -> serde_json::Result<String> {
    to_json::versioned_line(&Help { help: text.lines().collect() })
}

/// Renders the answer to an event.
///
/// # Errors
/// Never returns an error for these structs.
pub fn reply(reply: &Reply) -> serde_json::Result<String> {
    let clean = |text: &str| escape(text).into_owned();
    to_json::versioned_line(&Event {
        event: clean(&reply.text),
        granted: reply.granted,
        outcome: clean(&reply.outcome),
        changes: reply.changes.iter().map(|(pool, change)| (clean(pool), *change)).collect(),
        warns: reply.warns,
        reason: reply.reason.iter().map(|line| clean(line)).collect(),
        time: reply.time.map(|time| time.to_string()),
    })
}

/// Renders the state of all pools.
///
/// # Errors
/// Returns the errors of [`reply`].
pub fn state(session: &Session<'_>) -> serde_json::Result<String> {
    let pools = session.pools().into_iter().map(|pool| Pool {
        pool: escape(&pool.name).into_owned(),
        kind: pool.kind.as_str(),
        used: pool.used,
        free: pool.free,
        money: pool.money.map(|money| money.to_string()),
        in_force: pool.in_force,
    });
    to_json::versioned_line(&State {
        at: session.now().to_string(),
        active_tokens: session.active_tokens(),
        pools: pools.collect(),
    })
}

/// Renders the totals of all events.
///
/// # Errors
/// Returns the errors of [`reply`].
pub fn usage(usage: &scenario::Usage) -> serde_json::Result<String> {
    let peak =
        |it: &scenario::Peak| Peak { pool: escape(&it.pool).into_owned(), used: it.used, peak: it.peak };
    to_json::versioned_line(&Usage {
        usage: usage.peaks.iter().map(peak).collect(),
        granted: usage.granted,
        denied: usage.denied,
    })
}

/// Renders whether an event was undone.
///
/// # Errors
/// Returns the errors of [`reply`].
pub fn undone(event: Option<&str>) -> serde_json::Result<String> {
    let event = event.map(|event| escape(event).into_owned());
    to_json::versioned_line(&Undone { undone: event.is_some(), undone_event: event })
}

/// Renders the users of all pools.
///
/// # Errors
/// Returns the errors of [`reply`].
pub fn who(users: &[scenario::PoolUser]) -> serde_json::Result<String> {
    let clean = |text: &Option<String>| text.as_deref().map(|text| escape(text).into_owned());
    let user = |it: &scenario::PoolUser| PoolUser {
        pool: escape(&it.pool).into_owned(),
        amount: it.amount,
        user: clean(&it.user),
        host: clean(&it.host),
        custom: clean(&it.custom),
        device: clean(&it.device),
        until: it.until.map(|until| until.to_string()),
    };
    to_json::versioned_line(&Who { who: users.iter().map(user).collect() })
}

/// Renders the name of the file that was saved.
///
/// # Errors
/// Returns the errors of [`reply`].
pub fn saved(file: &str) -> serde_json::Result<String> {
    to_json::versioned_line(&Saved { saved: escape(file).into_owned() })
}

/// Renders the error of a command that failed.
///
/// # Errors
/// Returns the errors of [`reply`].
pub fn not_done(error: &str, help: Option<&str>) -> serde_json::Result<String> {
    let help = help.map(|help| escape(help).into_owned());
    to_json::versioned_line(&Wrong { error: escape(error).into_owned(), help })
}

/// Renders the error of an invalid line.
///
/// # Errors
/// Returns the errors of [`reply`].
pub fn wrong(found: &Diagnostic) -> serde_json::Result<String> {
    let help = found.help.as_ref().map(|help| escape(help).into_owned());
    to_json::versioned_line(&Wrong { error: escape(&found.message).into_owned(), help })
}
