//! Reads JSON over HTTP, on loopback, with a limit to every wait.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(10);

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(Some(LIMIT)).build().into()
}

/// Whether `url` answers with success.
#[must_use]
pub fn answers(url: &str) -> bool {
    agent().get(url).call().is_ok()
}

/// What `url` answers, as JSON.
///
/// # Errors
/// When nobody answers, the answer is a failure, or it is not JSON.
pub fn json(url: &str, query: &[(&str, &str)]) -> Result<Value> {
    let request = query.iter().fold(agent().get(url), |request, (name, value)| request.query(*name, *value));
    let mut answer = request.call().with_context(|| format!("asking {url} {query:?}"))?;
    answer.body_mut().read_json().with_context(|| format!("reading what {url} {query:?} answered"))
}

/// A port that was free on 127.0.0.1 a moment ago.
///
/// # Errors
/// When the machine has no port to give.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("asking the system for a free port")?;
    Ok(listener.local_addr().context("reading the port that the system gave")?.port())
}

/// What `url` answers, as JSON; nothing where the answer is that there is nothing.
///
/// # Errors
/// As [`json`].
pub fn json_if_found(url: &str) -> Result<Option<Value>> {
    match agent().get(url).call() {
        Ok(mut answer) => {
            answer.body_mut().read_json().with_context(|| format!("reading what {url} answered")).map(Some)
        }
        Err(ureq::Error::StatusCode(404)) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("asking {url}")),
    }
}
