//! `low-traffic`: so few events that a single failure exceeds a threshold.

use rust_decimal::prelude::ToPrimitive;

use super::Context;
use crate::code;
use crate::finding::Finding;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, plan) in context.slos() {
        // A declared guard, of none too, is the author's answer.
        let (Some(traffic), None) = (slo.traffic, slo.alerting.min_bad_events) else { continue };
        if plan.sli.unit().is_paced {
            continue;
        }
        let hourly = traffic.value.per_hour().to_f64().unwrap_or(f64::MAX);
        let worst = plan
            .burns
            .iter()
            .filter(|burn| hourly < burn.statement.one_failure_below)
            .max_by(|a, b| a.statement.one_failure_below.total_cmp(&b.statement.one_failure_below));
        let Some(burn) = worst else { continue };
        let pair = format!("{}/{}", burn.long.nominal, burn.short.nominal);
        let guarded = match burn.guard {
            Some(guard) => format!("its alerts wait for {} bad events in the long window", guard.events),
            None => "its alerts have no guard".to_owned(),
        };
        findings.push(
            Finding::new(
                &code::LOW_TRAFFIC,
                traffic.span,
                format!(
                    "at {} one failed event is enough for the {} threshold over {pair}",
                    traffic.value, burn.severity
                ),
            )
            .label(format!(
                "one failure exceeds it below {:.0} events an hour",
                burn.statement.one_failure_below.ceil()
            ))
            .note(guarded)
            .hint(format!(
                "set `alerting: {{min_bad_events: {}}}` to say how many failures matter (0 for any)",
                burn.guard.map_or(3, |guard| guard.events)
            )),
        );
    }
}
