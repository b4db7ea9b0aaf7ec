//! Where people look, as written in the policy: Grafana, its data sources, the source code.

use super::leaf::Name;
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
        /// Metrics. Default: the uid `prometheus` at `http://prometheus:9090`.
        prometheus: Option<Spanned<DataSourceSpec>>,
        /// Traces. Default: the uid `tempo` at `http://tempo:3200`.
        tempo: Option<Spanned<DataSourceSpec>>,
        /// Logs. Default: the uid `loki` at `http://loki:3100`.
        loki: Option<Spanned<DataSourceSpec>>,
        /// Profiles. Default: the uid `pyroscope` at `http://pyroscope:4040`.
        pyroscope: Option<Spanned<DataSourceSpec>>,
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
