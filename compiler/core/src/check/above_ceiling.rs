//! `above-ceiling`: an objective asks for more than the services that it waits for.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::code;
use crate::finding::Finding;
use crate::plan::bounds::ServiceBound;
use crate::plan::reach::Success;
use crate::quantity::Percent;
use crate::source::Spanned;

/// A request fails with a call that it waits for, so no more of them succeed than of the calls. Which objective of a callee a
/// call falls under is not declared: the highest is taken.
pub(super) fn whole(bounds: &[ServiceBound], findings: &mut Vec<Finding>) {
    let highest: BTreeMap<&str, &Success> = bounds
        .iter()
        .filter_map(|bound| {
            let highest = bound.reach.successes.iter().max_by_key(|success| success.target.value)?;
            Some((bound.service.as_str(), highest))
        })
        .collect();
    for bound in bounds {
        let mut called: Vec<(&Spanned<String>, &Success)> = Vec::new();
        for call in &bound.reach.waits_for {
            let is_new = call.value != bound.service && called.iter().all(|(known, _)| known.value != call.value);
            if let Some(success) = highest.get(call.value.as_str()).filter(|_| is_new) {
                called.push((call, success));
            }
        }
        let Some((call, lowest)) = called.iter().min_by_key(|(_, success)| success.target.value) else { continue };
        for success in bound.reach.successes.iter().filter(|it| it.target.value > lowest.target.value) {
            findings.push(finding(success, call, lowest, &called));
        }
    }
}

fn finding(
    success: &Success,
    call: &Spanned<String>,
    lowest: &Success,
    called: &[(&Spanned<String>, &Success)],
) -> Finding {
    let (wanted, ceiling) = (success.target.value, lowest.target.value);
    let callee = &call.value;
    let message =
        format!("{} is to succeed for {wanted}, and waits for {callee}, which does for {ceiling}", success.slo);
    let finding = Finding::new(&code::ABOVE_CEILING, success.target.span, message)
        .label(format!("above {ceiling}"))
        .related(call.span, "every request waits for this call")
        .related(lowest.target.span, format!("the highest objective of {callee} for success"))
        .note(format!(
            "of a million requests {} may fail, and {callee} alone may fail {} of them",
            of_a_million(wanted),
            of_a_million(ceiling)
        ));
    let finding = match called {
        [_] => finding,
        _ => {
            let shares: Vec<String> = called.iter().map(|(_, it)| it.target.value.to_string()).collect();
            let all: Decimal = called.iter().map(|(_, it)| it.target.value.share()).product();
            let all = Percent::of_share(all.round_dp(6).normalize());
            finding.note(format!("calls that fail at different times allow {} = {all}", shares.join(" × ")))
        }
    };
    finding.hint(format!(
        "lower the objective to {ceiling}, raise that of {callee}, or name the `routes` that wait for the call; if requests \
         succeed without it, waive this finding and say how"
    ))
}

/// How many of a million events may be bad.
fn of_a_million(target: Percent) -> Decimal {
    ((Decimal::ONE - target.share()) * Decimal::from(1_000_000)).normalize()
}
