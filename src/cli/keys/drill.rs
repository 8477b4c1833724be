//! `keywright keys drill`: a rehearsal for the loss of the signing key.

use crate::license::License;
use crate::report::escape::escape;
use crate::sign::{KeyState, Trust, Verdict, Verifier, sign_file};

use super::super::passphrase::PassphraseArgs;
use super::super::signer::{KeyIdArgs, SignerArgs};
use super::super::trust::TrustArgs;
use super::super::{Exit, Io, Stop};

/// Rehearse the loss of a key: check that licenses signed with the standby key verify
///
/// Signs a block in memory with the standby key and verifies it with the shipped trust store, treating every other key
/// of the vendor as compromised. Writes nothing.
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

pub(super) fn drill(args: &DrillArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let shipped = args.trust.load(io.today)?;
    let key = args.signer.open(args.key_id.id, &args.passphrase, &shipped, io)?;
    let (entry, id) = (&key.trusted.entry, key.trusted.key.id());
    if entry.state != KeyState::Standby {
        return Err(Stop::usage(format!("key {id} is {}, not standby", entry.state))
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
        .map_err(|error| Stop::new(Exit::No, format!("standby key cannot sign today: {error}")))?;
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
    match block {
        Some(block) if block.verdict == Verdict::Valid && report.policy.is_empty() => {
            writeln!(io.stdout, "result          a block signed with it today is VALID")?;
            Ok(Exit::Yes)
        }
        found => {
            let policy = report.policy.first().map(|fault| fault.reason.clone());
            let reason = policy.or_else(|| found.map(|block| block.reason.clone())).unwrap_or_default();
            writeln!(
                io.stdout,
                "result          a block signed with it today is {}: {}",
                report.result(),
                escape(&reason.to_string())
            )?;
            Ok(Exit::No)
        }
    }
}
