//! The verbs of steps: the keys that each accepts, and their conversion.

use super::lower::Lowering;
use super::model::Verb;
use super::value;
use super::yaml::RawStep;

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
    Keys { verb: "activate", needed: &["device"], optional: &["consumes", "denied"] },
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

pub(super) fn words() -> Vec<&'static str> {
    VERBS.iter().map(|keys| keys.verb).collect()
}

/// Converts a raw step to its verb. The required keys are present.
pub(super) fn lower(lowering: &mut Lowering<'_>, raw: &RawStep) -> Option<Verb> {
    if let Some(feature) = &raw.checkout {
        let id = lowering.read(raw.id.as_ref(), value::word);
        return lowering.ask(feature, raw).map(|ask| Verb::Checkout { ask, id });
    }
    if let Some(feature) = &raw.borrow {
        let hours = lowering.read(raw.hours.as_ref(), value::hours)?;
        return lowering.ask(feature, raw).map(|ask| Verb::Borrow { ask, hours });
    }
    if let Some(feature) = &raw.checkin {
        return Some(Verb::Checkin {
            feature: lowering.read(Some(feature), value::feature)?,
            by: lowering.person(raw),
            custom: lowering.read(raw.custom.as_ref(), value::word),
            id: lowering.read(raw.id.as_ref(), value::word),
        });
    }
    if let Some(feature) = &raw.consume {
        return Some(Verb::Consume {
            feature: lowering.read(Some(feature), value::feature)?,
            units: lowering.read(raw.units.as_ref(), value::units)?,
        });
    }
    if let Some(when) = &raw.advance {
        return lowering.read(Some(when), value::when).map(Verb::Advance);
    }
    if let Some(expect) = &raw.expect {
        return Some(Verb::Expect(lowering.expectations(expect)));
    }
    let device = lowering.read(raw.device.as_ref(), value::word)?;
    match (&raw.activate, &raw.deactivate) {
        (Some(feature), _) => {
            let feature = lowering.read(Some(feature), value::feature)?;
            Some(Verb::Activate { feature, device })
        }
        (None, feature) => {
            let feature = lowering.read(feature.as_ref(), value::feature)?;
            Some(Verb::Deactivate { feature, device })
        }
    }
}
