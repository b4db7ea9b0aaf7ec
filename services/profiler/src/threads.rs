//! The threads that are sampled: each has a timer and a ring.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::handler::SEAT;
use crate::ring::{Ring, Sample};
use crate::timer::Timer;

struct Thread {
    name: String,
    ring: Arc<Ring>,
    /// Gone once the thread ended; its ring stays until it is drained.
    timer: Option<Timer>,
}

struct Threads {
    all: Vec<Thread>,
    /// Between two samples of a busy thread.
    period: Duration,
    enabled: bool,
}

static THREADS: Mutex<Threads> = Mutex::new(Threads { all: Vec::new(), period: Duration::ZERO, enabled: false });

fn threads() -> MutexGuard<'static, Threads> {
    // No handler takes this lock, and no code under it panics; if one did, the list would still be sound.
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Threads {
    fn arm(&self, timer: &Timer) {
        timer.every(if self.enabled { self.period } else { Duration::ZERO });
    }

    fn arm_all(&self) {
        self.all.iter().filter_map(|thread| thread.timer.as_ref()).for_each(|timer| self.arm(timer));
    }
}

/// Sets how often threads are sampled.
pub(crate) fn begin(frequency_hz: u32, enabled: bool) {
    let mut threads = threads();
    threads.period = Duration::from_secs(1) / frequency_hz.max(1);
    threads.enabled = enabled;
    threads.arm_all();
}

/// Switches sampling on or off for every thread. Off, no timer runs.
pub fn set_enabled(on: bool) {
    let mut threads = threads();
    threads.enabled = on;
    threads.arm_all();
}

/// Whether threads are sampled.
#[must_use]
pub fn is_enabled() -> bool {
    threads().enabled
}

/// Lets the calling thread be sampled from now on. For a runtime's hook of threads that start, and for `main`.
pub fn on_thread_start() {
    let seated = SEAT.with(|seat| !seat.ring.load(Ordering::Relaxed).is_null());
    if seated {
        return;
    }
    let Some(timer) = Timer::of_this_thread() else { return };
    let ring = Arc::new(Ring::new());
    SEAT.with(|seat| {
        seat.measure();
        seat.ring.store(Arc::as_ptr(&ring).cast_mut(), Ordering::Relaxed);
    });
    let name = std::thread::current().name().unwrap_or("main").to_owned();
    let mut threads = threads();
    threads.arm(&timer);
    threads.all.push(Thread { name, ring, timer: Some(timer) });
}

/// Ends sampling of the calling thread. For a runtime's hook of threads that stop: a thread that ends without it would
/// leave a timer behind.
pub fn on_thread_stop() {
    let ring = SEAT.with(|seat| seat.ring.swap(std::ptr::null_mut(), Ordering::Relaxed));
    if let Some(thread) = threads().all.iter_mut().find(|thread| Arc::as_ptr(&thread.ring) == ring) {
        thread.timer = None;
    }
}

/// Hands every waiting sample of every thread to `take`, with the thread's name, and forgets threads that ended. Gives how
/// many samples were dropped.
pub(crate) fn drain(mut take: impl FnMut(&str, &Sample)) -> u64 {
    let mut threads = threads();
    let dropped = threads.all.iter().map(|thread| thread.ring.drain(|sample| take(&thread.name, sample))).sum();
    threads.all.retain(|thread| thread.timer.is_some());
    dropped
}
