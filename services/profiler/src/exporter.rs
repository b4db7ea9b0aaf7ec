//! The exporter's thread: drains the rings, adds up equal samples, and sends them every few seconds.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use opentelemetry_proto::tonic::collector::profiles::v1development::ExportProfilesServiceRequest;
use opentelemetry_proto::tonic::collector::profiles::v1development::profiles_service_client::ProfilesServiceClient;
use tonic::transport::{Channel, Endpoint};

use crate::context::Ids;
use crate::otlp::{self, Summed};
use crate::symbols::Symbols;
use crate::{Config, threads};

/// How often rings are drained: well before a busy thread fills its own.
const DRAIN: Duration = Duration::from_millis(500);
/// What one export may take, and all that waits at the end.
const LIMIT: Duration = Duration::from_secs(2);
/// Exports that wait while nobody takes them: a minute.
const WAITING: usize = 12;

/// What has been sampled and sent since the start.
#[derive(Debug, Default)]
pub struct Stats {
    /// Samples taken.
    pub samples: AtomicU64,
    /// Samples taken while the thread worked for no trace.
    pub without_trace: AtomicU64,
    /// Samples for which a ring had no room.
    pub dropped: AtomicU64,
    /// Exports that were answered.
    pub sent: AtomicU64,
    /// Exports given up, because nobody took them for a minute.
    pub lost: AtomicU64,
}

type Key = (Ids, String, Vec<u64>);

/// Runs until the handle says stop or is gone.
pub(crate) fn run(config: &Config, stopped: &Receiver<()>, stats: &Stats) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let period = Duration::from_secs(1) / config.frequency_hz.max(1);
    let mut symbols = Symbols::load(&config.source_root);
    let mut client = client(config, &runtime);
    let mut summed: BTreeMap<Key, i64> = BTreeMap::new();
    let mut waiting: VecDeque<ExportProfilesServiceRequest> = VecDeque::new();
    let (mut began, mut since) = (SystemTime::now(), Instant::now());
    loop {
        let ending = !matches!(stopped.recv_timeout(DRAIN), Err(RecvTimeoutError::Timeout));
        drain(&mut summed, stats);
        if !ending && since.elapsed() < config.export_interval {
            continue;
        }
        if !summed.is_empty() {
            let samples: Vec<Summed> = std::mem::take(&mut summed)
                .into_iter()
                .map(|(key, periods)| resolve(&mut symbols, key, periods))
                .collect();
            waiting.push_back(otlp::request(&samples, &config.resource, began, since.elapsed(), period));
        }
        (began, since) = (SystemTime::now(), Instant::now());
        while waiting.len() > WAITING {
            waiting.pop_front();
            stats.lost.fetch_add(1, Ordering::Relaxed);
        }
        send(&runtime, client.as_mut(), &mut waiting, stats);
        if ending {
            return;
        }
    }
}

fn drain(summed: &mut BTreeMap<Key, i64>, stats: &Stats) {
    let (mut samples, mut without) = (0, 0);
    let dropped = threads::drain(|thread, sample| {
        samples += 1;
        without += u64::from(sample.ids == Ids::default());
        let stack = sample.frames.iter().take(sample.depth).copied().collect();
        *summed.entry((sample.ids, thread.to_owned(), stack)).or_default() += i64::from(sample.periods);
    });
    stats.samples.fetch_add(samples, Ordering::Relaxed);
    stats.without_trace.fetch_add(without, Ordering::Relaxed);
    stats.dropped.fetch_add(dropped, Ordering::Relaxed);
}

fn resolve(symbols: &mut Symbols, (ids, thread, addresses): Key, periods: i64) -> Summed {
    let located = addresses.iter().enumerate();
    // All but the first are return addresses: their call stands before them.
    let stack = located.map(|(depth, address)| symbols.at(address - u64::from(depth > 0 && *address > 0)));
    Summed { ids, thread, stack: stack.collect::<Vec<Arc<_>>>(), periods }
}

fn client(config: &Config, runtime: &tokio::runtime::Runtime) -> Option<ProfilesServiceClient<Channel>> {
    let _inside = runtime.enter();
    let endpoint = Endpoint::from_shared(config.endpoint.clone()).ok()?;
    Some(ProfilesServiceClient::new(endpoint.connect_timeout(LIMIT).timeout(LIMIT).connect_lazy()))
}

/// Sends what waits, the oldest first, until one is not taken.
fn send(
    runtime: &tokio::runtime::Runtime,
    client: Option<&mut ProfilesServiceClient<Channel>>,
    waiting: &mut VecDeque<ExportProfilesServiceRequest>,
    stats: &Stats,
) {
    let Some(client) = client else { return };
    // One answer that takes its time ends the round: rings fill meanwhile.
    let began = Instant::now();
    while let Some(request) = waiting.front().filter(|_| began.elapsed() < LIMIT) {
        let answer = runtime.block_on(async { tokio::time::timeout(LIMIT, client.export(request.clone())).await });
        if !matches!(answer, Ok(Ok(_))) {
            return;
        }
        waiting.pop_front();
        stats.sent.fetch_add(1, Ordering::Relaxed);
    }
}
