//! Drafts of licenses for customers with earlier licenses.

use keywright_license::License;
use keywright_lint as lint;
use keywright_syntax::source::SourceFile;

use crate::addon_type::AddonType;
use crate::arguments::ArgValue;
use crate::error::Fault;
use crate::issue::{Cause, Draft, Issuer, Refused, lint_fault};
use crate::life_cycle::{
    self as kinds, BlockText, EntitlementChange, EntitlementComparison, ExistingLicense, ExistingLicenses,
    text_of,
};
use crate::log::{Holding, Owned};
use crate::order::{self, Order};
use crate::order_kind::OrderKind;

/// Maximum number of losses in a message.
const MAX_REPORTED: usize = 3;

/// Settings for checking orders against the licenses of their customers.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Reason for accepting losses that the kind of an order does not imply.
    pub allow_loss: Option<&'a str>,
    /// Returns the reason if a license is revoked.
    pub revoked: &'a (dyn Fn(&Holding) -> Option<String> + Sync),
    /// True if the totals of new customers are computed as well.
    pub describe: bool,
}

impl std::fmt::Debug for Terms<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terms").field("allow_loss", &self.allow_loss).finish_non_exhaustive()
    }
}

impl Issuer {
    /// Returns the license of an order for a customer who has these licenses, linted, tested and checked on the set of
    /// all of them.
    ///
    /// # Errors
    /// Returns every problem of the order; what the order loses or does not add is one.
    pub fn draft_for(&self, order: &Order, owned: &Owned, terms: Terms<'_>) -> Result<Draft, Refused> {
        let wrong = |fault: Fault| Refused::new(Cause::Order, order.fault(fault));
        let is_plain = order.kind.is_none_or(|kind| kind == OrderKind::New);
        if owned.holdings.is_empty() && is_plain {
            let draft = self.draft(order)?;
            let changes = if terms.describe { self.totals(&draft).map_err(wrong)? } else { Vec::new() };
            return Ok(Draft { entitlements: changes, ..draft });
        }
        let existing =
            ExistingLicenses::new(order, owned, &|holding| (terms.revoked)(holding)).map_err(wrong)?;
        let target = existing.target(order, owned).map_err(wrong)?;
        let draft = self.derived(order, &existing, target)?;
        let text = draft.text().to_owned();
        let checked = self.check(order, &existing, target, terms, draft);
        checked.map_err(|refused| Refused { text: Some(text), ..refused })
    }

    /// Checks a draft: its kind, the linter, and its effect on the set.
    fn check(
        &self,
        order: &Order,
        existing: &ExistingLicenses<'_>,
        target: Option<&ExistingLicense<'_>>,
        terms: Terms<'_>,
        draft: Draft,
    ) -> Result<Draft, Refused> {
        let wrong = |cause: Cause, fault: Fault| Refused::new(cause, order.fault(fault));
        if order.kind.is_none() {
            self.refuse_unstated(order, existing, &draft).map_err(|fault| wrong(Cause::Order, fault))?;
        }
        let others: Vec<&License> = existing.all.iter().map(|license| &license.license).collect();
        let with_others = if order.kind == Some(OrderKind::Addon) { others.as_slice() } else { &[] };
        self.lint(order, &draft, with_others)?;
        let comparison = EntitlementComparison {
            before: others
                .iter()
                .copied()
                .chain(existing.corrected.as_ref().map(|old| &old.license))
                .collect(),
            after: others.iter().copied().chain([&draft.license]).collect(),
            day: self.day(),
        };
        let changes = comparison.changes().map_err(|fault| wrong(Cause::Order, fault))?;
        if let Some((feature, role)) = comparison.useless().map_err(|fault| wrong(Cause::Order, fault))? {
            let message = format!("the block `{feature}` of the order has no effect: {role}");
            let help = format!("the customer has: {}", existing.names());
            return Err(wrong(Cause::Order, Fault::new(message).help(help)));
        }
        let reason = self
            .refuse_losses(order, existing, target, terms, &changes)
            .map_err(|fault| wrong(Cause::Regression, fault))?;
        Ok(Draft { entitlements: changes, loss_reason: reason, ..draft })
    }

    /// Returns the license of an order before lint.
    fn derived(
        &self,
        order: &Order,
        existing: &ExistingLicenses<'_>,
        target: Option<&ExistingLicense<'_>>,
    ) -> Result<Draft, Refused> {
        let wrong = |fault: Fault| Refused::new(Cause::Order, order.fault(fault));
        let Some(base) = target else { return self.render(order) };
        match order.kind {
            Some(OrderKind::Renewal) => {
                let period = kinds::period(order, base).map_err(wrong)?;
                if order.lines.is_empty() {
                    let blocks = kinds::renewed(order, existing, base, &period, self.day()).map_err(wrong)?;
                    return self.draft_of(order, &blocks).map_err(wrong);
                }
                let mut dated = order.clone();
                dated.values.retain(|value| !matches!(value.name.as_str(), "start" | "end"));
                dated.values.push(ArgValue::new("start", period.start));
                dated.values.push(ArgValue::new("end", period.end));
                Ok(Draft { order: order.digest(), ..self.render(&dated)? })
            }
            Some(OrderKind::Addon) => {
                let blocks = self.render(order)?.blocks();
                let kind = |block: &BlockText| self.addon_type(order, block);
                let blocks = kinds::addon(blocks, existing, base, kind, self.day()).map_err(wrong)?;
                self.draft_of(order, &blocks).map_err(wrong)
            }
            Some(OrderKind::Upgrade | OrderKind::Replacement) => {
                let blocks = kinds::supersede(self.render(order)?.blocks(), existing, base).map_err(wrong)?;
                self.draft_of(order, &blocks).map_err(wrong)
            }
            Some(OrderKind::New) | None => self.render(order),
        }
    }

    /// Makes a draft of blocks.
    fn draft_of(&self, order: &Order, blocks: &[BlockText]) -> Result<Draft, Fault> {
        let file = order::file_name(order)?;
        let license = License::parse(SourceFile::new(file.as_str(), text_of(blocks)?));
        let origins = blocks.iter().map(|block| (block.template.clone(), block.line)).collect();
        Ok(Draft::new(order, file, license, origins))
    }

    fn addon_type(&self, order: &Order, block: &BlockText) -> AddonType {
        let catalog = self.catalog();
        let of_pool = catalog.pool(&block.name).and_then(|pool| pool.addon);
        let line = order.lines.get(block.line);
        let of_product = line.and_then(|line| catalog.product(&line.product).ok()?.addon);
        of_pool.or(of_product).unwrap_or_default()
    }

    /// Refuses an order without a kind for a product that the customer has on the same days.
    ///
    /// DECISION: the kind is never guessed: each one gives the customer another total.
    fn refuse_unstated(
        &self,
        order: &Order,
        existing: &ExistingLicenses<'_>,
        draft: &Draft,
    ) -> Result<(), Fault> {
        let current = existing.all.iter().filter(|license| !existing.is_superseded(license));
        let mut found = current.filter_map(|license| {
            license.overlaps(&draft.license, self.day()).map(|feature| (license, feature.to_owned()))
        });
        let Some((license, feature)) = found.next_back() else { return Ok(()) };
        let until = license.holding.last_end().map_or_else(String::new, |end| format!(", until {end}"));
        let sn = license.sn();
        let customer = &order.customer;
        let message =
            format!("`{customer}` already has `{feature}` (`{sn}`{until}), and the order has no `kind`");
        Err(Fault::new(message).help(kinds::choices(sn)))
    }

    fn lint(&self, order: &Order, draft: &Draft, others: &[&License]) -> Result<(), Refused> {
        let options = lint::Options { stage: lint::Stage::Signing, ..lint::Options::at(self.day()) };
        let files: Vec<&License> = std::iter::once(&draft.license).chain(others.iter().copied()).collect();
        let own = draft.license.source.id();
        let found = lint::lint(&files, &options);
        let errors = found.iter().filter(|found| found.is_error() && found.primary.file == own);
        let faults: Vec<Fault> = errors.map(|found| lint_fault(order, found)).collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Refused { cause: Cause::Lint, sn: None, faults, text: None })
        }
    }

    /// Returns the reason for accepted losses, or an empty text if nothing is lost.
    fn refuse_losses(
        &self,
        order: &Order,
        existing: &ExistingLicenses<'_>,
        target: Option<&ExistingLicense<'_>>,
        terms: Terms<'_>,
        changes: &[EntitlementChange],
    ) -> Result<String, Fault> {
        // DECISION: a replacement can give less of what it replaces, and a correction less of the license that it corrects.
        // Every other loss on any day from the day of issue needs a reason, which is logged.
        let replaced =
            target.filter(|_| order.kind == Some(OrderKind::Replacement)).or(existing.corrected.as_ref());
        let implied = |change: &EntitlementChange| {
            replaced.is_some_and(|base| base.blocks.iter().any(|block| block.name == change.feature))
        };
        let losses: Vec<String> = changes
            .iter()
            .filter(|change| change.loss && !implied(change))
            .map(EntitlementChange::to_string)
            .collect();
        match terms.allow_loss {
            _ if losses.is_empty() => Ok(String::new()),
            Some(reason) => Ok(reason.to_owned()),
            None => {
                let more = losses.len().saturating_sub(MAX_REPORTED);
                let more = if more > 0 { format!(", and {more} more") } else { String::new() };
                let shown = losses.iter().take(MAX_REPORTED).cloned().collect::<Vec<_>>().join("; ");
                Err(Fault::new(format!("the customer would have less: {shown}{more}"))
                    .help("correct the order, or give the reason with `--allow-loss REASON`"))
            }
        }
    }

    fn totals(&self, draft: &Draft) -> Result<Vec<EntitlementChange>, Fault> {
        EntitlementComparison { before: Vec::new(), after: vec![&draft.license], day: self.day() }.changes()
    }
}
