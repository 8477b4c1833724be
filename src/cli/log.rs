//! `keywright log`: what was issued, found, listed and verified.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::author::log::{Entry, Filter, Head, Log, Numbered};
use crate::report::counted;
use crate::report::escape::escape;
use crate::sign::{KeyText, Payload};

use super::issue::failed;
use super::trust::TrustArgs;
use super::{Exit, Io, Stop, file};

/// Look into the issue log: every KEY that was issued
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright log list\n  keywright log find ABC\n  \
    keywright log expiring --within 60d\n  keywright log verify\n  keywright log export --format csv > issued.csv")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// The issue log
    #[arg(long, value_name = "FILE", default_value = "issue-log.sqlite", global = true)]
    log: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the last entries
    #[command(after_help = "Examples:\n  keywright log list --most 10")]
    List {
        /// How many at most
        #[arg(long, default_value_t = 50, value_name = "N")]
        most: usize,
    },
    /// Show one entry with all that was signed
    #[command(after_help = "Examples:\n  keywright log show 17")]
    Show {
        /// Its number
        number: i64,
    },
    /// Find entries by customer, serial number, feature or file
    #[command(after_help = "Examples:\n  keywright log find MyDraw")]
    Find {
        /// A part of one of them
        text: String,
    },
    /// List what ends soon
    #[command(after_help = "Examples:\n  keywright log expiring --within 60d")]
    Expiring {
        /// In how many days at most: `60d`
        #[arg(long, default_value = "60d", value_name = "DAYS", value_parser = parse_days)]
        within: i32,
        /// Counted from this day instead of today
        #[arg(long, value_name = "DATE", value_parser = super::parse_day)]
        at: Option<Date>,
    },
    /// Check every entry, their order, and the signature of the head
    #[command(after_help = "Examples:\n  keywright log verify")]
    Verify {
        #[command(flatten)]
        trust: TrustArgs,
        /// A head that was kept elsewhere, which the log must still hold
        #[arg(long, value_name = "HEAD")]
        head: Option<Head>,
    },
    /// Write all entries to standard output
    #[command(after_help = "Examples:\n  keywright log export --format csv > issued.csv")]
    Export {
        /// In which form
        #[arg(long, value_enum, default_value_t = Format::Json)]
        format: Format,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object a line
    Json,
    /// CSV with a head line
    Csv,
}

fn parse_days(text: &str) -> Result<i32, String> {
    let days = text.strip_suffix('d').unwrap_or(text).parse().ok();
    days.filter(|days| (0..=36_500).contains(days)).ok_or_else(|| "write a number of days: `60d`".to_owned())
}

/// Runs the command.
///
/// # Errors
/// When the log cannot be read.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let log = Log::open_to_read(&args.log).map_err(|fault| failed(&fault))?;
    let find = |filter: Filter| log.entries(&filter, usize::MAX).map_err(|fault| failed(&fault));
    match &args.command {
        Command::List { most } => {
            let head = log.head().map_err(|fault| failed(&fault))?;
            let first = head.seq.saturating_sub(i64::try_from(*most).unwrap_or(i64::MAX));
            let entries = log.entries_after(first, *most).map_err(|fault| failed(&fault))?;
            list(&entries, io)?;
            Ok(Exit::Yes)
        }
        Command::Show { number } => show(*number, &find(Filter::Seq(*number))?, io),
        Command::Find { text } => listed(&find(Filter::Text(text.clone()))?, io),
        Command::Expiring { within, at } => {
            let from = at.unwrap_or(io.today);
            let until = from.checked_add(jiff::Span::new().days(*within)).unwrap_or(Date::MAX);
            let mut entries = find(Filter::EndsBy(until.to_string()))?;
            entries.retain(|known| known.entry.ends >= from.to_string());
            entries.sort_by(|one, other| one.entry.ends.cmp(&other.entry.ends).then(one.seq.cmp(&other.seq)));
            list(&entries, io)?;
            io.say(&format!("{} from {from} to {until}", counted(entries.len(), "end")))?;
            Ok(Exit::Yes)
        }
        Command::Verify { trust, head } => verify(args, &log, trust, head.as_ref(), io),
        Command::Export { format } => export(&log, *format, io),
    }
}

/// A search that finds nothing is a "no".
fn listed(entries: &[Numbered], io: &mut Io<'_>) -> Result<Exit, Stop> {
    list(entries, io)?;
    Ok(if entries.is_empty() { Exit::No } else { Exit::Yes })
}

fn list(entries: &[Numbered], io: &mut Io<'_>) -> Result<(), Stop> {
    for Numbered { seq, entry } in entries {
        let ends = if entry.ends.is_empty() { "no end" } else { entry.ends.as_str() };
        writeln!(
            io.stdout,
            "{seq:>6}  {}  {}  {}  {ends}  {}",
            escape(&entry.issued_at),
            escape(&entry.sn),
            escape(&entry.feature),
            escape(&entry.customer)
        )?;
    }
    Ok(())
}

fn show(number: i64, entries: &[Numbered], io: &mut Io<'_>) -> Result<Exit, Stop> {
    let Some(Numbered { seq, entry }) = entries.first() else {
        return Err(Stop::new(Exit::No, format!("the log has no entry {number}")));
    };
    let key = KeyText { key: entry.key, signature: entry.signature };
    let rows = [
        ("entry", seq.to_string()),
        ("issued", entry.issued_at.clone()),
        ("key", entry.key.to_string()),
        ("customer", entry.customer.clone()),
        ("file", entry.file.clone()),
        ("template", entry.template.clone()),
        ("order", entry.order.to_string()),
        ("digest", entry.digest.to_string()),
        ("KEY", key.encode()),
    ];
    for (name, value) in rows {
        writeln!(io.stdout, "{name:<9} {}", escape(&value))?;
    }
    writeln!(io.stdout, "signed:")?;
    for (name, value) in Payload::decode(&entry.payload).unwrap_or_default() {
        writeln!(io.stdout, "  {}={}", escape(&name), escape(&value))?;
    }
    Ok(Exit::Yes)
}

fn verify(
    args: &Args,
    log: &Log,
    trust: &TrustArgs,
    kept: Option<&Head>,
    io: &mut Io<'_>,
) -> Result<Exit, Stop> {
    let trust = trust.load(io.today)?;
    let name = escape(&file::shown(&args.log)).into_owned();
    match log.check(&trust, kept) {
        Ok(head) => {
            writeln!(io.stdout, "{name}: good, last entry {}", head.seq)?;
            writeln!(io.stdout, "head {head}")?;
            Ok(Exit::Yes)
        }
        Err(fault) => {
            writeln!(io.stdout, "{name}: NOT GOOD: {}", escape(&fault.to_string()))?;
            if let Some(help) = &fault.help {
                writeln!(io.stdout, "  {}", escape(help))?;
            }
            Ok(Exit::No)
        }
    }
}

/// How many entries are held at one time.
const PAGE: usize = 10_000;

const COLUMNS: [&str; 12] = [
    "entry", "issued", "key", "vendor", "customer", "sn", "feature", "ends", "template", "file", "order",
    "digest",
];

fn export(log: &Log, format: Format, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let mut last = 0;
    if format == Format::Csv {
        writeln!(io.stdout, "{}", COLUMNS.join(","))?;
    }
    loop {
        let page = log.entries_after(last, PAGE).map_err(|fault| failed(&fault))?;
        let Some(end) = page.last() else { return Ok(Exit::Yes) };
        last = end.seq;
        for Numbered { seq, entry } in &page {
            match format {
                Format::Json => writeln!(io.stdout, "{}", json(*seq, entry))?,
                Format::Csv => writeln!(io.stdout, "{}", csv(*seq, entry))?,
            }
        }
    }
}

fn values(seq: i64, entry: &Entry) -> [String; 12] {
    [
        seq.to_string(),
        entry.issued_at.clone(),
        entry.key.to_string(),
        entry.vendor.clone(),
        entry.customer.clone(),
        entry.sn.clone(),
        entry.feature.clone(),
        entry.ends.clone(),
        entry.template.clone(),
        entry.file.clone(),
        entry.order.to_string(),
        entry.digest.to_string(),
    ]
}

fn json(seq: i64, entry: &Entry) -> String {
    let columns = COLUMNS.iter().zip(values(seq, entry));
    let mut object: serde_json::Map<String, serde_json::Value> = columns
        .map(|(name, value)| ((*name).to_owned(), serde_json::Value::from(escape(&value).into_owned())))
        .collect();
    object.insert("entry".to_owned(), seq.into());
    let signed = Payload::decode(&entry.payload).unwrap_or_default();
    let signed = signed.into_iter().map(|(name, value)| serde_json::json!([name, escape(&value)]));
    object.insert("signed".to_owned(), signed.collect());
    serde_json::Value::from(object).to_string()
}

/// A row; text that a spreadsheet would take for a formula is led by an apostrophe.
fn csv(seq: i64, entry: &Entry) -> String {
    let cells = values(seq, entry).map(|value| {
        let value = escape(&value).replace('"', "\"\"");
        let formula = value.starts_with(['=', '+', '-', '@']);
        format!("\"{}{value}\"", if formula { "'" } else { "" })
    });
    cells.join(",")
}
