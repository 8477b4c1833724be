//! The templates that come with the program.

/// A template's texts.
#[derive(Debug)]
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// The license text with the parameters at its head.
    pub license: &'static str,
    /// The scenario file that goes with it.
    pub scenarios: &'static str,
}

macro_rules! builtin {
    ($($name:literal),* $(,)?) => {
        &[$(Builtin {
            name: $name,
            license: include_str!(concat!("../../templates/", $name, ".lic")),
            scenarios: include_str!(concat!("../../templates/", $name, ".scenarios.yaml")),
        }),*]
    };
}

/// All of them, the usual ones first.
pub static BUILTIN: &[Builtin] = builtin![
    "pool",
    "suite",
    "alternates",
    "cascade",
    "token-sharing",
    "dependency-sharing",
    "suite-with-alternates",
    "evaluation",
    "node-locked",
    "activation",
    "prepaid-quantity",
    "prepaid-money",
    "postpaid",
];
