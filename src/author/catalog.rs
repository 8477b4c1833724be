//! The vendor's catalogue: what each product is made of, written once.
//!
//! ```yaml
//! vendor: ABC_Software
//! products:
//!   - product: MySolutions
//!     template: pool
//!     count: licenses                 the parameter that the count of an order sets; `licenses` if absent
//!     values: { pool: MySolutions, version: 1.0, features: "MyDraw:5, MyWrite:2, MySpreadsheet:1" }
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Spanned;

use crate::diagnostic::nearest;
use crate::license::check_value;

use super::fault::Fault;
use super::values::Given;
use super::yaml;

/// A catalogue that was read. Its templates are not looked at yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// Its file, for messages.
    pub file: String,
    /// VENDOR of all products.
    pub vendor: String,
    /// The products, in file order.
    pub products: Vec<Product>,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The name that orders use.
    pub name: String,
    /// The template it is made from.
    pub template: String,
    /// The template's parameter that the count of an order sets.
    pub count: String,
    /// Values for the template's parameters.
    pub values: Vec<Given>,
    /// Line and column of its name.
    pub place: (u64, u64),
    /// Line and column of its template.
    pub template_place: (u64, u64),
    /// Line and column of the parameter for counts, if the catalogue names one.
    pub count_place: Option<(u64, u64)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalog {
    vendor: Spanned<String>,
    products: Vec<RawProduct>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProduct {
    product: Spanned<String>,
    template: Spanned<String>,
    #[serde(default)]
    count: Option<Spanned<String>>,
    #[serde(default)]
    values: BTreeMap<String, Spanned<String>>,
}

/// The parameter that the count of an order sets where the catalogue names none.
const COUNT: &str = "licenses";

impl Catalog {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// At the first thing that is wrong, with line and column.
    pub fn read(file: &str, text: &str) -> Result<Self, Fault> {
        let raw: RawCatalog = yaml::read(file, text)?;
        check_value("VENDOR", &raw.vendor.value)
            .map_err(|refusal| yaml::fault(file, &raw.vendor, refusal.message).help(refusal.help))?;
        let mut products: Vec<Product> = Vec::new();
        for row in raw.products {
            let name = &row.product;
            if products.iter().any(|product| product.name == name.value) {
                return Err(yaml::fault(file, name, format!("the product `{}` stands twice", name.value)));
            }
            check_value("SN", &name.value)
                .map_err(|refusal| yaml::fault(file, name, refusal.message).help(refusal.help))?;
            products.push(Product {
                name: name.value.clone(),
                place: place(name),
                template_place: place(&row.template),
                count_place: row.count.as_ref().map(place),
                template: row.template.value,
                count: row.count.map_or_else(|| COUNT.to_owned(), |count| count.value),
                values: given(file, row.values),
            });
        }
        Ok(Self { file: file.to_owned(), vendor: raw.vendor.value, products })
    }

    /// The product with this name.
    ///
    /// # Errors
    /// When there is none; the help names the nearest.
    pub fn product(&self, name: &str) -> Result<&Product, Fault> {
        self.products.iter().find(|product| product.name == name).ok_or_else(|| {
            let shown = crate::syntax::excerpt(name);
            let fault = Fault::new(format!("there is no product `{shown}` in `{}`", self.file));
            let names = || self.products.iter().map(|product| product.name.as_str());
            match nearest(name, names()) {
                Some(known) => fault.help(format!("did you mean `{known}`?")),
                None => fault.help("orders name products of the catalogue"),
            }
        })
    }
}

fn place<T>(value: &Spanned<T>) -> (u64, u64) {
    (value.referenced.line(), value.referenced.column())
}

/// Values of a YAML map, with their places.
pub(super) fn given(file: &str, map: BTreeMap<String, Spanned<String>>) -> Vec<Given> {
    let given = map.into_iter().map(|(name, value)| {
        let place = (file.to_owned(), value.referenced.line(), value.referenced.column());
        Given { name, text: value.value, place: Some(place) }
    });
    let mut given: Vec<Given> = given.collect();
    given.sort_by(|one, other| one.place.cmp(&other.place));
    given
}
