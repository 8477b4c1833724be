//! The vendor's product catalogue: one definition per product.
//!
//! ```yaml
//! vendor: ABC_Software
//! products:
//!   - product: MySolutions
//!     template: pool
//!     count: licenses                 parameter that an order's count sets; default `licenses`
//!     addon: UPGRADE                  KEYTYPE of add-ons: UPGRADE (default) or ADDITIVE
//!     values: { pool: MySolutions, version: 1.0, features: "MyDraw:5, MyWrite:2, MySpreadsheet:1" }
//! pools:                              pools that several products share
//!   - { pool: MySolutions, addon: UPGRADE }
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Spanned;

use keywright_license::check_value;
use keywright_syntax::diagnostic::nearest;

use super::addon_type::AddonType;
use super::arguments::ArgValue;
use super::error::Fault;
use super::yaml;

/// A parsed catalogue. Its templates are not resolved yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// File name, for messages.
    pub file: String,
    /// VENDOR of all products.
    pub vendor: String,
    /// Products in file order.
    pub products: Vec<Product>,
    /// Pools that several products share.
    pub pools: Vec<Pool>,
}

/// A pool that several products share: their licenses in one order are one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Name of the FEATURE block.
    pub name: String,
    /// KEYTYPE of add-ons to the pool, if it differs from that of the product.
    pub addon: Option<AddonType>,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Name used in orders.
    pub name: String,
    /// Name of the template.
    pub template: String,
    /// Template parameter that an order's count sets.
    pub count: String,
    /// KEYTYPE of the pools of an add-on, if it is not UPGRADE.
    pub addon: Option<AddonType>,
    /// Values for the template's parameters.
    pub values: Vec<ArgValue>,
    /// Line and column of the name.
    pub place: (u64, u64),
    /// Line and column of the template name.
    pub template_place: (u64, u64),
    /// Line and column of `count:`, if given.
    pub count_place: Option<(u64, u64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalog {
    vendor: Spanned<String>,
    products: Vec<RawProduct>,
    #[serde(default)]
    pools: Vec<RawPool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPool {
    pool: Spanned<String>,
    #[serde(default)]
    addon: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProduct {
    product: Spanned<String>,
    template: Spanned<String>,
    #[serde(default)]
    count: Option<Spanned<String>>,
    #[serde(default)]
    addon: Option<Spanned<String>>,
    #[serde(default)]
    values: BTreeMap<String, Spanned<String>>,
}

/// Default parameter for an order's count.
const COUNT: &str = "licenses";

impl Catalog {
    /// Parses a catalogue.
    ///
    /// # Errors
    /// Returns an error for the first problem found, with line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, Fault> {
        let raw: RawCatalog = yaml::parse(file, text)?;
        check_value("VENDOR", &raw.vendor.value)
            .map_err(|refusal| yaml::fault(file, &raw.vendor, refusal.message).help(refusal.help))?;
        let mut products: Vec<Product> = Vec::new();
        for row in raw.products {
            let name = &row.product;
            if products.iter().any(|product| product.name == name.value) {
                return Err(yaml::fault(file, name, format!("duplicate product `{}`", name.value)));
            }
            check_value("SN", &name.value)
                .map_err(|refusal| yaml::fault(file, name, refusal.message).help(refusal.help))?;
            products.push(Product {
                name: name.value.clone(),
                place: place(name),
                template_place: place(&row.template),
                count_place: row.count.as_ref().map(place),
                addon: row.addon.as_ref().map(|addon| parse_addon(file, addon)).transpose()?,
                template: row.template.value,
                count: row.count.map_or_else(|| COUNT.to_owned(), |count| count.value),
                values: given(file, row.values),
            });
        }
        let pools = parse_pools(file, raw.pools)?;
        Ok(Self { file: file.to_owned(), vendor: raw.vendor.value, products, pools })
    }

    /// Returns the shared pool with this name.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.name == name)
    }

    /// Returns the product with this name.
    ///
    /// # Errors
    /// Returns an error if there is none; the help suggests the closest name.
    pub fn product(&self, name: &str) -> Result<&Product, Fault> {
        self.products.iter().find(|product| product.name == name).ok_or_else(|| {
            let shown = keywright_syntax::excerpt(name);
            let fault = Fault::new(format!("unknown product `{shown}` in `{}`", self.file));
            let names = || self.products.iter().map(|product| product.name.as_str());
            match nearest(name, names()) {
                Some(known) => fault.help(format!("did you mean `{known}`?")),
                None => fault.help("use a product name from the catalogue"),
            }
        })
    }
}

fn parse_pools(file: &str, rows: Vec<RawPool>) -> Result<Vec<Pool>, Fault> {
    let mut pools: Vec<Pool> = Vec::new();
    for row in rows {
        let name = &row.pool;
        check_value("SN", &name.value)
            .map_err(|refusal| yaml::fault(file, name, refusal.message).help(refusal.help))?;
        if pools.iter().any(|pool| pool.name == name.value) {
            return Err(yaml::fault(file, name, format!("duplicate pool `{}`", name.value)));
        }
        let addon = row.addon.as_ref().map(|addon| parse_addon(file, addon)).transpose()?;
        pools.push(Pool { name: name.value.clone(), addon });
    }
    Ok(pools)
}

/// Parses the KEYTYPE of add-ons.
fn parse_addon(file: &str, value: &Spanned<String>) -> Result<AddonType, Fault> {
    let found = AddonType::ALL.iter().find(|(_, word)| *word == value.value);
    found.map(|(kind, _)| *kind).ok_or_else(|| {
        let shown = keywright_syntax::excerpt(&value.value);
        yaml::fault(file, value, format!("`{shown}` is not a type of add-on"))
            .help("write UPGRADE or ADDITIVE")
    })
}

fn place<T>(value: &Spanned<T>) -> (u64, u64) {
    (value.referenced.line(), value.referenced.column())
}

/// Converts a YAML map to values with their places.
pub(super) fn given(file: &str, map: BTreeMap<String, Spanned<String>>) -> Vec<ArgValue> {
    let given = map.into_iter().map(|(name, value)| {
        let place = (file.to_owned(), value.referenced.line(), value.referenced.column());
        ArgValue { name, text: value.value, place: Some(place), cell: None }
    });
    let mut given: Vec<ArgValue> = given.collect();
    given.sort_by(|one, other| one.place.cmp(&other.place));
    given
}
