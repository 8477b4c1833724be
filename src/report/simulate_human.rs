//! Human-readable output of `simulate`: the answer to each event, and the pools as a table with bars.

use std::fmt::Write as _;

use jiff::civil::{DateTime, Time};

use keywright_resolve::Failure;
use keywright_scenario::{Peak, Pool, PoolUser, Reply, Session, Usage};

use super::escape::escape;

/// Width of a bar, in columns.
const BAR: u64 = 20;

/// Renders the answer to an event: one line, followed by the explanation of a denial.
#[must_use]
pub fn reply(reply: &Reply) -> String {
    let mut text = match (reply.time, reply.returned, reply.failure) {
        (Some(time), _, _) => format!("time is now {}", time_text(time)),
        (None, Some(times @ 1..), None) => format!("returned {times}"),
        (None, Some(times @ 1..), Some(Failure::NothingToReturn)) => {
            format!("returned {times}; no further checkout to return")
        }
        (None, Some(times @ 1..), Some(failure)) => format!("returned {times}; {}", failure.as_str()),
        (None, Some(0), Some(Failure::NothingToReturn)) => "no checkout to return".to_owned(),
        _ => escape(&reply.outcome).into_owned(),
    };
    let changes: Vec<String> =
        reply.changes.iter().map(|(pool, change)| format!("{} {change:+}", escape(pool))).collect();
    if !changes.is_empty() {
        let _ = write!(text, " ({})", changes.join(", "));
    }
    if reply.warns {
        text.push_str(", above its SOFTLIMIT");
    }
    text.push('\n');
    for line in &reply.reason {
        let _ = writeln!(text, "  {}", escape(line));
    }
    text
}

/// A date, with the time unless it is midnight.
fn time_text(time: DateTime) -> String {
    if time.time() == Time::midnight() {
        time.date().to_string()
    } else {
        format!("{} {}", time.date(), time.time())
    }
}

/// Renders the totals of all events, pool by pool.
#[must_use]
pub fn usage(usage: &Usage) -> String {
    let width = usage.peaks.iter().map(|peak| peak.pool.chars().count()).max().unwrap_or(0);
    let mut text = format!("{} granted, {} denied\n", usage.granted, usage.denied);
    for Peak { pool, used, peak } in &usage.peaks {
        let _ = writeln!(text, "{:width$}  {used} in use, peak {peak}", escape(pool));
    }
    text
}

/// Renders who uses the licenses of each pool, one line each.
#[must_use]
pub fn who(users: &[PoolUser]) -> String {
    if users.is_empty() {
        return "no license is in use\n".to_owned();
    }
    let width = users.iter().map(|user| user.pool.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for it in users {
        let custom = it.custom.as_ref().map(|custom| format!(" (custom `{}`)", escape(custom)));
        let by = match (&it.user, &it.host, &it.device, it.until) {
            (_, _, _, Some(until)) => format!("HOLD or MIN_CHECKOUT until {}", time_text(until)),
            (_, _, Some(device), _) => format!("device `{}`", escape(device)),
            (Some(user), Some(host), _, _) => format!("`{}@{}`", escape(user), escape(host)),
            (Some(user), None, _, _) => format!("`{}`", escape(user)),
            (None, Some(host), _, _) => format!("`@{}`", escape(host)),
            (None, None, _, _) => "an unnamed user".to_owned(),
        };
        let (pool, custom) = (escape(&it.pool), custom.unwrap_or_default());
        let _ = writeln!(text, "{pool:width$}  {} in use by {by}{custom}", it.amount);
    }
    text
}

/// Renders all pools as a table.
#[must_use]
pub fn state(session: &Session<'_>) -> String {
    let pools = session.pools();
    let width = pools.iter().map(|pool| pool.name.chars().count()).max().unwrap_or(0).max(4);
    let mut text = format!("{}, active license tokens: {}\n", session.now(), session.active_tokens());
    for pool in &pools {
        let name = escape(&pool.name);
        let free = match pool.free {
            None => "unlimited".to_owned(),
            Some(free) => format!("{free} free"),
        };
        let money = pool.money.map(|money| format!(", {money} left")).unwrap_or_default();
        let force = if pool.in_force { "" } else { ", not in force" };
        let kind = pool.kind.as_str();
        let used = pool.used;
        let _ =
            writeln!(text, "{name:width$}  {kind:10}  {}  {used} in use, {free}{money}{force}", bar(pool));
    }
    text
}

fn bar(pool: &Pool) -> String {
    let all = u128::from(pool.used) + u128::from(pool.free.unwrap_or(0));
    // Show at least one column for any usage and for any free licenses.
    let full = match (pool.free, all) {
        (None, _) | (_, 0) => 0,
        (Some(free), all) => {
            let share = (u128::from(pool.used) * u128::from(BAR)).div_ceil(all);
            let most = if free > 0 { BAR - 1 } else { BAR };
            u64::try_from(share).unwrap_or(BAR).min(most)
        }
    };
    let part = |sign: &str, times: u64| sign.repeat(usize::try_from(times).unwrap_or_default());
    format!("[{}{}]", part("#", full), part("-", BAR - full))
}
