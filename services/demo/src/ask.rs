//! Reads JSON over HTTP, on loopback, with a limit to every wait.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
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
    // A quarter of an hour of profiles is more than ureq's ten megabytes.
    answer
        .body_mut()
        .with_config()
        .limit(256 << 20)
        .read_json()
        .with_context(|| format!("reading what {url} {query:?} answered"))
}

/// A port that is free on 127.0.0.1. It stays so until its program binds it: it lies below those that systems give to
/// outgoing connections (from 32768 on Linux), and no second call of this process gets it.
///
/// # Errors
/// When the machine has no port to give.
pub fn free_port() -> Result<u16> {
    const RANGE: Range<u16> = 20_000..32_000;
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(RandomState::new().hash_one(()) >> 1));
    RANGE
        .map(|_| NEXT.fetch_add(1, Ordering::Relaxed) % u64::from(RANGE.end - RANGE.start))
        .filter_map(|place| u16::try_from(place).ok().map(|place| RANGE.start + place))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .with_context(|| format!("no port of {RANGE:?} is free"))
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
