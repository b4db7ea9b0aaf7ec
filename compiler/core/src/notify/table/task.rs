//! Programs: Jira, and any webhook.

use super::http::{HTTP_CONFIG, SEND_RESOLVED, filled};
use crate::notify::kind::Kind::{
    Any, Bool, Count, GoSpan, Hook, List, Map, SecretFile, Span, Template, TemplateOr, Url, Word,
};
use crate::notify::kind::{Record, Rule, field};

pub(super) static JIRA: Record = Record {
    name: "JiraConfig",
    about: "A project of Jira.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_url", Url, "The API's address, such as `https://company.atlassian.net/rest/api/2/`."),
        field("api_type", Word(&["auto", "cloud", "datacenter"]), "Which Jira it is. Default: `auto`."),
        filled("project", "The project's key."),
        field("summary", TemplateOr(&JIRA_FIELD), "The issue's summary."),
        field("description", TemplateOr(&JIRA_FIELD), "The issue's description."),
        field("labels", List(&Template), "The issue's labels."),
        filled("priority", "The issue's priority."),
        filled("issue_type", "The issue's type."),
        filled("reopen_transition", "The transition that reopens an issue."),
        filled("resolve_transition", "The transition that resolves an issue."),
        filled("wont_fix_resolution", "Issues with this resolution are not reopened."),
        field("reopen_duration", Span, "How long after it was resolved an issue is reopened."),
        field("fields", Map(&Any), "More fields, by name."),
    ],
    rules: &[Rule::Needed("project"), Rule::Needed("issue_type"), Rule::NeededOrGlobal(&["api_url"])],
};

static JIRA_FIELD: Record = Record {
    name: "JiraField",
    about: "A text of an issue.",
    fields: &[
        filled("template", "The text."),
        field("enable_update", Bool, "Whether the text is updated in an issue. Default: `true`."),
    ],
    rules: &[],
};

pub(super) static WEBHOOK: Record = Record {
    name: "WebhookConfig",
    about: "A program of yours, which alerts are posted to.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("url", Hook, "The address. It may be a template with Go's own functions."),
        field("url_file", SecretFile, "A file with the address."),
        field("max_alerts", Count, "The most alerts of a message. 0: all."),
        field("timeout", GoSpan, "How long a request may take. Default: no limit."),
    ],
    rules: &[Rule::OneOf(&["url", "url_file"])],
};
