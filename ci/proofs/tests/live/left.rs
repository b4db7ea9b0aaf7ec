//! The error budget that `emberline budget` tells, against sums of the raw counters.
//!
//! The policy's `time_scale` divides every length of time, so that a day passes in 2.4 hours and budgets are recorded every
//! 12 seconds. The rules of the hours before are evaluated by the engine of the server, and those of now by its rule manager.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::{Series, labels};
use emberline_proofs::replay::{Ticks, replay};
use emberline_proofs::tools::{compile, emberline};
use serde_json::Value;

/// How much shorter every length of time is.
const SCALE: i64 = 10;
/// Between two samples, in milliseconds.
const SCRAPE: i64 = 1_500;
const MINUTE: i64 = 60_000;
/// The objectives' window of a day.
const WINDOW: i64 = 1_440 * MINUTE / SCALE;
/// How long the history is: a window that ends 70 minutes ago is full.
const HISTORY: i64 = 232 * MINUTE;
/// How far ahead of the clock samples are written: the rule manager goes on while budgets are asked for.
const AHEAD: i64 = 3 * MINUTE;
/// A recorded budget is about a window that ended up to so long before, as the guide says: 8m30s, scaled.
const LAG: i64 = 51_000;
/// The relative error that a sum may have, as in the proof of accuracy.
const TOLERANCE: f64 = 0.005;
/// Events of a route between two samples.
const EVENTS: f64 = 100.0;

const POLICY: &str = "version: emberline/v1\nscrape_interval: 15s\nevaluation_interval: 30s\ntime_scale: 10\n\
                      runbook_url: https://runbooks.example.com\n\
                      error_budget_policy: [{spent: 41%, do: Look.}, {spent: 42%, do: Stop.}]\n";
const SPEC: &str = "version: emberline/v1\nservice: shop\nowner: team-shop\nslos:
  - {name: routes, objective: 99%, window: 1d, sli: {events: {total: r_total, bad: r_failed_total, group_by: [route]}}}
  - {name: all, objective: 99%, window: 1d, sli: {events: {total: r_total, bad: r_failed_total}}}
  - {name: minutes, objective: 99%, window: 1d, sli: {timeslice: {up: r_up}}}
";
/// No rule is loaded for it.
const GHOST: &str = "version: emberline/v1\nservice: ghost\nslos:
  - {name: routes, objective: 99%, window: 1d, sli: {events: {total: g_total, bad: g_failed_total}}}
";

/// The share of bad events so many minutes before the end of the history.
fn bad(route: &str, before: i64) -> f64 {
    match route {
        // An outage that has left the window, and a slow burn within it.
        "/pay" if (150..160).contains(&before) => 1.0,
        "/pay" if (48..60).contains(&before) => 0.05,
        "/pay" => 0.0,
        _ => 0.002,
    }
}

/// Whether the target is up then.
fn is_up(before: i64) -> bool {
    !(80..82).contains(&before)
}

/// What a route counted between two samples: when, all events and bad ones.
type Counted = Vec<(i64, f64, f64)>;

/// What happened, in the counts of each interval.
struct Story {
    end: i64,
    routes: Vec<(&'static str, Counted)>,
}

impl Story {
    fn of(end: i64) -> Self {
        let moments = || (end - HISTORY..end + AHEAD).step_by(1_500);
        let counted = |route: &str| {
            // A share of a sample's events is no whole number, and the sum of many is.
            let each = |at: i64| (at, EVENTS, EVENTS * bad(route, (end - at).max(0) / MINUTE));
            moments().map(each).collect()
        };
        Self { end, routes: ["/", "/pay"].map(|route| (route, counted(route))).into() }
    }

    /// The counters as they are scraped. One process restarts half an hour before the end.
    fn series(&self) -> Vec<Series> {
        let mut all = Vec::new();
        for (route, counted) in &self.routes {
            for (name, pick) in [("r_total", 0), ("r_failed_total", 1)] {
                let mut sum = 0.0;
                let samples = counted.iter().map(|(at, events, bad)| {
                    if *route == "/pay" && (self.end - at).abs_diff(30 * MINUTE) < 750 {
                        sum = 0.0;
                    }
                    sum += if pick == 0 { *events } else { *bad };
                    (*at, sum)
                });
                all.push(Series { labels: labels([("__name__", name), ("route", route)]), samples: samples.collect() });
            }
        }
        let moments = self.routes.first().into_iter().flat_map(|(_, counted)| counted);
        let up = moments.map(|(at, ..)| (*at, f64::from(u8::from(is_up((self.end - at).max(0) / MINUTE)))));
        all.push(Series { labels: labels([("__name__", "r_up")]), samples: up.collect() });
        all
    }

    /// The share of the error budget left of these routes at a moment: the least and the most over the stated lag.
    fn left(&self, routes: &[&str], at: i64) -> (f64, f64) {
        let left = |end: i64| {
            let counted =
                self.routes.iter().filter(|(route, _)| routes.contains(route)).flat_map(|(_, counted)| counted);
            let within = counted.filter(|(at, ..)| *at > end - WINDOW && *at <= end);
            let (events, bad) = within.fold((0.0, 0.0), |sums, it| (sums.0 + it.1, sums.1 + it.2));
            1.0 - bad / events / 0.01
        };
        let all = (0..=LAG).step_by(1_500).map(|lag| left(at - lag));
        all.fold((f64::MAX, f64::MIN), |(least, most), left| (least.min(left), most.max(left)))
    }
}

/// What `emberline budget` says: its exit status, and its report or, if it is no JSON, its texts.
fn budget(specs: &Path, url: &str, more: &[&str]) -> Result<(i32, Value)> {
    let output =
        Command::new(emberline()?).args(["budget", "--against", url, "--specs"]).arg(specs).args(more).output()?;
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::String(text));
    Ok((output.status.code().context("no exit status")?, report))
}

/// The objective of a report.
fn objective<'r>(report: &'r Value, slo: &str) -> Result<&'r Value> {
    let all = report["objectives"].as_array().with_context(|| format!("no report: {report}"))?;
    all.iter().find(|it| it["slo"] == slo && it["service"] == "shop").context("no such objective")
}

/// What a report tells of an objective's group, or of the only one.
fn group<'r>(report: &'r Value, slo: &str, route: Option<&str>) -> Result<&'r Value> {
    let groups = objective(report, slo)?["groups"].as_array().context("groups")?;
    let is_it = |group: &&Value| group["group"]["route"].as_str() == route;
    groups.iter().find(is_it).with_context(|| format!("{slo} has no group {route:?}: {report}"))
}

fn number(value: &Value) -> Result<f64> {
    value.as_f64().with_context(|| format!("{value} is no number"))
}

/// Holds what is told of events against the sums.
fn agrees(report: &Value, story: &Story, at: i64) -> Result<()> {
    for (slo, route, routes) in
        [("routes", Some("/"), &["/"][..]), ("routes", Some("/pay"), &["/pay"]), ("all", None, &["/", "/pay"])]
    {
        let told = group(report, slo, route)?;
        let (left, events) = (number(&told["left"])?, number(&told["events"])?);
        let (least, most) = story.left(routes, at);
        let slack = TOLERANCE * (1.0 - least).max(1.0);
        println!("budget left of {slo} {route:?}: told {left:.5}, by the raw counters {least:.5} to {most:.5}");
        ensure!(
            left >= least - slack && left <= most + slack,
            "{slo} {route:?} has {left} left, not {least} to {most}"
        );
        let expected = EVENTS * routes.len() as f64 * (WINDOW / SCRAPE) as f64;
        ensure!((events / expected - 1.0).abs() < TOLERANCE, "{slo} {route:?}: {events} events, not {expected}");
        let seconds = number(&told["left_seconds"])? / number(&told["budget_seconds"])?;
        ensure!((seconds - left).abs() < 1e-9 && (number(&told["budget_seconds"])? - 86.4).abs() < 1e-9, "{told}");
        let bad = number(&told["bad_events"])?;
        let left_events = 0.01 * events - bad;
        ensure!((number(&told["left_events"])? - left_events).abs() < 1e-6, "{told}");
    }
    Ok(())
}

#[test]
fn the_budget_told_is_that_of_the_raw_counters() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let rules = compile(&[("shop.yaml", SPEC), ("policy.yaml", POLICY)], "shop", folder.path())?;
    let specs = folder.path().join("slos");
    fs::write(specs.join("ghost.yaml"), GHOST)?;
    let prometheus = Prometheus::start(&Config::default())?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let story = Story::of(now / SCRAPE * SCRAPE);
    prometheus.write(&story.series())?;
    let wanted = ["slo:error_budget_remaining:ratio", "slo:burn_rate:1h", "slo:objective:ratio", "slo:window:seconds"];
    let needed = rules.needed_for(&wanted);
    for group in &rules.groups {
        let ticks = Ticks::within(story.end - HISTORY + MINUTE, story.end, group.interval, Duration::from_secs(1));
        replay(&prometheus, group, &needed, ticks)?;
    }
    let text = |at: i64| -> Result<String> {
        let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(at)?);
        Ok(humantime::format_rfc3339_seconds(at).to_string())
    };

    // The outage is within the window that ended 70 minutes ago, and its budget is overspent.
    let then = (story.end - 70 * MINUTE) / 1_000 * 1_000;
    let (status, report) = budget(&specs, prometheus.url(), &["--format", "json", "--at", &text(then)?])?;
    ensure!(status == 0, "without a threshold nothing fails: {report}");
    agrees(&report, &story, then)?;
    ensure!(number(&objective(&report, "routes")?["left"])? < -5.0, "{report}");

    // The rule manager records now. The command asks about the present, by the server's clock.
    prometheus.reload(&Config::default().rules(&rules.path))?;
    prometheus.evaluated_rules(Duration::from_secs(30))?;
    let (status, report) = budget(&specs, prometheus.url(), &["--format", "json", "--service", "shop"])?;
    let at = humantime::parse_rfc3339(report["at"].as_str().context("no time")?)?.duration_since(UNIX_EPOCH)?;
    let at = i64::try_from(at.as_millis())?;
    ensure!(status == 0 && at >= story.end, "{report}");
    agrees(&report, &story, at)?;
    let recorded = group(&report, "routes", Some("/pay"))?["recorded"].as_str().context("recorded")?;
    let recorded = humantime::parse_rfc3339(recorded)?.duration_since(UNIX_EPOCH)?;
    ensure!(i64::try_from(recorded.as_millis())? > story.end, "the rule manager has recorded nothing: {report}");
    // Two minutes are 20 minutes of the objective, of which 14.4 may be bad.
    let minutes = number(&group(&report, "minutes", None)?["left"])?;
    ensure!((minutes - (1.0 - 20.0 / 14.4)).abs() < 0.08, "minutes has {minutes} left");
    let slices = number(&group(&report, "minutes", None)?["events"])?;
    ensure!((slices / 1_440.0 - 1.0).abs() < TOLERANCE, "a day has {slices} minutes");
    let burn = number(&group(&report, "routes", Some("/"))?["burn"]["rate"])?;
    ensure!((burn - 0.2).abs() < 0.002, "a fifth of the sustainable rate is told as {burn}");

    let step = &group(&report, "routes", Some("/pay"))?["step"];
    ensure!(step["spent"] == "0.41" && step["do"] == "Look.", "41.67% are spent, and the step is {step}");

    // The gate: /pay has spent 2,400 of 5,760 bad events.
    for (share, expected) in [("58%", 0), ("0.58", 0), ("59%", 1)] {
        let (status, told) = budget(&specs, prometheus.url(), &["--slo", "shop/routes", "--fail-below", share])?;
        ensure!(status == expected, "--fail-below {share} gives {status}: {told}");
        let names = [
            "shop/routes: 58.",
            "for route=/pay, below 59%",
            "owner team-shop",
            "https://runbooks.example.com/shop/routes/",
        ];
        let told = told.as_str().context("a text")?;
        ensure!(names.iter().all(|name| told.contains(name)) == (expected == 1), "{told}");
    }
    // What is not recorded is unknown: its rules were never loaded, or are evaluated no more.
    let hour = text(story.end + 60 * MINUTE)?;
    for (more, expected, why) in [
        (&["--service", "ghost", "--fail-below", "0%"][..], 1, "its rules are not loaded there"),
        (&["--service", "ghost", "--fail-below", "0%", "--unknown", "pass"], 0, "its rules are not loaded there"),
        (&["--service", "shop", "--fail-below", "0%", "--at", &hour], 1, "last recorded at"),
    ] {
        let (status, told) = budget(&specs, prometheus.url(), more)?;
        ensure!(
            status == expected && told.as_str().is_some_and(|told| told.contains(why)),
            "{more:?}: {status}, {told}"
        );
    }
    Ok(())
}
