//! The telemetry of a service: one call sets up traces, metrics, logs and profiles, all exported over OTLP and joined by
//! trace id.
//!
//! - [`run`] builds the runtime, exports until the service ends, and then flushes what is left, bounded in time.
//! - [`http`] is the server and client side of a hop: a span each, the context carried across.
//! - [`flags`] are read at run time, and told on spans.
//! - [`requests`] counts requests, with every error series there from the start.
//! - [`scenario`] is what the load asks of a service for a demonstration.
//!
//! Nothing here makes a request wait: queues are bounded, and what does not fit is dropped.

pub mod flags;
pub mod http;
pub mod requests;
mod resource;
pub mod scenario;
mod sdk;

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::net::TcpListener;

/// Name and version of a service.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// `service.name`.
    pub name: &'static str,
    /// `service.version`.
    pub version: &'static str,
}

/// The full path of the function that this stands in, for `code.function.name`.
#[macro_export]
macro_rules! function {
    () => {{
        fn here() {}
        fn name_of<T>(_: T) -> &'static str {
            ::std::any::type_name::<T>()
        }
        let name = name_of(here);
        name.strip_suffix("::here").unwrap_or(name).trim_end_matches("::{{closure}}")
    }};
}

/// Runs a service to its end with all its telemetry set up.
///
/// # Errors
/// What `main` returns, or why the runtime or an exporter cannot be made.
pub fn run<F: Future<Output = Result<()>>>(service: Service, main: impl FnOnce() -> F) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name(service.name)
        .on_thread_start(profiler::on_thread_start)
        .on_thread_stop(profiler::on_thread_stop)
        .build()
        .context("starting the runtime")?;
    let sdk = {
        let _inside = runtime.enter();
        sdk::Sdk::start(service)?
    };
    profiler::on_thread_start();
    let profiler = profiler::start(resource::profiled(service)).context("starting the profiler")?;
    let outcome = runtime.block_on(main());
    profiler.shutdown();
    sdk.shut_down();
    // A task that still runs must not hold up the end.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// Serves `router` on `address` until the process is asked to end; port 0 is any free one, and the log says which.
///
/// # Errors
/// When the address cannot be had.
pub async fn serve(address: SocketAddr, router: axum::Router) -> Result<()> {
    let listener = bind(address).await.with_context(|| format!("listening on {address}"))?;
    let address = listener.local_addr().context("reading the address that was given")?;
    tracing::info!(server.address = %address, "listening on http://{address}");
    let router = router.route("/debug/profiler", axum::routing::put(switch));
    axum::serve(listener, router).with_graceful_shutdown(ended()).await.context("serving")
}

/// How long a service waits for its predecessor to leave the address.
const HANDOVER: Duration = Duration::from_secs(10);

/// Takes the address as soon as it is free: a new version is started before the old one is asked to end, so that nobody is
/// refused for longer than a connection takes.
async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let began = Instant::now();
    loop {
        match TcpListener::bind(address).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse && began.elapsed() < HANDOVER => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            outcome => return outcome,
        }
    }
}

/// What `PUT /debug/profiler` takes.
#[derive(serde::Deserialize)]
struct Switch {
    on: bool,
}

async fn switch(axum::Json(Switch { on }): axum::Json<Switch>) -> String {
    profiler::set_enabled(on);
    format!("the profiler is {}\n", if on { "on" } else { "off" })
}

/// Waits until the process is asked to end, by an interrupt or SIGTERM.
pub async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
