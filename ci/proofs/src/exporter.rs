//! A process to scrape, as far as Prometheus can tell: counters over HTTP whose values the proof decides.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};

/// The exposition format as text.
const TEXT: &str = "text/plain; version=0.0.4";

/// The exposition format as protobuf, which alone has native histograms.
pub const PROTOBUF: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

/// Serves what a function returns, at the time of each scrape.
pub struct Exporter {
    address: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    /// Starts serving text on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub fn start(metrics: impl Fn() -> String + Send + 'static) -> Result<Self> {
        Self::start_as(TEXT, move || metrics().into_bytes())
    }

    /// Starts serving pages of a content type on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub fn start_as(kind: &'static str, metrics: impl Fn() -> Vec<u8> + Send + 'static) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("listening for scrapes")?;
        let address = listener.local_addr().context("reading the exporter's port")?.to_string();
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopping.load(Ordering::SeqCst) {
                    return;
                }
                // A scraper that hangs up in the middle shows as a gap in the data, which is where it belongs.
                let _ = answer(&stream, kind, &metrics());
            }
        });
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where to scrape.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The thread waits for a connection; give it one, to see the flag.
        let _ = TcpStream::connect(&self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: &TcpStream, kind: &str, body: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    // The request is read to its blank line, else closing the socket could reset it under the scraper.
    while lines.read_line(&mut line)? > 2 {
        line.clear();
    }
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}
