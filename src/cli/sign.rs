//! `keywright sign`: adds KEYs to a license file and changes nothing else.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use keywright_license::License;
use keywright_lint as lint;
use keywright_report::escape::escape;
use keywright_sign::{SignFileError, sign_file};
use keywright_syntax::diagnostic::Severity;
use keywright_verify::{Payload, Trust};

use super::config::{Configs, Settings};
use super::lint::LevelArgs;
use super::passphrase::PassphraseArgs;
use super::signer::{Holder, KeyIdArgs, SignerArgs};
use super::trust_args::TrustArgs;
use super::{CliError, Console, Exit, files, print};

/// Sign every block of a license file
///
/// Each block gets its own KEY; no other byte changes. The license is linted first, at the levels of `keywright.toml`
/// if there is one, and not signed if it has errors. The result is parsed and verified before it is written.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright sign license.lic --key ABC_Software.key.pem --in-place\n  \
    keywright sign draft.lic --key ABC_Software.key.pem -o license.lic\n  \
    keywright sign draft.lic --key-id 1f7f1125050563e1 --signer ./hsm-sign --signer-arg slot=1 -o license.lic")]
#[command(group(clap::ArgGroup::new("target").required(true).args(["output", "in_place"])))]
pub struct Args {
    /// License file; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    key_id: KeyIdArgs,
    /// Output file; `-` is standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Write the signed license to FILE itself
    #[arg(long)]
    in_place: bool,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    levels: LevelArgs,
    /// Check dates for this day instead of today
    #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
    at: Option<Date>,
}

/// Runs the command. `config` is the configuration file given on the command line.
///
/// # Errors
/// Returns an error if the license, the key, the trust store or a configuration cannot be read, or the result cannot
/// be written.
pub fn run(args: &Args, config: Option<&Path>, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let signer = args.signer.or_project(io)?;
    signer.require()?;
    signer.refuse_stdin_twice([&args.file])?;
    let target = target(args)?;
    if signer.key.as_ref().is_some_and(|key| !files::is_stdin(key) && is_same_file(target, key)) {
        return Err(CliError::usage(format!(
            "output file `{}` is the key file",
            files::display_name(target)
        )));
    }
    let license = files::parse_license(files::source(&args.file, 0, io)?);
    if let Some(exit) = refuse(args, config, &license, io)? {
        return Ok(exit);
    }
    let trust = args.trust.load(io)?;
    let key = signer.open(args.key_id.id, &args.passphrase, &trust, io)?;
    key.refuse_day(args.at.unwrap_or(io.today), io)?;
    refuse_withdrawn(args, &license, &key, &trust, io)?;
    warn_undated(&license, &key, io)?;
    let signed = sign_file(&license, &*key.signer, key.trusted)
        .map_err(|error| stop(&error).help("nothing was written"))?;
    if files::is_stdin(target) {
        io.stdout.write_all(signed.text.as_bytes())?;
    } else if args.in_place {
        files::write(target, signed.text.as_bytes())?;
    } else {
        files::replace(target, signed.text.as_bytes())?;
    }
    let replaced = signed.blocks.iter().filter(|block| block.replaced).count();
    let blocks = keywright_report::counted(signed.blocks.len(), "block");
    let old = if replaced == 0 {
        String::new()
    } else {
        format!(" ({} replaced)", keywright_report::counted(replaced, "KEY"))
    };
    let name =
        if files::is_stdin(target) { "standard output".to_owned() } else { files::display_name(target) };
    io.note(&format!("signed {blocks}{old} with key {} into {}", key.trusted.key.id(), escape(&name)))?;
    Ok(Exit::Success)
}

/// Warns about blocks without ISSUED and END. They expire with the signing key.
fn warn_undated(license: &License, key: &Holder<'_>, io: &mut Console<'_>) -> Result<(), CliError> {
    let last = key.trusted.entry.not_after;
    let ends_before = |feature: &keywright_license::Feature| feature.end.is_some_and(|end| end.value <= last);
    let missing_issue_date =
        |feature: &&keywright_license::Feature| feature.issued.is_none() && !ends_before(feature);
    let count = license.features.iter().filter(missing_issue_date).count();
    if count > 0 {
        let (blocks, verb) =
            (keywright_report::counted(count, "block"), if count == 1 { "has" } else { "have" });
        io.note(&format!(
            "warning: {blocks} {verb} no ISSUED date; valid only until the signing key expires on {last} or is retired"
        ))?;
    }
    Ok(())
}

fn target(args: &Args) -> Result<&Path, CliError> {
    if files::is_stdin(&args.file) && args.passphrase.takes_stdin() {
        return Err(CliError::usage("standard input cannot be both license and passphrase"));
    }
    match &args.output {
        Some(output) => Ok(output),
        None if files::is_stdin(&args.file) => {
            Err(CliError::usage("cannot sign standard input in place")
                .help("give an output file with `-o OUT`"))
        }
        None => Ok(&args.file),
    }
}

/// Returns true if two paths refer to the same existing file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    one == other
        || std::fs::canonicalize(one)
            .is_ok_and(|one| std::fs::canonicalize(other).is_ok_and(|other| one == other))
}

/// Prints why a license must not be signed, and returns the exit code. All checks before signing are made here; parse
/// errors take precedence over lint findings.
fn refuse(
    args: &Args,
    config: Option<&Path>,
    license: &License,
    io: &mut Console<'_>,
) -> Result<Option<Exit>, CliError> {
    let Settings { mut levels, mut fail_level, policy, .. } = Configs::new(config)?.settings(&args.file)?;
    args.levels.apply(&mut levels, &mut fail_level)?;
    let at = args.at.unwrap_or(io.today);
    let options = lint::Options { levels, policy, stage: lint::Stage::Signing, ..lint::Options::at(at) };
    let found: Vec<_> = lint::lint(&[license], &options)
        .into_iter()
        .filter(|found| found.severity > Severity::Note)
        .collect();
    let refused = found.iter().any(|found| found.severity >= fail_level);
    if !io.quiet || refused {
        print::show(&found, &[license], io)?;
    }
    // Lint levels cannot allow parse errors: unparsed text cannot be signed.
    let unreadable = license.has_errors();
    if !refused && !unreadable {
        return Ok(None);
    }
    let name = escape(license.source.name());
    io.note(&format!(
        "{name} was not signed: {}",
        if unreadable { "it has parse errors" } else { "the findings above are at the fail level" }
    ))?;
    Ok(Some(if unreadable { Exit::Unreadable } else { Exit::Findings }))
}

/// Returns an error if a block or the key is revoked: the signed block would be REVOKED.
fn refuse_withdrawn(
    args: &Args,
    license: &License,
    key: &Holder<'_>,
    trust: &Trust,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    let revocations = args.trust.revocations(&[], trust, key.mode(), io)?;
    key.refuse_withdrawn(&revocations)?;
    for feature in &license.features {
        let digest = Payload::from_block(license, feature).digest();
        let sn = feature.sn.as_ref().map(|sn| sn.value.as_str());
        let signer = (key.trusted.key.id(), key.trusted.entry.usage);
        let reason = revocations.reason(&digest, feature.vendor_name(), sn, signer);
        if let Some(reason) = reason {
            let line = license.source.position(feature.span.start as usize).line;
            return Err(CliError::new(
                Exit::Findings,
                format!("cannot sign the block on line {line}: {reason}"),
            )
            .help("nothing was written; a replacement needs another SN or other values"));
        }
    }
    Ok(())
}

fn stop(error: &SignFileError) -> CliError {
    let exit = match error {
        SignFileError::Faulty(..) => Exit::Unreadable,
        _ if error.is_signer_fault() => Exit::Failure,
        _ => Exit::Findings,
    };
    CliError::new(exit, error.to_string())
}
