//! Reads rule files: those of Prometheus, and the Kubernetes objects of its operator.

use emberline_core::emit::RuleText;
use emberline_core::quantity::Duration;
use emberline_core::source::Sources;
use emberline_core::yaml::{self, Node, Value};

/// A rule file that was read.
#[derive(Debug)]
pub struct RuleFile {
    /// Its path, as people are shown it.
    pub name: String,
    pub(super) groups: Vec<FileGroup>,
}

/// A group of a rule file.
#[derive(Debug)]
pub(super) struct FileGroup {
    pub(super) name: String,
    /// `None`: the server's own interval.
    pub(super) interval: Option<Duration>,
    /// Whether the group is evaluated at moments that are not replayed: `query_offset`.
    pub(super) is_moved: bool,
    /// Labels that are put on every rule.
    pub(super) labels: Vec<(String, String)>,
    /// The rules, each with its line.
    pub(super) rules: Vec<(usize, RuleText)>,
}

/// The fields of a group: Prometheus's, and those of its operator and of Thanos and Mimir.
const GROUP: [&str; 9] = [
    "name",
    "interval",
    "query_offset",
    "limit",
    "labels",
    "rules",
    "partial_response_strategy",
    "source_tenants",
    "evaluation_delay",
];
/// The fields of a rule.
const RULE: [&str; 7] = ["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];

impl RuleFile {
    /// Reads a file: `groups`, or documents of the kind `PrometheusRule`.
    ///
    /// # Errors
    /// Why it is no rule file, with the line.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let mut sources = Sources::default();
        let id = sources.add(name, text);
        let parsed = yaml::parse(id, text);
        let file = File { name, sources: &sources };
        if let Some(finding) = parsed.findings.first() {
            return Err(format!("{name}: {}", finding.message));
        }
        let mut groups = Vec::new();
        for document in &parsed.documents {
            groups.extend(file.document(document)?);
        }
        match groups.is_empty() {
            true => Err(format!("{name}: no rule group: a rule file has `groups`")),
            false => Ok(Self { name: name.to_owned(), groups }),
        }
    }
}

struct File<'f> {
    name: &'f str,
    sources: &'f Sources,
}

impl File<'_> {
    fn document(&self, document: &Node) -> Result<Vec<FileGroup>, String> {
        if document.scalar().is_some_and(yaml::Scalar::is_null) {
            return Ok(Vec::new());
        }
        match field(document, "kind").and_then(Node::scalar).map(|kind| &*kind.text) {
            Some("List") => {
                let items = field(document, "items").map(|items| self.list(items)).transpose()?.unwrap_or_default();
                let each = items.iter().map(|item| self.document(item));
                Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            Some("PrometheusRule") => match field(document, "spec") {
                Some(spec) => self.groups(spec),
                None => Err(self.fault(document, "a `PrometheusRule` needs `spec`")),
            },
            Some(kind) => Err(self.fault(document, &format!("expected rule groups, found an object of kind `{kind}`"))),
            None => self.groups(document),
        }
    }

    fn groups(&self, of: &Node) -> Result<Vec<FileGroup>, String> {
        let Some(groups) = field(of, "groups") else {
            return Err(self.fault(of, "expected `groups`, as in a rule file of Prometheus"));
        };
        self.list(groups)?.iter().map(|group| self.group(group)).collect()
    }

    fn group(&self, group: &Node) -> Result<FileGroup, String> {
        self.only(group, &GROUP)?;
        let name = self.text(group, "name")?.ok_or_else(|| self.fault(group, "a group needs `name`"))?;
        let interval = self.length(group, "interval")?.filter(|interval| *interval > Duration::ZERO);
        // A month of more evaluations does not fit in memory.
        if interval.is_some_and(|interval| interval < Duration::from_secs(1)) {
            return Err(self.fault(group, "an interval below 1s is not replayed"));
        }
        let rules = field(group, "rules").map(|rules| self.list(rules)).transpose()?.unwrap_or_default();
        Ok(FileGroup {
            name,
            interval,
            is_moved: self.length(group, "query_offset")?.is_some_and(|offset| offset.millis() > 0),
            labels: self.labels(group)?,
            rules: rules.iter().map(|rule| self.rule(rule)).collect::<Result<_, _>>()?,
        })
    }

    fn rule(&self, rule: &Node) -> Result<(usize, RuleText), String> {
        self.only(rule, &RULE)?;
        let (record, alert) = (self.text(rule, "record")?, self.text(rule, "alert")?);
        let is_alert = alert.is_some();
        let Some(name) = record.xor(alert) else {
            return Err(self.fault(rule, "a rule needs either `record` or `alert`"));
        };
        let expr = self.text(rule, "expr")?.ok_or_else(|| self.fault(rule, "a rule needs `expr`"))?;
        let text = RuleText {
            name,
            is_alert,
            expr,
            labels: self.labels(rule)?,
            hold: self.length(rule, "for")?.unwrap_or_default(),
            keep_firing_for: self.length(rule, "keep_firing_for")?.unwrap_or_default(),
        };
        Ok((self.line(rule), text))
    }

    /// Prometheus loads no file with a field that it does not know.
    fn only(&self, of: &Node, known: &[&str]) -> Result<(), String> {
        let Value::Mapping(entries) = &of.value else {
            return Err(self.fault(of, &format!("expected fields, found {}", of.kind())));
        };
        match entries.iter().find(|(key, _)| !known.contains(&&*key.value.text)) {
            Some((key, value)) => Err(self
                .fault(value, &format!("`{}` is no field here, so Prometheus does not load the file", key.value.text))),
            None => Ok(()),
        }
    }

    fn labels(&self, of: &Node) -> Result<Vec<(String, String)>, String> {
        let Some(labels) = field(of, "labels") else { return Ok(Vec::new()) };
        let Value::Mapping(entries) = &labels.value else {
            return match labels.scalar().is_some_and(yaml::Scalar::is_null) {
                true => Ok(Vec::new()),
                false => Err(self.fault(labels, &format!("expected labels, found {}", labels.kind()))),
            };
        };
        let entry = |(key, value): &(yaml::Key, Node)| match value.scalar() {
            Some(scalar) => Ok((key.value.text.to_string(), scalar.text.to_string())),
            None => Err(self.fault(value, &format!("expected a label's value, found {}", value.kind()))),
        };
        entries.iter().map(entry).collect()
    }

    fn length(&self, of: &Node, name: &str) -> Result<Option<Duration>, String> {
        let Some(text) = self.text(of, name)? else { return Ok(None) };
        if text == "0" {
            return Ok(Some(Duration::default()));
        }
        // Prometheus has a year of 365 days, which specs do not have.
        let (years, rest) = text.split_once('y').unwrap_or(("0", &text));
        let rest = if rest.is_empty() { "0s" } else { rest };
        let days = years.parse::<u64>().ok().and_then(|years| years.checked_mul(365)).filter(|days| *days <= 36_500);
        match (days, Duration::parse(rest)) {
            (Some(days), Ok(length)) => {
                Ok(Some(Duration::from_millis(Duration::from_days(days).millis() + length.millis())))
            }
            _ => Err(self.fault(of, &format!("`{name}: {text}` is no length of time such as `5m`"))),
        }
    }

    /// A field's text; `None` if the field is missing or says nothing.
    fn text(&self, of: &Node, name: &str) -> Result<Option<String>, String> {
        match field(of, name) {
            None => Ok(None),
            Some(value) => match value.scalar() {
                Some(scalar) if scalar.is_null() => Ok(None),
                Some(scalar) => Ok(Some(scalar.text.to_string())),
                None => Err(self.fault(value, &format!("expected a text as `{name}`, found {}", value.kind()))),
            },
        }
    }

    fn list<'n>(&self, of: &'n Node) -> Result<&'n [Node], String> {
        match &of.value {
            Value::Sequence(items) => Ok(items),
            _ if of.scalar().is_some_and(yaml::Scalar::is_null) => Ok(&[]),
            _ => Err(self.fault(of, &format!("expected a list, found {}", of.kind()))),
        }
    }

    fn line(&self, node: &Node) -> usize {
        self.sources.positions(node.span).0.line
    }

    fn fault(&self, node: &Node, why: &str) -> String {
        format!("{}:{}: {why}", self.name, self.line(node))
    }
}

fn field<'n>(of: &'n Node, name: &str) -> Option<&'n Node> {
    let Value::Mapping(entries) = &of.value else { return None };
    entries.iter().find(|(key, _)| &*key.value.text == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "groups:\n- name: a\n  interval: 30s\n  rules:\n  - record: x:y\n    expr: sum(z)\n  - alert: A\n    \
                         expr: x:y > 1\n    for: 1h30m\n    labels: {severity: page}\n";

    #[test]
    fn files_and_objects_are_read() {
        let file = RuleFile::read("r.yml", PLAIN).unwrap();
        let group = &file.groups[0];
        assert_eq!((group.name.as_str(), group.interval.map(Duration::millis)), ("a", Some(30_000)));
        let (line, alert) = &group.rules[1];
        assert_eq!((*line, alert.name.as_str(), alert.hold.millis()), (7, "A", 5_400_000));
        assert_eq!(alert.labels, [("severity".to_owned(), "page".to_owned())]);
        let spec = PLAIN.replace('\n', "\n  ");
        let object = format!("---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  {spec}\n---\n");
        assert_eq!(RuleFile::read("o.yml", &object).unwrap().groups[0].rules.len(), 2);
        let year = RuleFile::read("y.yml", &PLAIN.replace("1h30m", "1y1d")).unwrap();
        assert_eq!(year.groups[0].rules[1].1.hold.millis(), 366 * 86_400_000);
    }

    #[test]
    fn faults_have_their_line() {
        for (text, why) in [
            ("a: 1", "r.yml:1: expected `groups`"),
            ("", "r.yml: no rule group"),
            ("kind: Service", "r.yml:1: expected rule groups, found an object of kind `Service`"),
            ("groups:\n- rules: []", "r.yml:2: a group needs `name`"),
            ("groups:\n- {name: a, interval: 1ms}", "r.yml:2: an interval below 1s"),
            ("groups:\n- name: a\n  rules:\n  - expr: 1", "r.yml:4: a rule needs either"),
            ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: x\n    for: soon", "r.yml:4: `for: soon`"),
            ("groups:\n- name: a\n  rules:\n  - alert: A\n    expr: [x]", "r.yml:5: expected a text as `expr`"),
            (
                "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: x\n    service: b",
                "r.yml:6: `service` is no field",
            ),
            ("groups:\n- name: a\n  rules:\n    alert: A", "r.yml:4: expected a list, found a mapping"),
            ("groups: [", "r.yml: "),
        ] {
            let fault = RuleFile::read("r.yml", text).unwrap_err();
            assert!(fault.starts_with(why), "{fault}");
        }
    }
}
