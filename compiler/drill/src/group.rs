//! A process and all that it started, as one. Where the system knows no process groups, the process alone.

use std::process::{Child, Command};

#[cfg(unix)]
mod unix {
    use super::{Child, Command};
    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

    fn of(child: &Child) -> Option<Pid> {
        i32::try_from(child.id()).ok().and_then(Pid::from_raw)
    }

    /// Gives a command a group of its own: an interrupt at the terminal reaches the drill, which then ends all in good order.
    pub(in super::super) fn own(command: &mut Command) {
        std::os::unix::process::CommandExt::process_group(command, 0);
    }

    /// Asks everybody in the group to end.
    pub(in super::super) fn ask_to_end(child: &mut Child) {
        // Fails only where nobody is left, which is what is wanted.
        let _ = of(child).map(|group| kill_process_group(group, Signal::TERM));
    }

    /// Whether nobody in the group is left. The child itself must have been waited for.
    pub(in super::super) fn is_gone(child: &mut Child) -> bool {
        of(child).is_none_or(|group| test_kill_process_group(group).is_err() || only_zombies(group))
    }

    /// Ends everybody in the group at once.
    pub(in super::super) fn kill(child: &mut Child) {
        let _ = of(child).map(|group| kill_process_group(group, Signal::KILL));
        let _ = child.wait();
    }

    /// Whether all that is left of the group are processes that ended and that nobody has waited for: a container's first
    /// process may never do so. Where the system does not say, somebody is left.
    fn only_zombies(group: Pid) -> bool {
        let Ok(processes) = std::fs::read_dir("/proc") else { return false };
        let group = group.as_raw_nonzero().to_string();
        let mut members = processes.flatten().filter_map(|process| {
            let stat = std::fs::read_to_string(process.path().join("stat")).ok()?;
            // Behind the name, which may hold anything: state, parent, group.
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
