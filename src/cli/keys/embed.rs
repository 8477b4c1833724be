//! `keywright keys embed`: the keys that an application is built with.

use std::fmt::Write as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;

use keywright_sign::store_fs;
use keywright_verify::application::{Application, to_armour};
use keywright_verify::{KeyState, Trust, TrustBody, TrustedKey, Usage};

use super::super::trust_args::{TrustArgs, stop};
use super::super::{CliError, Console, Exit, files};
use super::validity::parse_vendor;

/// Print the keys of a vendor for an application that checks licenses
///
/// The application is built with this text, and accepts licenses that these keys signed. It contains no secret.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright keys embed -o src/license.keys    # for include_bytes! in Rust\n  \
    keywright keys embed --form c -o license_keys.h\n  \
    keywright keys embed --form base64 --vendor ABC_Software"
)]
pub(super) struct EmbedArgs {
    /// Vendor of the keys; can be omitted if the trust store has keys of one vendor only
    #[arg(long, value_name = "NAME", value_parser = parse_vendor)]
    vendor: Option<String>,
    /// Output form
    #[arg(long, value_enum, default_value_t = EmbedForm::Text)]
    form: EmbedForm,
    /// Include development keys
    #[arg(long)]
    development: bool,
    /// File to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EmbedForm {
    /// The text itself, for `include_bytes!` in Rust
    #[value(alias = "rust")]
    Text,
    /// An array in C
    C,
    /// Base64 on one line
    Base64,
    /// Base64 between two lines, as in PEM
    Pem,
}

pub(super) fn embed(args: &EmbedArgs, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let trust = args.trust.load(io)?;
    let vendor = vendor(args, &trust)?;
    let body = body(args, &trust, &vendor, io)?;
    let text = body.to_text();
    // What the application will do at its start.
    Application::new(text.as_bytes()).map_err(|error| CliError::failure(error.to_string()))?;
    let text = match args.form {
        EmbedForm::Text => text,
        EmbedForm::C => c_array(&vendor, text.as_bytes()),
        EmbedForm::Base64 => STANDARD.encode(&text) + "\n",
        EmbedForm::Pem => to_armour(&text),
    };
    match &args.output {
        Some(path) => files::replace(path, text.as_bytes())?,
        None => io.stdout.write_all(text.as_bytes())?,
    }
    Ok(Exit::Success)
}

/// Returns the vendor whose keys are embedded.
fn vendor(args: &EmbedArgs, trust: &Trust) -> Result<String, CliError> {
    if let Some(vendor) = args.vendor.as_deref().or(trust.publisher()) {
        return Ok(vendor.to_owned());
    }
    let mut vendors: Vec<&str> = trust.keys().iter().map(|key| key.entry.vendor.as_str()).collect();
    vendors.sort_unstable();
    vendors.dedup();
    match vendors.as_slice() {
        [vendor] => Ok((*vendor).to_owned()),
        _ => {
            let names = vendors.join(", ");
            Err(CliError::usage(format!("the trust store has keys of several vendors: {names}"))
                .help("choose one with `--vendor NAME`"))
        }
    }
}

/// Returns the keys of the vendor. Version and dates are those of its installed bundle, if there is one.
fn body(args: &EmbedArgs, trust: &Trust, vendor: &str, io: &Console<'_>) -> Result<TrustBody, CliError> {
    let is_embedded = |key: &&TrustedKey| {
        key.entry.vendor == vendor && (args.development || key.entry.usage == Usage::Production)
    };
    let keys: Vec<TrustedKey> = trust.keys().iter().filter(is_embedded).cloned().collect();
    let usable = keys.iter().any(|key| matches!(key.entry.state, KeyState::Active));
    let dates = keys.iter().map(|key| (key.entry.not_before, key.entry.not_after));
    let range = dates.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
    let Some((first, last)) = range.filter(|_| usable) else {
        let kind = if args.development { "active" } else { "active production" };
        return Err(CliError::new(
            Exit::Findings,
            format!("vendor `{vendor}` has no {kind} key in the trust store"),
        )
        .help("`keywright keys list` shows the keys; `--development` includes development keys"));
    };
    let directory = &args.trust.directory(io)?;
    let bundle = store_fs::load_bundle(directory).map_err(|error| stop(directory, &error))?;
    let bundle = bundle.filter(|bundle| bundle.vendor == vendor);
    let (version, issued, expires) =
        bundle.map_or((0, first, last), |bundle| (bundle.version, bundle.issued, bundle.expires));
    Ok(TrustBody { vendor: vendor.to_owned(), version, issued, expires, keys })
}

fn c_array(vendor: &str, bytes: &[u8]) -> String {
    let mut text = format!(
        "/* Keys of {vendor}, printed by `keywright keys embed --form c`. */\n\
         static const unsigned char keywright_keys[{}] = {{",
        bytes.len()
    );
    for (at, byte) in bytes.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}0x{byte:02x},", if at % 16 == 0 { "\n  " } else { " " });
    }
    text.push_str("\n};\n");
    text
}
