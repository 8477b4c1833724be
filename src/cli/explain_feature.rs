//! `keywright explain FEATURE FILES`: the cost of one checkout, and how many fit at the same time.

use std::path::PathBuf;

use jiff::civil::{Date, DateTime};

use keywright_license::License;
use keywright_report::cost::{self, CostOfMix, FeatureCost};
use keywright_report::escape::escape;
use keywright_resolve::{Interner, Model, Outcome, Request, Requester, State, Usable};
use keywright_syntax::diagnostic::nearest;

use super::{CliError, Console, Exit, files};

/// Maximum number of checkouts of one feature per turn of a mix.
const MAX_TURN: usize = 1000;

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ExplainFormat {
    /// Text for people
    Human,
    /// JSON, version 1
    Json,
}

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
    /// The output format.
    pub format: ExplainFormat,
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
    let query = FeatureQuery { question, licenses: &licenses, model: &model, at };
    if let [one] = mix.as_slice() {
        return query.about_one(&Request { count: question.count, ..*one }, io);
    }
    let mix: Vec<Request> = mix.into_iter().map(|one| Request { count: question.count, ..one }).collect();
    query.about_mix(&names, &mix, io)
}

/// A question about licenses that were read.
struct FeatureQuery<'a> {
    question: &'a Question<'a>,
    licenses: &'a [License],
    model: &'a Model,
    at: DateTime,
}

impl FeatureQuery<'_> {
    /// Writes the cost of a checkout for a user without other checkouts.
    fn about_one(&self, request: &Request, io: &mut Console<'_>) -> Result<Exit, CliError> {
        let someone = Some(Interner::default().fresh("user"));
        let who = Requester { user: someone, host: someone, custom: someone };
        let found = FeatureCost::new(self.model, self.at, &Request { who, ..*request });
        let text = match self.question.format {
            ExplainFormat::Human => cost::human(&found),
            ExplainFormat::Json => cost::json(&found, self.licenses)?,
        };
        io.stdout.write_all(text.as_bytes())?;
        Ok(match found.usable {
            Usable::Exactly(0) | Usable::Devices(0) => Exit::Findings,
            Usable::Undetermined => Exit::Failure,
            _ => Exit::Success,
        })
    }

    /// Writes how often the requests of a mix are granted in turn.
    fn about_mix(&self, names: &[String], mix: &[Request], io: &mut Console<'_>) -> Result<Exit, CliError> {
        let mut people = Interner::default();
        let limit = self.model.first_denied(&State::new(self.model, self.at), mix, &mut people);
        let never = mix.iter().zip(names).zip(&limit.granted).find(|(_, granted)| **granted == 0);
        let first_day = never.and_then(|((request, name), _)| {
            Some((name.as_str(), self.model.first_day(request, self.at.date())?))
        });
        let found = CostOfMix {
            model: self.model,
            day: self.at.date(),
            names,
            count: self.question.count,
            limit: &limit,
            people: &people,
            first_day,
        };
        let text = match self.question.format {
            ExplainFormat::Human => cost::mix_human(&found),
            ExplainFormat::Json => cost::mix_json(&found)?,
        };
        io.stdout.write_all(text.as_bytes())?;
        Ok(match limit.stopped {
            Some((_, Outcome::Failed(_))) => Exit::Failure,
            _ if limit.granted.contains(&0) => Exit::Findings,
            _ => Exit::Success,
        })
    }
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
