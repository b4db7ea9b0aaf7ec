//! An objective's budget in minutes and requests, and an alert's times, as rows of a table.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::plan::alert::BurnAlert;
use crate::plan::slo::SloPlan;
use crate::quantity::Duration;

/// A share in percent, without trailing zeros.
pub(super) fn percent(share: Decimal) -> Decimal {
    (share * Decimal::ONE_HUNDRED).normalize()
}

/// A count as people read it: 12 345 678.
fn grouped(count: Decimal) -> String {
    let digits = count.round().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// What the objective counts.
fn events(slo: &SloPlan) -> &'static str {
    slo.sli.unit().requests
}

/// The objective, and how much may be bad.
pub(super) fn promise(slo: &SloPlan) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("Objective", format!("{}% over {}", percent(slo.objective), slo.window)),
        ("Error budget", format!("{}% of {}", percent(slo.budget), events(slo))),
        ("In time", format!("{} of total outage over {}", slo.window.part(slo.budget), slo.window)),
    ];
    rows.extend(slo.sli.bad_is().map(|bad| ("Bad is", bad)));
    if let Some(all) = expected(slo) {
        let bad = grouped(all * slo.budget);
        rows.push(("In requests", format!("{bad} bad requests of {} expected over {}", grouped(all), slo.window)));
    }
    if slo.timing.delay > Duration::ZERO {
        rows.push(("Data arrives", format!("{} late, which all times include", slo.timing.delay)));
    }
    if !slo.sli.is_proven() {
        rows.push(("Proof", "windows and thresholds only: the expressions are their author's own".to_owned()));
    }
    if let Some(added) = &slo.about.added {
        rows.push(("Added matcher", format!("{added}, since this service declares the metric")));
    }
    rows
}

/// Events expected over the objective's window.
fn expected(slo: &SloPlan) -> Option<Decimal> {
    if slo.sli.unit().is_paced {
        return None;
    }
    slo.about.events_per_hour.map(|hourly| slo.window.events(hourly))
}

/// The objective, when the alert fires, how much of the budget is spent by then, and when the alert resolves.
pub(super) fn burn(slo: &SloPlan, alert: &BurnAlert) -> Vec<(&'static str, String)> {
    let mut rows = promise(slo);
    let (long, short) = (alert.long.nominal, alert.short.nominal);
    rows.push((
        "Fires above",
        format!("{}% of {} are bad, over {long} and over {short}", percent(alert.threshold), events(slo)),
    ));
    if let Some(hourly) = slo.about.events_per_hour.filter(|_| !slo.sli.unit().is_paced) {
        let in_long = hourly * Decimal::from(long.millis()) / Decimal::from(3_600_000_u32);
        let bad = grouped(in_long * alert.threshold);
        rows.push((
            "That is",
            format!("{bad} bad requests in {long}, at the expected {} requests an hour", grouped(hourly)),
        ));
    }
    let whole = slo.window.part(Decimal::ONE / alert.burn);
    rows.push(("A full budget then lasts", format!("{whole}, at {}× the sustainable rate", alert.burn)));
    if let (Some(fires), Some(gone)) = (alert.statement.fires, alert.statement.budget_gone) {
        let gone =
            Decimal::from_f64_retain(gone * 100.0).and_then(|gone| gone.round_sf(2)).unwrap_or_default().normalize();
        rows.push((
            "In a total outage",
            format!("fires after {}, with {gone}% of the error budget spent", seconds(fires.seconds)),
        ));
        rows.push(("Budget spent in a total outage", format!("after {}", slo.window_real.part(slo.budget))));
    }
    if let Some(clears) = alert.statement.clears {
        let clears = clears.seconds + Decimal::from(slo.keep_firing_for.millis()).to_f64().unwrap_or(0.0) / 1_000.0;
        rows.push(("Resolves", format!("{} after recovery", seconds(clears))));
    }
    if let Some(guard) = alert.guard {
        rows.push(("Needs at least", format!("{} bad {}", guard.events, events(slo))));
    }
    rows
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times of at most 90 days, never negative")]
fn seconds(seconds: f64) -> Duration {
    Duration::from_secs(seconds.max(0.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_threes() {
        let said = |count: u32| grouped(Decimal::from(count));
        assert_eq!((said(0), said(999), said(1_000)), ("0".to_owned(), "999".to_owned(), "1\u{202f}000".to_owned()));
        assert_eq!(said(12_345_678), "12\u{202f}345\u{202f}678");
    }
}
