//! `emberline cost` and `emberline roi`: the published figures are worked out again from the raw counts, nothing that had to
//! stay is missing in them, and what cannot be counted is said with its place.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use shell::Shell;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the program prints in this repository, and its exit status.
fn run(arguments: &str) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_emberline"))
        .args(arguments.split_whitespace())
        .args(["--color", "never"])
        .current_dir(root())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

fn json_of(arguments: &str) -> Value {
    let (out, err, status) = run(arguments);
    assert_eq!(status, 0, "{out}{err}");
    serde_json::from_str(&out).unwrap()
}

fn counts() -> Value {
    serde_json::from_str(&fs::read_to_string(root().join("ci/cost/measured.json")).unwrap()).unwrap()
}

/// A price as it stands in slos/prices.yaml, found by eye rather than by the compiler.
fn price(of: &str, what: &str) -> f64 {
    let text = fs::read_to_string(root().join("slos/prices.yaml")).unwrap();
    let mut section = "";
    for line in text.lines() {
        let name = line.trim_start().split(':').next().unwrap();
        if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            section = name;
        }
        if section == of && name == what {
            let amount = line.split("{price: ").nth(1).unwrap();
            return amount.split([',', '}']).next().unwrap().trim().parse().unwrap();
        }
    }
    unreachable!("no price of {of} {what}")
}

/// How long something is kept by the specs, in days: `traces`, `profiles`, or a tier of logs.
type Days<'d> = &'d dyn Fn(&str) -> f64;

/// The bill by hand: bytes of a request × a million ÷ 10⁹ are GB; 30 days are in the price of taking in, each 30 more cost.
fn by_hand(side: &Value, days: Days<'_>, requests: f64) -> Vec<f64> {
    let volume = |volume: &Value, signal: &str, kept_days: f64| {
        let gigabytes = volume["bytes"].as_f64().unwrap() / requests / 1e3;
        let months = (kept_days - 30.0).max(0.0) / 30.0;
        gigabytes * (price(signal, "ingest") + price(signal, "storage") * months)
    };
    let logs = side["logs"]["tiers"].as_object().unwrap();
    let series: f64 = side["series"].as_object().unwrap().values().map(|count| count.as_f64().unwrap()).sum();
    // slos/frontend.yaml expects 50 requests a second.
    let millions_a_month = 50.0 * 86_400.0 * 30.0 / 1e6;
    vec![
        volume(&side["spans"], "traces", days("traces")),
        logs.iter().map(|(tier, of_tier)| volume(of_tier, "logs", days(tier))).sum(),
        volume(&side["profiles"], "profiles", days("profiles")),
        series / 1e3 * price("series", "series") / millions_a_month,
    ]
}

#[test]
fn the_published_figures_follow_from_the_raw_counts() {
    let (counts, bill) = (counts(), json_of("cost --format json"));
    let requests = counts["load"]["requests"].as_f64().unwrap();
    // slos/policy.yaml; before, logs have one tier.
    let kept = [("traces", 14.0), ("profiles", 7.0), ("all", 90.0), ("error", 90.0), ("info", 14.0), ("debug", 2.0)];
    let days = |what: &str| kept.iter().find(|(name, _)| *name == what).unwrap().1;
    let mut totals = Vec::new();
    for name in ["before", "after"] {
        let wanted = by_hand(&counts[name], &days, requests);
        let signals = bill[name]["signals"].as_array().unwrap();
        assert_eq!(signals.len(), wanted.len());
        for (signal, wanted) in signals.iter().zip(&wanted) {
            let amount = signal["amount"].as_f64().unwrap();
            assert!((amount - wanted).abs() < 1e-9, "{name} {signal}: by hand {wanted}");
            let lines =
                bill[name]["lines"].as_array().unwrap().iter().filter(|line| line["signal"] == signal["signal"]);
            let sum: f64 = lines.map(|line| line["amount"].as_f64().unwrap()).sum();
            assert!((sum - amount).abs() < 1e-9, "{name}: the lines of {signal} sum to {sum}");
        }
        let total: f64 = wanted.iter().sum();
        assert!((bill[name]["total"].as_f64().unwrap() - total).abs() < 1e-9);
        totals.push(total);
    }
    let factor = bill["factor"].as_f64().unwrap();
    assert!((factor - totals[0] / totals[1]).abs() < 1e-6);
    let one_tier: f64 = by_hand(&counts["before"], &|_| 90.0, requests).iter().sum();
    assert!((bill["one_tier"]["total"].as_f64().unwrap() - one_tier).abs() < 1e-9);
    assert!((bill["one_tier"]["factor"].as_f64().unwrap() - one_tier / totals[1]).abs() < 1e-6);
    assert!(factor >= 5.0, "the bar is 5, measured are {factor:.2}");
}

#[test]
fn no_error_and_no_slow_trace_is_missing_after() {
    let counts = counts();
    let (load, before, after) = (&counts["load"], &counts["before"], &counts["after"]);
    for side in [before, after] {
        assert_eq!(side["red"]["requests"], load["requests"]);
        assert_eq!(side["red"]["errors"], before["red"]["errors"]);
        for kind in ["failed", "slow"] {
            let kept = &side["traces"][kind];
            assert!(kept["sent"].as_u64().unwrap() >= 20, "{kind}: too few to judge by: {kept}");
            assert_eq!(kept["whole"], kept["sent"], "{kind}");
        }
    }
    assert_eq!(before["red"]["errors"], before["traces"]["failed"]["sent"]);
    assert_eq!(after["traces"]["failed"]["sent"], before["traces"]["failed"]["sent"]);
    // Ordinary traces are the ones that are not all kept.
    assert_eq!(before["traces"]["others"]["whole"], before["traces"]["others"]["sent"]);
    let share =
        after["traces"]["others"]["whole"].as_f64().unwrap() / after["traces"]["others"]["sent"].as_f64().unwrap();
    assert!((0.03..0.07).contains(&share), "{share}");
}

const SPEC: &str = "version: emberline/v1
service: shop
traffic: 100/s
slos:
  - name: availability
    objective: 99.9%
    sli: {events: {total: requests_total, bad: 'requests_total{code=\"500\"}'}}
metrics:
  requests: {type: counter, labels: {code: {values: [\"200\", \"500\"]}}}
";
const PRICES: &str = "version: emberline/v1
currency: EUR
series: {price: 10, source: an invoice, retrieved: 2026-11-22, verified: true}
traces: {ingest: {price: 0.5, source: an invoice, retrieved: 2026-11-22}}
logs: {ingest: {price: 0.5, source: an invoice, retrieved: 2026-11-22}, storage: {price: 0.3, source: an invoice, retrieved: 2026-11-22}}
profiles: {ingest: {price: 0.5, source: an invoice, retrieved: 2026-11-22}}
business:
  revenue_per_minute: {low: 100, high: 200, source: the books}
  revenue_lost: {low: 10%, high: 50%, source: the books}
  incidents_per_year: {low: 10, high: 20, source: the list}
  minutes_saved: {low: 5, high: 15, source: assumed}
";

/// A measurement of a thousand requests, with what a test changes.
fn volumes(change: impl Fn(&mut Value)) -> String {
    let kept = |sent: u64, whole: u64| json!({"sent": sent, "whole": whole, "in_part": 0});
    let side = |spans: u64, tiers: Value, others: u64| {
        json!({
            "spans": {"items": spans, "bytes": spans * 500},
            "logs": {"tiers": tiers},
            "profiles": {"items": 10, "bytes": 100_000},
            "series": {"services": 100, "spans": 100, "rules": 0, "collectors": 0},
            "red": {"requests": 1000, "errors": 10},
            "traces": {"failed": kept(10, 10), "slow": kept(10, 10), "others": kept(980, others)},
        })
    };
    let all = json!({"all": {"items": 3000, "bytes": 600_000}});
    let tiers = json!({"error": {"items": 10, "bytes": 2_000}, "info": {"items": 2990, "bytes": 598_000}});
    let mut measured = json!({
        "version": 1, "day": "2026-11-25",
        "load": {"requests": 1000, "rate": 50.0, "errors_percent": 1.0, "slow_percent": 1.0, "seed": 1},
        "before": side(10_000, all, 980), "after": side(700, tiers, 50),
    });
    change(&mut measured);
    serde_json::to_string_pretty(&measured).unwrap()
}

fn shop(volumes: &str) -> Shell {
    let shell = Shell::new();
    let write = |path: &str, text: &str| fs::write(shell.folder.path().join(path), text).unwrap();
    fs::create_dir(shell.folder.path().join("slos")).unwrap();
    write("slos/shop.yaml", SPEC);
    write("slos/prices.yaml", PRICES);
    write("measured.json", volumes);
    shell
}

#[test]
fn every_form_tells_the_same_bill() {
    let shell = shop(&volumes(|_| {}));
    let human = shell.run("emberline cost --measured measured.json");
    assert_eq!(human.status, 0, "{human:?}");
    // 5 MB of 1,000 requests are 5 GB of a million; logs are kept for three months at 0.3.
    for wanted in [
        "5,000,000 B ÷ 1,000 requests = 5.0000 GB per million; × 0.5",
        "= 0.6000 GB × 0.3 × (90d − 0s) ÷ 30d",
        "10 failed and 10 were slow",
        "shop 100/s",
        "an invoice, read on 2026-11-22, not verified",
    ] {
        assert!(human.out.contains(wanted), "no `{wanted}` in\n{}", human.out);
    }
    let markdown = shell.run("emberline cost --measured measured.json --format markdown");
    assert!(markdown.out.contains("| traces | 2.500 | 0.175 | 14.3× |"), "{}", markdown.out);
    let bill: Value =
        serde_json::from_str(&shell.run("emberline cost --measured measured.json --format json").out).unwrap();
    assert_eq!(bill["before"]["signals"][1]["amount"], json!(0.84), "0.6 × 0.5 + 0.6 × 0.3 × 3");
    assert_eq!(bill["requests_per_month"], json!(259_200_000.0));
}

#[test]
fn a_lost_error_is_told_and_stops_a_pipeline() {
    for (lose, said) in [
        ("/after/traces/failed/whole", "after, 9 of 10 traces of failed requests are complete"),
        ("/after/traces/slow/whole", "after, 9 of 10 traces of slow requests are complete"),
        ("/after/red/errors", "count 10 failed requests before and 9 after"),
    ] {
        let shell = shop(&volumes(|measured| *measured.pointer_mut(lose).unwrap() = json!(9)));
        let ran = shell.run("emberline cost --measured measured.json");
        assert_eq!(ran.status, 1, "{lose}: {ran:?}");
        assert!(ran.out.contains(said), "{lose}: {}", ran.out);
        assert!(!ran.out.contains("No telemetry is missing"), "{}", ran.out);
        let ran = shell.run("emberline roi --measured measured.json");
        assert!(ran.status == 1 && ran.err.contains(said), "{ran:?}");
    }
}

#[test]
fn a_bad_measurement_is_told_with_its_place() {
    let set =
        |pointer: &'static str, value: Value| volumes(move |all| *all.pointer_mut(pointer).unwrap() = value.clone());
    for (text, said) in [
        ("{\n  \"version\": 1,\n  oops".to_owned(), "measured.json:3:3 is not a measurement: key must be a string"),
        (String::new(), "measured.json:1:0 is not a measurement: EOF"),
        (set("/before/spans/bytes", json!(-5)), "invalid value: integer `-5`, expected u64"),
        (set("/version", json!(2)), "`version` is 2"),
        (set("/day", json!("yesterday")), "`day` is `yesterday`"),
        (set("/load/requests", json!(0)), "`load.requests` is 0"),
        (set("/load/requests", json!(999)), "speaks of 1000 requests, `load.requests` of 999"),
        (set("/after/traces/slow/whole", json!(11)), "`after.traces.slow` has 10 requests but 11 traces"),
        (set("/after/spans/items", json!(0)), "`after.spans` has 0 items in 350000 bytes"),
        (set("/after/logs/tiers", json!({"gold": {"items": 1, "bytes": 1}})), "logs were measured in the tier `gold`"),
    ] {
        let ran = shop(&text).run("emberline cost --measured measured.json");
        assert_eq!(ran.status, 2, "{said}: {ran:?}");
        assert!(ran.err.contains(said), "no `{said}` in {}", ran.err);
        assert!(ran.err.contains("help: "), "{}", ran.err);
    }
    let ran = shop("{}").run("emberline cost --measured nowhere.json");
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("nowhere.json") && ran.err.contains("ci/cost/measure"), "{}", ran.err);
}

#[test]
fn what_is_missing_in_the_specs_is_named() {
    let shell = shop(&volumes(|_| {}));
    let write = |path: &str, text: &str| fs::write(shell.folder.path().join(path), text).unwrap();
    write("slos/prices.yaml", &PRICES.replace("logs:", "# logs:"));
    let ran = shell.run("emberline cost --measured measured.json");
    assert!(ran.status == 2 && ran.err.contains("no price for logs"), "{ran:?}");
    write("slos/prices.yaml", PRICES.split("business:").next().unwrap());
    let ran = shell.run("emberline roi --measured measured.json");
    assert!(ran.status == 2 && ran.err.contains("do not say what an incident costs"), "{ran:?}");
    fs::remove_file(shell.folder.path().join("slos/prices.yaml")).unwrap();
    let ran = shell.run("emberline cost --measured measured.json");
    assert!(ran.status == 2 && ran.err.contains("no prices"), "{ran:?}");
    write("slos/prices.yaml", "version: emberline/v1\nprofile: {}\n");
    let ran = shell.run("emberline cost --measured measured.json");
    assert!(ran.status == 1 && ran.out.contains("unknown-field"), "{ran:?}");
}

#[test]
fn a_change_of_sampling_retention_and_labels_is_estimated() {
    let shell = shop(&volumes(|_| {}));
    for command in [
        "git init -q",
        "git config user.email a@example.org",
        "git config user.name a",
        "git add -A",
        "git commit -qm one",
    ] {
        assert_eq!(shell.run(command).status, 0, "{command}");
    }
    let ran = shell.run("emberline cost --measured measured.json --changed-since HEAD");
    assert!(ran.status == 0 && ran.out.contains("The cost of telemetry does not change."), "{ran:?}");
    let write = |path: &str, text: &str| fs::write(shell.folder.path().join(path), text).unwrap();
    write(
        "slos/policy.yaml",
        "version: emberline/v1\nsampling: {baseline: 55%}\nretention: {logs: [{tier: error, min_severity: error, keep: 30d}, {tier: info, min_severity: trace, keep: 10d}]}\n",
    );
    write("slos/shop.yaml", &SPEC.replace("\"500\"]", "\"404\", \"500\"]"));
    let ran = shell.run("emberline cost --measured measured.json --changed-since HEAD --format json");
    assert_eq!(ran.status, 0, "{ran:?}");
    let change: Value = serde_json::from_str(&ran.out).unwrap();
    let signal = |at: usize, when: &str| change["signals"][at][when].as_f64().unwrap();
    // 259.2 million requests a month. A kept trace has 350,000 B ÷ 70; 20 + 980 × 5% are 69 of a thousand, 20 + 980 × 55% 559.
    let gigabytes = |kept: f64| kept * 5_000.0 / 1e9 * 1e3 * 259.2;
    assert!((signal(0, "before") - gigabytes(69.0) * 0.5).abs() < 1e-6, "{change}");
    assert!((signal(0, "after") - gigabytes(559.0) * 0.5).abs() < 1e-6, "{change}");
    // 2 MB of errors kept for 30d rather than 90d, 598 MB of the rest for 10d rather than 14d, of a million requests.
    let logs = |error: f64, info: f64| (0.6 * 0.5 + (0.002 * error + 0.598 * info) / 30.0 * 0.3) * 259.2;
    assert!((signal(1, "before") - logs(90.0, 14.0)).abs() < 1e-6, "{change}");
    assert!((signal(1, "after") - logs(30.0, 10.0)).abs() < 1e-6, "{change}");
    assert_eq!(signal(2, "before"), signal(2, "after"));
    // A series more, at a cent each.
    assert!((signal(3, "after") - signal(3, "before") - 0.01).abs() < 1e-6, "{change}");
    let ran = shell.run("emberline cost --measured measured.json --changed-since HEAD --format markdown");
    for wanted in ["share of ordinary traces kept: 5% → 55%", "tiers of logs changed", "| profiles |"] {
        assert!(ran.out.contains(wanted), "no `{wanted}` in\n{}", ran.out);
    }
    assert_eq!(shell.run("emberline cost --measured measured.json --changed-since nowhere").status, 2);
}

#[test]
fn returns_are_the_product_of_what_is_declared_minus_the_bill() {
    let shell = shop(&volumes(|_| {}));
    let bill: Value =
        serde_json::from_str(&shell.run("emberline cost --measured measured.json --format json").out).unwrap();
    let ran = shell.run("emberline roi --measured measured.json --format json");
    assert_eq!(ran.status, 0, "{ran:?}");
    let returns: Value = serde_json::from_str(&ran.out).unwrap();
    let number = |pointer: &str| returns.pointer(pointer).unwrap().as_f64().unwrap();
    assert_eq!((number("/gross/low"), number("/gross/high")), (100.0 * 0.1 * 10.0 * 5.0, 200.0 * 0.5 * 20.0 * 15.0));
    let cost = bill["after"]["monthly"].as_f64().unwrap() * 365.0 / 30.0;
    assert!((number("/cost") - cost).abs() < 1e-6);
    assert!((number("/net/low") - (500.0 - cost)).abs() < 1e-6);
    assert!((number("/break_even/high") - cost / 50.0).abs() < 1e-6);
    let paragraph = returns["paragraph"].as_str().unwrap();
    for wanted in [
        "By assumption, not by drills",
        "5 to 15 minutes sooner",
        "500 to 30,000 EUR per year",
        "at the low end it does not pay",
    ] {
        assert!(paragraph.contains(wanted), "no `{wanted}` in {paragraph}");
    }
    let places: Vec<_> =
        returns["inputs"].as_array().unwrap().iter().map(|input| input["place"].as_str().unwrap()).collect();
    assert!(places.contains(&"slos/prices.yaml:8") && places.contains(&"slos/prices.yaml:11"), "{places:?}");
    let ran = shell.run("emberline roi --measured measured.json --series nowhere");
    assert!(ran.status == 2 && ran.err.contains("nowhere"), "{ran:?}");
}

#[test]
fn drills_count_instead_of_what_is_assumed() {
    let shell = shop(&volumes(|_| {}));
    let drill = |id: &str, without: Value, recovered: f64| {
        let method = if without == json!([]) { "walk" } else { "trial" };
        let record = json!({"id": id, "method": method, "time_scale": 15, "without": without, "seed": 7,
            "fault": {"name": "latency"}, "attempts": [{"began": 20.0, "ended": 30.0}],
            "search": {"began": 16.0, "ended": 20.0, "seconds": 4.0}, "detected": 16.0, "recovered": recovered});
        fs::write(shell.folder.path().join(format!("drills/{id}.drill.json")), record.to_string()).unwrap();
    };
    fs::create_dir(shell.folder.path().join("drills")).unwrap();
    for index in 1..=5_u32 {
        drill(&format!("walk-00{index}"), json!([]), 34.0);
        drill(
            &format!("trial-without-traces-profiles-00{index}"),
            json!(["traces", "profiles"]),
            34.0 + 4.0 * f64::from(index),
        );
    }
    let ran = shell.run("emberline roi --measured measured.json --series drills --format json");
    assert_eq!(ran.status, 0, "{ran:?}");
    let returns: Value = serde_json::from_str(&ran.out).unwrap();
    // 8, 12 and 16 s more of waiting for windows, times 15: 2, 3 and 4 minutes.
    assert_eq!(returns["minutes_saved"], json!({"low": 2.0, "high": 4.0}));
    assert_eq!(returns["drills"]["drilled"], json!([8.0, 12.0, 16.0]));
    let human = shell.run("emberline roi --measured measured.json --series drills").out;
    for wanted in [
        "In 5 drills with all signals and 5 drills without profiles and traces",
        "compressed 15 times",
        "measured: quartiles",
    ] {
        assert!(human.contains(wanted), "no `{wanted}` in\n{human}");
    }
}

#[test]
fn who_rolls_back_at_once_saves_no_revenue_and_that_is_said() {
    let shell = shop(&volumes(|_| {}));
    fs::create_dir(shell.folder.path().join("drills")).unwrap();
    let drill = |id: &str, without: Value, mitigation: &str, recovered: f64, found: f64| {
        let method = if without == json!([]) { "walk" } else { "trial" };
        let record = json!({"id": id, "method": method, "time_scale": 15, "without": without, "seed": 7,
            "mitigation": mitigation, "cause": {"found": found, "right": true, "probes": []},
            "fault": {"name": "latency"}, "attempts": [{"began": 20.0, "ended": 30.0}],
            "search": {"began": 16.0, "ended": 20.0, "seconds": 4.0}, "detected": 16.0, "recovered": recovered});
        fs::write(shell.folder.path().join(format!("drills/{id}.drill.json")), record.to_string()).unwrap();
    };
    for index in 1..=4 {
        drill(&format!("walk-release-00{index}"), json!([]), "release", 34.0, 20.0);
        let without = json!(["traces", "profiles"]);
        drill(&format!("trial-release-without-traces-profiles-00{index}"), without.clone(), "release", 34.0, 154.0);
        drill(&format!("trial-without-traces-profiles-00{index}"), without, "one-commit", 64.0, 64.0);
    }
    let ran = shell.run("emberline roi --measured measured.json --series drills --format json");
    assert_eq!(ran.status, 0, "{ran:?}");
    let returns: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(returns["minutes_saved"], json!({"low": 0.0, "high": 0.0}));
    assert_eq!(
        (&returns["of_revenue"], &returns["drills"]["restored"]),
        (&json!({"low": 0.0, "high": 0.0}), &true.into())
    );
    let human = shell.run("emberline roi --measured measured.json --series drills").out;
    for wanted in [
        "the last release was rolled back at once",
        "minutes saved until the cause is known",
        "all signals, the release rolled back first: 4 drills, MTTR",
        // Thirty seconds of windows, times 15.
        "without traces and profiles, one commit at a time: 4 drills, MTTR 12.7 (12.7 to 12.7)",
        "recovery later by 7.5 (7.5 to 7.5)",
    ] {
        assert!(human.contains(wanted), "no `{wanted}` in\n{human}");
    }
}
