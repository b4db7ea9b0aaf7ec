//! The files of alerts on what evaluates the rules and sends the alerts: their rules, and promtool tests of them.

use super::tests::{ExprTest, Sample, Series, Test, TestFile};
use super::{Artefact, HEADER, Target, prometheus, rules};
use crate::plan::watch::{Course, FOLDER, Moment, WatchPlan, Watched};
use crate::promql::{Expr, MatchOp, Matcher, Select};

/// What a file says that starts on a date.
const DATED: &str = "# Needs promtool of Prometheus 3.9 or newer, which knows `start_timestamp`.\n";

/// The rule file.
pub(super) fn rules(plan: &WatchPlan) -> Artefact {
    Artefact {
        path: format!("{}/{FOLDER}.yaml", Target::Rules.folder()),
        text: prometheus::file(rules::watchers(plan)),
    }
}

/// The tests, and the copy of the rules that they load. Courses that are evaluated at another pace have a file of their own.
pub(super) fn tests(plan: &WatchPlan) -> Vec<Artefact> {
    let folder = format!("{}/{FOLDER}", Target::Tests.folder());
    let copy = Artefact { path: format!("{folder}/watchers.rules"), text: prometheus::file(rules::watchers(plan)) };
    let (slow, usual): (Vec<&Course>, Vec<&Course>) =
        plan.courses.iter().partition(|course| course.evaluation != plan.evaluation);
    let named = [("watchers.yaml", usual), ("snapshots.yaml", slow)];
    let files = named.into_iter().filter_map(|(name, courses)| {
        let file = TestFile {
            rule_files: ["watchers.rules".to_owned()],
            evaluation_interval: courses.first()?.evaluation.to_string(),
            group_eval_order: plan.group_names().collect(),
            tests: courses.into_iter().map(test).collect(),
        };
        let mut text = HEADER.to_owned();
        if file.tests.iter().any(|test| test.start_timestamp.is_some()) {
            text.push_str(DATED);
        }
        super::write(&mut text, &file);
        Some(Artefact { path: format!("{folder}/{name}"), text })
    });
    files.chain([copy]).collect()
}

fn test(course: &Course) -> Test<'_> {
    Test {
        name: &course.name,
        interval: course.interval.to_string(),
        start_timestamp: (course.start > 0).then_some(course.start),
        input_series: course.inputs.iter().map(|(series, values)| Series { series: series.clone(), values }).collect(),
        promql_expr_test: course.moments.iter().map(expectation).collect(),
    }
}

/// How many alerts fire at a moment: one or none.
fn expectation(moment: &Moment) -> ExprTest {
    let (op, alert) = match moment.watched {
        Some(watched) => (MatchOp::Eq, watched.name()),
        None => (MatchOp::Ne, Watched::Itself.name()),
    };
    let firing = [Matcher { label: "alertname", op, value: alert }, Matcher::eq("alertstate", "firing")];
    let snapshot: Vec<Matcher<'_>> = moment.snapshot.iter().map(|name| Matcher::eq("snapshot", name)).collect();
    let matchers: [&[Matcher<'_>]; 2] = [&firing, &snapshot];
    let alerts = Expr::Select(Select::new("ALERTS", &matchers));
    ExprTest {
        expr: format!("count({alerts}) or vector(0)"),
        eval_time: moment.at.to_string(),
        exp_samples: vec![Sample { labels: "{}".to_owned(), value: f64::from(u8::from(moment.fires)) }],
    }
}
