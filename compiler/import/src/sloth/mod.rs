//! Sloth: `version: prometheus/v1`, and its object for Kubernetes, which spells the same fields otherwise.

mod alerting;
mod fields;
mod plugins;
mod windows;

use emberline_core::source::Sources;
use emberline_core::spec::{AlertingSpec, SliSpec};
use emberline_core::yaml::Node;

use crate::objective::{Objective, Texts, labels, percent, put};
use crate::ratio::{Query, Side, parts, ratio, up};
use crate::report::Rows;
use crate::tree::{Fields, find, items, pairs, text};
use fields::{Spelling, ignored};
use plugins::Found;
use windows::Period;

/// What holds for every objective of Sloth.
pub(crate) const NOTES: &[&str] = &[
    "Sloth averages ratios of 5 minutes over the window; here the budget counts events, so busy hours weigh more",
    "Sloth's period is an option of its command; 30d is written here unless an `AlertWindows` is imported as well",
    "Sloth has two alerts of two pairs each; here each pair has an alert, labelled `long_window` and `short_window`",
];

/// Reads every document; gives how many objectives there are, and those that can be expressed.
pub(crate) fn read(sources: &Sources, documents: &[&Node], rows: &mut Rows) -> (usize, Vec<Objective>) {
    let (mut count, mut objectives) = (0, Vec::new());
    rows.objective = None;
    let period = windows::read(documents, rows);
    for document in documents.iter().filter(|document| !windows::is_of(document)) {
        let mut fields = Fields::of(document);
        let is_object = fields.get("apiVersion").is_some();
        rows.objective = None;
        if is_object {
            let spec = fields.get("spec");
            let Some(spec) = spec.filter(|_| expected(&mut fields, "kind", "PrometheusServiceLevel", rows)) else {
                continue;
            };
            group(sources, &mut Fields::of(spec), Spelling::Camel, &period, &mut count, &mut objectives, rows);
        } else if expected(&mut fields, "version", "prometheus/v1", rows) {
            group(sources, &mut fields, Spelling::Snake, &period, &mut count, &mut objectives, rows);
        }
    }
    (count, objectives)
}

fn expected(fields: &mut Fields<'_>, name: &str, value: &str, rows: &mut Rows) -> bool {
    match fields.text(name) {
        Some((text, _)) if text == value => true,
        Some((text, at)) => {
            rows.cannot(at, format!("`{name}: {text}`"), format!("only `{value}` is known"));
            false
        }
        None => {
            rows.cannot(fields.at, format!("a spec without `{name}`"), format!("only `{value}` is known"));
            false
        }
    }
}

/// The objectives of one service.
fn group(
    sources: &Sources,
    fields: &mut Fields<'_>,
    spelling: Spelling,
    period: &Period,
    count: &mut usize,
    objectives: &mut Vec<Objective>,
    rows: &mut Rows,
) {
    let service = fields.text("service").filter(|(name, _)| !name.trim().is_empty());
    let shared = labels(fields.get("labels"), rows);
    let chain = fields.get(&spelling.of("slo_plugins"));
    plugins::chain(chain, rows);
    let slos = items(fields.get("slos"));
    ignored(fields, rows);
    if service.is_none() {
        rows.cannot(fields.at, "a spec without `service`", "objectives belong to a service; name it");
    }
    for node in slos {
        let number = *count;
        *count += 1;
        rows.objective = Some(number);
        let mut fields = Fields::of(node);
        let slo = Slo { sources, spelling, period, number, shared: &shared };
        if let Some((service, _)) = service {
            objectives.extend(slo.read(service, &mut fields, rows));
        }
    }
    rows.objective = None;
}

struct Slo<'s> {
    sources: &'s Sources,
    spelling: Spelling,
    period: &'s Period,
    number: usize,
    shared: &'s Texts,
}

impl Slo<'_> {
    fn read(&self, service: &str, fields: &mut Fields<'_>, rows: &mut Rows) -> Option<Objective> {
        let name = fields.text("name");
        let description = fields.text("description").map(|(text, _)| text.trim().to_owned());
        let target = percent(fields.text("objective"), fields.at, "objective", rows);
        plugins::chain(fields.get("plugins"), rows);
        let mut carried = self.shared.clone();
        for (name, value) in labels(fields.get("labels"), rows) {
            put(&mut carried, &name, &value);
        }
        let sli = fields.get("sli");
        let indicators = match sli {
            Some(sli) => self.indicators(sli, rows),
            None => {
                rows.cannot(fields.at, "an objective without `sli`", "nothing says what it counts");
                Vec::new()
            }
        };
        let mut objective = Objective {
            at: name.map_or(fields.at, |(_, at)| at),
            number: self.number,
            service: service.to_owned(),
            owner: carried.iter().find(|(name, _)| name == "owner").map(|(_, owner)| owner.clone()),
            name: name.map(|(name, _)| name.to_owned()).unwrap_or_default(),
            description: description.filter(|text| !text.is_empty()),
            target: target?,
            window: Some(self.period.length),
            indicators,
            alerting: AlertingSpec { pairs: self.period.written(), ..AlertingSpec::default() },
            labels: carried,
            annotations: Texts::new(),
            absent: None,
            metrics: Vec::new(),
        };
        if let Some(node) = fields.get("alerting") {
            alerting::read(node, self.spelling, self.period, &mut objective, rows);
        }
        ignored(fields, rows);
        if name.is_none() {
            rows.cannot(fields.at, "an objective without `name`", "its series and alerts are told by its name");
            return None;
        }
        (!objective.indicators.is_empty()).then_some(objective)
    }

    fn indicators(&self, sli: &Node, rows: &mut Rows) -> Vec<SliSpec> {
        let mut kinds = Fields::of(sli);
        let (events, raw, plugin) = (kinds.get("events"), kinds.get("raw"), kinds.get("plugin"));
        ignored(&kinds, rows);
        match (events, raw, plugin) {
            (Some(events), None, None) => self.events(events, rows),
            (None, Some(raw), None) => {
                let name = self.spelling.of("error_ratio_query");
                let mut fields = Fields::of(raw);
                let query = self.query(&mut fields, &name, rows);
                ignored(&fields, rows);
                query.map(|query| ratio(self.sources, &query, rows)).unwrap_or_default()
            }
            (None, None, Some(plugin)) => self.plugin(plugin, rows),
            (None, None, None) => {
                rows.cannot(
                    sli.span,
                    "an indicator without `events`, `raw` or `plugin`",
                    "nothing says what it counts",
                );
                Vec::new()
            }
            _ => {
                rows.cannot(sli.span, "an indicator of several kinds", "keep one of `events`, `raw` and `plugin`");
                Vec::new()
            }
        }
    }

    fn events(&self, events: &Node, rows: &mut Rows) -> Vec<SliSpec> {
        let mut fields = Fields::of(events);
        let bad = self.query(&mut fields, &self.spelling.of("error_query"), rows);
        let total = self.query(&mut fields, &self.spelling.of("total_query"), rows);
        ignored(&fields, rows);
        let (Some(bad), Some(total)) = (bad, total) else { return Vec::new() };
        parts(self.sources, &total, &bad, Side::Bad, rows)
    }

    fn query<'n>(&self, fields: &mut Fields<'n>, name: &str, rows: &mut Rows) -> Option<Query<'n>> {
        let query = fields.get(name).and_then(Query::of);
        if query.is_none() {
            rows.cannot(fields.at, format!("an indicator without `{name}`"), "nothing says what it counts");
        }
        query
    }

    fn plugin(&self, plugin: &Node, rows: &mut Rows) -> Vec<SliSpec> {
        let Some(id) = find(plugin, "id") else {
            rows.cannot(plugin.span, "a plugin without `id`", "nothing says what it counts");
            return Vec::new();
        };
        let name = text(id).unwrap_or_default();
        let options: Texts = pairs(find(plugin, "options"))
            .into_iter()
            .filter_map(|(key, value)| Some((key.value.text.to_string(), text(value)?.to_owned())))
            .collect();
        match plugins::indicator(name, &options) {
            Ok(found) => {
                let why = "the queries of the plugin stand here, so no plugin is needed";
                rows.changes(id.span, format!("plugin `{name}`"), why, "sli");
                match found {
                    Found::Parts(total, part, side) => {
                        let (total, part) = (Query::made(id, total), Query::made(id, part));
                        parts(self.sources, &total, &part, side, rows)
                    }
                    Found::Up(selector) => vec![up(&selector, &[])],
                }
            }
            Err(why) => {
                rows.cannot(id.span, format!("plugin `{name}`"), why);
                Vec::new()
            }
        }
    }
}
