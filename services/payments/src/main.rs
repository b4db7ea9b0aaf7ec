//! Books payments into the ledger: JSON-RPC 2.0 over `POST /rpc`, methods `Charge` and `Refund`; a job in the background
//! settles what was booked.

mod bank;
mod currency;
mod ledger;
mod metrics;
mod rpc;
mod screening;
mod settlement;
mod turns;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Parser;
use telemetry::Service;

use ledger::Ledger;
use metrics::Metrics;

/// Books payments and keeps the ledger.
#[derive(Debug, Parser)]
struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8083")]
    listen: SocketAddr,
    /// The ledger's database.
    #[arg(long, default_value = "ledger.db")]
    data: PathBuf,
    /// Obey the scenario that a request's baggage names.
    #[arg(long)]
    scenarios: bool,
}

/// What handlers share.
struct Payments {
    ledger: Ledger,
    metrics: Metrics,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let service = Service { name: "payments", version: env!("CARGO_PKG_VERSION") };
    telemetry::run(service, || async move {
        let ledger = Ledger::open(&args.data)?;
        let payments = Arc::new(Payments { ledger, metrics: Metrics::new() });
        tokio::spawn(settlement::run(Arc::clone(&payments)));
        telemetry::serve(args.listen, rpc::router(payments, args.scenarios)).await
    })
}
