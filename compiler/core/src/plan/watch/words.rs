//! What these alerts tell people: in annotations and on pages.

use super::times::Times;
use super::watched::Watched;

/// What an alert means.
#[derive(Debug)]
pub struct About {
    /// What is wrong, in a line.
    pub summary: String,
    /// The same at more length.
    pub description: String,
    /// What it means for those who rely on alerts, a paragraph each.
    pub meaning: Vec<String>,
    /// What to look at and to do, in order: a title, and why.
    pub steps: Vec<(&'static str, &'static str)>,
    /// Queries of the first step: a text, and what it shows.
    pub shows: Vec<Shown>,
    /// How it comes about, or misleads.
    pub causes: Vec<&'static str>,
}

/// A query for the page.
#[derive(Debug, Clone)]
pub struct Shown {
    /// PromQL.
    pub query: String,
    /// What it shows.
    pub what: String,
}

impl Shown {
    fn new(query: String, what: impl Into<String>) -> Self {
        Self { query, what: what.into() }
    }

    pub(super) fn failing(query: String) -> Self {
        Self::new(query, "The rule groups that fail, with their failed evaluations")
    }

    pub(super) fn groups(query: String) -> Self {
        Self::new(query, "The rule groups that it is about")
    }

    pub(super) fn slowest(query: String) -> Self {
        Self::new(query, "The slowest groups, as a share of their interval")
    }

    pub(super) fn by(label: &str, query: String) -> Self {
        Self::new(query, format!("The share that fails, by {label}"))
    }
}

/// What an alert means, with the queries of its condition.
pub(super) fn about(watched: Watched, shows: Vec<Shown>, times: Times) -> About {
    let (summary, description) = short(watched, times);
    About {
        summary,
        description,
        meaning: meaning(watched).iter().map(|it| (*it).to_owned()).collect(),
        steps: steps(watched).to_vec(),
        shows,
        causes: causes(watched).to_vec(),
    }
}

fn short(watched: Watched, times: Times) -> (String, String) {
    let (window, long, resends) = (times.window, times.long, times.resends);
    let (summary, description): (&str, String) = match watched {
        Watched::Itself => (
            "alerts get through",
            "This alert always fires. Whatever receives it must call somebody when it stops.".to_owned(),
        ),
        Watched::RulerUnseen => (
            "nobody sees whether rules are evaluated",
            "The ruler's own metrics are missing, so no alert tells whether rules fail or stand still.".to_owned(),
        ),
        Watched::RulesFail => (
            "rules of objectives fail",
            format!("{{{{ $value | printf \"%.0f\" }}}} evaluations failed within {window}. Their objectives may be without alerts."),
        ),
        Watched::RulerLags => (
            "rule groups are not evaluated any more",
            "A rule group of an objective is late by more than three evaluations. Its alerts can neither fire nor resolve."
                .to_owned(),
        ),
        Watched::RulesMissed => (
            "evaluations of rules were left out",
            format!("Groups took longer than their interval, and evaluations were left out within {long}."),
        ),
        Watched::RulesSlow => (
            "a rule group needs more than half of its interval",
            "The slowest group needs {{ $value | humanizePercentage }} of its interval. Beyond 100% evaluations are left out."
                .to_owned(),
        ),
        Watched::NobodyToTell => (
            "the ruler knows no Alertmanager",
            "Alerts fire and reach nobody: no Alertmanager was discovered.".to_owned(),
        ),
        Watched::AlertsRefused => (
            "no Alertmanager takes alerts",
            format!("At least {{{{ $value | humanizePercentage }}}} of the alerts that were sent within {resends} failed, at every Alertmanager."),
        ),
        Watched::AlertmanagerUnseen => (
            "nobody sees whether notifications arrive",
            "Alertmanager's own metrics are missing, so no alert tells whether notifications fail.".to_owned(),
        ),
        Watched::NotificationsFail => (
            "notifications do not arrive",
            format!("{{{{ $value | humanizePercentage }}}} of the notifications through {{{{ $labels.integration }}}} failed within {long}, after every retry."),
        ),
        Watched::NotReloaded => (
            "a changed configuration was not taken",
            "The last reload failed. What ran before still runs: rules, routes and receivers that changed since are missing."
                .to_owned(),
        ),
        Watched::SnapshotOld => (
            "a snapshot of what is exported is old",
            "`{{ $labels.snapshot }}` is older than the policy allows. Specs are held against metrics that may have changed."
                .to_owned(),
        ),
    };
    (format!("Alerting: {summary}"), description)
}

fn meaning(watched: Watched) -> &'static [&'static str] {
    match watched {
        Watched::Itself => &[
            "This alert is no trouble. It shows that rules are evaluated and that a notification reaches its receiver.",
            "If you are here because it stopped: no alert may reach anybody at the moment. Treat that as an outage of alerting.",
        ],
        Watched::RulerUnseen | Watched::AlertmanagerUnseen => &[
            "Alerts on the way of alerts are blind. Alerts of objectives may still work.",
            "If it began with a deployment of these alerts, the labels in the policy's `watchers` select nothing.",
        ],
        Watched::RulesFail | Watched::RulerLags => &[
            "Objectives may burn their error budget without a page. Look at the dashboards of important services until this resolves.",
        ],
        Watched::RulesMissed | Watched::RulesSlow => {
            &["Alerts still fire, later than their pages say. It gets worse with each objective and each time series."]
        }
        Watched::NobodyToTell | Watched::AlertsRefused => &[
            "Alerts fire in the ruler, and nobody is told. Look at the ruler's own list of alerts until this resolves.",
            "If you got this as a notification, it came through another ruler, or the trouble is over.",
        ],
        Watched::NotificationsFail => &[
            "Somebody who should be told is not. This alert came another way: look at Alertmanager's own list of alerts.",
        ],
        Watched::NotReloaded => &["Everything works as before the change. The next restart may not."],
        Watched::SnapshotOld => &[
            "The gate judges specs by what was exported long ago. A renamed metric is not found, and its objective would be silent.",
        ],
    }
}

fn steps(watched: Watched) -> &'static [(&'static str, &'static str)] {
    match watched {
        Watched::Itself => &[
            (
                "Is it there?",
                "The ruler lists it among its firing alerts. If it does not, the ruler or this rule file is gone.",
            ),
            (
                "Does Alertmanager have it?",
                "If Alertmanager lists it and its receiver got nothing, the receiver is faulty.",
            ),
        ],
        Watched::RulerUnseen | Watched::AlertmanagerUnseen => &[
            ("Is it up?", "Open its `/metrics`. A process that does not answer is the trouble itself."),
            ("Is it scraped?", "Look for it among the targets, with the labels that the policy's `watchers` name."),
        ],
        Watched::RulesFail => &[
            ("Which rules fail?", "The ruler's page of rules shows each error in full."),
            (
                "What changed?",
                "Two time series where one was: a label that is new makes matches ambiguous. Roll that change back.",
            ),
        ],
        Watched::RulerLags => &[
            ("Which groups are late?", "All of them: the ruler is overloaded or stuck. One of them: its queries are."),
            (
                "Is the ruler starved?",
                "Look at its processor time, its memory and, behind a querier, at that one's latency.",
            ),
            ("Restart the ruler", "Only after its log is kept. Alerts that fire stay so over a restart."),
        ],
        Watched::RulesMissed | Watched::RulesSlow => &[
            ("Which groups are slow?", "The slowest first. Long windows over many time series cost most."),
            (
                "Make them lighter",
                "Fewer groups (`group_by`), a longer `evaluation_interval`, or more rulers that share the objectives.",
            ),
        ],
        Watched::NobodyToTell => &[
            (
                "Is Alertmanager configured?",
                "`alerting.alertmanagers` of Prometheus, `-notifier.url` of vmalert, and their kin elsewhere.",
            ),
            (
                "Does discovery find it?",
                "Look at the ruler's page of discovered Alertmanagers, with those that were dropped.",
            ),
        ],
        Watched::AlertsRefused => &[
            ("Which Alertmanager refuses?", "One of several is a nuisance, all of them are an outage."),
            ("Can the ruler reach it?", "The ruler's log has the answer or the network's error, by address."),
        ],
        Watched::NotificationsFail => &[
            ("Which integration fails?", "Alertmanager's log has the answer of the other side."),
            (
                "Is the key still good?",
                "Expired keys and deleted channels fail for ever, an outage of the other side passes.",
            ),
            ("Tell people another way", "Until it works, somebody watches Alertmanager's own list of alerts."),
        ],
        Watched::NotReloaded => &[
            (
                "What is wrong with the file?",
                "`promtool check config`, `amtool check-config` or the log name the line.",
            ),
            (
                "Roll the change back",
                "`emberline check` in the pull request would have found faults of what it writes.",
            ),
        ],
        Watched::SnapshotOld => &[(
            "Take a new one",
            "`emberline observe SOURCE --snapshot NAME` writes it. Read its diff as you would a change of code.",
        )],
    }
}

fn causes(watched: Watched) -> &'static [&'static str] {
    match watched {
        Watched::Itself => &[
            "The receiver's own timer is shorter than the interval at which Alertmanager repeats the alert.",
            "A silence matches it. It should match no silence, ever.",
        ],
        Watched::RulerUnseen => {
            &["Prometheus does not scrape itself.", "The ruler runs as several processes, and another one is scraped."]
        }
        Watched::RulesFail => &[
            "A second exporter, or a relabelling, made two time series of one.",
            "Behind a querier: a store is down, and the query fails whole.",
        ],
        Watched::RulerLags => {
            &["The ruler waits for a querier that does not answer.", "The clock of the machine jumped."]
        }
        Watched::RulesMissed | Watched::RulesSlow => &[
            "A label with many values came into `group_by`, or into the metric.",
            "Another person's query takes the processor: a dashboard over months.",
        ],
        Watched::NobodyToTell => {
            &["A relabelling drops every Alertmanager.", "A service account may not list endpoints any more."]
        }
        Watched::AlertsRefused => &[
            "A proxy between the two asks for credentials.",
            "Alertmanager is out of memory, by alerts of another team.",
        ],
        Watched::AlertmanagerUnseen => &["Nothing scrapes Alertmanager.", "It runs under another name of the job."],
        Watched::NotificationsFail => {
            &["The other side limits requests.", "A template of a receiver fails on alerts that lack a label."]
        }
        Watched::NotReloaded => {
            &["A file was written in part when the reload came.", "Somebody edited a generated file by hand."]
        }
        Watched::SnapshotOld => &["The job that takes snapshots failed, or was never set up."],
    }
}
