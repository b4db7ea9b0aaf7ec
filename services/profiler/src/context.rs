//! The ids that a thread works for, where a signal handler can read them.
//!
//! OpenTelemetry keeps its current context behind a `RefCell` that a handler must not touch. An observer copies the ids
//! into a plain thread-local on every change, which `tracing-opentelemetry` makes on every poll of a traced future.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, compiler_fence};

use opentelemetry::Context;
use opentelemetry::context::{ContextObserver, GlobalContextObserver};
use opentelemetry::trace::TraceContextExt;

/// The ids of one thread. Written by the thread, read by handlers that interrupt it; never by another thread, so
/// relaxed atomics with compiler fences are enough.
struct Current {
    valid: AtomicBool,
    trace: [AtomicU64; 2],
    span: AtomicU64,
}

thread_local! {
    // Constant and without a destructor: reading it neither allocates nor registers anything.
    static CURRENT: Current = const {
        Current { valid: AtomicBool::new(false), trace: [AtomicU64::new(0), AtomicU64::new(0)], span: AtomicU64::new(0) }
    };
}

/// Trace and span; zero where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Ids {
    /// The trace id's two halves.
    pub(crate) trace: [u64; 2],
    /// The span id.
    pub(crate) span: u64,
}

/// The ids of the thread that this runs on. Safe in a signal handler.
pub(crate) fn current() -> Ids {
    CURRENT
        .try_with(|current| {
            if !current.valid.load(Ordering::Relaxed) {
                return Ids::default();
            }
            compiler_fence(Ordering::Acquire);
            Ids {
                trace: [current.trace[0].load(Ordering::Relaxed), current.trace[1].load(Ordering::Relaxed)],
                span: current.span.load(Ordering::Relaxed),
            }
        })
        .unwrap_or_default()
}

fn set(context: &Context) {
    // Asking for the current context in here would panic; the one handed over is enough.
    let span = context.span();
    let ids = span.span_context();
    let _ = CURRENT.try_with(|current| {
        // A handler in between sees no ids rather than half of them.
        current.valid.store(false, Ordering::Relaxed);
        compiler_fence(Ordering::Release);
        if !ids.is_valid() {
            return;
        }
        let trace = u128::from_be_bytes(ids.trace_id().to_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        let halves = [(trace >> 64) as u64, trace as u64];
        current.trace[0].store(halves[0], Ordering::Relaxed);
        current.trace[1].store(halves[1], Ordering::Relaxed);
        current.span.store(u64::from_be_bytes(ids.span_id().to_bytes()), Ordering::Relaxed);
        compiler_fence(Ordering::Release);
        current.valid.store(true, Ordering::Relaxed);
    });
}

struct Observer;

impl ContextObserver for Observer {
    fn on_context_enter(&self, _: &Context, to: &Context) {
        set(to);
    }

    fn on_context_exit(&self, _: &Context, to: &Context) {
        set(to);
    }
}

/// Follows every change of context from now on.
pub(crate) fn observe() {
    GlobalContextObserver::set(Arc::new(Observer));
}
