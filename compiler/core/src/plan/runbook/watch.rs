//! The pages of alerts on what evaluates the rules and sends the alerts.

use super::steps::{Ask, Language, Step};
use super::{AlertPage, Rollback};
use crate::labels::ALERT_NAME;
use crate::plan::Plan;
use crate::plan::watch::{NO_TROUBLE, Watch, Watched};
use crate::promql::{Expr, Matcher, Select};
use crate::quantity::Duration;

/// A page for each alert, in the order of the rules: snapshots share one.
#[must_use]
pub fn watch_pages(plan: &Plan) -> Vec<AlertPage> {
    let watches = plan.watch.iter().flat_map(|watch| &watch.watches);
    let mut pages: Vec<AlertPage> = Vec::new();
    for watch in watches {
        if pages.last().is_none_or(|last| last.page != watch.watched.slug()) {
            pages.push(page(plan, watch));
        }
    }
    pages
}

fn page(plan: &Plan, watch: &Watch) -> AlertPage {
    let about = &watch.about;
    let ask = |text: &String, shows: &str| Ask::new(plan, Language::PromQl, text.clone(), shows);
    let asks = |place| match place {
        0 => std::iter::once(ask(&watch.expr, "The condition of this alert"))
            .chain(about.shows.iter().map(|shown| ask(&shown.query, &shown.what)))
            .collect(),
        _ => Vec::new(),
    };
    let steps = about.steps.iter().enumerate().map(|(place, (title, why))| Step {
        title,
        why: (*why).to_owned(),
        asks: asks(place),
        finds_trace: false,
    });
    let held = if watch.hold > Duration::ZERO { format!("longer than {}", watch.hold) } else { "at once".to_owned() };
    let whom = |severity: &String| {
        let mut routes = plan.alertmanager.of_severities();
        routes.find(|route| route.severity == *severity).map(|route| route.receiver.clone())
    };
    let dead_man = || plan.watch.as_ref().and_then(|watch| watch.dead_man.clone());
    AlertPage {
        page: watch.watched.slug().to_owned(),
        alert: watch.watched.name().to_owned(),
        severity: watch.severity.clone().unwrap_or_else(|| NO_TROUBLE.to_owned()),
        title: about.summary.clone(),
        labels: vec![(ALERT_NAME, watch.watched.name().to_owned())],
        bad: about.meaning.first().cloned().unwrap_or_default(),
        state: ask(&firing(watch), "Whether this alert fires; the graph shows since when"),
        // What there is to undo differs by cause; the steps say.
        rollback: Rollback { how: None, not_when: Vec::new() },
        meaning: about.meaning.iter().skip(1).cloned().collect(),
        arithmetic: vec![("Fires when its condition holds", held)],
        steps: steps.collect(),
        failure_modes: about.causes.iter().map(|cause| (*cause).to_owned()).collect(),
        receiver: if watch.watched == Watched::Itself { dead_man() } else { watch.severity.as_ref().and_then(whom) },
        escalation: watch.escalation.clone(),
    }
}

fn firing(watch: &Watch) -> String {
    let matchers = [Matcher::eq(ALERT_NAME, watch.watched.name()), Matcher::eq("alertstate", "firing")];
    Expr::Select(Select::new("ALERTS", &[&matchers])).to_string()
}
