//! `keywright log`: queries and verification of the issue log.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;

use keywright_issue::Fault;
use keywright_issue::log::{Filter, Head, Holding, IssueKey, Log, Record};
use keywright_license::License;
use keywright_report::counted;
use keywright_report::escape::escape;
use keywright_verify::{KeyText, Payload};

use super::issue::failed;
use super::log_args::LogArgs;
use super::trust_args::TrustArgs;
use super::{CliError, Console, Exit, files};

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
    },
    /// Show one entry, or the last license of a serial number, with the signed values
    #[command(after_help = "Examples:\n  keywright log show 17\n  keywright log show ABC-2026-001")]
    Show {
        /// Entry number or serial number
        #[arg(value_name = "ENTRY|SN")]
        what: String,
    },
    /// Find entries by customer, serial number, feature, file or key id
    #[command(after_help = "Examples:\n  keywright log find MyDraw")]
    Find {
        /// Text that one of these fields contains
        text: String,
        /// Write JSON or CSV instead of text
        #[arg(long, value_enum)]
        format: Option<LogFormat>,
    },
    /// List blocks that expire soon and that no later license continues
    #[command(after_help = "Examples:\n  keywright log expiring --within 60d")]
    Expiring {
        /// Number of days: `60d`
        #[arg(long, default_value = "60d", value_name = "DAYS", value_parser = parse_days)]
        within: i32,
        /// Count from this day instead of today
        #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
        at: Option<Date>,
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
    },
    /// Change a log of an older version to the current one
    ///
    /// Entries, hashes and the signed head stay the same. Keep a copy of the file.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// One JSON object per line
    Json,
    /// CSV with a header row
    Csv,
}

fn parse_days(text: &str) -> Result<i32, String> {
    let days = text.strip_suffix('d').unwrap_or(text).parse().ok();
    days.filter(|days| (0..=36_500).contains(days))
        .ok_or_else(|| "expected a number of days: `60d`".to_owned())
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the log cannot be read.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if matches!(args.command, LogCommand::Upgrade) {
        return upgrade(args, io);
    }
    let path = args.log.existing(io)?;
    let log = Log::open_to_read(&path).map_err(|fault| failed(&fault))?;
    match &args.command {
        LogCommand::List { most } => {
            let head = log.head().map_err(|fault| failed(&fault))?;
            let first = head.seq.saturating_sub(i64::try_from(*most).unwrap_or(i64::MAX));
            list(&log, &Filter::After(first), |_| true, io)?;
            Ok(Exit::Success)
        }
        LogCommand::Show { what } => show(what, &log, io),
        LogCommand::Find { text, format } => {
            let wanted = text.to_lowercase();
            let found = match format {
                None => list(&log, &Filter::All, |known| matches(known, &wanted), io)?,
                Some(format) => export(&log, *format, |known| matches(known, &wanted), io)?,
            };
            if found > 0 {
                return Ok(Exit::Success);
            }
            io.note(&format!("no entry contains `{}`", escape(text)))?;
            Ok(Exit::Findings)
        }
        LogCommand::Expiring { within, at } => {
            let from = at.unwrap_or(io.today);
            let until = from.checked_add(jiff::Span::new().days(*within)).unwrap_or(Date::MAX);
            let mut continued = Continued { log: &log, known: BTreeMap::new() };
            let wanted = |known: &Record| !continued.is_continued(known);
            let found = list(&log, &Filter::Ends(from.to_string(), until.to_string()), wanted, io)?;
            io.note(&format!("{} expiring from {from} to {until}", counted(found, "block")))?;
            Ok(Exit::Success)
        }
        LogCommand::Restore { sn, output } => restore(sn, output.as_deref(), &log, io),
        LogCommand::Verify { trust, head } => verify(&path, &log, trust, head.as_ref(), io),
        LogCommand::Upgrade => upgrade(args, io),
        LogCommand::Export { format } => export(&log, *format, |_| true, io).map(|_| Exit::Success),
    }
}

fn upgrade(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let path = args.log.existing(io)?;
    let old = keywright_issue::log::upgrade(&path).map_err(|fault| failed(&fault))?;
    let name = escape(&files::display_name(&path)).into_owned();
    let current = keywright_issue::log::CURRENT_VERSION;
    if old == current {
        writeln!(io.stdout, "{name}: already has version {current}")?;
    } else {
        writeln!(
            io.stdout,
            "{name}: changed from version {old} to {current}; entries and head are the same"
        )?;
    }
    Ok(Exit::Success)
}

/// Returns true if one of the searchable fields contains a lower-case text.
fn matches(known: &Record, text: &str) -> bool {
    let Record { issue, entry, .. } = known;
    let key = issue.key.to_string();
    let fields = [&issue.customer, &issue.sn, &entry.feature, &issue.file, &key];
    fields.iter().any(|field| field.to_lowercase().contains(text))
}

/// Finds blocks that a later purchase of the same customer continues or replaces.
struct Continued<'a> {
    log: &'a Log,
    /// The licenses of each customer.
    known: BTreeMap<String, Vec<Holding>>,
}

impl Continued<'_> {
    fn is_continued(&mut self, ending: &Record) -> bool {
        let customer = &ending.issue.customer;
        if !self.known.contains_key(customer) {
            // Without the other licenses, the block is listed.
            self.known.insert(customer.clone(), self.log.holdings(customer, None).unwrap_or_default());
        }
        let holdings = self.known.get(customer).map(Vec::as_slice).unwrap_or_default();
        holdings.iter().any(|other| other.sn() != ending.issue.sn && other.continues(ending))
    }
}

/// An error of the log or of the output.
struct Broken(CliError);

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self(failed(&fault))
    }
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self(error.into())
    }
}

/// Lists the matching entries, and returns their number.
fn list(
    log: &Log,
    filter: &Filter,
    mut wanted: impl FnMut(&Record) -> bool,
    io: &mut Console<'_>,
) -> Result<usize, CliError> {
    let mut found = 0;
    let listed = log.each::<Broken>(filter, |known| {
        if wanted(&known) {
            found += 1;
            writeln!(io.stdout, "{}", row(&known))?;
        }
        Ok(ControlFlow::Continue(()))
    });
    listed.map_err(|Broken(stop)| stop)?;
    Ok(found)
}

fn row(known: &Record) -> String {
    let Record { seq, issue, entry, .. } = known;
    let ends = if entry.ends.is_empty() { "no end" } else { entry.ends.as_str() };
    format!(
        "{seq:>6}  {}  {}  {}  {ends}  {}",
        escape(&issue.issued_at),
        escape(&issue.sn),
        escape(&entry.feature),
        escape(&issue.customer)
    )
}

/// Shows an entry by its number or, if there is no such entry, the last issue of a serial number.
fn show(what: &str, log: &Log, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let number = what.parse::<i64>().ok();
    let entry = number.map_or(Ok(None), |number| log.entry(number)).map_err(|fault| failed(&fault))?;
    if let Some(known) = entry {
        show_entry(&known, io)?;
        return Ok(Exit::Success);
    }
    let issue = log.last_issue(IssueKey::Sn(what), |_| false).map_err(|fault| failed(&fault))?;
    let Some(issue) = issue else {
        let kind = if number.is_some() { "entry" } else { "serial number" };
        return Err(CliError::new(Exit::Findings, format!("{kind} `{what}` not found in the log"))
            .help("give an entry number or a serial number; `keywright log find TEXT` searches for them"));
    };
    for (at, known) in issue.iter().enumerate() {
        if at > 0 {
            writeln!(io.stdout)?;
        }
        show_entry(known, io)?;
    }
    Ok(Exit::Success)
}

/// Writes the license file of the last issue of a serial number.
fn restore(sn: &str, output: Option<&Path>, log: &Log, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let issue = log.last_issue(IssueKey::Sn(sn), |_| false).map_err(|fault| failed(&fault))?;
    let Some(record) = issue.as_ref().and_then(|issue| issue.first()) else {
        return Err(CliError::new(Exit::Findings, format!("serial number `{sn}` not found in the log"))
            .help("`keywright log find TEXT` searches for serial numbers and customers"));
    };
    let Some(text) = &record.issue.text else {
        return Err(CliError::new(
            Exit::Findings,
            format!("the log does not contain the text of license `{sn}`"),
        )
        .help("it was issued when the log had version 3; `keywright log show SN` shows its blocks"));
    };
    // The hash chain covers the signed values, not the text.
    let license = License::from_text(&record.issue.file, text);
    let digests = license.features.iter().map(|block| Payload::from_block(&license, block).digest());
    if !digests.eq(issue.iter().flatten().map(|known| known.entry.digest)) {
        return Err(CliError::failure(format!(
            "the text of license `{sn}` in the log does not match its entries"
        ))
        .help("the log was changed: run `keywright log verify`, and restore the log from a copy"));
    }
    let path = output.unwrap_or_else(|| Path::new(&record.issue.file));
    if path == Path::new("-") {
        io.stdout.write_all(text.as_bytes())?;
        return Ok(Exit::Success);
    }
    if path.exists() {
        let name = files::display_name(path);
        return Err(CliError::failure(format!("`{name}` already exists"))
            .help("write to another file with `-o FILE`"));
    }
    files::write(path, text.as_bytes())?;
    io.note(&format!(
        "wrote license {} of {} to {}",
        escape(sn),
        escape(&record.issue.customer),
        escape(&files::display_name(path))
    ))?;
    Ok(Exit::Success)
}

fn show_entry(known: &Record, io: &mut Console<'_>) -> Result<(), CliError> {
    let Record { seq, first, hash, issue, entry } = known;
    let key = KeyText { key: issue.key, signature: entry.signature };
    let rows = [
        ("entry", seq.to_string()),
        ("issue", first.to_string()),
        ("issued", issue.issued_at.clone()),
        ("key", issue.key.to_string()),
        ("customer", issue.customer.clone()),
        ("file", issue.file.clone()),
        ("template", entry.template.clone()),
        ("order", issue.order.to_string()),
        ("digest", entry.digest.to_string()),
        ("KEY", key.encode()),
        ("hash", hash.to_string()),
    ];
    for (name, value) in rows {
        writeln!(io.stdout, "{name:<9} {}", escape(&value))?;
    }
    writeln!(io.stdout, "signed:")?;
    for (name, value) in Payload::decode(&entry.payload).unwrap_or_default() {
        writeln!(io.stdout, "  {}={}", escape(&name), escape(&value))?;
    }
    Ok(())
}

fn verify(
    path: &Path,
    log: &Log,
    trust: &TrustArgs,
    kept: Option<&Head>,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let trust = trust.load(io)?;
    let name = escape(&files::display_name(path)).into_owned();
    let checked = log.check(&trust, kept, |_| {}).and_then(|checked| match checked.doubt() {
        // An empty log has no signed head. That is acceptable if the saved head is the one of an empty log.
        Some(doubt) if kept.is_none_or(|kept| *kept != checked.head) => Err(doubt),
        _ => log.check_schema().map(|()| checked),
    });
    match checked {
        Ok(checked) => {
            writeln!(io.stdout, "{name}: OK, last entry {}", checked.head.seq)?;
            writeln!(io.stdout, "head {}", checked.head)?;
            if let Some(key) = &checked.key {
                let (vendor, usage) = (escape(&key.vendor), key.usage.as_str());
                writeln!(io.stdout, "signed by key {} of {vendor}, {usage}, {}", key.id, key.state)?;
            }
            Ok(Exit::Success)
        }
        Err(fault) => {
            writeln!(io.stdout, "{name}: FAILED: {}", escape(&fault.to_string()))?;
            if let Some(help) = &fault.help {
                writeln!(io.stdout, "  {}", escape(help))?;
            }
            Ok(Exit::Findings)
        }
    }
}

const COLUMNS: [&str; 15] = [
    "entry", "issue", "issued", "key", "vendor", "customer", "sn", "feature", "ends", "template", "file",
    "order", "digest", "KEY", "hash",
];

/// Writes the matching entries, and returns their number.
fn export(
    log: &Log,
    format: LogFormat,
    wanted: impl Fn(&Record) -> bool,
    io: &mut Console<'_>,
) -> Result<usize, CliError> {
    let mut found = 0;
    if format == LogFormat::Csv {
        writeln!(io.stdout, "{}", COLUMNS.join(","))?;
    }
    let exported = log.each::<Broken>(&Filter::All, |known| {
        if !wanted(&known) {
            return Ok(ControlFlow::Continue(()));
        }
        found += 1;
        match format {
            LogFormat::Json => writeln!(io.stdout, "{}", json(&known))?,
            LogFormat::Csv => writeln!(io.stdout, "{}", csv(&known))?,
        }
        Ok(ControlFlow::Continue(()))
    });
    exported.map_err(|Broken(stop)| stop)?;
    Ok(found)
}

fn values(known: &Record) -> [String; 15] {
    let Record { seq, first, hash, issue, entry } = known;
    let key = KeyText { key: issue.key, signature: entry.signature };
    [
        seq.to_string(),
        first.to_string(),
        issue.issued_at.clone(),
        issue.key.to_string(),
        issue.vendor.clone(),
        issue.customer.clone(),
        issue.sn.clone(),
        entry.feature.clone(),
        entry.ends.clone(),
        entry.template.clone(),
        issue.file.clone(),
        issue.order.to_string(),
        entry.digest.to_string(),
        key.encode(),
        hash.to_string(),
    ]
}

fn json(known: &Record) -> String {
    let columns = COLUMNS.iter().zip(values(known));
    let mut object: serde_json::Map<String, serde_json::Value> = columns
        .map(|(name, value)| ((*name).to_owned(), serde_json::Value::from(escape(&value).into_owned())))
        .collect();
    object.insert("entry".to_owned(), known.seq.into());
    object.insert("issue".to_owned(), known.first.into());
    let signed = Payload::decode(&known.entry.payload).unwrap_or_default();
    let signed = signed.into_iter().map(|(name, value)| serde_json::json!([name, escape(&value)]));
    object.insert("signed".to_owned(), signed.collect());
    serde_json::Value::from(object).to_string()
}

/// Formats a CSV row. A leading apostrophe protects text that a spreadsheet would read as a formula.
fn csv(known: &Record) -> String {
    let cells = values(known).map(|value| {
        let value = escape(&value).replace('"', "\"\"");
        let formula = value.starts_with(['=', '+', '-', '@']);
        format!("\"{}{value}\"", if formula { "'" } else { "" })
    });
    cells.join(",")
}
