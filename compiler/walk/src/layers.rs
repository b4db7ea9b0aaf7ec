//! The walk: each layer receives the evidence of the layers before it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::ask::{Asked, Log, ask};
use super::belief;
use super::case::{Case, Question, Symptom};
use super::chain::Cause;
use super::code;
use super::differs;
use super::episodes;
use super::errors::{self, Errors};
use super::fits::Said;
use super::gather::Gathered;
use super::graph::Calls;
use super::handler;
use super::kind::Kind;
use super::latency;
use super::mechanism::Shown;
use super::outside;
use super::plateau;
use super::profile::{self, Profiled, Spends};
use super::refuted;
use super::repo::Repo;
use super::report::{Evidence, Verdict, Walk};
use super::requests::{self, Requests};
use super::revisions::{self, Revisions};
use super::runtime;
use super::site::{self, Role, Site};
use super::slo::{self, Found};
use super::trace::{self, Traced};
use super::values::Value;
use super::verdict;
use crate::source::Sources;

/// Walks from the alert to the commit. The walk itself lists missing evidence. The caller measures
/// [`Walk::seconds`].
#[must_use]
pub fn walk(question: &Question<'_>, sources: &Sources<'_>) -> Walk {
    let calls = Calls::of(question.plan);
    match slo::look(question, &calls, sources) {
        Found::Burns(mut objective, slo) => {
            let symptom = objective.threshold.map_or(Symptom::Failed, Symptom::Slow);
            let base = slo.timing.base.seconds();
            let long = objective.long;
            let of = |onset| Case { slo, now: question.now, onset, base, long, symptom, sources };
            let whole = objective.onset.clone();
            let (own, asked) = episodes::own(&of(&whole), &objective, &calls).apart();
            objective.asked.extend(asked.asks());
            if let Some(own) = own {
                objective.begin_at(own);
            }
            let onset = objective.onset.clone();
            let case = of(&onset);
            let requests = requests::look(&case, question.plan, &calls);
            let (traced, gathered) = trace::look(&case, &calls, &requests);
            let layers = Layers { case: &case, requests: &requests, traced: &traced, gathered: &gathered };
            let behind = layers.behind();
            let traced = match &behind.trace_id {
                Some(id) => traced.showing(id, &gathered.bad),
                None => traced,
            };
            let runtime = runtime::look(&case, &running(&case, &behind));
            let outside = outside::look(&case, &calls, &requests, &gathered, behind.errors.as_ref());
            let (outside, asked) = outside.apart();
            let mut traced = traced;
            traced.asked.extend(asked.asks());
            let mut evidence = Evidence {
                at: question.now,
                objective: Some(*objective),
                requests: Some(requests),
                trace: Some(traced),
                runtime: Some(runtime),
                outside,
                trace_page: sources.traces.zip(behind.trace_id.as_deref()).and_then(|(store, id)| store.page(id)),
                ..behind
            };
            evidence.unseen = belief::unseen(sources, &evidence);
            verdict::close(evidence, question.plan)
        }
        Found::Quiet { conclusion, asked } => Walk {
            verdict: Verdict::Healthy,
            missing: asked.iter().filter(|it| it.answer.contains("cannot")).map(|it| it.answer.clone()).collect(),
            headline: conclusion,
            ..Walk::empty(question.now)
        },
        Found::Unreachable(why) => Walk {
            headline: format!("The walk cannot start: {why}."),
            unreachable: Some(why),
            ..Walk::empty(question.now)
        },
    }
}

/// The services whose processes may tell more: the suspected one first, then the deployed one, the objective's own,
/// and the others of bad requests.
fn running(case: &Case<'_>, evidence: &Evidence) -> Vec<String> {
    let code = evidence.code.iter();
    let others = code.clone().flat_map(|code| &code.revisions).map(|it| &it.service);
    let first = evidence.service.iter().chain(code.map(|code| &code.service)).chain([&case.slo.service]);
    let mut names: Vec<String> = Vec::new();
    for name in first.chain(others) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// The pause between two walks of [`walk_patiently`].
const AGAIN: Duration = Duration::from_secs(2);

/// Repeats the walk until the store has traces of bad requests, or until `patience` is over.
#[must_use]
pub fn walk_patiently(question: &Question<'_>, sources: &Sources<'_>, patience: Duration) -> Walk {
    let began = Instant::now();
    loop {
        let now = question.now + began.elapsed().as_secs_f64();
        let walk = walk(&Question { now, ..*question }, sources);
        if !walk.is_early() || began.elapsed() + AGAIN > patience {
            return walk;
        }
        std::thread::sleep(AGAIN);
    }
}

/// The odds that another cause gains if the deployment was long before the onset, or if evidence is of an earlier episode.
const EARLIER: f64 = 0.4;

/// The odds that another cause gains if a peer answers nobody: the peer may be down by itself.
const DOWN: f64 = 2.0;

/// The odds that another cause gains if builds without the last release answer bad requests too.
const REFUTED: f64 = 50.0;

/// The odds that another cause gains without a bad trace. They keep a commit below [`SURE`] if the only evidence
/// against it is that no other commit was deployed.
const BLIND: f64 = 1.2;

/// The most statements that are compared with commits.
const STATEMENTS: usize = 50;

/// Sentences about missing evidence, and the odds that another cause gains by it.
#[derive(Debug, Default)]
struct Gaps {
    missing: Vec<String>,
    odds: f64,
}

impl Gaps {
    fn and(mut self, other: Self) -> Self {
        self.missing.extend(other.missing);
        Self { odds: self.odds + other.odds, ..self }
    }

    fn told(missing: impl Into<String>, odds: f64) -> Self {
        Self { missing: vec![missing.into()], odds }
    }
}

/// The places in the code that slow or failed spans point to.
struct Pointed {
    profile: Option<Profiled>,
    sites: Vec<Site>,
    role: Role,
    gaps: Gaps,
}

/// The repository, or why there is none.
type Opened<'c> = Result<Repo<'c>, String>;

/// The evidence that the layers behind the trace start from.
struct Layers<'l> {
    case: &'l Case<'l>,
    requests: &'l Requests,
    traced: &'l Traced,
    gathered: &'l Gathered,
}

impl Layers<'_> {
    /// The evidence of the layers behind the trace.
    fn behind(&self) -> Evidence {
        let mut log = Log::default();
        let is_slow = matches!(self.case.symptom, Symptom::Slow(_));
        let (errors, sites) = errors::look(self.case, self.gathered);
        let service = self.service(&errors, is_slow);
        let services = self.services(&service);
        let concerned: Vec<String> = services.iter().cloned().collect();
        let (revisions, unclear) = log.keep(revisions::look(self.case, self.gathered, &concerned));
        let refuted = refuted::look(&self.gathered.bad, &revisions, self.case.base);
        let repo = log.keep(self.repo(&service, &revisions));
        let pointed = if is_slow { self.slow(sites, repo.as_ref().ok()) } else { self.failed(sites) };
        let routed = repo.as_ref().map(|repo| {
            let refusing = handler::refusing(&self.gathered.bad, &self.traced.difference.values, repo);
            handler::sites(&self.gathered.bad, &service, pointed.role, repo)
                .into_iter()
                .chain(refusing)
                .collect::<Vec<_>>()
        });
        let is_earlier = code::deployed(&service, &revisions).is_some_and(|it| it.lead(self.case.onset).is_some());
        let unopened = repo.as_ref().err().map_or_else(Gaps::default, |why| Gaps::told(why, 0.0));
        let unclear = unclear.into_iter().map(|why| Gaps::told(why, 0.0)).fold(Gaps::default(), Gaps::and);
        let gaps = unclear.and(unopened).and(pointed.gaps).and(self.gaps());
        let given = code::Given {
            service: &service,
            services,
            revisions,
            sites: site::join(pointed.sites.into_iter().chain(routed.unwrap_or_default()).collect()),
            said: Said {
                kinds: errors.failures.iter().map(|failure| failure.kind.clone()).collect(),
                messages: errors.failures.iter().map(|failure| failure.message.clone()).collect(),
                stacks: errors.failures.iter().map(|failure| failure.stack.clone()).collect(),
                seconds: errors.failures.first().map(|failure| failure.seconds),
                is_unread: self.traced.difference.values.iter().any(Value::is_unread),
            },
            difference: &self.traced.difference,
            profile: pointed.profile.as_ref(),
            shown: self.shown_by(pointed.profile.as_ref()),
            role: pointed.role,
            // An earlier deployment may still be the cause, because its effects can build up. But it is less likely.
            holes: gaps.odds
                + if is_earlier { EARLIER } else { 0.0 }
                + if self.traced.down().is_some() { DOWN } else { 0.0 }
                + if refuted.is_some() { REFUTED } else { 0.0 },
        };
        let (code, suspects) = log.keep(code::look(self.case, given, repo.as_ref().ok()));
        // Slow requests that succeed have no errors to report.
        let has_failures = !errors.failures.is_empty();
        Evidence {
            trace_id: self.shown(pointed.profile.as_ref()),
            service: Some(service),
            profile: pointed.profile,
            errors: (!is_slow || has_failures).then_some(errors),
            code: Some(code::Code { asked: log.asks(), refuted, ..code }),
            suspects,
            missing: gaps.missing,
            ..Evidence::default()
        }
    }

    /// What telemetry shows that lines of a commit may name.
    fn shown_by(&self, profile: Option<&Profiled>) -> Shown {
        Shown {
            plateaus: plateau::find(&self.gathered.bad, &self.gathered.healthy),
            values: self.traced.difference.values.clone(),
            statements: self.statements(),
            libraries: profile.map(|profile| profile.libraries.clone()).unwrap_or_default(),
        }
    }

    /// Statements of spans in bad traces that differ from healthy ones.
    fn statements(&self) -> Vec<String> {
        let spans = self.gathered.bad.iter().flat_map(|trace| &trace.spans);
        let changed = spans.filter(|span| self.traced.difference.changed.contains(&Kind::of(span)));
        let texts = changed.flat_map(|span| {
            let keys = ["db.query.text", "db.statement", "db.collection.name", "db.sql.table"];
            keys.into_iter().filter_map(|key| span.attributes.get(key))
        });
        let texts: BTreeSet<&String> = texts.collect();
        texts.into_iter().take(STATEMENTS).cloned().collect()
    }

    /// The places where slow spans spend their time. `errors` are the places of failures, which weigh less here.
    fn slow(&self, errors: Vec<Site>, repo: Option<&Repo<'_>>) -> Pointed {
        let Self { case, traced, gathered, .. } = self;
        let spans = latency::spans(traced, gathered);
        let is_ours = |file: &str| repo.map_or_else(|| looks_ours(file), |repo| repo.path(file).is_some());
        let profile = profile::look(case, gathered, &spans, &is_ours).filter(|_| !gathered.bad.is_empty());
        let spends = profile.as_ref().map_or(Spends::Unknown, Profiled::spends);
        let role = match (latency::multiplied(&traced.difference), spends) {
            (Some(_), _) => Role::Calls,
            (None, Spends::Computing) => Role::Computes,
            (None, Spends::Waiting) => Role::Waits,
            (None, Spends::Unknown) => Role::Above,
        };
        let odds = if spends == Spends::Unknown { 0.1 } else { 0.0 };
        let gaps = match profile {
            Some(_) => Gaps { missing: Vec::new(), odds },
            None => {
                Gaps::told("No source of profiles was given: whether the service computes or waits is unknown.", odds)
            }
        };
        let lighter = errors.into_iter().map(|site| Site { weight: site.weight * 0.4, ..site });
        let differing = differs::sites(&traced.difference, true);
        let sites = lighter.chain(latency::sites(traced, gathered, profile.as_ref())).chain(differing).collect();
        Pointed { profile, sites, role, gaps }
    }

    /// Failed spans point to the places of their errors.
    fn failed(&self, mut sites: Vec<Site>) -> Pointed {
        sites.extend(differs::sites(&self.traced.difference, false));
        let more = latency::multiplied(&self.traced.difference).filter(|more| more.now >= 3.0);
        let gaps = more.map_or_else(Gaps::default, |more| {
            Gaps::told(format!("Bad requests also call {} {:.0} times.", more.child.words(), more.now), 0.0)
        });
        Pointed { profile: None, sites, role: Role::Fails, gaps }
    }

    /// The faulty service, according to traces, or else to metrics.
    fn service(&self, errors: &Errors, is_slow: bool) -> String {
        let by_traces = if is_slow { latency::service(self.traced) } else { None };
        let by_errors = || errors.failures.first().filter(|_| !is_slow).map(|failure| failure.service.clone());
        let down = self.traced.down().map(|down| down.peer.clone());
        down.or(by_traces)
            .or_else(by_errors)
            .or_else(|| self.requests.deepest.clone())
            .unwrap_or_else(|| self.case.slo.service.clone())
    }

    /// All services that take part in bad requests.
    fn services(&self, service: &str) -> BTreeSet<String> {
        let mut services: BTreeSet<String> =
            self.gathered.bad.iter().flat_map(|trace| &trace.spans).map(|span| span.service.clone()).collect();
        services.insert(service.to_owned());
        services.insert(self.case.slo.service.clone());
        services
    }

    /// The repository of what was deployed, at the deployed revision.
    fn repo(&self, service: &str, revisions: &[Revisions]) -> Asked<Opened<'_>> {
        let deployed = code::deployed(service, revisions);
        let Some(history) = self.case.sources.history_of(deployed.map_or(service, |it| &it.service)) else {
            return Log::default().with(Err("No repository was given: commits cannot be ranked.".to_owned()));
        };
        let Some(revision) = deployed.and_then(|it| it.now.clone()) else {
            let why = format!("The running revision of {service} is unknown: no span, metric or deployment names it.");
            return Log::default().with(Err(why));
        };
        let answer = history.resolve(&revision);
        let words = |id: &Option<String>| id.clone().unwrap_or_else(|| "unknown".to_owned());
        let (id, log) = ask(history.name(), format!("resolve {revision}"), answer, words).apart();
        let opened = match id {
            Some(Some(id)) => {
                Repo::open(history, id).ok_or_else(|| format!("{} cannot list its files.", history.name()))
            }
            Some(None) => Err(format!("{} does not have the deployed revision {revision}.", history.name())),
            None => Err(format!("{} cannot be read: {}.", history.name(), log.trouble().unwrap_or_default())),
        };
        log.with(opened)
    }

    /// The gaps that traces leave in the evidence.
    fn gaps(&self) -> Gaps {
        let inferred = if self.traced.is_inferred() { 0.25 } else { 0.0 };
        let gaps = if self.case.sources.traces.is_none() {
            Gaps::told("No source of traces was given: the walk ends at the requests.", BLIND)
        } else if self.gathered.bad.is_empty() && self.traced.asked.iter().any(|it| it.has_failed) {
            Gaps::told(format!("Traces of {} could not be read.", self.traced.service), BLIND)
        } else if self.gathered.bad.is_empty() {
            Gaps::told(format!("No trace of a bad request of {} was kept.", self.traced.service), BLIND)
        } else if self.gathered.is_earlier {
            Gaps::told("No bad trace of the last episode was kept; those of an earlier one stand in.", EARLIER)
        } else if self.gathered.healthy.is_empty() {
            Gaps::told("No healthy trace was found to compare with.", 0.2)
        } else if !self.gathered.is_from_before {
            let why = "No healthy traces from before the onset were found; healthy requests of now stand in.";
            Gaps::told(why, 0.1)
        } else {
            Gaps::default()
        };
        // A peer that is down is a finding, not a gap in the evidence.
        let breaks = self.traced.breaks.iter().filter(|it| it.cause != Cause::PeerDown);
        gaps.and(Gaps { missing: breaks.map(|broken| broken.words.clone()).collect(), odds: inferred })
    }

    /// The trace that all artefacts show. If the service computes, it is the trace with the most samples, else the
    /// typical one.
    fn shown(&self, profiled: Option<&Profiled>) -> Option<String> {
        let computing = profiled.filter(|profiled| profiled.spends() == Spends::Computing);
        let richest = computing.and_then(|it| it.richest.clone());
        richest.or_else(|| self.gathered.bad.first().map(|trace| trace.id.clone()))
    }
}

/// Whether a file's path looks like a repository's rather than a library's. It decides if no repository is open.
fn looks_ours(file: &str) -> bool {
    let is_library = file.starts_with('/') || file.starts_with("library/") || file.is_empty();
    !is_library && !file.split('/').any(|part| part.contains('-') && part.ends_with(|c: char| c.is_ascii_digit()))
}
