//! The licenses that a token line names: `<product version count>`, once or more.

use super::model::Primary;

/// Reads all groups; `None` if the text is anything else.
pub(crate) fn primaries(text: &str) -> Option<Vec<Primary>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (group, after) = rest.strip_prefix('<')?.split_once('>')?;
        let mut words = group.split_whitespace();
        let (product, version, count) = (words.next()?, words.next()?, words.next()?);
        let count = count.parse().ok().filter(|count| *count > 0)?;
        if words.next().is_some() {
            return None;
        }
        found.push(Primary { product: product.to_owned(), version: version.to_owned(), count });
        rest = after.trim_start();
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_with_and_without_spaces() {
        let read =
            |text| primaries(text).map(|all| all.iter().map(|p| (p.product.clone(), p.count)).collect());
        assert_eq!(read("<a 1.0 2>"), Some(vec![("a".to_owned(), 2)]));
        assert_eq!(read("<a 1.0 2><b 1 3>"), Some(vec![("a".to_owned(), 2), ("b".to_owned(), 3)]));
        assert_eq!(read(" < a 1.0 2 > <b 1 3> "), Some(vec![("a".to_owned(), 2), ("b".to_owned(), 3)]));
        for text in ["", "a 1 2", "<a 1>", "<a 1 2 3>", "<a 1 0>", "<a 1 2", "<a 1 2> x"] {
            assert_eq!(primaries(text), None, "{text}");
        }
    }
}
