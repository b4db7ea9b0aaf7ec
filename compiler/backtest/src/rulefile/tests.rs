use std::sync::Arc;

use super::*;
use crate::eval::Source;
use crate::grid::{ABSENT, Grid, Series};
use crate::outcome::Span;

/// A source in which every raw expression is 0.5 from the tenth minute to the twentieth, and nothing else. It has the records
/// whose names begin with `served`.
struct Half;

impl Source for Half {
    fn range(&self, expr: &str, grid: Grid) -> Result<Vec<Series>, String> {
        if expr.contains("refused") {
            return Err("Prometheus answers: refused".to_owned());
        }
        let is_missing = expr.starts_with("count(") && !expr.starts_with("count(served") && !expr.contains("raw");
        let at = |time: i64| match (600_000..1_200_000).contains(&time) || expr.starts_with("count(") {
            true if !is_missing => 0.5,
            _ => ABSENT,
        };
        let labels = Labels::from([("job".to_owned(), "a".to_owned())]);
        Ok(vec![Series { labels, values: Arc::new(grid.instants().map(at).collect()) }])
    }

    fn recorded(&self, _: &str, _: i64) -> Result<Vec<i64>, String> {
        Ok(Vec::new())
    }
}

fn replayed(rules: &str) -> Vec<Theirs> {
    let file = RuleFile::read("r.yml", rules).unwrap();
    let span = Span { from: 0, until: 3_600_000, targets: Vec::new(), backfill: None };
    replay(&[file], &Half, &span).unwrap()
}

/// Firings in minutes.
fn minutes(theirs: &Theirs) -> Vec<(i64, Option<i64>)> {
    assert_eq!(theirs.not_replayed, None, "{}", theirs.alert);
    theirs.firings.iter().map(|it| (it.fired / 60_000, it.until.map(|until| until / 60_000))).collect()
}

#[test]
fn alerts_over_records_of_any_group_are_replayed() {
    let theirs = replayed(
        "groups:\n- name: alerts\n  rules:\n  - {alert: A, expr: 'sum by (job) (x:y{job=~\"a|b\"}) > 0.1', for: 2m, \
         labels: {severity: page}}\n  - {alert: B, expr: 'x:y > 0.6'}\n  - {alert: C, expr: raw > 1, keep_firing_for: 5m}\n\
         - name: records\n  interval: 30s\n  rules:\n  - {record: 'x:y', expr: 'a / b'}\n",
    );
    let [a, b, c] = &theirs[..] else { panic!("{theirs:?}") };
    assert_eq!((minutes(a), a.severity.as_str(), a.line), (vec![(12, Some(20))], "page", 4));
    assert_eq!(a.firings[0].group, Labels::from([("job".to_owned(), "a".to_owned())]));
    assert_eq!(minutes(b), []);
    assert_eq!(minutes(c), [(10, Some(25))], "silent since 20, kept for five minutes");
    assert_eq!((&a.without_samples, &c.without_samples), (&vec!["a".to_owned(), "b".to_owned()], &Vec::new()));
}

#[test]
fn names_that_are_recorded_twice_are_one() {
    let theirs = replayed(
        "groups:\n- name: a\n  rules:\n  - {record: 'x:y', expr: a, labels: {team: one}}\n  - {record: 'x:y', expr: b, \
         labels: {team: two}}\n  - {alert: A, expr: 'x:y{team=\"two\"} > 0.1'}\n  - {alert: B, expr: 'x:y > 0.1'}\n",
    );
    assert_eq!(minutes(&theirs[0]).len(), 1);
    assert_eq!(minutes(&theirs[1]).len(), 2);
}

#[test]
fn what_is_not_evaluated_here_is_served_or_said() {
    let rule = |name: &str, expr: &str| {
        format!(
            "groups:\n- name: a\n  rules:\n  - {{record: '{name}', expr: a}}\n  - {{alert: A, expr: '{}'}}\n",
            expr.replace('N', name)
        )
    };
    for (name, expr, not_replayed, served) in [
        ("x:y", "quantile_over_time(0.5, N[5m]) > 0.1", Some("`quantile_over_time(0.5, x:y[5m])`"), 0),
        ("served:y", "quantile_over_time(0.5, N[5m]) > 0.1", None, 1),
        ("x:y", "N > 0.1 and ((", Some("its expression is not read here"), 0),
        ("x:y", "z > 0.1 and ((", None, 0),
        ("x:y", "refused > 1", Some("Prometheus answers: refused"), 0),
        ("x:y", "a + N offset 5m > 1", Some("offset 5m"), 0),
    ] {
        let theirs = &replayed(&rule(name, expr))[0];
        let told = theirs.not_replayed.as_deref();
        assert_eq!(told.is_some(), not_replayed.is_some(), "{expr}: {told:?}");
        assert!(told.unwrap_or_default().contains(not_replayed.unwrap_or_default()), "{expr}: {told:?}");
        assert_eq!(theirs.recorded_by_server.len(), served, "{expr}");
    }
    let moved = rule("x:y", "N > 0.1").replace("name: a", "name: a\n  query_offset: 1m");
    assert!(replayed(&moved)[0].not_replayed.as_deref().unwrap_or_default().contains("query_offset"));
}

#[test]
fn labels_that_are_templates_do_not_hide_those_of_series() {
    let theirs = replayed(
        "groups:\n- name: a\n  labels: {team: x}\n  rules:\n  - {alert: A, expr: 'a > 0', labels: {job: '{{ $labels.job }}'}}\n",
    );
    assert_eq!(minutes(&theirs[0]).len(), 1);
    assert_eq!(theirs[0].firings[0].group["job"], "a");
    assert_eq!(theirs[0].labels["team"], "x");
}
