//! What is kept of a capture while it is read and judged.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::counts::Counts;
use super::shelf::{MakeRoom, Part, Shelf};
use crate::names::{Name, Names};
use crate::replay::Replay;
use crate::sensitive::Kind;
use crate::span::TraceId;

/// Where personal data or a secret stands: service, field and what it is.
pub type Leak = (Name, String, Kind);

/// How many places of each kind are told apart: fields with personal data, labels, and values of a label. What shows
/// more is at fault anyway, and must not fill the memory.
pub(super) const MOST_PLACES: usize = 10_000;
/// How many values of all labels together are told apart.
pub(super) const MOST_VALUES: usize = 200_000;
/// How much of a field's name or of a label's value is held, in bytes: no declared one is as long.
pub(super) const MOST_TEXT: usize = 1_024;

/// What is known of everything that was read.
pub struct Capture {
    /// Names of services.
    pub services: Names,
    /// Names of spans, routes, peers and metrics.
    pub names: Names,
    /// How much was read.
    pub counts: Counts,
    /// Personal data and secrets, with how often and the first trace that shows it.
    pub leaks: BTreeMap<Leak, (u64, Option<TraceId>)>,
    /// Values seen of each label: service, metric, label.
    pub labels: BTreeMap<(Name, Name, String), BTreeSet<String>>,
    /// How many values there are in `labels`.
    pub(super) values: usize,
    /// Whether it ends inside a record.
    pub is_cut: bool,
    /// Whether texts are searched for personal data.
    pub(super) looks_for_leaks: bool,
    /// Names of attributes that hold no personal data, so that each is searched once.
    pub(super) clean: HashSet<Box<str>>,
    pub(super) replay: Replay,
    pub(super) shelf: Shelf,
}

impl Capture {
    /// An empty capture. Raw telemetry, before redaction, may hold personal data: then it is not searched. `room` makes
    /// a place for what memory cannot hold, and is asked only if there is that much.
    #[must_use]
    pub fn new(looks_for_leaks: bool, replay: Replay, room: MakeRoom) -> Self {
        Self {
            services: Names::default(),
            names: Names::default(),
            counts: Counts::default(),
            leaks: BTreeMap::new(),
            labels: BTreeMap::new(),
            values: 0,
            is_cut: false,
            looks_for_leaks,
            clean: HashSet::new(),
            replay,
            shelf: Shelf::new(room),
        }
    }

    /// What was read, a part of the traces at a time: each trace is in one part, with all that names it.
    ///
    /// # Errors
    ///
    /// What was put aside cannot be read again.
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

    /// How the generated tail sampling decides.
    pub(crate) fn replay(&self) -> &Replay {
        &self.replay
    }
}
