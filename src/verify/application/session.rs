//! Local checkouts: the pools of verified license files, used by one process.

use std::collections::HashMap;
use std::fmt;

use jiff::civil::DateTime;

use keywright_license::{License, Version};
use keywright_resolve::{
    Entitlements, Event, Failure, Grant, Interner, Model, ModelError, NameId, Outcome, Reason, Request,
    Requester, Role, State, Ticket, Usable,
};

use super::checked::{CheckedBlock, CheckedFiles};
use super::hosts::HostMatch;

/// A request of the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkout<'a> {
    /// The name of the feature.
    pub feature: &'a str,
    /// The number of licenses, at least 1.
    pub count: u32,
    /// The minimum version; `None` for any version.
    pub version: Option<Version>,
    /// The user, for SHARE=USER; empty if unknown.
    pub user: &'a str,
    /// The name of the computer, for SHARE=HOST; empty if unknown.
    pub host: &'a str,
    /// The custom string, for SHARE=CUSTOM; empty if there is none.
    pub custom: &'a str,
}

impl<'a> Checkout<'a> {
    /// A request for one license of any version.
    #[must_use]
    pub fn one(feature: &'a str) -> Self {
        Self { feature, count: 1, version: None, user: "", host: "", custom: "" }
    }
}

/// The reason why a request is not granted. The state of the session did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denial {
    /// The licenses do not grant it.
    Denied(Reason),
    /// The request cannot be answered.
    Failed(Failure),
}

impl Denial {
    /// The names of all reasons.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let failures = [Failure::Budget, Failure::NothingToReturn, Failure::TimeGoesBack, Failure::EndOfTime];
        let denied = Reason::ALL.into_iter().map(|(reason, _)| Self::Denied(reason));
        denied.chain(failures.map(Self::Failed)).map(Self::as_str)
    }

    /// Returns the name of the reason: for example `not-enough-licenses`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied(reason) => reason.as_str(),
            Self::Failed(Failure::Budget) => "undetermined",
            Self::Failed(Failure::NothingToReturn) => "nothing-to-return",
            Self::Failed(Failure::TimeGoesBack) => "time-goes-back",
            Self::Failed(Failure::EndOfTime) => "end-of-time",
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(reason) => f.write_str(reason.as_str()),
            Self::Failed(failure) => f.write_str(failure.as_str()),
        }
    }
}

impl std::error::Error for Denial {}

/// The checkouts of one process.
#[derive(Debug, Clone)]
pub struct Session {
    model: Model,
    state: State,
    people: Interner,
    tickets: HashMap<u64, Ticket>,
    last: u64,
}

impl CheckedFiles {
    /// Starts a session at a time, in local time. Only blocks grant something whose signature matches and whose HOSTID
    /// matches this computer.
    ///
    /// # Errors
    /// Returns an error if the licenses contain a dependency cycle, a chain that is too long, or a shared token with a
    /// shared dependency.
    pub fn session(&self, now: DateTime) -> Result<Session, ModelError> {
        let model = Model::compile_blocks(self.granting())?;
        let state = State::new(&model, now);
        Ok(Session { model, state, people: Interner::default(), tickets: HashMap::new(), last: 0 })
    }

    fn granting(&self) -> impl Iterator<Item = (usize, &License, &keywright_license::Feature)> {
        let files = self.licenses.iter().zip(&self.files).enumerate();
        files.flat_map(|(number, (license, file))| {
            let blocks = file.blocks.iter().filter(|block| block.host != HostMatch::Differs);
            blocks.filter_map(move |block| Some((number, license, license.features.get(block.signed?.0)?)))
        })
    }
}

impl Session {
    /// The names of all features, in the order of the files.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        self.model.names().filter(|(name, _)| !self.model.blocks_of(*name).is_empty()).map(|(_, text)| text)
    }

    /// Returns the name of a feature of [`Self::entitlements`].
    #[must_use]
    pub fn name(&self, feature: NameId) -> &str {
        self.model.name_text(feature)
    }

    /// Computes how many checkouts of a feature by different people can be granted now, in addition to those that are out.
    #[must_use]
    pub fn available(&self, feature: &str) -> Usable {
        self.model.at_once(&self.state, &Request::one(self.model.name(feature)))
    }

    /// Computes what the licenses grant on the day of the session, without the checkouts that are out.
    #[must_use]
    pub fn entitlements(&self) -> Entitlements {
        Entitlements::on(&self.model, self.state.now().date())
    }

    /// Returns the role of a block, as [`CheckedFiles`] lists it, on the day of the session. `None` for a block that grants
    /// nothing by itself: see [`CheckedBlock::grants`].
    #[must_use]
    pub fn role(&self, file: usize, block: &CheckedBlock) -> Option<Role> {
        let span = block.signed.as_ref()?.1;
        self.entitlements().role_at(&self.model, file, span)
    }

    /// Takes licenses. Returns the number of the checkout, for [`Self::checkin`].
    ///
    /// # Errors
    /// Returns the reason if the request is not granted.
    pub fn checkout(&mut self, request: &Checkout<'_>) -> Result<u64, Denial> {
        let who = Requester {
            user: self.symbol(request.user),
            host: self.symbol(request.host),
            custom: self.symbol(request.custom),
        };
        let request = Request {
            feature: self.find(request.feature),
            count: u64::from(request.count.max(1)),
            version: request.version,
            who,
        };
        let ticket = self.apply(&Event::Checkout(request))?.ticket;
        let ticket = ticket.ok_or(Denial::Failed(Failure::NothingToReturn))?;
        self.last += 1;
        self.tickets.insert(self.last, ticket);
        Ok(self.last)
    }

    /// Returns the licenses of a checkout.
    ///
    /// # Errors
    /// Returns an error if there is no checkout with this number, or if it was returned before.
    pub fn checkin(&mut self, checkout: u64) -> Result<(), Denial> {
        let ticket = self.tickets.remove(&checkout).ok_or(Denial::Failed(Failure::NothingToReturn))?;
        self.apply(&Event::Return(ticket)).map(drop)
    }

    /// Consumes tokens of METERED blocks.
    ///
    /// # Errors
    /// Returns the reason if the balance is too low.
    pub fn consume(&mut self, feature: &str, tokens: u64) -> Result<(), Denial> {
        let feature = self.find(feature);
        self.apply(&Event::Consume { feature, units: tokens }).map(drop)
    }

    /// Moves the time forward. Blocks come into force and end, and HOLD and MIN_CHECKOUT pass.
    ///
    /// # Errors
    /// Returns an error if the time is before the present time of the session.
    pub fn advance(&mut self, now: DateTime) -> Result<(), Denial> {
        self.apply(&Event::Advance(now)).map(drop)
    }

    fn apply(&mut self, event: &Event) -> Result<Grant, Denial> {
        match self.model.apply(&mut self.state, event) {
            Outcome::Granted(grant) => Ok(grant),
            Outcome::Denied(reason) => Err(Denial::Denied(reason)),
            Outcome::Failed(failure) => Err(Denial::Failed(failure)),
        }
    }

    fn find(&self, feature: &str) -> Option<NameId> {
        self.model.name(feature)
    }

    fn symbol(&mut self, text: &str) -> Option<keywright_resolve::Symbol> {
        (!text.is_empty()).then(|| self.people.symbol(text))
    }
}
