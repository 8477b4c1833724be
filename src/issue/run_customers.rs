//! Orders of one run for the same customer.
//!
//! DECISION: each order is checked against the licenses before the run, so that orders are independent and are checked in
//! parallel. Two orders of one run for the same pool of a customer are refused.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use keywright_license::folded_customer;

use super::error::Fault;

/// The customers, pools and licenses of the orders of a run, as hashes: memory is a few bytes for each order.
#[derive(Debug, Default)]
pub struct RunCustomers {
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl RunCustomers {
    /// Notes an order: its customer, its pools, and the license that it refers to.
    ///
    /// # Errors
    /// Returns an error if an earlier order of the run is for the same pool of the same customer, or refers to the same
    /// license.
    pub fn claim<'p>(
        &mut self,
        customer: &str,
        pools: impl IntoIterator<Item = &'p str>,
        of: Option<&str>,
    ) -> Result<(), Fault> {
        let customer = folded_customer(customer);
        let help = "issue the orders in two runs, so that the second one is checked with the first";
        if let Some(of) = of
            && !self.seen.insert(self.hasher.hash_one(("of", of)))
        {
            return Err(
                Fault::new(format!("`of`: another order of this run refers to `{of}` as well")).help(help)
            );
        }
        let mut names: Vec<&str> = pools.into_iter().collect();
        // The steps of one order have the same name.
        names.sort_unstable();
        names.dedup();
        for name in names {
            if !self.seen.insert(self.hasher.hash_one(("pool", &*customer, name))) {
                let message = format!("another order of this run is for `{name}` of the same customer");
                return Err(Fault::new(message).help(help));
            }
        }
        Ok(())
    }
}
