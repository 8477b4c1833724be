//! `keywright trust`: a trust store as one signed file, made by the vendor and installed by support, and keys of other
//! vendors that support adds by hand.

mod add;

use std::fs;
use std::path::PathBuf;

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

/// Publish a trust store as one signed file, install it, and add keys by hand
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright trust bundle --key ABC_Software.key.pem -o 1.bundle\n  \
    keywright trust install 2.bundle")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Bundle(BundleArgs),
    Install(InstallArgs),
    Add(add::AddArgs),
}

/// Write the trust store as one signed file
///
/// It has the keys of the signer's vendor; each vendor publishes its own. An active key signs it. Version N+1 must be signed
/// with a key of version N, or a store with N could not install it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright trust bundle --key ABC_Software.key.pem -o abc-1.bundle\n  \
    keywright trust bundle --key ABC_Software.key.pem --previous abc-1.bundle -o abc-2.bundle")]
pub struct BundleArgs {
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    key_id: KeyIdArgs,
    /// The version before; without it this is version 1
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Last day of the bundle [default: a year from today]
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

/// Install a trust bundle as trust store
///
/// The first one is accepted because of a public key that was sent by another way (`keys show` prints it as one line). It
/// fixes the vendor whose bundles the store follows. Each later one is accepted if an active key of the installed one signed
/// it. Older versions are refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright trust install abc-1.bundle --first \
    keywright-pub:ABC_Software:1f7f1125050563e1:BASE64\n  keywright trust install abc-2.bundle")]
pub struct InstallArgs {
    /// The bundle; `-` is standard input
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// The public key to believe at first, as one line
    #[arg(long, value_name = "KEY")]
    first: Option<String>,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a key, a bundle or the trust store cannot be read, accepted or written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    match &args.command {
        Command::Bundle(args) => bundle(args, io),
        Command::Install(args) => install(args, io),
        Command::Add(args) => add::add(args, io),
    }
}

fn bundle(args: &BundleArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let trust = args.trust.load(io.today)?;
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
    let text = bundle.seal(&*key.signer, key.trusted).map_err(|error| not_signed(error.to_string()))?;
    if let Some(previous) = &previous {
        installs(&text, previous, io.today).map_err(not_signed)?;
    }
    if files::is_stdin(&args.output) {
        io.stdout.write_all(text.as_bytes())?;
    } else {
        files::replace(&args.output, text.as_bytes())?;
    }
    if !others.is_empty() {
        io.say(&format!(
            "note: {} of other vendors left out: each vendor publishes its own",
            counted(others.len(), "key")
        ))?;
    }
    io.say(&format!(
        "version {version} of the trust bundle of {vendor}, with {}, until {}",
        counted(bundle.keys.len(), "key"),
        bundle.expires
    ))?;
    Ok(Exit::Success)
}

/// The version before, if there is one.
fn previous(args: &BundleArgs, trust: &Trust, key: &TrustedKey) -> Result<Option<TrustBundle>, CliError> {
    let Some(path) = &args.previous else {
        if files::is_stdin(&args.output) || fs::symlink_metadata(&args.output).is_err() {
            return Ok(None);
        }
        let name = files::display_name(&args.output);
        return Err(CliError::usage(format!("`{name}` exists already, and this would be a first version"))
            .help("name the version before with `--previous`, or another file"));
    };
    let what = format!("the bundle `{}`", files::display_name(path));
    let bytes = files::read_file(path, MAX_TRUST_BUNDLE)?;
    // Whatever became of the key that signed it: a lost key is a reason for a next version.
    let then = trust.assuming(|_| KeyState::Active);
    let previous = TrustBundle::open(&bytes, &then).map_err(|error| fault(&what, &error))?;
    let known = previous.keys.iter().find(|known| known.key == key.key);
    if !known.is_some_and(|known| matches!(known.entry.state, KeyState::Active | KeyState::Standby)) {
        let (version, id) = (previous.version, key.key.id());
        return Err(CliError::new(
            Exit::Findings,
            format!("version {version} does not know key {id} as one that signs"),
        )
        .help("sign with a key of the version before: a store with that version could not install this"));
    }
    Ok(Some(previous))
}

/// Checks that a store with the version before can install a bundle.
fn installs(text: &str, previous: &TrustBundle, today: Date) -> Result<(), String> {
    let mut seen = LastSeen::default();
    let usage = if previous.keys.iter().any(|key| key.entry.usage == Usage::Production) {
        Usage::Production
    } else {
        Usage::Development
    };
    seen.note(ListId::trust(&previous.vendor, usage), Seen::new(previous.version, previous.digest));
    let store = Installed { bundle: Some(previous), added: &Trust::default(), seen: &seen };
    match install_bundle(text.as_bytes(), None, store, today) {
        Ok(_) => Ok(()),
        Err(
            InstallFault::Refused(error)
            | InstallFault::NotCurrent(error)
            | InstallFault::Equivocation(error, _),
        ) => Err(format!("a store with version {} would refuse it: {error}", previous.version)),
    }
}

fn install(args: &InstallArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let folder = &args.trust.trust;
    let _lock = Lock::take(folder)?;
    if fs::symlink_metadata(folder.join(TRUST_LIST)).is_ok() {
        return Err(CliError::usage(format!(
            "the trust store `{}` has a list of its own",
            files::display_name(folder)
        ))
        .help("install the bundle into another folder with `--trust DIR`"));
    }
    let seen = store_fs::load_last_seen(folder).map_err(|error| stop(folder, &error))?;
    let added = store_fs::load_added(folder).map_err(|error| stop(folder, &error))?;
    let installed = match store_fs::load_bundle(folder) {
        Err(error) if args.first.is_some() => replaced(args, &seen, &error).map(|()| None)?,
        installed => installed.map_err(|error| stop(folder, &error))?,
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
            // Noted although nothing is installed: the store is stale until a newer bundle is.
            files::replace(&folder.join(LAST_SEEN), seen.text().as_bytes())?;
            return Err(CliError { exit: Exit::Policy, ..fault(&what, &error) });
        }
    };
    // The bundle first: one that was seen and is missing could not be told from one that was taken away.
    files::replace(&folder.join(TRUST_BUNDLE), &bytes)?;
    files::replace(&folder.join(LAST_SEEN), seen.text().as_bytes())?;
    io.say(&format!(
        "installed version {} of the trust bundle of {}, with {}, until {}, into {}",
        bundle.version,
        bundle.vendor,
        counted(bundle.keys.len(), "key"),
        bundle.expires,
        escape(&files::display_name(folder))
    ))?;
    Ok(Exit::Success)
}

/// A bundle that cannot be used is replaced like the first one. Without a memory nothing would say whose store it is.
fn replaced(args: &InstallArgs, seen: &LastSeen, error: &TrustError) -> Result<(), CliError> {
    let folder = &args.trust.trust;
    let publisher = seen.publisher().map_err(|error| stop(folder, &error))?;
    if publisher.is_some() {
        return Ok(());
    }
    let stop = stop(folder, error);
    Err(stop.help(format!(
        "it has a bundle, and `{LAST_SEEN}` does not say whose: restore that file, or install into another folder with `--trust DIR`"
    )))
}

/// The key that was given by hand, for a first installation.
fn first(args: &InstallArgs, is_installed: bool, seen: &LastSeen) -> Result<Option<Trust>, CliError> {
    match (is_installed, &args.first) {
        (true, Some(_)) => Err(CliError::usage("a bundle is installed already, so its keys decide")
            .help("leave `--first` away; for another vendor name another folder with `--trust DIR`")),
        (true, None) => Ok(None),
        (false, Some(line)) => given(line).map(Some),
        (false, None) => {
            let again = seen.seen(ListKind::Trust).next().is_some();
            let why = if again { "the installed bundle is missing" } else { "no bundle is installed yet" };
            Err(CliError::usage(format!("{why}, so nothing says whose bundle to accept"))
                .help("give the vendor's public key, sent by another way, with `--first KEY`"))
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
        // The bundle itself says what the key may do; the question here is only whether it signed it.
        usage: Usage::Production,
        not_before: date(1, 1, 1),
        not_after: date(9999, 12, 31),
        state: KeyState::Active,
        lists: None,
        line: 0,
    };
    Ok(Trust::of(TrustedKey { entry, key }))
}
