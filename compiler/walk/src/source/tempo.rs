//! Tempo: traces by id, and searches in TraceQL.
//!
//! Documented at grafana.com/docs/tempo/latest/api_docs. The paths of the API's second version answer 404 for an
//! unknown trace. An older release without these paths answers 404 as well. The client therefore queries the first
//! version before it reports an unknown trace.

use std::collections::HashSet;

use emberline_core::plan::queries::quoted;
use emberline_observe::http::{Access, Client};
use serde_json::Value;

use super::reading::{LONGEST, items, text, trace_id, whole};
use super::{Answer, Search, Trace, Traces, otlp};

/// The most failed traces that a search fetches to exclude them from its result.
const MOST_FAILED: usize = 1_000;

/// A Tempo server.
#[derive(Debug)]
pub struct Tempo {
    http: Client,
}

impl Tempo {
    /// `address` is the URL before `/api`.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self::through(address, &Access::default())
    }

    /// The same, with what opens the server's door.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("Tempo", address, access) }
    }

    /// Ids of traces that match a query, the latest first. Tempo itself answers in no order.
    fn ids(&self, wanted: &Search, failed: bool, limit: usize) -> Answer<Vec<String>> {
        // Tempo reads whole seconds.
        let (start, end) = (wanted.start.floor().to_string(), wanted.end.ceil().to_string());
        let (query, limit) = (traceql(wanted, failed), limit.to_string());
        let query = [("q", query.as_str()), ("start", &start), ("end", &end), ("limit", &limit)];
        Ok(found(&self.http.get("/api/search", &query)?))
    }
}

impl Traces for Tempo {
    fn name(&self) -> String {
        self.http.name()
    }

    fn trace(&self, id: &str) -> Answer<Option<Trace>> {
        let Some(id) = trace_id(id) else {
            return Err(self.http.trouble(&format!("cannot be asked for `{id}`, which is no trace id")));
        };
        for path in ["/api/v2/traces/", "/api/traces/"] {
            let answer: Option<Value> = self.http.find_within(&format!("{path}{id}"), LONGEST)?;
            if let Some(trace) = answer.and_then(|answer| otlp::trace(&id, &answer)) {
                return Ok(Some(trace));
            }
        }
        Ok(None)
    }

    fn search(&self, wanted: &Search) -> Answer<Vec<String>> {
        let mut ids = self.ids(wanted, wanted.failed == Some(true), wanted.limit)?;
        if wanted.failed == Some(false) {
            // TraceQL can only select spans that exist. It cannot select traces without failed spans.
            let failed: HashSet<String> = self.ids(wanted, true, MOST_FAILED)?.into_iter().collect();
            ids.retain(|id| !failed.contains(id));
        }
        Ok(ids)
    }
}

/// A search in TraceQL. All conditions in one pair of braces must hold for the same span. Conditions that different
/// spans may meet have a pair each. Every release knows the spelling `traceDuration`.
fn traceql(wanted: &Search, failed: bool) -> String {
    let mut asked = Vec::new();
    if !wanted.service.is_empty() {
        asked.push(format!("{{ resource.service.name = {} }}", quoted(&wanted.service)));
    }
    if let Some(least) = wanted.min_seconds {
        asked.push(format!("{{ traceDuration >= {}us }}", (least * 1e6).round().max(0.0)));
    }
    if failed {
        asked.push("{ status = error }".to_owned());
    }
    if asked.is_empty() { "{}".to_owned() } else { asked.join(" && ") }
}

/// The ids in a search's answer, the latest start first.
pub(super) fn found(answer: &Value) -> Vec<String> {
    let traces = items(&answer["traces"]).iter();
    let mut found: Vec<(u64, String)> = traces
        .filter_map(|trace| {
            Some((whole(&trace["startTimeUnixNano"]).unwrap_or_default(), trace_id(text(&trace["traceID"]))?))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_in_traceql() {
        let mut wanted = Search { service: "a\"b".to_owned(), ..Search::default() };
        assert_eq!(traceql(&wanted, false), r#"{ resource.service.name = "a\"b" }"#);
        wanted.min_seconds = Some(0.3);
        assert_eq!(
            traceql(&wanted, true),
            r#"{ resource.service.name = "a\"b" } && { traceDuration >= 300000us } && { status = error }"#
        );
        assert_eq!(traceql(&Search::default(), false), "{}");
    }
}
