//! `keywright explain FEATURE FILES`: what one checkout costs, and how many fit at once.

use std::path::PathBuf;

use jiff::civil::{Date, DateTime};

use crate::diagnostic::nearest;
use crate::license::License;
use crate::report::cost_human;
use crate::report::escape::escape;
use crate::resolve::{AtOnce, Model, Outcome, Request, State, Symbols, Who};

use super::{Exit, Io, Stop, file};

/// Most checkouts of one feature in a turn of a mix.
const MAX_TURN: usize = 1000;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The feature, or several with how many of each: `MyDraw:2,MyWrite`.
    pub feature: &'a str,
    /// License files, taken together; `-` is standard input.
    pub files: &'a [PathBuf],
    /// Licenses of the feature that one request asks for, at least 1.
    pub count: u64,
    /// The day it plays; today if none.
    pub at: Option<Date>,
}

/// Answers it on stdout: `Yes` if one checkout would be granted.
///
/// # Errors
/// When a file cannot be read or has errors, or no license has the feature.
pub fn run(question: &Question<'_>, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let licenses = read(question.files, io)?;
    let model = Model::compile(&licenses).map_err(|error| {
        Stop::new(Exit::Unreadable, error.to_string()).help("`keywright lint` shows the place")
    })?;
    let names = mix(question.feature)?;
    let ask = |name: &String| match model.name(name) {
        Some(id) => Ok(Request::one(Some(id))),
        None => Err(unknown(&model, name)),
    };
    let mix = names.iter().map(ask).collect::<Result<Vec<_>, _>>()?;
    for notice in model.notices() {
        let block = escape(notice.feature.as_str());
        io.say(&format!("note: {} is not modelled, as if it were not there (`{block}`)", notice.directive))?;
    }
    let at = question.at.unwrap_or(io.today).at(0, 0, 0, 0);
    if let [one] = mix.as_slice() {
        return Ok(cost(&model, at, &Request { count: question.count, ..*one }, io)?);
    }
    let mut people = Symbols::default();
    let mix: Vec<Request> = mix.into_iter().map(|one| Request { count: question.count, ..one }).collect();
    let limit = model.first_denied(&State::new(&model, at), &mix, &mut people);
    write!(io.stdout, "{}", cost_human::render_mix(&model, at, &names, &limit, &people))?;
    Ok(match limit.stopped {
        Some((_, Outcome::Failed(_))) => Exit::Failure,
        _ if limit.granted.contains(&0) => Exit::No,
        _ => Exit::Yes,
    })
}

/// What one checkout costs somebody who has nothing out yet.
fn cost(model: &Model, at: DateTime, request: &Request, io: &mut Io<'_>) -> std::io::Result<Exit> {
    let somebody = Some(Symbols::default().fresh("somebody"));
    let who = Who { user: somebody, host: somebody, custom: None };
    let request = Request { who, ..*request };
    write!(io.stdout, "{}", cost_human::render(model, at, &request))?;
    Ok(match model.at_once(&State::new(model, at), &request) {
        AtOnce::Exactly(0) | AtOnce::Devices(0) => Exit::No,
        AtOnce::Undetermined => Exit::Failure,
        _ => Exit::Yes,
    })
}

/// The names of a mix, each as often as it is asked for in turn: `MyDraw:2,MyWrite`.
fn mix(text: &str) -> Result<Vec<String>, Stop> {
    let mut names = Vec::new();
    for part in text.split(',') {
        let (name, times) = part.split_once(':').unwrap_or((part, "1"));
        let times = times.parse::<usize>().ok().filter(|times| (1..=MAX_TURN).contains(times));
        let times = times.ok_or_else(|| {
            Stop::usage(format!("`{part}` is no part of a mix"))
                .help(format!("write `NAME` or `NAME:N`, with N from 1 to {MAX_TURN}"))
        })?;
        names.extend(std::iter::repeat_n(name.to_owned(), times));
    }
    Ok(names)
}

/// Reads sound licenses.
pub(super) fn read(files: &[PathBuf], io: &mut Io<'_>) -> Result<Vec<License>, Stop> {
    let mut licenses = Vec::new();
    for (id, path) in files.iter().enumerate() {
        let license = License::read(file::source(path, id, io)?);
        let first = license.diagnostics.iter().find(|finding| finding.is_error());
        if let Some(first) = first {
            let line = license.source.position(first.primary.span.start as usize).line;
            let name = license.source.name();
            let message = format!("`{name}` has errors, the first on line {line}: {}", first.message);
            return Err(Stop::new(Exit::Unreadable, message)
                .help(format!("`keywright lint {name}` shows all of them")));
        }
        licenses.push(license);
    }
    Ok(licenses)
}

fn unknown(model: &Model, feature: &str) -> Stop {
    let stop = Stop::new(Exit::No, format!("no license has a feature `{feature}`"));
    match nearest(feature, model.names().map(|(_, text)| text)) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None => stop,
    }
}
