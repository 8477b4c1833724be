//! The kinds of failures that `verify` reports, with explanations.
//!
//! DECISION: their codes are the words of its other formats.
//!
//! A failure is a warning if the vendor signed the block as it is and only a date, a policy or a later purchase speaks
//! against it (exit codes 4 and 5), and an error otherwise.

use keywright_syntax::diagnostic::{Code, Severity};
use keywright_verify::{Policy, Verdict};

use super::lint::ReportedRule;
use super::verify::LogState;

/// The code of a file without a block.
pub(super) static NO_BLOCK: Code = Code::error("NO-BLOCK", "file-without-block");

/// The rule of a verdict. `None` for a valid block.
pub(super) fn of_verdict(verdict: Verdict) -> Option<&'static Code> {
    find(verdict.as_str())
}

/// The rule of a policy that is not met.
pub(super) fn of_policy(policy: Policy) -> Option<&'static Code> {
    find(policy.as_str())
}

/// The rule of a state in the issue log. `None` for a block that was issued as it is.
pub(super) fn of_log_state(state: LogState) -> Option<&'static Code> {
    find(&state.as_str().to_uppercase())
}

fn find(id: &str) -> Option<&'static Code> {
    RULES.iter().map(|rule| rule.code).find(|code| code.id == id)
}

/// Returns the rules of `verify`.
#[must_use]
pub fn verify_rules() -> Vec<ReportedRule> {
    RULES.to_vec()
}

macro_rules! rule {
    ($severity:ident $id:literal $name:literal $group:literal: $what:literal, $why:literal, $remedy:literal) => {{
        static CODE: Code = Code::new($id, $name, Severity::$severity);
        ReportedRule { code: &CODE, summary: $what, rationale: $why, how_to_fix: $remedy, group: $group }
    }};
}

/// All rules: verdicts in the order of precedence, then policies, then states of the issue log.
static RULES: &[ReportedRule] = &[
    rule!(Error "MALFORMED" "malformed-block" "verdict":
        "blocks that cannot be read",
        "A license server does not load it, or reads something else than the vendor signed.",
        "Run `keywright lint` on the file, and get the license again as it was issued."),
    rule!(Error "UNSUPPORTED" "unsupported-block" "verdict":
        "blocks that this version of keywright does not understand",
        "It has an unknown directive or a KEY of a newer version, so its meaning cannot be checked.",
        "Update keywright, or correct the directive."),
    rule!(Error "UNSIGNED" "unsigned-block" "verdict":
        "blocks without KEY",
        "Nothing proves that the vendor issued it.",
        "The vendor signs it with `keywright sign`."),
    rule!(Error "UNKNOWN-KEY" "unknown-key" "verdict":
        "blocks that are signed with a key that the trust store does not have",
        "Anyone can make a key, so the signature proves nothing.",
        "Get the vendor's current trust store; never trust a key that comes with a license."),
    rule!(Error "NOT-FOR-VENDOR" "not-for-vendor" "verdict":
        "blocks of a vendor for whom their key is not trusted, or who is not accepted",
        "A vendor can sign its own blocks only.",
        "Correct VENDOR and sign the block again, or correct `--vendor`."),
    rule!(Error "INVALID" "invalid-signature" "verdict":
        "blocks that differ from what was signed",
        "Someone changed it after the vendor signed it.",
        "Use the license as it was issued; `keywright verify --log LOG` shows the difference."),
    rule!(Error "REVOKED" "revoked-block" "verdict":
        "blocks that the vendor revoked, or whose key was revoked",
        "It must not be used any more.",
        "Ask the vendor for a replacement license."),
    rule!(Warning "NOT-YET" "not-yet-valid" "verdict":
        "blocks that are not valid yet",
        "Its START, or the validity of its key, is after the verification date.",
        "Use it from that day on; check the clock or the date given with `--at`."),
    rule!(Warning "EXPIRED" "expired-block" "verdict":
        "blocks that have expired",
        "Its END is before the verification date.",
        "Renew the license, and remove the block."),
    rule!(Error "NO-BLOCK" "file-without-block" "verdict":
        "files without a block",
        "A file without signed blocks is never valid.",
        "Check that it is the right file and that it is complete."),
    rule!(Warning "MIXED-SET" "mixed-set" "policy":
        "blocks that do not belong together",
        "They are of different customers, or with `--one-set` of different purchases.",
        "Give each customer an own file."),
    rule!(Warning "INCOMPLETE" "missing-dependency" "policy":
        "tokens whose dependency is missing",
        "No valid block of the same customer provides it, so the token can never be checked out.",
        "Add the missing block, or verify all files of the customer with `--together`."),
    rule!(Warning "STALE" "stale-list" "policy":
        "trust lists and revocation lists that are expired or missing",
        "Keys and blocks that were revoked since are not known.",
        "Get the current lists from the vendor."),
    rule!(Error "NOT-ISSUED" "not-issued" "log":
        "blocks that are not in the issue log",
        "It was signed without a record, or with a stolen key.",
        "Find out who signed it, and revoke it if it must not exist."),
    rule!(Error "CHANGED" "changed-since-issue" "log":
        "blocks with another content than in the issue log",
        "Its serial number was issued with other values.",
        "Compare it with the license in the log: `keywright log restore SN`."),
    rule!(Warning "REPLACED" "replaced-block" "log":
        "blocks that a later purchase replaced",
        "It grants nothing next to its replacement.",
        "Use the current license of the customer: `keywright customer NAME`."),
    rule!(Warning "LEFT-OUT" "left-out-block" "log":
        "blocks that the last issue of their serial number does not contain",
        "The customer has an older version of the license.",
        "Use the current license of the customer: `keywright customer NAME`."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_rule() {
        for verdict in Verdict::ALL {
            let code = of_verdict(verdict);
            assert_eq!(code.is_none(), verdict == Verdict::Valid, "{verdict:?}");
        }
        for policy in [Policy::MixedSet, Policy::Incomplete, Policy::Stale] {
            assert!(of_policy(policy).is_some(), "{policy:?}");
        }
        for state in [LogState::Replaced, LogState::LeftOut, LogState::Changed, LogState::NotIssued] {
            assert!(of_log_state(state).is_some(), "{state:?}");
        }
        assert!(of_log_state(LogState::Issued).is_none());
        assert!(RULES.iter().any(|rule| rule.code == &NO_BLOCK));
    }
}
