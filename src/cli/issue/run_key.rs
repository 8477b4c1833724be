//! The key of a run, and the orders that its revocation lists refuse.

use keywright_issue::{Cause, Draft, Fault, Issued, Order, Refused};
use keywright_verify::{Digest, KeyId, Payload, Revocations, Trust, TrustedKey, Usage};

use crate::CliError;
use crate::files;
use crate::signer::SignerArgs;
use crate::trust_args::stated_id;

/// The key that signs the licenses of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunKey {
    /// `None` if a dry run has no key.
    id: Option<KeyId>,
    usage: Usage,
}

impl RunKey {
    /// The key of a run that signs.
    pub(super) fn of(trusted: &TrustedKey) -> Self {
        Self { id: Some(trusted.key.id()), usage: trusted.entry.usage }
    }

    /// The key with which a dry run would sign, if it were no dry run. Needs no passphrase.
    ///
    /// DECISION: without a key, a dry run assumes a production key of the vendor, if the trust store has one.
    pub(super) fn of_dry_run(
        (signer, id): (&SignerArgs, Option<KeyId>),
        trust: &Trust,
        vendor: &str,
    ) -> Result<Self, CliError> {
        let file = signer.key.as_deref().filter(|path| !files::is_stdin(path));
        let id = match (signer.key_id(id), file) {
            (Some(id), _) => Some(id),
            (None, Some(file)) => stated_id(file)?,
            (None, None) => None,
        };
        if let Some(trusted) = id.and_then(|id| trust.get(id)) {
            return Ok(Self::of(trusted));
        }
        let mut usages =
            trust.keys().iter().filter(|key| key.entry.vendor == vendor).map(|key| key.entry.usage);
        let has_production = usages.any(|usage| usage == Usage::Production);
        let usage = if has_production || trust.is_empty() { Usage::Production } else { Usage::Development };
        Ok(Self { id: None, usage })
    }

    /// Refuses a license that is not signed yet, if a block of it would be REVOKED.
    pub(super) fn refuse_draft(
        self,
        order: &Order,
        draft: &Draft,
        lists: &Revocations,
    ) -> Result<(), Refused> {
        let digest = |feature| Payload::from_block(&draft.license, feature).digest();
        let digests: Vec<Digest> = draft.license.features.iter().map(digest).collect();
        let vendor = draft.license.features.first().map_or("", keywright_license::Feature::vendor_name);
        self.refuse(order, (vendor, &draft.sn), &digests, lists)
    }

    /// Refuses a signed license, if a block of it would be REVOKED.
    pub(super) fn refuse_issued(
        self,
        order: &Order,
        issued: &Issued,
        lists: &Revocations,
    ) -> Result<(), Refused> {
        let digests = issued.entries.iter().map(|entry| &entry.digest);
        self.refuse(order, (&issued.issue.vendor, &issued.issue.sn), digests, lists)
    }

    fn refuse<'d>(
        self,
        order: &Order,
        (vendor, sn): (&str, &str),
        digests: impl IntoIterator<Item = &'d Digest>,
        lists: &Revocations,
    ) -> Result<(), Refused> {
        let mut reasons = digests.into_iter().filter_map(|digest| match self.id {
            Some(id) => lists.reason(digest, vendor, Some(sn), (id, self.usage)),
            None => lists.unsigned_reason(digest, vendor, Some(sn), self.usage),
        });
        reasons.next().map_or(Ok(()), |reason| {
            let fault = Fault::new(format!("order `{sn}` cannot be issued: {reason}"));
            Err(Refused::new(
                Cause::Revoked,
                order.fault(fault.help("a replacement needs another serial number")),
            ))
        })
    }
}
