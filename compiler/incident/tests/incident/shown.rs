//! How tests print a walked case, and how they count many.

use std::env;

use emberline_incident::{Because, Verdict};

/// What is known about a case that was walked.
pub(crate) struct Known<'a> {
    pub(crate) name: &'a str,
    pub(crate) commit: &'a str,
    pub(crate) first: &'a str,
}

/// How many cases of a set are right.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) cases: usize,
    pub(crate) right: usize,
    /// How many first failing services are right.
    pub(crate) first: usize,
    pub(crate) sure_and_wrong: usize,
    /// The sum of squared errors of the confidence.
    error: f64,
}

impl Tally {
    /// Counts a case.
    pub(crate) fn add(&mut self, known: &Known<'_>, found: &Verdict) {
        let right = found.root_cause_commit == known.commit;
        self.cases += 1;
        self.right += usize::from(right);
        self.first += usize::from(found.first_failing_service == known.first);
        self.sure_and_wrong += usize::from(found.certain && !right);
        self.error += (found.confidence - f64::from(u8::from(right))).powi(2);
    }

    /// One line with all counts.
    pub(crate) fn print(&self, set: &str) {
        let Self { cases, right, first, sure_and_wrong, error } = self;
        let brier = error / (*cases).max(1) as f64;
        println!(
            "{set}: {right} of {cases} right, {first} first services, {sure_and_wrong} certain and wrong, Brier {brier:.3}"
        );
    }
}

/// Prints a case on one line, and all reasons if `SHOW` names it or is `all`.
pub(crate) fn print(known: &Known<'_>, found: &Verdict) {
    let right = found.root_cause_commit == known.commit;
    println!(
        "{:34} {} {:.3} {} first {} ({}) {} — {}",
        known.name,
        if right { "right" } else { "WRONG" },
        found.confidence,
        if found.certain { "certain" } else { "unsure " },
        found.first_failing_service,
        found.first_failing_service == known.first,
        found.remediation,
        found.mechanism
    );
    let wanted = env::var("SHOW").unwrap_or_default();
    if wanted != "all" && !wanted.split(',').any(|name| name == known.name) {
        return;
    }
    let list = |mark: &str, reasons: &[Because]| {
        for reason in reasons {
            println!("        {mark} {} ({})", reason.what, reason.place);
        }
    };
    for suspect in found.suspects.iter().take(6) {
        let cause = if suspect.sha == known.commit { "THE CAUSE" } else { "" };
        println!("    {} {:.3} {:?} {cause}", &suspect.sha[..8], suspect.confidence, suspect.mechanism);
        list("+", &suspect.reasons_for);
        list("-", &suspect.reasons_against);
    }
    println!("    verdict");
    list("+", &found.reasons_for);
    list("-", &found.reasons_against);
    for fact in found.facts.iter().take(20) {
        println!("    * {} {} [{}]", fact.symptom, fact.what, fact.place);
    }
}
