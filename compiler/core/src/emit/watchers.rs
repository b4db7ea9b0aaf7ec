//! The files of alerts on what evaluates the rules and sends the alerts: their rules, and promtool tests of them.

use super::rules::{self, Dialect};
use super::tests::{ExprTest, Sample, Series, Test, TestFile};
use super::{Artefact, HEADER, Target, mimir, operator, prometheus, shards};
use crate::plan::Plan;
use crate::plan::watch::{Course, FOLDER, Moment, WatchPlan, Watched};
use crate::promql::{Expr, MatchOp, Matcher, Select};

/// What a file says that starts on a date.
const DATED: &str = "# Needs promtool of Prometheus 3.9 or newer, which knows `start_timestamp`.\n";

/// The rule files of a ruler's target. Several rulers that share the objectives all load these rules: each may stop.
pub(super) fn rules(plan: &Plan, target: Target) -> Vec<Artefact> {
    let Some(watch) = &plan.watch else { return Vec::new() };
    let text = match target {
        Target::Rules => file(watch, Dialect::Prometheus),
        Target::Thanos => file(watch, Dialect::Thanos(&plan.rulers.thanos)),
        Target::Vmalert => file(watch, Dialect::Vmalert(&plan.rulers.vmalert)),
        Target::Mimir => {
            let groups = rules::watchers(watch, Dialect::Mimir(&plan.rulers.mimir));
            mimir::namespace(FOLDER, groups, &plan.rulers.mimir)
        }
        Target::Operator => operator::apart(FOLDER, rules::watchers(watch, Dialect::Prometheus), &plan.operator),
        _ => return Vec::new(),
    };
    let folders = match target {
        Target::Mimir | Target::Operator => vec![String::new()],
        _ => shards::folders(plan.shards),
    };
    let path = |folder: &String| format!("{}/{folder}{FOLDER}.yaml", target.folder());
    folders.iter().map(|folder| Artefact { path: path(folder), text: text.clone() }).collect()
}

fn file(watch: &WatchPlan, dialect: Dialect<'_>) -> String {
    prometheus::file(rules::watchers(watch, dialect))
}

/// The tests, and the copy of the rules that they load. Courses that are evaluated at another pace have a file of their own.
pub(super) fn tests(plan: &WatchPlan) -> Vec<Artefact> {
    let folder = format!("{}/{FOLDER}", Target::Tests.folder());
    let copy = Artefact { path: format!("{folder}/watchers.rules"), text: file(plan, Dialect::Prometheus) };
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
