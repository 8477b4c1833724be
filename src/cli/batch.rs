//! Many orders at once: made and signed on all cores, and meanwhile, in the order of the orders, logged and written.

use std::sync::mpsc;
use std::thread;

use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use crate::author::log::{Entry, Log, Whose};
use crate::author::{Cause, Fault, Issued, Issuer, Order, PlannedLicenses, Refused};
use crate::sign::{Signer, TrustedKey};

use super::out::{Out, Standing};
use super::progress::Progress;
use super::{Stop, file};

/// Orders that are made, logged and written together: what an interruption costs at most.
pub(super) const TOGETHER: usize = 512;

/// What is done with every order.
pub(super) struct Batch<'a> {
    pub(super) issuer: &'a Issuer,
    pub(super) signer: &'a dyn Signer,
    pub(super) trusted: &'a TrustedKey,
    /// Nothing that is not in it is signed.
    pub(super) plan: Option<PlannedLicenses>,
    pub(super) out: Out<'a>,
    /// Whether files with other content are replaced.
    pub(super) replace: bool,
    /// The last entry before the run, if it goes on.
    pub(super) resumed: Option<i64>,
    pub(super) issued_at: String,
    pub(super) progress: Progress,
}

/// What a run came to.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// Licenses that were issued.
    pub(super) issued: usize,
    /// Blocks in them.
    pub(super) blocks: usize,
    /// Licenses that stood there already.
    pub(super) unchanged: usize,
    /// Orders that were not issued, in their order.
    pub(super) refused: Vec<Refused>,
}

impl Ended {
    /// Whether files are missing that were logged, so that the run must go on some day.
    pub(super) fn is_broken(&self) -> bool {
        self.refused.iter().any(|refused| refused.cause == Cause::Write)
    }
}

/// A license with what stands at its place.
struct Ready {
    issued: Issued,
    standing: Standing,
    /// The fault for when it must not be put over other content that stands there.
    exists: Option<Fault>,
}

/// What some orders came to.
type Made = Vec<Result<Ready, Refused>>;

impl Batch<'_> {
    /// Issues the orders. A fault of one order is in the result; a log that cannot be written ends the run.
    pub(super) fn run(
        &self,
        orders: impl Iterator<Item = Order> + Send,
        log: &mut Log,
    ) -> Result<Ended, Stop> {
        if self.signer.is_concurrent() {
            return self.run_at_once(orders, log);
        }
        let mut ended = Ended::default();
        for part in in_parts(orders) {
            let made = part.iter().map(|order| self.make(order)).collect();
            self.keep(made, log, &mut ended)?;
            if ended.is_broken() {
                break;
            }
        }
        Ok(ended)
    }

    /// Makes orders while the next ones are read, and the last ones are logged and written.
    fn run_at_once(&self, orders: impl Iterator<Item = Order> + Send, log: &mut Log) -> Result<Ended, Stop> {
        thread::scope(|scope| {
            // One part under way is enough to keep all busy, and holds few orders and licenses.
            let (reader, parts) = mpsc::sync_channel::<Vec<Order>>(1);
            scope.spawn(move || in_parts(orders).try_for_each(|part| reader.send(part)));
            let (sender, receiver) = mpsc::sync_channel::<Made>(1);
            let keeper = scope.spawn(move || {
                let mut ended = Ended::default();
                for made in receiver {
                    self.keep(made, log, &mut ended)?;
                    if ended.is_broken() {
                        break;
                    }
                }
                Ok(ended)
            });
            for part in parts {
                // Whoever keeps them has stopped: it says why.
                if sender.send(on_all_cores(&part, |order| self.make(order))).is_err() {
                    break;
                }
            }
            drop(sender);
            keeper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn make(&self, order: &Order) -> Result<Ready, Refused> {
        let draft = self.issuer.draft(order)?;
        if self.plan.as_ref().is_some_and(|plan| !plan.holds(&draft)) {
            return Err(Refused::new(
                Cause::Plan,
                order.fault(Fault::new("the license is not in the approved plan")),
            ));
        }
        let issued = self.issuer.sign(&draft, self.signer, self.trusted, &self.issued_at)?;
        let standing = self.out.standing(&issued.issue.file, &issued.text);
        let exists = matches!(standing, Standing::Other { .. }).then(|| {
            let message =
                format!("`{}` exists with other content", file::shown(&self.out.path(&issued.issue.file)));
            order.fault(Fault::new(message).help("`--replace` replaces it"))
        });
        Ok(Ready { issued, standing, exists })
    }

    /// Logs and writes what was made.
    fn keep(&self, made: Made, log: &mut Log, ended: &mut Ended) -> Result<(), Stop> {
        let count = made.len();
        let mut ready = Vec::with_capacity(count);
        for made in made {
            match made {
                Ok(made) if self.may_put(&made, log)? => ready.push(made),
                Ok(made) => {
                    ended.refused.extend(made.exists.map(|fault| Refused::new(Cause::Exists, fault)));
                }
                Err(refused) => ended.refused.push(refused),
            }
        }
        // The log first: a file that is not in the log must not exist, one that is missing can be made again.
        let issues = ready.iter().map(|ready| (&ready.issued.issue, ready.issued.entries.as_slice()));
        log.append(issues, self.signer, self.trusted).map_err(|fault| super::issue::failed(&fault))?;
        let written = on_all_cores(&ready, |ready| self.write(ready));
        for (ready, written) in ready.iter().zip(written) {
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

    /// Whether a license may be put where it belongs.
    fn may_put(&self, ready: &Ready, log: &Log) -> Result<bool, Stop> {
        match (ready.standing, self.resumed) {
            (Standing::Nothing | Standing::Same, _) => Ok(true),
            (Standing::Other { .. }, _) if self.replace => Ok(true),
            (Standing::Other { .. }, None) => Ok(false),
            (Standing::Other { beginning }, Some(since)) => is_ours(ready, log, since, beginning),
        }
    }

    /// Whether the file was written, or stands there already.
    fn write(&self, ready: &Ready) -> Result<bool, Refused> {
        let Issued { issue, text, .. } = &ready.issued;
        let replace = match ready.standing {
            Standing::Same => return Ok(false),
            Standing::Nothing => self.replace,
            Standing::Other { .. } => true,
        };
        self.out.put(&issue.file, text, replace).map_err(|stop| {
            let fault = Fault::new(stop.message);
            let fault = stop.help.map_or(fault.clone(), |help| fault.help(help));
            Refused::new(Cause::Write, fault)
        })
    }
}

/// ◆ A run that goes on replaces a file of other content only if it is its own, damaged: the log has this very license as
/// the last one of its serial number, and had it from this run, or the file is a beginning of it.
fn is_ours(ready: &Ready, log: &Log, since: i64, beginning: bool) -> Result<bool, Stop> {
    let entries = &ready.issued.entries;
    let last = log
        .last_issue(Whose::Sn(&ready.issued.issue.sn), |_| false)
        .map_err(|fault| super::issue::failed(&fault))?
        .unwrap_or_default();
    let same = |(known, entry): (&crate::author::log::Numbered, &Entry)| {
        known.entry.digest == entry.digest && known.entry.signature == entry.signature
    };
    let is_last = last.len() == entries.len() && last.iter().zip(entries).all(same);
    Ok(is_last && (beginning || last.iter().all(|known| known.seq > since)))
}

/// The orders in parts of bounded size.
pub(super) fn in_parts<T>(mut items: impl Iterator<Item = T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let part: Vec<T> = items.by_ref().take(TOGETHER).collect();
        (!part.is_empty()).then_some(part)
    })
}

/// Most items that a thread takes at once: the others wait for the last one to be done with them.
const MOST_AT_ONCE: usize = 4;

/// The results of `work` on every item, in the order of the items.
pub(super) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    items.par_iter().with_max_len(MOST_AT_ONCE).map(work).collect()
}
