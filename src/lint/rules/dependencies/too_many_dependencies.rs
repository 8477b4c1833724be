//! D004: a block with too many dependencies.

use crate::{Check, Example, Rule};
use keywright_license::codes;
use keywright_syntax::limits::MAX_DEPENDENCIES;

pub(crate) static RULE: Rule = Rule {
    code: &codes::TOO_MANY_DEPENDENCIES,
    what: "a TOKEN block with more than 512 dependencies",
    why: "License servers accept at most 512 dependencies for one token.",
    bad: Example::Made {
        shown: "a token with 513 dependencies, each on a pool of its own",
        make: || token(MAX_DEPENDENCIES + 1),
    },
    good: Example::Made {
        shown: "a token with 512 dependencies, each on a pool of its own",
        make: || token(MAX_DEPENDENCIES),
    },
    remedy: "Move some of them to a second token, and let the first depend on it.",
    check: Check::WhileReading,
};

fn token(needs: usize) -> Vec<u8> {
    let mut text = "FEATURE Suite\n{\n  VENDOR=Acme KEYTYPE=TOKEN\n".to_owned();
    for at in 0..needs {
        text += &format!("  TOKEN_DEPENDENCY=\"FEATURE=Part_{at:x}_ VERSION=1.0 COUNT=1\"\n");
    }
    text += "}\n";
    for at in 0..needs {
        text += &format!("FEATURE Part_{at:x}_ {{ VENDOR=Acme COUNT=1 }}\n");
    }
    text.into_bytes()
}
