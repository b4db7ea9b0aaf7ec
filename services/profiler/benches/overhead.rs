//! What sampling costs a request: processor time with the profiler on against off, in pairs, within one process.
//!
//! ```text
//! cd services                                         # its cargo configuration has the frame pointers
//! cargo bench -p profiler --bench overhead            # 150 pairs
//! cargo bench -p profiler --bench overhead -- 2000    # more
//! ```
//!
//! A request is a tree of five spans around some milliseconds of work, as tracing makes them. Each pair runs both ways,
//! in alternating order, a quarter of a second each; a pair's neighbours are the same for both. Processor time is the process's
//! own, the exporter's thread included. Prints the mean and its one-sided upper bound at 95%.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and stops at the first surprise")]

use std::hint::black_box;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use rustix::time::{ClockId, clock_gettime};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Requests of one side of a pair: a quarter of a second, since switching on begins a period of 10 ms anew.
const REQUESTS: usize = 200;

fn main() {
    let pairs = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(150);
    let provider = SdkTracerProvider::builder().build();
    tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"))).init();
    profiler::on_thread_start();
    let handle = profiler::start(profiler::Config {
        frequency_hz: 99,
        source_root: env!("CARGO_MANIFEST_DIR").to_owned(),
        resource: vec![("service.name".to_owned(), "bench".to_owned())],
        // Nobody listens: what an export costs at most is building it and being refused.
        endpoint: "http://127.0.0.1:9".to_owned(),
        export_interval: Duration::from_secs(5),
    })
    .unwrap();
    for _ in 0..2 {
        side(true);
    }
    let mut ratios: Vec<f64> = (0..pairs)
        .map(|pair| {
            let (on, off) = if pair % 2 == 0 {
                let on = side(true);
                (on, side(false))
            } else {
                let off = side(false);
                (side(true), off)
            };
            on / off - 1.0
        })
        .collect();
    let stats = handle.stats();
    println!(
        "{pairs} pairs of {REQUESTS} requests; {} samples, {} without a trace, {} dropped",
        stats.samples.load(std::sync::atomic::Ordering::Relaxed),
        stats.without_trace.load(std::sync::atomic::Ordering::Relaxed),
        stats.dropped.load(std::sync::atomic::Ordering::Relaxed)
    );
    // Neighbours on the machine spoil single pairs by multiples of what is measured: a tenth at either end is cut off.
    ratios.sort_by(f64::total_cmp);
    let cut = ratios.len() / 10;
    let kept = &ratios[cut..ratios.len() - cut];
    let count = kept.len() as f64;
    let mean = kept.iter().sum::<f64>() / count;
    let variance = kept.iter().map(|ratio| (ratio - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let upper = mean + 1.645 * (variance / count).sqrt();
    println!(
        "overhead at 99 Hz: {:+.2}% of a request's processor time, below {:+.2}% at 95% (median pair {:+.2}%)",
        mean * 100.0,
        upper * 100.0,
        ratios[ratios.len() / 2] * 100.0
    );
    handle.shutdown();
}

/// Processor seconds of some requests, with the profiler on or off.
fn side(on: bool) -> f64 {
    profiler::set_enabled(on);
    let before = processor();
    for number in 0..REQUESTS {
        request(number);
    }
    processor() - before
}

fn processor() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// A tree of spans around work in several functions.
fn request(number: usize) {
    let _request = tracing::info_span!("request", number).entered();
    let basket = tracing::info_span!("price").in_scope(|| price(number));
    tracing::info_span!("discount").in_scope(|| discount(basket));
    tracing::info_span!("keep").in_scope(|| tracing::info_span!("statement").in_scope(|| render(number)));
}

#[inline(never)]
fn price(seed: usize) -> u64 {
    (0..1_600_000_u64).fold(seed as u64, |sum, item| black_box(sum.wrapping_mul(31).wrapping_add(item)))
}

#[inline(never)]
fn discount(sum: u64) -> u64 {
    (0..600_000_u64).fold(sum, |sum, item| black_box(sum ^ item.rotate_left(7)))
}

#[inline(never)]
fn render(number: usize) -> usize {
    (0..500).map(|line| format!("{number} {line} {}", line * 7).len()).sum()
}
