//! Built-in templates.

/// The texts of a built-in template.
#[derive(Debug)]
pub struct Builtin {
    /// Template name.
    pub name: &'static str,
    /// License text, starting with the parameter head.
    pub license: &'static str,
    /// Scenario file of the template.
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

/// All built-in templates, most common first.
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
