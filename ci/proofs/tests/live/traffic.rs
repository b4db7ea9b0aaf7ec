//! Months of traffic, event by event, and what Prometheus would have scraped of it.
//!
//! A shape says how many requests and failures each process had in each scrape interval. From that come both sides of the
//! proof: the scraped counters, and the exact number of events between any two instants.

use std::collections::BTreeMap;

use emberline_proofs::remote_write::{Series, labels};

use crate::budget::Timeline;

/// What a shape is told in, in milliseconds; every scrape interval is a multiple.
const INTERVAL: i64 = 15_000;
/// A day, in milliseconds.
pub const DAY: i64 = 86_400_000;
/// A multiple of every step in the rules, so that the phases below are what they seem.
pub const START: i64 = 1_767_225_600_000;
/// Thirty days of window and one day at whose hours the budget is judged.
pub const END: i64 = START + 31 * DAY;
/// Scrapes come at a phase that the target decides, as in a real Prometheus.
const PHASE: i64 = 4_321;

/// How a month is scraped.
#[derive(Clone, Copy)]
pub struct Scraping {
    /// Time between scrapes, in milliseconds.
    pub interval: i64,
    /// The base window of the rules for that interval: two scrapes further apart are never seen together.
    pub base: i64,
}

/// What happened to one process in one interval.
#[derive(Clone, Copy)]
pub struct Tick {
    /// Requests served.
    pub requests: u32,
    /// Those that failed.
    pub failed: u32,
    /// The process restarted at the beginning of the interval: its counters begin at zero again.
    pub restarted: bool,
    /// If a scrape ends this interval, it reached Prometheus.
    pub scraped: bool,
}

/// A shape of traffic.
pub struct Shape {
    /// What it is called in the output.
    pub name: &'static str,
    /// How many processes serve.
    pub pods: u32,
    /// Whether failures are counted in a series that starts at zero; else the series does not exist.
    pub has_error_series: bool,
    /// What happens in interval `n` of a pod.
    pub tick: fn(n: i64, pod: u32) -> Tick,
    /// While these hold, in milliseconds since the start, Prometheus itself is down: no scrape and no evaluation.
    pub down: &'static [(i64, i64)],
}

/// The counters as scraped, and the events between scrapes.
pub struct Month {
    /// Raw series for Prometheus.
    pub series: Vec<Series>,
    /// By the time of the scrape that showed them: requests and failures since the scrape before.
    increments: BTreeMap<i64, (u64, u64)>,
    /// Events that no two scrapes can tell: a first scrape's, and those across a gap longer than a base window. Nothing
    /// can count them.
    pub unseen: (u64, u64),
    /// The largest single increments of a series' start, the tolerance where 0.5% would be less than one.
    pub first_increment: (u64, u64),
}

impl Shape {
    /// The month as Prometheus sees it.
    pub fn month(&self, scraping: Scraping) -> Month {
        let mut month =
            Month { series: Vec::new(), increments: BTreeMap::new(), unseen: (0, 0), first_increment: (0, 0) };
        for pod in 0..self.pods {
            self.pod(pod, scraping, &mut month);
        }
        month
    }

    fn pod(&self, pod: u32, scraping: Scraping, month: &mut Month) {
        let instance = format!("checkout-{pod}");
        let series = |code| {
            labels([
                ("__name__", "http_requests_total"),
                ("service", "checkout"),
                ("code", code),
                ("instance", instance.as_str()),
            ])
        };
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        // Counters, and the events since the last scrape that arrived.
        let (mut total, mut failed) = (0_u64, 0_u64);
        let mut pending = (0_u64, 0_u64);
        let mut last_scrape = None;
        for n in 0..(END - START) / INTERVAL {
            let at = START + n * INTERVAL + PHASE;
            let tick = (self.tick)(n, pod);
            if tick.restarted {
                // What the old process counted after its last scrape died with it.
                month.unseen = add(month.unseen, pending);
                pending = (0, 0);
                (total, failed) = (0, 0);
            }
            total += u64::from(tick.requests - tick.failed);
            failed += u64::from(tick.failed);
            pending = add(pending, (tick.requests.into(), tick.failed.into()));
            let due = (n + 1) * INTERVAL % scraping.interval == 0;
            let since = at - START;
            if !due || !tick.scraped || self.down.iter().any(|(from, to)| (*from..*to).contains(&since)) {
                continue;
            }
            good.push((at, as_value(total)));
            if self.has_error_series {
                bad.push((at, as_value(failed)));
            }
            match last_scrape {
                Some(before) if at - before < scraping.base => {
                    let sum = month.increments.entry(at).or_default();
                    *sum = add(*sum, pending);
                }
                _ => {
                    month.unseen = add(month.unseen, pending);
                    month.first_increment =
                        (month.first_increment.0.max(pending.0), month.first_increment.1.max(pending.1));
                }
            }
            pending = (0, 0);
            last_scrape = Some(at);
        }
        month.series.push(Series { labels: series("200"), samples: good });
        if self.has_error_series {
            month.series.push(Series { labels: series("500"), samples: bad });
        }
    }
}

impl Month {
    /// Requests and failures, by the scrapes that showed them.
    pub fn timeline(&self) -> Timeline {
        let counts = self.increments.iter().map(|(at, (all, bad))| (*at, (as_value(*all), as_value(*bad))));
        Timeline::new(&counts.collect())
    }
}

fn add(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    (a.0 + b.0, a.1 + b.1)
}

#[expect(clippy::cast_precision_loss, reason = "a month of requests is far below 2^53")]
pub fn as_value(count: u64) -> f64 {
    count as f64
}

/// A repeatable number in 0..`below` for an interval of a pod: the same month on every machine.
pub fn dice(n: i64, pod: u32, salt: u64, below: u32) -> u32 {
    let mut x = (n.unsigned_abs() << 20) ^ (u64::from(pod) << 8) ^ salt;
    // The finalizer of splitmix64.
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from((x ^ (x >> 31)) % u64::from(below)).unwrap_or_default()
}

/// Requests in an interval on an ordinary day: few at night, many in the afternoon, noisy.
pub fn daily(n: i64, pod: u32, peak: u32) -> u32 {
    let hour = (n * INTERVAL % DAY) as f64 / DAY as f64;
    let wave = 0.55 - 0.45 * (hour * std::f64::consts::TAU).cos();
    (f64::from(peak) * wave) as u32 + dice(n, pod, 1, peak / 5 + 1)
}

/// One in `one_in` requests fails.
pub fn background(n: i64, pod: u32, requests: u32, one_in: u32) -> u32 {
    let whole = requests / one_in;
    whole + u32::from(dice(n, pod, 2, one_in) < requests % one_in)
}

/// Whether interval `n` lies in an incident: (day, hour, minutes).
fn within(n: i64, day: i64, hour: i64, minutes: i64) -> bool {
    let from = day * DAY + hour * 3_600_000;
    (from..from + minutes * 60_000).contains(&(n * INTERVAL))
}

fn served(requests: u32, failed: u32) -> Tick {
    Tick { requests, failed, restarted: false, scraped: true }
}

/// The months, from the ordinary to the nasty.
pub const SHAPES: [Shape; 5] = [
    Shape {
        name: "daily cycle with incidents",
        pods: 1,
        has_error_series: true,
        down: &[],
        tick: |n, pod| {
            let requests = daily(n, pod, 600);
            let failed = if within(n, 3, 14, 25) || within(n, 30, 7, 6) {
                requests
            } else if within(n, 11, 9, 90) {
                requests / 10
            } else if within(n, 22, 20, 240) {
                requests / 50
            } else {
                background(n, pod, requests, 5_000)
            };
            served(requests, failed)
        },
    },
    Shape {
        name: "idle nights, bursts by day",
        pods: 1,
        has_error_series: true,
        down: &[],
        tick: |n, pod| {
            let hour = n * INTERVAL % DAY / 3_600_000;
            // Nothing at all for nine hours, then 0 to 2 requests a scrape, with a batch every ten minutes.
            if !(7..22).contains(&hour) {
                return served(0, 0);
            }
            let requests = if n % 40 == 0 { 400 } else { dice(n, pod, 3, 3) };
            let failed = if within(n, 17, 12, 45) { requests } else { background(n, pod, requests, 900) };
            served(requests, failed)
        },
    },
    Shape {
        name: "counter resets, four processes",
        pods: 4,
        has_error_series: true,
        down: &[],
        tick: |n, pod| {
            let requests = daily(n, pod, 200);
            let failed = if within(n, 9, 10, 30) { requests / 2 } else { background(n, pod, requests, 1_500) };
            // A rolling deploy every seven hours; a process that is coming up misses a scrape or two.
            let into = (n + i64::from(pod) * 8) % (7 * 240);
            Tick { restarted: into == 0, scraped: into > i64::from(pod % 3), ..served(requests, failed) }
        },
    },
    Shape {
        name: "scrape gaps, Prometheus down for two hours",
        pods: 2,
        has_error_series: true,
        down: &[(19 * DAY + 8 * 3_600_000, 19 * DAY + 10 * 3_600_000)],
        tick: |n, pod| {
            let requests = daily(n, pod, 400);
            let failed = if within(n, 6, 16, 60) { requests / 4 } else { background(n, pod, requests, 2_000) };
            // One scrape in 500 fails, and once a day three in a row.
            let scraped = dice(n, pod, 4, 500) != 0 && !(1_234..1_237).contains(&(n % 5_760));
            Tick { scraped, ..served(requests, failed) }
        },
    },
    Shape {
        name: "no error series at all",
        pods: 1,
        has_error_series: false,
        down: &[],
        tick: |n, pod| served(daily(n, pod, 300), 0),
    },
];
