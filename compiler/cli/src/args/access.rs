//! How a server is reached: what every command takes that asks one.

use std::path::PathBuf;

use clap::Args;
use emberline_core::quantity::Duration;

/// How a server is reached.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reaching a server")]
pub(crate) struct Access {
    /// File with the bearer token; without it, the variable EMBERLINE_BEARER_TOKEN holds the token, if any
    #[arg(long, value_name = "FILE")]
    pub(crate) bearer_token_file: Option<PathBuf>,
    /// File with `USER:PASSWORD`; without it, the variable EMBERLINE_BASIC_AUTH holds both, if any
    #[arg(long, value_name = "FILE", conflicts_with = "bearer_token_file")]
    pub(crate) basic_auth_file: Option<PathBuf>,
    /// A header to send, such as a tenant; `@` reads the value from a file
    #[arg(long, value_name = "NAME=VALUE|NAME=@FILE")]
    pub(crate) header: Vec<String>,
    /// Certificates (PEM) to trust instead of this machine's
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Certificate (PEM) to show to the server, with its chain behind it
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(crate) client_cert: Option<PathBuf>,
    /// Private key (PEM) of that certificate
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(crate) client_key: Option<PathBuf>,
    /// Proxy to ask through, instead of the one that HTTPS_PROXY or HTTP_PROXY names
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// How long an answer may take
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    pub(crate) timeout: Duration,
}

/// A length of time such as `30s`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match Duration::parse(text) {
        Ok(duration) if duration > Duration::ZERO => Ok(duration),
        _ => Err("expected a duration such as `30s` or `1h`".to_owned()),
    }
}
