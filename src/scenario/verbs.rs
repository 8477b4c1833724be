//! The verbs of steps, and the keys that each accepts.

/// A verb and its keys, except `at`.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) verb: &'static str,
    pub(super) needed: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
}

/// All verbs.
static VERBS: [Keys; 8] = [
    Keys {
        verb: "checkout",
        needed: &[],
        optional: &["count", "times", "version", "by", "custom", "id", "consumes", "denied", "warns"],
    },
    Keys { verb: "checkin", needed: &[], optional: &["times", "by", "custom", "id", "consumes"] },
    Keys { verb: "activate", needed: &[], optional: &["device", "times", "consumes", "denied"] },
    Keys { verb: "deactivate", needed: &["device"], optional: &["consumes"] },
    Keys { verb: "consume", needed: &["units"], optional: &["times", "consumes", "denied"] },
    Keys {
        verb: "borrow",
        needed: &["hours"],
        optional: &["count", "times", "version", "by", "custom", "consumes", "denied"],
    },
    Keys { verb: "advance", needed: &[], optional: &["consumes"] },
    Keys { verb: "expect", needed: &[], optional: &[] },
];

impl Keys {
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.needed.iter().chain(self.optional).copied()
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.keys().any(|known| known == key)
    }
}

pub(super) fn find(key: &str) -> Option<&'static Keys> {
    VERBS.iter().find(|keys| keys.verb == key)
}

pub(super) fn all() -> &'static [Keys] {
    &VERBS
}

pub(super) fn names() -> Vec<&'static str> {
    VERBS.iter().map(|keys| keys.verb).collect()
}
