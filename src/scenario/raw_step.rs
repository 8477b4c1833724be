//! Reads the raw values of a step.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use keywright_syntax::source::Span;

use super::form::Form;
use super::raw_value::{Field, Placed, RawExpect, Text, YamlNode};

/// A step: the values of the keys that are present, in the order of [`RawStep::FIELDS`]. A list, because a step has few
/// of the keys of all verbs, and a file may have 100,000 steps.
#[derive(Debug)]
pub(super) struct RawStep(Box<[(Key, RawValue)]>);

/// The value of a key.
#[derive(Debug)]
enum RawValue {
    Text(Text),
    Change(Box<Placed<YamlNode>>),
    Expect(Box<Placed<RawExpect>>),
}

impl RawStep {
    /// The keys that are present, each with the location of its value.
    pub(super) fn written(&self) -> impl Iterator<Item = (&'static str, Span)> {
        self.0.iter().map(|(key, value)| (key.name(), value.span()))
    }

    /// The value of a key that has a single value.
    pub(super) fn text(&self, key: &str) -> Option<&Text> {
        self.0.iter().find_map(|(known, value)| match value {
            RawValue::Text(text) if known.name() == key => Some(text),
            _ => None,
        })
    }

    /// The value of `consumes`.
    pub(super) fn consumes(&self) -> Option<&Placed<YamlNode>> {
        self.0.iter().find_map(|(_, value)| match value {
            RawValue::Change(change) => Some(&**change),
            _ => None,
        })
    }

    /// The value of `expect`.
    pub(super) fn expected(&self) -> Option<&Placed<RawExpect>> {
        self.0.iter().find_map(|(_, value)| match value {
            RawValue::Expect(expect) => Some(&**expect),
            _ => None,
        })
    }
}

impl RawValue {
    fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span(),
            Self::Change(change) => change.span(),
            Self::Expect(expect) => expect.span(),
        }
    }
}

/// Declares the keys of steps.
macro_rules! keys {
    ($($name:ident => $form:ident, $about:literal;)*) => {
        impl RawStep {
            pub(super) const FIELDS: &'static [Field] = &[
                $(Field { name: stringify!($name), form: Form::$form, is_needed: false, about: $about },)*
            ];
            const KEYS: &'static [&'static str] = &[$(stringify!($name)),*];
        }
    };
}

keys! {
    checkout => Name, "takes licenses of a feature";
    checkin => Name, "returns the oldest checkout of a feature";
    activate => Name, "binds a device";
    deactivate => Name, "releases a device";
    consume => Name, "consumes METERED tokens";
    borrow => Name, "takes licenses for a fixed time";
    advance => When, "";
    expect => Expect, "checks pools";
    at => Moment, "time to advance to before the step";
    count => Count, "licenses per request; default 1";
    times => Times, "number of equal requests; default 1";
    version => Version, "";
    by => Person, "";
    custom => Text, "string compared by SHARE=CUSTOM";
    id => Text, "name for a later check-in";
    device => Text, "device; without it, each activation is for another new device";
    units => Units, "";
    hours => Hours, "";
    consumes => Change, "";
    denied => Reason, "all requests are denied for this reason";
    warns => Boolean, "whether usage is above a SOFTLIMIT";
}

/// A key of a step: its position in [`RawStep::FIELDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(usize);

impl Key {
    fn field(self) -> Option<&'static Field> {
        RawStep::FIELDS.get(self.0)
    }

    fn name(self) -> &'static str {
        self.field().map_or("", |field| field.name)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Key, E> {
        let position = RawStep::KEYS.iter().position(|key| *key == text);
        position.map(Key).ok_or_else(|| E::unknown_field(text, RawStep::KEYS))
    }
}

impl<'de> Deserialize<'de> for RawStep {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_struct("RawStep", Self::KEYS, StepVisitor)
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = RawStep;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("struct RawStep")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawStep, A::Error> {
        let mut values = Vec::new();
        while let Some(key) = map.next_key::<Key>()? {
            let value = match key.field().map(|field| field.form) {
                Some(Form::Change) => RawValue::Change(map.next_value()?),
                Some(Form::Expect) => RawValue::Expect(map.next_value()?),
                _ => RawValue::Text(map.next_value()?),
            };
            values.push((key, value));
        }
        values.sort_by_key(|(key, _)| *key);
        // Moved to a list of the exact size: a list that shrinks leaves gaps that no later step fits in.
        Ok(RawStep(values.drain(..).collect()))
    }
}
