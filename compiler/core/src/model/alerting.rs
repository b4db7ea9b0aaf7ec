//! Who is told, when and how: pairs of windows, data states, and what each level overrides.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::address::template;
use super::labels::{self, labels};
use super::severity::Known;
use crate::code;
use crate::finding::Finding;
use crate::gotemplate::Reader;
use crate::quantity::{Duration, Percent};
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::{AlertingSpec, DataSpec, Name, PairSpec};
use crate::suggest;

/// Alerting of one level, everything inherited filled in.
#[derive(Debug, Clone)]
pub struct Alerting {
    /// The alerts' names.
    pub names: AlertNames,
    /// Labels of each alert.
    pub labels: BTreeMap<String, String>,
    /// Annotations of each alert.
    pub annotations: BTreeMap<String, String>,
    /// How long an alert keeps firing after its condition ended.
    pub keep_firing_for: Duration,
    /// Bad events the long window must hold; `None` lets the plan decide by the declared traffic.
    pub min_bad_events: Option<u32>,
    /// Pairs of windows, most urgent first.
    pub pairs: Vec<Pair>,
    /// Severities of built-in pairs that were left out because the policy does not have them.
    pub orphans: Vec<String>,
}

/// The `alertname` of each kind of alert.
#[derive(Debug, Clone)]
pub struct AlertNames {
    /// Burn-rate alerts.
    pub burn: String,
    /// No series at all.
    pub absent: String,
    /// A side of the indicator missing.
    pub broken: String,
    /// One group gone.
    pub group_gone: String,
    /// No events.
    pub no_traffic: String,
}

/// A pair of windows.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The long window.
    pub long: Duration,
    /// The short window.
    pub short: Duration,
    /// How fast the budget must burn.
    pub strength: Strength,
    /// Name of a severity of the policy.
    pub severity: String,
    /// Where somebody wrote the pair; `None` for the built-in ones.
    pub span: Option<Span>,
}

/// How fast the budget must burn for a pair to fire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Strength {
    /// So that this share of the objective's budget goes within the long window.
    Budget(Percent),
    /// At this burn rate; 1 spends the budget exactly by the end of the window.
    Burn(Decimal),
}

impl Pair {
    /// `1h/5m`, by which people name a pair.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.long, self.short)
    }
}

/// What to do in a state of missing data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// Nothing.
    Ignore,
    /// Alert with this severity of the policy.
    Alert(String),
}

/// Responses to missing data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataStates {
    /// No series at all.
    pub absent: Response,
    /// A side of the indicator missing that cannot be absent in health.
    pub broken: Response,
    /// One group gone.
    pub group_gone: Response,
    /// Series, but no events.
    pub no_traffic: Response,
    /// Whether absence is ignored only because the policy lacks the built-in severity.
    pub is_orphan: bool,
    /// The same of a missing side.
    pub is_broken_orphan: bool,
    /// Whether somebody said what a missing side means; else it follows the severity of absence.
    broken_is_said: bool,
}

impl Default for DataStates {
    /// Absence pages, since an outage that kills the process takes its metrics along. A missing side pages, since burn rates
    /// are blind or wrong without it. The others are ignored.
    fn default() -> Self {
        Self {
            absent: Response::Alert(Self::SEVERITY.to_owned()),
            broken: Response::Alert(Self::SEVERITY.to_owned()),
            group_gone: Response::Ignore,
            no_traffic: Response::Ignore,
            is_orphan: false,
            is_broken_orphan: false,
            broken_is_said: false,
        }
    }
}

impl DataStates {
    /// The built-in severity of absent data and of a missing side.
    pub(super) const SEVERITY: &str = "page";

    /// These states with a spec's over them.
    pub(super) fn with(&self, spec: Option<&Spanned<DataSpec>>, known: Known<'_>, scope: &mut Scope<'_>) -> Self {
        let mut states = self.clone();
        if let Response::Alert(name) = &states.absent
            && !known.has(name)
        {
            states.absent = Response::Ignore;
            states.is_orphan = true;
        }
        if let Response::Alert(name) = &states.broken
            && !known.has(name)
        {
            states.broken = Response::Ignore;
            states.is_broken_orphan = true;
        }
        let Some(spec) = spec else { return states };
        let mut set = |state: &mut Response, word: &Option<Spanned<Name>>| {
            let Some(word) = word else { return };
            *state = match word.value.0.as_str() {
                "ignore" => Response::Ignore,
                _ => match known.named(word, &["ignore"], scope) {
                    Some(name) => Response::Alert(name),
                    None => return,
                },
            };
        };
        let DataSpec { absent, broken, .. } = &spec.value;
        states.is_orphan &= absent.is_none();
        set(&mut states.absent, absent);
        states.broken_is_said |= broken.is_some();
        let follows = !states.broken_is_said && absent.as_ref().is_some_and(|word| word.value.0 != "ignore");
        if follows && states.absent != Response::Ignore {
            states.broken = states.absent.clone();
        }
        states.is_broken_orphan &= broken.is_none() && !follows;
        set(&mut states.broken, broken);
        set(&mut states.group_gone, &spec.value.group_gone);
        set(&mut states.no_traffic, &spec.value.no_traffic);
        states
    }
}

impl Alerting {
    /// The built-in defaults: the pairs of the Google SRE Workbook, chapter 5, by share of budget.
    #[must_use]
    pub(crate) fn workbook() -> Self {
        let pair = |long, short, percent: i64, severity: &str| Pair {
            long: Duration::from_hours(long),
            short: Duration::from_minutes(short),
            strength: Strength::Budget(Percent::of_share(Decimal::new(percent, 2))),
            severity: severity.to_owned(),
            span: None,
        };
        Self {
            names: AlertNames {
                burn: "ErrorBudgetBurn".to_owned(),
                absent: "SliAbsent".to_owned(),
                broken: "SliBroken".to_owned(),
                group_gone: "SliGroupGone".to_owned(),
                no_traffic: "SliNoTraffic".to_owned(),
            },
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            keep_firing_for: Duration::from_minutes(5),
            min_bad_events: None,
            orphans: Vec::new(),
            pairs: vec![
                pair(1, 5, 2, "page"),
                pair(6, 30, 5, "page"),
                pair(24, 120, 10, "ticket"),
                pair(72, 360, 10, "ticket"),
            ],
        }
    }

    /// This alerting with a nearer level's over it.
    pub(super) fn with(
        mut self,
        spec: Option<&Spanned<AlertingSpec>>,
        known: Known<'_>,
        scope: &mut Scope<'_>,
    ) -> Self {
        let Some(Spanned { value: spec, .. }) = spec else {
            self.keep_known(known);
            return self;
        };
        if let Some(names) = spec.names.as_ref().map(|names| &names.value) {
            for (name, given) in [
                (&mut self.names.burn, &names.burn),
                (&mut self.names.absent, &names.absent),
                (&mut self.names.broken, &names.broken),
                (&mut self.names.group_gone, &names.group_gone),
                (&mut self.names.no_traffic, &names.no_traffic),
            ] {
                if let Some(given) = given {
                    name.clone_from(&given.value.0);
                }
            }
        }
        self.labels.append(&mut labels(spec.labels.as_ref(), scope));
        for (name, text) in spec.annotations.iter().flat_map(|named| named.value.iter()) {
            if labels::is_label_name(&name.value) {
                if template(text, &text.value.0, Reader::Prometheus, scope) {
                    self.annotations.insert(name.value.clone(), text.value.0.clone());
                }
            } else {
                scope.report(
                    Finding::new(
                        &code::INVALID_VALUE,
                        name.span,
                        format!("`{}` is not an annotation name", name.value),
                    )
                    .hint(format!("write `{}`", super::label_name(&name.value))),
                );
            }
        }
        if let Some(keep) = spec.keep_firing_for {
            self.keep_firing_for = keep.value;
        }
        if let Some(least) = spec.min_bad_events {
            self.min_bad_events = Some(least.value);
        }
        if let Some(pairs) = &spec.pairs {
            self.pairs = pairs.value.iter().filter_map(|pair| resolve_pair(pair, known, scope)).collect();
            self.orphans.clear();
            self.refuse_twins(scope);
        } else {
            self.keep_known(known);
        }
        for dropped in spec.drop.iter().flatten() {
            let before = self.pairs.len();
            self.pairs.retain(|pair| pair.name() != dropped.value);
            if self.pairs.len() == before {
                let names: Vec<String> = self.pairs.iter().map(Pair::name).collect();
                scope.report(
                    Finding::new(
                        &code::UNKNOWN_REFERENCE,
                        dropped.span,
                        format!("no pair is called `{}`", dropped.value),
                    )
                    .maybe_hint(suggest::did_you_mean(&dropped.value, names.iter().map(String::as_str)))
                    .note(match names.is_empty() {
                        true => "no pairs are left here".to_owned(),
                        false => format!("the pairs here are {}", names.join(", ")),
                    }),
                );
            }
        }
        self
    }

    /// Built-in pairs whose severity the policy has renamed away go, and are remembered as orphans.
    fn keep_known(&mut self, known: Known<'_>) {
        let orphans = &mut self.orphans;
        self.pairs.retain(|pair| {
            let stays = pair.span.is_some() || known.has(&pair.severity);
            if !stays {
                orphans.push(pair.severity.clone());
            }
            stays
        });
    }

    fn refuse_twins(&self, scope: &mut Scope<'_>) {
        for (index, pair) in self.pairs.iter().enumerate() {
            let twin = self.pairs[..index].iter().find(|earlier| earlier.name() == pair.name());
            if let (Some(twin), Some(span)) = (twin, pair.span) {
                let mut finding =
                    Finding::new(&code::DUPLICATE_NAME, span, format!("the pair `{}` is declared twice", pair.name()));
                if let Some(earlier) = twin.span {
                    finding = finding.related(earlier, "first declared here");
                }
                scope.report(finding.hint("keep one of them"));
            }
        }
    }
}

fn resolve_pair(spec: &PairSpec, known: Known<'_>, scope: &mut Scope<'_>) -> Option<Pair> {
    let severity = spec.severity.0.as_ref().and_then(|name| known.named(name, &[], scope));
    let mut sound = true;
    let mut refuse = |span, message: String, hint: &str| {
        scope.report(Finding::new(&code::INVALID_VALUE, span, message).hint(hint));
        sound = false;
    };
    if let (Some(long), Some(short)) = (spec.long.0, spec.short.0)
        && short.value >= long.value
    {
        refuse(
            short.span,
            format!("the short window `{}` must be shorter than the long window `{}`", short.value, long.value),
            "a twelfth of the long window is usual",
        );
    }
    for window in [spec.long.0, spec.short.0].into_iter().flatten() {
        // Counted windows are tiled by five minutes, the others by one: an event must fall into exactly one tile.
        let step = if window.value >= Duration::from_days(1) { 5 } else { 1 };
        if window.value == Duration::ZERO || !window.value.is_multiple_of(Duration::from_minutes(step)) {
            refuse(
                window.span,
                format!("expected whole multiples of {step}m for a window, found `{}`", window.value),
                "windows of a day and more are counted in steps of 5m, shorter ones of 1m",
            );
        }
        if window.value > Duration::from_days(90) {
            refuse(
                window.span,
                format!("expected a window of at most 90d, found `{}`", window.value),
                "use a shorter window",
            );
        }
    }
    let strength = match (spec.budget, spec.burn) {
        (Some(budget), None) => {
            if budget.value.share() <= Decimal::ZERO || budget.value.share() > Decimal::ONE {
                refuse(
                    budget.span,
                    format!("expected a share from 0% to 100%, found `{}`", budget.value),
                    "2% is usual for a page",
                );
            }
            Strength::Budget(budget.value)
        }
        (None, Some(burn)) => {
            if burn.value.0 < Decimal::ONE || burn.value.0 > Decimal::from(1_000_000) {
                refuse(
                    burn.span,
                    format!("expected a burn rate of at least 1, found `{}`", burn.value.0),
                    "below 1 the objective is being met",
                );
            }
            Strength::Burn(burn.value.0)
        }
        (Some(budget), Some(burn)) => {
            scope.report(
                Finding::new(&code::INVALID_VALUE, burn.span, "a pair has either `budget` or `burn`, not both")
                    .related(budget.span, "the budget already decides the burn rate")
                    .hint("keep one of them"),
            );
            return None;
        }
        (None, None) => {
            if let Some(long) = spec.long.0
                && !spec.flawed.any(&["budget", "burn"])
            {
                scope.report(
                    Finding::new(&code::MISSING_FIELD, long.span, "a pair needs `budget` or `burn`")
                        .label("how fast the budget must burn is not said")
                        .hint("write `budget: 2%` for 2% of the budget in the long window"),
                );
            }
            return None;
        }
    };
    let (long, short, severity) = (spec.long.0?, spec.short.0?, severity?);
    sound.then_some(Pair { long: long.value, short: short.value, strength, severity, span: Some(long.span) })
}
