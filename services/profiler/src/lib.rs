//! Samples where each thread spends its processor time, and tags each sample with the trace and the span that the thread
//! works for.
//!
//! ```text
//! context   a thread-local copy of the current ids, kept by an observer of OpenTelemetry's contexts
//! timer     one timer a thread, on the thread's own processor clock: an idle thread costs nothing
//! handler   SIGPROF: copies the ids, walks frame pointers, puts both into the thread's ring; no lock, no allocation
//! ring      samples of one thread, from the handler to the exporter
//! symbols   addresses become functions, files and lines, off the hot path
//! exporter  a thread of its own: drains, adds up, symbolises, sends OTLP profiles
//! ```
//!
//! Needs frame pointers (`services/.cargo/config.toml`), Linux, and x86-64 or AArch64. A thread that waits uses no
//! processor time, so the profiler does not see it.

mod context;
mod exporter;
mod handler;
mod otlp;
mod ring;
mod symbols;
mod threads;
mod timer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use exporter::Stats;
pub use symbols::Frame;
pub use threads::{is_enabled, on_thread_start, on_thread_stop, set_enabled};

/// How to sample, and where to send.
#[derive(Debug, Clone)]
pub struct Config {
    /// Samples a second of a thread that does nothing but compute. 99 rather than 100, so as not to march in step with
    /// what happens a hundred times a second.
    pub frequency_hz: u32,
    /// The checkout that the program was compiled in; paths below it are told without it.
    pub source_root: String,
    /// Attributes of the resource, such as `service.name`.
    pub resource: Vec<(String, String)>,
    /// OTLP over gRPC, such as `http://127.0.0.1:4317`.
    pub endpoint: String,
    /// Between two exports.
    pub export_interval: Duration,
}

/// Why the profiler cannot start.
#[derive(Debug)]
pub enum Error {
    /// A frequency of nothing, or of more than a thousand a second.
    Frequency(u32),
    /// The program is built without frame pointers, so every stack would end after one frame.
    FramePointers,
    /// Somebody else handles SIGPROF.
    Taken,
    /// The system refused something: what, and why.
    System(&'static str, std::io::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Frequency(hz) => write!(out, "a profiler samples 1 to 1000 times a second, not {hz} times"),
            Self::FramePointers => out.write_str(
                "built without frame pointers: run cargo from within `services/`, without RUSTFLAGS of your own",
            ),
            Self::Taken => write!(out, "SIGPROF has a handler already: only one profiler can run in a process"),
            Self::System(what, why) => write!(out, "{what}: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// A running profiler. There is at most one in a process. Dropped without [`Handle::shutdown`], it stops sampling and
/// does not wait for what is left.
#[derive(Debug)]
pub struct Handle {
    stop: mpsc::Sender<()>,
    exporter: Option<JoinHandle<()>>,
    stats: Arc<Stats>,
}

/// Starts sampling every thread that called [`on_thread_start`], or will.
///
/// The variable `EMBERLINE_PROFILER=off` starts it switched off; [`set_enabled`] switches it on.
///
/// # Errors
/// When the program is built without frame pointers, the frequency is out of range, or the system refuses the signal or a thread.
pub fn start(config: Config) -> Result<Handle, Error> {
    if !cfg!(frame_pointers) {
        return Err(Error::FramePointers);
    }
    if !(1..=1_000).contains(&config.frequency_hz) {
        return Err(Error::Frequency(config.frequency_hz));
    }
    static STARTED: AtomicBool = AtomicBool::new(false);
    if STARTED.swap(true, Ordering::Relaxed) {
        return Err(Error::Taken);
    }
    handler::install()?;
    context::observe();
    let enabled = std::env::var_os("EMBERLINE_PROFILER").is_none_or(|value| value != "off");
    threads::begin(config.frequency_hz, enabled);
    let stats = Arc::new(Stats::default());
    let (stop, stopped) = mpsc::channel();
    let shared = Arc::clone(&stats);
    let exporter = std::thread::Builder::new()
        .name("profiler".to_owned())
        .spawn(move || exporter::run(&config, &stopped, &shared))
        .map_err(|error| Error::System("starting the exporter's thread", error))?;
    Ok(Handle { stop, exporter: Some(exporter), stats })
}

impl Drop for Handle {
    fn drop(&mut self) {
        threads::set_enabled(false);
    }
}

impl Handle {
    /// What has been sampled, dropped and sent.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Stops sampling, sends what is left, and waits for that, a few seconds at most.
    pub fn shutdown(mut self) {
        threads::set_enabled(false);
        // Fails only when the exporter has ended, which is what is wanted.
        let _ = self.stop.send(());
        if let Some(exporter) = self.exporter.take() {
            let _ = exporter.join();
        }
    }
}
