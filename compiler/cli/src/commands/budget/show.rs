//! Error budgets as text, worst first: for a terminal, for a comment on a pull request, for programs.

use std::fmt::Write as _;

use emberline_backtest::budget::{Group, Standing, Unknown};
use emberline_backtest::{Labels, moment};
use emberline_core::quantity::{Duration, Percent};
use emberline_prose::amount::fixed;
use emberline_prose::escape::markdown_inert;
use emberline_prose::number::figure;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde::{Serialize, Serializer};

use crate::render::counted;
use crate::terminal::visible;

/// The most groups of an objective that stand in the table.
const GROUPS: usize = 10;
/// The share of the window from which on it counts as whole: rules are loaded anew, and servers restart.
const WHOLE: f64 = 0.98;
const HEAD: [&str; 7] = ["objective", "target", "group", "left", "time left", "bad events left", "burn rate"];

/// What is told of all budgets together.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// The instant.
    at: String,
    /// The server.
    source: String,
    /// The share below which a budget fails, as a decimal; none if nothing fails.
    #[serde(serialize_with = "share")]
    fail_below: Option<Decimal>,
    /// Whether a budget fails that is not known.
    fails_unknown: bool,
    /// Whether no budget fails.
    pub(super) passes: bool,
    /// How many objectives have a group below the share.
    below: usize,
    /// How many objectives have something that is not known.
    unknown: usize,
    /// Every objective, the worst first.
    objectives: Vec<Standing>,
    /// What the server said beside its answers: some of its data may be missing.
    warnings: Vec<String>,
}

impl Report {
    /// Holds budgets against a threshold, if there is one.
    pub(super) fn new(
        at: i64,
        source: String,
        objectives: Vec<Standing>,
        warnings: Vec<String>,
        fail_below: Option<Decimal>,
        fails_unknown: bool,
    ) -> Self {
        let is_below = |standing: &&Standing| fail_below.is_some_and(|share| standing.below(share).next().is_some());
        let below = objectives.iter().filter(is_below).count();
        let unknown = objectives.iter().filter(|standing| !standing.unknown.is_empty()).count();
        // With a warning, series may be missing from the answers, and so may the worst group.
        let is_unsure = fails_unknown && (unknown > 0 || !warnings.is_empty());
        let fails = fail_below.is_some() && (below > 0 || is_unsure);
        let at = moment::shown(at);
        let fails_unknown = fail_below.is_some() && fails_unknown;
        Self { at, source, fail_below, fails_unknown, passes: !fails, below, unknown, objectives, warnings }
    }

    /// What is below the threshold, a line each.
    fn failing(&self) -> Vec<(&Standing, String)> {
        let Some(share) = self.fail_below else { return Vec::new() };
        let worst = |standing: &Standing| {
            let group = standing.below(share).next()?;
            let more = standing.below(share).count() - 1;
            let more = if more > 0 { format!("; {} below as well", counted(more, "group")) } else { String::new() };
            let (left, of, share) = (left(group.left), of_group(&group.group), Percent::of_share(share));
            Some(format!("{left} of the error budget is left{of}, below {share}{more}"))
        };
        self.objectives.iter().filter_map(|standing| Some((standing, worst(standing)?))).collect()
    }

    /// What is not known, a line each.
    fn unknowns(&self) -> Vec<(&Standing, String)> {
        let told = |Unknown { group, why, last }: &Unknown| {
            let last = last.map_or(String::new(), |last| format!("; last recorded at {}", moment::shown(last)));
            format!("the error budget left{} is unknown: {why}{last}", of_group(group))
        };
        let each = self.objectives.iter().flat_map(|it| it.unknown.iter().map(move |unknown| (it, told(unknown))));
        each.collect()
    }

    /// What the error-budget policy asks for, a line for each objective of which a step applies.
    fn steps(&self) -> Vec<(&Standing, String)> {
        let worst = |standing: &Standing| {
            let group = standing.groups.first()?;
            let step = group.step.as_ref()?;
            let (spent, of) = (Percent::of_share(step.spent), of_group(&group.group));
            Some(format!("{spent} or more of the error budget is spent{of}. {}", line(&step.action)))
        };
        self.objectives.iter().filter_map(|standing| Some((standing, worst(standing)?))).collect()
    }

    /// Objectives whose windows are not full, a line each.
    fn partial(&self) -> Vec<(&Standing, String)> {
        let told = |standing: &Standing| {
            // A group that is new, or often idle, says nothing about the rules.
            let counted = standing.groups.iter().filter_map(|group| group.counted).reduce(f64::max)?;
            (counted < WHOLE)
                .then(|| format!("{} were counted during {} of {} only", standing.unit, left(counted), standing.window))
        };
        self.objectives.iter().filter_map(|standing| Some((standing, told(standing)?))).collect()
    }

    /// What it all comes to.
    fn verdict(&self) -> Option<String> {
        let share = Percent::of_share(self.fail_below?);
        if self.passes {
            let but = if self.unknown > 0 {
                format!(", as far as known: {} not", counted(self.unknown, "objective"))
            } else {
                String::new()
            };
            return Some(format!("passed: no error budget is below {share}{but}"));
        }
        let mut why = Vec::new();
        if self.below > 0 {
            why.push(format!("{} below {share}", counted(self.below, "objective")));
        }
        if self.fails_unknown && self.unknown > 0 {
            why.push(format!("{} with an unknown error budget", counted(self.unknown, "objective")));
        }
        if self.fails_unknown && !self.warnings.is_empty() {
            why.push("the server warned that its answers may lack series".to_owned());
        }
        Some(format!("failed: {}", why.join(", ")))
    }

    fn rows(&self) -> Vec<[String; 7]> {
        self.objectives.iter().flat_map(rows).collect()
    }
}

fn share<S: Serializer>(share: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_some(&share.map(|share| share.normalize().to_string()))
}

/// The report for a terminal.
pub(super) fn human(report: &Report) -> String {
    let mut text = format!("error budgets at {}, as recorded by {}\n\n", report.at, report.source);
    let rows = report.rows();
    let widths: Vec<usize> = (0..HEAD.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(HEAD.get(column).map(|cell| cell.len())).max().unwrap_or(0)
        })
        .collect();
    for row in [HEAD.map(str::to_owned)].iter().chain(&rows) {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
    }
    for (heading, lines) in sections(report) {
        let _ = writeln!(text, "\n{heading}");
        for (standing, line) in lines {
            let _ = writeln!(text, "  {}: {line}", name(standing));
            let runbook = standing.runbook.as_ref().map(|url| format!("runbook {url}"));
            let owner = standing.owner.as_ref().map(|owner| format!("owner {owner}"));
            let about: Vec<String> = [owner, runbook].into_iter().flatten().collect();
            if [BELOW, UNKNOWN].contains(&heading) && !about.is_empty() {
                let _ = writeln!(text, "    {}", about.join(", "));
            }
        }
    }
    if !report.warnings.is_empty() {
        let _ = writeln!(text, "\nThe server warned");
        report.warnings.iter().for_each(|warning| {
            let _ = writeln!(text, "  {}", line(warning));
        });
    }
    if let Some(verdict) = report.verdict() {
        let _ = writeln!(text, "\n{verdict}");
    }
    text
}

/// The report for a comment on a pull request, or for a page.
pub(super) fn markdown(report: &Report) -> String {
    let mut text = String::from("## Error budgets\n\n");
    if let Some(verdict) = report.verdict() {
        let _ = writeln!(text, "**{}**\n", markdown_inert(&verdict));
    }
    let _ = writeln!(text, "At {}, as recorded by {}.\n", markdown_inert(&report.at), markdown_inert(&report.source));
    let _ = writeln!(text, "| {} |\n|{}", HEAD.join(" | "), " --- |".repeat(HEAD.len()));
    for row in report.rows() {
        let _ = writeln!(text, "| {} |", row.map(|cell| markdown_inert(&cell)).join(" | "));
    }
    for (heading, lines) in sections(report) {
        let _ = writeln!(text, "\n### {heading}\n");
        for (standing, line) in lines {
            let _ = write!(text, "- {}: {}", markdown_inert(&name(standing)), markdown_inert(&line));
            let (owner, runbook) = (standing.owner.as_ref(), standing.runbook.as_ref());
            if [BELOW, UNKNOWN].contains(&heading) {
                owner.iter().for_each(|owner| {
                    let _ = write!(text, ", owner {}", markdown_inert(owner));
                });
                runbook.iter().for_each(|url| {
                    let _ = write!(text, ", runbook {}", markdown_inert(url));
                });
            }
            text.push('\n');
        }
    }
    if !report.warnings.is_empty() {
        let _ = writeln!(text, "\n### The server warned\n");
        report.warnings.iter().for_each(|warning| {
            let _ = writeln!(text, "- {}", markdown_inert(&line(warning)));
        });
    }
    text
}

const BELOW: &str = "Below the threshold";
const UNKNOWN: &str = "Unknown";
const POLICY: &str = "Error budget policy";
const PARTIAL: &str = "Not the whole window";

/// The lists behind the table, without those that are empty.
fn sections(report: &Report) -> impl Iterator<Item = (&'static str, Vec<(&Standing, String)>)> {
    let all = [
        (BELOW, report.failing()),
        (UNKNOWN, report.unknowns()),
        (POLICY, report.steps()),
        (PARTIAL, report.partial()),
    ];
    all.into_iter().filter(|(_, lines)| !lines.is_empty())
}

fn name(standing: &Standing) -> String {
    line(&format!("{}/{}", standing.service, standing.slo))
}

/// The rows of an objective: its worst groups, and how many more there are.
fn rows(standing: &Standing) -> Vec<[String; 7]> {
    let empty = || [(); 7].map(|()| String::new());
    let target = format!("{} over {}", Percent::of_share(standing.objective), standing.window);
    let mut rows: Vec<[String; 7]> = standing.groups.iter().take(GROUPS).map(|group| row(standing, group)).collect();
    if rows.is_empty() {
        let mut row = empty();
        row[3] = "unknown".to_owned();
        rows.push(row);
    }
    if let Some(first) = rows.first_mut() {
        first[0] = name(standing);
        first[1] = target;
    }
    if standing.groups.len() > GROUPS {
        let mut row = empty();
        row[2] = format!("{} with more left", counted(standing.groups.len() - GROUPS, "group"));
        rows.push(row);
    }
    rows
}

fn row(standing: &Standing, group: &Group) -> [String; 7] {
    let seconds = |seconds: f64| Duration::from_secs(seconds.abs().floor() as u64);
    let sign = if group.left_seconds < 0.0 { "−" } else { "" };
    let time = format!("{sign}{} of {}", seconds(group.left_seconds), seconds(group.budget_seconds));
    let count = |count: f64| Decimal::from_f64(count.floor()).map_or("-".to_owned(), |count| fixed(count, 0));
    let events = group.left_events.zip(group.budget_events);
    let events = events.map(|(left, all)| format!("{} of {} {}", count(left), count(all), standing.unit));
    let burn = group.burn.as_ref().map(|burn| format!("{}× over {}", figure(burn.rate), burn.window));
    let unknown = || "-".to_owned();
    [
        String::new(),
        String::new(),
        labels(&group.group),
        left(group.left),
        time,
        events.unwrap_or_else(unknown),
        burn.unwrap_or_else(unknown),
    ]
}

/// A share in percent with two places, rounded down: never more than is left.
fn left(share: f64) -> String {
    let hundredths = (share * 10_000.0 + 1e-5).floor();
    // What is a hair below nothing is not minus nothing.
    let hundredths = if hundredths == 0.0 { 0.0 } else { hundredths };
    format!("{:.2}%", hundredths / 100.0).replace('-', "−")
}

fn of_group(group: &Labels) -> String {
    if group.is_empty() { String::new() } else { format!(" for {}", labels(group)) }
}

fn labels(group: &Labels) -> String {
    let pairs: Vec<String> = group.iter().map(|(name, value)| line(&format!("{name}={value}"))).collect();
    pairs.join(" ")
}

/// A text that stays on its line.
fn line(text: &str) -> String {
    text.chars().map(visible).collect()
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn a_share_is_never_told_larger_than_it_is() {
        for (share, told) in [
            (0.1, "10.00%"),
            (0.099_999_999_999_999_98, "10.00%"),
            (0.099_99, "9.99%"),
            (1.0, "100.00%"),
            (0.999_99, "99.99%"),
            (0.0, "0.00%"),
            (-0.000_01, "−0.01%"),
            (-1.5, "−150.00%"),
        ] {
            assert_eq!(left(share), told, "{share}");
        }
    }
}
