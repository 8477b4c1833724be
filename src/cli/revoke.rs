//! `keywright revoke`: revokes blocks, sets and keys in a signed list.

use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;

use keywright_license::{License, Name};
use keywright_report::escape::escape;
use keywright_sign::{
    LAST_SEEN, LastSeen, ListId, MAX_REASON, MAX_REVOCATION_LIST, REVOCATION_SUFFIX, RevocationList,
    is_reason, judge_lists, next_version, store_fs,
};
use keywright_verify::{Digest, KeyId, Mode, Payload, Trust, TrustedKey, Usage};

use super::keys::lock::Lock;
use super::passphrase::PassphraseArgs;
use super::publish::refuse_to_publish;
use super::signer::{SignerArgs, SignerKeyArgs};
use super::trust_args::{TrustArgs, fault, not_accepted, stop};
use super::{CliError, Console, Exit, files, parse_day};

/// Revoke blocks, sets or keys in a signed list
///
/// The list of a vendor is VENDOR.revocations in the trust store, where `verify` finds it. Each run adds entries and
/// signs the next version. With `--expires` alone, the list is only renewed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    keywright revoke --license old.lic --feature MyDraw --reason \"replaced\" --key ABC_Software.key.pem\n  \
    keywright revoke --sn 2026-000123 --reason refunded --key ABC_Software.key.pem\n  \
    keywright revoke --key ABC_Software.key.pem --expires 2027-12-31")]
pub struct Args {
    /// Revoke the blocks of this license file
    #[arg(long, value_name = "FILE")]
    license: Vec<PathBuf>,
    /// Revoke only the blocks with this name
    #[arg(long, value_name = "NAME", requires = "license")]
    feature: Option<String>,
    /// Revoke the block with this payload digest, as shown by `verify --format json`
    #[arg(long, value_name = "HEX")]
    digest: Vec<Digest>,
    /// Revoke all blocks with this SN
    #[arg(long, value_name = "SN")]
    sn: Vec<String>,
    /// Revoke everything that this key signed
    #[arg(long, value_name = "ID")]
    key_id: Vec<KeyId>,
    /// Reason, shown by `verify`
    #[arg(long, value_name = "TEXT", required_unless_present = "expires")]
    reason: Option<String>,
    /// Last day of the list [default: one year from today, or the previous last day if that is later]
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    expires: Option<Date>,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    signer_key: SignerKeyArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten)]
    trust: TrustArgs,
    /// Revocation list to update [default: VENDOR.revocations in the trust store]
    #[arg(short, long, value_name = "LIST")]
    output: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a license, the key or the list cannot be read, or if the list cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let reason = reason(args)?;
    args.signer.refuse_stdin_twice(&args.license)?;
    let trust = args.trust.load(io)?;
    let key = args.signer.open(args.signer_key.id, &args.passphrase, &trust, io)?;
    refuse_to_publish(&key, io.today)?;
    refuse_development(&trust, key.trusted)?;
    let vendor = key.trusted.entry.vendor.as_str();
    let id = ListId::revocation(vendor, key.trusted.entry.usage);
    let directory = &args.trust.directory(io)?;
    let path = args.output.clone().unwrap_or_else(|| directory.join(format!("{vendor}{REVOCATION_SUFFIX}")));
    // Lock before reading the list, so that the entries of a concurrent run are not lost.
    let _lock = Lock::take(directory)?;
    let last_seen = store_fs::load_last_seen(directory).map_err(|error| stop(directory, &error))?;
    let mut list = current(directory, &path, &id, &trust, &last_seen, io)?;

    let before = count(&list);
    revoke(args, &mut list, reason, io)?;
    if list.revoked.key_ids.contains_key(&key.trusted.key.id()) {
        return Err(
            CliError::usage("a key cannot sign the list that revokes it").help("sign with another key")
        );
    }
    if count(&list) == before && args.expires.is_none() {
        return Err(CliError::usage("nothing to revoke: the list has all these entries already")
            .help("to renew the list, use `--expires DATE`"));
    }
    list.version = next_version(list.version).map_err(|error| fault("the list", &error))?;
    list.issued = io.today;
    // A new entry never makes the list expire earlier.
    let usual = io.today.saturating_add(1.year());
    let expires = args.expires.unwrap_or_else(|| list.revoked.expires.map_or(usual, |last| last.max(usual)));
    if expires < io.today {
        return Err(CliError::usage(format!(
            "expiry date {expires} is in the past: the list would be stale"
        )));
    }
    list.revoked.expires = Some(expires);
    let text = list.sign(&*key.signer, key.trusted).map_err(|error| {
        CliError::new(Exit::Findings, format!("the list was not signed: {error}")).help("nothing was written")
    })?;
    let signed = judge_lists(&[text.as_bytes()], &trust, Mode::Development, &last_seen, io.today);
    if let Some(refused) = signed.refused.first() {
        return Err(not_accepted(&path, refused));
    }
    files::replace(&path, text.as_bytes())?;
    files::replace(&directory.join(LAST_SEEN), signed.seen.text().as_bytes())?;
    io.note(&format!(
        "wrote version {} of the revocation list of {vendor}, with {}, valid until {expires}, to {}",
        list.version,
        entries(count(&list)),
        escape(&files::display_name(&path))
    ))?;
    Ok(Exit::Success)
}

fn reason(args: &Args) -> Result<&str, CliError> {
    let reason = args.reason.as_deref().unwrap_or("revoked");
    if is_reason(reason) {
        return Ok(reason);
    }
    Err(CliError::usage(format!(
        "invalid reason: expected 1 to {MAX_REASON} bytes of text without line breaks"
    )))
}

fn count(list: &RevocationList) -> usize {
    let revoked = &list.revoked;
    revoked.digests.len() + revoked.sns.len() + revoked.key_ids.len()
}

/// Returns the list that is the base of the next version; an empty one if the vendor has not published any.
///
/// If two lists of the newest version differ, the next version has the entries of both.
fn current(
    directory: &Path,
    path: &Path,
    id: &ListId,
    trust: &Trust,
    seen: &LastSeen,
    io: &mut Console<'_>,
) -> Result<RevocationList, CliError> {
    let what = format!("the revocation list `{}`", files::display_name(path));
    let missing = std::fs::symlink_metadata(path).is_err();
    let own = if missing { None } else { Some(files::read_file(path, MAX_REVOCATION_LIST)?) };
    let stored = store_fs::read_revocation_files(directory).map_err(|error| stop(directory, &error))?;
    let others = stored.into_iter().map(|(_, bytes)| bytes).filter(|bytes| own.as_ref() != Some(bytes));
    let lists: Vec<Vec<u8>> = own.iter().cloned().chain(others).collect();
    let offered: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
    let judged = judge_lists(&offered, trust, Mode::Development, seen, io.today);
    if missing {
        let before = judged.seen.get(id).map(|seen| seen.version);
        let Some(version) = before else { return Ok(RevocationList::new(&id.vendor, io.today)) };
        return Err(CliError::new(
            Exit::Policy,
            format!("{what} is missing, but version {version} was seen before"),
        )
        .help("restore it first: a new list would not have its entries"));
    }
    if let Some(refused) = judged.refused.iter().find(|refused| refused.at == 0) {
        return Err(not_accepted(path, refused));
    }
    if let Some(reason) = judged.conflict(id) {
        let united = judged.united(id).ok_or_else(|| {
            CliError::new(Exit::Policy, format!("{what}: {reason}")).help(
                "copy both lists to the trust store, with any name that ends in `.revocations`; the next version merges them",
            )
        })?;
        io.note(&format!("note: {reason}; the next version has the entries of both"))?;
        return Ok(united);
    }
    judged.united(id).ok_or_else(|| {
        let (vendor, usage) = (&id.vendor, id.usage.as_str());
        CliError::usage(format!("{what} is not a list of vendor `{vendor}` for {usage} keys"))
            .help("select the list of this key with `-o LIST`")
    })
}

/// DECISION: a development key cannot revoke if the vendor has production keys: its list would apply to development
/// keys only.
fn refuse_development(trust: &Trust, key: &TrustedKey) -> Result<(), CliError> {
    let entry = &key.entry;
    let is_ours =
        |other: &&TrustedKey| other.entry.vendor == entry.vendor && other.entry.usage == Usage::Production;
    if entry.usage == Usage::Production || !trust.keys().iter().any(|other| is_ours(&other)) {
        return Ok(());
    }
    let id = key.key.id();
    Err(CliError::usage(format!("key {id} is a development key, but {} has production keys", entry.vendor))
        .help("sign the list with a production key: production licenses are not affected by other lists"))
}

fn revoke(
    args: &Args,
    list: &mut RevocationList,
    reason: &str,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    let (vendor, revoked) = (list.vendor.clone(), &mut list.revoked);
    for digest in &args.digest {
        revoked.digests.entry(*digest).or_insert_with(|| reason.to_owned());
    }
    for sn in &args.sn {
        if !Name::is_valid(sn) {
            return Err(CliError::usage(format!("`{sn}` is not an SN"))
                .help("use at most 64 letters, digits, `_` and `-`"));
        }
        revoked.sns.entry(sn.clone()).or_insert_with(|| reason.to_owned());
    }
    for id in &args.key_id {
        revoked.key_ids.entry(*id).or_insert_with(|| reason.to_owned());
    }
    for path in &args.license {
        let license = License::parse(files::source(path, 0, io)?);
        let name = files::display_name(path);
        let chosen: Vec<_> = license
            .features
            .iter()
            .filter(|feature| args.feature.as_ref().is_none_or(|name| feature.name.value == *name.as_str()))
            .collect();
        if chosen.is_empty() {
            return Err(CliError::new(Exit::Findings, format!("no block to revoke in `{name}`")));
        }
        for feature in chosen {
            if !feature.is_sound() {
                return Err(CliError::new(Exit::Unreadable, format!("`{name}` has a block with errors"))
                    .help("`keywright lint` shows them; to revoke a block by its digest, use `--digest`"));
            }
            if feature.vendor_name() != vendor {
                let other = feature.vendor_name();
                return Err(CliError::new(
                    Exit::Findings,
                    format!("`{name}` has a block of `{other}`, but the key belongs to `{vendor}`"),
                ));
            }
            let digest = Payload::from_block(&license, feature).digest();
            revoked.digests.entry(digest).or_insert_with(|| reason.to_owned());
        }
    }
    Ok(())
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
