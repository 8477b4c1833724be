//! `keywright customer`: what a customer owns, from the issue log.

use jiff::civil::Date;

use keywright_issue::log::{IssueKey, Log, Owned};
use keywright_issue::{CustomerLicenses, OwnedLicense};
use keywright_report::customer_json;
use keywright_report::escape::escape;

use super::format::TextOrJson;
use super::issue::{failed, known_revocations, revoked};
use super::log_args::LogArgs;
use super::trust_args::TrustArgs;
use super::{CliError, Console, Exit};

/// Show what a customer owns: licenses, their states, and usable totals
///
/// The totals are what a license server with all license files of the customer grants, old ones included. Revoked licenses
/// do not count.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  keywright customer \"Example Ltd\"\n  keywright customer ABC-2026-001\n  \
    keywright customer \"Example Ltd\" --at 2027-01-01 --format json"
)]
pub struct Args {
    /// Name of the customer, or a serial number of one of the licenses
    #[arg(value_name = "NAME|SN")]
    who: String,
    #[command(flatten)]
    log: LogArgs,
    /// Day instead of today
    #[arg(long, value_name = "DAY", value_parser = super::parse_day)]
    at: Option<Date>,
    /// Output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Human)]
    format: TextOrJson,
    #[command(flatten)]
    trust: TrustArgs,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if the log cannot be read, or if it has no license of the customer.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let log = args.log.open_to_read(io)?;
    let (customer, owned) = find(&log, &args.who)?;
    let revocations = known_revocations(&args.trust, io)?;
    let at = args.at.unwrap_or(io.today);
    let licenses = CustomerLicenses::on(at, &owned, &|holding| revoked(&revocations, holding));
    let licenses = licenses.map_err(|fault| failed(&fault))?;
    match args.format {
        TextOrJson::Human => write_text(&customer, at, &licenses, io)?,
        TextOrJson::Json => {
            let text = customer_json::render(&customer, at, &licenses)?;
            io.stdout.write_all(text.as_bytes())?;
        }
    }
    Ok(Exit::Success)
}

/// Returns the customer with this name, or who has the license with this serial number.
fn find(log: &Log, who: &str) -> Result<(String, Owned), CliError> {
    let by_name = log.last_issue(IssueKey::Customer(who), |_| false).map_err(|fault| failed(&fault))?;
    let found = match by_name {
        Some(issue) => Some(issue),
        None => log.last_issue(IssueKey::Sn(who), |_| false).map_err(|fault| failed(&fault))?,
    };
    let Some(record) = found.as_ref().and_then(|issue| issue.first()) else {
        return Err(CliError::new(Exit::Findings, format!("no customer and no license `{who}` in the log"))
            .help("`keywright log find TEXT` searches for part of a name"));
    };
    let customer = record.issue.customer.clone();
    let owned = log.owned(&customer, None, None).map_err(|fault| failed(&fault))?;
    Ok((customer, owned))
}

fn write_text(
    customer: &str,
    at: Date,
    owned: &CustomerLicenses<'_>,
    io: &mut Console<'_>,
) -> Result<(), CliError> {
    writeln!(io.stdout, "customer {}, on {at}\n\nusable", escape(customer))?;
    let width = owned.usable.iter().map(|(feature, _)| feature.len()).max().unwrap_or_default();
    for (feature, usable) in &owned.usable {
        writeln!(io.stdout, "  {feature:width$}  {usable}")?;
    }
    writeln!(io.stdout, "\nlicenses")?;
    let width = owned.licenses.iter().map(|license| license.holding.sn().len()).max().unwrap_or_default();
    for OwnedLicense { holding, state } in &owned.licenses {
        let Some(issue) = holding.issue() else { continue };
        let kind = match (issue.kind.as_str(), issue.of.as_str()) {
            ("", _) => String::new(),
            (kind, "") => format!("  {kind}"),
            (kind, of) => format!("  {kind} of {of}"),
        };
        let ends = holding.last_end().map_or_else(|| "no end".to_owned(), |end| format!("ends {end}"));
        let day = issue.issued_at.get(..10).unwrap_or_default();
        let line = format!("{:width$}  issued {day}  {ends}{kind}  {state}  {}", holding.sn(), issue.file);
        writeln!(io.stdout, "  {}", escape(&line))?;
    }
    Ok(())
}
