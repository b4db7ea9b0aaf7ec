//! Where people look, as written in the policy: Grafana, its data sources, the source code.

use super::decode::Named;
use super::leaf::{Name, Text};
use super::record::{record, words};
use crate::source::Spanned;

record! {
    /// Grafana: its address, and the data sources that dashboards name.
    pub struct GrafanaSpec {
        /// Grafana's address: the base of every alert's `dashboard_url` and of links on runbook pages.
        url: Option<Spanned<String>>,
        /// The folder that dashboards are provisioned into. Default: `SLOs`.
        folder: Option<Spanned<Name>>,
        /// The form of dashboards. Default: `classic`.
        dashboards: Option<Spanned<DashboardForm>>,
        /// Labels that every series has where dashboards are used, such as `cluster` behind a querier of several: each becomes a
        /// variable that narrows every panel down. Default: `cluster` and `namespace`, where metrics are known to have them.
        variables: Option<Vec<Spanned<Name>>>,
        /// What the objects of Kubernetes that hold dashboards are given, and the project of Perses.
        kubernetes: Option<Spanned<DashboardObjectsSpec>>,
        /// Metrics. Default: the uid `prometheus` at `http://prometheus:9090`.
        prometheus: Option<Spanned<DataSourceSpec>>,
        /// Traces, if there are any; `{}` for the uid `tempo` at `http://tempo:3200`.
        tempo: Option<Spanned<DataSourceSpec>>,
        /// Logs, if there are any; `{}` for the uid `loki` at `http://loki:3100`.
        loki: Option<Spanned<DataSourceSpec>>,
        /// Profiles, if there are any; `{}` for the uid `pyroscope` at `http://pyroscope:4040`.
        pyroscope: Option<Spanned<DataSourceSpec>>,
    }
}

record! {
    /// What the objects of Kubernetes that hold dashboards are given.
    pub struct DashboardObjectsSpec {
        /// Their namespace. Default: that of whoever applies them.
        namespace: Option<Spanned<Name>>,
        /// Labels of each `ConfigMap`, which Grafana's sidecar looks for. Default: `grafana_dashboard: "1"`.
        labels: Option<Spanned<Named<Spanned<Text>>>>,
        /// The annotation that names Grafana's folder to the sidecar (its `folderAnnotation`). Default: `grafana_folder`.
        folder_annotation: Option<Spanned<Name>>,
        /// Labels of the `Grafana` objects that take the dashboards, for grafana-operator. Default: `dashboards: grafana`.
        instance: Option<Spanned<Named<Spanned<Text>>>>,
        /// The project of Perses. Default: `emberline`.
        project: Option<Spanned<Name>>,
    }
}

words! {
    /// The form of dashboards.
    pub enum DashboardForm {
        /// The form that every Grafana reads.
        Classic = "classic",
        /// A resource of `dashboard.grafana.app/v2`, which Grafana 13 reads.
        V2 = "v2",
    }
}

record! {
    /// A data source of Grafana.
    pub struct DataSourceSpec {
        /// The uid by which dashboards name it.
        uid: Option<Spanned<Name>>,
        /// The address at which Grafana reaches it.
        url: Option<Spanned<String>>,
    }
}
