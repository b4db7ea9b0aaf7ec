//! `metrics.csv`: a sample a line.

use std::collections::BTreeMap;

use super::case::{Point, Series};
use crate::clock;
use crate::fault::Fault;

const FILE: &str = "metrics.csv";

/// Reads series, ordered by service and metric, and their points by time.
pub(super) fn series(text: &str) -> Result<Vec<Series>, Fault> {
    let mut found: BTreeMap<(String, String), Vec<Point>> = BTreeMap::new();
    let mut columns: Option<[usize; 4]> = None;
    for (index, row) in text.lines().enumerate() {
        let line = index + 1;
        let row = row.trim_start_matches('\u{feff}');
        if row.trim().is_empty() {
            continue;
        }
        let cells = cells(row).ok_or_else(|| Fault::new(FILE, Some(line), "a quote is not closed"))?;
        let Some(wanted) = columns else {
            columns = Some(header(&cells).ok_or_else(|| {
                Fault::new(FILE, Some(line), "the header names no `timestamp`, `service`, `metric` and `value`")
            })?);
            continue;
        };
        let [at, service, metric, value] = wanted.map(|column| cells.get(column).map(|cell| cell.trim()));
        let (Some(at), Some(service), Some(metric), Some(value)) = (at, service, metric, value) else {
            return Err(Fault::new(FILE, Some(line), format!("the line has {} cells, too few", cells.len())));
        };
        let Some(at) = clock::parse(at) else {
            return Err(Fault::new(FILE, Some(line), format!("`{at}` is no instant like `2026-06-18T15:03:00Z`")));
        };
        // An empty cell is a sample that nobody took.
        if value.is_empty() {
            continue;
        }
        let Ok(value) = value.parse::<f64>() else {
            return Err(Fault::new(FILE, Some(line), format!("`{value}` is no number")));
        };
        if value.is_finite() && value.abs() < 1e15 {
            let point = Point { at, value, line };
            found.entry((service.to_owned(), metric.to_owned())).or_default().push(point);
        }
    }
    let sorted = found.into_iter().map(|((service, metric), mut points)| {
        points.sort_by(|a, b| a.at.cmp(&b.at).then(a.value.total_cmp(&b.value)));
        Series { service, metric, points }
    });
    Ok(sorted.collect())
}

fn header(cells: &[String]) -> Option<[usize; 4]> {
    let column = |name: &str| cells.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    Some([column("timestamp")?, column("service")?, column("metric")?, column("value")?])
}

/// The cells of a line. A quoted cell may hold commas, and `""` for a quote.
fn cells(row: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut letters = row.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    found.push(cell);
    (!quoted).then_some(found)
}
