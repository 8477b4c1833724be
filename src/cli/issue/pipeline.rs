//! Bulk issue: orders are rendered and signed on all cores, while earlier ones are logged and written in order.

use std::sync::mpsc;
use std::thread;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use keywright_issue::log::{Entry, Holding, Issue, IssueKey, Log, Owned};
use keywright_issue::{Cause, Fault, Issued, Issuer, Order, PlannedLicenses, Refused, RunCustomers, Terms};
use keywright_report::issue_json::IssuedFile;
use keywright_sign::Signer;
use keywright_verify::{Revocations, TrustedKey};

use super::super::progress::Progress;
use super::super::{CliError, files};
use super::errors::failed;
use super::owned::{revoked, with_owned};
use super::run_key::RunKey;
use crate::issue::output_dir::{Existing, OutputDir};

/// Number of orders that are rendered, logged and written together: the most that an interruption loses.
pub(crate) const BATCH_SIZE: usize = 512;

/// The settings of a run.
pub(crate) struct Batch<'a> {
    pub(crate) issuer: &'a Issuer,
    pub(crate) signer: &'a dyn Signer,
    pub(crate) trusted: &'a TrustedKey,
    pub(crate) revocations: &'a Revocations,
    /// Reason for accepting losses.
    pub(crate) allow_loss: Option<&'a str>,
    /// Number of the last entry before the run: later ones are of the run itself.
    pub(crate) since: i64,
    /// If given, only licenses of this plan are signed.
    pub(crate) plan: Option<PlannedLicenses>,
    pub(crate) out: OutputDir<'a>,
    /// True if files with different content are replaced.
    pub(crate) replace: bool,
    /// True if the result lists all licenses.
    pub(crate) lists_licenses: bool,
    /// Number of the last entry before the run, if it is resumed.
    pub(crate) resumed: Option<i64>,
    pub(crate) issued_at: String,
    pub(crate) progress: Progress,
}

/// The results of a run.
#[derive(Debug, Default)]
pub(crate) struct RunSummary {
    /// Number of issued licenses.
    pub(crate) issued: usize,
    /// Number of blocks in them.
    pub(crate) blocks: usize,
    /// Number of licenses whose files already existed.
    pub(crate) unchanged: usize,
    /// The licenses in order, if they are to be listed.
    pub(crate) licenses: Vec<IssuedFile>,
    /// Refused orders, in order.
    pub(crate) refused: Vec<Refused>,
    /// The customers of the run.
    customers: RunCustomers,
}

impl RunSummary {
    /// Creates the result of a run in which nothing is issued.
    pub(crate) fn refused(refused: Vec<Refused>) -> Self {
        Self { refused, ..Self::default() }
    }

    /// Refuses an order that depends on an earlier order of the run.
    fn claim(&mut self, made: ReadyToWrite) -> Result<ReadyToWrite, Refused> {
        let Issue { customer, of, .. } = &made.issued.issue;
        let of = Some(of.as_str()).filter(|of| !of.is_empty());
        let (file, (line, column)) = &made.place;
        self.customers.claim(customer, made.pools.iter().map(String::as_str), of).map_err(|fault| {
            Refused::new(Cause::Order, fault.file(file).at(*line, *column)).of(&made.issued.issue.sn)
        })?;
        Ok(made)
    }

    /// Returns true if logged files are missing, so that the run must be resumed.
    pub(crate) fn is_broken(&self) -> bool {
        self.refused.iter().any(|refused| refused.cause == Cause::Write)
    }
}

/// A signed license and the state of its file.
struct ReadyToWrite {
    issued: Issued,
    existing: Existing,
    /// The error to report if the existing file must not be replaced.
    exists: Option<Fault>,
    /// Names of its blocks that are not tokens.
    pools: Vec<String>,
    /// File, line and column of the order.
    place: (String, (u64, u64)),
}

/// The results of one part of the orders.
type Drafted = Vec<Result<ReadyToWrite, Refused>>;

impl Batch<'_> {
    /// Issues the orders. Errors of single orders are part of the result; a log that cannot be written ends the run.
    pub(crate) fn run(
        &self,
        orders: impl Iterator<Item = Order> + Send,
        log: &mut Log,
        past: &Log,
    ) -> Result<RunSummary, CliError> {
        if self.signer.is_concurrent() {
            return self.run_at_once(orders, log, past);
        }
        let mut ended = RunSummary::default();
        for part in in_batches(orders) {
            let part = with_owned(part, Some(past), Some(self.since))?;
            let made = part.iter().map(|order| self.make(order)).collect();
            self.commit(made, log, &mut ended)?;
            if ended.is_broken() {
                break;
            }
        }
        Ok(ended)
    }

    /// Renders orders while the next ones are read and the previous ones are logged and written.
    fn run_at_once(
        &self,
        orders: impl Iterator<Item = Order> + Send,
        log: &mut Log,
        past: &Log,
    ) -> Result<RunSummary, CliError> {
        thread::scope(|scope| {
            // One part in each channel keeps all threads busy and limits the number of orders and licenses in memory.
            let (reader, parts) = mpsc::sync_channel::<Vec<Order>>(1);
            scope.spawn(move || in_batches(orders).try_for_each(|part| reader.send(part)));
            let (sender, receiver) = mpsc::sync_channel::<Drafted>(1);
            let keeper = scope.spawn(move || {
                let mut ended = RunSummary::default();
                for made in receiver {
                    self.commit(made, log, &mut ended)?;
                    if ended.is_broken() {
                        break;
                    }
                }
                Ok(ended)
            });
            for part in parts {
                let part = with_owned(part, Some(past), Some(self.since))?;
                // The writer thread failed; its error is returned by `join` below.
                if sender.send(on_all_cores(&part, |order| self.make(order))).is_err() {
                    break;
                }
            }
            drop(sender);
            keeper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn make(&self, ordered: &(Order, Owned)) -> Result<ReadyToWrite, Refused> {
        self.make_license(ordered).map_err(|refused| refused.of(&ordered.0.sn))
    }

    fn make_license(&self, (order, owned): &(Order, Owned)) -> Result<ReadyToWrite, Refused> {
        let revoked = |holding: &Holding| revoked(self.revocations, holding);
        let terms = Terms { allow_loss: self.allow_loss, revoked: &revoked, describe: false };
        let draft = self.issuer.draft_for(order, owned, terms)?;
        if self.plan.as_ref().is_some_and(|plan| !plan.contains(&draft)) {
            return Err(Refused::new(
                Cause::Plan,
                order.fault(Fault::new("license not in the approved plan")),
            ));
        }
        let issued = self.issuer.sign(&draft, self.signer, self.trusted, &self.issued_at)?;
        RunKey::of(self.trusted).refuse_issued(order, &issued, self.revocations)?;
        let existing = self.out.compare(&issued.issue.file, &issued.text);
        let exists = matches!(existing, Existing::Other { .. }).then(|| {
            let message = format!(
                "`{}` exists with different content",
                files::display_name(&self.out.path(&issued.issue.file))
            );
            order.fault(Fault::new(message).help("use `--replace` to replace it"))
        });
        let pools = draft.pools().map(str::to_owned).collect();
        Ok(ReadyToWrite { issued, existing, exists, pools, place: (order.file.clone(), order.place) })
    }

    /// Logs and writes the rendered licenses.
    fn commit(&self, made: Drafted, log: &mut Log, ended: &mut RunSummary) -> Result<(), CliError> {
        let count = made.len();
        let mut ready = Vec::with_capacity(count);
        for made in made {
            let made = made.and_then(|made| ended.claim(made));
            match made {
                Ok(made) if self.may_put(&made, log)? => ready.push(made),
                Ok(made) => {
                    let sn = &made.issued.issue.sn;
                    let refused = made.exists.map(|fault| Refused::new(Cause::Exists, fault).of(sn));
                    ended.refused.extend(refused);
                }
                Err(refused) => ended.refused.push(refused),
            }
        }
        // The log first: a file must never exist without a log entry, while a missing file can be written again.
        let issues = ready.iter().map(|ready| (&ready.issued.issue, ready.issued.entries.as_slice()));
        log.append(issues, self.signer, self.trusted).map_err(|fault| failed(&fault))?;
        let written = on_all_cores(&ready, |ready| self.write(ready));
        for (ready, written) in ready.iter().zip(written) {
            if let (true, Ok(is_new)) = (self.lists_licenses, &written) {
                let Issue { sn, customer, file, .. } = ready.issued.issue.clone();
                ended.licenses.push(IssuedFile { sn, customer, file, is_new: *is_new });
            }
            match written {
                Ok(false) => ended.unchanged += 1,
                Ok(true) => {
                    ended.issued += 1;
                    ended.blocks += ready.issued.entries.len();
                }
                Err(refused) => ended.refused.push(refused),
            }
        }
        self.progress.done(count);
        Ok(())
    }

    /// Returns true if a license may be written to its file.
    fn may_put(&self, ready: &ReadyToWrite, log: &Log) -> Result<bool, CliError> {
        match (ready.existing, self.resumed) {
            (Existing::Nothing | Existing::Same, _) => Ok(true),
            (Existing::Other { .. }, _) if self.replace => Ok(true),
            (Existing::Other { .. }, None) => Ok(false),
            (Existing::Other { beginning }, Some(since)) => is_ours(ready, log, since, beginning),
        }
    }

    /// Writes the file. Returns false if it already existed.
    fn write(&self, ready: &ReadyToWrite) -> Result<bool, Refused> {
        let Issued { issue, text, .. } = &ready.issued;
        let replace = match ready.existing {
            Existing::Same => return Ok(false),
            Existing::Nothing => self.replace,
            Existing::Other { .. } => true,
        };
        self.out.put(&issue.file, text, replace).map_err(|stop| {
            let fault = Fault::new(stop.message);
            let fault = stop.help.map_or(fault.clone(), |help| fault.help(help));
            Refused::new(Cause::Write, fault).of(&issue.sn)
        })
    }
}

/// DECISION: a resumed run replaces a file with different content only if it is the run's own damaged file: the last
/// issue of the serial number in the log is this license and is part of this run, or the file is a prefix of the
/// license.
fn is_ours(ready: &ReadyToWrite, log: &Log, since: i64, beginning: bool) -> Result<bool, CliError> {
    let entries = &ready.issued.entries;
    let last = log
        .last_issue(IssueKey::Sn(&ready.issued.issue.sn), |_| false)
        .map_err(|fault| failed(&fault))?
        .unwrap_or_default();
    let same = |(known, entry): (&keywright_issue::log::Record, &Entry)| {
        known.entry.digest == entry.digest && known.entry.signature == entry.signature
    };
    let is_last = last.len() == entries.len() && last.iter().zip(entries).all(same);
    Ok(is_last && (beginning || last.iter().all(|known| known.seq > since)))
}

/// Splits items into parts of bounded size.
pub(crate) fn in_batches<T>(mut items: impl Iterator<Item = T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let part: Vec<T> = items.by_ref().take(BATCH_SIZE).collect();
        (!part.is_empty()).then_some(part)
    })
}

/// Maximum number of items per thread and step, because all threads wait for the last one.
const MOST_AT_ONCE: usize = 4;

/// Returns the results of `work` for every item, in order.
pub(crate) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    items.par_iter().with_max_len(MOST_AT_ONCE).map(work).collect()
}
