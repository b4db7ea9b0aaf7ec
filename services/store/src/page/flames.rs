//! The processor time of a trace: its functions by their own samples, and a flame graph.

use super::text::escape;
use crate::query::Stacked;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

pub(super) fn profile(body: &mut String, samples: &[Stacked], id: &str) {
    body.push_str("<h2>CPU profile</h2>");
    let all: i64 = samples.iter().fold(0, |sum, sample| sum.saturating_add(sample.count));
    if all <= 0 {
        body.push_str("<p class=soft>No sample fell into this trace.</p>");
        return;
    }
    let mut own: BTreeMap<_, i64> = BTreeMap::new();
    for sample in samples {
        if let Some(frame) = sample.frames.first() {
            let sum = own.entry((&sample.service, frame)).or_default();
            *sum = sum.saturating_add(sample.count);
        }
    }
    let mut top: Vec<_> = own.into_iter().collect();
    top.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let _ = write!(
        body,
        "<p>{all} samples · <a href=\"/api/profiles/{}.pprof\">pprof</a></p><table><thead><tr><th scope=col class=n>Share<th scope=col class=n>Samples<th scope=col>Function<th scope=col>Place<th scope=col>Service</thead><tbody>",
        escape(id)
    );
    for ((service, frame), count) in top.into_iter().take(15) {
        let place = if frame.file.is_empty() { String::new() } else { format!("{}:{}", frame.file, frame.line) };
        let _ = write!(
            body,
            "<tr><td class=n>{:.1}%<td class=n data-of=samples>{count}<td class=w><code>{}</code><td><code>{}</code><td>{}",
            count as f64 / all as f64 * 100.0,
            escape(&frame.function),
            escape(&place),
            escape(service)
        );
    }
    body.push_str("</tbody></table>");
    flames(body, samples, all);
}

/// The end of a path, which tells functions apart where there is no room; names with type parameters stay whole.
fn short(name: &str) -> &str {
    if name.contains(['<', ' ']) {
        return name;
    }
    name.rmatch_indices("::").nth(1).map_or(name, |(place, _)| &name[place + 2..])
}

/// A flame graph, the outermost calls on top; narrow boxes and deep ones are left out. Its boxes are text over shares of the
/// page's width, so that letters keep their size where the page is narrow.
fn flames(body: &mut String, samples: &[Stacked], all: i64) {
    let mut rows: Vec<BTreeMap<Vec<&str>, i64>> = Vec::new();
    for sample in samples {
        let path: Vec<&str> = std::iter::once(&sample.service[..])
            .chain(sample.frames.iter().rev().map(|frame| &frame.function[..]))
            .take(60)
            .collect();
        rows.resize(rows.len().max(path.len()), BTreeMap::new());
        for depth in 0..path.len() {
            let sum = rows[depth].entry(path[..=depth].to_vec()).or_default();
            *sum = sum.saturating_add(sample.count);
        }
    }
    let _ = write!(
        body,
        "<div class=flame role=img aria-label=\"Flame graph; the table above names the functions that took most\" style=\"height:{:.2}rem\">",
        rows.len() as f64 * 1.25
    );
    let mut starts: HashMap<Vec<&str>, f64> = HashMap::new();
    for (depth, row) in rows.iter().enumerate() {
        for (path, count) in row {
            // Children follow one another from where their parent starts.
            let left = *starts.entry(path[..depth].to_vec()).or_insert(0.0);
            let share = *count as f64 / all as f64 * 100.0;
            starts.insert(path[..depth].to_vec(), left + share);
            starts.insert(path.clone(), left);
            if share < 0.2 {
                continue;
            }
            let name = path[depth];
            let hue = if depth == 0 { 210 } else { 20 + name.len() * 7 % 35 };
            let _ = write!(
                body,
                "<span title=\"{}: {count} samples, {share:.1}%\" style=\"left:{left:.2}%;width:{share:.2}%;top:{:.2}rem;background:hsl({hue} 80% 72%)\">{}</span>",
                escape(name),
                depth as f64 * 1.25,
                // A box that holds no letter holds no dots either.
                if share < 2.0 { String::new() } else { escape(short(name)) }
            );
        }
    }
    body.push_str("</div>");
}
