//! Mechanisms without a guilty commit.

use super::mechanism::{BASE, Mechanism};
use crate::sign::Sign as S;

const OPERATION: Mechanism = Mechanism { against: &[], remedy: "none", ..BASE };

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
        name: "a disk that fails or slows",
        key: &[(S::DiskFails, 0.9)],
        also: &[
            S::LatencyUp,
            S::ErrorsUp,
            S::Timeouts,
            S::LockWait,
            S::QueueUp,
            S::PoolExhausted,
            S::LagUp,
            S::Retries,
            S::Overloaded,
            S::Failover,
        ],
        remedy: "failover",
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
