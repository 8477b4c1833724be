//! The JSON report of a conversion, version 1. These structs are a public interface: fields may only be added.

use serde::Serialize;

use keywright_convert::{Effect, Report as Losses};

use super::{Sources, to_json};

#[derive(Debug, Serialize)]
struct ConversionJson<'a> {
    version: u32,
    from: Option<&'a str>,
    to: &'a str,
    sources: Vec<&'a str>,
    output: Option<&'a str>,
    scenarios: Option<&'a str>,
    blocks: usize,
    written: bool,
    exit_code: u8,
    totals: Vec<TallyJson>,
    losses: Vec<Loss<'a>>,
}

#[derive(Debug, Serialize)]
struct TallyJson {
    code: &'static str,
    name: &'static str,
    effect: &'static str,
    count: usize,
}

#[derive(Debug, Serialize)]
struct Loss<'a> {
    code: &'static str,
    name: &'static str,
    effect: &'static str,
    accepted: bool,
    file: &'a str,
    line: usize,
    column: usize,
    source: &'a str,
    result: &'a str,
}

/// A conversion to report.
#[derive(Debug)]
pub struct ConvertReport<'a> {
    /// The format of the sources.
    pub from: Option<&'a str>,
    /// The format of the result.
    pub to: &'a str,
    /// The sources.
    pub sources: &'a Sources<'a>,
    /// The file that was written.
    pub output: Option<&'a str>,
    /// The scenario file that was written.
    pub scenarios: Option<&'a str>,
    /// Number of blocks in the result.
    pub blocks: usize,
    /// True if the result was written.
    pub written: bool,
    /// The exit code.
    pub exit_code: u8,
    /// The losses.
    pub losses: &'a Losses,
}

/// Returns the report as JSON.
#[must_use]
pub fn render(report: &ConvertReport<'_>) -> String {
    let totals = report.losses.tallies().map(|tally| TallyJson {
        code: tally.loss.code.id,
        name: tally.loss.code.name,
        effect: tally.loss.effect.as_str(),
        count: tally.count,
    });
    let losses = report.losses.found();
    let losses = losses.iter().map(|found| {
        let file = report.sources.get(found.place.file);
        let at = file.map(|file| file.position(found.place.span.start as usize));
        Loss {
            code: found.loss.code.id,
            name: found.loss.code.name,
            effect: found.loss.effect.as_str(),
            accepted: found.loss.effect == Effect::Grants && found.accepted,
            file: file.map_or("", |file| file.name()),
            line: at.map_or(1, |at| at.line),
            column: at.map_or(1, |at| at.column),
            source: &found.source,
            result: &found.result,
        }
    });
    let json = ConversionJson {
        version: 1,
        from: report.from,
        to: report.to,
        sources: report.sources.iter().map(keywright_syntax::source::SourceFile::name).collect(),
        output: report.output,
        scenarios: report.scenarios,
        blocks: report.blocks,
        written: report.written,
        exit_code: report.exit_code,
        totals: totals.collect(),
        losses: losses.collect(),
    };
    // Strings, numbers and lists can always be written.
    to_json::document(&json).unwrap_or_default()
}
