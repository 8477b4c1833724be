//! Differences between two catalogues, by product and value.

use keywright_issue::{ArgValue, Catalog, Product};

/// Returns the differences, one line each.
pub(super) fn between(old: &Catalog, new: &Catalog) -> Vec<String> {
    let mut told = Vec::new();
    for product in &new.products {
        match old.products.iter().find(|other| other.name == product.name) {
            None => told.push(format!("{} is new", product.name)),
            Some(before) => told.extend(of_product(before, product)),
        }
    }
    let gone =
        old.products.iter().filter(|product| !new.products.iter().any(|other| other.name == product.name));
    told.extend(gone.map(|product| format!("{} is removed", product.name)));
    told
}

fn of_product(before: &Product, after: &Product) -> Vec<String> {
    let name = &after.name;
    let mut told = Vec::new();
    if before.template != after.template {
        told.push(format!("{name}: template {} → {}", before.template, after.template));
    }
    if before.count != after.count {
        told.push(format!("{name}: count {} → {}", before.count, after.count));
    }
    let mut names: Vec<&str> =
        before.values.iter().chain(&after.values).map(|value| value.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for parameter in names {
        let (was, is) = (value(&before.values, parameter), value(&after.values, parameter));
        if was != is {
            told.extend(of_value(name, parameter, was, is));
        }
    }
    told
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
    let mut told = Vec::new();
    for (name, value) in &new {
        match find(&old, name) {
            None => told.push(format!("{product}: {name} is new ({value})")),
            Some(before) if before != *value => told.push(format!("{product}: {name} {before} → {value}")),
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|(name, _)| find(&new, name).is_none());
    told.extend(gone.map(|(name, _)| format!("{product}: {name} is removed")));
    if told.is_empty() { vec![format!("{product}: {parameter} {was} → {is}")] } else { told }
}
