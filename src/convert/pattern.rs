//! Token costs inside a text of the vendor's own, found by a pattern.

use std::fmt;
use std::str::FromStr;

/// A pattern such as `pool={pool};cost={cost}`: literal text with the placeholders `{cost}` and, optionally, `{pool}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCost(Vec<PatternPart>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternPart {
    Text(String),
    Cost,
    Pool,
}

/// The reason why a text is not a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPattern {
    /// There is no `{cost}`.
    NoCost,
    /// There is another placeholder, or one of them twice.
    Placeholder,
}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCost => "the pattern has no `{cost}`",
            Self::Placeholder => "the placeholders are `{cost}` and `{pool}`, each at most once",
        })
    }
}

impl std::error::Error for BadPattern {}

impl FromStr for TokenCost {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(BadPattern::Placeholder)?;
            let piece = match name {
                "cost" => PatternPart::Cost,
                "pool" => PatternPart::Pool,
                _ => return Err(BadPattern::Placeholder),
            };
            if pieces.contains(&piece) {
                return Err(BadPattern::Placeholder);
            }
            if !before.is_empty() {
                pieces.push(PatternPart::Text(before.to_owned()));
            }
            pieces.push(piece);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(PatternPart::Text(rest.to_owned()));
        }
        if pieces.contains(&PatternPart::Cost) { Ok(Self(pieces)) } else { Err(BadPattern::NoCost) }
    }
}

/// A token cost that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CostFound {
    pub(crate) pool: Option<String>,
    pub(crate) cost: u32,
}

impl TokenCost {
    /// Returns the cost at the first place where the pattern matches.
    pub(crate) fn find(&self, text: &str) -> Option<CostFound> {
        match self.0.first()? {
            PatternPart::Text(first) => {
                text.match_indices(first.as_str()).find_map(|(at, _)| self.matches(text.get(at..)?))
            }
            _ => self.matches(text),
        }
    }

    fn matches(&self, text: &str) -> Option<CostFound> {
        let (mut rest, mut pool, mut cost) = (text, None, None);
        for piece in &self.0 {
            match piece {
                PatternPart::Text(literal) => rest = rest.strip_prefix(literal.as_str())?,
                PatternPart::Cost => {
                    let (digits, after) = split_while(rest, |c| c.is_ascii_digit());
                    cost = Some(digits.parse().ok().filter(|cost| *cost > 0)?);
                    rest = after;
                }
                PatternPart::Pool => {
                    let (name, after) =
                        split_while(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
                    pool = Some(name.to_owned()).filter(|name| !name.is_empty());
                    pool.as_ref()?;
                    rest = after;
                }
            }
        }
        cost.map(|cost| CostFound { pool, cost })
    }
}

fn split_while(text: &str, part: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(pattern: &str, text: &str) -> Option<(Option<String>, u32)> {
        pattern.parse::<TokenCost>().unwrap().find(text).map(|found| (found.pool, found.cost))
    }

    #[test]
    fn pattern_finds_pool_and_cost() {
        assert_eq!(find("tokens:{cost}", "a;tokens:12;b"), Some((None, 12)));
        assert_eq!(find("{pool}={cost}", "TLSTOK=5"), Some((Some("TLSTOK".to_owned()), 5)));
        assert_eq!(find("t={pool},{cost}", "t= t=P,7"), Some((Some("P".to_owned()), 7)));
        assert_eq!(find("tokens:{cost}", "tokens:none"), None);
        assert_eq!(find("tokens:{cost}", "tokens:0"), None);
    }

    #[test]
    fn pattern_without_cost_is_rejected() {
        assert_eq!("tokens".parse::<TokenCost>(), Err(BadPattern::NoCost));
        assert_eq!("{cost}{count}".parse::<TokenCost>(), Err(BadPattern::Placeholder));
        assert_eq!("{cost".parse::<TokenCost>(), Err(BadPattern::Placeholder));
    }
}
