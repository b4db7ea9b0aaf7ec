//! Objectives → specs: each is compiled alone first, so that what is written compiles; then one file for each service.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::finding::{Finding, Severity};
use emberline_core::quantity::Duration;
use emberline_core::source::{SourceId, Sources, Spanned};
use emberline_core::spec::{
    AlertingSpec, Comments, DataSpec, Name, Named, ServiceSpec, SliSpec, SloSpec, Text, Version, write,
};
use emberline_core::yaml::{self, Node};
use emberline_core::{Needs, Order, compile};
use rust_decimal::Decimal;

use crate::alerts::{self, DEFAULT};
use crate::objective::{Objective, Texts};
use crate::report::{Kind, Report, Row, Rows};
use crate::tree::{find, items, text};

/// A spec of ours.
#[derive(Debug)]
pub struct File {
    /// Its name below the folder of specs.
    pub name: String,
    /// Its text, without a head.
    pub text: String,
    /// Where it comes from, as findings show paths.
    pub from: Vec<String>,
}

/// Writes what compiles. `lines` is how many lines of a head stand above each text.
pub(crate) fn files(
    sources: &Sources,
    read: usize,
    objectives: Vec<Objective>,
    mut rows: Rows,
    lines: usize,
) -> (Vec<File>, Report) {
    let mut services: BTreeMap<String, Vec<Objective>> = BTreeMap::new();
    let mut names: BTreeSet<(String, String)> = BTreeSet::new();
    let mut written: BTreeSet<usize> = BTreeSet::new();
    for mut objective in objectives {
        rows.objective = Some(objective.number);
        let key = (objective.service.clone(), objective.name.clone());
        if names.contains(&key) {
            let what = format!("objective `{}` of `{}`", objective.name, objective.service);
            rows.cannot(objective.at, what, "another objective of this service has the name already");
        } else if settle(&mut objective, &mut rows) {
            names.insert(key);
            written.insert(objective.number);
            services.entry(objective.service.clone()).or_default().push(objective);
        }
    }
    let mut taken = BTreeSet::new();
    let mut files = Vec::new();
    for (service, objectives) in services {
        let name = file_name(&service, &mut taken);
        let file = file(sources, name, &service, &objectives);
        place(&file, &objectives, lines, &mut rows.all);
        files.push(file);
    }
    // A refused objective maps nothing.
    rows.all.retain(|row| row.kind == Kind::Cannot || row.objective.is_none_or(|number| written.contains(&number)));
    rows.all.sort_by_key(|row| (row.at.source, row.at.start, row.kind));
    let (imported, refused) = (written.len(), read.saturating_sub(written.len()));
    (files, Report { rows: rows.all, notes: Vec::new(), imported, refused })
}

/// Chooses the first indicator that compiles, and leaves out pairs that cannot fire. Whether anything compiles.
fn settle(objective: &mut Objective, rows: &mut Rows) -> bool {
    let pairs = objective.alerting.pairs.clone();
    told_apart(objective, rows);
    unreachable(objective, rows);
    let indicators = objective.indicators.clone();
    let mut refusals = chosen(objective, &indicators, rows);
    // Short windows of a peer may hold too few scrapes.
    let is_window = |finding: &Finding| finding.code.id == "window-too-short";
    if refusals.as_ref().is_some_and(|faults| !faults.is_empty() && faults.iter().all(is_window)) && pairs.is_some() {
        let why = refusals.iter().flatten().next().map(|it| it.message.clone()).unwrap_or_default();
        rows.changes(objective.at, "the pairs of windows are ours, by their shares of the budget", why, "alerting");
        objective.alerting.pairs = None;
        unreachable(objective, rows);
        refusals = chosen(objective, &indicators, rows);
    }
    let Some(refusals) = refusals else { return true };
    for finding in refusals {
        let hint = finding.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        let why = format!("{} ({}){hint}", finding.message, finding.code.id);
        rows.cannot(objective.at, format!("objective `{}` does not compile here", objective.name), why);
    }
    false
}

/// Leaves out labels of alerts that series are told apart by: Prometheus would put the one text over that of every group,
/// and refuse the second alert as the same.
fn told_apart(objective: &mut Objective, rows: &mut Rows) {
    let groups: Vec<String> = objective.indicators.iter().flat_map(groups).collect();
    objective.labels.retain(|(name, value)| {
        let is_group = groups.contains(name);
        if is_group {
            let why = "the objective is kept apart by this label, so its alerts carry that of their group";
            rows.changes(objective.at, format!("label `{name}: {value}` is left out"), why, "alerting");
        }
        !is_group
    });
}

/// The labels that an indicator is grouped by.
fn groups(sli: &SliSpec) -> Vec<String> {
    let events = sli.events.as_ref().and_then(|it| it.value.group_by.as_ref());
    let expr = sli.expr.as_ref().and_then(|it| it.value.group_by.as_ref());
    let latency = sli.latency.as_ref().and_then(|it| it.value.group_by.as_ref());
    let availability = sli.availability.as_ref().and_then(|it| it.value.group_by.as_ref());
    let timeslice = sli.timeslice.as_ref().and_then(|it| it.value.group_by.as_ref());
    let all = [events, expr, latency, availability, timeslice].into_iter().flatten().flatten();
    all.map(|label| label.value.clone()).collect()
}

/// Takes the first indicator that compiles; else gives what the last one is refused for.
fn chosen(objective: &mut Objective, indicators: &[SliSpec], rows: &mut Rows) -> Option<Vec<Finding>> {
    let mut refusals: Vec<Finding> = Vec::new();
    for indicator in indicators {
        objective.indicators = vec![indicator.clone()];
        let faults = faults(objective);
        if faults.is_empty() {
            let is_expr = objective.indicators.iter().any(|sli| sli.expr.is_some());
            match is_expr {
                true => {
                    let why = "no selector says the same, so the queries stay as they are and nothing proves them";
                    rows.changes(objective.at, format!("the indicator of `{}`", objective.name), why, "sli");
                }
                false => rows.maps(objective.at, format!("the indicator of `{}`", objective.name), "sli"),
            }
            return None;
        }
        refusals = faults;
    }
    Some(refusals)
}

/// Leaves out pairs whose burn rate no outage reaches.
fn unreachable(objective: &mut Objective, rows: &mut Rows) {
    let target = objective.target;
    let why = "this pair can never fire at such a target, in the peer's rules neither; it is left out";
    let mut dropped = |long: &str, short: &str| {
        rows.changes(target.span, format!("the alert over {long} and {short}"), why, "alerting");
    };
    let window = objective.window.unwrap_or(Duration::from_days(30));
    match &mut objective.alerting.pairs {
        Some(pairs) => pairs.value.retain(|pair| {
            let (Some(long), Some(short)) = (&pair.long.0, &pair.short.0) else { return true };
            let burn = match (&pair.burn, &pair.budget) {
                (Some(burn), _) => Some(burn.value.0),
                // A share of the budget burns it so many times too fast, and never below 1.
                (None, Some(share)) => Decimal::from(window.millis())
                    .checked_div(Decimal::from(long.value.millis()))
                    .map(|times| (share.value.share() * times).max(Decimal::ONE)),
                (None, None) => None,
            };
            let fires = burn.is_none_or(|burn| alerts::can_fire(burn, target.value.share()));
            if !fires {
                dropped(&long.value.to_string(), &short.value.to_string());
            }
            fires
        }),
        None => {
            let days = window.millis() / 86_400_000;
            for (name, _, tenths) in DEFAULT {
                // The share of the budget is kept for other windows than 30 days, and a burn rate is never below 1.
                let burn = Decimal::new(tenths, 1) * Decimal::from(days);
                let burn = (burn / Decimal::from(30)).max(Decimal::ONE);
                if !alerts::can_fire(burn, target.value.share()) {
                    let (long, short) = name.split_once('/').unwrap_or((name, ""));
                    dropped(long, short);
                    objective.alerting.drop.get_or_insert_default().push(Spanned::made(name.to_owned()));
                }
            }
        }
    }
}

/// What the compiler refuses of an objective alone.
fn faults(objective: &Objective) -> Vec<Finding> {
    let mut sources = Sources::default();
    let spec = service(&objective.service, std::slice::from_ref(objective));
    sources.add("import.yaml", write(&spec, Comments::No));
    let analysis = compile(&sources, Order { needs: Needs::Findings, ..Order::default() });
    analysis.findings.into_iter().filter(|finding| finding.severity >= Severity::Error).collect()
}

fn file(sources: &Sources, name: String, service_name: &str, objectives: &[Objective]) -> File {
    let mut from: Vec<String> = objectives.iter().map(|it| sources.get(it.at.source).path.clone()).collect();
    from.sort();
    from.dedup();
    let text = write(&service(service_name, objectives), Comments::Fields);
    File { name, text, from }
}

/// A service with its objectives. What all of them carry is said once.
fn service(name: &str, objectives: &[Objective]) -> ServiceSpec {
    let common = |of: fn(&Objective) -> &Texts| -> Texts {
        let Some((first, rest)) = objectives.split_first() else { return Texts::new() };
        let is_common =
            |text: &&(String, String)| !rest.is_empty() && rest.iter().all(|other| of(other).contains(text));
        of(first).iter().filter(is_common).cloned().collect()
    };
    let (labels, annotations) = (common(|it| &it.labels), common(|it| &it.annotations));
    let mut metrics: Vec<_> = Vec::new();
    for (name, metric) in objectives.iter().flat_map(|it| &it.metrics) {
        if !metrics.iter().any(|(known, _): &(Spanned<String>, _)| known.value == *name) {
            metrics.push((Spanned::made(name.clone()), Some(metric.clone())));
        }
    }
    let shared = AlertingSpec { labels: texts(&labels), annotations: texts(&annotations), ..AlertingSpec::default() };
    let slos: Vec<SloSpec> = objectives.iter().map(|it| slo(it, &labels, &annotations)).collect();
    ServiceSpec {
        version: Version.into(),
        service: Name(name.to_owned()).into(),
        owner: objectives.iter().find_map(|it| it.owner.clone()).map(|owner| Spanned::made(Name(owner))),
        metrics: (!metrics.is_empty()).then_some(Named(metrics)),
        alerting: (!labels.is_empty() || !annotations.is_empty()).then(|| Spanned::made(shared)),
        slos: slos.into(),
        ..ServiceSpec::default()
    }
}

fn slo(objective: &Objective, labels: &Texts, annotations: &Texts) -> SloSpec {
    let own =
        |all: &Texts, common: &Texts| -> Texts { all.iter().filter(|text| !common.contains(text)).cloned().collect() };
    let mut alerting = objective.alerting.clone();
    alerting.labels = texts(&own(&objective.labels, labels));
    alerting.annotations = texts(&own(&objective.annotations, annotations));
    let is_said = alerting.names.is_some()
        || alerting.labels.is_some()
        || alerting.annotations.is_some()
        || alerting.pairs.is_some()
        || alerting.drop.is_some();
    let absent = objective.absent.map(|severity| Spanned::made(Name(severity.to_owned())));
    SloSpec {
        name: Name(objective.name.clone()).into(),
        description: objective.description.clone().map(Spanned::made),
        objective: objective.target.value.into(),
        window: objective.window.map(Spanned::made),
        sli: objective.indicators.first().cloned().unwrap_or_else(SliSpec::default).into(),
        data: absent.map(|absent| Spanned::made(DataSpec { absent: Some(absent), ..DataSpec::default() })),
        alerting: is_said.then(|| Spanned::made(alerting)),
        ..SloSpec::default()
    }
}

fn texts(texts: &Texts) -> Option<Spanned<Named<Spanned<Text>>>> {
    let entry =
        |(name, value): &(String, String)| (Spanned::made(name.clone()), Some(Spanned::made(Text(value.clone()))));
    (!texts.is_empty()).then(|| Spanned::made(Named(texts.iter().map(entry).collect())))
}

/// A file name that no other service has.
fn file_name(service: &str, taken: &mut BTreeSet<String>) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let stem: String = service.chars().take(100).map(safe).collect();
    let stem = stem.trim_start_matches(['.', '-']).to_ascii_lowercase();
    // Files of these names are no services.
    let is_other = matches!(stem.as_str(), "" | "policy" | "prices");
    let stem = if is_other { format!("service-{stem}") } else { stem };
    let mut name = format!("{stem}.yaml");
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{stem}-{number}.yaml");
        number += 1;
    }
    name
}

/// Gives rows their places in a written file.
fn place(file: &File, objectives: &[Objective], lines: usize, rows: &mut [Row]) {
    let mut own = Sources::default();
    let id: SourceId = own.add(file.name.clone(), file.text.clone());
    let parsed = yaml::parse(id, &file.text);
    let Some(document) = parsed.documents.first() else { return };
    let slos = items(find(document, "slos"));
    for objective in objectives {
        let named = |slo: &&Node| find(slo, "name").and_then(text) == Some(objective.name.as_str());
        let Some(slo) = slos.iter().find(named) else { continue };
        for row in rows.iter_mut().filter(|row| row.objective == Some(objective.number)) {
            if row.kind == Kind::Cannot {
                continue;
            }
            let field = find(slo, row.field).or_else(|| find(document, row.field)).unwrap_or(slo);
            let line = own.get(id).position(field.span.start as usize).line + lines;
            row.into = Some((file.name.clone(), line));
        }
    }
}
