//! The facts of an incident, as its pages need them.

use emberline_core::plan::{Plan, SloPlan};
use serde::Serialize;

use super::plot::{Chart, Line};
use crate::cause::Cause;
use crate::evidence::Evidence;
use crate::record::{Method, Page, Record, Search};
use crate::watch::share;
use emberline_walk::source::{Answer, Series, Trouble};

/// The sources of an incident's pages.
#[derive(Debug, Clone, Copy)]
pub struct Incident<'i> {
    /// The drill.
    pub record: &'i Record,
    /// The answers of its Prometheus.
    pub evidence: &'i Evidence,
    /// Files of the search: names and contents.
    pub artefacts: &'i [(String, String)],
    /// The rule file of the alerting service, as compiled for the drill.
    pub rules: &'i str,
    /// The faulty commit, as `git show` has it; empty for an outage.
    pub change: &'i str,
    /// The plan as compiled for the drill.
    pub plan: &'i Plan,
}

/// The values of the templates.
#[derive(Debug, Serialize)]
pub(super) struct View<'v> {
    pub(super) record: &'v Record,
    pub(super) page: &'v Page,
    pub(super) search: Option<&'v Search>,
    title: String,
    zero: &'static str,
    change: &'static str,
    scale: u32,
    objective: String,
    window: String,
    description: Option<&'v str>,
    from_begin: Option<f64>,
    budget_real: Option<f64>,
    cause: String,
    faulty: Vec<&'v str>,
    found: Option<&'v Cause>,
    who: &'static str,
    pub(super) verdict: String,
    residue: bool,
    pub(super) plots: Vec<Plot>,
    artefacts: Vec<&'v str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Plot {
    title: &'static str,
    pub(super) file: &'static str,
    #[serde(skip)]
    pub(super) svg: String,
}

impl<'i> Incident<'i> {
    /// The objective whose alert fired.
    pub(super) fn slo(&self) -> Answer<&'i SloPlan> {
        let page = self.page()?;
        let slos = self.plan.slos();
        slos.into_iter()
            .find(|slo| slo.service == page.service && slo.name == page.slo)
            .ok_or_else(|| Trouble(format!("no spec has the objective {}/{}", page.service, page.slo)))
    }

    fn page(&self) -> Answer<&'i Page> {
        let page = self.record.page.as_ref();
        page.ok_or_else(|| Trouble(format!("no alert fired in the drill {}: there is no incident", self.record.id)))
    }

    /// The view of the pages.
    pub(super) fn view(&self) -> Answer<View<'i>> {
        let (record, page, slo) = (self.record, self.page()?, self.slo()?);
        let search = record.search.as_ref();
        let verdict = search.map_or_else(String::new, |search| match search.suspects.first() {
            Some(first) if search.verdict == crate::record::Verdict::Commit => {
                format!("`{}` {}", first.commit.get(..12).unwrap_or(&first.commit), first.subject)
            }
            _ => search.verdict.said().to_owned(),
        });
        let kind = record.fault.opened.kind.as_str();
        let title = match (record.fault.outage, kind) {
            (true, _) => "an outage without a code change",
            (false, "latency") => "a release made it slow",
            (false, "errors") => "a release made it fail",
            (false, _) => "a release broke it",
        };
        let scale = f64::from(record.time_scale.max(1));
        Ok(View {
            record,
            page,
            search,
            title: title.to_owned(),
            zero: if record.fault.outage { "the outage had started" } else { "the bad release served" },
            change: if record.fault.outage { "start of the outage" } else { "deployment" },
            scale: record.time_scale,
            objective: objective(slo),
            window: slo.window.to_string(),
            description: slo.about.description.as_deref(),
            from_begin: record.detected.map(|at| at - record.change_began),
            budget_real: record.impact.budget_spent.map(|spent| spent / scale),
            cause: cause(record),
            found: record.cause.as_ref(),
            faulty: record.release.faulty().collect(),
            who: if record.method == Method::Person { "person" } else { "walk" },
            verdict,
            residue: record.release.burn_before.is_some_and(|burn| burn > 1.0),
            plots: self.plots(),
            artefacts: self
                .artefacts
                .iter()
                .map(|(name, _)| name.as_str())
                .filter(|name| name.ends_with(".md"))
                .collect(),
        })
    }

    fn plots(&self) -> Vec<Plot> {
        let record = self.record;
        let cure = record.cure().map(|attempt| (attempt.ended, "rollback"));
        let page = record.detected.map(|at| (at, "page"));
        let kept = record.recovered.map(|at| (at, "recovered"));
        let cleared = record.cleared.map(|at| (at, "resolved"));
        let start = if record.fault.outage { "outage" } else { "deployed" };
        let marks: Vec<(f64, &str)> = [Some((0.0, start)), page, cure, kept, cleared].into_iter().flatten().collect();
        let of = |asked: &'i crate::evidence::Asked, name: &str| -> Line<'i> {
            let series: &'i [Series] = &asked.series;
            Line { name: name.to_owned(), series }
        };
        let burns = &self.evidence.burns;
        let mut levels: Vec<(f64, String)> =
            burns.iter().map(|(_, least)| (*least, format!("alert fires above {least}"))).collect();
        levels.dedup();
        let burn = Chart {
            title: "Burn rate of the error budget",
            zero: record.began,
            lines: burns.iter().map(|(asked, _)| of(asked, &asked.title)).collect(),
            marks: marks.clone(),
            levels,
        };
        let events = Chart {
            title: "Requests per second",
            zero: record.began,
            lines: self.evidence.base.iter().map(|asked| of(asked, &asked.title)).collect(),
            marks,
            levels: Vec::new(),
        };
        let mut plots = Vec::new();
        if !burns.is_empty() {
            plots.push(Plot { title: "Burn rate of the error budget", file: "plots/burn.svg", svg: burn.svg() });
        }
        plots.push(Plot { title: "Requests per second", file: "plots/requests.svg", svg: events.svg() });
        plots
    }
}

/// A number such as `99.95`, without rounding errors of floats.
fn objective(slo: &SloPlan) -> String {
    let percent = format!("{:.6}", share(slo.objective) * 100.0);
    percent.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The root cause, in a line.
pub(super) fn cause(record: &Record) -> String {
    if record.fault.outage {
        return format!("`{}`, no code change", record.fault.name);
    }
    let bad = record.release.bad.as_deref().unwrap_or_default();
    let subject = record.release.commits.iter().find(|commit| commit.id == bad).map_or("", |commit| &commit.subject);
    let function = &record.fault.opened.function;
    let place = if function.is_empty() { String::new() } else { format!(", in `{function}`") };
    format!("`{}` {subject}{place}", bad.get(..12).unwrap_or(bad))
}
