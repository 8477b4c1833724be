//! S018: what a mail program did to a license.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::MAIL_DAMAGE,
    what: "a license as a mail program left it: a KEY on several lines, `>` before every line, or `=3D` for every `=`",
    why: "What was signed is all there, but the text no longer reads as a license. It is the mail that did it, and no \
          fault of whoever issued the license.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
}
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=\"AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"
}
",
    ),
    remedy: "Send license files as attachments. Otherwise join the lines of the KEY, or put the whole KEY in quotes.",
    check: Check::WhileReading,
};
