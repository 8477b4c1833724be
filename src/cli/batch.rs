//! Many orders at once: made and signed on all cores, logged in the order of the orders, then written.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::author::log::{Entry, Log};
use crate::author::{Cause, Fault, Issued, Issuer, Order, PlannedLicenses, Refused};
use crate::sign::{Signer, TrustedKey};

use super::{Io, Stop, file};

/// Orders that are made, logged and written together: what an interruption costs at most.
const TOGETHER: usize = 256;

/// What is done with every order.
pub(super) struct Batch<'a> {
    pub(super) issuer: &'a Issuer,
    pub(super) signer: &'a dyn Signer,
    pub(super) trusted: &'a TrustedKey,
    /// Nothing that is not in it is signed.
    pub(super) plan: Option<PlannedLicenses>,
    pub(super) out: &'a Path,
    /// Whether files with other content are replaced.
    pub(super) replace: bool,
    pub(super) issued_at: String,
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
    path: PathBuf,
    stands: bool,
}

impl Batch<'_> {
    /// Issues the orders. A fault of one order is in the result; a log that cannot be written ends the run.
    pub(super) fn run(&self, orders: &[Order], log: &mut Log, io: &mut Io<'_>) -> Result<Ended, Stop> {
        let mut ended = Ended::default();
        let durable = orders.len() <= TOGETHER;
        for (number, part) in orders.chunks(TOGETHER).enumerate() {
            let mut ready = Vec::with_capacity(part.len());
            for made in self.make_all(part) {
                match made {
                    Ok(made) => ready.push(made),
                    Err(refused) => ended.refused.push(refused),
                }
            }
            // The log first: a file that is not in the log must not exist, one that is missing can be made again.
            let entries: Vec<Entry> =
                ready.iter().flat_map(|ready| ready.issued.entries.iter().cloned()).collect();
            log.append(&entries, self.signer, self.trusted).map_err(|fault| super::issue::failed(&fault))?;
            let written = on_all_cores(&ready, |ready| self.write(ready, durable));
            for (ready, written) in ready.iter().zip(written) {
                match written {
                    Ok(()) if ready.stands => ended.unchanged += 1,
                    Ok(()) => {
                        ended.issued += 1;
                        ended.blocks += ready.issued.entries.len();
                    }
                    Err(refused) => ended.refused.push(refused),
                }
            }
            if ended.is_broken() {
                break;
            }
            progress((number * TOGETHER + part.len()).min(orders.len()), orders.len(), io)?;
        }
        Ok(ended)
    }

    /// A signer that is asked for one signature at a time makes them in turn.
    fn make_all(&self, orders: &[Order]) -> Vec<Result<Ready, Refused>> {
        if self.signer.is_concurrent() {
            return on_all_cores(orders, |order| self.make(order));
        }
        orders.iter().map(|order| self.make(order)).collect()
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
        let path = self.out.join(&issued.file);
        let stands = match fs::symlink_metadata(&path) {
            Err(_) => false,
            Ok(_) => {
                let same = file::read_file(&path, crate::source::MAX_FILE_BYTES)
                    .is_ok_and(|old| old == issued.text.as_bytes());
                if !same && !self.replace {
                    let message = format!("`{}` exists with other content", file::shown(&path));
                    let fault = order.fault(Fault::new(message).help("`--replace` replaces it"));
                    return Err(Refused::new(Cause::Exists, fault));
                }
                same
            }
        };
        Ok(Ready { issued, path, stands })
    }

    fn write(&self, ready: &Ready, durable: bool) -> Result<(), Refused> {
        if ready.stands {
            return Ok(());
        }
        file::put(&ready.path, ready.issued.text.as_bytes(), self.replace, durable).map_err(|stop| {
            let fault = Fault::new(stop.message);
            Refused::new(
                Cause::Write,
                match stop.help {
                    Some(help) => fault.help(help),
                    None => fault,
                },
            )
        })
    }
}

/// The results of `work` on every item, in the order of the items.
pub(super) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    items.par_iter().map(work).collect()
}

/// A bar on the terminal, where there is one and it is worth it.
fn progress(done: usize, all: usize, io: &mut Io<'_>) -> Result<(), Stop> {
    const WIDTH: usize = 30;
    if io.quiet || !io.interactive || all <= TOGETHER {
        return Ok(());
    }
    let filled = done * WIDTH / all;
    let end = if done == all { "\r\u{1b}[K" } else { "" };
    write!(io.stderr, "\r[{}{}] {done} of {all}{end}", "#".repeat(filled), " ".repeat(WIDTH - filled))?;
    io.stderr.flush()?;
    Ok(())
}
