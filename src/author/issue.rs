//! From an order to a signed license: render, lint, prove by the templates' scenarios, sign, verify. Pure but for the
//! memory of what was proven already; whoever calls it writes files and log.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;

use crate::license::License;
use crate::lint;
use crate::scenario;
use crate::sign::{Digest, Payload, Signer, TrustedKey, sign_file};
use crate::source::SourceFile;

use super::catalog::{Catalog, Product};
use super::fault::Fault;
use super::log::Entry;
use super::order::{self, Line, Order};
use super::template::Template;
use super::values::{Assigned, Given};

/// Why an order was refused, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The order itself, or a value of it.
    Order,
    /// The template makes no license of it.
    Template,
    /// The linter finds an error.
    Lint,
    /// A scenario of the template does not hold.
    Scenario,
    /// It could not be signed.
    Signature,
    /// It is not in the approved plan.
    Plan,
    /// Its file exists with other content.
    Exists,
    /// Its file could not be written.
    Write,
}

impl Cause {
    /// What is said of such orders.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Order => "the order is wrong",
            Self::Template => "the template makes no license of it",
            Self::Lint => "the linter finds an error",
            Self::Scenario => "a scenario does not hold",
            Self::Signature => "it could not be signed",
            Self::Plan => "it is not in the approved plan",
            Self::Exists => "its file exists with other content",
            Self::Write => "its file could not be written",
        }
    }
}

/// An order that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why, for counting.
    pub cause: Cause,
    /// Why, in words; at least one.
    pub faults: Vec<Fault>,
}

impl Refused {
    /// One fault.
    #[must_use]
    pub fn new(cause: Cause, fault: Fault) -> Self {
        Self { cause, faults: vec![fault] }
    }
}

/// The license of an order before it is signed.
#[derive(Debug)]
pub struct Draft {
    /// The order's serial number.
    pub sn: String,
    /// The customer.
    pub customer: String,
    /// The name of the license file.
    pub file: String,
    /// The license.
    pub license: License,
    /// Digest of the order.
    pub order: Digest,
    /// The template of each block.
    templates: Vec<String>,
}

impl Draft {
    /// The license text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.license.source.text()
    }
}

/// A signed license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The name of its file.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What goes into the log.
    pub entries: Vec<Entry>,
}

/// Makes licenses of orders.
#[derive(Debug)]
pub struct Issuer {
    catalog: Catalog,
    templates: BTreeMap<String, Template>,
    day: Date,
    /// Scenarios that were played already, by the values that decide them.
    proven: Mutex<HashMap<Digest, Result<(), Fault>>>,
}

/// Directives of a whole license that no scenario depends on.
const INFORMATION: [&str; 8] =
    ["maintenance_start", "maintenance_end", "issued", "sn", "licensee", "data", "comment", "options"];

impl Issuer {
    /// An issuer for a day. `templates` holds the templates that the catalogue names.
    ///
    /// # Errors
    /// When a template is missing, has no parameter for counts, or refuses a value of the catalogue.
    pub fn new(catalog: Catalog, templates: BTreeMap<String, Template>, day: Date) -> Result<Self, Fault> {
        for product in &catalog.products {
            let at = |fault: Fault| fault.file(&catalog.file).at(product.place.0, product.place.1);
            let Some(template) = templates.get(&product.template) else {
                return Err(at(Fault::new(format!("there is no template `{}`", product.template))));
            };
            if let Some(wrong) = product.values.iter().find(|value| template.parameter(&value.name).is_none())
            {
                let faults = template.assign(std::slice::from_ref(wrong), day).err().unwrap_or_default();
                return Err(faults
                    .into_iter()
                    .next()
                    .unwrap_or_else(|| at(Fault::new("a value is refused"))));
            }
        }
        Ok(Self { catalog, templates, day, proven: Mutex::default() })
    }

    /// The day of issue.
    #[must_use]
    pub fn day(&self) -> Date {
        self.day
    }

    /// The names of all parameters of the catalogue's templates: further columns that a table of orders may have.
    #[must_use]
    pub fn parameters(&self) -> Vec<String> {
        let all = self.templates.values().flat_map(|template| &template.parameters);
        let mut names: Vec<String> = all.map(|parameter| parameter.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The license of an order, linted and proven.
    ///
    /// # Errors
    /// With everything that is wrong with the order.
    pub fn draft(&self, order: &Order) -> Result<Draft, Refused> {
        let draft = self.render(order)?;
        let license = &draft.license;
        let options = lint::Options { stage: lint::Stage::Signing, ..lint::Options::at(self.day) };
        let found = lint::lint(&[license], &options);
        let errors: Vec<Fault> = found
            .iter()
            .filter(|found| found.is_error())
            .map(|found| {
                let fault = order.fault(Fault::new(format!("{} {}", found.code.id, found.message)));
                match &found.help {
                    Some(help) => fault.help(help.clone()),
                    None => fault,
                }
            })
            .collect();
        if errors.is_empty() { Ok(draft) } else { Err(Refused { cause: Cause::Lint, faults: errors }) }
    }

    /// The license of an order as text, its scenarios played; not linted.
    ///
    /// # Errors
    /// As [`Self::draft`], but for the linter.
    pub fn render(&self, order: &Order) -> Result<Draft, Refused> {
        let file = order::file_name(order).map_err(|fault| Refused::new(Cause::Order, fault))?;
        let mut text = String::new();
        let mut templates = Vec::new();
        for line in &order.lines {
            let (template, assigned) = self.assign(order, line)?;
            let refused = |cause, fault| Refused::new(cause, order.fault(fault));
            let part = template.render_license(&assigned).map_err(|fault| refused(Cause::Template, fault))?;
            self.prove(template, &assigned, &part.text).map_err(|fault| refused(Cause::Scenario, fault))?;
            templates.extend(std::iter::repeat_n(template.name.clone(), part.blocks));
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&part.text);
        }
        Ok(Draft {
            sn: order.sn.clone(),
            customer: order.customer.clone(),
            license: License::from_text(&file, &text),
            file,
            order: order.digest(),
            templates,
        })
    }

    fn assign(&self, order: &Order, line: &Line) -> Result<(&Template, Assigned), Refused> {
        let refused = |fault: Fault| Refused::new(Cause::Order, order.fault(fault));
        let product = self.catalog.product(&line.product).map_err(refused)?;
        let template = self
            .templates
            .get(&product.template)
            .ok_or_else(|| refused(Fault::new(format!("there is no template `{}`", product.template))))?;
        let given = self.given(order, line, product, template).map_err(refused)?;
        let assigned = template.assign(&given, self.day).map_err(|faults| Refused {
            cause: Cause::Order,
            faults: faults.into_iter().map(|fault| order.fault(fault)).collect(),
        })?;
        Ok((template, assigned))
    }

    /// All values of a line: the catalogue's, then the order's, then the line's own.
    fn given(
        &self,
        order: &Order,
        line: &Line,
        product: &Product,
        template: &Template,
    ) -> Result<Vec<Given>, Fault> {
        let has = |name: &str| template.parameter(name).is_some();
        let mut given = product.values.clone();
        if has("vendor") {
            given.push(Given::new("vendor", self.catalog.vendor.as_str()));
        }
        for (name, value) in [("sn", &order.sn), ("licensee", &order.customer)] {
            if !has(name) {
                let message = format!("the template `{}` has no parameter `{name}`", template.name);
                return Err(Fault::new(message)
                    .help("write `every-block: [START, END, ISSUED, SN, LICENSEE]` at its head"));
            }
            given.push(Given::new(name, value.as_str()));
        }
        if has("issued") {
            given.push(Given::new("issued", self.day.to_string()));
        }
        // A column is for the products whose templates have it; dates are for all.
        let dates = ["start", "end", "issued"];
        given.extend(
            order
                .values
                .iter()
                .filter(|value| has(&value.name) || dates.contains(&value.name.as_str()))
                .cloned(),
        );
        if let Some(count) = &line.count {
            if !has(&product.count) {
                let message = format!("the product `{}` takes no count", product.name);
                return Err(Fault::new(message)
                    .help("leave the count out, or name the parameter with `count:` in the catalogue"));
            }
            given.push(Given::new(product.count.as_str(), count.as_str()));
        }
        given.extend(line.values.iter().cloned());
        Ok(given)
    }

    /// Plays the template's scenarios, once for all orders that differ in nothing that a scenario depends on.
    fn prove(&self, template: &Template, assigned: &Assigned, text: &str) -> Result<(), Fault> {
        let values: Vec<String> = assigned
            .values
            .iter()
            .filter(|(name, _)| {
                !(INFORMATION.contains(&name.as_str()) && template.is_only_on_every_block(name))
            })
            .map(|(name, value)| format!("{name}={value:?}"))
            .collect();
        let key = Digest::of(format!("{}\n{values:?}", template.name).as_bytes());
        if let Some(known) = self.proven.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let result = template.prove(assigned, text);
        self.proven.lock().unwrap_or_else(PoisonError::into_inner).insert(key, result.clone());
        result
    }

    /// Signs a draft; every KEY is verified before it is handed out.
    ///
    /// # Errors
    /// When a block cannot be signed.
    pub fn sign(
        &self,
        draft: &Draft,
        signer: &dyn Signer,
        trusted: &TrustedKey,
        issued_at: &str,
    ) -> Result<Issued, Refused> {
        let license = &draft.license;
        let signed = sign_file(license, signer, trusted).map_err(|error| {
            Refused::new(Cause::Signature, Fault::new(format!("`{}`: {error}", draft.sn)))
        })?;
        let blocks = license.features.iter().zip(&signed.blocks).zip(&draft.templates);
        let entries = blocks.map(|((feature, block), template)| Entry {
            issued_at: issued_at.to_owned(),
            key: block.key.key,
            vendor: feature.vendor_name().to_owned(),
            customer: draft.customer.clone(),
            sn: draft.sn.clone(),
            feature: feature.name.value.to_string(),
            ends: feature.end.map_or_else(String::new, |end| end.value.to_string()),
            template: template.clone(),
            file: draft.file.clone(),
            order: draft.order,
            digest: block.digest,
            payload: Payload::of(license, feature).as_bytes().to_vec(),
            signature: block.key.signature,
        });
        let entries = entries.collect();
        Ok(Issued { file: draft.file.clone(), text: signed.text, entries })
    }
}

impl Template {
    /// Plays the template's scenarios for these values against the license it makes of them.
    ///
    /// # Errors
    /// With the first scenario that does not hold, or what is wrong with the scenario file.
    pub fn prove(&self, assigned: &Assigned, license: &str) -> Result<(), Fault> {
        match self.render_scenarios(assigned, "license.lic")? {
            Some(scenarios) => play(self, &scenarios, license),
            None => Ok(()),
        }
    }
}

/// Plays a scenario file against the license beside it.
///
/// # Errors
/// With the first scenario that does not hold, or what is wrong with the file.
fn play(template: &Template, scenarios: &str, license: &str) -> Result<(), Fault> {
    let file = format!("{}.scenarios.yaml", template.name);
    let source = SourceFile::new(file.as_str(), scenarios);
    let wrong = |found: Vec<crate::diagnostic::Diagnostic>| {
        let message =
            found.first().map_or_else(|| "it cannot be read".to_owned(), |found| found.message.clone());
        Fault::new(format!("the scenarios of the template `{}`: {message}", template.name))
    };
    let parsed = scenario::parse(&source).map_err(wrong)?;
    let loaded = scenario::load(&parsed, |name| Ok(SourceFile::new(name, license)), None).map_err(wrong)?;
    let results = scenario::run(&parsed, &loaded.model, |_| true);
    let Some(failed) = results.iter().find(|result| !result.passed()) else { return Ok(()) };
    let row = failed.rows.iter().find(|row| !row.passed());
    let told =
        row.map_or_else(String::new, |row| format!(": expected {}, is {}", row.expected(), row.actual()));
    Err(Fault::new(format!("the scenario `{}` does not hold{told}", failed.name))
        .help("the license would not do what its template promises"))
}
