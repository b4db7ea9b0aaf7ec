//! The table of mechanisms: how incidents come about, what each shows, and what a diff that causes it does.
//!
//! Mechanisms are general. A row names no system, no product and no single incident.

use crate::effects::{Effect, Topic};
use crate::sign::Sign;

/// How an incident may come about.
#[derive(Debug)]
pub(crate) struct Mechanism {
    /// In the words of a report: "… because of NAME".
    pub(crate) name: &'static str,
    /// What a diff does that causes it. Operational mechanisms have none.
    pub(crate) effects: &'static [Effect],
    /// What this mechanism, and few others, shows. The number says how well a sign identifies it.
    pub(crate) key: &'static [(Sign, f64)],
    /// What it shows as well.
    pub(crate) also: &'static [Sign],
    /// What it does not go along with.
    pub(crate) against: &'static [Sign],
    /// What mends it.
    pub(crate) remedy: &'static str,
    /// The numbers that the diff changes for it.
    pub(crate) topic: Option<Topic>,
}

const BASE: Mechanism = Mechanism {
    name: "",
    effects: &[],
    key: &[],
    also: &[],
    against: &[Sign::Surge, Sign::Poison, Sign::NodeContention, Sign::NodeLost, Sign::ProviderDown],
    remedy: "rollback",
    topic: None,
};

use Effect as E;
use Sign as S;

/// Mechanisms of code and configuration.
pub(crate) const CODE: &[Mechanism] = &[
    Mechanism {
        name: "one call for each item instead of one for all",
        effects: &[E::CallInLoop, E::BatchRemoved],
        key: &[(S::QueriesUp, 1.0), (S::FanOut, 1.0), (S::Quota, 0.7), (S::SlowQuery, 0.4), (S::LatencyUp, 0.3)],
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
        key: &[(S::Retries, 1.0), (S::FanOut, 0.9), (S::Overloaded, 0.6), (S::Quota, 0.6)],
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
        name: "a value that is used without a check",
        effects: &[E::GuardRemoved, E::ConditionChanged],
        key: &[(S::NullDereference, 1.0), (S::WrongType, 0.9), (S::Crash, 0.7)],
        also: &[S::ErrorsUp, S::Restarts, S::ProbeFailed],
        ..BASE
    },
    Mechanism {
        name: "a table or column that the database lacks",
        effects: &[E::TableUsed, E::SchemaDropped],
        key: &[(S::SchemaMissing, 1.0)],
        also: &[S::ErrorsUp, S::NotFound],
        remedy: "roll-forward",
        ..BASE
    },
    Mechanism {
        name: "a name or form that writer and reader no longer share",
        effects: &[E::FieldRenamed, E::WireChanged, E::SchemaDropped],
        key: &[
            (S::FieldUnknown, 1.0),
            (S::DecodeFailed, 1.0),
            (S::SchemaMissing, 0.5),
            (S::NullDereference, 0.4),
            (S::WrongType, 0.6),
            (S::Rejected, 0.4),
        ],
        also: &[S::ErrorsUp, S::LatencyDown, S::LagUp, S::WrongValues, S::Crash],
        ..BASE
    },
    Mechanism {
        name: "a set-up step or handler that is gone",
        effects: &[E::SetupRemoved, E::CallRemoved],
        key: &[(S::NotFound, 1.0), (S::ConfigMissing, 0.6), (S::NullDereference, 0.5), (S::Stale, 0.5)],
        also: &[S::ErrorsUp, S::LatencyDown],
        remedy: "roll-forward",
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
        key: &[(S::CpuThrottled, 1.0), (S::CpuHot, 0.4)],
        also: &[S::LatencyUp, S::Timeouts, S::ProbeFailed, S::QueueUp, S::ErrorsUp],
        remedy: "config-revert",
        topic: Some(Topic::Cpu),
        ..BASE
    },
    Mechanism {
        name: "fewer workers or smaller queues than the load needs",
        effects: &[E::WorkersLowered, E::BlockingAdded],
        key: &[(S::QueueUp, 1.0), (S::LagUp, 0.8), (S::Overloaded, 0.7), (S::ThreadsUp, 0.7), (S::LatencyUp, 0.3)],
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
        name: "a cache that answers for too long or for others",
        effects: &[E::CacheLengthened, E::CacheKeyChanged],
        key: &[(S::Stale, 1.0), (S::WrongValues, 0.8), (S::MemoryUp, 0.4), (S::OutOfMemory, 0.4)],
        also: &[S::ErrorsUp, S::Denied, S::NotFound],
        topic: Some(Topic::CacheTime),
        ..BASE
    },
    Mechanism {
        name: "an address that leads elsewhere",
        effects: &[E::EndpointChanged, E::NetworkChanged],
        key: &[
            (S::Refused, 1.0),
            (S::NameUnresolved, 1.0),
            (S::NotFound, 0.5),
            (S::Timeouts, 0.4),
            (S::NetworkLoss, 0.5),
            (S::Denied, 0.3),
        ],
        also: &[S::ErrorsUp, S::LatencyUp, S::Retries, S::LagUp],
        remedy: "config-revert",
        ..BASE
    },
    Mechanism {
        name: "a setting that is missing or has another name",
        effects: &[E::VariableRenamed, E::ConfigChanged],
        key: &[
            (S::ConfigMissing, 1.0),
            (S::NullDereference, 0.3),
            (S::Denied, 0.4),
            (S::Refused, 0.3),
            (S::Restarts, 0.3),
            (S::NotFound, 0.2),
        ],
        also: &[S::ErrorsUp, S::Crash, S::ProbeFailed],
        remedy: "config-revert",
        ..BASE
    },
    Mechanism {
        name: "changed access",
        effects: &[E::AccessChanged],
        key: &[(S::Denied, 1.0), (S::CredentialExpired, 0.5)],
        also: &[S::ErrorsUp, S::LatencyDown, S::Retries, S::LagUp],
        ..BASE
    },
    Mechanism {
        name: "changed certificates or transport security",
        effects: &[E::CertificateChanged],
        key: &[(S::CertificateBad, 0.9)],
        also: &[S::ErrorsUp, S::Refused, S::Retries],
        // A date passes by itself.
        against: &[S::CertificateExpired, S::Surge, S::Poison, S::NodeContention, S::NodeLost, S::ProviderDown],
        remedy: "config-revert",
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
        key: &[(S::LockWait, 1.0), (S::Deadlock, 1.0)],
        also: &[S::LatencyUp, S::Timeouts, S::QueueUp, S::ThreadsUp, S::PoolExhausted, S::ErrorsUp, S::LagUp],
        ..BASE
    },
    Mechanism {
        name: "state that is shared without a lock",
        effects: &[E::LockRemoved],
        key: &[(S::Race, 1.0), (S::WrongValues, 0.7), (S::Duplicates, 0.8), (S::Crash, 0.5), (S::NullDereference, 0.3)],
        also: &[S::ErrorsUp, S::Restarts],
        ..BASE
    },
    Mechanism {
        name: "values of another unit, width or zone",
        effects: &[E::UnitChanged, E::WidthNarrowed, E::ZoneChanged, E::ConstantChanged],
        key: &[
            (S::WrongValues, 1.0),
            (S::ClockSkew, 0.4),
            (S::CredentialExpired, 0.9),
            (S::Timeouts, 0.4),
            (S::Rejected, 0.5),
            (S::Stale, 0.3),
            (S::ShortDeadline, 0.6),
        ],
        also: &[S::ErrorsUp, S::Crash, S::Denied],
        ..BASE
    },
    Mechanism {
        name: "a condition that decides otherwise",
        effects: &[E::ConditionChanged],
        key: &[
            (S::WrongValues, 0.8),
            (S::Denied, 0.6),
            (S::Rejected, 0.6),
            (S::NotFound, 0.5),
            (S::Duplicates, 0.5),
            (S::ErrorsUp, 0.3),
        ],
        also: &[S::ErrorsUp, S::LatencyDown],
        ..BASE
    },
    Mechanism {
        name: "input that is newly refused",
        effects: &[E::GuardAdded],
        key: &[(S::Rejected, 1.0), (S::Denied, 0.5)],
        also: &[S::ErrorsUp, S::LatencyDown, S::LagUp],
        ..BASE
    },
    Mechanism {
        name: "a dependency of another version",
        effects: &[E::MajorBump, E::MinorBump],
        key: &[
            (S::LinkMissing, 1.0),
            (S::DecodeFailed, 0.5),
            (S::WrongType, 0.5),
            (S::CertificateBad, 0.3),
            (S::MemoryUp, 0.3),
            (S::ThreadsUp, 0.3),
            (S::HandlesUp, 0.3),
            (S::LatencyUp, 0.2),
            (S::NullDereference, 0.2),
            (S::PoolExhausted, 0.3),
        ],
        also: &[S::ErrorsUp, S::Crash, S::Restarts],
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
    Mechanism {
        name: "work that is done twice",
        effects: &[E::DedupeRemoved],
        key: &[(S::Duplicates, 1.0), (S::WrongValues, 0.4)],
        also: &[S::ErrorsUp, S::Retries],
        ..BASE
    },
    Mechanism {
        name: "a flag whose default turns",
        effects: &[E::FlagDefault],
        key: &[
            (S::FlagFlipped, 0.5),
            (S::ErrorsUp, 0.35),
            (S::LatencyUp, 0.35),
            (S::CacheMiss, 0.4),
            (S::Denied, 0.4),
            (S::NotFound, 0.3),
            (S::CpuHot, 0.3),
        ],
        also: &[],
        remedy: "config-revert",
        ..BASE
    },
    Mechanism {
        name: "errors that are hidden",
        effects: &[E::ErrorHidden],
        key: &[(S::WrongValues, 0.5), (S::Stale, 0.5), (S::Retries, 0.2)],
        also: &[S::ErrorsUp],
        ..BASE
    },
];

const OPERATION: Mechanism = Mechanism { against: &[], remedy: "none", ..BASE };

/// Mechanisms without a guilty commit.
pub(crate) const OPERATIONS: &[Mechanism] = &[
    Mechanism {
        name: "more traffic than the capacity takes",
        key: &[(S::Surge, 1.0)],
        also: &[
            S::CpuHot,
            S::QueueUp,
            S::Overloaded,
            S::LatencyUp,
            S::ErrorsUp,
            S::PoolExhausted,
            S::Timeouts,
            S::LagUp,
            S::MemoryUp,
            S::CpuThrottled,
            S::FanOut,
            S::Quota,
            S::Retries,
            S::QueriesUp,
        ],
        remedy: "scale",
        ..OPERATION
    },
    Mechanism {
        name: "another tenant of the node",
        key: &[(S::NodeContention, 1.0)],
        also: &[
            S::CpuThrottled,
            S::LatencyUp,
            S::Timeouts,
            S::BatchJob,
            S::MemoryUp,
            S::CpuHot,
            S::ErrorsUp,
            S::QueueUp,
            S::Quota,
            S::DiskFull,
            S::NodeLost,
        ],
        against: &[S::Surge],
        remedy: "reschedule",
        ..OPERATION
    },
    Mechanism {
        name: "a record that no consumer can process",
        key: &[(S::Poison, 1.0)],
        also: &[
            S::LagUp,
            S::DecodeFailed,
            S::Rejected,
            S::ErrorsUp,
            S::QueueUp,
            S::FieldUnknown,
            S::WrongType,
            S::NullDereference,
            S::Crash,
            S::Retries,
            S::WrongValues,
            S::Restarts,
        ],
        against: &[S::Surge],
        remedy: "purge-bad-data",
        ..OPERATION
    },
    Mechanism {
        name: "an external provider that fails",
        key: &[(S::ProviderDown, 1.0)],
        also: &[
            S::Timeouts,
            S::ErrorsUp,
            S::LatencyUp,
            S::Retries,
            S::Overloaded,
            S::Refused,
            S::QueueUp,
            S::ThreadsUp,
            S::PoolExhausted,
            S::LagUp,
        ],
        against: &[S::Surge],
        remedy: "failover",
        ..OPERATION
    },
    Mechanism {
        name: "an expired certificate",
        key: &[(S::CertificateExpired, 1.0), (S::CertificateBad, 0.6)],
        also: &[S::ErrorsUp, S::Refused, S::Retries, S::CredentialExpired, S::LatencyDown, S::CertificateBad],
        remedy: "renew-certificate",
        ..OPERATION
    },
    Mechanism {
        name: "an expired or revoked credential",
        key: &[(S::CredentialExpired, 0.85), (S::Denied, 0.4)],
        also: &[S::Denied, S::ErrorsUp, S::Retries, S::LagUp],
        remedy: "rotate-credentials",
        ..OPERATION
    },
    Mechanism {
        name: "names that no longer resolve",
        key: &[(S::NameUnresolved, 0.9)],
        also: &[S::Refused, S::ErrorsUp, S::Timeouts, S::LatencyUp, S::Retries],
        remedy: "failover",
        ..OPERATION
    },
    Mechanism {
        name: "a network that loses packets or is partitioned",
        key: &[(S::NetworkLoss, 0.9), (S::Refused, 0.3)],
        also: &[S::Timeouts, S::ErrorsUp, S::LatencyUp, S::Retries, S::Failover, S::LagUp, S::Refused],
        remedy: "failover",
        ..OPERATION
    },
    Mechanism {
        name: "a lost node",
        key: &[(S::NodeLost, 0.9)],
        also: &[
            S::Restarts,
            S::ErrorsUp,
            S::Refused,
            S::LatencyUp,
            S::Rebalance,
            S::Failover,
            S::ProbeFailed,
            S::Overloaded,
            S::LagUp,
            S::QueueUp,
            S::Timeouts,
        ],
        remedy: "reschedule",
        ..OPERATION
    },
    Mechanism {
        name: "a full disk",
        key: &[(S::DiskFull, 0.5)],
        also: &[S::ErrorsUp, S::Failover, S::LatencyUp, S::Restarts],
        against: &[S::LogFlood],
        remedy: "expand-storage",
        ..OPERATION
    },
    Mechanism {
        name: "a quota that others used up or that is too small",
        key: &[(S::Quota, 0.5)],
        also: &[S::ErrorsUp, S::Retries, S::LagUp, S::LatencyUp],
        remedy: "raise-quota",
        ..OPERATION
    },
    Mechanism {
        name: "a failover or a lagging replica",
        key: &[(S::Failover, 0.9)],
        also: &[S::ErrorsUp, S::Refused, S::LatencyUp, S::Stale, S::Retries, S::PoolExhausted, S::Timeouts],
        remedy: "failover",
        ..OPERATION
    },
    Mechanism {
        name: "a batch job at the same time",
        key: &[(S::BatchJob, 0.8)],
        also: &[
            S::CpuHot,
            S::LockWait,
            S::SlowQuery,
            S::LatencyUp,
            S::Timeouts,
            S::QueriesUp,
            S::PoolExhausted,
            S::RowsUp,
            S::QueueUp,
            S::ErrorsUp,
        ],
        remedy: "reschedule",
        ..OPERATION
    },
    Mechanism {
        name: "a clock that is wrong",
        key: &[(S::ClockSkew, 1.0)],
        also: &[S::Denied, S::ErrorsUp, S::CredentialExpired, S::CertificateBad, S::WrongValues],
        remedy: "restart",
        ..OPERATION
    },
    Mechanism {
        name: "a flag that was turned",
        key: &[(S::FlagFlipped, 0.7)],
        also: &[S::ErrorsUp, S::LatencyUp, S::QueriesUp, S::FanOut, S::CpuHot, S::CacheMiss, S::Timeouts],
        remedy: "flag-off",
        ..OPERATION
    },
];
