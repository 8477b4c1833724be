//! `keywright issue renew`: the orders of the licenses that end soon.

use keywright_issue::log::Holding;
use keywright_issue::{ending_licenses, renewal_orders};

use super::args::{RenewArgs, RunSettings};
use super::errors::failed;
use super::inputs::Inputs;
use super::orders::Orders;
use super::owned::{known_revocations, revoked};
use crate::day::days_from;
use crate::log::note_parts;
use crate::{CliError, Console};

/// Name of the orders in messages.
const NAME: &str = "renewals";

/// Returns the renewal orders of the licenses that end soon and that nothing continues, or `None` if there are none.
pub(super) fn renewals(
    args: &RenewArgs,
    settings: &RunSettings<'_>,
    io: &mut Console<'_>,
) -> Result<Option<Inputs>, CliError> {
    let log = args.run.log.open_to_read(io)?;
    let (from, until) = days_from(args.run.at.unwrap_or(io.today), args.within);
    let revocations = known_revocations(&args.run.trust, io)?;
    let revoked = |holding: &Holding| revoked(&revocations, holding);
    let ending = ending_licenses(&log, (from, until), &revoked).map_err(|fault| failed(&fault))?;
    note_parts(&ending, io)?;
    if ending.iter().all(|license| license.renewable().next().is_none()) {
        io.note(&format!("no license to renew ends from {from} to {until}"))?;
        return Ok(None);
    }
    let table = renewal_orders(&ending, &log).map_err(|fault| failed(&fault))?;
    let read = |parameters, io: &mut Console<'_>| Orders::of_table(NAME, table.into_bytes(), parameters, io);
    Inputs::read(settings, read, io).map(Some)
}
