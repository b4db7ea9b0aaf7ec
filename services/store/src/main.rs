//! The store as a program.

use anyhow::Context;
use clap::Parser;
use std::io::Write;
use std::path::PathBuf;
use store::{api, db, otlp::Grpc, retention::Retention};

/// Keeps traces, logs and profiles in one SQLite file.
#[derive(Parser)]
struct Flags {
    /// Where OTLP over HTTP, queries and pages are served; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// Where OTLP over gRPC is served.
    #[arg(long, default_value = "127.0.0.1:0")]
    grpc: String,
    /// The data file.
    #[arg(long, default_value = "store.db")]
    data: PathBuf,
    /// How long to keep what: `generated/retention/store.yaml`. Without it 14d, profiles 7d.
    #[arg(long)]
    retention: Option<PathBuf>,
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let flags = Flags::parse();
    let retention = flags.retention.as_deref().map(Retention::read).transpose()?.unwrap_or_default();
    let store = db::Store::open(&flags.data, retention)?;
    let http = bind(&flags.listen, "--listen").await?;
    let grpc = bind(&flags.grpc, "--grpc").await?;
    say(&format!("OTLP over gRPC on http://{}", grpc.local_addr()?));
    say(&format!("listening on http://{}", http.local_addr()?));
    let sweeper = store.clone();
    tokio::spawn(async move {
        let mut minute = tokio::time::interval(std::time::Duration::from_secs(60));
        loop {
            minute.tick().await;
            if let Err(db::Busy(why)) = sweeper.sweep(db::now()).await {
                say(&why);
            }
        }
    });
    let served = tokio::spawn(Grpc(store.clone()).serve(grpc, stop()));
    axum::serve(http, api::router(store)).with_graceful_shutdown(stop()).await?;
    served.await??;
    Ok(())
}

async fn bind(address: &str, flag: &str) -> anyhow::Result<tokio::net::TcpListener> {
    tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: choose another with {flag}"))
}

/// SIGTERM or SIGINT. Connections that stay open are cut after five seconds.
async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        // Everything acknowledged is on disk already.
        std::process::exit(0);
    });
}
