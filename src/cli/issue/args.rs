//! The options of `keywright issue`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::day::parse_days;
use crate::format::TextOrJson;
use crate::log_args::LogArgs;
use crate::passphrase::PassphraseArgs;
use crate::project::{Project, first_of};
use crate::signer::{KeyIdArgs, SignerArgs};
use crate::trust_args::TrustArgs;
use crate::{CliError, Console, parse_day};

/// Issue signed licenses for orders
///
/// Orders are YAML files (one order each) or CSV files (one order per row). Each order is rendered from its templates,
/// linted, tested by the templates' scenarios, signed, verified, logged and written. Every KEY is logged before its
/// file appears, and an order is issued completely or not at all.
///
/// The options have defaults in `keywright.toml`, so that the daily command is `keywright issue orders.csv`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  keywright issue orders.csv\n  keywright issue order.yaml --dry-run\n  \
    keywright issue orders.csv --dry-run --show\n  \
    keywright issue orders.csv --catalog catalog.yaml --key vendor.key.pem --out licenses\n  \
    keywright issue orders.csv --dry-run --format json\n  \
    keywright issue orders.csv --plan plan.json\n  \
    keywright issue --approve plan.json --key second.key.pem\n  \
    keywright issue orders.csv --plan plan.json --approvals 2\n  \
    keywright issue renew --within 60d --dry-run")]
pub struct Args {
    #[command(subcommand)]
    pub(super) command: Option<IssueCommand>,
    /// Orders: YAML files, or CSV files whose names end in `.csv` or `.tsv`; `-` is standard input
    #[arg(value_name = "ORDERS")]
    orders: Vec<PathBuf>,
    /// Orders, as ORDERS; can be repeated
    #[arg(long, value_name = "FILE")]
    order: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// Write a plan to this file without signing; with `--approvals`, read the approved plan
    #[arg(long, value_name = "FILE", conflicts_with = "approve")]
    pub(super) plan: Option<PathBuf>,
    /// Approve a plan: sign its digest into a file next to it
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["orders", "order", "dry_run", "format"])]
    pub(super) approve: Option<PathBuf>,
    /// Issue only licenses in the plan, and only if this many keys approved it
    #[arg(long, value_name = "N", requires = "plan", conflicts_with = "dry_run", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) approvals: Option<u16>,
    /// Resume an interrupted run; the result is identical, byte by byte
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) resume: bool,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum IssueCommand {
    Renew(RenewArgs),
}

/// Renew the licenses that end soon and that no later license continues
///
/// The same as issuing the table that `keywright log expiring --format csv` writes. Each renewal starts on the day after the
/// license ends and has the content of the license and of its add-ons.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright issue renew --within 60d --dry-run\n  keywright issue renew --within 30d"
)]
pub(super) struct RenewArgs {
    /// Number of days: `60d`
    #[arg(long, default_value = "60d", value_name = "DAYS", value_parser = parse_days)]
    pub(super) within: i32,
    #[command(flatten)]
    pub(super) run: RunArgs,
}

/// The options of every run that issues licenses.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct RunArgs {
    /// Product catalogue [default: `catalog` in keywright.toml]
    #[arg(long, value_name = "FILE")]
    pub(super) catalog: Option<PathBuf>,
    /// Directory with additional templates [default: `templates` in keywright.toml]
    #[arg(long, value_name = "DIR")]
    pub(super) templates: Option<PathBuf>,
    #[command(flatten)]
    pub(super) signer: SignerArgs,
    #[command(flatten)]
    pub(super) key_id: KeyIdArgs,
    /// Output directory for the license files [default: `out` in keywright.toml]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) log: LogArgs,
    /// Show licenses, totals and changes without signing or writing anything
    #[arg(long, conflicts_with = "replace")]
    pub(super) dry_run: bool,
    /// With `--dry-run`: print the text of each license, also of refused orders
    #[arg(long, requires = "dry_run")]
    pub(super) show: bool,
    /// Output format; the JSON of a dry run is a plan, and otherwise the result
    #[arg(long, value_enum, default_value_t = TextOrJson::Human)]
    pub(super) format: TextOrJson,
    /// Accept that customers have less than before, for this reason, which is logged
    #[arg(long, value_name = "REASON", value_parser = parse_reason)]
    pub(super) allow_loss: Option<String>,
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

impl Args {
    /// Returns the files with orders.
    pub(super) fn order_files(&self) -> Vec<PathBuf> {
        self.orders.iter().chain(&self.order).cloned().collect()
    }

    /// Returns the settings of the run: the options, and those of the project.
    ///
    /// # Errors
    /// Returns an error if the configuration cannot be read or is invalid.
    pub(super) fn settings(&self, io: &Console<'_>) -> Result<RunSettings<'_>, CliError> {
        let Self { plan, approvals, resume, .. } = self;
        let settings = RunSettings::new(&self.run, io)?;
        Ok(RunSettings { plan: plan.as_deref(), approvals: *approvals, resume: *resume, ..settings })
    }
}

/// The settings of a run.
#[derive(Debug)]
pub(super) struct RunSettings<'a> {
    pub(super) run: &'a RunArgs,
    pub(super) plan: Option<&'a Path>,
    pub(super) approvals: Option<u16>,
    pub(super) resume: bool,
    pub(super) catalog: Option<PathBuf>,
    pub(super) templates: Option<PathBuf>,
    pub(super) out: Option<PathBuf>,
    pub(super) log: PathBuf,
    pub(super) project: Project,
}

impl<'a> RunSettings<'a> {
    /// Returns the options, and the settings of the project for those that are not given.
    ///
    /// # Errors
    /// Returns an error if the configuration cannot be read or is invalid.
    pub(super) fn new(run: &'a RunArgs, io: &Console<'_>) -> Result<Self, CliError> {
        let project = Project::load(io)?;
        let set = project.settings();
        let path = |option: &Option<PathBuf>, setting: &Option<PathBuf>| {
            first_of(option.as_ref(), setting.as_ref()).map(Path::to_owned)
        };
        Ok(Self {
            run,
            plan: None,
            approvals: None,
            resume: false,
            catalog: path(&run.catalog, &set.catalog),
            templates: path(&run.templates, &set.templates),
            out: path(&run.out, &set.out),
            log: run.log.path(&project),
            project,
        })
    }
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
