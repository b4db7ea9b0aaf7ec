//! Whose requests grew: those from outside, or those that a service of the system sends.

use std::collections::BTreeMap;

use super::meter::{Meter, meter};
use super::metrics::Moved;
use super::spans;
use crate::read::Case;
use crate::sign::{Fact, Sign};

/// From which factor on a rate has grown.
const GROWN: f64 = 1.5;

/// A surge from outside, or a callee that is called more often.
pub(super) fn facts(case: &Case, moved: &[Moved<'_>]) -> Vec<Fact> {
    let mut grown: BTreeMap<&str, &Moved<'_>> = BTreeMap::new();
    for moved in moved.iter().filter(|moved| moved.meter == Meter::Rate) {
        if moved.change.grows() && moved.change.factor() >= GROWN {
            grown.insert(&moved.series.service, moved);
        }
    }
    if grown.is_empty() {
        return Vec::new();
    }
    let measured: Vec<&str> = case
        .series
        .iter()
        .filter(|series| meter(&series.metric) == Meter::Rate)
        .map(|series| &*series.service)
        .collect();
    let callers = spans::callers(case);
    let still = |service: &str| measured.contains(&service) && !grown.contains_key(service);
    let mut found = Vec::new();
    for (service, moved) in &grown {
        let above: Vec<&str> = callers.get(*service).map(|all| all.iter().copied().collect()).unwrap_or_default();
        // If a caller's own rate is flat or nobody measured it, the caller sends more for each of its requests.
        let outside = above.is_empty() || above.iter().all(|caller| grown.contains_key(caller));
        let flat = above.iter().any(|caller| still(caller));
        let (sign, strength) = match (outside, flat) {
            // One of several callers without a surge says little; all grow together in a surge.
            (true, _) if grown.len() * 2 > measured.len() => {
                let edge = above.is_empty() || grown.len() > 1;
                // A rate that grows alone may be what callers without a rate send again and again.
                (
                    Sign::Surge,
                    if measured.len() == 1 {
                        0.5
                    } else if edge {
                        1.0
                    } else {
                        0.8
                    },
                )
            }
            (true, _) => (Sign::Surge, 0.5),
            (false, true) => (Sign::FanOut, 1.0),
            (false, false) => (Sign::FanOut, 0.7),
        };
        found.push(Fact {
            sign,
            strength,
            service: (*service).to_owned(),
            at: Some(moved.change.at),
            text: format!(
                "{} of {service} grows by the factor {:.1} at {}",
                moved.series.metric,
                moved.change.factor(),
                crate::clock::shown(moved.change.at)
            ),
            place: format!("metrics.csv:{}", moved.line),
        });
    }
    found
}
