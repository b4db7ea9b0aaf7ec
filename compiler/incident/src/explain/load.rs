//! Mechanisms of code and configuration that cost time, memory, connections or capacity.

use super::mechanism::{BASE, Mechanism};
use crate::effects::{Effect as E, Topic};
use crate::sign::Sign as S;

pub(super) const ROWS: &[Mechanism] = &[
    Mechanism {
        name: "one call for each item instead of one for all",
        effects: &[E::CallInLoop, E::BatchRemoved, E::LazyLoad],
        key: &[
            (S::QueriesUp, 1.0),
            (S::FanOut, 1.0),
            (S::Quota, 0.7),
            (S::SlowQuery, 0.4),
            (S::Waiting, 0.4),
            (S::LatencyUp, 0.3),
        ],
        also: &[S::LatencyUp, S::Timeouts, S::CpuHot, S::Retries, S::ErrorsUp, S::PoolExhausted, S::QueueUp, S::LagUp],
        ..BASE
    },
    Mechanism {
        name: "a query or page without its limit, filter or index",
        effects: &[E::LimitRemoved, E::FilterRemoved, E::IndexRemoved, E::PayloadGrown, E::QueryChanged],
        key: &[
            (S::RowsUp, 1.0),
            (S::SlowQuery, 1.0),
            (S::PayloadUp, 0.8),
            (S::LockWait, 0.3),
            (S::OutOfMemory, 0.5),
            (S::MemoryUp, 0.4),
        ],
        also: &[S::LatencyUp, S::CpuHot, S::MemoryUp, S::Timeouts, S::PoolExhausted, S::Collector, S::ErrorsUp],
        ..BASE
    },
    Mechanism {
        name: "a timeout below the usual time of the call",
        effects: &[E::TimeoutLowered],
        key: &[(S::ShortDeadline, 1.0), (S::Timeouts, 0.9), (S::Cancelled, 0.7)],
        also: &[S::ErrorsUp, S::LatencyDown, S::Retries],
        topic: Some(Topic::Timeout),
        ..BASE
    },
    Mechanism {
        name: "a timeout that is gone or too long",
        effects: &[E::TimeoutRemoved, E::TimeoutRaised],
        key: &[(S::PoolExhausted, 0.9), (S::ThreadsUp, 1.0), (S::QueueUp, 0.8), (S::LatencyUp, 0.4)],
        also: &[S::LatencyUp, S::Timeouts, S::HandlesUp, S::MemoryUp, S::Overloaded, S::ErrorsUp],
        topic: Some(Topic::Timeout),
        ..BASE
    },
    Mechanism {
        name: "retries that multiply the load",
        effects: &[E::RetryRaised, E::BackoffRemoved],
        key: &[(S::Retries, 1.0), (S::FanOut, 0.9), (S::Overloaded, 0.6), (S::Quota, 0.6), (S::Surge, 0.5)],
        also: &[S::ErrorsUp, S::LatencyUp, S::CpuHot, S::Timeouts, S::QueueUp, S::Duplicates, S::PoolExhausted],
        topic: Some(Topic::Retry),
        against: &[S::Poison, S::NodeContention, S::NodeLost],
        ..BASE
    },
    Mechanism {
        name: "a failure that is no longer retried",
        effects: &[E::RetryLowered],
        key: &[(S::ErrorsUp, 0.5), (S::Refused, 0.5), (S::Timeouts, 0.4)],
        also: &[S::LatencyDown],
        topic: Some(Topic::Retry),
        ..BASE
    },
    Mechanism {
        name: "more log lines or samples",
        effects: &[E::LogRaised],
        key: &[(S::LogFlood, 1.0), (S::DiskFull, 0.7)],
        also: &[S::ErrorsUp, S::CpuHot, S::LatencyUp, S::QueueUp, S::Crash, S::Overloaded],
        remedy: "config-revert",
        topic: Some(Topic::Sampling),
        ..BASE
    },
    Mechanism {
        name: "a smaller pool of connections",
        effects: &[E::PoolLowered],
        key: &[(S::PoolExhausted, 1.0)],
        also: &[S::LatencyUp, S::Timeouts, S::QueueUp, S::ErrorsUp],
        remedy: "config-revert",
        topic: Some(Topic::Pool),
        ..BASE
    },
    Mechanism {
        name: "more connections than the server takes",
        effects: &[E::PoolRaised, E::WorkersRaised, E::GrowthUnbounded],
        key: &[(S::TooManyConnections, 1.0), (S::MemoryUp, 0.2)],
        also: &[S::ErrorsUp, S::Refused, S::PoolExhausted],
        remedy: "config-revert",
        topic: Some(Topic::Pool),
        ..BASE
    },
    Mechanism {
        name: "connections that are kept for longer than the peer keeps them",
        effects: &[E::IdleRaised],
        key: &[(S::Refused, 0.9), (S::TooManyConnections, 0.7), (S::ErrorsUp, 0.3)],
        also: &[S::ErrorsUp, S::Retries, S::Timeouts],
        topic: Some(Topic::Idle),
        ..BASE
    },
    Mechanism {
        name: "less memory than the process needs",
        effects: &[E::MemoryLowered],
        key: &[(S::OutOfMemory, 1.0), (S::Collector, 0.8), (S::Restarts, 0.6), (S::MemoryUp, 0.3)],
        also: &[S::ErrorsUp, S::LatencyUp, S::ProbeFailed, S::Crash, S::Refused],
        remedy: "config-revert",
        topic: Some(Topic::Memory),
        against: &[S::Surge, S::NodeContention, S::Poison],
    },
    Mechanism {
        name: "less processor time than the process needs",
        effects: &[E::CpuLowered],
        key: &[(S::CpuThrottled, 1.0), (S::Collector, 0.6), (S::CpuHot, 0.4), (S::QueueUp, 0.4)],
        also: &[S::LatencyUp, S::Timeouts, S::ProbeFailed, S::QueueUp, S::ErrorsUp],
        remedy: "config-revert",
        topic: Some(Topic::Cpu),
        ..BASE
    },
    Mechanism {
        name: "fewer workers or smaller queues than the load needs",
        effects: &[E::WorkersLowered, E::BlockingAdded],
        key: &[
            (S::QueueUp, 1.0),
            (S::LagUp, 0.8),
            (S::Overloaded, 0.7),
            (S::ThreadsUp, 0.7),
            (S::Waiting, 0.6),
            (S::LatencyUp, 0.3),
        ],
        also: &[S::LatencyUp, S::Timeouts, S::ErrorsUp, S::PoolExhausted],
        topic: Some(Topic::Workers),
        ..BASE
    },
    Mechanism {
        name: "a lower rate limit",
        effects: &[E::RateLowered],
        key: &[(S::Quota, 1.0), (S::PayloadUp, 0.7), (S::Rejected, 0.4)],
        also: &[S::ErrorsUp, S::Retries, S::Overloaded],
        remedy: "config-revert",
        topic: Some(Topic::RateLimit),
        ..BASE
    },
    Mechanism {
        name: "something that is opened and never given back",
        effects: &[E::CloseRemoved, E::GrowthUnbounded],
        key: &[
            (S::PoolExhausted, 0.9),
            (S::HandlesUp, 1.0),
            (S::ThreadsUp, 1.0),
            (S::MemoryUp, 0.8),
            (S::OutOfMemory, 0.8),
            (S::Collector, 0.7),
            (S::TooManyConnections, 0.8),
        ],
        also: &[S::Restarts, S::LatencyUp, S::Timeouts, S::ErrorsUp, S::CpuHot, S::QueueUp, S::Refused, S::ProbeFailed],
        ..BASE
    },
    Mechanism {
        name: "a cache that no longer answers",
        effects: &[E::CacheRemoved, E::CacheShortened, E::CacheKeyChanged],
        key: &[(S::CacheMiss, 1.0), (S::FanOut, 0.6), (S::QueriesUp, 0.6)],
        also: &[
            S::LatencyUp,
            S::CpuHot,
            S::Timeouts,
            S::PoolExhausted,
            S::Overloaded,
            S::SlowQuery,
            S::QueueUp,
            S::RowsUp,
            S::MemoryUp,
            S::Quota,
            S::ErrorsUp,
        ],
        topic: Some(Topic::CacheTime),
        ..BASE
    },
    Mechanism {
        name: "work that costs more processor time",
        effects: &[E::PatternChanged, E::HeavyLoop],
        key: &[(S::Backtracking, 1.0), (S::CpuHot, 1.0), (S::CpuThrottled, 0.7)],
        also: &[S::LatencyUp, S::Timeouts, S::QueueUp, S::ThreadsUp, S::ProbeFailed, S::ErrorsUp],
        topic: Some(Topic::Hashing),
        ..BASE
    },
    Mechanism {
        name: "locks that are held longer or in another order",
        effects: &[E::LockAdded],
        key: &[
            (S::LockWait, 1.0),
            (S::Deadlock, 1.0),
            (S::Waiting, 0.7),
            (S::ThreadsUp, 0.5),
            (S::QueueUp, 0.4),
            (S::LatencyUp, 0.35),
        ],
        also: &[S::LatencyUp, S::Timeouts, S::QueueUp, S::ThreadsUp, S::PoolExhausted, S::ErrorsUp, S::LagUp],
        ..BASE
    },
    Mechanism {
        name: "a health check that does not fit",
        effects: &[E::ProbeChanged],
        key: &[(S::ProbeFailed, 1.0), (S::Restarts, 0.9)],
        also: &[S::ErrorsUp, S::Refused, S::LatencyUp, S::Overloaded],
        remedy: "config-revert",
        topic: Some(Topic::Probe),
        ..BASE
    },
    Mechanism {
        name: "a job that runs at another time or more often",
        effects: &[E::ScheduleChanged],
        key: &[
            (S::BatchJob, 1.0),
            (S::CpuHot, 0.4),
            (S::LockWait, 0.4),
            (S::QueriesUp, 0.4),
            (S::FanOut, 0.4),
            (S::Stale, 0.5),
        ],
        also: &[S::LatencyUp, S::Timeouts, S::QueueUp, S::ErrorsUp],
        remedy: "config-revert",
        ..BASE
    },
    Mechanism {
        name: "consumers that cannot keep up or lose their partitions",
        effects: &[E::ConsumerChanged],
        key: &[(S::Rebalance, 1.0), (S::LagUp, 0.8), (S::Duplicates, 0.7)],
        also: &[S::QueueUp, S::ErrorsUp, S::LatencyUp, S::Timeouts],
        ..BASE
    },
    Mechanism {
        name: "metrics with unbounded labels",
        effects: &[E::LabelAdded],
        key: &[(S::Cardinality, 1.0), (S::MemoryUp, 0.5), (S::OutOfMemory, 0.5)],
        also: &[S::Collector, S::Restarts, S::CpuHot, S::LatencyUp],
        ..BASE
    },
];
