//! Turns addresses and folders into sources that a walk may query.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use emberline_observe::http::{Access, Door, Secret};
use serde_json::Value;

use super::{
    DeploymentLog, Deployments, Git, Grafana, History, Jaeger, Logs, Loki, Metrics as _, Profiles, Prometheus,
    Pyroscope, Repositories, Sources, Store, Tempo, Traces, VictoriaLogs, Zipkin,
};

/// A product that a walk can ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Prometheus, Mimir or Thanos: time series and alerts.
    Prometheus,
    /// VictoriaMetrics: time series.
    VictoriaMetrics,
    /// Whoever evaluates the rules, if that is another server: vmalert, Mimir's ruler, Thanos Ruler.
    Ruler,
    /// This project's store: traces, log lines and profiles.
    Store,
    /// Tempo: traces.
    Tempo,
    /// Jaeger: traces.
    Jaeger,
    /// Zipkin: traces.
    Zipkin,
    /// Loki: log lines.
    Loki,
    /// VictoriaLogs: log lines.
    VictoriaLogs,
    /// Pyroscope: profiles.
    Pyroscope,
    /// Grafana: deployments, by its annotations.
    Grafana,
}

impl Product {
    /// All products.
    pub const ALL: [Self; 11] = [
        Self::Prometheus,
        Self::VictoriaMetrics,
        Self::Ruler,
        Self::Store,
        Self::Tempo,
        Self::Jaeger,
        Self::Zipkin,
        Self::Loki,
        Self::VictoriaLogs,
        Self::Pyroscope,
        Self::Grafana,
    ];

    /// The product's key in a file of stores and in a drill's line. Options of the command line have dashes instead.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::VictoriaMetrics => "victoria_metrics",
            Self::Ruler => "ruler",
            Self::Store => "store",
            Self::Tempo => "tempo",
            Self::Jaeger => "jaeger",
            Self::Zipkin => "zipkin",
            Self::Loki => "loki",
            Self::VictoriaLogs => "victoria_logs",
            Self::Pyroscope => "pyroscope",
            Self::Grafana => "grafana",
        }
    }

    /// The address and the headers of a tenant. Each product has a form of its own.
    fn of_tenant(self, door: &Door, mut access: Access) -> Result<(String, Access), String> {
        let Some(tenant) = &door.tenant else { return Ok((door.url.clone(), access)) };
        let mut header = |name: &str, value: &str| access.header(name, &Secret::new(value));
        let mut url = door.url.clone();
        match self {
            Self::Prometheus | Self::Ruler | Self::Tempo | Self::Loki | Self::Pyroscope => {
                header("X-Scope-OrgID", tenant)?;
            }
            Self::Jaeger => header("x-tenant", tenant)?,
            Self::Grafana => header("X-Grafana-Org-Id", tenant)?,
            Self::VictoriaMetrics => {
                account(tenant)?;
                if url.contains("/select/") {
                    return Err("the address names a tenant already, behind `/select/`".to_owned());
                }
                url = format!("{}/select/{tenant}/prometheus", url.trim_end_matches('/'));
            }
            Self::VictoriaLogs => {
                let (account, project) = account(tenant)?;
                header("AccountID", account)?;
                header("ProjectID", project)?;
            }
            Self::Store | Self::Zipkin => return Err("this product has no tenants".to_owned()),
        }
        Ok((url, access))
    }
}

/// The parts of a tenant that is written `ACCOUNT` or `ACCOUNT:PROJECT`.
fn account(tenant: &str) -> Result<(&str, &str), String> {
    let (account, project) = tenant.split_once(':').unwrap_or((tenant, "0"));
    let is_number = |text: &str| text.parse::<u32>().is_ok();
    if is_number(account) && is_number(project) {
        return Ok((account, project));
    }
    Err(format!("`{tenant}` is no tenant of Victoria's: write `ACCOUNT` or `ACCOUNT:PROJECT`, two whole numbers"))
}

/// A server's address, and what opens its door.
#[derive(Debug, Clone)]
struct Place {
    address: String,
    access: Access,
}

/// Addresses and credentials of stores, by product: from the command line, from a file, or from the output of a drill's
/// `start` command.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    places: BTreeMap<Product, Place>,
    deployments: Option<PathBuf>,
    repositories: BTreeMap<String, PathBuf>,
}

impl Endpoints {
    /// Reads stores from a mapping: each key a product, each value an address or what [`Door`] reads. `deployments` is
    /// a log of deployments, `repositories` maps services to folders. Paths are relative to `folder`, and `access` is
    /// what opens every door. Other keys are an error if `is_strict`.
    ///
    /// # Errors
    /// With the key at fault. No secret is part of it.
    pub fn read(value: &Value, folder: &Path, access: &Access, is_strict: bool) -> Result<Self, String> {
        let fields = value.as_object().ok_or("expected a mapping of stores")?;
        let mut read = Self::default();
        for (key, value) in fields {
            let told = |why: String| format!("`{key}`: {why}");
            if let Some(product) = Product::ALL.into_iter().find(|product| product.key() == key) {
                let door = Door::read(value).map_err(told)?;
                let access = door.open(access, folder).map_err(told)?;
                let (address, access) = product.of_tenant(&door, access).map_err(told)?;
                read.add(product, &address, &access).map_err(told)?;
            } else if key == "deployments" && value.is_string() {
                read.deployments = value.as_str().map(|path| folder.join(path));
            } else if let (true, Some(services)) = (key == "repositories", value.as_object()) {
                for (service, path) in services {
                    let path = path.as_str().ok_or_else(|| told(format!("`{service}` needs a folder")))?;
                    read.repositories.insert(service.clone(), folder.join(path));
                }
            } else if is_strict {
                let known: Vec<&str> = Product::ALL.iter().map(|product| product.key()).collect();
                return Err(told(format!("expected one of {}, deployments, repositories", known.join(", "))));
            }
        }
        Ok(read)
    }

    /// Adds a product, or replaces its address.
    ///
    /// # Errors
    /// The address has no scheme of the web.
    pub fn add(&mut self, product: Product, address: &str, access: &Access) -> Result<(), String> {
        if !(address.starts_with("http://") || address.starts_with("https://")) {
            let bare = emberline_observe::http::bare(address);
            return Err(format!("`{bare}` is not an address"));
        }
        self.places.insert(product, Place { address: address.to_owned(), access: access.clone() });
        Ok(())
    }

    /// Names the log of deployments.
    pub fn set_deployments(&mut self, log: &Path) {
        self.deployments = Some(log.to_owned());
    }

    /// Names the folder of a service's repository.
    pub fn set_repository(&mut self, service: &str, folder: &Path) {
        self.repositories.insert(service.to_owned(), folder.to_owned());
    }

    /// Whether a product is given.
    #[must_use]
    pub fn has(&self, product: Product) -> bool {
        self.places.contains_key(&product)
    }

    /// A product's address without user and password.
    #[must_use]
    pub fn address(&self, product: Product) -> Option<String> {
        self.places.get(&product).map(|place| emberline_observe::http::bare(&place.address))
    }

    /// The address and the credentials of what keeps time series.
    #[must_use]
    pub fn metrics(&self) -> Option<(&str, &Access)> {
        let place = self.places.get(&Product::Prometheus).or_else(|| self.places.get(&Product::VictoriaMetrics))?;
        Some((&place.address, &place.access))
    }

    fn make<T>(&self, product: Product, make: impl Fn(&str, &Access) -> T) -> Option<T> {
        self.places.get(&product).map(|place| make(&place.address, &place.access))
    }
}

/// Clients of all sources that have an address.
pub struct Connected {
    metrics: Prometheus,
    traces: Option<Box<dyn Traces>>,
    logs: Option<Box<dyn Logs>>,
    profiles: Option<Box<dyn Profiles>>,
    deployments: Option<Box<dyn Deployments>>,
    git: Option<Git>,
    repositories: Repositories,
}

impl std::fmt::Debug for Connected {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Connected").field("metrics", &self.metrics.name()).finish_non_exhaustive()
    }
}

impl Connected {
    /// No source is queried yet, so nothing can fail but that nothing keeps time series. `repository` is a folder
    /// within the source code's repository. A product for one signal takes precedence over the store, which holds
    /// several.
    ///
    /// # Errors
    /// No address of a Prometheus or VictoriaMetrics is given.
    pub fn new(endpoints: &Endpoints, repository: Option<&Path>) -> Result<Self, String> {
        let metrics = endpoints.make(Product::Prometheus, Prometheus::through);
        let metrics = metrics.or_else(|| endpoints.make(Product::VictoriaMetrics, Prometheus::victoria));
        let Some(mut metrics) = metrics else {
            return Err("no store of metrics is given".to_owned());
        };
        if let Some(ruler) = endpoints.places.get(&Product::Ruler) {
            metrics = metrics.with_ruler(&ruler.address, &ruler.access);
        }
        fn traces<T: Traces + 'static>(one: T) -> Box<dyn Traces> {
            Box::new(one)
        }
        fn logs<T: Logs + 'static>(one: T) -> Box<dyn Logs> {
            Box::new(one)
        }
        fn profiles<T: Profiles + 'static>(one: T) -> Box<dyn Profiles> {
            Box::new(one)
        }
        let all = endpoints;
        let own: Repositories = all
            .repositories
            .iter()
            .map(|(service, folder)| (service.clone(), Box::new(Git::new(folder)) as Box<dyn History>))
            .collect();
        let log = all.deployments.as_deref().map(|path| Box::new(DeploymentLog::new(path)) as Box<dyn Deployments>);
        let grafana = all.make(Product::Grafana, Grafana::through).map(|it| Box::new(it) as Box<dyn Deployments>);
        Ok(Self {
            metrics,
            traces: (all.make(Product::Tempo, Tempo::through).map(traces))
                .or_else(|| all.make(Product::Jaeger, Jaeger::through).map(traces))
                .or_else(|| all.make(Product::Zipkin, Zipkin::through).map(traces))
                .or_else(|| all.make(Product::Store, Store::through).map(traces)),
            logs: (all.make(Product::Loki, Loki::through).map(logs))
                .or_else(|| all.make(Product::VictoriaLogs, VictoriaLogs::through).map(logs))
                .or_else(|| all.make(Product::Store, Store::through).map(logs)),
            profiles: (all.make(Product::Pyroscope, Pyroscope::through).map(profiles))
                .or_else(|| all.make(Product::Store, Store::through).map(profiles)),
            deployments: log.or(grafana),
            git: repository.map(Git::new),
            repositories: own,
        })
    }

    /// The sources that a walk may query.
    #[must_use]
    pub fn sources(&self) -> Sources<'_> {
        Sources {
            metrics: &self.metrics,
            traces: self.traces.as_deref(),
            logs: self.logs.as_deref(),
            profiles: self.profiles.as_deref(),
            history: self.git.as_ref().map(|git| git as &dyn History),
            repositories: Some(&self.repositories),
            deployments: self.deployments.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Result<Endpoints, String> {
        Endpoints::read(value, Path::new("/none"), &Access::default(), true)
    }

    fn names(value: &Value, repository: Option<&Path>) -> [String; 5] {
        let endpoints = Endpoints::read(value, Path::new("/none"), &Access::default(), false).unwrap();
        let connected = Connected::new(&endpoints, repository).unwrap();
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
        let line = json!({"prometheus": "http://p:1", "store": "http://s:1", "alertmanager": 7});
        let store = "the store at http://s:1";
        assert_eq!(names(&line, None), ["Prometheus at http://p:1", store, store, store, ""]);
    }

    #[test]
    fn a_product_for_one_signal_wins() {
        let line = json!({"prometheus": "http://p", "store": "http://s", "jaeger": "http://j", "loki": "http://l"});
        let names = names(&line, Some(Path::new("/x")));
        assert_eq!(names[1..4], ["Jaeger at http://j", "Loki at http://l", "the store at http://s"]);
        assert!(names[4].contains("/x"), "{names:?}");
        let line = json!({"victoria_metrics": "http://v", "victoria_logs": "http://l", "zipkin": "http://z"});
        let names = self::names(&line, None);
        assert_eq!(names[..3], ["VictoriaMetrics at http://v", "Zipkin at http://z", "VictoriaLogs at http://l"]);
        assert!(Connected::new(&Endpoints::default(), None).is_err());
    }

    #[test]
    fn each_product_has_its_form_of_tenants() {
        let of = |product: &str, tenant: &str| {
            read(&json!({product: {"url": "http://x/", "tenant": tenant}}))
                .map(|it| it.places.values().next().unwrap().address.clone())
        };
        for product in ["prometheus", "ruler", "tempo", "loki", "pyroscope", "jaeger", "grafana"] {
            assert_eq!(of(product, "a|b").as_deref(), Ok("http://x/"));
        }
        assert_eq!(of("victoria_metrics", "7:1").as_deref(), Ok("http://x/select/7:1/prometheus"));
        assert_eq!(of("victoria_logs", "7").as_deref(), Ok("http://x/"));
        for (product, tenant) in
            [("victoria_metrics", "a|b"), ("victoria_logs", "7:x"), ("zipkin", "7"), ("store", "7")]
        {
            assert!(of(product, tenant).is_err(), "{product}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (wrong, told) in [
            (json!({"grafna": "http://x"}), "`grafna`: expected one of prometheus"),
            (json!({"loki": "x:1"}), "`loki`: `x:1` is not an address"),
            (json!({"loki": {"url": "http://x", "token": "y"}}), "`loki`: unknown field `token`"),
            (json!({"repositories": {"a": 7}}), "`repositories`: `a` needs a folder"),
            (json!([]), "expected a mapping"),
        ] {
            let why = read(&wrong).unwrap_err();
            assert!(why.contains(told), "{why}");
        }
        assert!(!read(&json!({"loki": "me:hunter2@x"})).unwrap_err().contains("hunter2"));
    }
}
