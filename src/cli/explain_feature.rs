//! `keywright explain FEATURE FILES`: the cost of one checkout, and how many fit at the same time.

use std::path::PathBuf;

use jiff::civil::{Date, DateTime};

use keywright_license::License;
use keywright_report::cost_human;
use keywright_report::escape::escape;
use keywright_resolve::{Interner, Model, Outcome, Request, Requester, State, Usable};
use keywright_syntax::diagnostic::nearest;

use super::{CliError, Console, Exit, files};

/// Maximum number of checkouts of one feature per turn of a mix.
const MAX_TURN: usize = 1000;

/// The arguments.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The feature, or a mix of features with counts: `MyDraw:2,MyWrite`.
    pub feature: &'a str,
    /// License files, treated as one license; `-` is standard input.
    pub files: &'a [PathBuf],
    /// Number of licenses in one request, at least 1.
    pub count: u64,
    /// The day of the checkout; today if `None`.
    pub at: Option<Date>,
}

/// Writes the answer to standard output. Returns `Success` if one checkout would be granted.
///
/// # Errors
/// Returns an error if a file cannot be read or has errors, or if no license has the feature.
pub fn run(question: &Question<'_>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let licenses = read(question.files, io)?;
    let model = Model::compile(&licenses).map_err(|error| {
        CliError::new(Exit::Unreadable, error.to_string()).help("find the place with `keywright lint`")
    })?;
    let names = mix(question.feature)?;
    let ask = |name: &String| match model.name(name) {
        Some(id) => Ok(Request::one(Some(id))),
        None => Err(unknown(&model, name)),
    };
    let mix = names.iter().map(ask).collect::<Result<Vec<_>, _>>()?;
    for notice in model.notices() {
        let block = escape(notice.feature.as_str());
        io.note(&format!(
            "note: `{block}`: {} is ignored, because the simulation does not support it",
            notice.directive
        ))?;
    }
    let at = question.at.unwrap_or(io.today).at(0, 0, 0, 0);
    if let [one] = mix.as_slice() {
        return Ok(cost(&model, at, &Request { count: question.count, ..*one }, io)?);
    }
    let mut people = Interner::default();
    let mix: Vec<Request> = mix.into_iter().map(|one| Request { count: question.count, ..one }).collect();
    let limit = model.first_denied(&State::new(&model, at), &mix, &mut people);
    write!(io.stdout, "{}", cost_human::render_mix(&model, at, &names, &limit, &people))?;
    let stuck = mix.iter().zip(&names).zip(&limit.granted).find(|(_, granted)| **granted == 0);
    if let Some(((request, name), _)) = stuck
        && let Some(day) = model.first_day(request, at.date())
    {
        writeln!(io.stdout, "the first day on which {} can run is {day}: see `--at {day}`", escape(name))?;
    }
    Ok(match limit.stopped {
        Some((_, Outcome::Failed(_))) => Exit::Failure,
        _ if limit.granted.contains(&0) => Exit::Findings,
        _ => Exit::Success,
    })
}

/// Writes the cost of a checkout for a user without other checkouts.
fn cost(model: &Model, at: DateTime, request: &Request, io: &mut Console<'_>) -> std::io::Result<Exit> {
    let someone = Some(Interner::default().fresh("user"));
    let who = Requester { user: someone, host: someone, custom: someone };
    let request = Request { who, ..*request };
    write!(io.stdout, "{}", cost_human::render(model, at, &request))?;
    Ok(match model.at_once(&State::new(model, at), &request) {
        Usable::Exactly(0) | Usable::Devices(0) => Exit::Findings,
        Usable::Undetermined => Exit::Failure,
        _ => Exit::Success,
    })
}

/// Parses a mix such as `MyDraw:2,MyWrite`, and returns each name as often as it is requested per turn.
fn mix(text: &str) -> Result<Vec<String>, CliError> {
    let mut names = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (name, times) = part.split_once(':').unwrap_or((part, "1"));
        let (name, times) = (name.trim_end(), times.trim_start());
        let times = times.parse::<usize>().ok().filter(|times| (1..=MAX_TURN).contains(times));
        let times = times.ok_or_else(|| {
            CliError::usage(format!("invalid part `{part}` of a mix"))
                .help(format!("write `NAME` or `NAME:N`, with N from 1 to {MAX_TURN}"))
        })?;
        names.extend(std::iter::repeat_n(name.to_owned(), times));
    }
    Ok(names)
}

/// Reads licenses without errors.
pub(super) fn read(files: &[PathBuf], io: &mut Console<'_>) -> Result<Vec<License>, CliError> {
    let mut licenses = Vec::new();
    for (id, path) in files.iter().enumerate() {
        let license = License::parse(files::source(path, id, io)?);
        let first = license.diagnostics.iter().find(|finding| finding.is_error());
        if let Some(first) = first {
            let line = license.source.position(first.primary.span.start as usize).line;
            let name = license.source.name();
            let message = format!("`{name}` has errors; the first is on line {line}: {}", first.message);
            return Err(CliError::new(Exit::Unreadable, message)
                .help(format!("show all of them with `keywright lint {name}`")));
        }
        licenses.push(license);
    }
    Ok(licenses)
}

fn unknown(model: &Model, feature: &str) -> CliError {
    let stop = CliError::new(Exit::Findings, format!("unknown feature `{feature}` in these licenses"));
    match nearest(feature, model.names().map(|(_, text)| text)) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None => stop,
    }
}
