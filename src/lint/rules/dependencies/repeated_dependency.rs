//! D009: a repeated dependency.

use std::collections::HashMap;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::Version;
use keywright_syntax::diagnostic::Code;

/// A repeated dependency.
static CODE: Code = Code::warning("D009", "repeated-dependency");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a TOKEN block that repeats a dependency: the same feature and version",
    rationale: "Both are drawn, so the COUNTs add up (on a shared pool, only the larger one counts). Usually the \
          line was copied to be changed and was not.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2\"
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2\"
}
FEATURE Pool { VENDOR=Acme COUNT=8 }
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=4\"
}
FEATURE Pool { VENDOR=Acme COUNT=8 }
",
    ),
    how_to_fix: "Remove the second dependency, correct its feature, or write a single dependency with the sum.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks().filter(|block| block.feature.dependencies.len() > 1) {
        let mut met: HashMap<(&str, Version), Vec<usize>> = HashMap::new();
        for (at, dependency) in block.feature.dependencies.iter().enumerate() {
            met.entry((dependency.feature.value.as_str(), dependency.version)).or_default().push(at);
        }
        let mut repeated: Vec<_> = met.into_iter().filter(|(_, places)| places.len() > 1).collect();
        repeated.sort_by(|(_, one), (_, other)| one.cmp(other));
        for ((name, version), places) in repeated {
            let all = || places.iter().filter_map(|at| block.feature.dependencies.get(*at));
            let sum: u64 = all().map(|dependency| u64::from(dependency.count)).sum();
            let [Some(first), Some(second)] = [all().next(), all().nth(1)] else { continue };
            let times =
                if places.len() == 2 { "twice".to_owned() } else { format!("{} times", places.len()) };
            let message =
                format!("repeated dependency: `{}` draws on `{name}` {version} {times}", block.name());
            sink.push(cx.found(&CODE, block, second.span, message).also(first.span, "first here").help(
                format!(
                    "write one dependency with COUNT={sum} if all are intended; otherwise remove or correct the copy"
                ),
            ));
        }
    }
}
