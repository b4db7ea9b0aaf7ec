//! The specs of an editor: parsed files are kept, and a change asks again only for what it touches.
//!
//! [`Kept::own`] answers after a key: the findings of one file, from that file and what the last whole run found of all
//! others. [`Kept::copy`] and [`Copy::run`] make a whole run, which may happen in another thread. [`Kept::take`] brings
//! its result back. A whole run is [`compile`](crate::compile) without the parsing.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::Arc;

use rayon::prelude::*;

use crate::finding::{self, Finding};
use crate::model::{self, Common, Observed, Pace, Service, Waiver};
use crate::plan::ServicePlan;
use crate::plan::bounds::ServiceBound;
use crate::quantity::Date;
use crate::source::{SourceId, Sources, Span, Spanned};
use crate::spec::{self, File, ServiceSpec};
use crate::{Needs, Order, check, judge, resolved, waive};

/// A file as it was read last.
#[derive(Debug, Clone)]
struct Read {
    file: Arc<File>,
    /// What is wrong with its form.
    findings: Vec<Finding>,
}

/// Specs, read and kept.
#[derive(Debug)]
pub struct Kept {
    sources: Sources,
    /// In the order of `sources`.
    files: Vec<(SourceId, Read)>,
    against: Option<Observed>,
    today: Option<Date>,
    /// What the last whole run left; absent before it.
    whole: Option<Whole>,
}

/// What a whole run finds.
#[derive(Debug)]
pub struct Whole {
    /// Every finding, sorted, without waived ones.
    pub findings: Vec<Finding>,
    common: Common,
    waivers: Vec<Waiver>,
    bounds: BTreeMap<String, ServiceBound>,
}

/// The specs at one moment, for a whole run in another thread.
#[derive(Debug)]
pub struct Copy {
    /// The texts of that moment.
    pub sources: Sources,
    files: Vec<(SourceId, Read)>,
    against: Option<Observed>,
    today: Option<Date>,
}

impl Kept {
    /// Reads every source. `against` is judged by instead of snapshots. On the day `today` waivers may have expired.
    #[must_use]
    pub fn new(sources: Sources, against: Option<Observed>, today: Option<Date>) -> Self {
        let ids: Vec<SourceId> = sources.iter().map(|(id, _)| id).collect();
        let files = ids.into_par_iter().map(|id| (id, read(&sources, id))).collect();
        Self { sources, files, against, today, whole: None }
    }

    /// The texts.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What all services have in common, as the last whole run found it.
    #[must_use]
    pub fn common(&self) -> Option<&Common> {
        self.whole.as_ref().map(|whole| &whole.common)
    }

    /// Whether a file declares services, and not a policy, prices, a snapshot or a registry.
    #[must_use]
    pub fn is_service(&self, id: SourceId) -> bool {
        let source = self.sources.get(id);
        let other = [spec::is_policy, spec::is_prices, spec::is_observed].iter().any(|is| is(&source.path));
        let file = self.files.iter().find(|(known, _)| *known == id).map(|(_, read)| &read.file);
        !other && self.sources.central() != Some(id) && file.is_none_or(|file| file.registry.is_empty())
    }

    /// Replaces the text of one source, and reads it.
    pub fn replace(&mut self, id: SourceId, text: impl Into<String>) {
        self.sources.replace(id, text);
        let gone = self.names(id);
        let now = read(&self.sources, id);
        if let Some((_, file)) = self.files.iter_mut().find(|(known, _)| *known == id) {
            *file = now;
        }
        let now = self.names(id);
        let elsewhere: BTreeSet<&String> =
            gone.difference(&now).filter(|name| self.specs_of(name).is_empty()).collect();
        let mut all = self.files.iter().flat_map(|(_, read)| &read.file.services);
        let has_unnamed = all.any(|spec| spec.service.0.is_none());
        if let Some(whole) = &mut self.whole {
            for name in elsewhere {
                whole.common.index.remove_service(name);
                whole.bounds.remove(name);
            }
            // A service whose name was unreadable for a key or two.
            if !has_unnamed {
                whole.bounds.remove("");
            }
        }
    }

    /// The findings of one file, as a whole run will likely find them. What only a whole run can say is left out: waivers
    /// without use, policies of two teams for one service, and all but the form of policies, prices and snapshots.
    #[must_use]
    pub fn own(&mut self, id: SourceId) -> Vec<Finding> {
        let mut findings =
            self.files.iter().find(|(known, _)| *known == id).map_or(Vec::new(), |(_, read)| read.findings.clone());
        let Some(mut whole) = self.whole.take() else { return findings };
        let partial = self.files.iter().any(|(_, read)| read.file.unread);
        whole.common.index.set_partial(partial);
        for (name, specs) in self.services(id) {
            let (plan, mut found) = planned(&self.sources, &name, &specs, &mut whole.common);
            findings.append(&mut found);
            whole.bounds.insert(plan.name.clone(), plan.bounds);
        }
        let bounds: Vec<ServiceBound> = whole.bounds.values().cloned().collect();
        findings.append(&mut check::whole(&whole.common, &bounds));
        finding::sort(&mut findings);
        waive::apply(&self.sources, &whole.waivers, self.today, true, &mut findings);
        finding::sort(&mut findings);
        findings.retain(|finding| finding.label.span.source == id);
        self.whole = Some(whole);
        findings
    }

    /// The plans of a file's services; empty before the first whole run.
    #[must_use]
    pub fn plans(&mut self, id: SourceId) -> Vec<ServicePlan> {
        let Some(mut whole) = self.whole.take() else { return Vec::new() };
        let services = self.services(id);
        let plans = services.iter().map(|(name, specs)| planned(&self.sources, name, specs, &mut whole.common).0);
        let plans = plans.collect();
        self.whole = Some(whole);
        plans
    }

    /// What a whole run needs.
    #[must_use]
    pub fn copy(&self) -> Copy {
        Copy {
            sources: self.sources.clone(),
            files: self.files.clone(),
            against: self.against.clone(),
            today: self.today,
        }
    }

    /// Takes what a whole run found; returns its findings. Changes since then are made up for.
    pub fn take(&mut self, mut whole: Whole, changed: &[SourceId]) -> Vec<Finding> {
        let findings = mem::take(&mut whole.findings);
        self.whole = Some(whole);
        for id in changed {
            // For the index and the bounds: the findings are those of the run.
            let _ = self.own(*id);
        }
        findings
    }

    /// The names of a file's services.
    fn names(&self, id: SourceId) -> BTreeSet<String> {
        let file = self.files.iter().find(|(known, _)| *known == id).map(|(_, read)| &read.file);
        let services = file.iter().flat_map(|file| &file.services);
        services.filter_map(|spec| spec.service.0.as_ref()).map(|name| name.value.0.clone()).collect()
    }

    /// Every spec of a service, in the order of their files.
    fn specs_of(&self, name: &str) -> Vec<&ServiceSpec> {
        let all = self.files.iter().flat_map(|(_, read)| &read.file.services);
        all.filter(|spec| spec.service.0.as_ref().is_some_and(|it| it.value.0 == name)).collect()
    }

    /// The services of a file, each with its specs in every file. One without a name stands alone.
    fn services(&self, id: SourceId) -> Vec<(Spanned<String>, Vec<&ServiceSpec>)> {
        let file = self.files.iter().find(|(known, _)| *known == id).map(|(_, read)| &read.file);
        let unnamed = file.iter().flat_map(|file| &file.services).filter(|spec| spec.service.0.is_none());
        let unnamed = unnamed.map(|spec| (Spanned::new(String::new(), Span::new(id, 0..0)), vec![spec]));
        let named = self.names(id).into_iter().map(|name| {
            let specs = self.specs_of(&name);
            let place = specs.iter().find_map(|spec| spec.service.0.as_ref()).map(|name| name.span);
            (Spanned::new(name, place.unwrap_or(Span::new(id, 0..0))), specs)
        });
        named.chain(unnamed).collect()
    }
}

impl Copy {
    /// Runs every stage but the first.
    #[must_use]
    pub fn run(self) -> (Sources, Whole) {
        let Self { sources, files, against, today } = self;
        let (files, findings): (Vec<_>, Vec<_>) =
            files.into_iter().map(|(id, read)| ((id, read.file), read.findings)).unzip();
        let read = resolved(&sources, &files, findings.into_iter().flatten().collect(), Pace::Policy, None);
        let waivers = read.0.waivers();
        let order = Order { today, needs: Needs::Findings, against: against.as_ref(), ..Order::default() };
        let (analysis, common) = judge(&sources, read, order);
        let bounds = analysis.bounds.into_iter().map(|bound| (bound.service.clone(), bound)).collect();
        (sources, Whole { findings: analysis.findings, common, waivers, bounds })
    }
}

/// Reads one source.
fn read(sources: &Sources, id: SourceId) -> Read {
    let mut file = spec::parse(id, sources.get(id), sources.central() == Some(id));
    let findings = mem::take(&mut file.findings);
    Read { file: Arc::new(file), findings }
}

/// Plans and checks one service.
fn planned(
    sources: &Sources,
    name: &Spanned<String>,
    specs: &[&ServiceSpec],
    common: &mut Common,
) -> (ServicePlan, Vec<Finding>) {
    let (service, mut findings): (Service, _) = model::again(sources, name, specs, common);
    let known = (&common.index, common.observed.as_slice());
    let plan = ServicePlan::of(&service, common.policy_of(&service), known, sources);
    findings.append(&mut check::service(sources, common, &service, &plan));
    (plan, findings)
}
