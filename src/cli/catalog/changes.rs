//! Differences between two catalogues, by product and value.

use keywright_issue::{ArgValue, Catalog, Product};

/// Returns the differences, one line each.
pub(super) fn between(old: &Catalog, new: &Catalog) -> Vec<String> {
    let mut lines = Vec::new();
    for product in &new.products {
        match old.products.iter().find(|other| other.name == product.name) {
            None => lines.push(format!("{} is new", product.name)),
            Some(before) => lines.extend(of_product(before, product)),
        }
    }
    let removed =
        old.products.iter().filter(|product| !new.products.iter().any(|other| other.name == product.name));
    lines.extend(removed.map(|product| format!("{} is removed", product.name)));
    lines
}

fn of_product(before: &Product, after: &Product) -> Vec<String> {
    let name = &after.name;
    let mut lines = Vec::new();
    if before.template != after.template {
        lines.push(format!("{name}: template {} → {}", before.template, after.template));
    }
    if before.count != after.count {
        lines.push(format!("{name}: count {} → {}", before.count, after.count));
    }
    let mut names: Vec<&str> =
        before.values.iter().chain(&after.values).map(|value| value.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for parameter in names {
        let (was, is) = (value(&before.values, parameter), value(&after.values, parameter));
        if was != is {
            lines.extend(of_value(name, parameter, was, is));
        }
    }
    lines
}

fn value<'a>(values: &'a [ArgValue], name: &str) -> &'a str {
    values.iter().find(|value| value.name == name).map_or("default", |value| &value.text)
}

/// Compares the items of a list by name: `MyDraw 5 → 6`.
fn of_value(product: &str, parameter: &str, was: &str, is: &str) -> Vec<String> {
    let items = |text: &'_ str| -> Option<Vec<(String, String)>> {
        let pair = |part: &str| {
            let (name, value) = part.trim().split_once(':')?;
            Some((name.to_owned(), value.to_owned()))
        };
        text.split(',').map(pair).collect()
    };
    let (Some(old), Some(new)) = (items(was), items(is)) else {
        return vec![format!("{product}: {parameter} {was} → {is}")];
    };
    let find = |items: &[(String, String)], name: &str| {
        items.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let mut lines = Vec::new();
    for (name, value) in &new {
        match find(&old, name) {
            None => lines.push(format!("{product}: {name} is new ({value})")),
            Some(before) if before != *value => lines.push(format!("{product}: {name} {before} → {value}")),
            Some(_) => {}
        }
    }
    let removed = old.iter().filter(|(name, _)| find(&new, name).is_none());
    lines.extend(removed.map(|(name, _)| format!("{product}: {name} is removed")));
    if lines.is_empty() { vec![format!("{product}: {parameter} {was} → {is}")] } else { lines }
}
