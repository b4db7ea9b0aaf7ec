//! Programs that run and export, and what was observed of them.

mod collector;
mod node;
mod sdk;
mod shop;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use emberline_proofs::alertmanager::Alertmanager;
use emberline_proofs::exporter::{Exporter, PROTOBUF};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::labels;
use emberline_proofs::tools::emberline;
use tempfile::TempDir;

use collector::Collector;
use node::Node;
use sdk::{Cart, Checkout};
use shop::Shop;

/// Programs that run until this is dropped.
pub(crate) struct Setup {
    // Before what they export to.
    cart: Cart,
    checkout: Checkout,
    prometheus: Prometheus,
    alertmanager: Alertmanager,
    _collector: Collector,
    _node: Node,
    _shop: Exporter,
    folder: TempDir,
}

impl Setup {
    /// Starts everything, makes some requests fail, and waits until all of it was scraped often enough.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let alertmanager = Alertmanager::start()?;
        let collector = Collector::start(folder.path(), &folder.path().join("capture.jsonl"))?;
        let node = Node::start(folder.path())?;
        let shop = open(Instant::now())?;
        fs::write(folder.path().join("page.txt"), closed()?)?;
        let every = Duration::from_secs(1);
        let prometheus = Prometheus::start(&Config::default().every(every))?;
        let itself = prometheus.url().trim_start_matches("http://").to_owned();
        let mut config = Config::default().every(every).untranslated();
        for (job, address) in [
            ("prometheus", itself.as_str()),
            ("alertmanager", alertmanager.address()),
            // Somebody scrapes Alertmanager a second time.
            ("alertmanager-again", alertmanager.address()),
            ("collector", &collector.address),
            ("node", &node.address),
        ] {
            config = config.scrape(job, address, labels([]));
        }
        prometheus.reload(&config.scrape_native("shop", shop.address(), labels([])))?;
        let cart = Cart::start(&format!("{}/api/v1/otlp/v1/metrics", prometheus.url()))?;
        let checkout = Checkout::start(&collector.otlp)?;
        let setup =
            Self { cart, checkout, prometheus, alertmanager, _collector: collector, _node: node, _shop: shop, folder };
        setup.traffic()?;
        Ok(setup)
    }

    /// Requests, some of which fail, for long enough that intervals and rates can be measured.
    fn traffic(&self) -> Result<()> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        for _ in 0..9 {
            for query in ["up", "up("] {
                let _ = agent.get(format!("{}/api/v1/query", self.prometheus.url())).query("query", query).call()?;
            }
            for path in ["api/v2/alerts", "api/v2/alerts?filter=%7B"] {
                let _ = agent.get(format!("http://{}/{path}", self.alertmanager.address())).call()?;
            }
            self.cart.work();
            self.checkout.work();
            sleep(Duration::from_secs(1));
        }
        self.cart.flush()?;
        self.checkout.flush()
    }

    /// The source of a program's specs.
    pub(crate) fn source(&self, what: &str) -> String {
        match what {
            "page" => self.folder.path().join("page.txt").display().to_string(),
            "capture" => self.folder.path().join("capture.jsonl").display().to_string(),
            _ => self.prometheus.url().to_owned(),
        }
    }

    /// A snapshot of each source, taken once.
    pub(crate) fn snapshots(&self, folder: &Path) -> Result<Snapshots> {
        let kept = folder.join("snapshots");
        for what in ["page", "capture", "server"] {
            let source = self.source(what);
            let output = Command::new(emberline()?)
                .args(["observe", &source, "--snapshot", what, "--over", "10m", "--specs"])
                .arg(&kept)
                .output()?;
            ensure!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(Snapshots(kept.join("observed")))
    }
}

/// Serves a shop that sells a round every 100 ms.
fn open(since: Instant) -> Result<Exporter> {
    let shop = Mutex::new(Shop::new());
    Exporter::start_as(PROTOBUF, move || {
        // A poisoned lock is a panic of an earlier scrape, whose message the test already shows.
        let mut shop = shop.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shop.sell_until(u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX) / 100);
        shop.protobuf().expect("a page of protobuf")
    })
}

/// The text of a shop that has sold for a while.
fn closed() -> Result<String> {
    let mut shop = Shop::new();
    shop.sell_until(1_000);
    shop.text()
}

/// Snapshots that wait to be used.
pub(crate) struct Snapshots(PathBuf);

impl Snapshots {
    /// Puts the snapshot of a program beside the specs, and nothing else.
    pub(crate) fn lay(&self, folder: &Path, what: &str) -> Result<()> {
        let name = if matches!(what, "page" | "capture") { what } else { "server" };
        let to = folder.join("slos/observed");
        fs::create_dir_all(&to)?;
        fs::copy(self.0.join(format!("{name}.yaml")), to.join("now.yaml")).context("laying a snapshot")?;
        Ok(())
    }
}
