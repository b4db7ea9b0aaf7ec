//! What rulers beside Prometheus are given means the same: expressions that Grafana evaluates, and budgets over clusters.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use emberline_proofs::tools::workspace;
use emberline_proofs::units::{run, units};
use serde_json::{Value, json};

fn generated() -> PathBuf {
    workspace().join("generated")
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_yaml::from_str(&text).with_context(|| format!("reading {}", path.display()))
}

fn list<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value[field].as_array().into_iter().flatten()
}

/// The labels by which an objective's alerts differ.
fn telling(rule: &Value) -> [&Value; 3] {
    ["severity", "long_window", "short_window"].map(|label| &rule["labels"][label])
}

/// The alerts of an objective: the expression of Prometheus, and what Grafana evaluates instead.
fn pairs(rules: &Path) -> Result<Vec<(String, String)>> {
    let file = read(rules)?;
    let service = rules.parent().and_then(Path::file_name).context("a folder")?.to_string_lossy().into_owned();
    let managed = read(&generated().join(format!("grafana-rules/{service}.yaml")))?;
    let mut pairs = Vec::new();
    for group in list(&file, "groups") {
        for alert in list(group, "rules").filter(|rule| rule["alert"].is_string()) {
            let name = alert["alert"].as_str().unwrap_or_default();
            let same = |rule: &&Value| {
                rule["labels"]["slo"] == alert["labels"]["slo"]
                    && telling(rule) == telling(alert)
                    && rule["title"].as_str().is_some_and(|title| title.contains(name))
            };
            let mut found = list(&managed, "groups").flat_map(|group| list(group, "rules")).filter(same);
            let rule = found.next().with_context(|| format!("no rule of Grafana is {name} of {}", rules.display()))?;
            ensure!(found.next().is_none(), "two rules of Grafana are {name} of {}", rules.display());
            let level = rule["data"][0]["model"]["expr"].as_str().context("a query")?;
            pairs.push((alert["expr"].as_str().context("an expression")?.to_owned(), level.to_owned()));
        }
    }
    Ok(pairs)
}

/// A test file that plays an objective's scenarios and wants `level > 0` exactly where the alert fires, minute by minute.
fn compared(rules: &Path, scenarios: &Path, pairs: &[(String, String)], folder: &Path) -> Result<PathBuf> {
    let mut file = read(scenarios)?;
    file["rule_files"] = json!([rules]);
    for test in file["tests"].as_array_mut().into_iter().flatten() {
        let minutes: Vec<&str> = list(test, "promql_expr_test").filter_map(|it| it["eval_time"].as_str()).collect();
        let mut checks = Vec::new();
        for time in &minutes {
            for (alert, level) in pairs {
                let expr = format!("(({alert}) unless (({level}) > 0)) or ((({level}) > 0) unless ({alert}))");
                checks.push(json!({"expr": expr, "eval_time": time, "exp_samples": []}));
                // A value at all times: Grafana takes an empty result for missing data. Only what is absent may hide it.
                if !level.contains("absent_over_time") {
                    continue;
                }
                checks.push(json!({"expr": format!("count({level}) > bool 0"), "eval_time": time,
                    "exp_samples": [{"labels": "{}", "value": 1}]}));
            }
        }
        test["promql_expr_test"] = Value::Array(checks);
    }
    let path = folder.join("test.yaml");
    fs::write(&path, serde_yaml::to_string(&file)?)?;
    Ok(path)
}

#[test]
fn grafanas_expressions_fire_exactly_where_prometheuss_do() -> Result<()> {
    let (mut compared_pairs, mut broken_found) = (0, 0);
    for unit in units(&generated().join("prometheus/tests"))? {
        let pairs = pairs(&unit.rules)?;
        let scenarios = unit.tests.last().context("scenarios")?;
        if list(&read(scenarios)?, "tests").next().is_none() {
            continue;
        }
        let folder = tempfile::tempdir()?;
        let rules = fs::canonicalize(&unit.rules)?;
        let verdict = run(&compared(&rules, scenarios, &pairs, folder.path())?)?;
        ensure!(verdict.passed, "{}: {}", unit.rules.display(), verdict.printed);
        compared_pairs += pairs.len();
        // An expression that never fires would be noticed.
        let never: Vec<_> = pairs.into_iter().map(|(alert, level)| (alert, level.replace("* 0 + 1", "* 0"))).collect();
        broken_found += usize::from(!run(&compared(&rules, scenarios, &never, folder.path())?)?.passed);
    }
    ensure!(compared_pairs > 20, "only {compared_pairs} alerts were compared");
    ensure!(broken_found > 5, "only {broken_found} objectives fire in their scenarios");
    println!(
        "| {compared_pairs} alerts of Grafana fire with those of Prometheus, {broken_found} broken ones were found |"
    );
    Ok(())
}

/// Two clusters: one with a million events, one with a thousand of which half were bad. Their budgets' mean says that half a
/// thousand budgets are gone; of all events hardly more than one is.
#[test]
fn a_budget_over_clusters_counts_events() -> Result<()> {
    let (large, small, budget) = ((1_000_000.0, 100.0), (1_000.0, 500.0), 0.0005);
    let left = |events: f64, bad: f64| 1.0 - bad / events / budget;
    let all = left(large.0 + small.0, large.1 + small.1);
    let mean = f64::midpoint(left(large.0, large.1), left(small.0, small.1));
    ensure!((all - mean).abs() > 100.0, "the example shows no difference");
    let after = left(large.0, large.1);
    let series = |side: &str, cluster: &str, values: String| {
        json!({"series": format!("slo:{side}:count_window{{service=\"payments\",slo=\"booking\",currency=\"EUR\",cluster=\"{cluster}\"}}"),
            "values": values})
    };
    let near =
        |value: f64| format!("abs(slo:rollup_error_budget_remaining:ratio{{slo=\"booking\"}} - {value}) < bool 1e-9");
    let one = json!([{"labels": "{service=\"payments\",slo=\"booking\",currency=\"EUR\"}", "value": 1}]);
    let clusters = |value: u32| json!([{"labels": "slo:rollup_clusters:count{service=\"payments\",slo=\"booking\"}", "value": value}]);
    // The small cluster's ruler ends after half an hour: its events stay in the budget for an hour.
    let file = json!({
        "rule_files": [generated().join("rollup/payments.yaml")],
        "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "input_series": [
                series("events", "large", format!("{}x180", large.0)),
                series("bad_events", "large", format!("{}x180", large.1)),
                series("events", "small", format!("{}x30 stale", small.0)),
                series("bad_events", "small", format!("{}x30 stale", small.1)),
                // Whoever has no cluster is the global ruler's own, or nobody's.
                json!({"series": "slo:events:count_window{service=\"payments\",slo=\"booking\",currency=\"EUR\"}", "values": "7x180"}),
            ],
            "promql_expr_test": [
                {"expr": near(all), "eval_time": "20m", "exp_samples": one},
                {"expr": near(all), "eval_time": "80m", "exp_samples": one},
                {"expr": near(after), "eval_time": "100m", "exp_samples": one},
                {"expr": "slo:rollup_clusters:count{slo=\"booking\"}", "eval_time": "20m", "exp_samples": clusters(2)},
                {"expr": "slo:rollup_clusters:count{slo=\"booking\"}", "eval_time": "80m", "exp_samples": clusters(1)},
            ],
        }],
    });
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("test.yaml");
    fs::write(&path, serde_yaml::to_string(&file)?)?;
    let verdict = run(&path)?;
    ensure!(verdict.passed, "{}", verdict.printed);
    Ok(())
}
