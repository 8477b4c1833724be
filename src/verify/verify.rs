//! Verification: verdicts on a license, given a trust store.
//!
//! The parsed tree is the tree that is verified, and nothing is parsed again afterwards. Only this file can create a
//! [`Verified`] value, and only for blocks with a matching signature.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;

use keywright_license::{Condition, Feature, License};

// Reports contain `Verified`, which only this file can create; so `verdict` and this file depend on each other.
use super::cross_checks::{self, FirstError};
use super::hidden_text::hidden_text;
use super::jobs::{self, InOrder, Jobs};
use super::key_state::{Mode, Usage};
use super::key_text::{KeyFault, KeyText};
use super::key_validity::{InvalidKeyUse, SignedObject, missing_issue_date, outside_key_validity};
use super::message::{Digest, Domain, KeyId};
use super::mixed_set;
use super::payload::Payload;
use super::reason::Reason;
use super::repaired;
use super::revocation::Revocations;
use super::trust::{Trust, TrustedKey};
use super::verdict::{
    BlockReport, Claimed, FileReport, Policy, PolicyFault, Repaired, Verdict, VerdictCause,
};

/// A value whose signature was verified. It cannot be created in any other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// Returns the value.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }

    /// Returns the value by move.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// The inputs of a verification: trusted keys, revocations and the verification date.
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'a> {
    /// The trusted keys.
    pub trust: &'a Trust,
    /// The revocations.
    pub revocations: &'a Revocations,
    /// The verification date, which START and END are compared with.
    pub at: Date,
    /// Determines whether development keys are accepted.
    pub mode: Mode,
    /// The only accepted vendor, or `None` for all.
    pub vendor: Option<&'a str>,
    /// True if all files are used together, as on one license server. Otherwise each file is verified on its own.
    pub together: bool,
    /// True if all files are used together, and their blocks must be one purchase of one customer for each vendor.
    pub one_set: bool,
    /// The way to run the checks of many blocks or files.
    pub jobs: &'a dyn Jobs,
}

/// A verdict with its basis.
pub(super) struct VerdictReason {
    pub(super) verdict: Verdict,
    pub(super) ground: VerdictCause,
    pub(super) reason: Reason,
    pub(super) help: Option<Reason>,
}

impl VerdictReason {
    fn new(verdict: Verdict, reason: impl Into<Reason>) -> Self {
        Self { verdict, ground: VerdictCause::Verdict, reason: reason.into(), help: None }
    }

    fn on(mut self, ground: VerdictCause) -> Self {
        self.ground = ground;
        self
    }

    fn help(mut self, text: impl Into<Reason>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// Number of blocks that are verified at once. Their reasons are in memory separately for a moment.
const AT_ONCE: usize = 4096;

impl<'a> Verifier<'a> {
    /// Creates a verifier for all vendors that treats each file separately and verifies in order.
    #[must_use]
    pub fn new(trust: &'a Trust, revocations: &'a Revocations, at: Date, mode: Mode) -> Self {
        Self { trust, revocations, at, mode, vendor: None, together: false, one_set: false, jobs: &InOrder }
    }

    /// Verifies all blocks of a license.
    #[must_use]
    pub fn file<'l>(&self, license: &'l License) -> FileReport<'l> {
        let mut report = self.report(license);
        cross_checks::exchanged_keys(self.trust, &[license], std::slice::from_mut(&mut report));
        cross_checks::mark_duplicates(std::slice::from_mut(&mut report));
        report
    }

    /// Verifies all blocks of several licenses, each on its own unless they are used together. A payload that occurs more
    /// than once in what is verified together counts once.
    #[must_use]
    pub fn files<'l>(&self, licenses: impl IntoIterator<Item = &'l License>) -> Vec<FileReport<'l>> {
        let licenses: Vec<&License> = licenses.into_iter().collect();
        let mut reports: Vec<FileReport<'l>> = match licenses.as_slice() {
            [license] => vec![self.report(license)],
            // Each file is one job.
            many => {
                let alone = Self { jobs: &InOrder, ..*self };
                jobs::map(self.jobs, many, |license| alone.report(license))
            }
        };
        cross_checks::exchanged_keys(self.trust, &licenses, &mut reports);
        if self.together || self.one_set {
            cross_checks::mark_duplicates(&mut reports);
            mixed_set::of_files(&licenses, &mut reports, self.one_set);
        } else {
            for report in &mut reports {
                cross_checks::mark_duplicates(std::slice::from_mut(report));
            }
        }
        reports
    }

    fn report<'l>(&self, license: &'l License) -> FileReport<'l> {
        let mut blocks = self.features(license);
        let mixed = mixed_set::of_file(license, &mut blocks, self.one_set);
        let mut blocks = with_unreadable(license, blocks);
        let repaired = self.repaired(license, &mut blocks);
        let mut policy = self.stale(&blocks);
        policy.extend(mixed.map(|reason| PolicyFault { policy: Policy::MixedSet, reason }));
        let (file, hidden) = (license.source.name().to_owned(), hidden_text(license));
        FileReport { file, blocks, policy, hidden, repaired }
    }

    /// Verifies the readable blocks of a license.
    fn features<'l>(&self, license: &'l License) -> Vec<BlockReport<'l>> {
        let mut blocks: Vec<BlockReport<'l>> = Vec::with_capacity(license.features.len());
        for features in license.features.chunks(AT_ONCE) {
            for mut block in jobs::map_many(self.jobs, features, |feature| self.block(license, feature)) {
                if let Some(before) = blocks.last() {
                    block.reason.share(&before.reason);
                    if block.vendor == before.vendor {
                        block.vendor.clone_from(&before.vendor);
                    }
                }
                blocks.push(block);
            }
        }
        blocks
    }

    /// Verifies a copy of a damaged file with the damage undone, as information.
    fn repaired(&self, license: &License, blocks: &mut [BlockReport<'_>]) -> Option<Repaired> {
        let (steps, copy) = repaired::copy(license, blocks)?;
        let of_copy = with_unreadable(&copy, self.features(&copy));
        repaired::explain(license, blocks, &of_copy);
        let wrong = |blocks: &[BlockReport<'_>]| {
            blocks.iter().filter(|block| !block.verdict.is_signature_good()).count()
        };
        let right = |blocks: &[BlockReport<'_>]| blocks.len() - wrong(blocks);
        // A copy that is not better proves nothing.
        let is_better = right(blocks) < right(&of_copy) || wrong(&of_copy) < wrong(blocks);
        (right(&of_copy) > 0 && is_better).then(|| Repaired {
            steps,
            blocks: of_copy.into_iter().map(|block| (block.feature, block.verdict)).collect(),
        })
    }

    /// Returns the lists that are not current: the trust bundle, and the revocation lists of vendors whose signatures
    /// match. A bundle applies to blocks of its publisher, and to blocks whose key is not in the store, because a newer
    /// bundle may have it.
    fn stale(&self, blocks: &[BlockReport<'_>]) -> Vec<PolicyFault> {
        let concerned = self.trust.publisher().is_none_or(|publisher| {
            let concerns = |block: &BlockReport<'_>| {
                block.vendor.as_deref() == Some(publisher) || block.verdict == Verdict::UnknownKey
            };
            blocks.iter().any(concerns)
        });
        let bundle = self.trust.stale(self.at).filter(|_| concerned);
        let good = blocks.iter().filter(|block| block.verdict.is_signature_good());
        let vendors: BTreeSet<(&str, Usage)> = good
            .filter_map(|block| Some((block.vendor.as_deref()?, self.trust.get(block.key?)?.entry.usage)))
            .collect();
        let lists =
            vendors.into_iter().filter_map(|(vendor, usage)| self.revocations.stale(vendor, usage, self.at));
        let reasons: BTreeSet<String> = lists.collect();
        let fault = |reason: String, redacted: &'static str| PolicyFault {
            policy: Policy::Stale,
            reason: Reason::quote(reason, redacted),
        };
        let bundle = bundle.map(|reason| fault(reason, "the trust list is not current"));
        let lists =
            reasons.into_iter().map(|reason| fault(reason, "the revocation list of a vendor is not current"));
        bundle.into_iter().chain(lists).collect()
    }

    fn block<'l>(&self, license: &'l License, feature: &'l Feature) -> BlockReport<'l> {
        let digest = Payload::from_block(license, feature).digest();
        let text = license.value(feature, "KEY");
        let key = text.as_deref().map(KeyText::parse);
        let ruling = self.rule(license, feature, &digest, key);
        BlockReport {
            feature: Some(feature.name.value.as_str().to_owned()),
            vendor: license.value(feature, "VENDOR").map(Arc::from),
            verdict: ruling.verdict,
            ground: ruling.ground,
            reason: ruling.reason,
            help: ruling.help,
            key: key.and_then(Result::ok).map(|key| key.key),
            span: feature.span,
            line: license.source.position(feature.span.start as usize).line,
            digest: Some(digest),
            duplicate: None,
            verified: (ruling.verdict == Verdict::Valid).then_some(Verified(feature)),
            out_of_force: matches!(ruling.verdict, Verdict::NotYet | Verdict::Expired)
                .then_some(Verified(feature)),
            claimed: (!ruling.verdict.is_signature_good() && feature.is_sound())
                .then(|| Claimed::new(feature)),
        }
    }

    /// Returns the first verdict that applies.
    fn rule(
        &self,
        license: &License,
        feature: &Feature,
        digest: &Digest,
        key: Option<Result<KeyText, KeyFault>>,
    ) -> VerdictReason {
        let key = match readable(license, feature, key) {
            Ok(key) => key,
            Err(ruling) => return self.damaged_key(license, feature, digest).unwrap_or(ruling),
        };
        if let Some(accepted) = self.vendor.filter(|accepted| *accepted != feature.vendor_name()) {
            return other_vendor(feature, accepted);
        }
        let Some(trusted) = self.trust.get(key.key) else {
            return unknown_key(key.key);
        };
        if !self.mode.accepts(trusted.entry.usage) {
            return development_key(key.key);
        }
        if trusted.entry.vendor != feature.vendor_name() {
            return not_for_vendor(feature, trusted);
        }
        if !trusted.key.verifies(Domain::Feature, digest, &key.signature) {
            return invalid();
        }
        self.revoked(feature, digest, trusted).unwrap_or_else(|| self.in_time(feature, trusted))
    }

    /// Returns the ruling on a KEY whose first characters were changed: with the right ones, the signature matches. A
    /// newer version of the format would sign another message.
    ///
    /// DECISION: a KEY with another version, algorithm or single flag remains UNSUPPORTED, as the test vectors say. No
    /// version sets several flags at once, so such a KEY is MALFORMED.
    fn damaged_key(&self, license: &License, feature: &Feature, digest: &Digest) -> Option<VerdictReason> {
        let text = license.value(feature, "KEY")?;
        let fault = KeyText::parse(&text).err().filter(|fault| fault.is_unsupported())?;
        if feature.condition != Condition::Sound {
            return None;
        }
        let key = KeyText::with_own_version(&text)?;
        let trusted = self.trust.get(key.key).filter(|trusted| self.mode.accepts(trusted.entry.usage))?;
        let verdict = match fault {
            KeyFault::Flags(flags) if flags.count_ones() > 1 => Verdict::Malformed,
            _ => Verdict::Unsupported,
        };
        trusted.key.verifies(Domain::Feature, digest, &key.signature).then(|| {
            let reason = "KEY damaged: it must begin with `AQEA`; then the signature matches";
            VerdictReason::new(verdict, reason).on(VerdictCause::KeyVersion).help(COPY_KEY)
        })
    }

    /// Returns the reason why a block with a matching signature is revoked, if any.
    fn revoked(&self, feature: &Feature, digest: &Digest, trusted: &TrustedKey) -> Option<VerdictReason> {
        let sn = feature.sn.as_ref().map(|sn| sn.value.as_str());
        let key = (trusted.key.id(), trusted.entry.usage);
        let reason = self.revocations.reason(digest, feature.vendor_name(), sn, key);
        if let Some(reason) = reason {
            return Some(
                VerdictReason::new(Verdict::Revoked, reason).help("ask the vendor for a replacement license"),
            );
        }
        let issued = feature.issued.map(|issued| issued.value);
        let reason =
            outside_key_validity(issued, trusted).or_else(|| missing_issue_date(issued, trusted, self.at))?;
        let lost = matches!(reason, InvalidKeyUse::Compromised { .. });
        let reason = Reason::about_key(reason.describe(&trusted.key.id(), SignedObject::Block));
        let ground = if lost { VerdictCause::Verdict } else { VerdictCause::KeyTime };
        Some(
            VerdictReason::new(Verdict::Revoked, reason)
                .on(ground)
                .help("ask the vendor to reissue the license"),
        )
    }

    fn in_time(&self, feature: &Feature, trusted: &TrustedKey) -> VerdictReason {
        let at = self.at;
        let first = trusted.entry.not_before;
        if at < first {
            let key = Reason::new("signature matches; key ").fact(trusted.key.id());
            let reason = verified_for(key.text(" may sign from ").fact(first), at);
            return VerdictReason::new(Verdict::NotYet, reason).on(VerdictCause::KeyTime);
        }
        // DECISION: ISSUED may be one day later, because the issuer may live in an earlier time zone.
        let tomorrow = at.saturating_add(1.day());
        if let Some(issued) = feature.issued.filter(|issued| tomorrow < issued.value) {
            let issued = Reason::new("signature matches; issued on ").fact(issued.value);
            return VerdictReason::new(Verdict::NotYet, verified_for(issued, at))
                .help("check the clock of this computer, or the date given with `--at`");
        }
        if let Some(start) = feature.start.filter(|start| at < start.value) {
            let start = Reason::new("signature matches; valid from ").fact(start.value);
            return VerdictReason::new(Verdict::NotYet, verified_for(start, at));
        }
        if let Some(end) = feature.end.filter(|end| end.value < at) {
            let end = Reason::new("signature matches; valid until ").fact(end.value);
            return VerdictReason::new(Verdict::Expired, verified_for(end, at));
        }
        // DECISION: without ISSUED, a block is valid only as long as its key may sign. See `missing_issue_date`.
        let key_ends = feature.issued.is_none().then_some(trusted.entry.not_after);
        let until = match (feature.end.map(|end| end.value), key_ends) {
            (end, Some(last)) if end.is_none_or(|end| last < end) => {
                Reason::new("valid until ").fact(last).text(" (the signing key's last day; no ISSUED date)")
            }
            (Some(end), _) => Reason::new("valid until ").fact(end),
            (None, _) => Reason::new("never expires"),
        };
        let signed = Reason::new("signed by ").bare("VENDOR", &trusted.entry.vendor);
        VerdictReason::new(Verdict::Valid, signed.text("; ").then(until))
    }
}

/// Adds an entry for each text that cannot be read.
fn with_unreadable<'l>(license: &License, mut blocks: Vec<BlockReport<'l>>) -> Vec<BlockReport<'l>> {
    blocks.extend(cross_checks::unreadable(license, &blocks));
    blocks.sort_by_key(|block| block.span.start);
    blocks
}

fn verified_for(reason: Reason, at: Date) -> Reason {
    reason.text(" (verified for ").fact(at).text(")")
}

const COPY_KEY: &str =
    "copy the complete KEY from the original license, or use the attachment, which mail does not change";

/// Returns the KEY of a block that can be verified, or the verdict on one that cannot.
fn readable(
    license: &License,
    feature: &Feature,
    key: Option<Result<KeyText, KeyFault>>,
) -> Result<KeyText, VerdictReason> {
    let fault = match key {
        Some(Err(fault)) => Some(fault),
        _ => None,
    };
    let error = cross_checks::first_error(license, feature.span);
    if let Some(fault @ (KeyFault::Length(_) | KeyFault::Character(_))) = fault
        && !error.as_ref().is_some_and(|error| error.is_cause)
    {
        return Err(VerdictReason::new(Verdict::Malformed, Reason::of(fault)).help(COPY_KEY));
    }
    match (feature.condition, error) {
        (Condition::Unsupported, error) => return Err(unsupported(error)),
        // A sound block can still contain an error in a comment, such as characters that hide text.
        (Condition::Malformed, error) | (Condition::Sound, error @ Some(_)) => {
            return Err(malformed(error.or_else(|| cross_checks::whole_fault(license))));
        }
        (Condition::Sound, None) => {}
    }
    match key {
        Some(Ok(key)) => Ok(key),
        Some(Err(fault @ KeyFault::Elided)) => Err(VerdictReason::new(Verdict::Unsigned, Reason::of(fault))
            .help("use the license file instead of a printed copy")),
        Some(Err(fault)) => Err(VerdictReason::new(Verdict::Unsupported, Reason::of(fault))
            .on(VerdictCause::KeyVersion)
            .help(
                "a newer version of keywright may support it; if the KEY was typed or scanned, copy it again",
            )),
        None => Err(VerdictReason::new(Verdict::Unsigned, "the block has no KEY")
            .help("the vendor signs it with `keywright sign`")),
    }
}

fn malformed(error: Option<FirstError>) -> VerdictReason {
    match error {
        // Advice on the cause is more useful than a list of consequences.
        Some(FirstError { reason, help: Some(help), is_cause: true, .. }) => {
            VerdictReason::new(Verdict::Malformed, reason).help(Reason::quote(help, cross_checks::SEE_LINT))
        }
        Some(error) => VerdictReason::new(Verdict::Malformed, error.reason).help(cross_checks::SEE_LINT),
        None => {
            VerdictReason::new(Verdict::Malformed, "the block cannot be read").help(cross_checks::SEE_LINT)
        }
    }
}

fn unsupported(error: Option<FirstError>) -> VerdictReason {
    const HELP: &str = "a newer version of keywright may support it";
    let Some(error) = error else {
        let reason = "the block has an unknown directive";
        return VerdictReason::new(Verdict::Unsupported, reason).help(HELP);
    };
    let help = error.suggestion.map_or_else(
        || Reason::new(HELP),
        |meant| Reason::quote(format!("did you mean `{meant}`? If not, {HELP}"), HELP),
    );
    VerdictReason::new(Verdict::Unsupported, error.reason).help(help)
}

fn unknown_key(key: KeyId) -> VerdictReason {
    VerdictReason::new(
        Verdict::UnknownKey,
        Reason::new("signed with key ").fact(key).text(", which is not in the trust store"),
    )
    .help("get the vendor's current trust store; never trust a key that comes with a license")
}

fn development_key(key: KeyId) -> VerdictReason {
    VerdictReason::new(
        Verdict::UnknownKey,
        Reason::new("signed with development key ").fact(key).text(", which is not trusted in production"),
    )
    .on(VerdictCause::DevelopmentKey)
    .help("sign with a production key; for tests, `--development` accepts development keys")
}

fn not_for_vendor(feature: &Feature, trusted: &TrustedKey) -> VerdictReason {
    let reason = Reason::new("VENDOR is ").bare("VENDOR", feature.vendor_name());
    let reason = reason.text(", but key ").fact(trusted.key.id()).text(" is trusted for ");
    VerdictReason::new(Verdict::NotForVendor, reason.value("VENDOR", &trusted.entry.vendor).text(" only"))
}

fn other_vendor(feature: &Feature, accepted: &str) -> VerdictReason {
    let reason = Reason::new("VENDOR is ").bare("VENDOR", feature.vendor_name());
    let reason = reason.text(", but only blocks of ").value("VENDOR", accepted);
    VerdictReason::new(Verdict::NotForVendor, reason.text(" are accepted"))
}

fn invalid() -> VerdictReason {
    VerdictReason::new(
        Verdict::Invalid,
        "signature does not match: a name, a value or the KEY was changed after signing (comments, layout, line endings \
         and block order are not signed)",
    )
    .help("use the license as it was issued; compare the block with it to find the change")
}
