//! A number that changes, and what it is about.

/// A number that changes.
#[derive(Debug, Clone)]
pub(crate) struct Shift {
    pub(crate) topic: Topic,
    pub(crate) old: f64,
    pub(crate) new: f64,
    /// The added line.
    pub(crate) line: String,
}

/// What a number is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Timeout,
    CacheTime,
    CacheSize,
    Retry,
    Backoff,
    Pool,
    Idle,
    Memory,
    Cpu,
    Workers,
    RateLimit,
    Sampling,
    Hashing,
    Probe,
    PageSize,
    PayloadLimit,
    Other,
}
