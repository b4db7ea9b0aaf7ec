//! The drill as written: how a system is started, changed and broken on purpose.

use super::decode::Needed;
use super::leaf::{Name, Text};
use super::record::record;
use crate::source::Spanned;

record! {
    /// How `emberline gameday` starts, deploys and breaks a system, to find out how long it takes from a fault to its commit.
    ///
    /// Commands are lines for `sh -c`, relative to the root of the repository. They meet the drill through variables:
    ///
    /// - `start`, in a checkout at the good revision: `EMBERLINE_GENERATED` (rules, collectors and Alertmanager, compiled
    ///   for the drill), `EMBERLINE_DATA` (an empty folder), `EMBERLINE_TIME_SCALE` (a whole number) and
    ///   `EMBERLINE_REVISION` (the full commit). It brings everything up under load, with history behind it, so that long
    ///   windows are full, and runs until SIGTERM, at which it ends all that it started. Once ready it prints one line of
    ///   JSON, addresses by name: `{"prometheus": "http://127.0.0.1:9090", "store": …, "tempo": …, "jaeger": …,
    ///   "loki": …, "pyroscope": …, "alertmanager": …}`, in the form of the file that `walk --stores` reads. Only
    ///   `prometheus` or `victoria_metrics` is needed. All else goes to standard error.
    /// - `deploy` and `rollback`, in a checkout of the revision to deploy (the same folder each time): `EMBERLINE_DATA`,
    ///   `EMBERLINE_REVISION`. They build, restart what changed, and return 0 once it serves. They may print one line of
    ///   JSON: `{"services": ["checkout"]}`. What is deployed tells its revision as `vcs.ref.head.revision` in its
    ///   telemetry.
    /// - `inject`: `EMBERLINE_DATA`, `EMBERLINE_FAULT` (one of `outages`), `EMBERLINE_PHASE` (`begin` or `end`).
    #[schemars(extend("dependentRequired" = {"outages": ["inject"]}))]
    pub struct DrillSpec {
        /// How much shorter windows, floors, steps and intervals are while it drills. Default: 1, the real windows.
        time_scale: Option<Spanned<u32>>,
        /// A folder of patches, each a fault: the form of `git format-patch`, with an innocent message. Its folder `honest`
        /// holds commits that do no harm, to hide it among. Headers that begin with `X-Fault-` are read after the drill.
        faults: Option<Spanned<Text>>,
        /// Starts the system, and runs until it is told to end.
        start: Needed<Spanned<Text>>,
        /// Deploys what is checked out.
        deploy: Needed<Spanned<Text>>,
        /// Deploys what is checked out in place of a bad release. Default: `deploy`.
        rollback: Option<Spanned<Text>>,
        /// Begins and ends faults that are no commits.
        inject: Option<Spanned<Text>>,
        /// The faults that `inject` knows.
        outages: Option<Spanned<Vec<Spanned<Name>>>>,
    }
}
