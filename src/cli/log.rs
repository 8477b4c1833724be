//! `keywright log`: queries and verification of the issue log.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

use keywright_issue::log::{Filter, Head, Log};

use super::day::days_from;
use super::format::TextOrJson;
use super::issue::failed;
use super::log_args::LogArgs;
use super::trust_args::TrustArgs;
use super::{CliError, Console, Exit};
use expiring::ExpiringFormat;
use export::LogFormat;

mod broken;
mod expiring;
mod export;
mod find;
mod list;
mod restore;
mod show;
mod upgrade;
mod verify;

pub(super) use expiring::note_parts;

/// Query the issue log
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright log list\n  keywright log find ABC\n  \
    keywright log expiring --within 60d\n  keywright log verify\n  keywright log export --format csv > issued.csv")]
pub struct Args {
    #[command(subcommand)]
    command: LogCommand,
    #[command(flatten)]
    log: LogArgs,
}

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// List the last entries
    #[command(after_help = "Examples:\n  keywright log list --most 10")]
    List {
        /// Maximum number of entries
        #[arg(long, default_value_t = 50, value_name = "N")]
        most: usize,
        /// Write JSON or CSV instead of text
        #[arg(long, value_enum)]
        format: Option<LogFormat>,
    },
    /// Show one entry, or the last license of a serial number, with the signed values
    #[command(after_help = "Examples:\n  keywright log show 17\n  keywright log show ABC-2026-001")]
    Show {
        /// Entry number or serial number
        #[arg(value_name = "ENTRY|SN")]
        what: String,
        /// Write JSON or CSV instead of text
        #[arg(long, value_enum)]
        format: Option<LogFormat>,
    },
    /// Find entries by customer, serial number, feature, file or key id, with COUNT and the state of their license
    #[command(after_help = "Examples:\n  keywright log find MyDraw")]
    Find {
        /// Text that one of these fields contains
        text: String,
        /// Write JSON or CSV instead of text
        #[arg(long, value_enum)]
        format: Option<LogFormat>,
        /// Show the state on this day instead of today
        #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
        at: Option<Date>,
        #[command(flatten)]
        trust: TrustArgs,
    },
    /// List products that end soon and that no later license continues, one a line
    ///
    /// With `--format csv`, the result is a table of renewal orders, which `keywright issue` accepts. To renew all in one
    /// step, use `keywright issue renew`.
    #[command(after_help = "Examples:\n  keywright log expiring --within 60d\n  \
        keywright log expiring --within 60d --format csv > renewals.csv")]
    Expiring {
        /// Number of days: `60d`
        #[arg(long, default_value = "60d", value_name = "DAYS", value_parser = super::day::parse_days)]
        within: i32,
        /// Count from this day instead of today
        #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
        at: Option<Date>,
        /// Write renewal orders or JSON instead of text
        #[arg(long, value_enum, default_value_t = ExpiringFormat::Human)]
        format: ExpiringFormat,
        #[command(flatten)]
        trust: TrustArgs,
    },
    /// Write the license file of a serial number again, byte for byte as it was issued
    #[command(after_help = "Examples:\n  keywright log restore ABC-2026-001 -o ABC-2026-001.lic")]
    Restore {
        /// Serial number
        sn: String,
        /// File to write; `-` for standard output [default: the name under which it was issued]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Verify all entries, the hash chain, and the signature of the head
    #[command(after_help = "Examples:\n  keywright log verify")]
    Verify {
        #[command(flatten)]
        trust: TrustArgs,
        /// Head saved earlier, which the log must contain
        #[arg(long, value_name = "HEAD")]
        head: Option<Head>,
        /// Output format
        #[arg(long, value_enum, default_value_t = TextOrJson::Human)]
        format: TextOrJson,
    },
    /// Upgrade a log of an older version to the current one
    ///
    /// Entries, hashes and the signed head do not change. Keep a copy of the old file.
    #[command(after_help = "Examples:\n  keywright log upgrade --log issue-log.sqlite")]
    Upgrade,
    /// Write all entries to standard output
    #[command(after_help = "Examples:\n  keywright log export --format csv > issued.csv")]
    Export {
        /// Output format
        #[arg(long, value_enum, default_value_t = LogFormat::Json)]
        format: LogFormat,
    },
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the log cannot be read.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let path = args.log.existing(io)?;
    if matches!(args.command, LogCommand::Upgrade) {
        return upgrade::upgrade(&path, io);
    }
    let log = Log::open_to_read(&path).map_err(|fault| failed(&fault))?;
    match &args.command {
        LogCommand::List { most, format } => list::last(&log, *most, *format, io),
        LogCommand::Show { what, format } => show::show(what, *format, &log, io),
        LogCommand::Find { text, format, at, trust } => {
            let wanted = find::Wanted { text, format: *format, at: at.unwrap_or(io.today) };
            find::find(wanted, trust, &log, io)
        }
        LogCommand::Expiring { within, at, format, trust } => {
            let from = at.unwrap_or(io.today);
            expiring::expiring(&log, days_from(from, *within), *format, trust, io)
        }
        LogCommand::Restore { sn, output } => restore::restore(sn, output.as_deref(), &log, io),
        LogCommand::Verify { trust, head, format } => {
            verify::verify(&path, &log, trust, head.as_ref(), *format, io)
        }
        LogCommand::Upgrade => upgrade::upgrade(&path, io),
        LogCommand::Export { format } => export::export(&log, &Filter::All, *format, io),
    }
}
