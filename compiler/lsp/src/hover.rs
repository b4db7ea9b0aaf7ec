//! What is under the pointer: what a field means, and the budget and times of an objective.

use emberline_core::plan::{ServicePlan, SloPlan, expected};
use emberline_core::quantity::{Duration, Percent};
use emberline_core::source::Span;
use emberline_core::yaml::Node;

use crate::at::{self, At, Step};
use crate::schema::Field;

/// What is shown of a place, in Markdown, and the span that it is about.
#[must_use]
pub fn at(
    documents: &[Node],
    byte: usize,
    schema: Field<'_>,
    plans: impl FnOnce() -> Vec<ServicePlan>,
) -> Option<(String, Span)> {
    let at = documents.iter().find_map(|document| at::at(document, byte))?;
    let field = schema.down(&at.steps);
    let name = at.steps.iter().rev().find_map(|step| match step {
        Step::Key(name) => Some(name.as_str()),
        Step::Item(_) => None,
    })?;
    let mut text = String::new();
    if let Some((service, slo)) = objective(&at)
        && let Some(slo) = plans().iter().filter(|plan| plan.name == service).find_map(|plan| named(plan, slo))
    {
        text.push_str(&about(slo));
    }
    if let Some(described) = field.and_then(Field::description) {
        if !text.is_empty() {
            text.push_str("\n\n---\n\n");
        }
        text.push_str(&format!("`{name}`: {described}"));
    }
    (!text.is_empty()).then_some((text, at.span))
}

/// The service and the name of the objective whose `name`, `objective` or `window` is at a place.
#[must_use]
pub fn objective<'n>(at: &At<'n>) -> Option<(&'n str, &'n str)> {
    let [Step::Key(slos), Step::Item(_), rest @ ..] = at.steps.as_slice() else { return None };
    let is_own = match rest {
        [] => true,
        [Step::Key(field)] => matches!(field.as_str(), "name" | "objective" | "window"),
        _ => false,
    };
    if slos != "slos" || !is_own {
        return None;
    }
    Some((at::scalar(at.nodes.first()?, "service")?, at::scalar(at.nodes.get(2)?, "name")?))
}

fn named<'p>(plan: &'p ServicePlan, name: &str) -> Option<&'p SloPlan> {
    plan.slos.iter().find(|slo| slo.name == name)
}

/// The budget of an objective, and when its alerts fire and resolve.
fn about(slo: &SloPlan) -> String {
    let percent = Percent::of_share(slo.objective);
    let mut text = format!(
        "**{} / {}**: {percent} of events over {}. The error budget is {} of total outage.\n",
        slo.service,
        slo.name,
        slo.window,
        slo.window.part(slo.budget)
    );
    if slo.burns.is_empty() {
        text.push_str("\nNo burn-rate alert watches it.");
        return text;
    }
    text.push_str("\n| severity | burn rate | detected after | resolves after recovery |\n| --- | --- | --- | --- |\n");
    for burn in &slo.burns {
        let (fires, clears) = expected(slo, burn, 1.0);
        let never = || "never".to_owned();
        let fires = fires.map_or_else(never, |at| about_so_long(at.seconds));
        let clears = clears.map_or_else(never, |at| about_so_long(at.seconds + slo.keep_firing_for.seconds()));
        let windows = format!("{}× over {}/{}", burn.burn.normalize(), burn.long.nominal, burn.short.nominal);
        text.push_str(&format!("| {} | {windows} | {fires} | {clears} |\n", burn.severity));
    }
    text.push_str("\nTimes are those of a total outage.");
    text
}

fn about_so_long(seconds: f64) -> String {
    // `as` saturates: a time beyond all bounds stays one.
    let whole = if seconds.is_finite() { seconds.max(0.0).round() as u64 } else { 0 };
    format!("{}", Duration::from_secs(whole))
}
