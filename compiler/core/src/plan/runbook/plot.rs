//! How soon each alert fires, by the share of bad events, against how long the budget lasts at that share.

use rust_decimal::prelude::ToPrimitive;

use crate::plan::slo::{SloPlan, expected};

/// Points of a curve.
const POINTS: u32 = 48;

/// What is drawn: times in seconds over shares of bad events, both on logarithmic scales.
#[derive(Debug)]
pub struct Plot {
    /// The least and the greatest share.
    pub shares: (f64, f64),
    /// The shortest and the longest time.
    pub times: (f64, f64),
    /// When the budget is gone.
    pub budget: Vec<(f64, f64)>,
    /// When each alert fires.
    pub alerts: Vec<Curve>,
}

/// When an alert fires.
#[derive(Debug)]
pub struct Curve {
    /// Its windows.
    pub name: String,
    /// Its severity.
    pub severity: String,
    /// Shares of bad events and seconds; from the least share that fires it.
    pub points: Vec<(f64, f64)>,
}

impl Plot {
    pub(super) fn of(slo: &SloPlan) -> Self {
        let budget = slo.budget.to_f64().unwrap_or(1.0).clamp(1e-9, 1.0);
        let window = slo.window_real.seconds();
        let (least, most) = (budget.min(0.5), 1.0);
        let shares =
            |from: f64| (0..=POINTS).map(move |at| from * (most / from).powf(f64::from(at) / f64::from(POINTS)));
        let alerts: Vec<Curve> = slo
            .burns
            .iter()
            .map(|alert| {
                // Just above its threshold an alert takes its whole long window.
                let first = (alert.threshold.to_f64().unwrap_or(1.0) * 1.001).clamp(least, most);
                let fires = |share: f64| Some((share, expected(slo, alert, share).0?.seconds));
                // Whole minutes are good or bad: how bad does not matter beyond their limit.
                let points = match slo.sli.unit().is_whole {
                    true => alert.statement.fires.map(|it| vec![(first, it.seconds), (most, it.seconds)]),
                    false => Some(shares(first).filter_map(fires).collect()),
                };
                Curve {
                    name: format!("{}/{}", alert.long.nominal, alert.short.nominal),
                    severity: alert.severity.clone(),
                    points: points.unwrap_or_default(),
                }
            })
            .collect();
        let gone: Vec<(f64, f64)> = shares(least).map(|share| (share, budget * window / share)).collect();
        let all = alerts.iter().flat_map(|curve| &curve.points).chain(&gone).map(|(_, time)| *time);
        let times = all.fold((f64::INFINITY, 1.0_f64), |(low, high), time| (low.min(time), high.max(time)));
        Self { shares: (least, most), times: (times.0.min(times.1 / 10.0).max(1.0), times.1), budget: gone, alerts }
    }
}
