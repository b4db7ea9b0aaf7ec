//! Where each program listens: ports of 127.0.0.1 that were free when the system was laid out, and that no outgoing connection takes.

use anyhow::Result;

use crate::ask::free_port;

/// `host:port` of every listener.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The shop.
    pub frontend: String,
    /// Orders.
    pub checkout: String,
    /// Payments.
    pub payments: String,
    /// OTLP over HTTP, queries and pages of the store.
    pub store: String,
    /// OTLP over gRPC of the store.
    pub store_grpc: String,
    /// OTLP over gRPC of the agent: where the services send.
    pub agent_grpc: String,
    /// OTLP over HTTP of the agent.
    pub agent_http: String,
    /// Health of the agent.
    pub agent_health: String,
    /// The agent's metrics of itself.
    pub agent_self: String,
    /// OTLP over gRPC of the gateway.
    pub gateway_grpc: String,
    /// OTLP over HTTP of the gateway.
    pub gateway_http: String,
    /// Health of the gateway.
    pub gateway_health: String,
    /// The gateway's metrics of itself.
    pub gateway_self: String,
    /// All services' metrics and those made of spans, for Prometheus to scrape.
    pub metrics: String,
    /// Prometheus.
    pub prometheus: String,
    /// Alertmanager.
    pub alertmanager: String,
}

impl Addresses {
    /// Asks the system for as many ports as are needed.
    ///
    /// # Errors
    /// When it has none to give.
    pub fn free() -> Result<Self> {
        let free = || Ok::<_, anyhow::Error>(format!("127.0.0.1:{}", free_port()?));
        Ok(Self {
            frontend: free()?,
            checkout: free()?,
            payments: free()?,
            store: free()?,
            store_grpc: free()?,
            agent_grpc: free()?,
            agent_http: free()?,
            agent_health: free()?,
            agent_self: free()?,
            gateway_grpc: free()?,
            gateway_http: free()?,
            gateway_health: free()?,
            gateway_self: free()?,
            metrics: free()?,
            prometheus: free()?,
            alertmanager: free()?,
        })
    }

    /// The port of `host:port`, for programs that want the two apart.
    pub(super) fn port(address: &str) -> &str {
        address.rsplit(':').next().unwrap_or(address)
    }
}
