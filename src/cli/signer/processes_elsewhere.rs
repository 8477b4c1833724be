//! The processes of a signing program: its process group, where the system gives no more.

use std::io;
use std::process::{Child, Command};

/// A program and what it started.
pub(super) struct Family {
    /// The program.
    pub(super) child: Child,
}

impl Family {
    /// Starts a program in a process group of its own.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Self { child: command.spawn()? })
    }

    /// Ends the program and its process group.
    pub(super) fn end(&mut self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
            // A group that has ended already needs no signal.
            let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
