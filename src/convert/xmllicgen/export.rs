//! Writes licenses as an XML template for LM-X's own generator.

use std::fmt::Write as _;

use keywright_license::{Feature, Kind, License};
use keywright_syntax::Item;
use keywright_syntax::source::Span;

use crate::draft::excerpt;
use crate::input::Input;
use crate::loss::{
    BINARY_FILE, COMMENTS, INFORMATION, NO_EQUIVALENT, NO_LICENSE, Place, Report, SIGNATURE, UNSOUND_RESULT,
};
use crate::options::Options;

/// The result of an export.
#[derive(Debug)]
pub struct Export {
    /// The losses.
    pub report: Report,
    /// The template; `None` if nothing may be written.
    pub template: Option<String>,
    /// Number of FEATURE elements.
    pub features: usize,
}

/// Writes the blocks of license files as one template. What the template cannot state is reported.
#[must_use]
pub fn export(inputs: &[Input], options: &Options) -> Export {
    let mut report = Report::new(&options.accept);
    let mut body = String::new();
    let mut features = 0;
    for input in inputs {
        let license = License::parse(std::sync::Arc::clone(&input.source));
        let place = Place::new(input.source.id(), Span::default());
        if input.is_binary {
            report.add(&BINARY_FILE, place);
            continue;
        }
        if let Some(error) = license.diagnostics.iter().find(|found| found.is_error()) {
            let place = Place::new(input.source.id(), error.primary.span);
            let message = format!("{} {}: {}", error.code.id, error.code.name, error.message);
            let done = "`keywright lint` lists all errors".to_owned();
            report.add_with(&UNSOUND_RESULT, place, message, done);
            continue;
        }
        if let Some(Item::Comments(span)) =
            license.tree.items().iter().find(|item| matches!(item, Item::Comments(_)))
        {
            report.add_found(
                &COMMENTS,
                Place::new(input.source.id(), *span),
                "comments and layout of the license",
            );
        }
        for feature in &license.features {
            features += usize::from(push_feature(&mut body, &license, feature, &mut report));
        }
    }
    if features == 0 && !report.refuses() {
        let place = inputs.first().map(|input| Place::new(input.source.id(), Span::default()));
        report.add_found(
            &NO_LICENSE,
            place.unwrap_or_default(),
            "the files have no block that a template can state",
        );
    }
    let template =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LICENSEFILE>\n{body}</LICENSEFILE>\n");
    let template = (!report.refuses()).then_some(template);
    Export { report, template, features }
}

/// Adds a FEATURE element. Returns false for a block that a template cannot state, which is reported.
fn push_feature(out: &mut String, license: &License, feature: &Feature, report: &mut Report) -> bool {
    let place = Place::new(license.source.id(), feature.name.span);
    let name = feature.name.value.as_str();
    if matches!(feature.kind, Kind::Activation | Kind::Metered) {
        let kind = feature.kind.as_str();
        report.add_found(&NO_EQUIVALENT, place, format!("LM-X has no {kind} licenses, and `{name}` is one"));
        return false;
    }
    let _ = writeln!(out, "  <FEATURE NAME=\"{}\">", escaped(name));
    let mut hosts = Vec::new();
    for (directive, value) in license.records(feature) {
        match directive {
            "VENDOR" => {
                report.once(&INFORMATION, place, "LM-X's generator writes VENDOR by itself");
            }
            "KEY" => {
                report.once(&SIGNATURE, place, "the license has KEYs, and LM-X's generator writes its own");
            }
            "VERSION" => {
                let (major, minor) = value.split_once('.').unwrap_or((&value, "0"));
                push_setting(out, "    ", "MAJOR_VERSION", major);
                push_setting(out, "    ", "MINOR_VERSION", minor);
            }
            "HOSTID" => hosts.push(value.into_owned()),
            _ if super::keywords::SETTINGS.iter().any(|row| row.name == directive) => {
                push_setting(out, "    ", directive, &value);
            }
            _ => {
                let message =
                    format!("`{directive}={}` of `{name}` has no setting in a template", excerpt(&value));
                report.add_found(&NO_EQUIVALENT, place, message);
            }
        }
    }
    if !hosts.is_empty() {
        out.push_str("    <CLIENT_HOSTID>\n");
        for host in &hosts {
            let (kind, value) = host.split_once('=').unwrap_or(("CUSTOM", host));
            push_setting(out, "      ", kind, value);
        }
        out.push_str("    </CLIENT_HOSTID>\n");
    }
    out.push_str("  </FEATURE>\n");
    true
}

fn push_setting(out: &mut String, indent: &str, name: &str, value: &str) {
    let _ = writeln!(out, "{indent}<SETTING {name}=\"{}\"/>", escaped(value));
}

/// Returns a text as the value of an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}
