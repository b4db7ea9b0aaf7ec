//! From what bad requests no longer do, or do with other values, to places in the code.

use super::compare::Difference;
use super::kind::Kind;
use super::place::Place;
use super::site::{Role, Site};
use super::values::is_status;
use emberline_prose::number::{figure, length};

/// The most places of each sort.
const MOST: usize = 4;

/// The places that vanished calls, shorter spans and new values point to. A request that fails early makes fewer calls
/// anyhow, so these say little if requests fail.
pub(super) fn sites(difference: &Difference, is_slow: bool) -> Vec<Site> {
    let mut sites = Vec::new();
    let mut add = |kind: &Kind, role: Role, weight: f64, why: &str| {
        if kind.function.is_empty() {
            return;
        }
        let place = Place { function: kind.function.clone(), file: String::new(), line: 0 };
        sites.push(Site { service: kind.service.clone(), place, role, weight, lines: Vec::new(), why: why.to_owned() });
    };
    let less = if is_slow { 1.0 } else { 0.25 };
    for fewer in difference.fewer.iter().take(MOST) {
        let why = if fewer.now > 0.0 {
            format!(
                "{} calls {} {} times, before {} times",
                fewer.parent.words(),
                fewer.child.words(),
                figure(fewer.now),
                figure(fewer.before)
            )
        } else {
            format!("{} no longer calls {}", fewer.parent.words(), fewer.child.words())
        };
        add(&fewer.parent, Role::Skips, 0.5 * less, &why);
        add(&fewer.child, Role::Skips, 0.3 * less, &why);
    }
    for shrunk in difference.shrunk.iter().take(MOST) {
        let why = format!("{} takes {}, before {}", shrunk.span.words(), length(shrunk.now), length(shrunk.before));
        add(&shrunk.span, Role::Skips, 0.35 * less, &why);
    }
    // How a failed request ended is the symptom itself.
    let telling = difference.values.iter().filter(|value| is_slow || !is_status(&value.key));
    for value in telling.take(MOST) {
        add(&value.span, Role::Differs, 0.5 * value.share, &value.words());
    }
    // A callee that refuses requests does not fail by itself, so no error points to it.
    for value in difference.values.iter().filter(|value| !is_slow && value.is_refusal()).take(MOST) {
        add(&value.span, Role::Fails, 0.4 * value.share, &value.words());
    }
    sites
}

#[cfg(test)]
mod tests {
    use super::super::values::Value;
    use super::*;

    #[test]
    fn a_callee_that_refuses_is_a_place_of_failures() {
        let of = |kind: &'static str, now: &str| {
            let span = Kind { service: "b".into(), name: "POST".into(), kind, function: "b::answer".into() };
            let key = "http.response.status_code".to_owned();
            Value { span, key, before: vec!["200".to_owned()], now: now.to_owned(), share: 1.0 }
        };
        let values = vec![of("server", "422"), of("server", "500"), of("client", "422")];
        let difference = Difference { values, ..Difference::default() };
        let found = sites(&difference, false);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].role == Role::Fails && found[0].why.contains("is `422`, before `200`"), "{found:?}");
        // If requests are slow, every new status says something.
        assert_eq!(sites(&difference, true).len(), 3);
    }
}
