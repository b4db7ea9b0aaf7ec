//! promtool unit tests: two files an objective, beside a copy of the objective's own rules.
//!
//! promtool evaluates every rule that a test file loads, so a test that loaded the service's rules would work for the
//! objectives of its neighbours too. The copy ends in `.rules`, which Prometheus refuses to load: nobody takes it for a rule
//! file. Its groups are those of the service's rule file, byte for byte.

use serde::Serialize;

use super::{Artefact, HEADER, Target, prometheus};
use crate::plan::{ServicePlan, SloPlan};
use crate::promql::{Aggregator, Expr, Matcher, Select};
use crate::proof::{Courses, Expectation, Firing, Input, Labels, Proof, Proofs, ROUNDED, Subject, Value};

/// What the tests look at: the objective's firing alerts by the labels that tell them apart.
const TELLING: [&str; 4] = ["alertname", "long_window", "severity", "short_window"];
/// Alerts that fire, rather than wait to.
const FIRING: [Matcher<'static>; 1] = [Matcher::eq("alertstate", "firing")];

#[derive(Serialize)]
pub(super) struct TestFile<'p> {
    pub(super) rule_files: [String; 1],
    pub(super) evaluation_interval: String,
    pub(super) group_eval_order: Vec<String>,
    pub(super) tests: Vec<Test<'p>>,
}

#[derive(Serialize)]
pub(super) struct Test<'p> {
    pub(super) name: &'p str,
    pub(super) interval: String,
    /// Seconds since 1970 at which the test starts, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_timestamp: Option<u64>,
    pub(super) input_series: Vec<Series<'p>>,
    pub(super) promql_expr_test: Vec<ExprTest>,
}

#[derive(Serialize)]
pub(super) struct Series<'p> {
    pub(super) series: String,
    pub(super) values: &'p str,
}

#[derive(Serialize)]
pub(super) struct ExprTest {
    pub(super) expr: String,
    pub(super) eval_time: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) exp_samples: Vec<Sample>,
}

#[derive(Serialize)]
pub(super) struct Sample {
    pub(super) labels: String,
    pub(super) value: f64,
}

/// The tests of every objective of a service: its scenarios, its windows and its rules.
pub(super) fn emit(service: &ServicePlan, courses: &Courses) -> Vec<Artefact> {
    let files = |slo| {
        let place = Place { folder: Target::Tests.folder(), service, slo };
        let proofs = Proofs::of(slo, courses);
        let scenarios = place.file(".yaml", proofs.scenarios());
        let windows = place.file(".windows.yaml", proofs.moments());
        [scenarios, windows, place.rules()]
    };
    service.slos.iter().flat_map(files).collect()
}

/// The tests of long histories, for the first objective of each shape.
pub(super) fn shapes(service: &ServicePlan, courses: &Courses) -> Vec<Artefact> {
    let files = |slo| {
        let place = Place { folder: Target::Shapes.folder(), service, slo };
        [place.file(".yaml", Proofs::of(slo, courses).long_scenarios()), place.rules()]
    };
    service.slos.iter().filter(|slo| slo.proves_long).flat_map(files).collect()
}

/// Where an objective's files stand.
struct Place<'p> {
    folder: &'static str,
    service: &'p ServicePlan,
    slo: &'p SloPlan,
}

impl Place<'_> {
    fn path(&self, end: &str) -> String {
        format!("{}/{}/{}{end}", self.folder, self.service.stem, self.slo.stem)
    }

    /// The objective's rules, as they stand in the service's rule file.
    fn rules(&self) -> Artefact {
        Artefact { path: self.path(".rules"), text: prometheus::text([self.slo].into_iter()) }
    }

    /// The tests of a proof.
    fn file(&self, end: &str, proof: Option<Proof>) -> Artefact {
        let slo = self.slo;
        let mut text = HEADER.to_owned();
        if proof.is_none() {
            let why = match slo.sli.is_proven() {
                true => "no label set was found that the selectors tell apart",
                false => "only the author of its expressions knows what they count",
            };
            text.push_str(&format!("# Nothing is proven here: {why}.\n"));
        }
        let proof = proof.unwrap_or(Proof { evaluation: slo.timing.evaluation, tests: Vec::new() });
        let tests = proof.tests.iter().map(|test| Test {
            name: &test.name,
            interval: test.interval.to_string(),
            start_timestamp: None,
            input_series: test.inputs.iter().map(series).collect(),
            promql_expr_test: test.expectations.iter().map(|expectation| expression(slo, expectation)).collect(),
        });
        let file = TestFile {
            rule_files: [format!("{}.rules", slo.stem)],
            evaluation_interval: proof.evaluation.to_string(),
            // Else promtool takes groups in no order, and a group sees another's records now an interval late, now not.
            group_eval_order: slo.group_names(),
            tests: tests.collect(),
        };
        super::write(&mut text, &file);
        Artefact { path: self.path(end), text }
    }
}

fn series(input: &Input) -> Series<'_> {
    Series { series: labelled(&input.metric, &input.labels), values: &input.values }
}

/// `metric{label="value"}`, escaped as PromQL asks.
fn labelled(metric: &str, labels: &Labels) -> String {
    let matchers: Vec<Matcher<'_>> = labels.iter().map(|(label, value)| Matcher::eq(label, value)).collect();
    let metric = (!metric.is_empty()).then_some(metric);
    Expr::Select(Select { metric, matchers: &[&matchers] }).to_string()
}

fn expression(slo: &SloPlan, expectation: &Expectation) -> ExprTest {
    let own = [Matcher::eq("service", &slo.service), Matcher::eq("slo", &slo.name)];
    let (expr, exp_samples) = match &expectation.of {
        Subject::Firing(firing) => {
            let groups = slo.group_by.iter().map(String::as_str);
            let by: Vec<&str> = TELLING.into_iter().chain(groups).collect();
            let slices: [&[_]; 2] = [&own, &FIRING];
            let alerts = Expr::Select(Select::new("ALERTS", &slices));
            (Expr::aggregate(Aggregator::Sum, &by, &alerts).to_string(), firing.iter().map(alert).collect())
        }
        Subject::Alerts(alerts) => {
            let slices: [&[_]; 2] = [&own, &FIRING];
            (Expr::Select(Select::new("ALERTS", &slices)).to_string(), alerts.iter().map(with_all_labels).collect())
        }
        Subject::Burning(alerts) => {
            // Alerts on missing data have no windows.
            let windows = [Matcher::ne("long_window", "")];
            let slices: [&[_]; 3] = [&own, &FIRING, &windows];
            (Expr::Select(Select::new("ALERTS", &slices)).to_string(), alerts.iter().map(with_all_labels).collect())
        }
        Subject::Base(values) => recorded(slo, &own, "slo:(bad_)?events:rate_base", values),
        Subject::Recorded(values) => recorded(slo, &own, "slo:.+", values),
    };
    ExprTest { expr, eval_time: expectation.at.to_string(), exp_samples }
}

/// Recorded series whose names match, rounded. Functions drop the name, so a label keeps it.
fn recorded(slo: &SloPlan, own: &[Matcher<'_>], names: &str, values: &[Value]) -> (String, Vec<Sample>) {
    let mut kept = "recorded".to_owned();
    while values.iter().any(|value| value.labels.contains_key(&kept)) || slo.group_by.contains(&kept) {
        kept.push('_');
    }
    let name = [Matcher::re("__name__", names)];
    let series = Expr::Select(Select { metric: None, matchers: &[&name, own] });
    let expr = format!("round(label_replace({series}, \"{kept}\", \"$1\", \"__name__\", \"(.+)\"), {ROUNDED})");
    let sample = |value: &Value| {
        let mut labels = value.labels.clone();
        labels.insert(kept.clone(), value.name.clone());
        Sample { labels: labelled("", &labels), value: value.value }
    };
    (expr, values.iter().map(sample).collect())
}

fn alert(firing: &Firing) -> Sample {
    let mut labels = firing.group.clone();
    labels.retain(|_, value| !value.is_empty());
    labels.insert("alertname".to_owned(), firing.alert.clone());
    labels.insert("severity".to_owned(), firing.severity.clone());
    if let Some((long, short)) = &firing.windows {
        labels.insert("long_window".to_owned(), long.clone());
        labels.insert("short_window".to_owned(), short.clone());
    }
    Sample { labels: labelled("", &labels), value: 1.0 }
}

fn with_all_labels(alert: &Labels) -> Sample {
    Sample { labels: labelled("ALERTS", alert), value: 1.0 }
}
