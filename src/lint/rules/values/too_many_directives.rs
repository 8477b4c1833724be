//! V030: a repeatable directive more times than a block may have it.

use crate::{Check, Example, Rule};
use keywright_license::codes;
use keywright_syntax::limits::MAX_HOST_IDS;

pub(crate) static RULE: Rule = Rule {
    code: &codes::TOO_MANY_DIRECTIVES,
    what: "a block with more than 512 HOSTID or more than 128 TIER directives",
    why: "No license needs as many, and a program that reads them all can be kept busy by a hostile file.",
    bad: Example::Made {
        shown: "a local license with 513 HOSTID directives",
        make: || local(MAX_HOST_IDS + 1),
    },
    good: Example::Made { shown: "a local license with 512 HOSTID directives", make: || local(MAX_HOST_IDS) },
    remedy: "Put some of them into a second block.",
    check: Check::WhileReading,
};

fn local(hosts: usize) -> Vec<u8> {
    let hosts = (0..hosts).map(|at| format!("  HOSTID=\"ETHERNET=0050{at:08X}\"\n"));
    format!("FEATURE Draw\n{{\n  VENDOR=Acme\n{}}}\n", hosts.collect::<String>()).into_bytes()
}
