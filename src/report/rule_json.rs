//! The pages of codes in JSON, version 1. These structs are a public interface: fields may only be added.

use keywright_convert::Loss;
use keywright_lint::{RULES, Rule};
use keywright_scenario::{CodePage, PAGES};
use serde::Serialize;

use super::rule_docs;
use super::to_json;

#[derive(Debug, Serialize)]
struct CodePageJson<T> {
    version: u32,
    subject: &'static str,
    #[serde(flatten)]
    page: T,
}

#[derive(Debug, Serialize)]
struct RuleJson {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    checks_for: &'static str,
    why: &'static str,
    example: Option<String>,
    message: Option<String>,
    use_instead: Option<String>,
    how_to_fix: &'static str,
    can_be_allowed_in_file: bool,
}

#[derive(Debug, Serialize)]
struct LossJson {
    code: &'static str,
    name: &'static str,
    effect: &'static str,
    source: &'static str,
    result: &'static str,
    advice: &'static str,
}

#[derive(Debug, Serialize)]
struct AllJson {
    rules: Vec<RuleJson>,
}

/// Renders the page of a rule.
///
/// # Errors
/// Returns an error if serialisation fails, which these types cannot cause.
pub fn rule(rule: &Rule) -> serde_json::Result<String> {
    page("rule", of_rule(rule))
}

/// Renders the page of a code of scenario files.
///
/// # Errors
/// As [`rule`].
pub fn code_page(code: &CodePage) -> serde_json::Result<String> {
    page("rule", of_page(code))
}

/// Renders the page of a loss.
///
/// # Errors
/// As [`rule`].
pub fn loss(loss: &Loss) -> serde_json::Result<String> {
    let Loss { code, effect, source, result, advice } = loss;
    page("loss", LossJson { code: code.id, name: code.name, effect: effect.as_str(), source, result, advice })
}

/// Renders the pages of all rules and of all codes of scenario files.
///
/// # Errors
/// As [`rule`].
pub fn all() -> serde_json::Result<String> {
    let rules = RULES.iter().map(|rule| of_rule(rule)).chain(PAGES.iter().map(of_page));
    page("rules", AllJson { rules: rules.collect() })
}

fn page(subject: &'static str, page: impl Serialize) -> serde_json::Result<String> {
    to_json::document(&CodePageJson { version: 1, subject, page })
}

fn of_rule(rule: &Rule) -> RuleJson {
    RuleJson {
        code: rule.code.id,
        name: rule.code.name,
        severity: rule.code.severity.as_str(),
        checks_for: rule.summary,
        why: rule.rationale,
        example: Some(rule_docs::example_text(&rule.bad)),
        message: rule_docs::messages(rule),
        use_instead: Some(rule_docs::example_text(&rule.good)),
        how_to_fix: rule.how_to_fix,
        can_be_allowed_in_file: rule.code.may_be_allowed_in_file,
    }
}

fn of_page(page: &CodePage) -> RuleJson {
    let example = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    RuleJson {
        code: page.code.id,
        name: page.code.name,
        severity: page.code.severity.as_str(),
        checks_for: page.summary,
        why: page.rationale,
        example: example(page.bad),
        message: None,
        use_instead: example(page.bad).and_then(|_| example(page.good)),
        how_to_fix: page.how_to_fix,
        can_be_allowed_in_file: false,
    }
}
