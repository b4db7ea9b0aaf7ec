//! Which builds answered a request. A fault that comes and goes is in the same builds each time; bad requests of other
//! builds may be those of an earlier incident.

use std::collections::BTreeMap;

use crate::source::{Labels, Trace};

/// Resource attributes that name the source code's revision.
const REVISION: [&str; 3] = ["vcs.ref.head.revision", "vcs.repository.ref.revision", "git.commit.sha"];

/// The revision that a resource names.
pub(super) fn revision(resource: &Labels) -> Option<String> {
    let revision = REVISION.iter().find_map(|key| resource.get(*key));
    revision.filter(|revision| !revision.is_empty() && *revision != "unknown").cloned()
}

/// The revision of each service in a trace that tells it.
fn of(trace: &Trace) -> BTreeMap<&str, String> {
    let told = trace.spans.iter().filter_map(|span| Some((span.service.as_str(), revision(&span.resource)?)));
    told.collect()
}

/// Adds bad traces of earlier episodes to those of the last one, up to `most`. Only those of the same builds are added,
/// unless the last episode has none.
pub(super) fn extend(last: &mut Vec<Trace>, earlier: Vec<Trace>, most: usize) {
    let newest = last.first().map(|trace| of(trace).into_iter().map(|(of, is)| (of.to_owned(), is)).collect());
    let newest: BTreeMap<String, String> = newest.unwrap_or_default();
    for trace in earlier {
        let is_other = of(&trace).iter().any(|(service, is)| newest.get(*service).is_some_and(|it| it != is));
        let is_known = last.iter().any(|known| known.id == trace.id);
        if !is_other && !is_known && last.len() < most {
            last.push(trace);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Span, SpanKind};

    fn trace(id: &str, revision: Option<&str>) -> Trace {
        let resource: Labels =
            revision.iter().map(|it| ("vcs.ref.head.revision".to_owned(), (*it).to_owned())).collect();
        let span = Span {
            id: "1".into(),
            parent: String::new(),
            service: "shop".into(),
            name: "buy".into(),
            kind: SpanKind::Server,
            start: 0,
            end: 1,
            failed: true,
            attributes: Labels::new(),
            resource,
            events: Vec::new(),
            links: Vec::new(),
        };
        Trace { id: id.into(), spans: vec![span] }
    }

    fn extended(mut last: Vec<Trace>, earlier: Vec<Trace>) -> Vec<String> {
        extend(&mut last, earlier, 4);
        last.into_iter().map(|trace| trace.id).collect()
    }

    #[test]
    fn requests_of_other_builds_are_left_out() {
        let earlier = || vec![trace("1", Some("a")), trace("2", Some("b")), trace("3", None), trace("4", Some("b"))];
        assert_eq!(extended(vec![trace("5", Some("b"))], earlier()), ["5", "2", "3", "4"]);
        assert_eq!(extended(vec![trace("2", Some("b"))], earlier()), ["2", "3", "4"]);
        // Without a request of the last episode, no build is known.
        assert_eq!(extended(Vec::new(), earlier()), ["1", "2", "3", "4"]);
    }
}
