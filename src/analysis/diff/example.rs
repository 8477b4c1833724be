//! A sequence of requests that the old set grants and the new set denies.

use std::fmt;

use jiff::civil::Date;

use keywright_license::Version;
use keywright_resolve::Reason;

/// A sequence of which the new set denies the last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The steps, in order.
    pub steps: Vec<ExampleStep>,
    /// The reason of the denial.
    pub reason: Reason,
    /// The checkouts that draw other licenses than before, which is why the last step is denied.
    pub draws: Vec<DrawChange>,
}

/// A checkout of a sequence that draws other licenses than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawChange {
    /// The checkout.
    pub checkout: String,
    /// The licenses that it drew with the old set.
    pub old: String,
    /// The licenses that it draws with the new set.
    pub new: String,
}

/// A step of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExampleStep {
    /// Checks out licenses.
    Checkout {
        /// The feature.
        feature: String,
        /// The number of licenses.
        count: u64,
        /// The minimum version; `None` for any.
        version: Option<Version>,
        /// The numbers of the user and the host.
        by: (u32, u32),
    },
    /// Binds a device.
    Activate {
        /// The feature.
        feature: String,
        /// The number of the device.
        device: u32,
    },
    /// Returns the checkout of an earlier step, counted from 0.
    Return(usize),
    /// Moves the time to a day.
    Advance(Date),
}

impl Example {
    /// The features of the sequence, without duplicates.
    #[must_use]
    pub fn features(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for step in &self.steps {
            if let ExampleStep::Checkout { feature, .. } | ExampleStep::Activate { feature, .. } = step
                && !names.contains(feature)
            {
                names.push(feature.clone());
            }
        }
        names
    }

    /// Returns true if a user or a host makes more than one request.
    fn has_repeated_person(&self) -> bool {
        let people = || {
            self.steps.iter().filter_map(|step| match step {
                ExampleStep::Checkout { by, .. } => Some(*by),
                _ => None,
            })
        };
        let count = people().count();
        let distinct = |numbers: Vec<u32>| {
            let mut numbers = numbers;
            numbers.sort_unstable();
            numbers.dedup();
            numbers.len()
        };
        distinct(people().map(|by| by.0).collect()) < count
            || distinct(people().map(|by| by.1).collect()) < count
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_people = self.has_repeated_person();
        for (at, step) in self.steps.iter().enumerate() {
            match at.checked_sub(1).and_then(|before| self.steps.get(before)) {
                Some(ExampleStep::Advance(_)) => f.write_str(": ")?,
                Some(_) => f.write_str(", then ")?,
                None => {}
            }
            match step {
                ExampleStep::Checkout { feature, count, version, by } => {
                    write!(f, "{count} {feature}")?;
                    if let Some(version) = version {
                        write!(f, " {version}")?;
                    }
                    if with_people {
                        write!(f, " by user {} on host {}", by.0, by.1)?;
                    }
                }
                ExampleStep::Activate { feature, .. } => write!(f, "a new device for {feature}")?,
                ExampleStep::Return(step) => match self.steps.get(*step) {
                    Some(ExampleStep::Checkout { feature, count, .. }) => {
                        write!(f, "return of {count} {feature} from step {}", step + 1)?;
                    }
                    _ => f.write_str("return")?,
                },
                ExampleStep::Advance(day) => write!(f, "on {day}")?,
            }
        }
        Ok(())
    }
}
