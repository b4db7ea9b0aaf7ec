//! A process and its children as a group. Without process groups of the system, the process alone.

use std::process::{Child, Command};

#[cfg(unix)]
mod unix {
    use super::{Child, Command};
    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

    fn of(child: &Child) -> Option<Pid> {
        i32::try_from(child.id()).ok().and_then(Pid::from_raw)
    }

    /// Gives a command its own group. An interrupt at the terminal reaches only the drill, which ends the group in
    /// order.
    pub(in super::super) fn own(command: &mut Command) {
        std::os::unix::process::CommandExt::process_group(command, 0);
    }

    /// Asks all processes of the group to end.
    pub(in super::super) fn ask_to_end(child: &mut Child) {
        // Fails only if no process is left, which is the goal.
        let _ = of(child).map(|group| kill_process_group(group, Signal::TERM));
    }

    /// Whether no process of the group is left. The child itself must have been waited for.
    pub(in super::super) fn is_gone(child: &mut Child) -> bool {
        of(child).is_none_or(|group| test_kill_process_group(group).is_err() || only_zombies(group))
    }

    /// Kills all processes of the group.
    pub(in super::super) fn kill(child: &mut Child) {
        let _ = of(child).map(|group| kill_process_group(group, Signal::KILL));
        let _ = child.wait();
    }

    /// Whether only zombies are left in the group: the first process of a container may never wait for them. If the
    /// system cannot tell, the answer is no.
    fn only_zombies(group: Pid) -> bool {
        let Ok(processes) = std::fs::read_dir("/proc") else { return false };
        let group = group.as_raw_nonzero().to_string();
        let mut members = processes.flatten().filter_map(|process| {
            let stat = std::fs::read_to_string(process.path().join("stat")).ok()?;
            // The fields after the name, which may hold any text: state, parent, group.
            let (_, rest) = stat.rsplit_once(") ")?;
            let mut fields = rest.split(' ');
            let state = fields.next()?.to_owned();
            (fields.nth(1)? == group).then_some(state)
        });
        members.all(|state| state == "Z" || state == "X")
    }
}

#[cfg(not(unix))]
mod other {
    use super::{Child, Command};

    pub(in super::super) fn own(_: &mut Command) {}

    pub(in super::super) fn ask_to_end(child: &mut Child) {
        kill(child);
    }

    pub(in super::super) fn is_gone(child: &mut Child) -> bool {
        matches!(child.try_wait(), Ok(Some(_)))
    }

    pub(in super::super) fn kill(child: &mut Child) {
        let _ = child.kill();
        let _ = child.wait();
    }
}

#[cfg(not(unix))]
pub(super) use other::{ask_to_end, is_gone, kill, own};
#[cfg(unix)]
pub(super) use unix::{ask_to_end, is_gone, kill, own};
