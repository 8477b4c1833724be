//! The conversion of a set of files.

use keywright_syntax::source::{EncodingFault, Span};

use super::check_result::{first_failure, sound_text};
use super::detect::{Detected, detect};
use super::draft::Draft;
use super::file_reader::Reading;
use super::flexnet;
use super::input::Input;
use super::loss::{
    BINARY_FILE, LATIN_1, MIXED_FORMATS, NO_LICENSE, NOT_A_LICENSE, Place, Report, SCENARIOS_CUT,
    SHARED_POOLS, TOO_LARGE, UNCLEAR_FORMAT, UNSOUND_RESULT,
};
use super::options::{Format, Options};
use super::rlm;
use super::scenarios::scenario_text;
use super::xmllicgen;

/// The result of a conversion.
#[derive(Debug)]
pub struct Conversion {
    /// The format of the sources, if it is known.
    pub format: Option<Format>,
    /// The losses.
    pub report: Report,
    /// The license; `None` if nothing may be written.
    pub license: Option<String>,
    /// Number of blocks of the license.
    pub blocks: usize,
    draft: Draft,
    options: Options,
}

impl Conversion {
    /// Returns the scenario file for the license under this file name.
    #[must_use]
    pub fn scenarios(&self, license: &str) -> String {
        scenario_text(license, self.options.at, &self.draft.grants).text
    }
}

/// Converts files as one set: their lines together describe one license.
#[must_use]
pub fn convert(inputs: &[Input], options: &Options) -> Conversion {
    let mut report = Report::new(&options.accept);
    let format = format_of(inputs, options, &mut report);
    let mut conversion = Conversion {
        format,
        report,
        license: None,
        blocks: 0,
        draft: Draft::default(),
        options: options.clone(),
    };
    let Some(format) = format.filter(|_| !conversion.report.refuses()) else { return conversion };
    let mut draft = read(format, inputs, options, &mut conversion.report);
    if draft.blocks.is_empty() && !conversion.report.refuses() && !conversion.report.is_broken() {
        let message = "the files have no line that grants a license";
        conversion.report.add_found(&NO_LICENSE, whole(inputs.first()), message);
    }
    if format != Format::Xmllicgen {
        for (name, place) in draft.shared_pools() {
            let message = format!("`{name}` has several pools whose licenses are shared");
            conversion.report.add_found(&SHARED_POOLS, place, message);
        }
    }
    if conversion.report.refuses() || draft.blocks.is_empty() {
        return conversion;
    }
    draft.tell_apart(|place| {
        let source = inputs.iter().find(|input| input.source.id() == place.file);
        source.map_or(0, |input| input.source.position(place.span.start as usize).line)
    });
    let license = sound_text(&mut draft, options.at, &mut conversion.report);
    conversion.blocks = draft.blocks.len();
    conversion.license = license.filter(|_| !draft.blocks.is_empty());
    conversion.draft = draft;
    check_scenarios(&mut conversion, inputs);
    if conversion.report.refuses() {
        conversion.license = None;
    }
    conversion
}

/// The scenarios must pass on the license that is written. If they do not, the conversion itself is wrong.
fn check_scenarios(conversion: &mut Conversion, inputs: &[Input]) {
    if conversion.license.is_none() {
        return;
    }
    let (draft, at) = (&conversion.draft, conversion.options.at);
    let place = whole(inputs.first());
    let covered = scenario_text("license", at, &draft.grants).covered;
    if covered < draft.grants.len() {
        let message = format!("the license has {} features", draft.grants.len());
        let done = format!("the scenario file covers the first {covered}");
        conversion.report.add_with(&SCENARIOS_CUT, place, message, done);
    }
    if let Some(reason) = first_failure(&conversion.draft, at) {
        let message = format!("the license would not grant what the source states: {reason}");
        let done = "this is an error in keywright; please report it with the source".to_owned();
        conversion.report.add_with(&UNSOUND_RESULT, place, message, done);
    }
}

fn whole(input: Option<&Input>) -> Place {
    input.map_or_else(Place::default, |input| Place::new(input.source.id(), Span::default()))
}

/// Returns the common format of all files; each file that is not of it is reported.
fn format_of(inputs: &[Input], options: &Options, report: &mut Report) -> Option<Format> {
    let mut common = options.from;
    for input in inputs {
        let place = whole(Some(input));
        if matches!(input.source.fault(), Some(EncodingFault::TooLarge)) {
            report.add_found(&TOO_LARGE, place, "the file is larger than 64 MiB");
            return None;
        }
        if input.is_binary {
            report.add_found(&BINARY_FILE, place, "the file is not text: it may be an encrypted report log");
            continue;
        }
        if input.is_latin1 {
            report.add(&LATIN_1, place);
        }
        let found = detect(input.source.text());
        let format = match found {
            Detected::Other(what) => {
                report.add_found(&NOT_A_LICENSE, place, format!("the file is {what}, not a license"));
                continue;
            }
            Detected::Keywright => {
                report.add_found(&NOT_A_LICENSE, place, "the file already is a license with FEATURE blocks");
                continue;
            }
            Detected::Mixed => {
                report.add_found(&MIXED_FORMATS, place, "the file has lines of FlexNet and of RLM");
                continue;
            }
            Detected::Known(format) => format,
            Detected::Unclear => match options.from {
                Some(format) => format,
                None if input.source.text().trim().is_empty() => {
                    report.add_found(&NO_LICENSE, place, "the file is empty");
                    continue;
                }
                None => {
                    report.add_found(&UNCLEAR_FORMAT, place, "the format of the file is not clear");
                    continue;
                }
            },
        };
        match common {
            None => common = Some(format),
            Some(other) if other != format && (options.from.is_none() || !is_alias(other, format)) => {
                let message = format!("the file looks like {}, not like {}", format.title(), other.title());
                report.add_found(&MIXED_FORMATS, place, message);
            }
            Some(_) => {}
        }
    }
    common
}

/// Returns true if a file of one format can look like the other one: RLM reads SERVER, DAEMON and FEATURE.
fn is_alias(wanted: Format, found: Format) -> bool {
    wanted == Format::Rlm && found == Format::FlexNet
}

fn read(format: Format, inputs: &[Input], options: &Options, report: &mut Report) -> Draft {
    match format {
        Format::FlexNet => {
            let mut file = flexnet::FlexFile::default();
            for input in inputs {
                flexnet::parse(&mut Reading { source: &input.source, options, report }, &mut file);
            }
            flexnet::map(file, options, report)
        }
        Format::Rlm => {
            let mut file = rlm::RlmFile::default();
            for input in inputs {
                rlm::parse(&mut Reading { source: &input.source, options, report }, &mut file);
            }
            rlm::map(file, options, report)
        }
        Format::Xmllicgen => {
            let mut file = xmllicgen::XmlFile::default();
            for input in inputs {
                xmllicgen::parse(&mut Reading { source: &input.source, options, report }, &mut file);
            }
            xmllicgen::map(&file, options, report)
        }
    }
}
