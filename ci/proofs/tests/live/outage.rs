//! A total outage in real time: when the fast page fires and when it clears, by Alertmanager's own API.
//!
//! Six hours of good history are put into a real Prometheus and the rules evaluated over it; then a process that counts
//! requests is scraped at 15 s, all its requests begin to fail, and later succeed again. The compiler says at compile
//! time when the page fires and clears; this holds it to that with nothing simulated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use emberline_proofs::alertmanager::{Alert, Alertmanager};
use emberline_proofs::exporter::Exporter;
use emberline_proofs::prometheus::{Config, Prometheus, SCRAPE};
use emberline_proofs::remote_write::{Series, labels};
use emberline_proofs::replay::{Ticks, milliseconds, replay};
use emberline_proofs::rules::{EVALUATION, RuleFile, seconds};
use emberline_proofs::tools::compile;

use emberline_proofs::spec;

/// Requests a second, before, during and after the outage.
const TRAFFIC: f64 = 20.0;
const HISTORY: Duration = Duration::from_secs(6 * 3_600);
/// What delivery may add: an alert waits for the next evaluation, and travels.
const DELIVERY: Duration = Duration::from_secs(30);
/// Between the last sample of the history and the outage, good traffic is scraped.
const QUIET: Duration = Duration::from_secs(120);

const LONG: f64 = 3_600.0;
const SHORT: f64 = 300.0;
const BURN: f64 = 14.4;
/// Base window and what is left of it past a scrape interval, in seconds.
const BASE: f64 = 75.0;
const REST: f64 = 60.0;

#[test]
fn a_total_outage_pages_and_clears_when_the_compiler_says() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let rules = compile(
        &[("checkout.yaml", spec::CHECKOUT), ("policy.yaml", spec::EVERY_15_SECONDS)],
        "checkout",
        folder.path(),
    )?;
    let keep_firing = keep_firing_for(&rules)?;
    let (fires, clears) = computed(keep_firing);

    let alertmanager = Alertmanager::start()?;
    let prometheus = Prometheus::start(&Config::default())?;
    let traffic = Traffic::beginning(SystemTime::now() - HISTORY);
    backfill(&prometheus, &rules, &traffic).context("putting six good hours into Prometheus")?;
    let broken = Arc::new(AtomicBool::new(false));
    let served = traffic.serve(Arc::clone(&broken));
    let exporter = Exporter::start(served)?;
    let config = Config::default()
        .rules(&rules.path)
        .scrape("checkout", exporter.address(), labels([("instance", "checkout-0")]))
        .alerts_to(alertmanager.address());
    prometheus.reload(&config)?;

    sleep(QUIET);
    let before = alertmanager.firing()?;
    ensure!(before.is_empty(), "alerts fire on good traffic: {before:?}");

    broken.store(true, Ordering::SeqCst);
    let (outage, outage_at) = (Instant::now(), SystemTime::now());
    let latest = fires + EVALUATION + DELIVERY;
    let page =
        wait(&alertmanager, outage, latest, "fire", |alerts| alerts.iter().find(|alert| is_page(alert)).cloned())
            .with_context(|| format!("Prometheus said last: {:?}", prometheus.log_tail()))?;
    let fired = outage.elapsed();
    let starts_at = humantime::parse_rfc3339(&page.starts_at).context("reading startsAt")?;
    let active = starts_at.duration_since(outage_at).context("the page started before the outage")?;
    println!(
        "outage: the 1h/5m page fired after {:.0} s (computed {:.0} s), {:.0} s by its startsAt",
        fired.as_secs_f64(),
        fires.as_secs_f64(),
        active.as_secs_f64()
    );
    // Much too early would mean that the windows had found less history than six hours.
    let earliest = fires.saturating_sub((SCRAPE + EVALUATION) / 2 + Duration::from_secs(5));
    ensure!(fired >= earliest, "the page fired after {fired:?}, before {earliest:?}: was the history there?");

    broken.store(false, Ordering::SeqCst);
    let fix = Instant::now();
    let latest = clears + EVALUATION + DELIVERY;
    wait(&alertmanager, fix, latest, "clear", |alerts| (!alerts.iter().any(is_page)).then_some(()))
        .with_context(|| format!("Prometheus said last: {:?}", prometheus.log_tail()))?;
    let cleared = fix.elapsed();
    println!(
        "outage: it cleared {:.0} s after the fix (computed {:.0} s, {:.0} s of them keep_firing_for)",
        cleared.as_secs_f64(),
        clears.as_secs_f64(),
        keep_firing.as_secs_f64()
    );
    let earliest = clears.saturating_sub((SCRAPE + EVALUATION) / 2 + Duration::from_secs(5));
    ensure!(cleared >= earliest, "the page cleared after {cleared:?}, before {earliest:?}: it flapped");
    Ok(())
}

/// When the page fires after the outage began, and clears after it ended: see the compiler's documentation. Every
/// request fails, so that the share of the long window that must be bad is the threshold itself.
fn computed(keep_firing: Duration) -> (Duration, Duration) {
    let scrape = SCRAPE.as_secs_f64();
    let threshold = BURN * spec::ERROR_BUDGET;
    let ramp = |window: f64| (2.0 * REST * threshold * window).sqrt();
    let fires = if threshold * LONG < REST / 2.0 { ramp(LONG) + scrape / 2.0 } else { threshold * LONG + BASE / 2.0 };
    let clears = if threshold * SHORT < REST / 2.0 {
        SHORT + scrape / 2.0 + REST - ramp(SHORT)
    } else {
        SHORT * (1.0 - threshold) + BASE / 2.0
    };
    (Duration::from_secs_f64(fires), Duration::from_secs_f64(clears) + keep_firing)
}

fn is_page(alert: &Alert) -> bool {
    let wanted = [
        ("alertname", "ErrorBudgetBurn"),
        ("service", "checkout"),
        ("slo", "availability"),
        ("long_window", "1h"),
        ("short_window", "5m"),
        ("severity", "page"),
    ];
    wanted.iter().all(|(name, value)| alert.labels.get(*name).is_some_and(|label| label == value))
}

/// How long the compiled page stays once its expression is silent.
fn keep_firing_for(rules: &RuleFile) -> Result<Duration> {
    let mut alerts = rules.groups.iter().flat_map(|group| &group.rules);
    let page = alerts
        .find(|rule| rule.alert.is_some() && rule.labels.get("long_window").is_some_and(|window| window == "1h"))
        .context("the rules hold no alert with long_window=\"1h\"")?;
    page.keep_firing_for.as_deref().map_or(Ok(Duration::ZERO), seconds)
}

/// Asks Alertmanager every half second until `found` sees what it waits for.
fn wait<T>(
    alertmanager: &Alertmanager,
    since: Instant,
    limit: Duration,
    what: &str,
    found: impl Fn(&[Alert]) -> Option<T>,
) -> Result<T> {
    loop {
        let alerts = alertmanager.firing()?;
        if let Some(found) = found(&alerts) {
            return Ok(found);
        }
        if since.elapsed() > limit {
            let shown: Vec<_> = alerts.iter().map(|alert| &alert.labels).collect();
            bail!("the 1h/5m page did not {what} within {limit:?}; Alertmanager holds {shown:?}");
        }
        sleep(Duration::from_millis(500));
    }
}

/// Steady requests since some instant: the counters are a function of time, so history and life agree.
#[derive(Clone, Copy)]
struct Traffic {
    since: SystemTime,
}

impl Traffic {
    fn beginning(since: SystemTime) -> Self {
        Self { since }
    }

    fn requests(self, at: SystemTime) -> f64 {
        (at.duration_since(self.since).unwrap_or_default().as_secs_f64() * TRAFFIC).floor()
    }

    /// The counters for each scrape: requests made while `broken` count as failed.
    fn serve(self, broken: Arc<AtomicBool>) -> impl Fn() -> String + Send {
        let failed = Arc::new(std::sync::Mutex::new((self.requests(SystemTime::now()), 0.0)));
        let counted = Arc::clone(&failed);
        // A process counts requests as they come, not as it is scraped: else all requests since the last scrape would
        // fail at once when the outage begins.
        std::thread::spawn(move || {
            // Ends when the exporter, and so the other owner, is gone.
            while Arc::strong_count(&counted) > 1 {
                sleep(Duration::from_millis(50));
                let requests = self.requests(SystemTime::now());
                let Ok(mut count) = counted.lock() else { return };
                if broken.load(Ordering::SeqCst) {
                    count.1 += requests - count.0;
                }
                count.0 = requests;
            }
        });
        move || {
            let Ok(count) = failed.lock() else { return String::new() };
            let (requests, failed) = *count;
            format!(
                "# TYPE http_requests_total counter\n\
                 http_requests_total{{service=\"checkout\",code=\"200\"}} {}\n\
                 http_requests_total{{service=\"checkout\",code=\"500\"}} {failed}\n",
                requests - failed
            )
        }
    }
}

/// Writes raw history under the labels that scraping gives, and evaluates every recording rule over it.
fn backfill(prometheus: &Prometheus, rules: &RuleFile, traffic: &Traffic) -> Result<()> {
    let millis = |time: SystemTime| time.duration_since(UNIX_EPOCH).map(milliseconds);
    let (from, to) = (millis(traffic.since)?, millis(SystemTime::now())?);
    let scrapes = || (from..=to).step_by(usize::try_from(SCRAPE.as_millis()).unwrap_or(15_000));
    let series = |code, value: &dyn Fn(SystemTime) -> f64| Series {
        labels: labels([
            ("__name__", "http_requests_total"),
            ("service", "checkout"),
            ("code", code),
            ("job", "checkout"),
            ("instance", "checkout-0"),
        ]),
        samples: scrapes().map(|at| (at, value(UNIX_EPOCH + Duration::from_millis(at.unsigned_abs())))).collect(),
    };
    prometheus.write(&[series("200", &|at| traffic.requests(at)), series("500", &|_| 0.0)])?;
    for group in &rules.groups {
        let all = group.rules.iter().filter_map(|rule| rule.record.clone()).collect();
        replay(prometheus, group, &all, Ticks::within(from, to, group.interval, Duration::ZERO))?;
    }
    Ok(())
}
