//! `emberline preview`: the compiled pages on this machine, with numbers from a Prometheus.

use std::net::SocketAddr;

use emberline_core::finding::Severity;
use emberline_observe::http::bare;

use super::gate::{self, Gate};
use super::{access, stores};
use crate::args::{FailOn, Format, Preview, Reporting};
use crate::failure::{Failure, Result};
use crate::preview::{self, Site};
use crate::status::Status;
use crate::terminal;

/// Serves until it is ended from outside. Specs with errors are shown, and not served.
pub(crate) fn run(preview: &Preview, quiet: bool) -> Result<Status> {
    let mut gate = Gate::open(&preview.specs, None)?;
    let Some(plan) = gate.plan.take() else {
        let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
        gate::show(&gate.found(), &reporting, true)?;
        debug_assert!(gate.findings.iter().any(|finding| finding.severity == Severity::Error));
        return Ok(Status::Findings);
    };
    if let Some(address) = &preview.prometheus
        && !(address.starts_with("http://") || address.starts_with("https://"))
    {
        return Err(Failure::new(format!("`{}` is not the address of a Prometheus", bare(address)))
            .help("write it like `--prometheus http://127.0.0.1:9090`"));
    }
    let access = access::open(&preview.access)?;
    let stores = preview.stores.as_ref().map(|file| stores::read(file, &access)).transpose()?;
    let (prometheus, access) = match &stores {
        Some(stores) => match stores.metrics() {
            Some((address, access)) => (Some(address), access),
            None => return Err(Failure::new("the file of `--stores` names no store of metrics")),
        },
        None => (preview.prometheus.as_deref(), &access),
    };
    let site = Site::new(plan, std::mem::take(&mut gate.notes), prometheus, access);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|cause| Failure::new(format!("cannot start serving: {cause}")))?;
    runtime.block_on(async {
        let failed = |cause: std::io::Error| {
            Failure::new(format!("cannot listen on {}: {cause}", preview.listen))
                .help("`--listen` names another address")
        };
        let listener = tokio::net::TcpListener::bind(preview.listen).await.map_err(failed)?;
        let at: SocketAddr = listener.local_addr().map_err(failed)?;
        if !quiet {
            let numbers = match prometheus {
                Some(address) => format!("with numbers from {}", bare(address)),
                None => "without numbers: `--prometheus` names their source".to_owned(),
            };
            terminal::say(&format!("http://{at}/ ({numbers}); Ctrl-C ends it"));
        }
        axum::serve(listener, preview::router(site, at))
            .await
            .map_err(|cause| Failure::new(format!("serving ended: {cause}")))?;
        Ok(Status::Clean)
    })
}
