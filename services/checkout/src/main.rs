//! Prices a basket, takes the order, has it paid: `POST /checkout`.

mod backoff;
mod catalogue;
mod discount;
mod handler;
mod orders;
mod payment;
mod pricing;
mod tax;
mod warehouse;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use telemetry::Service;
use telemetry::http::Client;
use telemetry::requests::Requests;

use catalogue::Catalogue;
use handler::Checkout;
use orders::Orders;
use warehouse::Warehouse;

/// Prices baskets, keeps orders and has them paid.
#[derive(Debug, Parser)]
struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
    /// Where payments listens.
    #[arg(long, default_value = "http://127.0.0.1:8083")]
    payments: String,
    /// The database of orders.
    #[arg(long, default_value = "orders.db")]
    data: PathBuf,
    /// Obey the scenario that a request's baggage names.
    #[arg(long)]
    scenarios: bool,
}

/// Labels and buckets as slos/checkout.yaml declares them.
const ROUTES: &[&str] = &["/checkout", "/healthz"];
const STATUSES: &[u16] = &[200, 400, 500, 503];
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.3, 0.5, 1.0, 2.5];

fn main() -> Result<()> {
    let args = Args::parse();
    let service = Service { name: "checkout", version: env!("CARGO_PKG_VERSION") };
    telemetry::run(service, || async move {
        let checkout = Arc::new(Checkout {
            catalogue: Catalogue::spring(),
            warehouse: Warehouse,
            orders: Orders::open(&args.data)?,
            payments: Client::new(&args.payments, Duration::from_secs(5))?,
        });
        let requests = Requests::new(ROUTES, STATUSES, SECONDS);
        telemetry::serve(args.listen, handler::router(checkout, requests, args.scenarios)).await
    })
}
