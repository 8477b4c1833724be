//! `keywright keys drill`: a rehearsal for the loss of the signing key.

use jiff::civil::Date;

use keywright_license::License;
use keywright_report::escape::escape;
use keywright_sign::{
    Installed, LastSeen, ListId, MAX_VERSION, RevocationList, Seen, TrustBundle, install_bundle, judge_lists,
    next_version, sign_file,
};
use keywright_verify::{Digest, KeyState, ListMark, Trust, TrustedKey, Verdict, Verifier};

use super::super::passphrase::PassphraseArgs;
use super::super::signer::{Holder, KeyIdArgs, SignerArgs};
use super::super::trust_args::{TrustArgs, judge};
use super::super::{CliError, Console, Exit};

/// Rehearse the loss of a key: check that the standby key can replace it
///
/// Treats every other key of the vendor as compromised. In memory, the standby key signs a block, a trust bundle and a
/// revocation list. The shipped trust store must accept the block and install the bundle. The revocation list must be
/// accepted even if a lost key published one with the highest possible version. Writes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright keys drill --key spare.key.pem\n  \
    keywright keys drill --key spare.key.pem --trust /media/support/keys")]
pub(super) struct DrillArgs {
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    key_id: KeyIdArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// The trust store as shipped
    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn drill(args: &DrillArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let shipped = args.trust.load(io)?;
    let key = args.signer.open(args.key_id.id, &args.passphrase, &shipped, io)?;
    let (entry, id) = (&key.trusted.entry, key.trusted.key.id());
    if entry.state != KeyState::Standby {
        return Err(CliError::usage(format!("key {id} is {}, not standby", entry.state))
            .help("a drill needs a standby key; `keywright keys new --standby` makes one"));
    }
    let lost: Vec<String> = shipped
        .keys()
        .iter()
        .filter(|other| other.entry.vendor == entry.vendor && other.key != key.trusted.key)
        .map(|other| other.key.id().to_string())
        .collect();
    let after: Trust = shipped.assuming(|other| {
        let is_lost = other.entry.vendor == entry.vendor && other.key != key.trusted.key;
        if is_lost { KeyState::Compromised(io.today) } else { other.entry.state }
    });
    let probe = format!(
        "FEATURE Drill {{ VENDOR={} KEYTYPE=ADDITIVE VERSION=1.0 COUNT=1 ISSUED={} }}\n",
        entry.vendor, io.today
    );
    let signed = sign_file(&License::from_text("drill", &probe), &*key.signer, key.trusted)
        .map_err(|error| CliError::new(Exit::Findings, format!("standby key cannot sign today: {error}")))?;
    let license = License::from_text("drill", &signed.text);
    // Verify in the mode of the key's usage, and with the current revocations.
    let mode = key.mode();
    let revocations = args.trust.revocations(&[], &shipped, mode, io)?;
    let report = Verifier::new(&after, &revocations, io.today, mode).file(&license);
    let block = report.blocks.first();
    let lost = if lost.is_empty() {
        "none (no other key of the vendor in the trust store)".to_owned()
    } else {
        lost.join(", ")
    };
    writeln!(io.stdout, "assumed lost    {lost}")?;
    writeln!(
        io.stdout,
        "standby key     {id} of {}, {} to {}",
        entry.vendor, entry.not_before, entry.not_after
    )?;
    let valid = block.is_some_and(|block| block.verdict == Verdict::Valid) && report.policy.is_empty();
    if valid {
        writeln!(io.stdout, "result          a block signed with it today is VALID")?;
    } else {
        let policy = report.policy.first().map(|fault| fault.reason.clone());
        let reason = policy.or_else(|| block.map(|block| block.reason.clone())).unwrap_or_default();
        writeln!(
            io.stdout,
            "result          a block signed with it today is {}: {}",
            report.result(),
            escape(&reason.to_string())
        )?;
        return Ok(Exit::Findings);
    }
    let current = judge(&args.trust.directory(io)?, &[], &shipped, mode, io)?;
    let id = ListId::revocation(&entry.vendor, entry.usage);
    let rehearsal = Rehearsal { shipped: &shipped, key: &key, current: current.current(&id), id };
    let mut exit = Exit::Success;
    let version = MAX_VERSION;
    for (what, result) in [
        (
            "a trust bundle signed with it installs over this trust store".to_owned(),
            rehearsal.bundle(io.today),
        ),
        (
            format!("a revocation list signed with it follows version {version}, signed with a lost key"),
            rehearsal.list(io.today),
        ),
    ] {
        match result {
            Ok(()) => writeln!(io.stdout, "result          {what}")?,
            Err(reason) => {
                writeln!(io.stdout, "result          FAILED: {what}: {}", escape(&reason))?;
                exit = Exit::Findings;
            }
        }
    }
    Ok(exit)
}

/// The lists that the vendor publishes after a loss, in memory.
struct Rehearsal<'a> {
    shipped: &'a Trust,
    key: &'a Holder<'a>,
    /// The last revocation list of the vendor.
    current: Option<&'a RevocationList>,
    id: ListId,
}

impl Rehearsal<'_> {
    fn is_own(&self, other: &TrustedKey) -> bool {
        other.key == self.key.trusted.key
    }

    /// Returns the trust store after `keys compromise` for the lost keys and `keys activate` for the standby key.
    fn after(&self, today: Date) -> Trust {
        let mark = |list: &RevocationList| ListMark { version: list.version, digest: list.digest };
        let lists: Vec<ListMark> = self.current.map(mark).into_iter().collect();
        self.shipped.with(|other| {
            if self.is_own(other) {
                other.entry.state = KeyState::Active;
            } else if other.entry.vendor == self.id.vendor {
                other.entry.state = KeyState::Compromised(today);
                other.entry.lists = Some(lists.clone());
            }
        })
    }

    fn bundle_of(&self, trust: &Trust, version: u64, today: Date) -> TrustBundle {
        let own = |key: &&TrustedKey| key.entry.vendor == self.id.vendor;
        TrustBundle {
            vendor: self.id.vendor.clone(),
            version,
            issued: today,
            expires: today,
            keys: trust.keys().iter().filter(own).cloned().collect(),
            digest: Digest::of(b""),
        }
    }

    fn bundle(&self, today: Date) -> Result<(), String> {
        let after = self.after(today);
        let trusted = after.get(self.key.trusted.key.id()).ok_or("the key is missing")?;
        let text = self.bundle_of(&after, 2, today).sign(&*self.key.signer, trusted);
        let text = text.map_err(|error| error.to_string())?;
        let installed = self.bundle_of(self.shipped, 1, today);
        let mut seen = LastSeen::default();
        seen.note(ListId::trust(&self.id.vendor, self.id.usage), Seen::new(1, installed.digest));
        let store = Installed { bundle: Some(&installed), added: &Trust::default(), seen: &seen };
        install_bundle(text.as_bytes(), None, store, today).map(drop).map_err(|error| error.to_string())
    }

    fn list(&self, today: Date) -> Result<(), String> {
        let after = self.after(today);
        let trusted = after.get(self.key.trusted.key.id()).ok_or("the key is missing")?;
        let mut list = self.current.cloned().unwrap_or_else(|| RevocationList::new(&self.id.vendor, today));
        list.version = next_version(list.version).map_err(|error| error.to_string())?;
        list.issued = today;
        list.revoked.expires = list.revoked.expires.max(Some(today));
        let text = list.sign(&*self.key.signer, trusted).map_err(|error| error.to_string())?;
        let lost =
            after.keys().iter().find(|other| other.entry.vendor == self.id.vendor && !self.is_own(other));
        let mut seen = LastSeen::default();
        if let Some(lost) = lost {
            let poisoned = Seen::new(MAX_VERSION, Digest::of(b"list published by a thief"));
            seen.note(self.id.clone(), Seen { signer: Some(lost.key.id()), ..poisoned });
        }
        let judged = judge_lists(&[text.as_bytes()], &after, self.key.mode(), &seen, today);
        match (judged.current(&self.id), judged.refused.first()) {
            (Some(current), None) if current.version == list.version => Ok(()),
            (_, refused) => Err(refused.map_or_else(String::new, |refused| refused.error.to_string())),
        }
    }
}
