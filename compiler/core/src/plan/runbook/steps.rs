//! The walk on a page: SLO → requests → trace → logs → profile → commit → undo, each step with what to paste and what it
//! shows.

use serde_json::{Value, json};

use crate::metric::measure;
use crate::oracle::Side;
use crate::plan::alert::{BurnAlert, State, StateAlert};
use crate::plan::queries::{self, Range, Scope};
use crate::plan::{Plan, Requests, ServicePlan, SloPlan, links, names};
use crate::promql::{Aggregator, Expr, Select, Selector};
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
        let mut asks = vec![self.ask(
            Language::PromQl,
            queries::budget_left(self.slo),
            "Error budget left, as a share of the whole",
        )];
        for window in windows {
            let shows = format!("Burn rate over {window}: a multiple of the sustainable rate");
            asks.push(self.ask(Language::PromQl, queries::burn_rate(self.slo, window), &shows));
        }
        self.step(
            "Is it still burning?",
            "The short window shows whether the budget still burns, the long window how much is spent. Note when the burn \
             began: the deployment before it is the first suspect.",
            asks,
        );
    }

    fn requests(&mut self) {
        let is_slow = self.slo.about.longest().is_some();
        let mut asks = self.slo.requests.as_ref().map(|own| self.own_requests(own, is_slow)).unwrap_or_default();
        if self.service.signals.span_metrics {
            asks.extend(self.span_requests(is_slow));
        }
        if asks.is_empty() {
            let raw = self.ask(Language::PromQl, raw_series(self.slo), "The raw time series that the objective reads");
            self.step(
                "What do its time series show?",
                "Look for one time series that differs from the others.",
                vec![raw],
            );
            return;
        }
        self.step(
            "Which requests?",
            "Look for one kind of request that differs from the others, and for more load than usual.",
            asks,
        );
    }

    /// What the objective's own metrics say: first whatever makes a request of this objective a bad one.
    fn own_requests(&self, own: &Requests, is_slow: bool) -> Vec<Ask> {
        let nowhere = Scope::default();
        let by = by(own.operations());
        let errors = own.errors(RECENT, &nowhere).map(|text| (text, format!("Share of bad requests{by}")));
        let ended = own.outcomes(RECENT, &nowhere).zip(own.outcome());
        let ended = ended.map(|(text, label)| (text, format!("Requests a second by how they ended, `{label}`")));
        let unit = own.unit().map(|unit| format!(", in {}", measure::words(unit))).unwrap_or_default();
        let what = if own.is_mean() == Some(true) { "Mean" } else { "99th percentile" };
        let measured = own.quantile("0.99", RECENT, &nowhere);
        let measured = measured.map(|text| (text, format!("{what} of {}{by}{unit}", measured_as(own))));
        let rate = Some((own.rate(RECENT, &nowhere), format!("Requests a second{by}")));
        let order = if is_slow { [measured, rate, errors, ended] } else { [errors, ended, rate, measured] };
        order.into_iter().flatten().map(|(text, shows)| self.ask(Language::PromQl, text, &shows)).collect()
    }

    /// What the collector counted of all spans of the service.
    fn span_requests(&self, is_slow: bool) -> Vec<Ask> {
        let name = &self.service.name;
        let errors =
            self.ask(Language::PromQl, queries::errors(name, RECENT), "Share of failed spans of the service, by route");
        let slow = self.ask(
            Language::PromQl,
            queries::quantile(name, "0.99", RECENT),
            "99th percentile of its spans' durations in seconds, by route",
        );
        if is_slow { vec![slow, errors] } else { vec![errors, slow] }
    }

    fn trace(&mut self) {
        let signals = self.service.signals;
        let mut asks = Vec::new();
        if signals.traces {
            asks.push(self.ask(
                Language::TraceQl,
                queries::bad_traces(self.slo),
                "Bad requests: copy the trace id of one",
            ));
        }
        if signals.span_metrics {
            let exemplars = "Exemplars of kept requests (`query_exemplars`), each with a trace id";
            asks.push(self.ask(Language::PromQl, queries::exemplars(self.slo), exemplars));
        }
        let bad = match self.slo.about.longest() {
            Some(threshold) => format!("min_duration={threshold}"),
            None => "error=true".to_owned(),
        };
        let service = links::segment(&self.service.name);
        asks.extend(
            self.store(&format!("/api/search?service={service}&{bad}&limit=20"), "Bad requests that were kept"),
        );
        asks.extend(self.store(&format!("/api/traces/{TRACE}"), "All spans of the trace"));
        if asks.is_empty() {
            return;
        }
        let why = "Open one bad request. Find the span with the longest time of its own, or the innermost span that failed. \
                   Continue with the service of that span. Enter the trace id here, and the queries below use it.";
        self.steps.push(Step { title: "One bad request", why: why.to_owned(), asks, finds_trace: true });
    }

    fn logs(&mut self) {
        let (name, signals) = (&self.service.name, self.service.signals);
        let mut asks = Vec::new();
        if signals.logs && signals.traces {
            let lines = "Log lines of the service about that request";
            asks.push(self.ask(Language::LogQl, queries::logs_of_trace(name, TRACE), lines));
        }
        if signals.logs {
            let warnings = "All warnings and errors of the service";
            asks.push(self.ask(Language::LogQl, queries::warnings(name), warnings));
        }
        asks.extend(self.store(&format!("/api/logs/{TRACE}"), "Log lines of all services about that request"));
        if asks.is_empty() {
            return;
        }
        self.step(
            "What do the logs say?",
            "Read the error message, and `code.function.name`: the function that raised the error.",
            asks,
        );
    }

    fn profile(&mut self) {
        let name = &self.service.name;
        let service = links::segment(name);
        let mut asks = Vec::new();
        if self.service.signals.profiles {
            asks.push(self.ask(Language::Profile, queries::profiles(name), "Functions by processor time"));
        }
        asks.extend(self.store(
            &format!("/api/profiles/{TRACE}"),
            "Functions by processor time in that request; empty if the request only waited",
        ));
        asks.extend(self.store(
            &format!("/api/profiles?service={service}"),
            "Functions of the service by processor time, most first",
        ));
        if asks.is_empty() {
            return;
        }
        let why = "Look for the widest frame of your own code. A request that took long but used no processor time waited: for \
                   a lock, for the network, or for the service that it called.";
        self.step("Where does the time go?", why, asks);
    }

    fn commit(&mut self) {
        let place = match self.service.about.repository.as_deref() {
            Some(source) if !matches!(source, "." | "./") => {
                format!("The source of {} is at `{source}`.", self.service.name)
            }
            _ => format!("Run both commands in a clone of the source of {}.", self.service.name),
        };
        let signals = self.service.signals;
        let knows_functions = signals.logs || signals.profiles || self.plan.console.store.is_some();
        let recent = "git log --oneline --since='2 days ago'";
        if !(signals.traces && knows_functions) {
            let why = format!(
                "Compare the time at which the burn began with the last deployments and with the commits in them. {place}"
            );
            self.step("Which change?", why, vec![self.ask(Language::Shell, recent.to_owned(), "Recent commits")]);
            return;
        }
        let blame = "git blame -L ':FUNCTION:FILE' REVISION".to_owned();
        let why = format!(
            "Take FUNCTION from the profile or from `code.function.name`, and REVISION from the span's \
             `vcs.ref.head.revision`: the deployed version. {place}"
        );
        let recent = format!("{recent} REVISION -- FILE");
        let asks = vec![
            self.ask(Language::Shell, blame, "The commit that last changed each line of the function"),
            self.ask(Language::Shell, recent, "Recent commits to the file; only this shows deletions"),
        ];
        self.step("Which change?", why, asks);
    }

    /// What to watch after the rollback, which stands at the head of the page.
    fn recovery(&mut self, window: Duration, says: &str) {
        let asks = vec![self.ask(Language::PromQl, queries::burn_rate(self.slo, window), says)];
        let why = "After a rollback or a fix, wait until the short window is below the alert's burn rate.";
        self.step("Watch the recovery", why, asks);
    }
}

/// By which labels, behind what is counted: `, by `handler` and `method``.
fn by(labels: &[String]) -> String {
    let quoted: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => format!(", by {last}"),
        Some((last, others)) => format!(", by {} and {last}", others.join(", ")),
    }
}

/// What a distribution is of.
fn measured_as(own: &Requests) -> &'static str {
    match own.unit().map(measure::dimension) {
        Some(measure::Dimension::Time(_)) => "durations",
        Some(measure::Dimension::Size(_)) => "sizes",
        _ => "measurements",
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
    walk.recovery(short, &format!("Burn rate: below {} once the service has recovered", alert.burn));
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
                "The raw time series that the objective counts; none while this alert is right",
            ),
            walk.ask(Language::PromQl, "up".to_owned(), "0 for every target that cannot be scraped"),
        ],
        State::Broken(_) => {
            let mut asks = vec![walk.ask(Language::PromQl, raw, "The raw time series that are still there")];
            for side in slo.sli.essential() {
                let shows = format!("{}: no time series while this alert is right", capitalised(side.what));
                asks.push(walk.ask(Language::PromQl, selected(slo, side.selector), &shows));
                if let Some(buckets) = buckets(side.selector) {
                    asks.push(walk.ask(Language::PromQl, buckets, "The buckets that exist, by their boundaries"));
                }
            }
            asks
        }
        State::GroupGone => {
            let known = queries::of_slo(slo, &names::series(Side::Events, &alert.known.suffix));
            let recent = queries::of_slo(slo, &names::series(Side::Events, &alert.recent.suffix));
            vec![
                walk.ask(Language::PromQl, format!("{known} > 0 unless {recent}"), "The groups that are gone"),
                walk.ask(Language::PromQl, raw, "The raw time series that are still there"),
            ]
        }
        State::NoTraffic => vec![
            walk.ask(Language::PromQl, queries::events(slo), "Events a second: 0"),
            walk.ask(Language::PromQl, raw, "The raw time series, which do not rise"),
        ],
    };
    let (title, why) = match alert.state {
        State::Broken(_) => (
            "What became of the missing side?",
            "Compare the names and labels that exist with those that the objective selects. Then correct the spec, or revert \
             the change of the metric.",
        ),
        _ => (
            "Is the service down, or only unused?",
            "A service that is down has no raw time series. A service without requests has series that do not rise.",
        ),
    };
    walk.step(title, why, asks);
    walk.requests();
    walk.logs();
    walk.commit();
    walk.steps
}

/// The series that the objective counts.
fn raw_series(slo: &SloPlan) -> String {
    slo.sli.presences().into_iter().map(|selector| selected(slo, selector)).collect::<Vec<String>>().join(" or ")
}

/// A selector as the rules read it: as late as the objective's data comes.
fn selected(slo: &SloPlan, selector: &Selector) -> String {
    let matchers = selector.borrowed();
    let mut text = String::new();
    let series = Expr::Select(Select { metric: selector.metric_name(), matchers: &[&matchers] });
    series.write_late(slo.timing.delay.millis(), &mut text);
    text
}

/// The boundaries of a histogram, if the selector chooses one of its buckets.
fn buckets(bucket: &Selector) -> Option<String> {
    let mut all = bucket.clone();
    all.matchers.retain(|matcher| matcher.label != "le");
    (all.matchers.len() < bucket.matchers.len()).then(|| {
        let matchers = all.borrowed();
        let all = Expr::Select(Select { metric: all.metric_name(), matchers: &[&matchers] });
        Expr::aggregate(Aggregator::Group, &["le"], &all).to_string()
    })
}

/// A text with its first letter in upper case.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
