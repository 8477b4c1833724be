//! `keywright trust`: a trust store as one signed file, made by the vendor and installed by support.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::report::counted;
use crate::report::escape::escape;
use crate::sign::{
    Digest, KeyState, LAST_SEEN, LastSeen, ListKind, MAX_TRUST_BUNDLE, PublicKey, TRUST_BUNDLE, TRUST_LIST,
    Trust, TrustBundle, TrustEntry, TrustedKey, Usage, disk,
};

use super::keys::lock::Lock;
use super::passphrase::PassphraseArgs;
use super::signer::{KeyIdArgs, SignerArgs};
use super::trust::{TrustArgs, fault, stop};
use super::{Exit, Io, Stop, file, parse_day};

/// Publish a trust store as one signed file, and install it
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
}

/// Write the trust store as one signed file
///
/// Version N+1 must be signed with a key of version N, or nobody who installed N could install it.
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
    /// Last day for which it speaks [default: a year from today]
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
/// The first one is believed because of a public key that came by another way (`keys show` prints it as one line);
/// each later one because a key of the installed one signed it. Older versions are refused.
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
/// When a key, a bundle or the trust store cannot be read, believed or written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    match &args.command {
        Command::Bundle(args) => bundle(args, io),
        Command::Install(args) => install(args, io),
    }
}

fn bundle(args: &BundleArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let trust = args.trust.load(io.today)?;
    let key = args.signer.open(args.key_id.id, &args.passphrase, &trust, io)?;
    let vendor = &key.trusted.entry.vendor;
    let version = match &args.previous {
        None if !file::is_stdin(&args.output) && fs::symlink_metadata(&args.output).is_ok() => {
            let name = file::shown(&args.output);
            return Err(Stop::usage(format!("`{name}` exists already, and this would be a first version"))
                .help("name the version before with `--previous`, or another file"));
        }
        None => 1,
        Some(path) => {
            let what = format!("the bundle `{}`", file::shown(path));
            let bytes = file::read_file(path, MAX_TRUST_BUNDLE)?;
            // Whatever became of the key that signed it: a key that was lost is why there is a next version.
            let then = trust.assuming(|_| KeyState::Active);
            let previous = TrustBundle::open(&bytes, &then).map_err(|error| fault(&what, &error))?;
            let known = previous.keys.iter().find(|known| known.key == key.trusted.key);
            if !known.is_some_and(|known| matches!(known.entry.state, KeyState::Active | KeyState::Standby)) {
                let id = key.trusted.key.id();
                let message =
                    format!("version {} does not know key {id} as one that signs", previous.version);
                return Err(Stop::new(Exit::No, message).help(
                    "sign with a key of the version before: whoever installed that could not install this",
                ));
            }
            previous.version + 1
        }
    };
    let bundle = TrustBundle {
        vendor: vendor.clone(),
        version,
        issued: io.today,
        expires: args.expires.unwrap_or_else(|| io.today.saturating_add(1.year())),
        keys: trust.keys().to_vec(),
        digest: Digest::of(b""),
    };
    let text = bundle.seal(&*key.signer, key.trusted).map_err(|error| {
        Stop::new(Exit::No, format!("the bundle was not signed: {error}")).help("nothing was written")
    })?;
    if file::is_stdin(&args.output) {
        io.stdout.write_all(text.as_bytes())?;
    } else {
        file::replace(&args.output, text.as_bytes())?;
    }
    io.say(&format!(
        "version {version} of the trust bundle of {vendor}, with {}, until {}",
        counted(bundle.keys.len(), "key"),
        bundle.expires
    ))?;
    Ok(Exit::Yes)
}

fn install(args: &InstallArgs, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let folder = &args.trust.trust;
    let _lock = Lock::take(folder)?;
    if fs::symlink_metadata(folder.join(TRUST_LIST)).is_ok() {
        return Err(Stop::usage(format!("the trust store `{}` has a list of its own", file::shown(folder)))
            .help("install the bundle into another folder with `--trust DIR`"));
    }
    let mut last_seen = disk::load_last_seen(folder).map_err(|error| stop(folder, &error))?;
    let installed = match disk::load_bundle(folder) {
        // One that cannot be gone by is replaced like the first: by what another way vouches for.
        Err(_) if args.first.is_some() => None,
        installed => installed.map_err(|error| stop(folder, &error))?,
    };
    let anchor = anchor(args, installed.as_ref(), &last_seen)?;
    let bytes = file::read_up_to(&args.bundle, MAX_TRUST_BUNDLE, io)?;
    let what = format!("the bundle `{}`", file::shown(&args.bundle));
    let bundle = TrustBundle::open(&bytes, &anchor)
        .map_err(|error| Stop { exit: Exit::No, ..fault(&what, &error) })?;
    last_seen
        .check(ListKind::Trust, &bundle.vendor, bundle.version, &bundle.digest)
        .map_err(|old| Stop::new(Exit::Policy, format!("{what}: {old}")))?;
    if bundle.expires < io.today {
        return Err(Stop::new(Exit::Policy, format!("{what} speaks until {} only", bundle.expires))
            .help("fetch the newest one from the vendor"));
    }
    // The bundle first: one that was seen but is not there could not be told from one that was taken away.
    file::replace(&folder.join(TRUST_BUNDLE), &bytes)?;
    last_seen.note(ListKind::Trust, &bundle.vendor, bundle.version, bundle.digest);
    file::replace(&folder.join(LAST_SEEN), last_seen.text().as_bytes())?;
    io.say(&format!(
        "installed version {} of the trust bundle of {}, with {}, until {}, into {}",
        bundle.version,
        bundle.vendor,
        counted(bundle.keys.len(), "key"),
        bundle.expires,
        escape(&file::shown(folder))
    ))?;
    Ok(Exit::Yes)
}

/// Whose signature is believed: that of the keys which are installed, or of the one key that came by another way.
fn anchor(args: &InstallArgs, installed: Option<&TrustBundle>, seen: &LastSeen) -> Result<Trust, Stop> {
    let folder: &Path = &args.trust.trust;
    match (installed, &args.first) {
        (Some(_), Some(_)) => Err(Stop::usage("a bundle is installed already, so its keys decide")
            .help("leave `--first` away; for another vendor name another folder with `--trust DIR`")),
        (Some(bundle), None) => bundle.trust().map_err(|error| stop(folder, &error)),
        (None, Some(line)) => first(line),
        (None, None) => {
            let again = seen.seen(ListKind::Trust).next().is_some();
            let why =
                if again { "the bundle that was installed is gone" } else { "no bundle is installed yet" };
            Err(Stop::usage(format!("{why}, so nothing says whom to believe"))
                .help("give the vendor's public key, which came by another way, with `--first KEY`"))
        }
    }
}

fn first(line: &str) -> Result<Trust, Stop> {
    let line = PublicKey::find_line(line).unwrap_or_default();
    let (vendor, key) =
        PublicKey::from_line(&line).map_err(|error| Stop::usage(format!("`--first`: {error}")))?;
    let entry = TrustEntry {
        vendor: vendor.to_owned(),
        id: key.id(),
        file: String::new(),
        // What the key may do is said by the bundle itself; this one question is whether it signed it.
        usage: Usage::Production,
        not_before: date(1, 1, 1),
        not_after: date(9999, 12, 31),
        state: KeyState::Active,
        line: 0,
    };
    Ok(Trust::of(TrustedKey { entry, key }))
}
