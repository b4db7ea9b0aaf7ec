//! What a template may name depends on who reads it.

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The byte in the template.
    pub(crate) at: usize,
    /// What was found.
    pub(crate) message: String,
}

/// Who reads a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Prometheus, in labels and annotations of alerts.
    Prometheus,
    /// Alertmanager, in the address of a webhook.
    Alertmanager,
    /// VictoriaMetrics' vmalert, in labels and annotations of alerts.
    Vmalert,
    /// Grafana, in labels and annotations of the rules that it evaluates.
    Grafana,
}

/// Functions that every template has.
const COMMON: [&str; 19] = [
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print", "printf",
    "println", "slice", "urlquery",
];

/// Functions of Prometheus: <https://prometheus.io/docs/prometheus/latest/configuration/template_reference/>.
const OF_PROMETHEUS: [&str; 29] = [
    "args",
    "externalURL",
    "first",
    "graphLink",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "label",
    "match",
    "now",
    "parseDuration",
    "pathPrefix",
    "query",
    "reReplaceAll",
    "safeHtml",
    "sortByLabel",
    "stripDomain",
    "stripPort",
    "strvalue",
    "tableLink",
    "title",
    "toDuration",
    "toLower",
    "toTime",
    "toUpper",
    "urlQueryEscape",
    "value",
];

/// Functions of Prometheus that vmalert 1.151 lacks: <https://docs.victoriametrics.com/victoriametrics/vmalert/#template-functions>.
const NOT_OF_VMALERT: [&str; 4] = ["graphLink", "tableLink", "toDuration", "urlQueryEscape"];

/// Functions of Prometheus that Grafana lacks, or that want what its templates do not have:
/// <https://grafana.com/docs/grafana/latest/alerting/alerting-rules/templates/reference/>.
const NOT_OF_GRAFANA: [&str; 10] =
    ["first", "label", "now", "query", "safeHtml", "sortByLabel", "strvalue", "toDuration", "toTime", "urlQueryEscape"];

/// What an alert's template finds in `.`, and the variables that Prometheus sets from it.
const DATA: [(&str, &str); 4] = [
    ("Labels", "$labels"),
    ("ExternalLabels", "$externalLabels"),
    ("ExternalURL", "$externalURL"),
    ("Value", "$value"),
];

impl Reader {
    pub(super) fn has(self, function: &str) -> bool {
        let more = OF_PROMETHEUS.contains(&function);
        COMMON.contains(&function)
            || match self {
                Self::Prometheus => more,
                Self::Alertmanager => false,
                Self::Vmalert => more && !NOT_OF_VMALERT.contains(&function),
                Self::Grafana => more && !NOT_OF_GRAFANA.contains(&function),
            }
    }

    /// The variables that are there before a template begins.
    pub(super) fn variables(self) -> Vec<&'static str> {
        let own = DATA.iter().map(|(_, variable)| *variable);
        let own = own.filter(|variable| match self {
            Self::Prometheus | Self::Vmalert => true,
            Self::Alertmanager => false,
            // Its `$value` is the values of all queries, as a text.
            Self::Grafana => *variable == "$labels",
        });
        ["$"].into_iter().chain(own).collect()
    }

    /// Whether the outermost `.` may have a field of this name; what Alertmanager's has is not known here.
    pub(super) fn has_field(self, field: &str) -> bool {
        if self == Self::Grafana {
            return matches!(field, "Labels" | "Values");
        }
        self == Self::Alertmanager || DATA.iter().any(|(name, _)| *name == field)
    }
}
