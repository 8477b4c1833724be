//! The licenses that the customers of orders have, from the log and the revocation lists.

use keywright_issue::Order;
use keywright_issue::log::{Holding, Log, Owned, Record};
use keywright_verify::{Mode, Revocations, Usage};

use super::errors::failed;
use crate::trust_args::TrustArgs;
use crate::{CliError, Console};

/// Returns the reason if a license is revoked.
pub(crate) fn revoked(revocations: &Revocations, holding: &Holding) -> Option<String> {
    let usages = [Usage::Production, Usage::Development];
    holding.records.iter().find_map(|Record { issue, entry, .. }| {
        let reason =
            |usage| revocations.reason(&entry.digest, &issue.vendor, Some(&issue.sn), (issue.key, usage));
        usages.into_iter().find_map(reason).map(|reason| reason.to_string())
    })
}

/// Returns the revocations of the trust store; none if there is no trust store.
pub(crate) fn known_revocations(trust: &TrustArgs, io: &mut Console<'_>) -> Result<Revocations, CliError> {
    if !trust.directory(io)?.exists() {
        io.note("no trust store: revoked licenses are not recognised")?;
        return Ok(Revocations::default());
    }
    Ok(trust.load_with_revocations(&[], Mode::Development, io)?.1)
}

/// Adds to each order what its customer has.
pub(super) fn with_owned(
    orders: Vec<Order>,
    log: Option<&Log>,
    since: Option<i64>,
) -> Result<Vec<(Order, Owned)>, CliError> {
    let owned = |order: Order| {
        let owned = log.map_or_else(
            || Ok(Owned::without_log(order.of.as_deref())),
            |log| log.owned(&order.customer, order.of.as_deref(), since),
        );
        owned.map(|owned| (order, owned)).map_err(|fault| failed(&fault))
    };
    orders.into_iter().map(owned).collect()
}
