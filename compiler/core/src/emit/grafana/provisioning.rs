//! What Grafana reads at its start: the folder of dashboards, and data sources that lead into one another.
//!
//! exemplar → trace, trace → logs, metrics and profiles, logs → trace. `$` is doubled: the files are read as templates of
//! environment variables.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::{Artefact, HEADER, Target, write};
use crate::model::Console;
use crate::plan::{Part, Plan, links, queries};

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
    datasources: [DataSource<'p>; 4],
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
pub(super) fn emit(console: &Console) -> [Artefact; 2] {
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
        file(format!("{folder}/datasources/emberline.yaml"), &sources(console)),
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
    let mut text = HEADER.to_owned();
    write(&mut text, value);
    Artefact { path, text }
}

fn doubled(text: &str) -> String {
    text.replace('$', "$$")
}

fn sources(console: &Console) -> DataSources<'_> {
    let of = |source: &'_ crate::model::DataSource| (doubled(&source.uid), doubled(&source.uid));
    let (prometheus, tempo, loki, pyroscope) = (&console.prometheus, &console.tempo, &console.loki, &console.pyroscope);
    let uid = |source: &crate::model::DataSource| doubled(&source.uid);
    // Attributes of a span by which the other data sources know its service.
    let service = json!([{"key": "service.name", "value": "service_name"}]);
    let make = |names: (String, String), kind, url, json_data| DataSource {
        name: names.0,
        uid: names.1,
        r#type: kind,
        access: "proxy",
        url,
        json_data,
    };
    let spans = |of: &str| format!("sum(rate({of}{{$$__tags}}[5m]))");
    DataSources {
        api_version: 1,
        datasources: [
            make(
                of(prometheus),
                "prometheus",
                &prometheus.url,
                json!({
                    "httpMethod": "POST",
                    "prometheusType": "Prometheus",
                    "exemplarTraceIdDestinations": [
                        {"name": "trace_id", "datasourceUid": uid(tempo), "urlDisplayLabel": "Trace"},
                    ],
                }),
            ),
            make(
                of(tempo),
                "tempo",
                &tempo.url,
                json!({
                    "tracesToLogsV2": {
                        "datasourceUid": uid(loki),
                        "spanStartTimeShift": "-5m",
                        "spanEndTimeShift": "5m",
                        "tags": service,
                        "customQuery": true,
                        "query": "{$${__tags}} | trace_id = \"$${__trace.traceId}\"",
                    },
                    "tracesToMetrics": {
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
                    },
                    "tracesToProfiles": {
                        "datasourceUid": uid(pyroscope),
                        "tags": service,
                        "profileTypeId": queries::CPU_PROFILE,
                        "customQuery": false,
                    },
                    "serviceMap": {"datasourceUid": uid(prometheus)},
                    "nodeGraph": {"enabled": true},
                }),
            ),
            make(
                of(loki),
                "loki",
                &loki.url,
                json!({
                    "derivedFields": [{
                        "name": "Trace",
                        "matcherType": "label",
                        "matcherRegex": "trace_id",
                        "url": "$${__value.raw}",
                        "datasourceUid": uid(tempo),
                        "urlDisplayLabel": "Trace",
                    }],
                }),
            ),
            make(of(pyroscope), "grafana-pyroscope-datasource", &pyroscope.url, json!({"minStep": "15s"})),
        ],
    }
}
