//! Turns addresses and a folder into sources that a walk may query.

use std::path::Path;

use emberline_observe::http::Access;
use serde::{Deserialize, Serialize};

use super::{Git, History, Jaeger, Logs, Loki, Profiles, Prometheus, Pyroscope, Sources, Store, Tempo, Traces};

/// Addresses from the command line, or from the output of a drill's `start` command. Other keys are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Prometheus, Mimir or Thanos: the URL before `/api/v1`.
    pub prometheus: String,
    /// This project's store: traces, log lines and profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// Tempo: traces. Takes precedence over Jaeger and the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<String>,
    /// Jaeger: traces. Takes precedence over the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jaeger: Option<String>,
    /// Loki: log lines. Takes precedence over the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loki: Option<String>,
    /// Pyroscope: profiles. Takes precedence over the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pyroscope: Option<String>,
}

/// Clients of all sources that have an address.
#[derive(Debug)]
pub struct Connected {
    prometheus: Prometheus,
    store: Option<Store>,
    tempo: Option<Tempo>,
    jaeger: Option<Jaeger>,
    loki: Option<Loki>,
    pyroscope: Option<Pyroscope>,
    git: Option<Git>,
}

impl Connected {
    /// No source is queried yet, so nothing can fail yet. `repository` is a folder within the source code's repository.
    #[must_use]
    pub fn new(endpoints: &Endpoints, repository: Option<&Path>) -> Self {
        Self::through(endpoints, repository, &Access::default())
    }

    /// The same, with what opens the servers' doors. All of them get it.
    #[must_use]
    pub fn through(endpoints: &Endpoints, repository: Option<&Path>, access: &Access) -> Self {
        Self {
            prometheus: Prometheus::through(&endpoints.prometheus, access),
            store: endpoints.store.as_deref().map(|address| Store::through(address, access)),
            tempo: endpoints.tempo.as_deref().map(|address| Tempo::through(address, access)),
            jaeger: endpoints.jaeger.as_deref().map(|address| Jaeger::through(address, access)),
            loki: endpoints.loki.as_deref().map(|address| Loki::through(address, access)),
            pyroscope: endpoints.pyroscope.as_deref().map(|address| Pyroscope::through(address, access)),
            git: repository.map(Git::new),
        }
    }

    /// The sources that a walk may query. A product for one signal takes precedence over the store, which holds several
    /// signals.
    #[must_use]
    pub fn sources(&self) -> Sources<'_> {
        let tempo = self.tempo.as_ref().map(|tempo| tempo as &dyn Traces);
        let jaeger = self.jaeger.as_ref().map(|jaeger| jaeger as &dyn Traces);
        let loki = self.loki.as_ref().map(|loki| loki as &dyn Logs);
        let pyroscope = self.pyroscope.as_ref().map(|pyroscope| pyroscope as &dyn Profiles);
        let store = self.store.as_ref();
        Sources {
            metrics: &self.prometheus,
            traces: tempo.or(jaeger).or(store.map(|store| store as &dyn Traces)),
            logs: loki.or(store.map(|store| store as &dyn Logs)),
            profiles: pyroscope.or(store.map(|store| store as &dyn Profiles)),
            history: self.git.as_ref().map(|git| git as &dyn History),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str, repository: Option<&Path>) -> [String; 5] {
        let endpoints: Endpoints = serde_json::from_str(line).unwrap();
        let connected = Connected::new(&endpoints, repository);
        let sources = connected.sources();
        [
            sources.metrics.name(),
            sources.traces.map(Traces::name).unwrap_or_default(),
            sources.logs.map(Logs::name).unwrap_or_default(),
            sources.profiles.map(Profiles::name).unwrap_or_default(),
            sources.history.map(History::name).unwrap_or_default(),
        ]
    }

    #[test]
    fn a_drills_line_connects_prometheus_and_the_store() {
        let line =
            r#"{"prometheus":"http://127.0.0.1:1","store":"http://127.0.0.1:2","alertmanager":"http://127.0.0.1:3"}"#;
        let store = "the store at http://127.0.0.1:2";
        assert_eq!(names(line, None), ["Prometheus at http://127.0.0.1:1", store, store, store, ""]);
    }

    #[test]
    fn a_product_for_one_signal_wins() {
        let line = r#"{"prometheus":"p:1","store":"s:1","jaeger":"j:1","loki":"l:1"}"#;
        let names = names(line, Some(Path::new("/x")));
        assert_eq!(names[1..4], ["Jaeger at http://j:1", "Loki at http://l:1", "the store at http://s:1"]);
        assert!(names[4].contains("/x"), "{names:?}");
        let line = r#"{"prometheus":"p:1","jaeger":"j:1","tempo":"t:1","pyroscope":"y:1"}"#;
        let names = self::names(line, None);
        assert_eq!(names[1..4], ["Tempo at http://t:1", "", "Pyroscope at http://y:1"]);
        assert!(serde_json::from_str::<Endpoints>("{}").is_err());
    }
}
