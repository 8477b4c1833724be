//! S018: a license that a mail program changed.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::MAIL_DAMAGE,
    what: "a license that was changed by a mail program: a KEY split over several lines, `>` before every \
           line, or `=3D` for every `=`; or a saved email",
    why: "The signed text is complete, but the file can no longer be read as a license. The damage happened in \
          transit; it is not the vendor's mistake.",
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
    remedy: "Send license files as attachments. `keywright lint --fix` repairs such files. With KEYs it needs the \
             vendor's trust store (`--trust`), because the result must verify.",
    check: Check::WhileReading,
};
