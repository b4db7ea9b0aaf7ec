//! What is kept of a capture while it is read and judged.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::counts::Counts;
use super::instrument::{Instruments, Resource};
use super::series::Series;
use super::shelf::{MakeRoom, Part, Shelf};
use crate::names::{Name, Names};
use crate::replay::Replay;
use crate::sensitive::Kind;
use crate::span::TraceId;

/// The place of personal data or a secret: service, field and kind of data.
pub type Leak = (Name, String, Kind);

/// The most places of each kind that are kept: fields with personal data, labels, and values of a label. A capture with
/// more has findings anyway, and must not fill the memory.
pub(super) const MOST_PLACES: usize = 10_000;
/// The most values of all labels together that are kept.
pub(super) const MOST_VALUES: usize = 200_000;

/// The telemetry that was read, reduced to what is judged.
pub struct Capture {
    /// Names of services.
    pub services: Names,
    /// Names of spans, routes, peers and metrics.
    pub names: Names,
    /// Paths of requests without a route.
    pub paths: Names,
    /// Services whose spans show W3C's trace flags. A zero in the spans of other services says nothing.
    pub(crate) writes_flags: HashSet<Name>,
    /// Services whose log records show them.
    pub(crate) logs_flags: HashSet<Name>,
    /// Services whose links show them.
    pub(crate) links_flags: HashSet<Name>,
    /// How many records were read and skipped.
    pub counts: Counts,
    /// Personal data and secrets, with their number and the first trace that shows them.
    pub leaks: BTreeMap<Leak, (u64, Option<TraceId>)>,
    /// The values of each label, by service, metric and label.
    pub labels: BTreeMap<(Name, Name, String), BTreeSet<String>>,
    /// The time series of each metric.
    pub series: Series,
    /// How many values `labels` holds.
    pub(super) values: usize,
    /// What metrics are, if somebody asks for it: verification does not.
    pub instruments: Option<Instruments>,
    /// The resource of the records that are being read.
    pub(super) resource: Resource,
    /// Whether the resource that is being read is a browser.
    pub(super) in_browser: bool,
    /// Whether it is a platform for functions.
    pub(super) in_function: bool,
    /// Whether a file ended inside a record.
    pub is_cut: bool,
    /// Whether texts are searched for personal data.
    pub(super) looks_for_leaks: bool,
    /// Attribute names without personal data, so that each name is searched once.
    pub(super) clean: HashSet<Box<str>>,
    pub(super) replay: Replay,
    pub(super) shelf: Shelf,
}

impl Capture {
    /// An empty capture. `looks_for_leaks` is false for raw telemetry, which may hold personal data before redaction.
    /// `room` makes a file for spans that memory cannot hold, and is called only if there are that many.
    #[must_use]
    pub fn new(looks_for_leaks: bool, replay: Replay, room: MakeRoom) -> Self {
        Self {
            services: Names::default(),
            names: Names::default(),
            paths: Names::default(),
            writes_flags: HashSet::new(),
            logs_flags: HashSet::new(),
            links_flags: HashSet::new(),
            counts: Counts::default(),
            leaks: BTreeMap::new(),
            labels: BTreeMap::new(),
            series: Series::default(),
            values: 0,
            instruments: None,
            resource: Resource::default(),
            in_browser: false,
            in_function: false,
            is_cut: false,
            looks_for_leaks,
            clean: HashSet::new(),
            replay,
            shelf: Shelf::new(room),
        }
    }

    /// Calls `each` with the traces, part by part. A trace is in one part, with all records that name it.
    ///
    /// # Errors
    ///
    /// The file of spans that memory could not hold cannot be read again.
    pub(crate) fn parts(&mut self, mut each: impl FnMut(&Self, Part)) -> std::io::Result<()> {
        let mut shelf = self.shelf.close()?;
        while let Some(part) = shelf.next()? {
            each(self, part);
        }
        Ok(())
    }

    /// The share of ordinary traces that the generated tail sampling keeps by chance, in percent.
    #[must_use]
    pub fn baseline_percent(&self) -> rust_decimal::Decimal {
        self.replay.baseline_percent()
    }

    /// The policies of the generated tail sampling.
    pub(crate) fn replay(&self) -> &Replay {
        &self.replay
    }
}
