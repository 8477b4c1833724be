//! The options of `keywright issue`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::parse_day;
use crate::passphrase::PassphraseArgs;
use crate::signer::{KeyIdArgs, SignerArgs};
use crate::trust_args::TrustArgs;

/// Issue signed licenses for orders
///
/// Orders are YAML files (one order each) or CSV files (one order per row). Each order is rendered from its templates,
/// linted, tested by the templates' scenarios, signed, verified, logged and written. Every KEY is logged before its
/// file appears, and an order is issued completely or not at all.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright issue --catalog catalog.yaml --order order.yaml --dry-run\n  \
    keywright issue --catalog catalog.yaml --order orders.csv --key vendor.key.pem --out licenses\n  \
    keywright issue --catalog catalog.yaml --order orders.csv --dry-run --show\n  \
    keywright issue --catalog catalog.yaml --order orders.csv --plan plan.json\n  \
    keywright issue --approve plan.json --key second.key.pem\n  \
    keywright issue --catalog catalog.yaml --order orders.csv --plan plan.json --approvals 2 --key vendor.key.pem --out licenses"
)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["catalog", "approve"])))]
pub struct Args {
    /// Product catalogue
    #[arg(long, value_name = "FILE", requires = "order")]
    pub(super) catalog: Option<PathBuf>,
    /// Orders: a YAML file, or a CSV file whose name ends in `.csv` or `.tsv`; `-` is standard input; can be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) order: Vec<PathBuf>,
    /// Directory with additional templates
    #[arg(long, value_name = "DIR")]
    pub(super) templates: Option<PathBuf>,
    #[command(flatten)]
    pub(super) signer: SignerArgs,
    #[command(flatten)]
    pub(super) key_id: KeyIdArgs,
    /// Output directory for the license files
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Issue log; created if it does not exist [default: issue-log.sqlite]
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// Show licenses, totals and changes without signing or writing anything
    #[arg(long, conflicts_with_all = ["resume", "replace", "approvals", "approve"])]
    pub(super) dry_run: bool,
    /// With `--dry-run`: print the text of each license, also of refused orders
    #[arg(long, requires = "dry_run")]
    pub(super) show: bool,
    /// Accept that customers have less than before, for this reason, which is logged
    #[arg(long, value_name = "REASON", value_parser = parse_reason)]
    pub(super) allow_loss: Option<String>,
    /// Write a plan to this file without signing; with `--approvals`, read the approved plan
    #[arg(long, value_name = "FILE", conflicts_with = "approve")]
    pub(super) plan: Option<PathBuf>,
    /// Approve a plan: sign its digest into a file next to it
    #[arg(long, value_name = "PLAN")]
    pub(super) approve: Option<PathBuf>,
    /// Issue only licenses in the plan, and only if this many keys approved it
    #[arg(long, value_name = "N", requires = "plan", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) approvals: Option<u16>,
    /// Resume an interrupted run; the result is identical, byte by byte
    #[arg(long)]
    pub(super) resume: bool,
    /// Replace existing license files that have different content
    #[arg(long)]
    pub(super) replace: bool,
    /// Day of issue, instead of today
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub(super) at: Option<Date>,
    #[command(flatten)]
    pub(super) trust: TrustArgs,
    #[command(flatten)]
    pub(super) passphrase: PassphraseArgs,
}

/// Maximum length of a reason in bytes.
const MAX_REASON: usize = 1000;

fn parse_reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text {
        "" => Err("the reason is empty".to_owned()),
        _ if text.len() > MAX_REASON => Err(format!("the reason is longer than {MAX_REASON} bytes")),
        _ if text.chars().any(char::is_control) => Err("the reason contains a control character".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// Default name of the issue log.
pub(crate) const LOG: &str = "issue-log.sqlite";

pub(super) fn log_path(args: &Args) -> &Path {
    args.log.as_deref().unwrap_or(Path::new(LOG))
}
