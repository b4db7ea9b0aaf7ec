//! Waivers: findings that the policy accepts until a day, and what is wrong with the waivers themselves.
//!
//! The day comes from the caller, since core reads no clock.

use crate::check;
use crate::code;
use crate::finding::Finding;
use crate::model::Waiver;
use crate::quantity::Date;
use crate::source::Sources;

/// Takes out of `waivers` those of codes that nobody can accept, and says so: what the stages before the checks report must
/// be mended, since without it the specs have no meaning to go on with.
pub(crate) fn refuse(waivers: &mut Vec<Waiver>, findings: &mut Vec<Finding>) {
    waivers.retain(|waiver| {
        let can_be = check::can_be_waived(waiver.code.value);
        if !can_be {
            let message = format!("`{}` cannot be waived", waiver.code.value.id);
            findings.push(
                Finding::new(&code::INVALID_VALUE, waiver.code.span, message)
                    .label("without it the specs have no meaning to go on with")
                    .hint("mend what it reports"),
            );
        }
        can_be
    });
}

/// Takes out of `findings` what a waiver accepts on that day, and adds what is wrong with the waivers. Without a day none
/// is expired. Returns how many findings were taken out.
///
/// `partial` says that some specs could not be read: what a waiver is for may stand there.
pub fn apply(
    sources: &Sources,
    waivers: &[Waiver],
    today: Option<Date>,
    partial: bool,
    findings: &mut Vec<Finding>,
) -> usize {
    let mut used = vec![false; waivers.len()];
    let before = findings.len();
    findings.retain(|finding| {
        let mut waived = false;
        for (waiver, used) in waivers.iter().zip(&mut used) {
            if accepts(sources, waiver, finding) {
                *used = true;
                waived |= today.is_none_or(|today| today <= waiver.expires.value);
            }
        }
        !waived
    });
    let waived = before - findings.len();
    for (waiver, used) in waivers.iter().zip(used) {
        if let Some(today) = today.filter(|today| *today > waiver.expires.value) {
            findings.push(
                Finding::new(
                    &code::EXPIRED_WAIVER,
                    waiver.expires.span,
                    format!(
                        "the waiver of `{}` in {} expired on {}",
                        waiver.code.value.id, waiver.path, waiver.expires.value
                    ),
                )
                .label(format!("today is {today}"))
                .hint(match used {
                    true => format!("mend what it accepts, or ask {} for another day", waiver.owner),
                    false => "remove it: it accepts nothing any more".to_owned(),
                }),
            );
        } else if !used && !partial && check::reports(waiver.code.value) {
            findings.push(
                Finding::new(
                    &code::UNUSED_WAIVER,
                    waiver.span,
                    format!("there is no `{}` to waive in {}", waiver.code.value.id, waiver.path),
                )
                .label("accepts nothing")
                .hint("remove it, or correct its `code` and `place`"),
            );
        }
    }
    waived
}

fn accepts(sources: &Sources, waiver: &Waiver, finding: &Finding) -> bool {
    let source = sources.get(finding.label.span.source);
    *waiver.code.value == *finding.code
        && waiver.path == source.path
        && waiver.text.as_ref().is_none_or(|text| {
            source.text.get(finding.label.span.range()).is_some_and(|found| found.trim() == text.trim())
        })
}
