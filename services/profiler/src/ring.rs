//! Samples on their way from a thread's handler to the exporter: one writer, one reader, no lock, fixed memory.
#![allow(unsafe_code, reason = "slots are shared between a signal handler and the exporter")]

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::context::Ids;

/// Frames of a sample; deeper stacks lose their outermost ones.
pub(crate) const DEPTH: usize = 64;
/// Samples that wait: two and a half seconds of a busy thread at 99 Hz.
const SLOTS: usize = 256;

/// One look at a thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) ids: Ids,
    /// Periods of processor time that the thread used since the last look.
    pub(crate) periods: u32,
    /// How many of `frames` are set.
    pub(crate) depth: usize,
    /// Addresses: where it was, then return addresses, innermost first.
    pub(crate) frames: [u64; DEPTH],
}

const EMPTY: Sample = Sample { ids: Ids { trace: [0, 0], span: 0 }, periods: 0, depth: 0, frames: [0; DEPTH] };

/// The samples of one thread.
pub(crate) struct Ring {
    slots: Box<[UnsafeCell<Sample>]>,
    /// Samples written so far; only the handler changes it.
    written: AtomicUsize,
    /// Samples read so far; only the exporter changes it.
    read: AtomicUsize,
    /// Samples for which there was no room.
    dropped: AtomicU64,
}

// SAFETY: a slot is touched by the writer while `written - read < SLOTS` leaves it free, and by the reader once `written`
// has passed it; both counters are published with release and read with acquire.
unsafe impl Sync for Ring {}

impl Ring {
    pub(crate) fn new() -> Self {
        Self {
            slots: (0..SLOTS).map(|_| UnsafeCell::new(EMPTY)).collect(),
            written: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// Lets `fill` write the next sample, or counts it as dropped. Safe in a signal handler; one writer at a time.
    pub(crate) fn push(&self, fill: impl FnOnce(&mut Sample)) {
        let written = self.written.load(Ordering::Relaxed);
        if written.wrapping_sub(self.read.load(Ordering::Acquire)) >= SLOTS {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let Some(slot) = self.slots.get(written % SLOTS) else { return };
        // SAFETY: the reader has left this slot, as `read` says, and the handler does not interrupt itself: SIGPROF is
        // blocked while it is handled.
        fill(unsafe { &mut *slot.get() });
        self.written.store(written.wrapping_add(1), Ordering::Release);
    }

    /// Hands every waiting sample to `take`; one reader at a time. Gives how many were dropped since the last call.
    pub(crate) fn drain(&self, mut take: impl FnMut(&Sample)) -> u64 {
        let written = self.written.load(Ordering::Acquire);
        let mut read = self.read.load(Ordering::Relaxed);
        while read != written {
            let Some(slot) = self.slots.get(read % SLOTS) else { break };
            // SAFETY: `written` has passed this slot and `read` has not, so the writer stays away from it.
            take(unsafe { &*slot.get() });
            read = read.wrapping_add(1);
            self.read.store(read, Ordering::Release);
        }
        self.dropped.swap(0, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_and_counts_what_does_not_fit() {
        let ring = Ring::new();
        for span in 0..300 {
            ring.push(|sample| sample.ids.span = span);
        }
        let mut seen = Vec::new();
        assert_eq!(ring.drain(|sample| seen.push(sample.ids.span)), 300 - SLOTS as u64);
        assert_eq!(seen, (0..SLOTS as u64).collect::<Vec<_>>());
        ring.push(|sample| sample.ids.span = 7);
        assert_eq!((ring.drain(|sample| assert_eq!(sample.ids.span, 7)), ring.drain(|_| unreachable!())), (0, 0));
    }

    #[test]
    fn nothing_is_torn_between_two_threads() {
        let ring = Ring::new();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..100_000 {
                    ring.push(|sample| {
                        (sample.ids.span, sample.depth) = (number, number as usize % DEPTH);
                        sample.frames.fill(number);
                    });
                }
            });
            let (mut last, mut seen, mut lost) = (None, 0, 0);
            while seen + lost < 100_000 {
                lost += ring.drain(|sample| {
                    assert!(last.is_none_or(|last| last < sample.ids.span));
                    assert!(sample.frames.iter().all(|frame| *frame == sample.ids.span));
                    last = Some(sample.ids.span);
                    seen += 1;
                });
            }
        });
    }
}
