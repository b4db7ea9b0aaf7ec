//! A way in which incidents come about.

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

/// What most rows have in common.
pub(super) const BASE: Mechanism = Mechanism {
    name: "",
    effects: &[],
    key: &[],
    also: &[],
    against: &[Sign::Surge, Sign::Poison, Sign::NodeContention, Sign::NodeLost, Sign::ProviderDown, Sign::DiskFails],
    remedy: "rollback",
    topic: None,
};
