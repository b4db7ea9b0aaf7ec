//! The whole system: what runs where, started from the back ends to the front, and ended the other way round.

mod addresses;
mod capture;
mod copies;
mod scraping;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

pub use addresses::Addresses;
pub use copies::Copies;

use crate::ask;
use crate::process::Program;
use crate::programs::Programs;

/// Longer than the policy's `decision_wait` (10 s) and every export interval.
const QUIET: Duration = Duration::from_secs(13);

/// What a system is made with.
pub struct Options {
    /// The checkout: its `generated/` is what runs.
    pub checkout: PathBuf,
    /// Databases, queues, logs and the configurations that only the demo has.
    pub folder: PathBuf,
    /// Where the telemetry is written as it passes, before and after redaction and sampling.
    pub capture: Option<PathBuf>,
    /// Whether services obey the scenario that a request's baggage names (`demo.scenario`).
    pub scenarios: bool,
    /// What a drill has otherwise.
    pub drill: Option<Drill>,
}

/// What a drill has otherwise: artefacts compiled for compressed time, and intervals to match.
#[derive(Debug, Clone)]
pub struct Drill {
    /// What was compiled for it, in the place of the checkout's `generated/`.
    pub generated: PathBuf,
    /// By what every interval is divided.
    pub time_scale: u32,
    /// The commit that runs.
    pub revision: String,
    /// The checkout that every version is built in.
    pub checkout: PathBuf,
    /// Stores that get the same.
    pub copies: Option<Copies>,
}

/// How often services export, and how long spans and log records wait for their batch, outside of drills.
const EXPORT: Duration = Duration::from_secs(5);
const LOGS_WAIT: Duration = Duration::from_secs(1);

/// Programs in the order of their start, each behind its name, so that a fault can stop one.
pub struct System {
    /// Keeps traces, logs and profiles.
    pub store: Program,
    /// The collector that samples.
    pub gateway: Program,
    /// The collector beside the services, that redacts.
    pub agent: Program,
    /// Rules and metrics.
    pub prometheus: Program,
    /// Alerts.
    pub alertmanager: Program,
    /// Books payments.
    pub payments: Program,
    /// Takes orders.
    pub checkout: Program,
    /// Serves the shop.
    pub frontend: Program,
    /// Where each of them listens.
    pub at: Addresses,
    programs: Programs,
    folder: PathBuf,
    drill: Option<Drill>,
}

/// A service as it runs in a drill: its commit and its checkout are named, and it exports as much more often as time is compressed.
fn paced(service: Program, drill: Option<&Drill>) -> Program {
    let Some(Drill { time_scale, revision, checkout, .. }) = drill else { return service };
    let every = |normal: Duration| (normal / (*time_scale).max(1)).as_millis().to_string();
    service
        .env("EMBERLINE_COMMIT", revision)
        .env("EMBERLINE_SOURCES", checkout.display().to_string())
        .env("OTEL_METRIC_EXPORT_INTERVAL", every(EXPORT))
        .env("OTEL_BSP_SCHEDULE_DELAY", every(EXPORT))
        .env("OTEL_BLRP_SCHEDULE_DELAY", every(LOGS_WAIT))
}

impl System {
    /// Lays out a system without starting it.
    ///
    /// # Errors
    /// When its folder cannot be written, or `generated/` lacks a configuration.
    pub fn new(programs: &Programs, options: &Options) -> Result<Self> {
        let Options { checkout: root, folder, capture, scenarios, drill } = options;
        let time_scale = drill.as_ref().map_or(1, |drill| drill.time_scale.max(1));
        for part in ["logs", "data", "config", "queue/agent", "queue/gateway", "prometheus", "alertmanager"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).with_context(|| format!("creating {}", path.display()))?;
        }
        let at = Addresses::free()?;
        let generated = drill.as_ref().map_or_else(|| root.join("generated"), |drill| drill.generated.clone());
        let log = |name: &str| folder.join("logs").join(format!("{name}.log"));
        let data = |name: &str| folder.join("data").join(name).display().to_string();
        let program = |name: &str| Ok::<_, anyhow::Error>(Program::new(name, programs.path(name)?, log(name)));

        let retention = generated.join("retention/store.yaml").display().to_string();
        let store = program("store")?
            .args(["--listen", &at.store, "--grpc", &at.store_grpc, "--data", &data("telemetry.db")])
            .args(["--retention", &retention])
            .ready_at(format!("http://{}/api/stats", at.store));

        let collector = |name: &str, overlays: Vec<PathBuf>| {
            let mut configs = vec![generated.join("collector").join(format!("{name}.yaml"))];
            configs.extend(overlays);
            let configs = configs.iter().map(|path| format!("--config={}", path.display()));
            Ok::<_, anyhow::Error>(
                Program::new(name, programs.path("otelcol")?, log(name))
                    .args(configs)
                    .args(["--feature-gates=service.profilesSupport"])
                    .env("QUEUE_DIRECTORY", folder.join("queue").join(name).display().to_string())
                    .env("SELF_METRICS_HOST", "127.0.0.1"),
            )
        };
        let overlays =
            capture.as_ref().map(|capture| capture::overlays(capture, &folder.join("config"))).transpose()?;
        let copies = drill.as_ref().and_then(|drill| drill.copies.as_ref());
        let (for_agent, for_gateway) = overlays.unzip();
        let copied = copies.map(|copies| copies.overlay(&folder.join("config"))).transpose()?;
        let gateway = collector("gateway", for_gateway.into_iter().chain(copied).collect())?
            .env("OTLP_GRPC_LISTEN", &at.gateway_grpc)
            .env("OTLP_HTTP_LISTEN", &at.gateway_http)
            .env("STORE_ENDPOINT", format!("http://{}", at.store))
            .env("METRICS_LISTEN", &at.metrics)
            .env("HEALTH_LISTEN", &at.gateway_health)
            .env("SELF_METRICS_PORT", Addresses::port(&at.gateway_self))
            .ready_at(format!("http://{}/", at.gateway_health));
        let agent = collector("agent", for_agent.into_iter().collect())?
            .env("OTLP_GRPC_LISTEN", &at.agent_grpc)
            .env("OTLP_HTTP_LISTEN", &at.agent_http)
            .env("GATEWAY_ENDPOINT", &at.gateway_grpc)
            .env("HEALTH_LISTEN", &at.agent_health)
            .env("SELF_METRICS_PORT", Addresses::port(&at.agent_self))
            .ready_at(format!("http://{}/", at.agent_health));

        let prometheus = program("prometheus")?
            .args(scraping::flags(&generated.join("retention/prometheus.args"))?)
            .args([
                format!(
                    "--config.file={}",
                    scraping::prometheus(&at, &generated, &folder.join("config"), time_scale, copies)?.display()
                ),
                format!("--storage.tsdb.path={}", folder.join("prometheus").display()),
                format!("--web.listen-address={}", at.prometheus),
            ])
            .ready_at(format!("http://{}/-/ready", at.prometheus));
        let alertmanager = program("alertmanager")?
            .args([
                format!("--config.file={}", scraping::alertmanager(&folder.join("config"))?.display()),
                format!("--storage.path={}", folder.join("alertmanager").display()),
                format!("--web.listen-address={}", at.alertmanager),
                "--cluster.listen-address=".to_owned(),
            ])
            .ready_at(format!("http://{}/-/ready", at.alertmanager));

        let service = |name: &str, listen: &str| {
            Ok::<_, anyhow::Error>(
                paced(program(name)?, drill.as_ref())
                    .args(["--listen", listen])
                    .args(scenarios.then_some("--scenarios"))
                    .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", at.agent_grpc))
                    .ready_at(format!("http://{listen}/healthz")),
            )
        };
        let payments = service("payments", &at.payments)?.args(["--data", &data("ledger.db")]);
        let checkout = service("checkout", &at.checkout)?
            .args(["--data", &data("orders.db")])
            .args(["--payments".to_owned(), format!("http://{}", at.payments)]);
        let frontend =
            service("frontend", &at.frontend)?.args(["--checkout".to_owned(), format!("http://{}", at.checkout)]);
        let (programs, folder, drill) = (programs.clone(), folder.clone(), drill.clone());
        Ok(Self {
            drill,
            store,
            gateway,
            agent,
            prometheus,
            alertmanager,
            payments,
            checkout,
            frontend,
            at,
            programs,
            folder,
        })
    }

    /// Starts everything, each program once the one before serves; `say` is told of each.
    ///
    /// # Errors
    /// When one does not come up.
    pub fn start(&mut self, mut say: impl FnMut(&str)) -> Result<()> {
        for program in self.in_order() {
            say(&format!("starting {}", program.name()));
            program.start()?;
        }
        Ok(())
    }

    /// Ends everything in good order: who sends before who receives, so that nothing is lost.
    pub fn stop(&mut self) {
        for program in self.in_order().into_iter().rev() {
            program.stop();
        }
    }

    /// The load, not yet started. It goes on until it is stopped, unless `args` say how many requests.
    ///
    /// # Errors
    /// When the program is not there.
    pub fn load(&self, name: &str, args: &[String]) -> Result<Program> {
        let log = self.folder.join("logs").join(format!("{name}.log"));
        Ok(paced(Program::new(name, self.programs.path("loadgen")?, log), self.drill.as_ref())
            .args(["--target".to_owned(), format!("http://{}", self.at.frontend)])
            .args(args.iter().cloned())
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", self.at.agent_grpc)))
    }

    /// The service of this name.
    pub fn service(&mut self, name: &str) -> Option<&mut Program> {
        [&mut self.frontend, &mut self.checkout, &mut self.payments].into_iter().find(|service| service.name() == name)
    }

    /// Waits until the store has got all there is: nothing new for longer than traces wait for a decision, and metrics and
    /// profiles for their export.
    ///
    /// # Errors
    /// When the store does not answer, or still grows after `limit`.
    pub fn settle(&self, limit: Duration) -> Result<()> {
        let url = format!("http://{}/api/stats", self.at.store);
        let began = Instant::now();
        let (mut seen, mut since) = (ask::json(&url, &[])?, Instant::now());
        while since.elapsed() < QUIET {
            if began.elapsed() > limit {
                bail!("the store still grew after {limit:?}");
            }
            sleep(Duration::from_millis(500));
            let now = ask::json(&url, &[])?;
            // The settlement job of payments goes on: its few spans are no news.
            if counts(&now) > counts(&seen) + 20 {
                (seen, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    /// Where the programs' own output is.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// Its folder: databases, queues, logs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn in_order(&mut self) -> [&mut Program; 8] {
        let Self { store, gateway, agent, prometheus, alertmanager, payments, checkout, frontend, .. } = self;
        [store, gateway, agent, prometheus, alertmanager, payments, checkout, frontend]
    }
}

/// Rows of traces and logs.
fn counts(stats: &Value) -> u64 {
    let signals = stats["signals"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let counted = signals.iter().filter(|signal| ["traces", "logs"].iter().any(|name| signal["signal"] == *name));
    counted.filter_map(|signal| signal["rows"].as_u64()).sum()
}

impl Drop for System {
    fn drop(&mut self) {
        self.stop();
    }
}
