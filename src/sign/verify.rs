//! Verifying: from a license and a trust store to verdicts.
//!
//! The tree that was read is the tree that is verified; nothing is read again afterwards. Only this file can make a
//! [`Verified`] value, and it makes one for valid blocks alone.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::license::{Condition, Feature, License};

use super::explain::{self, FirstError};
use super::key_text::{KeyFault, KeyText};
use super::message::{Digest, Domain, KeyId};
use super::parallel;
use super::payload::Payload;
use super::revocation::Revocations;
use super::trust::{KeyState, Mode, Trust, TrustedKey};
use super::verdict::{BlockReport, Claimed, FileReport, Ground, Policy, PolicyFault, Verdict};

/// Something whose signature was verified: it cannot be made in any other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// The thing itself.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }

    /// The thing itself, taken out.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// What a verification goes by: whom to trust, what was withdrawn, and the day that is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'a> {
    /// The trusted keys.
    pub trust: &'a Trust,
    /// What was withdrawn.
    pub revocations: &'a Revocations,
    /// The day on which START and END are judged.
    pub at: Date,
    /// Whether development keys count.
    pub mode: Mode,
    /// The only vendor whose blocks are asked for, if not all are.
    pub vendor: Option<&'a str>,
    /// Whether the blocks of all files must be of one set.
    pub one_set: bool,
    /// How many threads may be used.
    pub threads: usize,
}

/// A verdict with its grounds.
pub(super) struct Ruling {
    pub(super) verdict: Verdict,
    pub(super) ground: Ground,
    pub(super) reason: String,
    pub(super) help: Option<String>,
}

impl Ruling {
    fn new(verdict: Verdict, reason: impl Into<String>) -> Self {
        Self { verdict, ground: Ground::Verdict, reason: reason.into(), help: None }
    }

    fn on(mut self, ground: Ground) -> Self {
        self.ground = ground;
        self
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl<'a> Verifier<'a> {
    /// A verifier for the blocks of all vendors, each file on its own, on all cores.
    #[must_use]
    pub fn new(trust: &'a Trust, revocations: &'a Revocations, at: Date, mode: Mode) -> Self {
        Self { trust, revocations, at, mode, vendor: None, one_set: false, threads: parallel::cores() }
    }

    /// The verdicts on all blocks of a license.
    #[must_use]
    pub fn file<'l>(&self, license: &'l License) -> FileReport<'l> {
        let mut report = self.report(license);
        explain::exchanged_keys(self.trust, &[license], std::slice::from_mut(&mut report));
        explain::mark_duplicates(std::slice::from_mut(&mut report));
        report
    }

    /// The verdicts on all blocks of some licenses; a payload that stands in several files counts once.
    #[must_use]
    pub fn files<'l>(&self, licenses: impl IntoIterator<Item = &'l License>) -> Vec<FileReport<'l>> {
        let licenses: Vec<&License> = licenses.into_iter().collect();
        let mut reports: Vec<FileReport<'l>> = match licenses.as_slice() {
            [license] => vec![self.report(license)],
            // Many files are spread over the cores, and each is judged on one.
            many => {
                let alone = Self { threads: 1, ..*self };
                let threads = self.threads.min(many.len());
                parallel::map_any(many, threads, |license| alone.report(license))
            }
        };
        explain::exchanged_keys(self.trust, &licenses, &mut reports);
        explain::mark_duplicates(&mut reports);
        if self.one_set {
            explain::mixed_files(&licenses, &mut reports);
        }
        reports
    }

    fn report<'l>(&self, license: &'l License) -> FileReport<'l> {
        let mut blocks: Vec<BlockReport<'l>> =
            parallel::map(&license.features, self.threads, |feature| self.block(license, feature));
        let mixed = explain::mixed_set(license, &mut blocks);
        let mut policy = self.stale(&blocks);
        policy.extend(mixed.map(|reason| PolicyFault { policy: Policy::MixedSet, reason }));
        blocks.extend(explain::unreadable(license, &blocks));
        blocks.sort_by_key(|block| block.span.start);
        FileReport { file: license.source.name().to_owned(), blocks, policy }
    }

    /// What is too old to go by: the trust bundle, and the revocation lists of the vendors whose signatures are good.
    fn stale(&self, blocks: &[BlockReport<'_>]) -> Vec<PolicyFault> {
        let good = blocks.iter().filter(|block| block.verdict.is_signature_good());
        let vendors: BTreeSet<&str> = good.filter_map(|block| block.vendor.as_deref()).collect();
        let lists = vendors.into_iter().filter_map(|vendor| self.revocations.stale(vendor, self.at));
        let reasons = self.trust.stale(self.at).into_iter().chain(lists);
        reasons.map(|reason| PolicyFault { policy: Policy::Stale, reason }).collect()
    }

    fn block<'l>(&self, license: &'l License, feature: &'l Feature) -> BlockReport<'l> {
        let digest = Payload::of(license, feature).digest();
        let text = license.value(feature, "KEY");
        let key = text.as_deref().map(KeyText::parse);
        let ruling = self.rule(license, feature, &digest, key);
        BlockReport {
            feature: Some(feature.name.value.as_str().to_owned()),
            vendor: license.value(feature, "VENDOR").map(String::from),
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

    /// The first verdict of the list that applies.
    fn rule(
        &self,
        license: &License,
        feature: &Feature,
        digest: &Digest,
        key: Option<Result<KeyText, KeyFault>>,
    ) -> Ruling {
        let key = match readable(license, feature, key) {
            Ok(key) => key,
            Err(ruling) => return ruling,
        };
        if let Some(asked) = self.vendor.filter(|asked| *asked != feature.vendor_name()) {
            return other_vendor(feature, asked);
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
        self.withdrawn(feature, digest, trusted).unwrap_or_else(|| self.in_time(feature, trusted))
    }

    /// What speaks against a block whose signature matches.
    fn withdrawn(&self, feature: &Feature, digest: &Digest, trusted: &TrustedKey) -> Option<Ruling> {
        let sn = feature.sn.as_ref().map(|sn| sn.value.as_str());
        let reason = self.revocations.reason(digest, feature.vendor_name(), sn, trusted.key.id());
        if let Some(reason) = reason {
            return Some(
                Ruling::new(Verdict::Revoked, reason).help("ask the vendor for the license that replaces it"),
            );
        }
        let issued = feature.issued.map(|issued| issued.value);
        let reason = untimely(issued, trusted).or_else(|| undated(issued, trusted, self.at))?;
        let lost = matches!(trusted.entry.state, KeyState::Compromised(_));
        let ground = if lost { Ground::Verdict } else { Ground::KeyTime };
        Some(
            Ruling::new(Verdict::Revoked, reason)
                .on(ground)
                .help("ask the vendor to issue the license again"),
        )
    }

    fn in_time(&self, feature: &Feature, trusted: &TrustedKey) -> Ruling {
        let at = self.at;
        let first = trusted.entry.not_before;
        if at < first {
            let reason = format!(
                "the signature is good; key {} may sign from {first}, and {at} was asked about",
                trusted.key.id()
            );
            return Ruling::new(Verdict::NotYet, reason).on(Ground::KeyTime);
        }
        if let Some(issued) = feature.issued.filter(|issued| at < issued.value) {
            let reason = format!(
                "the signature is good, but the block was issued on {}, and {at} was asked about",
                issued.value
            );
            return Ruling::new(Verdict::NotYet, reason)
                .help("check the clock of this computer, or the day given with `--at`");
        }
        if let Some(start) = feature.start.filter(|start| at < start.value) {
            let reason =
                format!("the signature is good; in force from {}, and {at} was asked about", start.value);
            return Ruling::new(Verdict::NotYet, reason);
        }
        if let Some(end) = feature.end.filter(|end| end.value < at) {
            let reason =
                format!("the signature is good; in force until {}, and {at} was asked about", end.value);
            return Ruling::new(Verdict::Expired, reason);
        }
        // ◆ Without ISSUED a block counts only as long as its key may sign: see `undated`.
        let key_ends = feature.issued.is_none().then_some(trusted.entry.not_after);
        let until = match (feature.end.map(|end| end.value), key_ends) {
            (end, Some(last)) if end.is_none_or(|end| last < end) => {
                format!("until {last}, the last day of its key, as it has no ISSUED")
            }
            (Some(end), _) => format!("until {end}"),
            (None, _) => "without end".to_owned(),
        };
        let reason = format!("signed by {}, in force {until}", trusted.entry.vendor);
        Ruling::new(Verdict::Valid, reason)
    }
}

/// The KEY of a block that can be verified, or why it cannot.
fn readable(
    license: &License,
    feature: &Feature,
    key: Option<Result<KeyText, KeyFault>>,
) -> Result<KeyText, Ruling> {
    let fault = match key {
        Some(Err(fault)) => Some(fault),
        _ => None,
    };
    let error = explain::first_error(license, feature.span);
    if let Some(fault @ (KeyFault::Length(_) | KeyFault::Character(_))) = fault
        && !error.as_ref().is_some_and(|error| error.is_cause)
    {
        return Err(Ruling::new(Verdict::Malformed, fault.to_string()).help(
            "copy the whole KEY from the license as it was sent; as an attachment it is not changed on the way",
        ));
    }
    match (feature.condition, error) {
        (Condition::Unsupported, error) => return Err(unsupported(error)),
        // A sound block can still hold an error in a comment: text that shows something else than what stands there.
        (Condition::Malformed, error) | (Condition::Sound, error @ Some(_)) => {
            return Err(malformed(error.or_else(|| explain::whole_fault(license))));
        }
        (Condition::Sound, None) => {}
    }
    match key {
        Some(Ok(key)) => Ok(key),
        Some(Err(KeyFault::Elided)) => Err(Ruling::new(Verdict::Unsigned, KeyFault::Elided.to_string())
            .help("use the license file itself instead of a printed copy")),
        Some(Err(fault)) => Err(Ruling::new(Verdict::Unsupported, fault.to_string())
            .on(Ground::KeyVersion)
            .help("a newer version of this program may read it")),
        None => Err(Ruling::new(Verdict::Unsigned, "the block has no KEY")
            .help("the vendor signs it with `keywright sign`")),
    }
}

fn malformed(error: Option<FirstError>) -> Ruling {
    const HELP: &str = "`keywright lint` shows every fault of the file";
    match error {
        // What is to be done about a cause is worth more than a list of what follows from it.
        Some(FirstError { text, help: Some(help), is_cause: true }) => {
            Ruling::new(Verdict::Malformed, text).help(help)
        }
        Some(error) => Ruling::new(Verdict::Malformed, error.text).help(HELP),
        None => Ruling::new(Verdict::Malformed, "the block cannot be read").help(HELP),
    }
}

fn unsupported(error: Option<FirstError>) -> Ruling {
    const HELP: &str = "a newer version of this program may know it";
    let Some(error) = error else {
        let reason = "the block has a directive that this program does not know";
        return Ruling::new(Verdict::Unsupported, reason).help(HELP);
    };
    // What asks back names the directive that was probably meant.
    let meant = error.help.filter(|help| help.ends_with('?'));
    let help = meant.map_or_else(|| HELP.to_owned(), |meant| format!("{meant} Or {HELP}"));
    Ruling::new(Verdict::Unsupported, error.text).help(help)
}

fn unknown_key(key: KeyId) -> Ruling {
    Ruling::new(
        Verdict::UnknownKey,
        format!("signed with key {key}, which is not in the trust store"),
    )
    .help("check that the trust store is the vendor's current one; a key that comes with a license proves nothing")
}

fn development_key(key: KeyId) -> Ruling {
    Ruling::new(
        Verdict::UnknownKey,
        format!("signed with development key {key}, which is not trusted in production"),
    )
    .on(Ground::DevelopmentKey)
    .help("sign with a production key; `--development` accepts development keys in trials")
}

fn not_for_vendor(feature: &Feature, trusted: &TrustedKey) -> Ruling {
    Ruling::new(
        Verdict::NotForVendor,
        format!(
            "the block says VENDOR={}, but key {} is trusted for `{}` only",
            feature.vendor_name(),
            trusted.key.id(),
            trusted.entry.vendor
        ),
    )
}

fn other_vendor(feature: &Feature, asked: &str) -> Ruling {
    Ruling::new(
        Verdict::NotForVendor,
        format!(
            "the block says VENDOR={}, and only blocks of `{asked}` were asked for",
            feature.vendor_name()
        ),
    )
}

fn invalid() -> Ruling {
    Ruling::new(
        Verdict::Invalid,
        "a name or value inside the braces, or the KEY, is not what was signed; comments, layout, line ends and the \
         order of blocks cannot cause this",
    )
    .help("compare the block with the license as it was issued, and use that copy")
}

/// ◆ A key signs only from its not-before to its not-after, and up to the day it was retired; nothing that a compromised
/// key signed counts. The day of signing is ISSUED. A block without ISSUED is good under an active or standby key; under
/// a retired one it cannot be told from a block that was signed afterwards.
pub(super) fn untimely(issued: Option<Date>, trusted: &TrustedKey) -> Option<String> {
    let key = trusted.key.id();
    let entry = &trusted.entry;
    match (entry.state, issued) {
        (KeyState::Compromised(since), _) => {
            Some(format!("key {key} is in the wrong hands since {since}; nothing signed with it counts"))
        }
        (KeyState::Retired(since), None) => Some(format!(
            "key {key} was retired on {since}, and the block has no ISSUED that shows it is older"
        )),
        (KeyState::Retired(since), Some(issued)) if since < issued => {
            Some(format!("key {key} was retired on {since}, and the block says ISSUED={issued}"))
        }
        (_, Some(issued)) if !trusted.is_valid_on(issued) => Some(format!(
            "key {key} may sign from {} to {}, and the block says ISSUED={issued}",
            entry.not_before, entry.not_after
        )),
        _ => None,
    }
}

/// ◆ A block without ISSUED is good as long as its key may sign. After that it cannot be told from a block that was signed
/// too late.
fn undated(issued: Option<Date>, trusted: &TrustedKey, at: Date) -> Option<String> {
    let last = trusted.entry.not_after;
    (issued.is_none() && last < at).then(|| {
        format!(
            "key {} could sign until {last}, and the block has no ISSUED: the day of signing cannot be shown",
            trusted.key.id()
        )
    })
}
