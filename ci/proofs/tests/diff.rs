//! What `emberline diff` says of times: promtool fires and resolves the alert of each side when the diff says so.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emberline_proofs::given::Given;
use emberline_proofs::tools::emberline;
use serde_json::Value;

/// The total outage begins and ends here, in seconds: once a window of six hours is full.
const OUTAGE: [u64; 2] = [22_800, 24_000];
/// A single case may lie this far from the mean that is stated, in seconds: scrapes and evaluations begin anywhere.
const MARGIN: u64 = 60;

/// One side: policy and spec, each without its first lines.
type Side = [&'static str; 2];

const SPEC: &str = "slos:\n- name: a\n  objective: 99.9%\n  sli: {events: {total: all_total, bad: bad_total}}\n";

/// Kinds of change that move times.
const CASES: &[(&str, Side, Side)] = &[
    (
        "a target goes down",
        ["", SPEC],
        ["", "slos:\n- name: a\n  objective: 99.5%\n  sli: {events: {total: all_total, bad: bad_total}}\n"],
    ),
    (
        "a target goes up",
        ["", SPEC],
        ["", "slos:\n- name: a\n  objective: 99.95%\n  sli: {events: {total: all_total, bad: bad_total}}\n"],
    ),
    (
        "a window shrinks",
        ["", SPEC],
        [
            "",
            "slos:\n- name: a\n  objective: 99.9%\n  window: 7d\n  sli: {events: {total: all_total, bad: bad_total}}\n",
        ],
    ),
    (
        "an alert needs a higher burn rate",
        ["alerting: {pairs: [{long: 1h, short: 5m, burn: 14.4, severity: page}]}\n", SPEC],
        ["alerting: {pairs: [{long: 1h, short: 5m, burn: 100, severity: page}]}\n", SPEC],
    ),
    ("alerts keep firing for longer", ["", SPEC], ["alerting: {keep_firing_for: 15m}\n", SPEC]),
    ("rules are evaluated more seldom", ["", SPEC], ["evaluation_interval: 1m\n", SPEC]),
    (
        "data arrives late",
        ["", SPEC],
        [
            "",
            "slos:\n- name: a\n  objective: 99.9%\n  delay: 2m\n  sli: {events: {total: all_total, bad: bad_total}}\n",
        ],
    ),
];

/// Writes a side as a folder of specs.
fn write(folder: &Path, [policy, spec]: Side) -> Result<()> {
    fs::create_dir(folder)?;
    fs::write(folder.join("policy.yaml"), format!("version: emberline/v1\nscrape_interval: 15s\n{policy}"))?;
    fs::write(folder.join("shop.yaml"), format!("version: emberline/v1\nservice: shop\n{spec}"))?;
    Ok(())
}

/// The changes that the diff tells.
fn diff(before: Side, after: Side) -> Result<Vec<Value>> {
    let folder = tempfile::tempdir()?;
    let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
    write(&old, before)?;
    write(&new, after)?;
    let output = Command::new(emberline()?).arg("diff").args([&old, &new]).args(["--format", "json"]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout)?;
    Ok(document["changes"].as_array().context("no list of changes")?.clone())
}

/// The pairs of windows that pages look at, by their long ones.
const PAIRS: [(&str, &str); 2] = [("1h", "1h/5m"), ("6h", "6h/30m")];

/// What the diff says of a time of an alert: before and after, in seconds.
fn told(changes: &[Value], pair: &str, what: &str) -> Result<Option<[u64; 2]>> {
    let is_it = |change: &&Value| change["alert"] == pair && change["what"] == what;
    let Some(change) = changes.iter().find(is_it) else { return Ok(None) };
    let seconds = |side: &str| -> Result<u64> {
        let text = change[side].as_str().with_context(|| format!("{change} has no time"))?;
        Ok(humantime::parse_duration(text)?.max(Duration::ZERO).as_secs())
    };
    Ok(Some([seconds("before")?, seconds("after")?]))
}

/// Holds one side's alert against promtool.
fn holds([policy, spec]: Side, long: &str, detect: Option<u64>, resolve: Option<u64>) -> Result<()> {
    let firing = format!("count(ALERTS{{alertstate=\"firing\",slo=\"a\",long_window=\"{long}\"}})");
    let mut moments = Vec::new();
    if let Some(detect) = detect {
        moments.push((OUTAGE[0] + detect.saturating_sub(MARGIN), ""));
        moments.push((OUTAGE[0] + detect + MARGIN, "1"));
    }
    if let Some(resolve) = resolve {
        moments.push((OUTAGE[1] + resolve.saturating_sub(MARGIN), "1"));
        moments.push((OUTAGE[1] + resolve + MARGIN, ""));
    }
    let moments: Vec<(String, &str)> = moments.into_iter().map(|(at, value)| (format!("{at}s"), value)).collect();
    let expected: Vec<_> = moments.iter().map(|(at, value)| (firing.as_str(), at.as_str(), *value)).collect();
    let series = [("all_total", "60+60x1840"), ("bad_total", "0x1520 60+60x79 4800x240")];
    Given { policy, spec, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn alerts_fire_and_resolve_when_the_diff_says_so() -> Result<()> {
    let mut held = 0;
    for (title, before, after) in CASES {
        let changes = diff(*before, *after).with_context(|| (*title).to_owned())?;
        // A change may leave the quickest page as it was, to the second.
        let mut moved = None;
        for (long, pair) in PAIRS {
            let detect = told(&changes, pair, "time to detect a total outage")?;
            let resolve = told(&changes, pair, "time to resolve after recovery")?;
            if moved.is_none() && (detect.is_some() || resolve.is_some()) {
                moved = Some((long, detect, resolve));
            }
        }
        let (long, detect, resolve) = moved.with_context(|| format!("{title}: the diff tells no time: {changes:?}"))?;
        for (side, specs) in [before, after].into_iter().enumerate() {
            let of = |times: Option<[u64; 2]>| times.and_then(|times| times.get(side).copied());
            holds(*specs, long, of(detect), of(resolve)).with_context(|| format!("{title}, side {side}"))?;
            held += 1;
        }
    }
    assert_eq!(held, 2 * CASES.len());
    Ok(())
}
