//! The groups of rules.

/// A group of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// The first letter of its codes.
    pub letter: char,
    /// Its name.
    pub name: &'static str,
    /// The subject of its rules.
    pub about: &'static str,
}

impl Group {
    /// All groups in the order of the rule table.
    pub const ALL: &[Self] = &[
        Self { letter: 'S', name: "syntax", about: "encoding and syntax of the file" },
        Self { letter: 'V', name: "values", about: "directives and their values" },
        Self { letter: 'D', name: "dependencies", about: "token dependencies" },
        Self { letter: 'H', name: "sharing", about: "sharing of counts between checkouts" },
        Self { letter: 'C', name: "capacity", about: "whether purchased licenses can be used" },
        Self { letter: 'T', name: "time", about: "dates and their consequences" },
        Self { letter: 'K', name: "keys", about: "KEYs and signatures" },
        Self {
            letter: 'X',
            name: "sets",
            about: "duplicates, similar names, customers and purchases, in one file or across files",
        },
        Self { letter: 'P', name: "policy", about: "vendor policy in `keywright.toml`" },
        Self { letter: 'A', name: "allows", about: "`allow` comments, and the list of findings itself" },
    ];
}
