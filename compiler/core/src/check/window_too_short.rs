//! `window-too-short`: a mean over fewer than four samples is noise, and one missed scrape empties it.

use std::collections::BTreeSet;

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::model::{Pair, Strength};
use crate::quantity::Duration;

/// The fewest scrapes that an alert window may hold.
const FEWEST_SCRAPES: u64 = 4;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let policy = &context.policy;
    for (slo, plan) in context.slos() {
        let scrape = Duration::from_millis(plan.timing.scrape.millis() * u64::from(plan.scale.0));
        let least = scrape * FEWEST_SCRAPES;
        let mut seen = BTreeSet::new();
        for burn in &plan.burns {
            for window in [&burn.short, &burn.long] {
                if window.nominal >= least || !seen.insert(window.nominal) {
                    continue;
                }
                // Of the built-in pairs, the interval is what somebody wrote.
                let from_policy = scrape == policy.scrape.value && policy.scrape.span.end > 0;
                let place = burn.span.unwrap_or(if from_policy { policy.scrape.span } else { slo.name.span });
                let mut finding = Finding::new(
                    &code::WINDOW_TOO_SHORT,
                    place,
                    format!("the window {} holds fewer than {FEWEST_SCRAPES} scrapes", window.nominal),
                )
                .label(format!("a sample comes every {scrape}"))
                .note(format!("{FEWEST_SCRAPES} × {scrape} = {least}"))
                .hint(match burn.span {
                    Some(_) => format!("make the window at least {least}, or scrape more often"),
                    None => format!("scrape more often, or write `{}`", longer(&slo.alerting.pairs, least)),
                });
                if from_policy && policy.scrape.span != place {
                    finding = finding.related(policy.scrape.span, "the interval is set here");
                }
                findings.push(finding);
            }
        }
    }
}

/// The pairs as somebody would have to write them for windows of at least `least`: the same budgets, longer windows.
fn longer(pairs: &[Pair], least: Duration) -> String {
    let minute = Duration::from_minutes(1);
    let least = minute * least.millis().div_ceil(minute.millis());
    let listed = pairs.iter().map(|pair| {
        let short = pair.short.max(least);
        let long = if pair.long > short { pair.long } else { short * 12 };
        let strength = match pair.strength {
            Strength::Budget(share) => format!("budget: {share}"),
            Strength::Burn(rate) => format!("burn: {rate}"),
        };
        format!("{{long: {long}, short: {short}, {strength}, severity: {}}}", pair.severity)
    });
    format!("alerting: {{pairs: [{}]}}", listed.collect::<Vec<_>>().join(", "))
}
