//! The record of a drill: one JSON file, the source of series, reports and returns.
//!
//! Times are seconds from T+0, when the change took effect (the end of the bad deployment, or of `inject`). Earlier
//! times are negative. An absent time means that the event did not happen.

use serde::{Deserialize, Serialize};

use super::cause::Cause;
use super::patch::Opened;
pub use super::release::{Commit, ReleaseRecord, Watched};

/// A finished drill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this file's format: 1.
    pub version: u32,
    /// The name of the drill within a series, such as `walk-003`.
    pub id: String,
    /// When the change took effect, unix seconds: T+0.
    pub began: f64,
    /// T+0 as a date in UTC.
    pub date: String,
    /// The time scale of windows and intervals.
    pub time_scale: u32,
    /// Who searched for the root cause.
    pub method: Method,
    /// Signals that were left out.
    pub without: Vec<String>,
    /// The SHA-256 of the program that walked, its first 16 digits; absent without a walk, and in older records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The seed of fault and history.
    pub seed: u64,
    /// The fault, revealed after the drill.
    pub fault: FaultRecord,
    /// The deployed release.
    pub release: ReleaseRecord,
    /// When the change started to take effect: minus the duration of the deployment.
    pub change_began: f64,
    /// The timeline, in order.
    pub timeline: Vec<Moment>,
    /// The alert; `None` if none fired in time.
    pub page: Option<Page>,
    /// The search for the root cause; `None` if no alert fired.
    pub search: Option<Search>,
    /// What was rolled back first. Records of before 2026-12 lack it: they reverted one commit at a time.
    #[serde(default)]
    pub mitigation: Mitigation,
    /// Rollbacks, in order.
    pub attempts: Vec<Attempt>,
    /// The outcome of the drill.
    pub outcome: Outcome,
    /// Seconds from the end of the deployment until the alert was seen (MTTD).
    pub detected: Option<f64>,
    /// Seconds until the objective recovered (MTTR).
    pub recovered: Option<f64>,
    /// Seconds until the alert resolved.
    pub cleared: Option<f64>,
    /// When the alert fired, beside the time computed for the measured error ratio.
    pub fires: Times,
    /// When the alert resolved, from the end of the rollback that helped, beside the computed time.
    pub clears: Times,
    /// The impact on the objective.
    pub impact: Impact,
    /// The causes of a slow drill, in sentences.
    pub slow: Vec<String>,
    /// How the cause was found. Older records lack it, and so do drills that did not recover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

/// What a drill rolls back first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mitigation {
    /// The whole last release, then older ones. The commit is looked for after recovery.
    Release,
    /// One suspect after the other, each watched. Recovery waits for the commit.
    #[default]
    OneCommit,
}

/// Who searched for the root cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The walk.
    Walk,
    /// A person.
    Person,
    /// No walk: the commits of the deepest service whose budget burns come first, by metrics alone.
    Trial,
}

impl Method {
    /// The word in names of records.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Person => "person",
            Self::Trial => "trial",
        }
    }
}

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRecord {
    /// The name of the fault's patch, or of the outage.
    pub name: String,
    /// Whether the fault is an outage rather than a commit.
    pub outage: bool,
    /// The SHA-256 of a sealed file, as told before the drill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
    /// The headers of the fault's patch; of several patches, those of the first.
    #[serde(flatten)]
    pub opened: Opened,
    /// The headers of further patches, if several faults were deployed at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Opened>,
}

/// A moment of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// When, in seconds from T+0.
    pub at: f64,
    /// What happened, in a sentence without a full stop.
    pub what: String,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// `alertname`.
    pub alert: String,
    /// The service.
    pub service: String,
    /// The objective.
    pub slo: String,
    /// `severity`.
    pub severity: String,
    /// `long_window`; empty if the alert has none.
    pub long_window: String,
    /// `short_window`; empty if the alert has none.
    pub short_window: String,
    /// Since when the alert's condition holds, from Prometheus.
    pub since: f64,
    /// When the alert was seen to fire.
    pub seen: f64,
}

/// The search's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The root cause is the first suspect.
    Commit,
    /// The root cause may be one of the suspects.
    NotCertain,
    /// The root cause is none of the release's commits.
    NoCodeChange,
    /// Nothing is wrong.
    Healthy,
}

impl Verdict {
    /// The verdict in words.
    #[must_use]
    pub fn said(self) -> &'static str {
        match self {
            Self::Commit => "a commit",
            Self::NotCertain => "not certain",
            Self::NoCodeChange => "no code change",
            Self::Healthy => "no error budget burns",
        }
    }
}

/// The search for the cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// The verdict of the search.
    pub verdict: Verdict,
    /// The suspects of the search, ranked.
    pub suspects: Vec<SuspectRecord>,
    /// When the search began.
    pub began: f64,
    /// When the search ended.
    pub ended: f64,
    /// Search time in seconds, without waits for telemetry.
    pub seconds: f64,
    /// The number of rounds: the search repeats while telemetry of the fault is missing.
    pub rounds: usize,
    /// The trace that the search followed.
    pub trace_id: Option<String>,
    /// The best rank of a faulty commit among the suspects, from 1; `None` if none is a suspect.
    pub rank: Option<usize>,
    /// Whether the search named the function that the patch names as faulty. `None` if the patch names none, or no
    /// search ran.
    pub names_function: Option<bool>,
    /// Whether the search was certain and wrong.
    pub confident_and_wrong: bool,
}

/// A suspect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuspectRecord {
    /// The commit's full id.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// The confidence, from 0 to 1.
    pub confidence: f64,
    /// The reasons, in sentences.
    pub reasons: Vec<String>,
}

/// An attempt at mitigation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// What was reverted, in a sentence without a full stop.
    pub what: String,
    /// The reverted commit; `None` for anything else.
    pub commit: Option<String>,
    /// When the attempt began.
    pub began: f64,
    /// When the attempt was in effect.
    pub ended: f64,
    /// Whether the objective recovered.
    pub helped: bool,
    /// How long an unsuccessful attempt was watched. These waits have a minimum that the time scale does not compress,
    /// so the duration on production windows is recorded too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<Watched>,
}

impl Attempt {
    /// An attempt between two times, before its result is known.
    #[must_use]
    pub fn of(what: String, commit: Option<String>, began: f64, ended: f64) -> Self {
        Self { what, commit, began, ended, helped: false, watched: None }
    }
}

/// How a drill ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// What the search led to helped at once: the last release was rolled back, a suspect was reverted, or the outage
    /// was ended.
    Resolved,
    /// Rolling back the last release did not help; rolling back an older one did.
    OlderRelease,
    /// Rolling back no release helped, so the cause was looked for elsewhere.
    NoRelease,
    /// The search led to nothing that helped, so the whole release was rolled back or the outage was ended.
    LastResort,
    /// No alert fired in time.
    Undetected,
}

/// A computed and a measured time. A computed time is absent if the closed forms give none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// The computed time, in seconds.
    pub computed: Option<f64>,
    /// The latest accepted time, in seconds.
    pub limit: Option<f64>,
    /// The measured time, in seconds.
    pub measured: Option<f64>,
    /// Whether the measured time is within the limit.
    pub met: Option<bool>,
}

impl Times {
    /// A measured time beside a computed time, with `grace` seconds of tolerance.
    #[must_use]
    pub fn of(computed: Option<f64>, grace: f64, measured: Option<f64>) -> Self {
        let limit = computed.map(|computed| computed + grace);
        let met = limit.zip(measured).map(|(limit, measured)| measured <= limit);
        Self { computed, limit, measured, met }
    }
}

/// The impact on the objective whose alert fired.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// The share of bad events during the fault; `None` if no events were counted.
    pub error_ratio: Option<f64>,
    /// Events from T+0 to recovery.
    pub events: f64,
    /// Bad events.
    pub bad_events: f64,
    /// The share of the error budget that the bad events spent, over the compressed window.
    pub budget_spent: Option<f64>,
}

impl Record {
    /// Whether the answer was right: a faulty commit first, or for an outage "no code change".
    #[must_use]
    pub fn is_right(&self) -> bool {
        let Some(search) = &self.search else { return false };
        match self.fault.outage {
            true => search.verdict == Verdict::NoCodeChange,
            false => search.rank == Some(1) && matches!(search.verdict, Verdict::Commit | Verdict::NotCertain),
        }
    }

    /// Whether the search was not certain.
    #[must_use]
    pub fn is_not_certain(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.verdict == Verdict::NotCertain)
    }

    /// Whether the drill ended as well as it can: the alert fired, and the objective recovered by what the search led
    /// to, or by the next step of a rollback.
    #[must_use]
    pub fn is_mended(&self) -> bool {
        self.recovered.is_some() && !matches!(self.outcome, Outcome::Undetected | Outcome::LastResort)
    }

    /// The rollback that helped.
    #[must_use]
    pub fn cure(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.helped)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A search that ranks the commit of a fault.
    pub(crate) fn search(verdict: Verdict, rank: Option<usize>) -> Search {
        let suspect = |name: &str, confidence| SuspectRecord {
            commit: name.repeat(20),
            subject: format!("Price rule {name}"),
            confidence,
            reasons: vec![format!("it wrote 9 of the lines of `checkout::pricing::total` ({name})")],
        };
        Search {
            verdict,
            suspects: vec![suspect("ba", 0.93), suspect("0c", 0.05)],
            began: 21.0,
            ended: 25.2,
            seconds: 4.2,
            rounds: 1,
            trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
            rank,
            names_function: Some(true),
            confident_and_wrong: false,
        }
    }

    /// A drill that ended well.
    pub(crate) fn record(id: &str, method: Method, recovered: f64) -> Record {
        let commit = |name: &str, subject: &str| Commit {
            id: name.repeat(20),
            subject: subject.to_owned(),
            time: 1_782_900_000,
        };
        let moment = |at: f64, what: &str| Moment { at, what: what.to_owned() };
        Record {
            version: 1,
            id: id.to_owned(),
            began: 1_783_000_000.0,
            date: "2026-07-02 13:46:40 +0000".to_owned(),
            time_scale: 15,
            method,
            without: if method == Method::Trial { vec!["traces".to_owned()] } else { Vec::new() },
            program: None,
            seed: 42,
            fault: FaultRecord {
                name: "latency-quadratic".to_owned(),
                outage: false,
                sealed: None,
                also: Vec::new(),
                opened: Opened {
                    kind: "latency".to_owned(),
                    function: "total".to_owned(),
                    file: "services/checkout/src/pricing.rs".to_owned(),
                    service: "checkout".to_owned(),
                },
            },
            release: ReleaseRecord {
                healthy: None,
                good: "1a".repeat(20),
                deployed: "0c".repeat(20),
                bad: Some("ba".repeat(20)),
                also_bad: Vec::new(),
                earlier: Vec::new(),
                commits: vec![commit("0c", "Price rule 0c"), commit("ba", "Price rule ba"), commit("ee", "Wording")],
                services: vec!["checkout".to_owned()],
                burn_before: Some(0.0),
            },
            change_began: -38.0,
            timeline: vec![
                moment(-98.0, "healthy traffic for 60 s"),
                moment(-38.0, "a release of 3 commits is deployed"),
                moment(0.0, "the release serves"),
                moment(20.5, "ErrorBudgetBurn fires: checkout latency"),
                moment(25.2, "the search took 4.2 s: bababababa"),
                moment(25.3, "bababababa (Price rule ba) is reverted: building and deploying"),
                moment(49.0, "the rollback serves"),
                moment(recovered, "checkout latency has recovered"),
                moment(recovered + 40.0, "the alert has resolved"),
            ],
            page: Some(Page {
                alert: "ErrorBudgetBurn".to_owned(),
                service: "checkout".to_owned(),
                slo: "latency".to_owned(),
                severity: "page".to_owned(),
                long_window: "1h".to_owned(),
                short_window: "5m".to_owned(),
                since: 19.7,
                seen: 20.5,
            }),
            search: Some(search(Verdict::Commit, Some(1))),
            mitigation: Mitigation::OneCommit,
            cause: None,
            attempts: vec![Attempt {
                what: "bababababa (Price rule ba) is reverted".to_owned(),
                commit: Some("ba".repeat(20)),
                began: 25.3,
                ended: 49.0,
                helped: true,
                watched: None,
            }],
            outcome: Outcome::Resolved,
            detected: Some(20.5),
            recovered: Some(recovered),
            cleared: Some(recovered + 40.0),
            fires: Times::of(Some(18.0), 32.0, Some(20.5)),
            clears: Times::of(Some(44.0), 60.0, Some(recovered - 9.0)),
            impact: Impact {
                error_ratio: Some(0.52),
                events: 2_320.0,
                bad_events: 1_105.0,
                budget_spent: Some(0.0163),
            },
            slow: Vec::new(),
        }
    }

    #[test]
    fn a_record_is_read_back_as_it_was() {
        let record = record("walk-001", Method::Walk, 58.0);
        let text = serde_json::to_string(&record).unwrap_or_default();
        assert!(text.contains("\"function\":\"total\""), "{text}");
        assert_eq!(serde_json::from_str::<Record>(&text).ok(), Some(record));
    }

    /// A record as it was written before releases were rolled back first.
    #[test]
    fn an_older_record_reverted_one_commit_at_a_time() {
        let text = serde_json::to_string(&record("walk-001", Method::Walk, 58.0)).unwrap_or_default();
        let older = text.replace("\"mitigation\":\"one-commit\",", "");
        assert_ne!(older, text);
        let read: Record = serde_json::from_str(&older).unwrap();
        assert_eq!((read.mitigation, read.cause, read.release.earlier.len()), (Mitigation::OneCommit, None, 0));
    }

    #[test]
    fn several_faulty_commits_are_held() {
        let mut record = record("walk-001", Method::Walk, 58.0);
        record.release.also_bad = vec!["0c".repeat(20)];
        let text = serde_json::to_string(&record).unwrap_or_default();
        let read: Record = serde_json::from_str(&text).unwrap();
        assert_eq!(read.release.faulty().collect::<Vec<_>>(), ["ba".repeat(20), "0c".repeat(20)]);
    }

    #[test]
    fn a_limit_needs_a_computed_time() {
        assert_eq!(Times::of(None, 30.0, Some(5.0)).met, None);
        assert_eq!(Times::of(Some(10.0), 32.0, Some(42.0)).met, Some(true));
        assert_eq!(Times::of(Some(10.0), 32.0, Some(42.1)).met, Some(false));
        assert_eq!(Times::of(Some(10.0), 32.0, None).met, None);
    }
}
