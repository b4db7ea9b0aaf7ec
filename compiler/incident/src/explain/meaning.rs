//! Mechanisms of code and configuration after which a value, a name or a condition means something else.

use super::mechanism::{BASE, Mechanism};
use crate::effects::{Effect as E, Topic};
use crate::sign::Sign as S;

pub(super) const ROWS: &[Mechanism] = &[
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
            (S::ValueUnknown, 0.6),
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
        name: "a value that its readers do not know",
        effects: &[E::VariantAdded],
        key: &[
            (S::ValueUnknown, 1.0),
            (S::DecodeFailed, 0.8),
            (S::Poison, 0.6),
            (S::WrongType, 0.5),
            (S::Rejected, 0.5),
            (S::Crash, 0.4),
            (S::LagUp, 0.4),
            (S::NotFound, 0.3),
            (S::ErrorsUp, 0.3),
        ],
        also: &[S::ErrorsUp, S::LagUp, S::QueueUp, S::Retries, S::NotFound, S::Poison],
        against: &[S::Surge, S::NodeContention, S::NodeLost, S::ProviderDown],
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
            (S::Stale, 0.5),
            (S::LagUp, 0.3),
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
            (S::Stale, 0.4),
            (S::Duplicates, 0.5),
            (S::NotFound, 0.4),
            (S::ErrorsUp, 0.3),
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
        key: &[(S::WrongValues, 0.7), (S::Stale, 0.6), (S::NullDereference, 0.4), (S::Retries, 0.2)],
        also: &[S::ErrorsUp],
        ..BASE
    },
];
