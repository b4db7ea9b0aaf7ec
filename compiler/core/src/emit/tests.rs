//! promtool unit tests, one file an objective.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::{Artefact, HEADER, Target};
use crate::plan::{ServicePlan, SloPlan, names};
use crate::promql::{Expr, Matcher, Select};
use crate::proof::{self, Courses, Expectation, Firing, Input, Proof, Subject};

/// What the tests look at: the objective's firing alerts by the labels that tell them apart.
const TELLING: [&str; 4] = ["alertname", "long_window", "severity", "short_window"];

#[derive(Serialize)]
struct TestFile<'p> {
    rule_files: [String; 1],
    evaluation_interval: String,
    tests: Vec<Test<'p>>,
}

#[derive(Serialize)]
struct Test<'p> {
    name: &'p str,
    interval: String,
    input_series: Vec<Series<'p>>,
    promql_expr_test: Vec<ExprTest>,
}

#[derive(Serialize)]
struct Series<'p> {
    series: String,
    values: &'p str,
}

#[derive(Serialize)]
struct ExprTest {
    expr: String,
    eval_time: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exp_samples: Vec<Sample>,
}

#[derive(Serialize)]
struct Sample {
    labels: String,
    #[serde(serialize_with = "whole")]
    value: u8,
}

fn whole<S: Serializer>(value: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(*value)
}

/// The tests of every objective of a service.
pub(super) fn emit(service: &ServicePlan, courses: &Courses) -> Vec<Artefact> {
    service.slos.iter().map(|slo| file(service, slo, courses)).collect()
}

fn file(service: &ServicePlan, slo: &SloPlan, courses: &Courses) -> Artefact {
    let mut text = HEADER.to_owned();
    let proof = proof::prove(slo, slo.proves_long, courses);
    if !slo.sli.is_proven() {
        text.push_str("# Nothing is proven here: the expressions are their author's, and only the author knows what they count.\n");
    } else if proof.is_none() {
        text.push_str("# Nothing is proven here: no label set was found that the selectors tell apart.\n");
    }
    let proof =
        proof.unwrap_or(Proof { evaluation: slo.timing.evaluation, interval: slo.timing.scrape, tests: Vec::new() });
    let tests = proof.tests.iter().map(|test| Test {
        name: &test.name,
        interval: proof.interval.to_string(),
        input_series: test.inputs.iter().map(series).collect(),
        promql_expr_test: test.expectations.iter().map(|expectation| expression(slo, expectation)).collect(),
    });
    let file = TestFile {
        rule_files: [format!("../../rules/{}.yaml", service.stem)],
        evaluation_interval: proof.evaluation.to_string(),
        tests: tests.collect(),
    };
    super::write(&mut text, &file);
    Artefact { path: format!("{}/{}/{}.yaml", Target::Tests.folder(), service.stem, slo.stem), text }
}

fn series(input: &Input) -> Series<'_> {
    Series { series: labelled(&input.metric, &input.labels), values: &input.values }
}

/// `metric{label="value"}`, escaped as PromQL asks.
fn labelled(metric: &str, labels: &BTreeMap<String, String>) -> String {
    let matchers: Vec<Matcher<'_>> = labels.iter().map(|(label, value)| Matcher::eq(label, value)).collect();
    let metric = (!metric.is_empty()).then_some(metric);
    Expr::Select(Select { metric, matchers: &[&matchers] }).to_string()
}

fn expression(slo: &SloPlan, expectation: &Expectation) -> ExprTest {
    let own = [Matcher::eq("service", &slo.service), Matcher::eq("slo", &slo.name)];
    let eval_time = expectation.at.to_string();
    match &expectation.of {
        Subject::Firing(firing) => {
            let state = [Matcher::eq("alertstate", "firing")];
            let groups = slo.group_by.iter().map(String::as_str);
            let by: Vec<&str> = TELLING.into_iter().chain(groups).collect();
            let slices: [&[_]; 2] = [&own, &state];
            let alerts = Expr::Select(Select::new("ALERTS", &slices));
            let expr = Expr::aggregate(crate::promql::Aggregator::Sum, &by, &alerts).to_string();
            ExprTest { expr, eval_time, exp_samples: firing.iter().map(alert).collect() }
        }
        Subject::NoBadEvents { group } => {
            let mut labels: BTreeMap<String, String> = slo.labels.iter().cloned().collect();
            labels.extend(group.clone());
            let name = format!("{}:{}", names::BAD_EVENTS, names::BASE);
            let expr = Expr::Select(Select::new(&name, &[&own])).to_string();
            ExprTest { expr, eval_time, exp_samples: vec![Sample { labels: labelled(&name, &labels), value: 0 }] }
        }
    }
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
    Sample { labels: labelled("", &labels), value: 1 }
}
