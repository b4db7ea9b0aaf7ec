//! The error budget that objectives have left, as the rules of a server recorded it at one instant.
//!
//! ```text
//! objectives of a service ──recorded──▶ Answers ──judge──▶ Standing, one for each objective, the worst first
//! ```
//!
//! A budget that nobody recorded is never full. It is unknown, with the reason as far as the server's time series tell it.

mod answers;
mod judge;
mod standing;

pub use answers::Instants;
pub use standing::{Burn, Group, Standing, Step, Unknown};

use emberline_core::plan::SloPlan;

use answers::Answers;

/// What each of these objectives has left at an instant in milliseconds since 1970. They belong to one service.
///
/// # Errors
/// When the source does not answer.
pub fn standings(slos: &[&SloPlan], source: &impl Instants, at: i64) -> Result<Vec<Standing>, String> {
    let Some(answers) = Answers::of(slos, source, at)? else { return Ok(Vec::new()) };
    Ok(slos.iter().map(|slo| judge::judge(slo, &answers, at)).collect())
}

/// Puts the objective with the least left first, and those of which nothing is known last.
pub fn sort(standings: &mut [Standing]) {
    standings.sort_by(|one, other| {
        let key = |standing: &Standing| (standing.left.is_none(), standing.left.unwrap_or_default());
        let ((none, left), (other_none, other_left)) = (key(one), key(other));
        none.cmp(&other_none)
            .then(left.total_cmp(&other_left))
            .then_with(|| (&one.service, &one.slo).cmp(&(&other.service, &other.slo)))
    });
}

#[cfg(test)]
mod tests;
