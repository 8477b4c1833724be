//! D004: a block with too many dependencies.

use crate::diagnostic::Code;
use crate::lint::{Check, Context, Example, Rule, Sink};

/// A block with too many dependencies.
static CODE: Code = Code::error("D004", "too-many-dependencies");

/// Maximum number of TOKEN_DEPENDENCY directives in one block.
const MAX_DEPENDENCIES: usize = 512;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a TOKEN block with more than 512 dependencies",
    why: "License servers accept at most 512 dependencies for one token.",
    bad: Example::Made {
        shown: "a token with 513 dependencies, each on a pool of its own",
        make: || token(513),
    },
    good: Example::Made {
        shown: "a token with 512 dependencies, each on a pool of its own",
        make: || token(512),
    },
    remedy: "Move some of them to a second token, and let the first depend on it.",
    check: Check::Whole(check),
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

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks() {
        let dependencies = &block.feature.dependencies;
        if let Some(first) = dependencies.get(MAX_DEPENDENCIES) {
            let message = format!(
                "too many dependencies: token `{}` has {}, at most {MAX_DEPENDENCIES} are allowed",
                block.name(),
                dependencies.len(),
            );
            sink.push(
                cx.found(&CODE, block, first.span, message)
                    .label("the first one above the limit")
                    .help("move some of them to a second token and depend on it"),
            );
        }
    }
}
