//! What templates are given: the plan's words as serializable values.

use emberline_core::plan::runbook::{self, AlertPage, Ask, Heading, Language};
use emberline_core::plan::{Neighbour, Plan, ServicePlan, SloPlan, links};
use serde::Serialize;

/// A service, on its pages.
#[derive(Debug, Serialize)]
pub(crate) struct Service<'p> {
    name: &'p str,
    stem: &'p str,
    description: Option<&'p str>,
    owner: Option<&'p str>,
    tier: Option<&'p str>,
    dashboard: Option<String>,
    calls: Vec<Neighbouring<'p>>,
    callers: Vec<Neighbouring<'p>>,
}

/// The other end of a call.
#[derive(Debug, Serialize)]
struct Neighbouring<'p> {
    name: &'p str,
    /// Its folder; none where it has no pages.
    stem: Option<String>,
    kind: &'p str,
    routes: String,
}

/// An objective, on its pages.
#[derive(Debug, Serialize)]
pub(crate) struct Objective<'p> {
    name: &'p str,
    stem: &'p str,
    description: Option<&'p str>,
    notes: Option<&'p str>,
    promise: Vec<(&'static str, String)>,
    /// The steps of the error-budget policy: from when on, and what to do.
    policy: Vec<(String, &'p str)>,
    dashboard: Option<String>,
    source: Option<String>,
    spec: String,
    alerts: Vec<ListedAlert>,
}

/// An alert in a list.
#[derive(Debug, Serialize)]
pub(crate) struct ListedAlert {
    page: String,
    alert: String,
    severity: String,
    what: String,
}

/// An alert, on its page.
#[derive(Debug, Serialize)]
pub(crate) struct Alert<'p> {
    page: &'p str,
    alert: &'p str,
    severity: &'p str,
    title: &'p str,
    labels: &'p [(&'static str, String)],
    bad: &'p str,
    state: Vec<Asked<'p>>,
    rollback: Vec<Asked<'p>>,
    not_when: &'p [String],
    meaning: &'p [String],
    arithmetic: &'p [(&'static str, String)],
    steps: Vec<Step<'p>>,
    failure_modes: &'p [String],
    receiver: Option<&'p str>,
    escalation: &'p [String],
}

#[derive(Debug, Serialize)]
struct Step<'p> {
    title: &'p str,
    why: &'p str,
    asks: Vec<Asked<'p>>,
    finds_trace: bool,
}

/// Something to paste.
#[derive(Debug, Serialize)]
pub(crate) struct Asked<'p> {
    language: &'static str,
    /// As a class of CSS and a word behind Markdown's fence.
    tag: &'static str,
    text: &'p str,
    shows: &'p str,
    link: Option<&'p str>,
    /// Whether the text is an address to open.
    opens: bool,
}

/// A service in the list of all.
#[derive(Debug, Serialize)]
pub(crate) struct Listed<'p> {
    name: &'p str,
    stem: &'p str,
    owner: Option<&'p str>,
    tier: Option<&'p str>,
    slos: Vec<(&'p str, &'p str)>,
}

pub(crate) fn listed(service: &ServicePlan) -> Listed<'_> {
    Listed {
        name: &service.name,
        stem: &service.stem,
        owner: service.about.owner.as_deref(),
        tier: service.about.tier.as_deref(),
        slos: service.slos.iter().map(|slo| (slo.name.as_str(), slo.stem.as_str())).collect(),
    }
}

pub(crate) fn service<'p>(plan: &Plan, service: &'p ServicePlan) -> Service<'p> {
    let about = &service.about;
    Service {
        name: &service.name,
        stem: &service.stem,
        description: about.description.as_deref(),
        owner: about.owner.as_deref(),
        tier: about.tier.as_deref(),
        dashboard: links::dashboard_url(&plan.console, &service.name),
        calls: about.calls.iter().map(neighbouring).collect(),
        callers: about.callers.iter().map(neighbouring).collect(),
    }
}

fn neighbouring(neighbour: &Neighbour) -> Neighbouring<'_> {
    Neighbouring {
        name: &neighbour.service,
        stem: neighbour.is_known.then(|| runbook::stem(&neighbour.service)),
        kind: neighbour.kind,
        routes: neighbour.routes.join(", "),
    }
}

pub(crate) fn objective<'p>(plan: &Plan, slo: &'p SloPlan) -> Objective<'p> {
    let places = runbook::places(plan, slo);
    Objective {
        name: &slo.name,
        stem: &slo.stem,
        description: slo.about.description.as_deref(),
        notes: slo.about.notes.as_deref(),
        promise: runbook::promise(slo),
        policy: slo.budget_policy.iter().map(|step| (runbook::spent(step), step.action.as_str())).collect(),
        dashboard: places.dashboard,
        source: places.source,
        spec: places.spec,
        alerts: runbook::headings(slo).into_iter().map(heading).collect(),
    }
}

fn heading(heading: Heading) -> ListedAlert {
    let Heading { page, alert, severity, what } = heading;
    ListedAlert { page, alert, severity, what }
}

pub(crate) fn alert(page: &AlertPage) -> Alert<'_> {
    Alert {
        page: &page.page,
        alert: &page.alert,
        severity: &page.severity,
        title: &page.title,
        labels: &page.labels,
        bad: &page.bad,
        state: asks(std::slice::from_ref(&page.state)),
        rollback: page.rollback.how.as_ref().map(|how| asks(std::slice::from_ref(how))).unwrap_or_default(),
        not_when: &page.rollback.not_when,
        meaning: &page.meaning,
        arithmetic: &page.arithmetic,
        steps: page
            .steps
            .iter()
            .map(|step| Step {
                title: step.title,
                why: &step.why,
                asks: asks(&step.asks),
                finds_trace: step.finds_trace,
            })
            .collect(),
        failure_modes: &page.failure_modes,
        receiver: page.receiver.as_deref(),
        escalation: &page.escalation,
    }
}

pub(crate) fn asks(asks: &[Ask]) -> Vec<Asked<'_>> {
    let asked = |ask: &'_ Ask| -> (&'static str, &'static str) {
        let tag = match ask.language {
            Language::PromQl => "promql",
            Language::TraceQl => "traceql",
            Language::LogQl => "logql",
            Language::Profile => "profile",
            Language::Store => "store",
            Language::Shell => "sh",
        };
        (ask.language.word(), tag)
    };
    asks.iter()
        .map(|ask| {
            let (language, tag) = asked(ask);
            let opens = ask.language == Language::Store;
            Asked { language, tag, text: &ask.text, shows: &ask.shows, link: ask.link.as_deref(), opens }
        })
        .collect()
}
