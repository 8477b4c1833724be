//! The licenses of a customer on a day, each with its state, and the usable totals, from the log.
//!
//! DECISION: the totals are those of all licenses that are not revoked, old ones included: a customer keeps every file.

use jiff::civil::Date;

use keywright_license::License;
use keywright_resolve::{Entitlements, Usable};

use crate::error::Fault;
use crate::life_cycle::{ExistingLicenses, compiled};
use crate::log::{Holding, Owned};
use crate::order_kind::OrderKind;

/// The licenses of a customer on a day.
#[derive(Debug)]
pub struct CustomerLicenses<'a> {
    /// The last issue of each serial number, in the order of issue.
    pub licenses: Vec<OwnedLicense<'a>>,
    /// The usable total of each feature, over all licenses that are not revoked.
    pub usable: Vec<(String, Usable)>,
}

/// A license of a customer.
#[derive(Debug)]
pub struct OwnedLicense<'a> {
    /// The issue.
    pub holding: &'a Holding,
    /// Its state on the day.
    pub state: LicenseState,
}

/// The state of a license.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LicenseState {
    /// None of the other states.
    Current,
    /// All its blocks have ended.
    Ended,
    /// An upgrade or a replacement with this serial number superseded it.
    ReplacedBy(String),
    /// A renewal with this serial number continues it.
    RenewedBy(String),
    /// It is revoked. Contains the reason.
    Revoked(String),
}

impl LicenseState {
    /// Returns the word for reports.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Ended => "ended",
            Self::ReplacedBy(_) => "replaced",
            Self::RenewedBy(_) => "renewed",
            Self::Revoked(_) => "revoked",
        }
    }
}

impl std::fmt::Display for LicenseState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Current | Self::Ended => f.write_str(self.as_str()),
            Self::ReplacedBy(sn) => write!(f, "replaced by {sn}"),
            Self::RenewedBy(sn) => write!(f, "renewed by {sn}"),
            Self::Revoked(reason) => write!(f, "revoked: {reason}"),
        }
    }
}

/// Returns the licenses of a customer with their states, in the order of issue. `revoked` returns the reason if a license is
/// revoked.
///
/// # Errors
/// Returns an error if a license in the log cannot be read.
pub fn license_states<'a>(
    day: Date,
    owned: &'a Owned,
    revoked: &dyn Fn(&Holding) -> Option<String>,
) -> Result<Vec<OwnedLicense<'a>>, Fault> {
    let existing = ExistingLicenses::of_customer(owned, revoked)?;
    Ok(states(&existing, day, owned, revoked))
}

fn states<'a>(
    existing: &ExistingLicenses<'_>,
    day: Date,
    owned: &'a Owned,
    revoked: &dyn Fn(&Holding) -> Option<String>,
) -> Vec<OwnedLicense<'a>> {
    let licenses = owned.holdings.iter().map(|holding| {
        let state = match revoked(holding) {
            Some(reason) => LicenseState::Revoked(reason),
            None => state(existing, holding, day),
        };
        OwnedLicense { holding, state }
    });
    licenses.collect()
}

impl<'a> CustomerLicenses<'a> {
    /// Computes what a customer owns. `revoked` returns the reason if a license is revoked.
    ///
    /// # Errors
    /// Returns an error if a license in the log cannot be read, or if the resolver rejects the licenses together.
    pub fn on(
        day: Date,
        owned: &'a Owned,
        revoked: &dyn Fn(&Holding) -> Option<String>,
    ) -> Result<Self, Fault> {
        let existing = ExistingLicenses::of_customer(owned, revoked)?;
        let licenses = states(&existing, day, owned, revoked);
        let files: Vec<&License> = existing.all.iter().map(|license| &license.license).collect();
        let model = compiled(&files)?;
        let entitlements = Entitlements::on(&model, day);
        let usable = model.names().filter(|(name, _)| !model.blocks_of(*name).is_empty());
        let usable = usable.map(|(name, text)| (text.to_owned(), entitlements.usable(name)));
        Ok(Self { usable: usable.collect(), licenses })
    }
}

/// Returns the state of a license that is not revoked.
fn state(existing: &ExistingLicenses<'_>, holding: &Holding, day: Date) -> LicenseState {
    let has_ended =
        holding.records.iter().all(|record| record.entry.ends.parse::<Date>().is_ok_and(|ends| ends < day));
    match existing.successor(holding.sn()) {
        Some(later) if later.holding.kind().is_some_and(OrderKind::supersedes) => {
            LicenseState::ReplacedBy(later.sn().to_owned())
        }
        Some(later) => LicenseState::RenewedBy(later.sn().to_owned()),
        None if has_ended => LicenseState::Ended,
        None => LicenseState::Current,
    }
}
