//! Where people look: Grafana, its data sources, the source code.

use super::address::address;
use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{DashboardForm, DataSourceSpec, PolicySpec};

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

/// A data source of Grafana.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSource {
    /// The uid by which dashboards name it.
    pub uid: String,
    /// Where Grafana reaches it.
    pub url: String,
}

impl Console {
    /// What the policy says, and defaults for the rest.
    pub(super) fn resolve(spec: Option<&PolicySpec>, scope: &mut Scope<'_>) -> Self {
        let grafana = spec.and_then(|spec| spec.grafana.as_ref()).map(|given| &given.value);
        let mut source = |given: Option<&Spanned<DataSourceSpec>>, name: &str, port: u16| {
            let given = given.map(|given| &given.value);
            let url = given.and_then(|given| given.url.as_ref()).and_then(|url| address(url, scope));
            DataSource {
                uid: given
                    .and_then(|given| given.uid.as_ref())
                    .map_or_else(|| name.to_owned(), |uid| uid.value.0.clone()),
                url: url.unwrap_or_else(|| format!("http://{name}:{port}")),
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
