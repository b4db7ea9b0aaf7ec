//! What Grafana reads at its start: the folder of dashboards, and data sources that lead into one another.
//!
//! exemplar → trace, trace → logs, metrics and profiles, logs → trace. `$` is doubled: the files are read as templates of
//! environment variables.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::{Artefact, Target, document};
use crate::plan::{Part, Plan, Signals, links, queries};

/// Where the dashboards are mounted, unless the environment says otherwise.
const MOUNTED: &str = "$EMBERLINE_DASHBOARDS";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provider<'p> {
    name: &'p str,
    folder: &'p str,
    folder_uid: &'p str,
    r#type: &'static str,
    allow_ui_updates: bool,
    options: Path,
}

#[derive(Serialize)]
struct Path {
    path: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dashboards<'p> {
    api_version: u8,
    providers: [Provider<'p>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DataSources<'p> {
    api_version: u8,
    datasources: Vec<DataSource<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DataSource<'p> {
    name: String,
    uid: String,
    r#type: &'static str,
    access: &'static str,
    url: &'p str,
    json_data: Value,
}

/// Both files.
pub(super) fn emit(plan: &Plan) -> [Artefact; 2] {
    let console = &plan.console;
    let folder = format!("{}/provisioning", Target::Grafana.folder());
    let providers = Dashboards {
        api_version: 1,
        providers: [Provider {
            name: "emberline",
            folder: &doubled(&console.folder),
            folder_uid: "emberline",
            r#type: "file",
            allow_ui_updates: false,
            options: Path { path: MOUNTED.to_owned() },
        }],
    };
    [
        file(format!("{folder}/dashboards/emberline.yaml"), &providers),
        file(format!("{folder}/datasources/emberline.yaml"), &sources(plan)),
    ]
}

/// The folder of a team's dashboards, which are mounted below those of the organisation. Its data sources are the
/// organisation's.
pub(super) fn of_team(plan: &Plan) -> Artefact {
    let team = links::of_team("emberline", &plan.part);
    let path = match &plan.part {
        Part::Team(name) if !name.is_empty() => format!("{MOUNTED}/{name}"),
        Part::Team(_) | Part::Whole => MOUNTED.to_owned(),
    };
    let providers = Dashboards {
        api_version: 1,
        providers: [Provider {
            name: &team,
            folder: &doubled(&plan.console.folder),
            folder_uid: &team,
            r#type: "file",
            allow_ui_updates: false,
            options: Path { path },
        }],
    };
    file(format!("{}/provisioning/dashboards/{team}.yaml", Target::Grafana.folder()), &providers)
}

fn file(path: String, value: &impl Serialize) -> Artefact {
    let text = document(value);
    Artefact { path, text }
}

fn doubled(text: &str) -> String {
    text.replace('$', "$$")
}

/// The data sources that some service needs, each leading to those of the others that are there.
fn sources(plan: &Plan) -> DataSources<'_> {
    let console = &plan.console;
    let (prometheus, tempo, loki, pyroscope) = (&console.prometheus, &console.tempo, &console.loki, &console.pyroscope);
    let uid = |source: &crate::model::DataSource| doubled(&source.uid);
    let sent = |pick: fn(&Signals) -> bool| plan.services.iter().any(|service| pick(&service.signals));
    let has_traces = tempo.is_declared || sent(|signals| signals.traces);
    let has_logs = loki.is_declared || sent(|signals| signals.logs);
    let has_profiles = pyroscope.is_declared || sent(|signals| signals.profiles);
    // Attributes of a span by which the other data sources know its service.
    let service = json!([{"key": "service.name", "value": "service_name"}]);
    let mut metrics = fields(json!({"httpMethod": "POST", "prometheusType": "Prometheus"}));
    if has_traces {
        let trace = json!([{"name": "trace_id", "datasourceUid": uid(tempo), "urlDisplayLabel": "Trace"}]);
        metrics.insert("exemplarTraceIdDestinations".to_owned(), trace);
    }
    let spans = |of: &str| format!("sum(rate({of}{{$$__tags}}[5m]))");
    let mut traces = Map::new();
    if has_logs {
        traces.insert(
            "tracesToLogsV2".to_owned(),
            json!({
                "datasourceUid": uid(loki),
                "spanStartTimeShift": "-5m",
                "spanEndTimeShift": "5m",
                "tags": service,
                "customQuery": true,
                "query": "{$${__tags}} | trace_id = \"$${__trace.traceId}\"",
            }),
        );
    }
    if sent(|signals| signals.span_metrics) {
        traces.insert(
            "tracesToMetrics".to_owned(),
            json!({
                "datasourceUid": uid(prometheus),
                "spanStartTimeShift": "-30m",
                "spanEndTimeShift": "30m",
                "tags": service,
                "queries": [
                    {"name": "Requests of the service", "query": spans(queries::CALLS)},
                    {"name": "p99 of the service", "query": format!(
                        "histogram_quantile(0.99, sum by (le) (rate({}{{$$__tags}}[5m])))", queries::DURATIONS
                    )},
                ],
            }),
        );
    }
    if has_profiles {
        traces.insert(
            "tracesToProfiles".to_owned(),
            json!({
                "datasourceUid": uid(pyroscope),
                "tags": service,
                "profileTypeId": queries::CPU_PROFILE,
                "customQuery": false,
            }),
        );
    }
    traces.insert("serviceMap".to_owned(), json!({"datasourceUid": uid(prometheus)}));
    traces.insert("nodeGraph".to_owned(), json!({"enabled": true}));
    let mut logs = Map::new();
    if has_traces {
        logs.insert(
            "derivedFields".to_owned(),
            json!([{
                "name": "Trace",
                "matcherType": "label",
                "matcherRegex": "trace_id",
                "url": "$${__value.raw}",
                "datasourceUid": uid(tempo),
                "urlDisplayLabel": "Trace",
            }]),
        );
    }
    let profiles = fields(json!({"minStep": "15s"}));
    let all = [
        (true, prometheus, "prometheus", metrics),
        (has_traces, tempo, "tempo", traces),
        (has_logs, loki, "loki", logs),
        (has_profiles, pyroscope, "grafana-pyroscope-datasource", profiles),
    ];
    let datasources = all.into_iter().filter(|(is_there, ..)| *is_there).map(|(_, source, kind, data)| DataSource {
        name: uid(source),
        uid: uid(source),
        r#type: kind,
        access: "proxy",
        url: &source.url,
        json_data: Value::Object(data),
    });
    DataSources { api_version: 1, datasources: datasources.collect() }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
