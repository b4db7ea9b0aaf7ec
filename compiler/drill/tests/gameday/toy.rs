//! A toy shop: real commands, a real git repository, and a simulated Prometheus. The Prometheus derives its answers
//! from what the commands did. Its clock advances only during waits.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::process::Command;

use emberline_core::Order;
use emberline_core::model::Pace;
use emberline_core::plan::Plan;
use emberline_core::source::Sources;
use emberline_drill::clock::Clock;
use emberline_walk::source::{Alert, Answer, Exemplar, Labels, Metrics, Point, Series};

/// Events a second.
const RATE: f64 = 40.0;
/// Seconds from the start of a program with `limit 99` until it fails.
pub(crate) const ONSET: f64 = 60.0;
/// The share of requests that a fault breaks.
pub(crate) const HIT: f64 = 0.5;

/// A clock that advances only during waits.
pub(crate) struct Virtual(pub(crate) Cell<f64>);

impl Clock for Virtual {
    fn now(&self) -> f64 {
        self.0.get()
    }
    fn sleep(&self, seconds: f64) -> Answer<()> {
        self.0.set(self.0.get() + seconds);
        Ok(())
    }
}

/// The specs of the toy, and its settings for drills.
pub(crate) fn plan() -> Plan {
    let mut sources = Sources::default();
    for (service, calls) in [("shop", "\ncalls: [{service: pay, kind: sync}]"), ("pay", "")] {
        let spec = format!(
            "version: emberline/v1\nservice: {service}{calls}\nslos:\n  - name: availability\n    objective: 99.9%\n    sli:\n      \
             events: {{total: 'requests_total{{service_name=\"{service}\"}}', bad: 'requests_total{{service_name=\"{service}\", code=\"500\"}}'}}\n"
        );
        sources.add(format!("slos/{service}.yaml"), spec);
    }
    // `start` waits for the signal; `deploy` shows what is checked out to the toy's Prometheus.
    let drill = "version: emberline/v1\nscrape_interval: 15s\ndrill:\n  time_scale: 15\n  faults: faults\n  \
        start: 'cp shop/app.txt \"$EMBERLINE_DATA\"; echo ''{\"prometheus\": \"http://127.0.0.1:1\"}''; trap ''exit 0'' TERM; sleep 300 & wait'\n  \
        deploy: 'cp shop/app.txt \"$EMBERLINE_DATA\"; echo ''{\"services\": [\"shop\"]}'''\n  \
        inject: 'if [ $EMBERLINE_PHASE = begin ]; then touch \"$EMBERLINE_DATA/cut\"; else rm \"$EMBERLINE_DATA/cut\"; fi'\n  \
        outages: [pay-killed]\n";
    sources.add("slos/policy.yaml", drill);
    let analysis = emberline_core::compile(&sources, Order { pace: Pace::Drill(None), ..Order::default() });
    analysis.plan.unwrap_or_else(|| panic!("{:?}", analysis.findings))
}

/// Makes the repository of the toy.
pub(crate) fn repository(folder: &Path) {
    let git = |arguments: &[&str]| {
        let status = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(["-c", "user.name=Toy", "-c", "user.email=toy@shop.example", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .env("GIT_AUTHOR_DATE", "2026-06-01 10:00:00 +0000")
            .env("GIT_COMMITTER_DATE", "2026-06-01 10:00:00 +0000")
            .output()
            .unwrap();
        assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    };
    std::fs::create_dir_all(folder.join("shop")).unwrap();
    std::fs::write(folder.join("shop/app.txt"), lines("10")).unwrap();
    std::fs::write(folder.join("README"), "A shop.\n").unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "A shop"]);
}

/// The shop's program: lines that honest patches and the faulty patch change in different places.
pub(crate) fn lines(limit: &str) -> String {
    let mut text: String = (1..=9).map(|line| format!("line {line}\n")).collect();
    text.push_str(&format!("limit {limit}\n"));
    text.extend((11..=20).map(|line| format!("line {line}\n")));
    text
}

/// A patch that changes one line of a file.
pub(crate) fn patch(name: &str, path: &str, line: usize, around: (&str, &str), from: &str, to: &str) -> String {
    format!(
        "From: {name} <{name}@shop.example>\nDate: Mon, 1 Jun 2026 10:00:00 +0000\nX-Fault-Function: limit\nSubject: [PATCH] {name}\n\n---\n\
         diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -{first},3 +{first},3 @@\n {}\n-{from}\n+{to}\n {}\n",
        around.0,
        around.1,
        first = line - 1,
    )
}

/// The toy's Prometheus: events are bad if the deployed program is faulty or during an outage.
pub(crate) struct Toy<'t> {
    pub(crate) plan: &'t Plan,
    pub(crate) clock: &'t Virtual,
    pub(crate) data: PathBuf,
    /// The times at which the toy became bad or good.
    changes: RefCell<Vec<(f64, bool)>>,
    /// The last time at which the alert's condition held.
    held: Cell<Option<(f64, f64)>>,
    /// The program that was last seen, and since when it runs.
    runs: RefCell<(String, f64)>,
}

impl<'t> Toy<'t> {
    pub(crate) fn new(plan: &'t Plan, clock: &'t Virtual, data: &Path) -> Self {
        Self {
            plan,
            clock,
            data: data.to_owned(),
            changes: RefCell::new(vec![(0.0, false)]),
            held: Cell::new(None),
            runs: RefCell::new((String::new(), 0.0)),
        }
    }

    fn observe(&self) {
        let app = std::fs::read_to_string(self.data.join("app.txt")).unwrap_or_default();
        let mut runs = self.runs.borrow_mut();
        if runs.0 != app {
            *runs = (app.clone(), self.clock.now());
        }
        let is_late = app.contains("limit 99\n") && self.clock.now() - runs.1 >= ONSET;
        let is_bad =
            app.contains("limit 0\n") || app.contains("share 0\n") || is_late || self.data.join("cut").exists();
        let mut changes = self.changes.borrow_mut();
        if changes.last().is_some_and(|(_, was)| *was != is_bad) {
            changes.push((self.clock.now(), is_bad));
        }
    }

    /// The share of bad events over a window that ends at `at`.
    fn ratio(&self, at: f64, window: f64) -> f64 {
        self.observe();
        let changes = self.changes.borrow();
        let mut bad = 0.0;
        for (index, (since, is_bad)) in changes.iter().enumerate() {
            let until = changes.get(index + 1).map_or(f64::MAX, |(next, _)| *next);
            let overlap = until.min(at) - since.max(at - window);
            if *is_bad && overlap > 0.0 {
                bad += overlap;
            }
        }
        HIT * bad / window
    }

    fn labels(&self, query: &str) -> Labels {
        let service = if query.contains("\"pay\"") { "pay" } else { "shop" };
        [("service", service), ("slo", "availability")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    fn value(&self, query: &str, at: f64) -> f64 {
        let base = self.plan.services[0].slos[0].timing.base.seconds();
        let only_shop = |value: f64| if query.contains("\"pay\"") { 0.0 } else { value };
        if query.starts_with("slo:bad_events") {
            only_shop(RATE * self.ratio(at, base))
        } else if query.starts_with("slo:events") {
            if self.data.join("idle").exists() { 0.0 } else { RATE }
        } else if query.starts_with("slo:burn_rate:1h") {
            only_shop(self.ratio(at, 240.0) / 0.001)
        } else if query.starts_with("slo:burn_rate:5m") {
            only_shop(self.ratio(at, 20.0) / 0.001)
        } else {
            0.0
        }
    }
}

impl Metrics for Toy<'_> {
    fn name(&self) -> String {
        "the toy's Prometheus".to_owned()
    }

    fn alerts(&self) -> Answer<Vec<Alert>> {
        let now = self.clock.now();
        let holds = self.ratio(now, 240.0) > 0.0144 && self.ratio(now, 20.0) > 0.0144;
        // `keep_firing_for` is 5m, compressed by 15.
        let since = match (holds, self.held.get()) {
            (true, held) => {
                let since = held.map_or(now, |(since, _)| since);
                self.held.set(Some((since, now)));
                Some(since)
            }
            (false, Some((since, last))) if now - last < 20.0 => Some(since),
            (false, _) => {
                self.held.set(None);
                None
            }
        };
        let mut labels = self.labels("shop");
        for (key, value) in
            [("alertname", "ErrorBudgetBurn"), ("severity", "page"), ("long_window", "1h"), ("short_window", "5m")]
        {
            labels.insert(key.to_owned(), value.to_owned());
        }
        let alert = |since| Alert {
            name: "ErrorBudgetBurn".to_owned(),
            fires: true,
            since,
            labels,
            annotations: Labels::new(),
        };
        Ok(since.map(alert).into_iter().collect())
    }

    fn instant(&self, query: &str, at: f64) -> Answer<Vec<Series>> {
        let point = Point { time: at, value: self.value(query, at) };
        Ok(vec![Series { labels: self.labels(query), points: vec![point] }])
    }

    fn range(&self, query: &str, start: f64, end: f64, step: f64) -> Answer<Vec<Series>> {
        let mut points = Vec::new();
        let mut at = start;
        while at <= end {
            points.push(Point { time: at, value: self.value(query, at) });
            at += step;
        }
        Ok(vec![Series { labels: self.labels(query), points }])
    }

    fn exemplars(&self, _: &str, _: f64, _: f64) -> Answer<Vec<Exemplar>> {
        Ok(Vec::new())
    }
}
