//! `stale-snapshot`: what was observed long ago proves little of today.

use crate::code;
use crate::finding::Finding;
use crate::model::{Observed, Policy};
use crate::quantity::Date;

/// Snapshots that are older than the policy allows. Without a day, none is.
pub(crate) fn stale(policy: &Policy, observed: &[Observed], today: Option<Date>) -> Vec<Finding> {
    let Some(today) = today else { return Vec::new() };
    let most = i64::try_from(policy.snapshots_last.millis() / 86_400_000).unwrap_or(i64::MAX);
    let old = observed.iter().filter_map(|one| {
        let (day, place) = one.day?;
        let age = today.days_since_1970() - day.days_since_1970();
        (age > most).then_some((place?, one, age))
    });
    let report = |(place, one, age): (_, &Observed, i64)| {
        Finding::new(&code::STALE_SNAPSHOT, place, format!("the snapshot `{}` is {age} days old", one.name))
            .label(format!("the policy allows {most} days"))
            .hint(format!("take it again: `emberline observe SOURCE --snapshot {}`", one.name))
    };
    old.map(report).collect()
}
