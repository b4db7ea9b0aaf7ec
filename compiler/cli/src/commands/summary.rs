//! `--summary`: what a pull request changes, in Markdown, for the page of its run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use emberline_core::model::Prices;
use emberline_core::plan::bounds::{ServiceBound, total};
use emberline_core::weaker::Weakening;
use emberline_prose::escape::markdown_inert as cell;

use crate::failure::{Failure, Result};
use crate::render::entry::entries;
use crate::render::{Report, counted};
use crate::terminal;

/// Findings that are listed one by one; a summary has a limit of 1 MiB.
const LISTED: usize = 50;

/// Bounds on series, and what series cost.
pub(super) struct Series<'r> {
    /// As the specs are.
    pub(super) now: &'r [ServiceBound],
    /// As they were, if there is anything to compare with.
    pub(super) before: Option<&'r [ServiceBound]>,
    /// What telemetry costs, where the specs say so.
    pub(super) prices: Option<&'r Prices>,
}

/// Appends the summary, since other steps of a job write to the same file. `weaker` is what a change takes from the
/// gate.
pub(super) fn append(path: &Path, report: &Report<'_>, of: &Series<'_>, weaker: Option<&[Weakening]>) -> Result<()> {
    let failed = |cause: std::io::Error| Failure::io("cannot write", path, &cause);
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    file.write_all(markdown(report, of, weaker).as_bytes()).map_err(failed)
}

fn markdown(report: &Report<'_>, of: &Series<'_>, weaker: Option<&[Weakening]>) -> String {
    let mut text = String::from("## Emberline\n\n");
    let counts = report.counts();
    let _ = writeln!(
        text,
        "{}, {}, {}, {} waived\n",
        counted(counts.errors, "error"),
        counted(counts.warnings, "warning"),
        counted(counts.notes, "note"),
        report.waived
    );
    let entries = entries(report);
    if !entries.is_empty() {
        text.push_str("| severity | code | place | finding |\n| --- | --- | --- | --- |\n");
        for entry in entries.iter().take(LISTED) {
            let place = format!("{}:{}", entry.place.path, entry.place.line);
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                entry.severity,
                cell(entry.code),
                cell(&place),
                cell(entry.message)
            );
        }
        if entries.len() > LISTED {
            let _ = writeln!(text, "\n{} more findings are not listed.", entries.len() - LISTED);
        }
        text.push('\n');
    }
    if let Some(weaker) = weaker {
        weakened(&mut text, weaker);
    }
    series(&mut text, of);
    cost(&mut text, of);
    text
}

/// Weakenings that are listed one by one.
const WEAKENINGS: usize = 200;
/// The most characters of a value that are shown.
const VALUE: usize = 120;

/// Every way in which the change weakens the gate. Those beyond a limit are counted by their kind, so that none hides
/// behind many others.
fn weakened(text: &mut String, weaker: &[Weakening]) {
    text.push_str("### What this change takes from the gate\n\n");
    if weaker.is_empty() {
        text.push_str("Nothing: the gate judges as before.\n\n");
        return;
    }
    text.push_str("| weaker | where | before | after |\n| --- | --- | --- | --- |\n");
    for Weakening { what, place, before, after } in weaker.iter().take(WEAKENINGS) {
        let [before, after] =
            [before, after].map(|value| value.as_deref().map_or("—".to_owned(), |it| cell(&cut(it))));
        let _ = writeln!(text, "| {what} | {} | {before} | {after} |", cell(&cut(place)));
    }
    let mut more: BTreeMap<&str, usize> = BTreeMap::new();
    for weakening in weaker.iter().skip(WEAKENINGS) {
        *more.entry(weakening.what).or_default() += 1;
    }
    for (what, count) in more {
        let _ = writeln!(text, "| {what} | {} | | |", counted(count, "more place"));
    }
    text.push('\n');
}

/// Says the same where people read the output of a run.
pub(super) fn say_weaker(weaker: &[Weakening]) {
    for Weakening { what, place, .. } in weaker.iter().take(WEAKENINGS) {
        terminal::say(&terminal::clean(&format!("weaker gate: {what} ({})", cut(place))));
    }
    if weaker.len() > WEAKENINGS {
        terminal::say(&format!("weaker gate: {} more", weaker.len() - WEAKENINGS));
    }
}

/// A value of a length that people read.
fn cut(value: &str) -> String {
    if value.chars().count() <= VALUE {
        return value.to_owned();
    }
    value.chars().take(VALUE).chain(['…']).collect()
}

/// What the series would cost a month if all of them were active, and where the price is from.
fn cost(text: &mut String, of: &Series<'_>) {
    let Some((prices, price)) = of.prices.and_then(|prices| Some((prices, prices.series.as_ref()?))) else { return };
    let (Some(new), old) =
        (prices.of_series(total(of.now)), of.before.and_then(|before| prices.of_series(total(before))))
    else {
        return;
    };
    let currency = cell(&prices.currency);
    let _ = match old {
        Some(old) => write!(
            text,
            "At most **{new:.2} {currency}** a month, {}{:.2} {currency} with this change:",
            if new < old { "−" } else { "+" },
            (new - old).abs()
        ),
        None => write!(text, "At most **{new:.2} {currency}** a month:"),
    };
    let _ = writeln!(
        text,
        " series × {} {currency} for each 1,000 ({}, read on {}{}).\n",
        price.amount,
        cell(&price.source),
        price.retrieved,
        if price.verified { "" } else { ", not verified" }
    );
}

/// Upper bounds on series: of each service, and of each metric that changed.
fn series(text: &mut String, of: &Series<'_>) {
    let now = of.now;
    text.push_str("### Series, at most\n\n");
    let Some(before) = of.before else {
        text.push_str("| service | series |\n| --- | ---: |\n");
        for (service, series) in services(now) {
            let _ = writeln!(text, "| {} | {series} |", cell(service));
        }
        let _ = writeln!(text, "| **all** | {} |\n", total(now));
        return;
    };
    text.push_str("| service | before | after | change |\n| --- | ---: | ---: | ---: |\n");
    for (service, [old, new]) in both(services(before), services(now)) {
        let _ = writeln!(text, "| {} | {old} | {new} | {} |", cell(service), change(old, new));
    }
    let (old, new) = (total(before), total(now));
    let _ = writeln!(text, "| **all** | {old} | {new} | {} |\n", change(old, new));
    let changed: Vec<_> =
        both(metrics(before), metrics(now)).into_iter().filter(|(_, [old, new])| old != new).collect();
    if !changed.is_empty() {
        text.push_str("| metric | before | after | change |\n| --- | ---: | ---: | ---: |\n");
        for ((service, metric), [old, new]) in changed.iter().take(LISTED) {
            let _ = writeln!(text, "| {} {} | {old} | {new} | {} |", cell(service), cell(metric), change(*old, *new));
        }
        text.push('\n');
    }
}

fn services(bounds: &[ServiceBound]) -> BTreeMap<&str, u64> {
    bounds.iter().map(|bound| (bound.service.as_str(), bound.series())).collect()
}

fn metrics(bounds: &[ServiceBound]) -> BTreeMap<(&str, &str), u64> {
    let mut series = BTreeMap::new();
    for bound in bounds {
        series.extend(
            bound.metrics.iter().map(|metric| ((bound.service.as_str(), metric.metric.as_str()), metric.series)),
        );
    }
    series
}

/// Each name with its number before and after; 0 where it was not.
fn both<K: Ord>(before: BTreeMap<K, u64>, after: BTreeMap<K, u64>) -> BTreeMap<K, [u64; 2]> {
    let mut both: BTreeMap<K, [u64; 2]> = before.into_iter().map(|(name, old)| (name, [old, 0])).collect();
    for (name, new) in after {
        both.entry(name).or_default()[1] = new;
    }
    both
}

fn change(old: u64, new: u64) -> String {
    match new.checked_sub(old) {
        Some(0) => String::from("0"),
        Some(more) => format!("+{more}"),
        None => format!("−{}", old - new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_a_sign() {
        assert_eq!([change(1, 3), change(3, 1), change(2, 2)], ["+2", "−2", "0"]);
    }
}
