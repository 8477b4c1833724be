//! The processes of a signing program: everything that it started is ended with it, also in sessions of their own.
//!
//! This process adopts orphans (`PR_SET_CHILD_SUBREAPER`): when a process that the program started loses its parent, this
//! process becomes the parent, whatever session or process group it is in. So to end a program, its group is killed, then
//! all orphans, again and again until no orphan is left. Only direct children are killed: they keep their number until this
//! process has waited for them, so no other process can be hit.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process, kill_process_group, set_child_subreaper, waitpid,
};

/// The time in which all orphans must have ended. Processes that start others faster than they are killed can survive it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The children that are not orphans: programs that run, and processes that were children before the first program (a shell
/// that was replaced by this process can leave some).
///
/// Locked while a program is started, so that no new program is taken for an orphan.
fn known() -> MutexGuard<'static, HashSet<u32>> {
    static KNOWN: OnceLock<Mutex<HashSet<u32>>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let before = children();
        // Without it (an old kernel) processes in other sessions survive; their group is still ended.
        let _ = set_child_subreaper(Some(getpid()));
        Mutex::new(before.into_iter().collect())
    });
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program and what it started.
pub(super) struct Family {
    /// The program.
    pub(super) child: Child,
    /// Orphans that were there before: earlier programs left them, for example agents that keep running.
    earlier: HashSet<u32>,
}

impl Family {
    /// Starts a program in a process group of its own.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut known = known();
        // Those that have ended meanwhile are waited for here: nothing else does it.
        let earlier = children().into_iter().filter(|id| !known.contains(id) && !reap(*id)).collect();
        let child = command.spawn()?;
        known.insert(child.id());
        Ok(Self { child, earlier })
    }

    /// Ends the program and all that it started.
    pub(super) fn end(&mut self) {
        if let Some(group) = pid(self.child.id()) {
            // A group that has ended already needs no signal.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let (end, mut pause) = (Instant::now() + PATIENCE, Duration::from_millis(1));
        let mut quiet = 0;
        // A process can become an orphan while the list is read: only the second empty list counts.
        while quiet < 2 && Instant::now() < end {
            let known = known();
            let mut left = children_by_parent();
            left.retain(|id| !known.contains(id) && !self.earlier.contains(id) && !reap(*id));
            for id in left.iter().filter_map(|id| pid(*id)) {
                // One that cannot be killed (of another user) is tried again until the time is up.
                let _ = kill_process(id, Signal::KILL);
            }
            drop(known);
            quiet = if left.is_empty() { quiet + 1 } else { 0 };
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        // It was waited for, unless starting its readers failed; then it is still known and not taken for an orphan.
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            known().remove(&self.child.id());
        }
    }
}

/// Waits for a child that has ended; returns false for one that is running.
fn reap(id: u32) -> bool {
    pid(id).is_some_and(|id| !matches!(waitpid(Some(id), WaitOptions::NOHANG), Ok(None)))
}

fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

/// The direct children of this process, those that have ended but were not waited for included: from the lists that the
/// kernel keeps for each thread, if it was built with them. Such a list can lack a child while another one ends.
fn children() -> Vec<u32> {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    let mut found = Vec::new();
    for thread in threads.filter_map(Result::ok) {
        match fs::read_to_string(thread.path().join("children")) {
            Ok(list) => found.extend(list.split_whitespace().filter_map(|id| id.parse::<u32>().ok())),
            Err(_) if thread.path().exists() => return children_by_parent(),
            // The thread has ended meanwhile.
            Err(_) => {}
        }
    }
    found
}

/// All processes whose parent is this one: slower, and complete.
fn children_by_parent() -> Vec<u32> {
    let own = std::process::id();
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| parent(*id) == Some(own)).collect()
}

/// The parent of a process: the second field after its name, which is in parentheses and can contain any.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
