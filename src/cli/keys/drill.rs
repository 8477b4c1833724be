//! `keywright keys drill`: rehearses the loss of the key in use.

use crate::license::License;
use crate::report::escape::escape;
use crate::sign::{KeyState, Trust, Verdict, Verifier, sign_file};

use super::super::passphrase::PassphraseArgs;
use super::super::signer::{KeyIdArgs, SignerArgs};
use super::super::trust::TrustArgs;
use super::super::{Exit, Io, Stop};

/// Rehearse a loss: does what the standby key signs verify where the lost keys no longer count?
///
/// Signs a block in memory with the standby key and verifies it with the trust store as it was shipped, every other key of
/// the vendor taken as compromised. Nothing is written.
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
    /// The store as it was shipped
    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn drill(args: &DrillArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let shipped = args.trust.load(io.today)?;
    let key = args.signer.open(args.key_id.id, &args.passphrase, &shipped, io)?;
    let (entry, id) = (&key.trusted.entry, key.trusted.key.id());
    if entry.state != KeyState::Standby {
        return Err(Stop::usage(format!("key {id} is {}, not standby", entry.state))
            .help("a drill needs the key that is kept in reserve: `keywright keys new --standby`"));
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
        .map_err(|error| Stop::new(Exit::No, format!("the standby key cannot sign today: {error}")))?;
    let license = License::from_text("drill", &signed.text);
    // A development key is drilled for what it is; what was withdrawn is withdrawn in a drill too.
    let mode = key.mode();
    let revocations = args.trust.revocations(&[], &shipped, mode, io)?;
    let report = Verifier::new(&after, &revocations, io.today, mode).file(&license);
    let block = report.blocks.first();
    let lost = if lost.is_empty() { "none besides it is in the store".to_owned() } else { lost.join(", ") };
    writeln!(io.stdout, "taken as lost   {lost}")?;
    writeln!(
        io.stdout,
        "standby key     {id} of {}, {} to {}",
        entry.vendor, entry.not_before, entry.not_after
    )?;
    match block {
        Some(block) if block.verdict == Verdict::Valid && report.policy.is_empty() => {
            writeln!(io.stdout, "a block signed with it today is VALID with this trust store")?;
            Ok(Exit::Yes)
        }
        found => {
            let policy = report.policy.first().map(|fault| fault.reason.clone());
            let reason = policy.or_else(|| found.map(|block| block.reason.clone())).unwrap_or_default();
            writeln!(io.stdout, "a block signed with it today is {}: {}", report.result(), escape(&reason))?;
            Ok(Exit::No)
        }
    }
}
