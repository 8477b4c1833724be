//! The requester: user, host and custom string, interned so that comparisons are numeric.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// An interned string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(NonZeroU32);

impl Symbol {
    /// Less than all other symbols.
    pub(super) const FIRST: Self = Self(NonZeroU32::MIN);
    /// Greater than all other symbols.
    pub(super) const LAST: Self = Self(NonZeroU32::MAX);
}

/// Texts of users, hosts, custom strings and devices.
#[derive(Debug, Clone, Default)]
pub struct Interner {
    by_text: HashMap<Arc<str>, Symbol>,
    texts: Vec<Arc<str>>,
}

impl Interner {
    /// Interns a string. Equal strings have equal symbols.
    pub fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(known) = self.by_text.get(text) {
            return *known;
        }
        let text: Arc<str> = text.into();
        let symbol = self.fresh(&text);
        self.by_text.insert(text, symbol);
        symbol
    }

    /// Creates a symbol that differs from all others, with a display text.
    pub fn fresh(&mut self, text: &str) -> Symbol {
        self.texts.push(text.into());
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        Symbol(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
    }

    /// Returns the text of a symbol.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0.get() as usize - 1).map_or("", |text| text)
    }
}

/// The parts (user, host) that a request does not name. Determines its access to reserved licenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct MissingIdentity {
    pub(super) user: bool,
    pub(super) host: bool,
}

impl Requester {
    pub(super) fn lacks(self) -> MissingIdentity {
        MissingIdentity { user: self.user.is_none(), host: self.host.is_none() }
    }
}

/// The requester. `None` means unknown and matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Requester {
    /// The user.
    pub user: Option<Symbol>,
    /// The host.
    pub host: Option<Symbol>,
    /// The custom string of SHARE=CUSTOM.
    pub custom: Option<Symbol>,
}
