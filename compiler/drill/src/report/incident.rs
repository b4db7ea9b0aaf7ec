//! An incident's evidence, and the page that leads through it.

use emberline_core::plan::{Plan, SloPlan};
use serde::Serialize;
use serde_json::json;

use super::plot::{Chart, Line};
use super::{postmortem, template};
use crate::evidence::Evidence;
use crate::record::{Method, Page, Record, Search};
use crate::watch::share;
use emberline_walk::source::{Answer, Series, Trouble};

/// What an incident is written up from.
#[derive(Debug, Clone, Copy)]
pub struct Incident<'i> {
    /// The drill.
    pub record: &'i Record,
    /// What its Prometheus said.
    pub evidence: &'i Evidence,
    /// What the search left: names and contents.
    pub artefacts: &'i [(String, String)],
    /// The rule file of the service that paged, as compiled for the drill.
    pub rules: &'i str,
    /// The commit at fault, as `git show` has it; empty for an outage.
    pub change: &'i str,
    /// What was compiled for the drill.
    pub plan: &'i Plan,
}

/// What pages are told.
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
    who: &'static str,
    pub(super) verdict: String,
    residue: bool,
    plots: Vec<Plot>,
    artefacts: Vec<&'v str>,
}

#[derive(Debug, Serialize)]
struct Plot {
    title: &'static str,
    file: &'static str,
    #[serde(skip)]
    svg: String,
}

impl<'i> Incident<'i> {
    /// The evidence: names below the incident's folder, and contents. `incident.md` leads through it.
    ///
    /// # Errors
    /// When nobody was called, so that there is no incident; or a template is at fault.
    pub fn files(&self) -> Answer<Vec<(String, String)>> {
        let view = self.view()?;
        let json = |value: &dyn erased::Json| value.pretty();
        let mut files = vec![
            ("incident.md".to_owned(), template::render("incident.md", &view)?),
            ("drill.json".to_owned(), json(self.record)),
            ("fire.json".to_owned(), json(&self.evidence.fired)),
            ("clear.json".to_owned(), json(&self.exports())),
        ];
        files.push(("alert.yaml".to_owned(), definition(self.rules, view.page)));
        if !self.change.is_empty() {
            files.push(("change.patch".to_owned(), self.change.to_owned()));
        }
        files.extend(view.plots.iter().map(|plot| (plot.file.to_owned(), plot.svg.clone())));
        files.extend(self.artefacts.iter().map(|(name, text)| (format!("walk/{name}"), text.clone())));
        Ok(files)
    }

    /// The postmortem that is proposed: a page with action items that people edit. `name` is the incident's; `folder` is where its
    /// evidence lies as seen from the page, with a slash at the end.
    ///
    /// # Errors
    /// When nobody was called, or a template is at fault.
    pub fn postmortem(&self, name: &str, folder: &str) -> Answer<String> {
        postmortem::text(self, &self.view()?, name, folder)
    }

    /// The objective that paged.
    pub(super) fn slo(&self) -> Answer<&'i SloPlan> {
        let page = self.page()?;
        let slos = self.plan.services.iter().flat_map(|service| &service.slos);
        slos.into_iter()
            .find(|slo| slo.service == page.service && slo.name == page.slo)
            .ok_or_else(|| Trouble(format!("no spec has the objective {}/{}", page.service, page.slo)))
    }

    fn page(&self) -> Answer<&'i Page> {
        let page = self.record.page.as_ref();
        page.ok_or_else(|| Trouble(format!("nobody was called in the drill {}: there is no incident", self.record.id)))
    }

    fn view(&self) -> Answer<View<'i>> {
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
            (true, _) => "an outage without a change of code",
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
            zero: if record.fault.outage { "the outage had begun" } else { "the bad release served" },
            change: if record.fault.outage { "beginning of the outage" } else { "deployment" },
            scale: record.time_scale,
            objective: objective(slo),
            window: slo.window.to_string(),
            description: slo.about.description.as_deref(),
            from_begin: record.detected.map(|at| at - record.change_began),
            budget_real: record.impact.budget_spent.map(|spent| spent / scale),
            cause: cause(record),
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
        let kept = record.recovered.map(|at| (at, "kept again"));
        let cleared = record.cleared.map(|at| (at, "cleared"));
        let start = if record.fault.outage { "outage" } else { "deployed" };
        let marks: Vec<(f64, &str)> = [Some((0.0, start)), page, cure, kept, cleared].into_iter().flatten().collect();
        let of = |asked: &'i crate::evidence::Asked, name: &str| -> Line<'i> {
            let series: &'i [Series] = &asked.series;
            Line { name: name.to_owned(), series }
        };
        let burns = &self.evidence.burns;
        let mut levels: Vec<(f64, String)> =
            burns.iter().map(|(_, least)| (*least, format!("pages above {least}"))).collect();
        levels.dedup();
        let burn = Chart {
            title: "How fast the error budget burns",
            zero: record.began,
            lines: burns.iter().map(|(asked, _)| of(asked, &asked.title)).collect(),
            marks: marks.clone(),
            levels,
        };
        let events = Chart {
            title: "Requests a second",
            zero: record.began,
            lines: self.evidence.base.iter().map(|asked| of(asked, &asked.title)).collect(),
            marks,
            levels: Vec::new(),
        };
        let mut plots = Vec::new();
        if !burns.is_empty() {
            plots.push(Plot { title: "How fast the error budget burns", file: "plots/burn.svg", svg: burn.svg() });
        }
        plots.push(Plot { title: "Requests a second", file: "plots/requests.svg", svg: events.svg() });
        plots
    }

    fn exports(&self) -> serde_json::Value {
        let burns: Vec<_> = self.evidence.burns.iter().map(|(asked, _)| asked).collect();
        json!({"alerts": self.evidence.alerts, "burn_rates": burns, "base": self.evidence.base})
    }
}

/// `99.95`, without what floats add.
fn objective(slo: &SloPlan) -> String {
    let percent = format!("{:.6}", share(slo.objective) * 100.0);
    percent.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What was at fault, in a line.
pub(super) fn cause(record: &Record) -> String {
    if record.fault.outage {
        return format!("`{}`, which is no change of code", record.fault.name);
    }
    let bad = record.release.bad.as_deref().unwrap_or_default();
    let subject = record.release.commits.iter().find(|commit| commit.id == bad).map_or("", |commit| &commit.subject);
    let function = &record.fault.opened.function;
    let place = if function.is_empty() { String::new() } else { format!(", in `{function}`") };
    format!("`{}` {subject}{place}", bad.get(..12).unwrap_or(bad))
}

/// The rule of an alert, cut out of the rule file that the compiler wrote.
#[must_use]
pub fn definition(rules: &str, page: &Page) -> String {
    let mut found: Vec<&str> = Vec::new();
    let mut block: Vec<&str> = Vec::new();
    let wanted = |block: &[&str]| {
        let has = |line: String| block.iter().any(|it| it.trim() == line);
        let window = |key: &str, value: &str| value.is_empty() || has(format!("{key}: {value}"));
        block.first().is_some_and(|line| line.trim() == format!("- alert: {}", page.alert))
            && has(format!("slo: {}", page.slo))
            && window("long_window", &page.long_window)
            && window("short_window", &page.short_window)
    };
    for line in rules.lines().chain(["- end"]) {
        if line.trim_start().starts_with("- ") {
            if found.is_empty() && wanted(&block) {
                found = std::mem::take(&mut block);
            }
            block.clear();
        }
        block.push(line);
    }
    found.join("\n") + "\n"
}

/// Anything that serde writes, behind one reference.
mod erased {
    use serde::Serialize;

    pub(super) trait Json {
        fn pretty(&self) -> String;
    }

    impl<T: Serialize> Json for T {
        fn pretty(&self) -> String {
            serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
        }
    }
}
