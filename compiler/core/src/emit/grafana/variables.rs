//! The variables of a dashboard: a data source of each kind that its panels ask, so that it can be imported anywhere, and the
//! labels by which everything is narrowed down, where series are known to have them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::source::{Source, literal};
use crate::metric::label_name;
use crate::model::{Console, DataSource};
use crate::plan::queries::{Scope, Variable, in_panel};
use crate::plan::{Plan, ServicePlan, SloPlan, names};
use crate::promql::{Matcher, Select};

/// Labels that are offered as variables where series have them, by the variable's name: a label's own name, or that of
/// OpenTelemetry's resource attribute.
const OFFERED: [(&str, [&str; 3]); 2] = [
    ("cluster", ["cluster", "k8s_cluster_name", "k8s.cluster.name"]),
    ("namespace", ["namespace", "k8s_namespace_name", "k8s.namespace.name"]),
];

/// The variable of a kind of data source: its name, its label, the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    name: &'static str,
    label: &'static str,
    pub(super) plugin: &'static str,
}

pub(super) const METRICS: Kind = Kind { name: "datasource", label: "Metrics", plugin: "prometheus" };
pub(super) const TRACES: Kind = Kind { name: "tempo", label: "Traces", plugin: "tempo" };
pub(super) const LOGS: Kind = Kind { name: "loki", label: "Logs", plugin: "loki" };
pub(super) const PROFILES: Kind = Kind { name: "pyroscope", label: "Profiles", plugin: "grafana-pyroscope-datasource" };

impl Kind {
    /// What stands for the uid in panels: whoever looks chooses the data source.
    pub(super) fn uid(self) -> String {
        format!("${{{}}}", self.name)
    }

    /// The data source of panels.
    pub(super) fn source(self) -> Source {
        Source { kind: self.plugin, uid: self.uid() }
    }

    fn named(self, console: &Console) -> &DataSource {
        match self {
            METRICS => &console.prometheus,
            TRACES => &console.tempo,
            LOGS => &console.loki,
            _ => &console.pyroscope,
        }
    }

    /// What is chosen at first: the data source that the policy names, else Grafana's default.
    fn current(self, console: &Console) -> Value {
        let source = self.named(console);
        let uid = if source.is_declared { source.uid.as_str() } else { "default" };
        let uid = literal(uid);
        json!({"text": uid, "value": uid})
    }

    /// The variable in the classic form.
    pub(super) fn classic(self, console: &Console) -> Value {
        json!({
            "type": "datasource", "name": self.name, "label": self.label, "query": self.plugin, "regex": "",
            "current": self.current(console), "hide": 0, "includeAll": false, "multi": false, "options": [], "refresh": 1,
            "skipUrlSync": false,
        })
    }

    /// The variable of a resource.
    pub(super) fn resource(self, console: &Console) -> Value {
        json!({"kind": "DatasourceVariable", "spec": {
            "name": self.name, "label": self.label, "pluginId": self.plugin, "regex": "",
            "current": self.current(console), "hide": "dontHide", "includeAll": false, "multi": false, "options": [],
            "refresh": "onDashboardLoad", "skipUrlSync": false, "allowCustomValue": true,
        }})
    }
}

/// The variables of a board.
#[derive(Debug)]
pub(super) struct Variables {
    pub(super) sources: Vec<Value>,
    pub(super) resources: Vec<Value>,
    pub(super) scope: Scope,
}

impl Variables {
    pub(super) fn of(kinds: &[Kind], console: &Console, scope: &Scope) -> Self {
        Self {
            sources: kinds.iter().map(|kind| kind.classic(console)).collect(),
            resources: kinds.iter().map(|kind| kind.resource(console)).collect(),
            scope: scope.clone(),
        }
    }

    /// All of them in the classic form.
    pub(super) fn classic(&self) -> Vec<Value> {
        let labels = self.scope.variables.iter().map(|it| {
            let asked = asked(it);
            json!({
                "type": "query", "name": it.name, "label": it.name, "datasource": {"type": METRICS.plugin, "uid": METRICS.uid()},
                "definition": asked, "query": {"query": asked, "refId": it.name}, "regex": "", "refresh": 2, "sort": 1,
                "includeAll": true, "allValue": ".*", "multi": true, "hide": 0, "skipUrlSync": false, "options": [],
                "current": {"text": ["All"], "value": ["$__all"]},
            })
        });
        self.sources.iter().cloned().chain(labels).collect()
    }

    /// All of them of a resource.
    pub(super) fn resource(&self) -> Vec<Value> {
        let labels = self.scope.variables.iter().map(|it| {
            let asked = asked(it);
            json!({"kind": "QueryVariable", "spec": {
                "name": it.name, "label": it.name, "definition": asked, "regex": "", "refresh": "onTimeRangeChanged",
                "sort": "alphabeticalAsc", "includeAll": true, "allValue": ".*", "multi": true, "hide": "dontHide",
                "skipUrlSync": false, "options": [], "allowCustomValue": true,
                "current": {"text": ["All"], "value": ["$__all"]},
                "query": {
                    "kind": "DataQuery", "group": METRICS.plugin, "version": "v0", "datasource": {"name": METRICS.uid()},
                    "spec": {"query": asked, "refId": it.name},
                },
            }})
        });
        self.resources.iter().cloned().chain(labels).collect()
    }
}

/// What Grafana asks for the values of a variable.
fn asked(variable: &Variable) -> String {
    format!("label_values({}, {})", variable.source, variable.label)
}

/// By what a service's dashboard is narrowed down.
pub(super) fn of_service(service: &ServicePlan, console: &Console) -> Scope {
    let own = [Matcher::eq("service", &service.name)];
    let recorded = in_panel(&Select::new(names::INFO, &[&own]).to_string());
    let slos: Vec<&SloPlan> = service.slos.iter().collect();
    found(&slos, console, &recorded)
}

/// By what the dashboard of all objectives is narrowed down: by what every objective's recorded series have.
pub(super) fn of_all(plan: &Plan) -> Scope {
    let slos: Vec<&SloPlan> = plan.slos().collect();
    let mut scope = found(&slos, &plan.console, names::INFO);
    scope.variables.retain(|it| it.is_everywhere || slos.iter().all(|slo| slo.records_label(&it.label)));
    scope
}

fn found(slos: &[&SloPlan], console: &Console, recorded: &str) -> Scope {
    let mut names = BTreeSet::new();
    let mut variables: Vec<Variable> = Vec::new();
    for label in &console.variables {
        let name = label_name(label);
        if names.insert(name.clone()) {
            let source = recorded.to_owned();
            variables.push(Variable { name, label: label.clone(), is_everywhere: true, source });
        }
    }
    for (name, labels) in OFFERED {
        let found = labels.iter().find_map(|label| Some((*label, shown_by(slos, label, recorded)?)));
        let Some((label, source)) = found.filter(|_| !names.contains(name)) else { continue };
        variables.push(Variable { name: name.to_owned(), label: label.to_owned(), is_everywhere: false, source });
    }
    Scope { variables }
}

/// The series that show a label's values: recorded ones, else what an objective reads.
fn shown_by(slos: &[&SloPlan], label: &str, recorded: &str) -> Option<String> {
    if slos.iter().any(|slo| slo.records_label(label)) {
        return Some(recorded.to_owned());
    }
    let has = |slo: &&&SloPlan| slo.requests.as_ref().is_some_and(|requests| requests.has_label(label));
    let presence = slos.iter().find(has)?.sli.presence();
    let matchers = presence.borrowed();
    Some(in_panel(&Select { metric: presence.metric_name(), matchers: &[&matchers] }.to_string()))
}
