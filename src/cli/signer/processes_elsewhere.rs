//! The processes of a signing program: only its process group, on systems that cannot find other descendants.

use std::io;
use std::process::{Child, Command};

/// A program and its process group.
pub(super) struct Family {
    /// The program.
    pub(super) child: Child,
}

impl Family {
    /// Starts a program in its own process group.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Self { child: command.spawn()? })
    }

    /// Kills the program and its process group.
    pub(super) fn end(&mut self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
            // The group may have ended already.
            let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
