//! Turns an order into a signed license: render, lint, run the template's scenarios, sign, verify. Pure except for the
//! cache of proven results; the caller writes the files and the log.

use std::collections::BTreeMap;

use jiff::civil::Date;

use keywright_license::{Feature, License};
use keywright_lint as lint;
use keywright_sign::{Signer, sign_file};
use keywright_syntax::source::SourceFile;
use keywright_verify::{Digest, TrustedKey};

use super::arguments::{ArgValue, Arguments};
use super::cache::layout::{LayoutCache, RenderedProduct};
use super::cache::proof::{self, ProofCache};
use super::catalog::{Catalog, Product};
use super::error::Fault;
use super::life_cycle::{self, BlockText, EntitlementChange};
use super::log::{Entry, Issue};
use super::order::{self, Line, Order};
use super::order_kind::OrderKind;
use super::template::Template;

/// Reason for refusing an order, for statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The order or one of its values is invalid.
    Order,
    /// The template does not produce a license from the values.
    Template,
    /// The linter reports an error.
    Lint,
    /// A scenario of the template fails.
    Scenario,
    /// The customer would have less than before.
    Regression,
    /// The serial number or a block is revoked.
    Revoked,
    /// Signing failed.
    Signature,
    /// The license is not in the approved plan.
    Plan,
    /// The license file exists with different content.
    Exists,
    /// The license file could not be written.
    Write,
}

impl Cause {
    /// Returns the word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Template => "template",
            Self::Lint => "lint",
            Self::Scenario => "scenario",
            Self::Regression => "loss",
            Self::Revoked => "revoked",
            Self::Signature => "signature",
            Self::Plan => "plan",
            Self::Exists => "exists",
            Self::Write => "write",
        }
    }

    /// Returns the text for the summary.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "invalid order",
            Self::Template => "the template does not produce a license",
            Self::Lint => "lint error",
            Self::Scenario => "a scenario failed",
            Self::Regression => "the customer would have less",
            Self::Revoked => "revoked",
            Self::Signature => "signing failed",
            Self::Plan => "not in the approved plan",
            Self::Exists => "the license file exists with different content",
            Self::Write => "the license file could not be written",
        }
    }
}

/// A refused order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Reason, for statistics.
    pub cause: Cause,
    /// Serial number of the order, if known.
    pub sn: Option<String>,
    /// Problems; at least one.
    pub faults: Vec<Fault>,
    /// Text of the license, if there is one.
    pub text: Option<String>,
}

impl Refused {
    /// Creates a refusal with one fault.
    #[must_use]
    pub fn new(cause: Cause, fault: Fault) -> Self {
        Self { cause, sn: None, faults: vec![fault], text: None }
    }

    /// Sets the serial number of the order.
    #[must_use]
    pub fn of(self, sn: &str) -> Self {
        Self { sn: Some(sn.to_owned()), ..self }
    }
}

/// The license of an order before signing.
#[derive(Debug)]
pub struct Draft {
    /// Serial number of the order.
    pub sn: String,
    /// Customer name.
    pub customer: String,
    /// Name of the license file.
    pub file: String,
    /// The license.
    pub license: License,
    /// Digest of the order.
    pub order: Digest,
    /// Kind of the order, if stated.
    pub kind: Option<OrderKind>,
    /// Serial number of the license that the order refers to.
    pub of: Option<String>,
    /// Changes of what the customer can use, with all the customer's licenses.
    pub entitlements: Vec<EntitlementChange>,
    /// Reason for accepting a loss; empty if nothing is lost.
    pub loss_reason: String,
    /// Template and order line of each block.
    pub(super) origins: Vec<(String, usize)>,
}

impl Draft {
    pub(super) fn new(order: &Order, file: String, license: License, origins: Vec<(String, usize)>) -> Self {
        Self {
            sn: order.sn.clone(),
            customer: order.customer.clone(),
            file,
            license,
            order: order.digest(),
            kind: order.kind,
            of: order.of.clone(),
            entitlements: Vec::new(),
            loss_reason: String::new(),
            origins,
        }
    }

    /// Returns the blocks as names and values.
    pub(super) fn blocks(&self) -> Vec<BlockText> {
        BlockText::all_of(&self.license, &self.origins)
    }

    /// Returns the names of the blocks that are not tokens.
    pub fn pools(&self) -> impl Iterator<Item = &str> {
        let pools = self.license.features.iter().filter(|feature| feature.dependencies.is_empty());
        pools.map(|feature| feature.name.value.as_str())
    }

    /// Returns the license text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.license.source.text()
    }
}

/// A signed license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// License text.
    pub text: String,
    /// Log record of the license, including its file name.
    pub issue: Issue,
    /// Log records of its blocks.
    pub entries: Vec<Entry>,
}

/// Turns orders into licenses.
#[derive(Debug)]
pub struct Issuer {
    catalog: Catalog,
    templates: BTreeMap<String, Template>,
    /// Values of each product from the catalogue and the template defaults for the day.
    bases: BTreeMap<String, Arguments>,
    day: Date,
    shapes: LayoutCache,
    known: ProofCache,
}

/// Values that apply to a whole order.
///
/// DECISION: other columns apply only to products whose templates have the parameter. Dates apply to every product: if
/// a product cannot take one, the order is refused, because a license without its END would never expire.
const DATES: [&str; 3] = ["start", "end", "issued"];

/// Returns the values of a product before the order's own values.
fn base(catalog: &Catalog, product: &Product, template: &Template, day: Date) -> Result<Arguments, Fault> {
    let (mut base, mut faults) = template.defaults(day);
    let own = [("vendor", catalog.vendor.clone()), ("issued", day.to_string())];
    let own = own.into_iter().filter(|(name, _)| template.parameter(name).is_some());
    let own: Vec<ArgValue> = own.map(|(name, value)| ArgValue::new(name, value)).collect();
    faults.extend(template.fill(&mut base, product.values.iter().chain(&own)));
    faults.into_iter().next().map_or(Ok(base), Err)
}

/// One line of an order: template, values, rendered text.
type OrderedProduct<'t> = (&'t Template, Arguments, RenderedProduct);

/// Returns a fault if the dates of a block never are in force.
fn backwards(license: &License) -> Option<Fault> {
    let dates = |feature: &Feature| Some((feature.start?.value, feature.end?.value));
    let (start, end) = license.features.iter().filter_map(dates).find(|(start, end)| end < start)?;
    let message = format!("END {end} is before START {start}: the license would never be in force");
    Some(Fault::new(message).help("correct `start` or `end` of the order"))
}

/// Returns true if the license contains exactly the intended blocks.
fn is_meant(license: &License, parts: &[OrderedProduct<'_>]) -> bool {
    let mut rest = license.features.as_slice();
    let all = parts.iter().all(|(_, _, piece)| {
        let Some((own, others)) = rest.split_at_checked(piece.blocks()) else { return false };
        rest = others;
        piece.matches(license, own)
    });
    all && rest.is_empty()
}

impl Issuer {
    /// Creates an issuer for a day. `templates` contains the templates that the catalogue uses.
    ///
    /// # Errors
    /// Returns an error, placed in the catalogue, if a template is missing, has no `sn` or `licensee` parameter, has
    /// no parameter that the catalogue names, or rejects a value of the catalogue.
    pub fn new(catalog: Catalog, templates: BTreeMap<String, Template>, day: Date) -> Result<Self, Fault> {
        let mut bases = BTreeMap::new();
        for product in &catalog.products {
            let at = |place: (u64, u64), fault: Fault| fault.file(&catalog.file).at(place.0, place.1);
            let Some(template) = templates.get(&product.template) else {
                let message = format!("unknown template `{}`", product.template);
                return Err(at(product.template_place, Fault::new(message)));
            };
            if let Some(missing) = ["sn", "licensee"].iter().find(|name| template.parameter(name).is_none()) {
                let message = format!("the template `{}` has no parameter `{missing}`", template.name);
                let help = "write `every-block: [START, END, ISSUED, SN, LICENSEE]` at its head";
                return Err(at(product.template_place, Fault::new(message).help(help)));
            }
            bases.insert(product.name.clone(), base(&catalog, product, template, day)?);
            if let Some(place) = product.count_place
                && template.parameter(&product.count).is_none()
            {
                let fault = template.unknown(&product.count);
                return Err(at(place, fault));
            }
        }
        Ok(Self {
            catalog,
            templates,
            bases,
            day,
            shapes: LayoutCache::default(),
            known: ProofCache::default(),
        })
    }

    /// Returns the template of a product, if it has no scenarios. What its licenses do is not tested.
    #[must_use]
    pub fn unproven(&self, product: &str) -> Option<&str> {
        let template = self.templates.get(&self.catalog.product(product).ok()?.template)?;
        (!template.has_scenarios()).then_some(&*template.name)
    }

    /// The day of issue.
    #[must_use]
    pub fn day(&self) -> Date {
        self.day
    }

    /// Returns the parameter names of all templates: the optional columns of an order table.
    #[must_use]
    pub fn parameters(&self) -> Vec<String> {
        let all = self.templates.values().flat_map(|template| &template.parameters);
        let mut names: Vec<String> = all.map(|parameter| parameter.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Returns the license of an order, linted and tested.
    ///
    /// # Errors
    /// Returns every problem of the order.
    pub fn draft(&self, order: &Order) -> Result<Draft, Refused> {
        let (draft, key) = self.made(order)?;
        let license = &draft.license;
        if license.diagnostics.is_empty() && key.is_some_and(|key| self.known.is_sound(&key)) {
            return Ok(draft);
        }
        let options = lint::Options { stage: lint::Stage::Signing, ..lint::Options::at(self.day) };
        let found = lint::lint(&[license], &options);
        let errors: Vec<Fault> =
            found.iter().filter(|found| found.is_error()).map(|found| lint_fault(order, found)).collect();
        if !errors.is_empty() {
            return Err(Refused {
                cause: Cause::Lint,
                sn: None,
                faults: errors,
                text: Some(draft.text().to_owned()),
            });
        }
        if let Some(key) = key {
            self.known.note_sound(key);
        }
        Ok(draft)
    }

    /// Returns the license of an order with its scenarios run, but not linted.
    ///
    /// # Errors
    /// Returns an error as [`Self::draft`] does, except for lint findings.
    pub fn render(&self, order: &Order) -> Result<Draft, Refused> {
        self.made(order).map(|(draft, _)| draft)
    }

    /// Renders a draft; the digest is the cache key for its checks, if they depend on the values of templates only.
    fn made(&self, order: &Order) -> Result<(Draft, Option<Digest>), Refused> {
        let file = order::file_name(order).map_err(|fault| Refused::new(Cause::Order, fault))?;
        let refused = |cause, fault| Refused::new(cause, order.fault(fault));
        let mut parts = Vec::with_capacity(order.lines.len());
        let mut text = String::new();
        for line in &order.lines {
            let (template, assigned) = self.assign(order, line)?;
            let piece = self.shapes.render(template, &assigned);
            let piece = piece.map_err(|fault| refused(Cause::Template, fault))?;
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&piece.text);
            parts.push((template, assigned, piece));
        }
        let license = License::parse(SourceFile::new(file.as_str(), text));
        if let Some(fault) = backwards(&license) {
            return Err(refused(Cause::Order, fault));
        }
        let key = proof::key_of(parts.iter().map(|(template, assigned, _)| (*template, assigned)));
        if !self.known.is_sound(&key) {
            for (template, assigned, piece) in &parts {
                let proven = self.known.prove(template, assigned, &piece.text);
                proven.map_err(|fault| refused(Cause::Scenario, fault))?;
            }
        }
        if license.has_errors() || !is_meant(&license, &parts) {
            // Rendering each template by itself reports the error in its terms. Errors of the whole file are left to
            // the linter.
            for (template, assigned, _) in &parts {
                template.render(assigned).map_err(|fault| refused(Cause::Template, fault))?;
            }
            if !license.has_errors() {
                let message = "rendered license does not parse back to the intended values";
                return Err(refused(Cause::Template, Fault::new(message)));
            }
        }
        let origins = parts.iter().enumerate();
        let origins = origins
            .flat_map(|(line, (template, _, piece))| {
                std::iter::repeat_n((template.name.clone(), line), piece.blocks())
            })
            .collect();
        let draft = Draft::new(order, file, license, origins);
        Ok(match self.shaped(order, &draft).map_err(|fault| refused(Cause::Order, fault))? {
            Some(shaped) => (shaped, None),
            None => (draft, Some(key)),
        })
    }

    /// Applies steps in time and shared pools. Returns `None` if the order has neither.
    fn shaped(&self, order: &Order, draft: &Draft) -> Result<Option<Draft>, Fault> {
        // Most catalogues and orders have neither.
        if self.catalog.pools.is_empty() && order.lines.iter().all(|line| line.from.is_none()) {
            return Ok(None);
        }
        let Some(blocks) = life_cycle::shaped(order, &self.catalog, draft.blocks())? else { return Ok(None) };
        let license = License::parse(SourceFile::new(draft.file.as_str(), life_cycle::text_of(&blocks)?));
        if let Some(fault) = backwards(&license) {
            return Err(fault);
        }
        let origins = blocks.into_iter().map(|block| (block.template, block.line)).collect();
        Ok(Some(Draft::new(order, draft.file.clone(), license, origins)))
    }

    /// Returns the catalogue.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn assign(&self, order: &Order, line: &Line) -> Result<(&Template, Arguments), Refused> {
        let at = |fault: Fault| match fault.file {
            None => fault.file(&order.file).at(line.place.0, line.place.1).cell(line.cell),
            Some(_) => fault,
        };
        let refused = |fault: Fault| Refused::new(Cause::Order, at(fault));
        let product = self.catalog.product(&line.product).map_err(refused)?;
        let template = self
            .templates
            .get(&product.template)
            .ok_or_else(|| refused(Fault::new(format!("unknown template `{}`", product.template))))?;
        let given = given(order, line, product, template).map_err(refused)?;
        let mut assigned = self.bases.get(&product.name).cloned().unwrap_or_default();
        let mut faults = template.fill(&mut assigned, &given);
        faults.extend(template.missing_required(&assigned));
        if faults.is_empty() {
            Ok((template, assigned))
        } else {
            Err(Refused {
                cause: Cause::Order,
                sn: None,
                faults: faults.into_iter().map(at).collect(),
                text: None,
            })
        }
    }

    /// Signs a draft. Every KEY is verified before it is returned.
    ///
    /// # Errors
    /// Returns an error if a block cannot be signed.
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
        let issue = Issue {
            issued_at: issued_at.to_owned(),
            key: trusted.key.id(),
            vendor: trusted.entry.vendor.clone(),
            customer: draft.customer.clone(),
            sn: draft.sn.clone(),
            file: draft.file.clone(),
            order: draft.order,
            kind: draft.kind.map_or_else(String::new, |kind| kind.as_str().to_owned()),
            of: draft.of.clone().unwrap_or_default(),
            loss_reason: draft.loss_reason.clone(),
            text: Some(signed.text.clone()),
        };
        let blocks = license.features.iter().zip(signed.blocks).zip(&draft.origins);
        let entries = blocks.map(|((feature, block), (template, _))| Entry {
            feature: block.feature,
            ends: feature.end.map_or_else(String::new, |end| end.value.to_string()),
            template: template.clone(),
            digest: block.digest,
            payload: block.payload.into_bytes(),
            signature: block.key.signature,
        });
        let entries = entries.collect();
        Ok(Issued { text: signed.text, issue, entries })
    }
}

/// Returns the values of an order line: the order's values first, then the line's.
fn given(order: &Order, line: &Line, product: &Product, template: &Template) -> Result<Vec<ArgValue>, Fault> {
    let has = |name: &str| template.parameter(name).is_some();
    let mut given =
        vec![ArgValue::new("sn", order.sn.as_str()), ArgValue::new("licensee", order.customer.as_str())];
    for value in &order.values {
        if has(&value.name) {
            given.push(value.clone());
        } else if DATES.contains(&value.name.as_str()) {
            let (name, product) = (&value.name, &product.name);
            let message =
                format!("product `{product}` does not accept `{name}`, which is set for the whole order");
            let help = format!(
                "add `every-block: [{}]` to the head of its template `{}`, or order the product separately",
                name.to_ascii_uppercase(),
                template.name
            );
            return Err(value.fault(Fault::new(message).help(help)));
        }
    }
    if let Some(count) = &line.count {
        if !has(&product.count) {
            let message = format!("product `{}` does not accept a count", product.name);
            return Err(count
                .fault(Fault::new(message).help(
                    "omit the count, or set `count:` in the catalogue to a parameter of the template",
                )));
        }
        given.push(ArgValue { name: product.count.clone(), ..count.clone() });
    }
    given.extend(line.values.iter().cloned());
    Ok(given)
}

/// Returns a lint finding as a fault of the order.
pub(crate) fn lint_fault(order: &Order, found: &keywright_syntax::diagnostic::Diagnostic) -> Fault {
    let fault = order.fault(Fault::new(format!("{} {}", found.code.id, found.message)));
    match &found.help {
        Some(help) => fault.help(help.clone()),
        None => fault,
    }
}
