//! When an alert is pending and fires: the states that Prometheus's rule manager keeps.

use crate::grid::{Grid, is_absent};

/// A time for which an alert fired; instants of evaluations in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// Since when its condition held.
    pub pending: i64,
    /// The first evaluation at which it fired.
    pub fired: i64,
    /// The first evaluation at which it no longer fired; `None` while it fires.
    pub until: Option<i64>,
}

/// The spells of one alert, by the values of its expression: any value holds, whatever number it is.
pub(crate) fn spells(grid: Grid, values: &[f64], hold: i64, keep: i64) -> Vec<Spell> {
    let mut spells = Vec::new();
    let mut pending: Option<i64> = None;
    let mut firing: Option<Spell> = None;
    // Since when the expression has been silent while the alert fires.
    let mut silent: Option<i64> = None;
    for (now, value) in grid.instants().zip(values) {
        if is_absent(*value) {
            pending = None;
            if let Some(spell) = &mut firing {
                let since = *silent.get_or_insert(now);
                if keep == 0 || now - since >= keep {
                    spell.until = Some(now);
                    spells.push(*spell);
                    (firing, silent) = (None, None);
                }
            }
            continue;
        }
        silent = None;
        if firing.is_some() {
            continue;
        }
        let since = *pending.get_or_insert(now);
        if now - since >= hold {
            firing = Some(Spell { pending: since, fired: now, until: None });
            pending = None;
        }
    }
    spells.extend(firing);
    spells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::ABSENT;

    fn told(states: &str, hold: i64, keep: i64) -> Vec<(i64, i64, Option<i64>)> {
        let values: Vec<f64> = states.chars().map(|c| if c == 'x' { 1.0 } else { ABSENT }).collect();
        let grid = Grid { first: 0, step: 30, count: values.len() };
        spells(grid, &values, hold, keep).into_iter().map(|it| (it.pending, it.fired, it.until)).collect()
    }

    #[test]
    fn pending_firing_and_kept() {
        assert_eq!(told("..xx..", 0, 0), [(60, 60, Some(120))]);
        assert_eq!(told("..xxxx..", 60, 0), [(60, 120, Some(180))]);
        assert_eq!(told("..xx..xxx.", 60, 0), [(180, 240, Some(270))]);
        assert_eq!(told("x.....", 0, 60), [(0, 0, Some(90))], "silent since 30, kept until 90");
        assert_eq!(told("x.x...", 0, 60), [(0, 0, Some(150))], "each value begins anew");
        assert_eq!(told(".xx", 0, 60), [(30, 30, None)]);
        assert_eq!(told("", 0, 0), []);
    }
}
