//! "Before": the services, a plain collector and a plain Prometheus, as their documentation begins.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::process::Program;
use crate::programs::Programs;
use crate::system::System;

/// Puts the plain collector and the plain Prometheus in the place of the generated ones. The plain collector takes what the
/// services send, so nothing stands between them; there is no agent and no Alertmanager to start.
pub(super) fn install(
    system: &mut System,
    programs: &Programs,
    checkout: &Path,
    store: &str,
    truth: &Path,
) -> Result<()> {
    let plain = checkout.join("ci/cost/plain");
    let log = |system: &System, name: &str| system.logs().join(format!("{name}.log"));
    let at = system.at.clone();
    system.gateway = Program::new("plain collector", programs.path("otelcol")?, log(system, "collector"))
        .args([format!("--config={}", plain.join("collector.yaml").display())])
        .args([format!("--config={}", truth.display()), "--feature-gates=service.profilesSupport".to_owned()])
        .env("OTLP_GRPC_LISTEN", &at.agent_grpc)
        .env("OTLP_HTTP_LISTEN", &at.agent_http)
        .env("STORE_ENDPOINT", format!("http://{store}"))
        .env("METRICS_LISTEN", &at.metrics)
        .env("SELF_METRICS_PORT", at.gateway_self.rsplit(':').next().unwrap_or_default())
        .ready_at(format!("http://{}/metrics", at.metrics));
    let folder = system.folder().join("plain");
    let config = prometheus(&plain.join("prometheus.yaml"), &folder, [&at.metrics, &at.gateway_self])?;
    system.prometheus = Program::new("plain prometheus", programs.path("prometheus")?, log(system, "prometheus"))
        .args([
            format!("--config.file={}", config.display()),
            format!("--storage.tsdb.path={}", folder.join("data").display()),
            format!("--web.listen-address={}", at.prometheus),
        ])
        .ready_at(format!("http://{}/-/ready", at.prometheus));
    Ok(())
}

/// The committed file with this run's addresses.
fn prometheus(committed: &Path, folder: &Path, [metrics, own]: [&str; 2]) -> Result<PathBuf> {
    let text = fs::read_to_string(committed).with_context(|| format!("reading {}", committed.display()))?;
    ensure!(
        ["localhost:8889", "localhost:8888"].iter().all(|target| text.matches(target).count() == 1),
        "{} does not name its two targets once each",
        committed.display()
    );
    let text = text.replace("localhost:8889", metrics).replace("localhost:8888", own);
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let path = folder.join("prometheus.yaml");
    fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}
