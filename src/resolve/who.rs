//! Who asks: user, host and custom string, interned so that a draw compares numbers.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

/// An interned text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(NonZeroU32);

/// Texts of users, hosts, custom strings and devices.
#[derive(Debug, Clone, Default)]
pub struct Symbols {
    by_text: HashMap<Arc<str>, Symbol>,
    texts: Vec<Arc<str>>,
}

impl Symbols {
    /// The symbol of a text; the same text has the same symbol.
    pub fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(known) = self.by_text.get(text) {
            return *known;
        }
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let symbol = Symbol(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN));
        self.by_text.insert(text, symbol);
        symbol
    }

    /// The text of a symbol.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0.get() as usize - 1).map_or("", |text| text)
    }
}

/// Who asks. What is `None` is unknown, and equal to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Who {
    /// The user.
    pub user: Option<Symbol>,
    /// The host.
    pub host: Option<Symbol>,
    /// The custom string of SHARE=CUSTOM.
    pub custom: Option<Symbol>,
}
