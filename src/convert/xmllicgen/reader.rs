//! Parses XML templates. The only file that uses roxmltree, which refuses DTDs and thereby all entities of a document's own.

use keywright_syntax::limits;
use keywright_syntax::source::Span;
use roxmltree::{Document, Error, Node, ParsingOptions};

use super::keywords::SETTINGS;
use super::model::{Setting, XmlFeature, XmlFile};
use super::parameters::fill;
use crate::draft::excerpt;
use crate::file_reader::Reading;
use crate::loss::{
    BAD_XML, BROKEN_LINE, COMMENTS, NOT_A_LICENSE, Place, SERVER_LOCK, TOO_LARGE, UNKNOWN_KEYWORD,
};

/// Maximum nesting of elements; a template needs four.
const MOST_DEPTH: usize = 32;
/// Maximum number of nodes. Bounds the memory for a file of many short elements.
const MOST_NODES: u32 = 8_000_000;

/// Parses a file into `out`. XML that is not well-formed cannot be read at all.
pub(crate) fn parse(reading: &mut Reading<'_>, out: &mut XmlFile) {
    let text = reading.source.text();
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let body = text.get(start..).unwrap_or_default();
    if let Some(at) = too_deep(body) {
        let place = reading.place(Span::at(start + at));
        let message = format!("elements are nested more than {MOST_DEPTH} levels deep");
        return reading.report.add_found(&BAD_XML, place, message);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    match Document::parse_with_options(body, options) {
        Ok(document) => Elements { reading, start }.document(&document, out),
        Err(error) => refuse(reading, &error),
    }
}

/// Returns the offset at which elements are nested too deep. Counted before parsing, because the parser is recursive.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(found) = memchr::memchr(b'<', bytes.get(at..)?) {
        at += found;
        let rest = bytes.get(at + 1..)?;
        let skipped = |mark: &str, end: &str| {
            rest.starts_with(mark.as_bytes()).then(|| text.get(at..).and_then(|text| text.find(end)))
        };
        if let Some(end) = skipped("!--", "-->").or_else(|| skipped("![CDATA[", "]]>")) {
            at += end?;
        } else if rest.starts_with(b"/") {
            depth = depth.saturating_sub(1);
        } else if !rest.starts_with(b"!") && !rest.starts_with(b"?") {
            let end = memchr::memchr(b'>', rest)?;
            let is_empty = end.checked_sub(1).and_then(|last| rest.get(last)) == Some(&b'/');
            depth += usize::from(!is_empty);
            if depth > MOST_DEPTH {
                return Some(at);
            }
        }
        at += 1;
    }
    None
}

fn refuse(reading: &mut Reading<'_>, error: &Error) {
    let at = error.pos();
    let line = reading.source.line_span(usize::try_from(at.row).unwrap_or(1)).unwrap_or_default();
    let column = usize::try_from(at.col).unwrap_or(1).saturating_sub(1);
    let text = reading.source.slice(line);
    let offset: usize = text.chars().take(column).map(char::len_utf8).sum();
    let at_error = Span::at(line.start as usize + offset);
    let dtd = reading.source.text().find("<!DOCTYPE").filter(|_| matches!(error, Error::DtdDetected));
    let place = reading.place(dtd.map_or(at_error, |at| Span::new(at, at + "<!DOCTYPE".len())));
    let message = match error {
        Error::DtdDetected => "the XML has a DTD, which could declare entities".to_owned(),
        Error::NodesLimitReached => "the XML has too many elements".to_owned(),
        Error::UnknownEntityReference(name, _) => format!("the entity `{}` is not declared", excerpt(name)),
        _ if text.contains("<FEATURE=") => {
            return reading.report.add_with(
                &BAD_XML,
                place,
                "`<FEATURE=\"…\">` is not XML".to_owned(),
                "write `<FEATURE NAME=\"…\">`".to_owned(),
            );
        }
        other => match detail(other) {
            Some(detail) => format!("the XML is not well-formed: {detail}"),
            None => "the XML is not well-formed".to_owned(),
        },
    };
    reading.report.add_found(&BAD_XML, place, message);
}

/// The fault of XML that is not well-formed, for the errors whose place does not show it.
fn detail(error: &Error) -> Option<String> {
    Some(match error {
        Error::UnexpectedCloseTag(expected, found, _) => {
            format!("expected `</{}>`, found `</{}>`", excerpt(expected), excerpt(found))
        }
        Error::UnclosedRootNode | Error::UnexpectedEndOfStream => "the end of the file is missing".to_owned(),
        Error::NoRootNode => "there is no element".to_owned(),
        Error::DuplicatedAttribute(name, _) => format!("duplicate attribute `{}`", excerpt(name)),
        Error::UnknownNamespace(name, _) => format!("unknown namespace `{}`", excerpt(name)),
        Error::InvalidName(_) => "invalid name".to_owned(),
        Error::InvalidAttributeValue(_) => "invalid value of an attribute".to_owned(),
        Error::MalformedEntityReference(_) => "invalid entity reference".to_owned(),
        Error::NonXmlChar(..) => "a character that XML does not allow".to_owned(),
        _ => return None,
    })
}

struct Elements<'r, 's> {
    reading: &'r mut Reading<'s>,
    /// The length of a byte order mark, which the parser did not see.
    start: usize,
}

impl Elements<'_, '_> {
    fn place(&self, range: &std::ops::Range<usize>) -> Place {
        let end = range.end.min(range.start + 200);
        self.reading.place(Span::new(self.start + range.start, self.start + end))
    }

    /// The place of the first tag of an element.
    fn tag(&self, node: Node<'_, '_>) -> Place {
        let range = node.range();
        let text = self.reading.source.text();
        let tag = text.get(self.start + range.start..).and_then(|text| text.find('>'));
        self.place(&(range.start..tag.map_or(range.end, |end| range.start + end + 1)))
    }

    fn document(&mut self, document: &Document<'_>, out: &mut XmlFile) {
        if let Some(comment) = document.descendants().find(Node::is_comment) {
            let place = self.place(&comment.range());
            self.reading.report.add(&COMMENTS, place);
        }
        let root = document.root_element();
        if !root.has_tag_name("LICENSEFILE") {
            let place = self.tag(root);
            let message = format!("the XML is a `{}`, not a LICENSEFILE", excerpt(root.tag_name().name()));
            return self.reading.report.add_found(&NOT_A_LICENSE, place, message);
        }
        for node in root.children() {
            self.stray_text(node);
            if node.is_element() {
                self.top(node, out);
            }
        }
    }

    fn top(&mut self, node: Node<'_, '_>, out: &mut XmlFile) {
        let place = self.tag(node);
        if !node.has_tag_name("FEATURE") {
            return self.unknown("element", node.tag_name().name(), place);
        }
        if out.features.len() >= limits::MAX_BLOCKS {
            return self.reading.report.add_found(
                &TOO_LARGE,
                place,
                "the template has more features than a license can have blocks",
            );
        }
        out.features.extend(self.feature(node, place));
    }

    fn unknown(&mut self, what: &str, name: &str, place: Place) {
        let message = format!("unknown {what} `{}`", excerpt(name));
        self.reading.report.add_found(&UNKNOWN_KEYWORD, place, message);
    }

    /// Text between elements has no meaning in a template.
    fn stray_text(&mut self, node: Node<'_, '_>) {
        let text = node.text().filter(|text| node.is_text() && !text.trim().is_empty());
        if let Some(text) = text {
            let range = node.range();
            let from = range.start + (text.len() - text.trim_start().len());
            let place = self.place(&(from..from + text.trim().len()));
            let message = format!("the text `{}` is not part of a setting", excerpt(text));
            self.reading.report.add_found(&BROKEN_LINE, place, message);
        }
    }

    fn feature(&mut self, node: Node<'_, '_>, place: Place) -> Option<XmlFeature> {
        let name = node.attribute("NAME").map(str::trim).unwrap_or_default();
        let name = fill(name, place, self.reading)?;
        if name.is_empty() {
            self.reading.report.add_found(&BROKEN_LINE, place, "a FEATURE needs a NAME");
            return None;
        }
        let mut feature = XmlFeature { name, settings: Vec::new(), clients: Vec::new(), place };
        for other in node.attributes().filter(|other| other.name() != "NAME") {
            let place = self.place(&other.range());
            self.unknown("attribute", other.name(), place);
        }
        for child in node.children() {
            self.stray_text(child);
            if !child.is_element() {
                continue;
            }
            match child.tag_name().name() {
                "SETTING" => feature.settings.extend(self.settings(child)?),
                "CLIENT_HOSTID" => feature.clients.push(self.host_ids(child)?),
                "SERVER_HOSTID" => {
                    let place = self.tag(child);
                    let message = format!("the license server of `{}` is locked to a host", feature.name);
                    self.reading.report.add_found(&SERVER_LOCK, place, message);
                }
                name => {
                    let place = self.tag(child);
                    self.unknown("element", name, place);
                }
            }
        }
        Some(feature)
    }

    fn settings(&mut self, node: Node<'_, '_>) -> Option<Vec<Setting>> {
        let mut settings = Vec::new();
        for attribute in node.attributes() {
            let place = self.place(&attribute.range());
            let name = attribute.name().to_owned();
            let Some(row) = SETTINGS.iter().find(|row| row.name == name) else {
                self.unknown("setting", &name, place);
                continue;
            };
            if row.always
                && let Some(loss) = row.losses.first()
            {
                self.reading.report.add_found(loss, place, format!("`{name}`: {}", loss.source));
                continue;
            }
            settings.push(Setting { value: fill(attribute.value(), place, self.reading)?, name, place });
        }
        Some(settings)
    }

    /// Reads host ids: an attribute for each, or one list of all.
    fn host_ids(&mut self, node: Node<'_, '_>) -> Option<Vec<String>> {
        let mut found = Vec::new();
        for setting in node.children().filter(Node::is_element) {
            for attribute in setting.attributes() {
                let place = self.place(&attribute.range());
                let value = fill(attribute.value(), place, self.reading)?;
                if attribute.name() == "HOSTIDS" {
                    found.extend(value.split(',').map(|text| text.trim().to_owned()));
                } else {
                    found.push(format!("{}={}", attribute.name(), value.trim()));
                }
            }
        }
        Some(found)
    }
}
