//! Where people look: Grafana, its data sources, the source code.

use std::collections::BTreeMap;

use super::address::address;
use super::operator;
use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{DashboardForm, DataSourceSpec, GrafanaSpec, Name, Named, PolicySpec, Text};

/// Where people look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Console {
    /// Base of `runbook_url`s, without a slash at the end.
    pub runbooks: Option<String>,
    /// Where Grafana is served, without a slash at the end.
    pub grafana: Option<String>,
    /// The folder of dashboards.
    pub folder: String,
    /// The form of dashboards.
    pub form: DashboardForm,
    /// Labels that every series has, which dashboards offer as variables.
    pub variables: Vec<String>,
    /// What objects of Kubernetes that hold dashboards are given.
    pub kubernetes: DashboardObjects,
    /// Metrics.
    pub prometheus: DataSource,
    /// Traces.
    pub tempo: DataSource,
    /// Logs.
    pub loki: DataSource,
    /// Profiles.
    pub pyroscope: DataSource,
    /// The address of a line of the specs, with `{path}` and perhaps `{line}` in it.
    pub source: Option<String>,
    /// Where the telemetry store of this project answers, without a slash at the end.
    pub store: Option<String>,
}

/// What objects of Kubernetes that hold dashboards are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardObjects {
    /// Their namespace.
    pub namespace: Option<String>,
    /// Labels of `ConfigMap`s, which Grafana's sidecar looks for.
    pub labels: BTreeMap<String, String>,
    /// The annotation that names Grafana's folder to the sidecar.
    pub folder_annotation: String,
    /// Labels of the `Grafana` objects that take the dashboards, for grafana-operator.
    pub instance: BTreeMap<String, String>,
    /// Perses's project.
    pub project: String,
}

/// A data source of Grafana.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSource {
    /// The uid by which dashboards name it.
    pub uid: String,
    /// Where Grafana reaches it.
    pub url: String,
    /// Whether the policy names it: whoever has no traces says nothing of them.
    pub is_declared: bool,
}

impl Console {
    /// What the policy says, and defaults for the rest.
    pub(super) fn resolve(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> Self {
        let grafana = spec.and_then(|spec| spec.grafana.as_ref()).map(|given| &given.value);
        let mut source = |given: Option<&Spanned<DataSourceSpec>>, name: &str, port: u16| {
            let is_declared = given.is_some();
            let given = given.map(|given| &given.value);
            let url = given.and_then(|given| given.url.as_ref()).and_then(|url| address(url, scope));
            DataSource {
                uid: given
                    .and_then(|given| given.uid.as_ref())
                    .map_or_else(|| name.to_owned(), |uid| uid.value.0.clone()),
                url: url.unwrap_or_else(|| format!("http://{name}:{port}")),
                is_declared,
            }
        };
        let prometheus = source(grafana.and_then(|given| given.prometheus.as_ref()), "prometheus", 9090);
        let tempo = source(grafana.and_then(|given| given.tempo.as_ref()), "tempo", 3200);
        let loki = source(grafana.and_then(|given| given.loki.as_ref()), "loki", 3100);
        let pyroscope = source(grafana.and_then(|given| given.pyroscope.as_ref()), "pyroscope", 4040);
        Self {
            runbooks: spec.and_then(|spec| spec.runbook_url.as_ref()).and_then(|url| address(url, scope)),
            grafana: grafana.and_then(|given| given.url.as_ref()).and_then(|url| address(url, scope)),
            folder: grafana
                .and_then(|given| given.folder.as_ref())
                .map_or_else(|| "SLOs".to_owned(), |name| name.value.0.clone()),
            variables: grafana
                .and_then(|given| given.variables.as_ref())
                .map(|labels| labels.iter().map(|label| label.value.0.clone()).collect())
                .unwrap_or_default(),
            kubernetes: DashboardObjects::resolve(grafana, scope),
            form: grafana.and_then(|given| given.dashboards.as_ref()).map_or(DashboardForm::Classic, |form| form.value),
            prometheus,
            tempo,
            loki,
            pyroscope,
            source: spec.and_then(|spec| spec.source_url.as_ref()).and_then(|url| source_url(url, scope)),
            store: spec.and_then(|spec| spec.store_url.as_ref()).and_then(|url| address(url, scope)),
        }
    }
}

impl DashboardObjects {
    fn resolve(grafana: Option<&GrafanaSpec>, scope: &mut Scope<'_>) -> Self {
        let given = grafana.and_then(|given| given.kubernetes.as_ref()).map(|given| &given.value);
        let mut map = |given: Option<&Spanned<Named<Spanned<Text>>>>, name: &str, value: &str| match given {
            Some(given) => operator::labels(given, scope),
            None => BTreeMap::from([(name.to_owned(), value.to_owned())]),
        };
        let labels = map(given.and_then(|given| given.labels.as_ref()), "grafana_dashboard", "1");
        let instance = map(given.and_then(|given| given.instance.as_ref()), "dashboards", "grafana");
        let annotation = given.and_then(|given| given.folder_annotation.as_ref());
        let project = given.and_then(|given| given.project.as_ref());
        Self {
            namespace: given
                .and_then(|given| given.namespace.as_ref())
                .and_then(|name| operator::namespace(name, scope)),
            labels,
            folder_annotation: annotation
                .map_or_else(|| "grafana_folder".to_owned(), |key| operator::annotation(key, scope)),
            instance,
            project: project.map_or_else(|| "emberline".to_owned(), |name| project_name(name, scope)),
        }
    }
}

/// A name as Perses takes it.
fn project_name(name: &Spanned<Name>, scope: &mut Scope<'_>) -> String {
    let text = name.value.0.as_str();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if text.len() > 75 || !text.bytes().all(is_plain) {
        scope.report(
            Finding::new(&code::INVALID_VALUE, name.span, format!("expected a project of Perses, found `{text}`"))
                .hint("use at most 75 letters, digits, `_`, `.` and `-`"),
        );
    }
    text.to_owned()
}

fn source_url(url: &Spanned<String>, scope: &mut Scope<'_>) -> Option<String> {
    if !url.value.contains("{path}") {
        scope.report(
            Finding::new(&code::INVALID_VALUE, url.span, format!("expected `{{path}}` in `{}`", url.value))
                .note("the path of the spec stands there, and the line where `{line}` is")
                .hint("write it like `https://git.example.com/shop/blob/main/{path}#L{line}`"),
        );
        return None;
    }
    let filled = url.value.replace("{path}", "slos/shop.yaml").replace("{line}", "1");
    address(&Spanned::new(filled, url.span), scope).map(|_| url.value.trim_end_matches('/').to_owned())
}
