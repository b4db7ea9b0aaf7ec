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
    /// Alertmanager, in the address of a webhook: it is parsed by itself, without Alertmanager's own functions.
    Alertmanager,
    /// Alertmanager, in a text of a notification.
    Notification,
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

/// Functions of Alertmanager: <https://prometheus.io/docs/alerting/latest/notifications/#functions>.
const OF_NOTIFICATIONS: [&str; 16] = [
    "date",
    "humanizeDuration",
    "join",
    "match",
    "reReplaceAll",
    "safeHtml",
    "safeUrl",
    "since",
    "stringSlice",
    "title",
    "toJson",
    "toLower",
    "toUpper",
    "trimSpace",
    "tz",
    "urlUnescape",
];

/// What a notification's template finds in `.`.
const NOTIFICATION: [&str; 7] =
    ["Receiver", "Status", "Alerts", "GroupLabels", "CommonLabels", "CommonAnnotations", "ExternalURL"];
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
        let own: &[&str] = match self {
            Self::Prometheus | Self::Vmalert | Self::Grafana => &OF_PROMETHEUS,
            Self::Alertmanager => &[],
            Self::Notification => &OF_NOTIFICATIONS,
        };
        let lacks: &[&str] = match self {
            Self::Vmalert => &NOT_OF_VMALERT,
            Self::Grafana => &NOT_OF_GRAFANA,
            _ => &[],
        };
        COMMON.contains(&function) || (own.contains(&function) && !lacks.contains(&function))
    }

    /// The variables that are there before a template begins.
    pub(super) fn variables(self) -> Vec<&'static str> {
        let own = DATA.iter().map(|(_, variable)| *variable);
        let own = own.filter(|variable| match self {
            Self::Prometheus | Self::Vmalert => true,
            Self::Alertmanager | Self::Notification => false,
            // Its `$value` is the values of all queries, as a text.
            Self::Grafana => *variable == "$labels",
        });
        ["$"].into_iter().chain(own).collect()
    }

    /// Whether the outermost `.` has a field of this name.
    pub(super) fn has_field(self, field: &str) -> bool {
        match self {
            Self::Prometheus | Self::Vmalert => DATA.iter().any(|(name, _)| *name == field),
            Self::Grafana => matches!(field, "Labels" | "Values"),
            Self::Alertmanager | Self::Notification => NOTIFICATION.contains(&field),
        }
    }

    /// Whose template it is.
    pub(super) fn product(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::Alertmanager | Self::Notification => "Alertmanager",
            Self::Vmalert => "vmalert",
            Self::Grafana => "Grafana",
        }
    }
}
