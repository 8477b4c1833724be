//! `keywright trust`: publishes a trust store as one signed file, installs it, and adds keys of other vendors by hand.

mod add;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use keywright_report::counted;
use keywright_report::escape::escape;
use keywright_sign::{
    InstallFault, Installed, LAST_SEEN, LastSeen, ListId, ListKind, MAX_TRUST_BUNDLE, Seen, TRUST_BUNDLE,
    TRUST_LIST, TrustBundle, install_bundle, next_version, store_fs,
};
use keywright_verify::{Digest, KeyState, PublicKey, Trust, TrustEntry, TrustError, TrustedKey, Usage};

use super::keys::lock::Lock;
use super::passphrase::PassphraseArgs;
use super::publish::refuse_to_publish;
use super::signer::{KeyIdArgs, SignerArgs};
use super::trust_args::{TrustArgs, fault, stop};
use super::{CliError, Console, Exit, files, parse_day};

/// Publish, install and extend trust stores
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright trust bundle --key ABC_Software.key.pem -o 1.bundle\n  \
    keywright trust install 2.bundle")]
pub struct Args {
    #[command(subcommand)]
    command: TrustCommand,
}

#[derive(Debug, Subcommand)]
enum TrustCommand {
    Bundle(BundleArgs),
    Install(InstallArgs),
    Add(add::AddArgs),
}

/// Write the trust store to a signed bundle
///
/// The bundle contains the keys of the signer's vendor; each vendor publishes its own. An active key must sign it. Sign
/// version N+1 with a key of version N, so that a store with version N can install it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright trust bundle --key ABC_Software.key.pem -o abc-1.bundle\n  \
    keywright trust bundle --key ABC_Software.key.pem --previous abc-1.bundle -o abc-2.bundle")]
pub struct BundleArgs {
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    key_id: KeyIdArgs,
    /// Previous version of the bundle; without this option, version 1 is written
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Last day of the bundle [default: one year from today]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    expires: Option<Date>,
    /// File to write; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Install a trust bundle into a trust store
///
/// The first bundle is verified with a public key that you received separately (`keys show` prints it as one line). It
/// fixes the vendor whose bundles the store accepts. A later bundle must be signed with an active key of the installed
/// bundle. Older versions are rejected.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright trust install abc-1.bundle --first \
    keywright-pub:ABC_Software:1f7f1125050563e1:BASE64\n  keywright trust install abc-2.bundle")]
pub struct InstallArgs {
    /// Bundle; `-` is standard input
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Public key in one-line form that verifies the first bundle
    #[arg(long, value_name = "KEY")]
    first: Option<String>,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a key, a bundle or the trust store cannot be read or written, or is not accepted.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    match &args.command {
        TrustCommand::Bundle(args) => bundle(args, io),
        TrustCommand::Install(args) => install(args, io),
        TrustCommand::Add(args) => add::add(args, io),
    }
}

fn bundle(args: &BundleArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let trust = args.trust.load(io)?;
    let key = args.signer.open(args.key_id.id, &args.passphrase, &trust, io)?;
    refuse_to_publish(&key, io.today)?;
    let vendor = &key.trusted.entry.vendor;
    let previous = previous(args, &trust, key.trusted)?;
    let version = previous.as_ref().map_or(Ok(1), |previous| next_version(previous.version));
    let version = version.map_err(|error| fault("the bundle", &error))?;
    let (keys, others): (Vec<TrustedKey>, Vec<TrustedKey>) =
        trust.keys().iter().cloned().partition(|key| key.entry.vendor == *vendor);
    let bundle = TrustBundle {
        vendor: vendor.clone(),
        version,
        issued: io.today,
        expires: args.expires.unwrap_or_else(|| io.today.saturating_add(1.year())),
        keys,
        digest: Digest::of(b""),
    };
    let not_signed = |reason: String| {
        CliError::new(Exit::Findings, format!("the bundle was not signed: {reason}"))
            .help("nothing was written")
    };
    let text = bundle.sign(&*key.signer, key.trusted).map_err(|error| not_signed(error.to_string()))?;
    if let Some(previous) = &previous {
        installs(&text, previous, io.today).map_err(not_signed)?;
    }
    if files::is_stdin(&args.output) {
        io.stdout.write_all(text.as_bytes())?;
    } else {
        files::replace(&args.output, text.as_bytes())?;
    }
    if !others.is_empty() {
        io.note(&format!(
            "note: omitted {} of other vendors: each vendor publishes its own",
            counted(others.len(), "key")
        ))?;
    }
    io.note(&format!(
        "wrote version {version} of the trust bundle of {vendor}, with {}, valid until {}",
        counted(bundle.keys.len(), "key"),
        bundle.expires
    ))?;
    Ok(Exit::Success)
}

/// Returns the previous version, if there is one.
fn previous(args: &BundleArgs, trust: &Trust, key: &TrustedKey) -> Result<Option<TrustBundle>, CliError> {
    let Some(path) = &args.previous else {
        if files::is_stdin(&args.output) || fs::symlink_metadata(&args.output).is_err() {
            return Ok(None);
        }
        let name = files::display_name(&args.output);
        return Err(CliError::usage(format!("`{name}` already exists, and `--previous` is not given"))
            .help("give the previous version with `--previous`, or write another file"));
    };
    let what = format!("the bundle `{}`", files::display_name(path));
    let bytes = files::read_file(path, MAX_TRUST_BUNDLE)?;
    // The present state of its signer does not matter: a lost key is a reason for a new version.
    let then = trust.assuming(|_| KeyState::Active);
    let previous = TrustBundle::verify(&bytes, &then).map_err(|error| fault(&what, &error))?;
    let known = previous.keys.iter().find(|known| known.key == key.key);
    if !known.is_some_and(|known| matches!(known.entry.state, KeyState::Active | KeyState::Standby)) {
        let (version, id) = (previous.version, key.key.id());
        return Err(CliError::new(
            Exit::Findings,
            format!("key {id} is not active or standby in version {version}"),
        )
        .help(
            "sign with a key of that version: otherwise a store with that version cannot install the new one",
        ));
    }
    Ok(Some(previous))
}

/// Checks that a store with the previous version can install a bundle.
fn installs(text: &str, previous: &TrustBundle, today: Date) -> Result<(), String> {
    let mut seen = LastSeen::default();
    let usage = if previous.keys.iter().any(|key| key.entry.usage == Usage::Production) {
        Usage::Production
    } else {
        Usage::Development
    };
    seen.note(ListId::trust(&previous.vendor, usage), Seen::new(previous.version, previous.digest));
    let store = Installed { bundle: Some(previous), added: &Trust::default(), seen: &seen };
    install_bundle(text.as_bytes(), None, store, today)
        .map(drop)
        .map_err(|error| format!("a store with version {} would reject it: {error}", previous.version))
}

fn install(args: &InstallArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let directory = &args.trust.directory(io)?;
    let _lock = Lock::take(directory)?;
    if fs::symlink_metadata(directory.join(TRUST_LIST)).is_ok() {
        return Err(CliError::usage(format!(
            "the trust store `{}` has a `{TRUST_LIST}`",
            files::display_name(directory)
        ))
        .help("install the bundle into another directory with `--trust DIR`"));
    }
    let seen = store_fs::load_last_seen(directory).map_err(|error| stop(directory, &error))?;
    let added = store_fs::load_added(directory).map_err(|error| stop(directory, &error))?;
    let installed = match store_fs::load_bundle(directory) {
        Err(error) if args.first.is_some() => replaced(directory, &seen, &error).map(|()| None)?,
        installed => installed.map_err(|error| stop(directory, &error))?,
    };
    let first = first(args, installed.is_some(), &seen)?;
    let bytes = files::read_up_to(&args.bundle, MAX_TRUST_BUNDLE, io)?;
    let what = format!("the bundle `{}`", files::display_name(&args.bundle));
    let store = Installed { bundle: installed.as_ref(), added: &added, seen: &seen };
    let (bundle, seen) = match install_bundle(&bytes, first.as_ref(), store, io.today) {
        Ok(accepted) => accepted,
        Err(InstallFault::Refused(error)) => {
            return Err(CliError { exit: Exit::Findings, ..fault(&what, &error) });
        }
        Err(InstallFault::NotCurrent(error)) => {
            return Err(CliError { exit: Exit::Policy, ..fault(&what, &error) });
        }
        Err(InstallFault::Equivocation(error, seen)) => {
            // Recorded although nothing is installed: the store is stale until a newer bundle is installed.
            files::replace(&directory.join(LAST_SEEN), seen.text().as_bytes())?;
            return Err(CliError { exit: Exit::Policy, ..fault(&what, &error) });
        }
    };
    // Write the bundle before the memory: a bundle that is recorded but missing looks like one that was removed.
    files::replace(&directory.join(TRUST_BUNDLE), &bytes)?;
    files::replace(&directory.join(LAST_SEEN), seen.text().as_bytes())?;
    io.note(&format!(
        "installed version {} of the trust bundle of {}, with {}, valid until {}, in {}",
        bundle.version,
        bundle.vendor,
        counted(bundle.keys.len(), "key"),
        bundle.expires,
        escape(&files::display_name(directory))
    ))?;
    Ok(Exit::Success)
}

/// Allows replacing an unusable bundle like a first one, if the memory names the publisher.
fn replaced(directory: &Path, seen: &LastSeen, error: &TrustError) -> Result<(), CliError> {
    let publisher = seen.publisher().map_err(|error| stop(directory, &error))?;
    if publisher.is_some() {
        return Ok(());
    }
    let stop = stop(directory, error);
    Err(stop.help(format!(
        "`{LAST_SEEN}` does not name the publisher of its bundle: restore that file, or install into another directory with `--trust DIR`"
    )))
}

/// Returns the key of `--first` for a first installation.
fn first(args: &InstallArgs, is_installed: bool, seen: &LastSeen) -> Result<Option<Trust>, CliError> {
    match (is_installed, &args.first) {
        (true, Some(_)) => Err(CliError::usage(
            "`--first` is not allowed: a bundle is already installed, and its keys verify the next one",
        )
        .help("remove `--first`; for another vendor, use another directory with `--trust DIR`")),
        (true, None) => Ok(None),
        (false, Some(line)) => given(line).map(Some),
        (false, None) => {
            let again = seen.seen(ListKind::Trust).next().is_some();
            let why = if again { "the installed bundle is missing" } else { "no bundle is installed yet" };
            Err(CliError::usage(format!("{why}; a first installation requires `--first`"))
                .help("give the vendor's public key, received separately, with `--first KEY`"))
        }
    }
}

fn given(line: &str) -> Result<Trust, CliError> {
    let line = PublicKey::find_line(line).unwrap_or_default();
    let (vendor, key) =
        PublicKey::from_line(&line).map_err(|error| CliError::usage(format!("`--first`: {error}")))?;
    let entry = TrustEntry {
        vendor: vendor.to_owned(),
        id: key.id(),
        file: String::new(),
        // This entry only verifies the signature. The bundle contains the actual usage and validity of the key.
        usage: Usage::Production,
        not_before: date(1, 1, 1),
        not_after: date(9999, 12, 31),
        state: KeyState::Active,
        lists: None,
        line: 0,
    };
    Ok(Trust::from_key(TrustedKey { entry, key }))
}
