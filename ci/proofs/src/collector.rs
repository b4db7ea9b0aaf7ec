//! The generated configurations in a real OpenTelemetry Collector, and a sink that keeps what leaves one.
//!
//! A collector under test gets the file under `generated/collector` as it is, and its addresses by the environment, as a
//! user would run it. The sink is a collector too, with a configuration of its own that writes everything to files: what
//! is in them has crossed the wire.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::process::{Running, free_port, run};
use crate::tools::{tool, workspace};

/// Profiles are an alpha signal of this release, behind a gate.
const GATE: &str = "--feature-gates=service.profilesSupport";

/// The signals, by their names in the paths of OTLP over HTTP.
pub const SIGNALS: [&str; 4] = ["traces", "metrics", "logs", "profiles"];

/// The path of a generated configuration, such as `agent`.
#[must_use]
pub fn generated(name: &str) -> PathBuf {
    workspace().join("generated/collector").join(format!("{name}.yaml"))
}

/// The addresses and the folder of one collector. They outlive its process, so that it can be started again as it was.
#[derive(Clone, Debug)]
pub struct Place {
    name: String,
    config: PathBuf,
    folder: PathBuf,
    grpc: u16,
    http: u16,
    health: u16,
    own_metrics: u16,
    /// Where the `prometheus` exporter listens.
    metrics: u16,
    environment: BTreeMap<String, String>,
}

impl Place {
    /// A place for a collector called `name` with `config`; its queue and its log lie below `folder`.
    ///
    /// # Errors
    /// When there are no free ports.
    pub fn new(name: &str, config: &Path, folder: &Path) -> Result<Self> {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        Ok(Self {
            name: name.to_owned(),
            config: config.to_owned(),
            folder,
            grpc: free_port()?,
            http: free_port()?,
            health: free_port()?,
            own_metrics: free_port()?,
            metrics: free_port()?,
            environment: BTreeMap::new(),
        })
    }

    /// Sets one more environment variable, such as `GATEWAY_ENDPOINT`.
    #[must_use]
    pub fn with(mut self, variable: &str, value: impl Into<String>) -> Self {
        self.environment.insert(variable.to_owned(), value.into());
        self
    }

    /// `host:port` of OTLP over gRPC.
    #[must_use]
    pub fn grpc(&self) -> String {
        format!("127.0.0.1:{}", self.grpc)
    }

    /// The base URL of OTLP over HTTP.
    #[must_use]
    pub fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// `host:port` of what the `prometheus` exporter serves.
    #[must_use]
    pub fn metrics_address(&self) -> String {
        format!("127.0.0.1:{}", self.metrics)
    }

    fn command(&self, verb: Option<&str>) -> Result<Command> {
        let mut command = Command::new(tool("otelcol")?);
        command
            .args(verb)
            .arg(format!("--config={}", self.config.display()))
            .arg(GATE)
            .env("OTLP_GRPC_LISTEN", self.grpc())
            .env("OTLP_HTTP_LISTEN", format!("127.0.0.1:{}", self.http))
            .env("HEALTH_LISTEN", format!("127.0.0.1:{}", self.health))
            .env("SELF_METRICS_HOST", "127.0.0.1")
            .env("SELF_METRICS_PORT", self.own_metrics.to_string())
            .env("METRICS_LISTEN", format!("127.0.0.1:{}", self.metrics))
            .env("QUEUE_DIRECTORY", self.folder.join("queue"))
            .envs(&self.environment);
        Ok(command)
    }

    /// Runs `otelcol validate`.
    ///
    /// # Errors
    /// With what it found fault with.
    pub fn validate(&self) -> Result<()> {
        run(&mut self.command(Some("validate"))?).map(drop)
    }

    /// Starts the collector and waits until its health check says that it is ready.
    ///
    /// # Errors
    /// When it does not become so within a minute.
    pub fn start(&self) -> Result<Running> {
        let log = self.folder.join("log");
        let mut process = Running::start(&self.name, &mut self.command(None)?, &log)?;
        let (agent, health) = (client(), format!("http://127.0.0.1:{}/", self.health));
        process.wait_until("healthy", Duration::from_secs(60), || {
            agent.get(&health).call().is_ok_and(|response| response.status().is_success())
        })?;
        Ok(process)
    }

    /// Sends one OTLP message (JSON) of a signal. Success means that the collector has acknowledged it.
    ///
    /// # Errors
    /// When it has not.
    pub fn send(&self, signal: &str, message: &Value) -> Result<()> {
        let version = if signal == "profiles" { "v1development" } else { "v1" };
        let url = format!("{}/{version}/{signal}", self.http());
        let mut response = client().post(&url).send_json(message).with_context(|| format!("sending {signal}"))?;
        let said = response.body_mut().read_to_string().unwrap_or_default();
        ensure!(response.status().is_success(), "{} answered {}: {said}", self.name, response.status());
        // A partial success is none: it says what was dropped.
        ensure!(!said.contains("rejected"), "{} took only a part: {said}", self.name);
        Ok(())
    }

    /// What the `prometheus` exporter serves now, as text.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn scrape(&self) -> Result<String> {
        self.scrape_as("text/plain")
    }

    /// The same in OpenMetrics, which has exemplars.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn scrape_open_metrics(&self) -> Result<String> {
        self.scrape_as("application/openmetrics-text")
    }

    fn scrape_as(&self, format: &str) -> Result<String> {
        let url = format!("http://{}/metrics", self.metrics_address());
        let mut response = client().get(url).header("Accept", format).call().context("scraping the collector")?;
        response.body_mut().read_to_string().context("reading a scrape")
    }
}

fn client() -> ureq::Agent {
    let config = ureq::Agent::config_builder();
    config.timeout_global(Some(Duration::from_secs(30))).http_status_as_error(false).build().into()
}

/// The configuration of a collector that passes on what it is sent: its exporters, and their names for each signal.
#[must_use]
pub fn passing_on(exporters: &BTreeMap<String, Value>, pipelines: &BTreeMap<&str, Vec<String>>) -> Value {
    let pipeline = |names: &Vec<String>| json!({"receivers": ["otlp"], "exporters": names});
    json!({
        "extensions": {"health_check": {"endpoint": "${env:HEALTH_LISTEN}"}},
        "receivers": {"otlp": {"protocols": {
            "grpc": {"endpoint": "${env:OTLP_GRPC_LISTEN}", "max_recv_msg_size_mib": 64},
            "http": {"endpoint": "${env:OTLP_HTTP_LISTEN}"},
        }}},
        "exporters": exporters,
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": pipelines.iter().map(|(signal, names)| (*signal, pipeline(names))).collect::<BTreeMap<_, _>>(),
        },
    })
}

/// A collector that writes what it is sent to one file a signal.
pub struct Sink {
    place: Place,
    process: Option<Running>,
}

impl Sink {
    /// Prepares a sink without starting it: its addresses are known, and nobody listens there.
    ///
    /// # Errors
    /// When its configuration cannot be written.
    pub fn new(name: &str, folder: &Path) -> Result<Self> {
        let config = folder.join(format!("{name}.yaml"));
        let mut place = Place::new(name, &config, folder)?;
        let file = |signal: &str| (format!("file/{signal}"), json!({"path": place.file(signal), "append": true}));
        let exporters = SIGNALS.iter().map(|signal| file(signal)).collect();
        let pipelines = SIGNALS.iter().map(|signal| (*signal, vec![format!("file/{signal}")])).collect();
        let text =
            serde_yaml::to_string(&passing_on(&exporters, &pipelines)).context("writing the sink's configuration")?;
        std::fs::write(&config, text).with_context(|| format!("writing {}", config.display()))?;
        place.config = config;
        Ok(Self { place, process: None })
    }

    /// Starts it, or starts it again; its files go on where they were.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(&mut self) -> Result<()> {
        self.process = Some(self.place.start()?);
        Ok(())
    }

    /// Where it listens.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Everything of a signal that it has written so far: OTLP messages in JSON.
    ///
    /// # Errors
    /// When what it wrote is not JSON.
    pub fn messages(&self, signal: &str) -> Result<Vec<Value>> {
        let path = self.place.file(signal);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        // Its last line may be half written.
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        whole.lines().map(|line| serde_json::from_str(line).context("reading what the sink wrote")).collect()
    }

    /// Waits until `done` says yes of the messages of a signal, and gives them.
    ///
    /// # Errors
    /// When that takes longer than `limit`; the error tells `what` was waited for, and how many messages there were.
    pub fn wait_for(
        &self,
        signal: &str,
        what: &str,
        limit: Duration,
        mut done: impl FnMut(&[Value]) -> bool,
    ) -> Result<Vec<Value>> {
        let started = Instant::now();
        loop {
            let messages = self.messages(signal)?;
            if done(&messages) {
                return Ok(messages);
            }
            if started.elapsed() > limit {
                bail!("{what} did not arrive within {limit:?}; {} messages of {signal} did", messages.len());
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

impl Place {
    fn file(&self, signal: &str) -> PathBuf {
        self.folder.join(format!("{signal}.jsonl"))
    }
}
