//! `keywright explain FEATURE FILES`: what one checkout costs, and how many fit at once.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::diagnostic::nearest;
use crate::license::License;
use crate::report::cost_human;
use crate::report::escape::escape;
use crate::resolve::{AtOnce, Model, Request, State};

use super::{Exit, Io, Stop, file};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The feature.
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
    let Some(name) = model.name(question.feature) else {
        return Err(unknown(&model, question.feature));
    };
    for notice in model.notices() {
        let block = escape(notice.feature.as_str());
        io.say(&format!("note: {} is not modelled, as if it were not there (`{block}`)", notice.directive))?;
    }
    let at = question.at.unwrap_or(io.today).at(0, 0, 0, 0);
    let request = Request { count: question.count, ..Request::one(Some(name)) };
    write!(io.stdout, "{}", cost_human::render(&model, at, &request))?;
    let denied = model.at_once(&State::new(&model, at), &request) == AtOnce::Exactly(0);
    Ok(if denied { Exit::No } else { Exit::Yes })
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
