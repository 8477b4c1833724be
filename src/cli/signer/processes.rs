//! The processes of a signing program. When it ends, everything that it started is killed, also processes in other
//! sessions.
//!
//! This process adopts orphans (`PR_SET_CHILD_SUBREAPER`): if a process that the program started loses its parent, this
//! process becomes the parent, in any session or process group. To end a program, its group is killed, then all
//! orphans, repeatedly until no orphan is left. Only direct children are killed: they keep their process id until this
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

/// Maximum time for killing orphans. Processes that start others faster than they are killed can survive.
const PATIENCE: Duration = Duration::from_secs(2);

/// Children that are not orphans: running programs, and processes that were children before the first program (a shell
/// that was replaced by this process can leave some).
///
/// Locked while a program is started, so that a new program is not mistaken for an orphan.
fn known() -> MutexGuard<'static, HashSet<u32>> {
    static KNOWN: OnceLock<Mutex<HashSet<u32>>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let before = children();
        // On an old kernel this fails, and processes in other sessions survive. The group is still killed.
        let _ = set_child_subreaper(Some(getpid()));
        Mutex::new(before.into_iter().collect())
    });
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program and the processes that it started.
pub(super) struct Family {
    /// The program.
    pub(super) child: Child,
    /// Orphans of earlier programs, for example agents that keep running.
    earlier: HashSet<u32>,
}

impl Family {
    /// Starts a program in its own process group.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut known = known();
        // Wait for those that have ended meanwhile: no other code does.
        let earlier = children().into_iter().filter(|id| !known.contains(id) && !reap(*id)).collect();
        let child = command.spawn()?;
        known.insert(child.id());
        Ok(Self { child, earlier })
    }

    /// Kills the program and everything that it started.
    pub(super) fn end(&mut self) {
        if let Some(group) = pid(self.child.id()) {
            // The group may have ended already.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let (end, mut pause) = (Instant::now() + PATIENCE, Duration::from_millis(1));
        let mut quiet = 0;
        // A process can become an orphan while the list is read, so stop only after two empty lists.
        while quiet < 2 && Instant::now() < end {
            let known = known();
            let mut left = children_by_parent();
            left.retain(|id| !known.contains(id) && !self.earlier.contains(id) && !reap(*id));
            for id in left.iter().filter_map(|id| pid(*id)) {
                // A process of another user cannot be killed; it is retried until the time is up.
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
        // The program has been waited for, unless starting its readers failed. In that case it remains a known child
        // and is not mistaken for an orphan.
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

/// Returns the direct children of this process, including those that have ended but have not been waited for. Reads the
/// lists that the kernel keeps for each thread, if available. Such a list can miss a child while another one ends.
fn children() -> Vec<u32> {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    let mut found = Vec::new();
    for thread in threads.filter_map(Result::ok) {
        match fs::read_to_string(thread.path().join("children")) {
            Ok(list) => found.extend(list.split_whitespace().filter_map(|id| id.parse::<u32>().ok())),
            Err(_) if thread.path().exists() => return children_by_parent(),
            // The thread has ended.
            Err(_) => {}
        }
    }
    found
}

/// Returns all processes whose parent is this one. Slower, but complete.
fn children_by_parent() -> Vec<u32> {
    let own = std::process::id();
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| parent(*id) == Some(own)).collect()
}

/// Returns the parent of a process: the second field after its name. The name is in parentheses and can contain any
/// character.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}
