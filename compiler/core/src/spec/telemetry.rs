//! What the policy says of telemetry as written: which traces are kept, what is redacted, and how long things stay.

use super::leaf::Name;
use super::record::{record, words};
use crate::quantity::{Duration, Percent};
use crate::source::Spanned;

record! {
    /// Which traces the gateway keeps. Errors and traces slower than an objective's threshold are always kept.
    pub struct SamplingSpec {
        /// The share of all other traces that the gateway keeps. Default: `5%`.
        baseline: Option<Spanned<Percent>>,
        /// How long the gateway waits for spans of a trace before it decides. Default: `10s`.
        decision_wait: Option<Spanned<Duration>>,
    }
}

record! {
    /// What may leave the node. Values that look like personal data or secrets are masked in any case.
    pub struct RedactionSpec {
        /// Attributes that pass besides those that specs declare and the common ones of OpenTelemetry.
        allow: Option<Vec<Spanned<String>>>,
        /// Whether other attributes are dropped on the node, or pass with their values scrubbed. Default: `drop`.
        undeclared: Option<Spanned<Undeclared>>,
    }
}

words! {
    /// What happens to an undeclared attribute.
    pub enum Undeclared {
        /// The agent removes it.
        Drop = "drop",
        /// It passes, and its value is scrubbed like any other.
        Keep = "keep",
    }
}

record! {
    /// How long each signal is kept.
    pub struct RetentionSpec {
        /// Samples in Prometheus; at least the longest window of an objective. Default: that window and ten days more.
        metrics: Option<Spanned<Duration>>,
        /// Traces that were sampled. Default: `14d`.
        traces: Option<Spanned<Duration>>,
        /// Profiles. Default: `7d`.
        profiles: Option<Spanned<Duration>>,
        /// Tiers of logs, from the most severe down. Default: error 90d, info 14d, debug 2d.
        #[schemars(length(min = 1))]
        logs: Option<Spanned<Vec<LogTierSpec>>>,
    }
}

record! {
    /// A tier of logs: records at least so severe, and less so than the tier above.
    pub struct LogTierSpec {
        /// The tier's name: the value of `retention.tier`, and a label in Loki.
        tier: Spanned<Name>,
        /// The lowest severity in the tier. The last tier has `trace`, so that each record has a tier.
        min_severity: Spanned<SeverityWord>,
        /// How long its records are kept.
        keep: Spanned<Duration>,
    }
}

words! {
    /// The severity of a log record, as OpenTelemetry names its ranges.
    pub enum SeverityWord {
        /// Finest detail.
        Trace = "trace",
        /// For developers.
        Debug = "debug",
        /// An ordinary event.
        Info = "info",
        /// Not an error yet.
        Warn = "warn",
        /// Something failed.
        Error = "error",
        /// The program cannot go on.
        Fatal = "fatal",
    }
}
