//! The walk on a page: SLO → requests → trace → logs → profile → commit → undo, each step with what to paste and what it
//! shows.

use serde_json::{Value, json};

use crate::plan::alert::{BurnAlert, State, StateAlert};
use crate::plan::queries::{self, Range};
use crate::plan::{Plan, ServicePlan, SloPlan, links, names};
use crate::promql::{Expr, Select};
use crate::quantity::Duration;

/// Stands for the trace id that a reader found; the page puts it in.
pub const TRACE: &str = "TRACE_ID";

/// How far back a rate looks on a page.
const RECENT: Range = Range::Fixed(Duration::from_minutes(5));

/// A step of the walk.
#[derive(Debug)]
pub struct Step {
    /// What is found out.
    pub title: &'static str,
    /// Why, and what to look for.
    pub why: String,
    /// What to paste.
    pub asks: Vec<Ask>,
    /// Whether a trace id is found here.
    pub finds_trace: bool,
}

/// Something to paste.
#[derive(Debug)]
pub struct Ask {
    /// Where it is pasted.
    pub language: Language,
    /// The text.
    pub text: String,
    /// What it shows.
    pub shows: String,
    /// The same in Grafana, an hour back from now.
    pub link: Option<String>,
}

/// Where something is pasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Prometheus.
    PromQl,
    /// Tempo.
    TraceQl,
    /// Loki.
    LogQl,
    /// Pyroscope: a selector of profiles.
    Profile,
    /// This project's store: an address.
    Store,
    /// A terminal.
    Shell,
}

impl Language {
    /// Its name, for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::PromQl => "PromQL",
            Self::TraceQl => "TraceQL",
            Self::LogQl => "LogQL",
            Self::Profile => "Pyroscope",
            Self::Store => "Store",
            Self::Shell => "Shell",
        }
    }
}

impl Ask {
    pub(super) fn new(plan: &Plan, language: Language, text: String, shows: impl Into<String>) -> Self {
        let console = &plan.console;
        let query = |uid: &str, query: Value| Some(links::explore(uid, &query, "now-1h", "now"));
        let escaped = || queries::in_panel(&text);
        let path = match language {
            Language::PromQl => query(&console.prometheus.uid, json!({"expr": escaped()})),
            Language::TraceQl => query(&console.tempo.uid, json!({"queryType": "traceql", "query": escaped()})),
            Language::LogQl => query(&console.loki.uid, json!({"expr": escaped()})),
            Language::Profile => query(
                &console.pyroscope.uid,
                json!({"labelSelector": escaped(), "profileTypeId": queries::CPU_PROFILE, "queryType": "profile", "groupBy": []}),
            ),
            Language::Store | Language::Shell => None,
        };
        let link = console.grafana.as_ref().zip(path).map(|(base, path)| format!("{base}{path}"));
        Self { language, text, shows: shows.into(), link }
    }
}

/// The steps of a page while it is written.
struct Walk<'p> {
    plan: &'p Plan,
    service: &'p ServicePlan,
    slo: &'p SloPlan,
    steps: Vec<Step>,
}

impl Walk<'_> {
    fn step(&mut self, title: &'static str, why: impl Into<String>, asks: Vec<Ask>) {
        self.steps.push(Step { title, why: why.into(), asks, finds_trace: false });
    }

    fn ask(&self, language: Language, text: String, shows: &str) -> Ask {
        Ask::new(self.plan, language, text, shows)
    }

    /// An address of the store, where there is one.
    fn store(&self, path: &str, shows: &str) -> Option<Ask> {
        let base = self.plan.console.store.as_ref()?;
        Some(self.ask(Language::Store, format!("{base}{path}"), shows))
    }

    fn budget(&mut self, windows: Vec<Duration>) {
        let mut asks =
            vec![self.ask(Language::PromQl, queries::budget_left(self.slo), "The share of the budget that is left")];
        for window in windows {
            let shows = format!("How many times too fast it burns, over {window}");
            asks.push(self.ask(Language::PromQl, queries::burn_rate(self.slo, window), &shows));
        }
        self.step(
            "How bad is it, and since when?",
            "The short window shows whether it still burns; the long one how much went. Note when it began: the deployment \
             before that is the first suspect.",
            asks,
        );
    }

    fn requests(&mut self) {
        let name = &self.service.name;
        let errors = self.ask(Language::PromQl, queries::errors(name, RECENT), "The share that fails, by route");
        let slow = self.ask(
            Language::PromQl,
            queries::quantile(name, "0.99", RECENT),
            "Seconds that the slowest hundredth takes, by route",
        );
        let rate = self.ask(Language::PromQl, queries::rate(name, RECENT), "Requests a second, by route");
        let asks = if self.slo.about.threshold.is_some() { vec![slow, rate, errors] } else { vec![errors, rate, slow] };
        self.step("Which requests?", "One route, or all of them? More load than usual, or the same?", asks);
    }

    fn trace(&mut self) {
        let exemplars = "Exemplars of kept requests (`query_exemplars`): each carries a trace id";
        let mut asks = vec![
            self.ask(Language::TraceQl, queries::bad_traces(self.slo), "Bad requests: take the id of one"),
            self.ask(Language::PromQl, queries::exemplars(self.slo), exemplars),
        ];
        let bad = match self.slo.about.threshold {
            Some(threshold) => format!("min_duration={threshold}"),
            None => "error=true".to_owned(),
        };
        let service = links::segment(&self.service.name);
        asks.extend(
            self.store(&format!("/api/search?service={service}&{bad}&limit=20"), "Bad requests that were kept"),
        );
        asks.extend(self.store(&format!("/api/traces/{TRACE}"), "All spans of the trace"));
        let why = "Open one bad request. Look for the span with the longest time of its own, or for the innermost one that \
                   failed; its service is where to go on. Enter its trace id here: the queries below take it.";
        self.steps.push(Step { title: "One bad request", why: why.to_owned(), asks, finds_trace: true });
    }

    fn logs(&mut self) {
        let name = &self.service.name;
        let mut asks = vec![
            self.ask(Language::LogQl, queries::logs_of_trace(name, TRACE), "What the service wrote about that request"),
            self.ask(Language::LogQl, queries::warnings(name), "What it warned of at all"),
        ];
        asks.extend(self.store(&format!("/api/logs/{TRACE}"), "What all services wrote about that request"));
        self.step(
            "What did it say?",
            "An error's own words, and `code.function.name`: where in the source it arose.",
            asks,
        );
    }

    fn profile(&mut self) {
        let name = &self.service.name;
        let service = links::segment(name);
        let mut asks = vec![self.ask(Language::Profile, queries::profiles(name), "Where processor time goes")];
        asks.extend(self.store(
            &format!("/api/profiles/{TRACE}"),
            "Where that request's processor time went; nothing where it only waited",
        ));
        asks.extend(
            self.store(
                &format!("/api/profiles?service={service}"),
                "Where the service's processor time goes, most first",
            ),
        );
        let why = "The widest frame that is ours. If the request took long and used no processor time, it waited: for a lock, \
                   for the network, for whom it called.";
        self.step("Where does the time go?", why, asks);
    }

    fn commit(&mut self) {
        let folder = self.service.about.repository.as_deref().unwrap_or(".");
        let blame = "git blame -L ':FUNCTION:FILE' REVISION".to_owned();
        let why = format!(
            "Take the function from the profile or from `code.function.name`, and the deployed version from the span's \
             `vcs.ref.head.revision`. The source of {} is at {folder}.",
            self.service.name
        );
        let recent = "git log --oneline --since='2 days ago' REVISION -- FILE".to_owned();
        let asks = vec![
            self.ask(Language::Shell, blame, "Who changed those lines last, and in which commit"),
            self.ask(Language::Shell, recent, "What changed in that file lately; deletions show here only"),
        ];
        self.step("Which change?", why, asks);
    }

    fn undo(&mut self, watch: Option<(Duration, String)>) {
        let mut asks = Vec::new();
        let why = match &self.service.about.rollback {
            Some(command) => {
                asks.push(self.ask(Language::Shell, command.clone(), "Undoes the last deployment"));
                "Undo first, understand later: the budget burns meanwhile."
            }
            None => {
                "Undo the last deployment first, understand later: the budget burns meanwhile. How is not declared: add \
                     `rollback` to the spec."
            }
        };
        if let Some((window, says)) = watch {
            asks.push(self.ask(Language::PromQl, queries::burn_rate(self.slo, window), &says));
        }
        self.step("Undo it, and see it recover", why, asks);
    }
}

fn walk<'p>(plan: &'p Plan, service: &'p ServicePlan, slo: &'p SloPlan) -> Walk<'p> {
    Walk { plan, service, slo, steps: Vec::with_capacity(7) }
}

/// The walk from an alert on a burn rate.
pub(super) fn burn(plan: &Plan, service: &ServicePlan, slo: &SloPlan, alert: &BurnAlert) -> Vec<Step> {
    let mut walk = walk(plan, service, slo);
    let (long, short) = (alert.long.nominal, alert.short.nominal);
    walk.budget(vec![short, long]);
    walk.requests();
    walk.trace();
    walk.logs();
    walk.profile();
    walk.commit();
    walk.undo(Some((short, format!("Falls below {} once it recovers", alert.burn))));
    walk.steps
}

/// The walk from an alert on missing data.
pub(super) fn state(plan: &Plan, service: &ServicePlan, slo: &SloPlan, alert: &StateAlert) -> Vec<Step> {
    let mut walk = walk(plan, service, slo);
    let raw = raw_series(slo);
    let asks = match alert.state {
        State::Absent => vec![
            walk.ask(
                Language::PromQl,
                raw,
                "The raw series that the objective counts: nothing, while this alert is right",
            ),
            walk.ask(Language::PromQl, "up".to_owned(), "0 for what cannot be scraped"),
        ],
        State::GroupGone => {
            let known = queries::of_slo(slo, &format!("{}:{}", names::EVENTS, alert.known.suffix));
            let recent = queries::of_slo(slo, &format!("{}:{}", names::EVENTS, alert.recent.suffix));
            vec![
                walk.ask(Language::PromQl, format!("{known} > 0 unless {recent}"), "The groups that are gone"),
                walk.ask(Language::PromQl, raw, "The raw series that are left"),
            ]
        }
        State::NoTraffic => vec![
            walk.ask(Language::PromQl, queries::events(slo), "Events a second: 0"),
            walk.ask(Language::PromQl, raw, "The raw series: they are there, and stand still"),
        ],
    };
    walk.step("What is still there?", "The raw series tell a service that is down from one that nobody asks.", asks);
    walk.requests();
    walk.logs();
    walk.undo(None);
    walk.steps
}

/// The series that the objective counts.
fn raw_series(slo: &SloPlan) -> String {
    let selector = slo.sli.presence();
    let matchers = selector.borrowed();
    Expr::Select(Select { metric: selector.metric_name(), matchers: &[&matchers] }).to_string()
}
