//! Reads PACKAGE lines.

use super::attributes::attributes;
use super::model::{Component, Package, PackageKind};
use crate::draft::excerpt;
use crate::file_reader::Reading;
use crate::loss::{BAD_VALUE, BROKEN_LINE, Place, SUITE_COUNT, SUITE_RESERVED};
use crate::options::SuiteCounts;
use crate::statements::Word;

/// Reads a PACKAGE line; `None` if it cannot be read, which is reported.
pub(crate) fn package(reading: &mut Reading<'_>, words: &[Word], place: Place) -> Option<Package> {
    let Some(([name, vendor], rest)) = words.split_first_chunk::<2>() else {
        reading.report.add_found(&BROKEN_LINE, place, "PACKAGE needs a name and a vendor");
        return None;
    };
    let version = rest.first().map(|word| reading.text(*word)).filter(|text| !text.contains('='));
    let is_version =
        |text: &String| text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let version = version.filter(is_version);
    let rest = rest.get(usize::from(version.is_some())..).unwrap_or_default();
    let read = attributes(reading, rest, place)?;
    let kind = match read.attributes.get("OPTIONS") {
        None => PackageKind::Plain,
        Some("SUITE") => PackageKind::Suite,
        Some("SUITE_RESERVED") => {
            reading.report.add(&SUITE_RESERVED, place);
            PackageKind::SuiteReserved
        }
        Some(other) => {
            let message = format!("`OPTIONS={}` is not SUITE or SUITE_RESERVED", excerpt(other));
            reading.report.add_found(&BAD_VALUE, place, message);
            return None;
        }
    };
    let Some(list) = read.attributes.get("COMPONENTS") else {
        reading.report.add_found(&BROKEN_LINE, place, "PACKAGE needs COMPONENTS");
        return None;
    };
    let mut components = Vec::new();
    for text in list.split(' ').filter(|text| !text.is_empty()) {
        components.push(component(reading, text, kind, place)?);
    }
    if components.is_empty() {
        reading.report.add_found(&BROKEN_LINE, place, "COMPONENTS is empty");
        return None;
    }
    Some(Package {
        name: reading.text(*name),
        vendor: reading.text(*vendor),
        version,
        kind,
        components,
        issued: read.issued,
        attributes: read.attributes,
        place,
    })
}

fn component(reading: &mut Reading<'_>, text: &str, kind: PackageKind, place: Place) -> Option<Component> {
    let mut parts = text.split(':');
    let name = parts.next().unwrap_or_default().to_owned();
    let version = parts.next().filter(|version| !version.is_empty()).map(str::to_owned);
    let count = match parts.next() {
        None | Some("") => None,
        Some(digits) => match digits.parse::<u32>() {
            Ok(count) if count > 0 => Some(count),
            _ => {
                let message = format!("`{}` is not a component with a number of licenses", excerpt(text));
                reading.report.add_found(&BAD_VALUE, place, message);
                return None;
            }
        },
    };
    if kind != PackageKind::Plain
        && count.is_some_and(|count| count > 1)
        && reading.options.suite_counts.is_none()
    {
        let message = format!("the component `{}` of a suite has a number of licenses", excerpt(text));
        reading.report.add_found(&SUITE_COUNT, place, message);
    }
    let draws = reading.options.suite_counts == Some(SuiteCounts::Draw);
    let count = count.filter(|_| kind == PackageKind::Plain || draws);
    Some(Component { name, version, count })
}
