//! `keywright payload`: the signed bytes of a block, for verification with other tools.

use std::path::PathBuf;

use keywright_license::{Condition, Feature, License};
use keywright_syntax::diagnostic::nearest;
use keywright_syntax::excerpt;
use keywright_verify::{Domain, KeyId, KeyText, Payload, message};

use super::{CliError, Console, Exit, files};

/// Print the signed bytes of a block
///
/// Without options, prints the payload: every name and value of the block. With `--message`, prints the 95 bytes that
/// are signed: domain, key id and SHA-512 of the payload.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright payload license.lic --feature MyDraw\n  \
    keywright payload license.lic --feature MyDraw --message > message\n  \
    keywright payload license.lic --feature MyDraw --signature > signature\n  \
    openssl pkeyutl -verify -pubin -inkey vendor.pub.pem -rawin -in message -sigfile signature")]
pub struct Args {
    /// License file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Name of the block
    #[arg(long, value_name = "NAME")]
    feature: String,
    /// Number of the block, from 1, if several have this name
    #[arg(long, value_name = "N")]
    block: Option<usize>,
    /// Print the signed message instead
    #[arg(long)]
    message: bool,
    /// Print the 64-byte signature from the block's KEY instead
    #[arg(long, conflicts_with = "message")]
    signature: bool,
    /// Key id for the message of a block without KEY
    #[arg(long, value_name = "ID", requires = "message")]
    key_id: Option<KeyId>,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the file cannot be read or does not contain the block.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let license = License::parse(files::source(&args.file, 0, io)?);
    let feature = find(args, &license)?;
    if feature.condition == Condition::Malformed {
        return Err(CliError::new(Exit::Unreadable, "no payload: the block has errors")
            .help("`keywright lint` shows them"));
    }
    if args.signature {
        io.stdout.write_all(&key_of(&license, feature)?.signature)?;
        return Ok(Exit::Success);
    }
    let payload = Payload::from_block(&license, feature);
    if !args.message {
        io.stdout.write_all(payload.as_bytes())?;
        return Ok(Exit::Success);
    }
    let key = key_id(args, &license, feature)?;
    io.stdout.write_all(&message::message(Domain::Feature, key, &payload.digest()))?;
    Ok(Exit::Success)
}

fn find<'a>(args: &Args, license: &'a License) -> Result<&'a Feature, CliError> {
    let wanted = || license.features.iter().filter(|feature| feature.name.value == *args.feature.as_str());
    let line = |feature: &Feature| license.source.position(feature.span.start as usize).line;
    match (wanted().count(), args.block) {
        (0, _) => {
            if let Some(stop) = unreadable(args, license) {
                return Err(stop);
            }
            let stop = CliError::usage(format!("no readable block `{}` in the file", excerpt(&args.feature)));
            let names = license.features.iter().map(|feature| feature.name.value.as_str());
            Err(match nearest(&args.feature, names) {
                Some(name) => stop.help(format!("did you mean `{name}`?")),
                None => stop,
            })
        }
        (1, None) => wanted().next().ok_or_else(|| CliError::usage("block not found")),
        (count, None) => {
            let lines: Vec<String> = wanted().take(8).map(|feature| line(feature).to_string()).collect();
            Err(CliError::usage(format!("{count} blocks named `{}`", args.feature))
                .help(format!("choose one with `--block N`; they start on lines {}", lines.join(", "))))
        }
        (count, Some(number)) => number.checked_sub(1).and_then(|at| wanted().nth(at)).ok_or_else(|| {
            CliError::usage(format!(
                "block number {number} of `{}` not found: the file has {count}",
                args.feature
            ))
        }),
    }
}

/// Returns an error if a block of this name, or the whole file, could not be parsed.
fn unreadable(args: &Args, license: &License) -> Option<CliError> {
    let named = |name: &str| name == args.feature;
    let broken = license
        .broken
        .iter()
        .find(|block| block.name.as_ref().is_some_and(|name| named(name.value.as_str())));
    let message = match broken {
        Some(block) => {
            let line = license.source.position(block.span.start as usize).line;
            format!("block `{}` on line {line} has errors", excerpt(&args.feature))
        }
        None if license.features.is_empty() && license.has_errors() => {
            "no readable block in the file".to_owned()
        }
        None => return None,
    };
    Some(CliError::new(Exit::Unreadable, message).help("`keywright lint` shows why"))
}

fn key_of(license: &License, feature: &Feature) -> Result<KeyText, CliError> {
    match license.value(feature, "KEY").map(|text| KeyText::parse(&text)) {
        Some(Ok(key)) => Ok(key),
        Some(Err(fault)) => Err(CliError::new(Exit::Unreadable, fault.to_string())),
        None => Err(CliError::usage("the block has no KEY")),
    }
}

fn key_id(args: &Args, license: &License, feature: &Feature) -> Result<KeyId, CliError> {
    if let Some(id) = args.key_id {
        return Ok(id);
    }
    key_of(license, feature).map(|key| key.key).map_err(|stop| match stop.exit {
        Exit::Usage => stop.help("give the signing key with `--key-id ID`"),
        _ => stop,
    })
}
