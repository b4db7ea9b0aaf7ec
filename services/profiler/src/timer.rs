//! A timer on the processor clock of one thread.
#![allow(unsafe_code, reason = "POSIX timers")]

use std::time::Duration;

/// A timer that sends SIGPROF to the thread that made it.
#[derive(Debug)]
pub(crate) struct Timer(libc::timer_t);

// SAFETY: a timer's id is a name for the whole process; the calls on it may come from any thread.
unsafe impl Send for Timer {}

impl Timer {
    /// A stopped timer of the calling thread; `None` where the system has none left.
    pub(crate) fn of_this_thread() -> Option<Self> {
        // SAFETY: the event is plain data, read by timer_create, which fills the id where it succeeds.
        unsafe {
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = libc::SIGPROF;
            event.sigev_notify_thread_id = libc::gettid();
            let mut id: libc::timer_t = std::mem::zeroed();
            let made = libc::timer_create(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut event, &raw mut id);
            (made == 0).then_some(Self(id))
        }
    }

    /// Fires each time the thread has used `period` of processor time; a period of nothing stops it.
    pub(crate) fn every(&self, period: Duration) {
        let length =
            libc::timespec { tv_sec: period.as_secs().try_into().unwrap_or(0), tv_nsec: period.subsec_nanos().into() };
        let setting = libc::itimerspec { it_interval: length, it_value: length };
        // SAFETY: the id is that of a timer that is not deleted, and the setting is read only. The call fails only for
        // settings out of range, which a duration below a second is not.
        unsafe {
            libc::timer_settime(self.0, 0, &raw const setting, std::ptr::null_mut());
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: made by timer_create, and deleted once.
        unsafe {
            libc::timer_delete(self.0);
        }
    }
}
