//! Raw values: each scalar as written in the file, with its location.
//!
//! Values are not typed here: `1.10`, `no` and `2026-01-15` remain text.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use keywright_syntax::source::{Span, Spanned};

use super::form::Form;
use super::short_text::ShortText;

/// A scalar as written in the file, with its location.
pub(super) type Text = Placed<Scalar>;

/// The text of a scalar.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(super) struct Scalar(pub(super) ShortText);

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// A value and its location in the file.
#[derive(Debug, Clone)]
pub(super) struct Placed<T>(Spanned<T>);

impl<T> Placed<T> {
    pub(super) fn value(&self) -> &T {
        &self.0.value
    }

    pub(super) fn into_value(self) -> T {
        self.0.value
    }

    pub(super) fn span(&self) -> Span {
        self.0.span
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // The library's type has two locations with line and column: too large to keep.
        let read = serde_yaml::Spanned::<T>::deserialize(from)?;
        Ok(Self(Spanned::new(read.value, span_of(&read.referenced))))
    }
}

impl Text {
    pub(super) fn spanned(&self) -> Spanned<&str> {
        Spanned::new(self.value().0.as_str(), self.span())
    }
}

pub(super) fn span_of(location: &serde_yaml::Location) -> Span {
    let narrow = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let start = narrow(location.span().byte_offset());
    Span::new(start, start + narrow(location.span().byte_len()))
}

/// A key that is permitted at a location. The parser and the schema use the same list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// The name of the field; `_` is written as `-` in files.
    pub(super) name: &'static str,
    /// The type of its value.
    pub(super) form: Form,
    pub(super) is_needed: bool,
    /// The description, unless the name is sufficient.
    pub(super) about: &'static str,
}

impl Field {
    /// The key as written in files.
    pub(super) fn key(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// Declares a struct of the file: its fields with the type of each, required ones first.
macro_rules! raw {
    ($(#[$doc:meta])* $name:ident
        needed { $($must:ident: $must_type:ty => $must_form:ident, $must_about:literal;)* }
        optional { $($may:ident: $may_type:ty => $may_form:ident, $may_about:literal;)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(super) struct $name {
            $(pub(super) $must: $must_type,)*
            $(
                #[serde(default, deserialize_with = "present")]
                pub(super) $may: Option<$may_type>,
            )*
        }

        impl $name {
            pub(super) const FIELDS: &'static [Field] = &[
                $(Field {
                    name: stringify!($must), form: Form::$must_form, is_needed: true, about: $must_about,
                },)*
                $(Field {
                    name: stringify!($may), form: Form::$may_form, is_needed: false, about: $may_about,
                },)*
            ];
        }
    };
}

pub(super) use raw;

raw! {
    /// The quantities that an `expect` checks.
    RawExpect
    needed {}
    optional {
        used: Placed<YamlNode> => Levels, "";
        free: Placed<YamlNode> => Levels, "";
        balance: Placed<YamlNode> => Balances, "";
    }
}

/// A value of any type.
#[derive(Debug, Clone)]
pub(super) enum YamlNode {
    /// A scalar; `None` if YAML reads it as another type than text. The text is then taken from the file.
    Scalar(Option<ShortText>),
    List(Vec<Text>),
    Map(Vec<(Text, Text)>),
    Nothing,
}

/// Deserializes an optional key: `null` is not the same as a missing key.
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl<'de> Deserialize<'de> for YamlNode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = YamlNode;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value, a list or a map")
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(None))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<YamlNode, E> {
        Ok(YamlNode::Scalar(Some(text.into())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<YamlNode, E> {
        Ok(YamlNode::Nothing)
    }

    fn visit_none<E: de::Error>(self) -> Result<YamlNode, E> {
        Ok(YamlNode::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<YamlNode, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(YamlNode::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<YamlNode, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key()? {
            entries.push((key, map.next_value()?));
        }
        Ok(YamlNode::Map(entries))
    }
}
