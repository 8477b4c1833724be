//! Host ids: the kinds of the sources, and those of the license language.

use keywright_license::check_value;

use super::draft::{DraftBlock, excerpt};
use super::loss::{HOST_ID_KIND, Report};

/// Kinds of host ids that have an equal in the license language: the word of the source, and ours.
const KINDS: &[(&str, &str)] = &[
    ("DISK_SERIAL_NUM", "HARDDISK"),
    ("DISKSN", "HARDDISK"),
    ("ETHERNET", "ETHERNET"),
    ("HOST", "HOSTNAME"),
    ("HOSTNAME", "HOSTNAME"),
    ("INTERNET", "IPADDRESS"),
    ("IP", "IPADDRESS"),
    ("USER", "USERNAME"),
];

/// Maximum number of host ids of which one is enough: HOSTID_MATCH_RATE is a whole percentage.
const MOST_HOSTS: usize = 100;

/// Returns true if a host id does not lock anything.
pub(crate) fn is_any(host_id: &str) -> bool {
    host_id.eq_ignore_ascii_case("ANY")
}

/// Sets HOSTID from the value of the keyword: a list of host ids, each of which is enough.
pub(crate) fn set_hosts(block: &mut DraftBlock, list: &str, report: &mut Report) {
    let all: Vec<&str> = list.split([' ', ',']).filter(|text| !text.is_empty()).collect();
    if all.iter().any(|text| is_any(text)) {
        return;
    }
    let mut found = Vec::new();
    for text in all {
        match host_id(text) {
            Some(host_id) => found.push(host_id),
            None => {
                let message =
                    format!("the host id `{}` has no equivalent in the license language", excerpt(text));
                report.add_found(&HOST_ID_KIND, block.place, message);
            }
        }
    }
    if found.len() > MOST_HOSTS {
        let message = format!("more than {MOST_HOSTS} host ids, each of which is enough");
        report.add_found(&HOST_ID_KIND, block.place, message);
        found.truncate(MOST_HOSTS);
    }
    if found.len() > 1 {
        block.set("HOSTID_MATCH_RATE", 100 / found.len());
    }
    for host_id in found {
        block.set("HOSTID", host_id);
    }
}

fn host_id(text: &str) -> Option<String> {
    let (kind, value) = match text.split_once('=') {
        Some((kind, value)) => {
            let known = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind));
            (known?.1, value.to_owned())
        }
        None => {
            let is_ethernet = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            ("ETHERNET", is_ethernet.then(|| text.to_ascii_uppercase())?)
        }
    };
    let host_id = format!("{kind}={value}");
    let is_one = !value.contains(['*', ' ', '"']) && !value.is_empty();
    (is_one && check_value("HOSTID", &host_id).is_ok()).then_some(host_id)
}
