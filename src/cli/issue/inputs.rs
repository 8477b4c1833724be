//! Inputs of `keywright issue`: catalogue, templates and orders.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use jiff::civil::Date;

use keywright_issue::{Catalog, Cause, Clashes, Fault, Issuer, MAX_ORDERS, Order, Refused};
use keywright_report::escape::escape;
use keywright_verify::Digest;

use super::super::format::TextOrJson;
use super::super::new::{Shelf, refused};
use super::super::{CliError, Console, Exit};
use super::args::RunSettings;
use super::orders::Orders;
use super::read::{read_catalog, text};

/// The inputs of a run.
pub(super) struct Inputs {
    pub(super) catalog: Catalog,
    pub(super) issuer: Issuer,
    orders: Orders,
    /// Number of usable orders.
    pub(super) count: usize,
    /// Orders that could not be parsed.
    pub(super) wrong: Vec<Refused>,
    /// Orders whose license file names clash with other orders.
    pub(super) clashes: Vec<Refused>,
    /// Indexes of these orders among the parsed ones.
    clashing: HashSet<usize>,
    /// True if an order table is refused as a whole, which is then the only entry of `wrong`.
    pub(super) is_unusable: bool,
    /// Digest of catalogue, templates and orders.
    pub(super) digest: Digest,
}

impl Inputs {
    pub(super) fn read(
        args: &RunSettings<'_>,
        read: impl FnOnce(Vec<String>, &mut Console<'_>) -> Result<Orders, CliError>,
        io: &mut Console<'_>,
    ) -> Result<Self, CliError> {
        let missing = || args.project.missing("catalogue", "--catalog FILE", "catalog");
        let path = args.catalog.as_deref().ok_or_else(missing)?;
        let catalog_text = text(path, io)?;
        let catalog = read_catalog(path, &catalog_text)?;
        let templates = templates(&catalog, args.templates.as_deref())?;
        let mut digest =
            Digest::of(format!("keywright-run 1\n{}\n", Digest::of(catalog_text.as_bytes())).as_bytes());
        for template in templates.values() {
            digest = chained(&digest, &Digest::of(template.text.as_bytes()));
        }
        let issuer = Issuer::new(catalog.clone(), templates, args.run.at.unwrap_or(io.today))
            .map_err(|fault| refused(&fault))?;
        let orders = read(issuer.parameters(), io)?;
        if args.run.format == TextOrJson::Human {
            orders.refuse_unusable(io)?;
        }
        let (wrong, clashes, clashing) = (Vec::new(), Vec::new(), HashSet::new());
        let mut inputs =
            Self { catalog, issuer, orders, count: 0, wrong, clashes, clashing, is_unusable: false, digest };
        if let Some(unusable) = inputs.orders.unusable().split_first() {
            let (first, more) = unusable;
            let mut refused = Refused::new(Cause::Order, first.clone());
            refused.faults.extend(more.iter().cloned());
            inputs.wrong.push(refused);
            inputs.is_unusable = true;
            return Ok(inputs);
        }
        for name in inputs.look()? {
            let name = escape(&name);
            io.note(&format!("warning: template `{name}` has no scenarios, so its licenses are not tested"))?;
        }
        Ok(inputs)
    }

    /// Reads all orders once for errors, clashes and the digest. Returns the ordered templates without scenarios.
    fn look(&mut self) -> Result<BTreeSet<String>, CliError> {
        let mut unproven = BTreeSet::new();
        let mut clashes = Clashes::default();
        let mut read = 0;
        let refuse = |fault: Fault| Refused::new(Cause::Order, fault);
        for order in self.orders.each() {
            match order {
                Err(fault) => self.wrong.push(refuse(fault)),
                Ok(order) => {
                    let names = order.lines.iter().filter_map(|line| self.issuer.unproven(&line.product));
                    unproven.extend(names.map(str::to_owned));
                    self.digest = chained(&self.digest, &order.digest());
                    if let Some(fault) = clashes.check(&order) {
                        self.clashes.push(refuse(fault).of(&order.sn));
                        self.clashing.insert(read);
                    }
                    read += 1;
                }
            }
            if read + self.wrong.len() > MAX_ORDERS {
                return Err(CliError::new(
                    Exit::Unreadable,
                    format!("too many orders: more than {MAX_ORDERS}"),
                ));
            }
        }
        self.count = read - self.clashing.len();
        if read == 0 && self.wrong.is_empty() {
            return Err(CliError::usage("no orders found")
                .help("a CSV file needs a header row and one order per row"));
        }
        Ok(unproven)
    }

    /// Returns the usable orders.
    pub(super) fn orders(&self) -> impl Iterator<Item = Order> + Send + '_ {
        let all = self.orders.each().filter(|_| !self.is_unusable);
        let good = all.filter_map(Result::ok).enumerate();
        good.filter(|(at, _)| !self.clashing.contains(at)).map(|(_, order)| order)
    }

    /// Sets the day of issue.
    pub(super) fn on(&mut self, day: Date, args: &RunSettings<'_>) -> Result<(), CliError> {
        if day != self.issuer.day() {
            let templates = templates(&self.catalog, args.templates.as_deref())?;
            self.issuer =
                Issuer::new(self.catalog.clone(), templates, day).map_err(|fault| refused(&fault))?;
        }
        Ok(())
    }
}

/// Combines a digest with the next one.
fn chained(before: &Digest, next: &Digest) -> Digest {
    Digest::of(&[before.as_bytes().as_slice(), next.as_bytes()].concat())
}

/// Reads the templates that a catalogue uses.
pub(crate) fn templates(
    catalog: &Catalog,
    directory: Option<&Path>,
) -> Result<BTreeMap<String, keywright_issue::Template>, CliError> {
    let shelf = Shelf { directory };
    let mut templates = BTreeMap::new();
    for product in &catalog.products {
        if !templates.contains_key(&product.template) {
            let (line, column) = product.template_place;
            let template = shelf.template(&product.template).map_err(|stop| CliError {
                exit: Exit::Unreadable,
                message: format!("{}:{line}:{column}: {}", catalog.file, stop.message),
                help: stop.help,
            })?;
            templates.insert(product.template.clone(), template);
        }
    }
    Ok(templates)
}
