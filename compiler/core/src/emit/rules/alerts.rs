//! Alerting rules: burn rates without a division, and the states of missing data.

use rust_decimal::Decimal;

use super::{Pairs, Rule, Rules, Side, own, text};
use crate::oracle::Recorded;
use crate::plan::Alert;
use crate::plan::{BurnAlert, State, StateAlert, WindowKind, names};
use crate::promql::{Compare, Expr, Op};
use crate::quantity::Duration;

/// The rule of a pair: `bad[l] > burn·B·all[l] and bad[s] > burn·B·all[s]`. Without traffic that is `0 > 0`: silent.
pub(super) fn burn<'p>(rules: &mut Rules<'p>, alert: &'p BurnAlert) {
    burn_above(rules, alert, alert.threshold);
}

/// The same rule with another threshold: that of the same burn rate at another target.
pub(super) fn burn_above<'p>(rules: &mut Rules<'p>, alert: &'p BurnAlert, threshold: Decimal) {
    let slo = rules.slo;
    let matchers = rules.own;
    let slices: [&[_]; 1] = [&matchers];
    let series: [String; 4] = [
        names::series(Side::Bad, &alert.long.suffix),
        names::series(Side::Events, &alert.long.suffix),
        names::series(Side::Bad, &alert.short.suffix),
        names::series(Side::Events, &alert.short.suffix),
    ];
    let [bad_long, all_long, bad_short, all_short] = series.each_ref().map(|name| Expr::Select(own(name, &slices)));
    let threshold = Expr::Number(threshold);
    let (most_long, most_short) =
        (Expr::binary(&threshold, Op::Mul, &all_long), Expr::binary(&threshold, Op::Mul, &all_short));
    let long = Expr::binary(&bad_long, Op::Filter(Compare::Gt), &most_long);
    let short = Expr::binary(&bad_short, Op::Filter(Compare::Gt), &most_short);
    let both = Expr::binary(&long, Op::And, &short);
    let expr = match alert.guard {
        None => text(&both),
        Some(guard) => guarded(rules, alert, guard.count, &both),
    };
    let words = slo.burn_words(alert);
    rules.rules.push(Rule::Alerting {
        alert: &alert.name,
        expr,
        hold: None,
        keep_firing_for: (slo.keep_firing_for > Duration::ZERO).then(|| slo.keep_firing_for.to_string()),
        labels: Pairs::Made(words.labels),
        annotations: Pairs::Made(words.annotations),
    });
}

/// The condition, and at least so many bad events in the long window.
fn guarded(rules: &Rules<'_>, alert: &BurnAlert, least: Decimal, both: &Expr<'_>) -> String {
    let slo = rules.slo;
    let slices: [&[_]; 1] = [&rules.own];
    let least = Expr::Number(least);
    let name = match alert.long.kind {
        WindowKind::Counted => names::series(Side::Bad, &alert.long.suffix),
        _ => names::series(Side::Bad, names::BASE),
    };
    let series = Expr::Select(own(&name, &slices));
    if alert.long.kind == WindowKind::Counted {
        return text(&Expr::binary(both, Op::And, &Expr::binary(&series, Op::Filter(Compare::Ge), &least)));
    }
    let over = [Expr::subquery(&series, alert.long.real.millis(), slo.timing.step.millis())];
    let sum = Expr::Call("sum_over_time", &over);
    let seconds = Expr::Number(slo.step_seconds());
    let count = Expr::binary(&sum, Op::Mul, &seconds);
    text(&Expr::binary(both, Op::And, &Expr::binary(&count, Op::Filter(Compare::Ge), &least)))
}

/// The rule of an alert on missing data.
pub(super) fn state<'p>(rules: &mut Rules<'p>, alert: &'p StateAlert) {
    let slo = rules.slo;
    let matchers = rules.own;
    let slices: [&[_]; 1] = [&matchers];
    let nothing = Expr::Number(Decimal::ZERO);
    let base = names::series(Side::Events, names::BASE);
    let known = names::series(Side::Events, &alert.known.suffix);
    let recent = names::series(Side::Events, &alert.recent.suffix);
    let known = Expr::Select(own(&known, &slices));
    let recent = Expr::Select(own(&recent, &slices));
    let expr = match alert.state {
        State::Absent => {
            let over = [Expr::Range(own(&base, &slices), alert.reach.millis())];
            text(&Expr::Call("absent_over_time", &over))
        }
        State::Broken(hidden) => {
            let bad = names::series(Side::Bad, names::BASE);
            let bad = Expr::Select(own(&bad, &slices));
            match hidden {
                Recorded::Bad => text(&Expr::binary(&Expr::Select(own(&base, &slices)), Op::Unless, &bad)),
                Recorded::Good => {
                    let some = Expr::binary(&bad, Op::Filter(Compare::Gt), &nothing);
                    let good = names::good_events();
                    text(&Expr::binary(&some, Op::Unless, &Expr::Select(own(&good, &slices))))
                }
            }
        }
        State::GroupGone => {
            let some = Expr::binary(&known, Op::Filter(Compare::Gt), &nothing);
            text(&Expr::binary(&some, Op::Unless, &recent))
        }
        State::NoTraffic => text(&Expr::binary(&recent, Op::Filter(Compare::Eq), &nothing)),
    };
    let words = slo.state_words(alert);
    rules.rules.push(Rule::Alerting {
        alert: &alert.name,
        expr,
        hold: (alert.hold > Duration::ZERO).then(|| alert.hold.to_string()),
        keep_firing_for: None,
        labels: Pairs::Made(words.labels),
        annotations: Pairs::Made(words.annotations),
    });
}

/// The series that are there in health as well, where an alert's own expression has a value only while it fires; with the
/// operator by which they stand in for it.
pub(super) fn otherwise(rules: &Rules<'_>, alert: Alert<'_>) -> String {
    let slices: [&[_]; 1] = [&rules.own];
    let name = match alert {
        Alert::Burn(alert) => names::series(Side::Events, &alert.long.suffix),
        Alert::State(alert) => match alert.state {
            // Without any series there is none to stand in. The labels of the rule are those of the absent series.
            State::Absent => return "or on () vector(0)".to_owned(),
            State::Broken(Recorded::Bad) => names::series(Side::Events, names::BASE),
            State::Broken(Recorded::Good) => names::series(Side::Bad, names::BASE),
            State::GroupGone => names::series(Side::Events, &alert.known.suffix),
            State::NoTraffic => names::series(Side::Events, &alert.recent.suffix),
        },
    };
    let series = Expr::Select(own(&name, &slices));
    format!("or {}", text(&Expr::binary(&series, Op::Mul, &Expr::Number(Decimal::ZERO))))
}
