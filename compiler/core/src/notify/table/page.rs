//! Services that call people: PagerDuty, Opsgenie, VictorOps, incident.io.

use super::forms;
use super::http::{HTTP_CONFIG, SEND_RESOLVED, filled};
use crate::notify::kind::Kind::{
    self, Any, Bool, Count, GoSpan, List, Map, Secret, SecretFile, Template, Url, WordOrTemplate,
};
use crate::notify::kind::{Record, Rule, field};

pub(super) static PAGERDUTY: Record = Record {
    name: "PagerdutyConfig",
    about: "A service of PagerDuty.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("routing_key", Secret("`routing_key_file`"), "The key of an integration with the Events API v2."),
        field("routing_key_file", SecretFile, "A file with the key of an integration with the Events API v2."),
        field("service_key", Secret("`service_key_file`"), "The key of a Prometheus integration."),
        field("service_key_file", SecretFile, "A file with the key of a Prometheus integration."),
        field("url", Url, "The API's address."),
        filled("client", "The name of the monitoring client."),
        filled("client_url", "A link back to the client."),
        filled("description", "What happened."),
        field("details", Map(&Any), "More details, by name."),
        field("images", List(&Kind::Record(&forms::IMAGE)), "Images of the incident."),
        field("links", List(&Kind::Record(&forms::LINK)), "Links of the incident."),
        filled("source", "The affected system. Default: `client`."),
        filled("severity", "The severity: `critical`, `error`, `warning` or `info`."),
        filled("class", "The class of the event."),
        filled("component", "The affected component."),
        filled("group", "A group of sources."),
        field("timeout", GoSpan, "How long a request may take. Default: no limit."),
    ],
    rules: &[Rule::OneOf(&["routing_key_file", "service_key_file"])],
};

pub(super) static OPSGENIE: Record = Record {
    name: "OpsgenieConfig",
    about: "Opsgenie.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_key", Secret("`api_key_file`"), "The API key."),
        field("api_key_file", SecretFile, "A file with the API key."),
        field("api_url", Url, "The API's address."),
        filled("message", "The alert's text, of at most 130 characters."),
        filled("description", "The alert's description."),
        filled("source", "A link back to the sender."),
        field("details", Map(&Template), "More details, by name."),
        filled("entity", "What the alert is about."),
        field("responders", List(&Kind::Record(&RESPONDER)), "Who is called."),
        filled("actions", "Actions, with commas between."),
        filled("tags", "Tags, with commas between."),
        filled("note", "A note."),
        filled("priority", "The priority: `P1` to `P5`."),
        field("update_alerts", Bool, "Whether message and description of an alert are updated."),
    ],
    rules: &[Rule::NeededOrGlobal(&["api_key_file"])],
};

static RESPONDER: Record = Record {
    name: "OpsgenieResponder",
    about: "Somebody whom Opsgenie calls.",
    fields: &[
        filled("id", "The id."),
        filled("name", "The name."),
        filled("username", "The name of a user."),
        field("type", WordOrTemplate(&["team", "teams", "user", "escalation", "schedule"]), "What is called."),
    ],
    rules: &[Rule::AnyOf(&["id", "username", "name"]), Rule::Needed("type")],
};

pub(super) static VICTOROPS: Record = Record {
    name: "VictoropsConfig",
    about: "VictorOps, now Splunk On-Call.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_key", Secret("`api_key_file`"), "The API key."),
        field("api_key_file", SecretFile, "A file with the API key."),
        field("api_url", Url, "The API's address."),
        filled("routing_key", "The team that gets the alert. It is a name and no secret."),
        filled("message_type", "What the alert does: `CRITICAL`, `WARNING` or `INFO`."),
        filled("state_message", "The long text."),
        filled("entity_display_name", "The short text."),
        filled("monitoring_tool", "The sender."),
        field("custom_fields", Map(&Template), "More fields, by name."),
    ],
    rules: &[
        Rule::Needed("routing_key"),
        Rule::NeededOrGlobal(&["api_key_file"]),
        Rule::NotNamed(
            "custom_fields",
            &[
                "routing_key",
                "message_type",
                "state_message",
                "entity_display_name",
                "monitoring_tool",
                "entity_id",
                "entity_state",
            ],
        ),
    ],
};

pub(super) static INCIDENTIO: Record = Record {
    name: "IncidentioConfig",
    about: "incident.io.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("url", Url, "The address of the alert source."),
        field("url_file", SecretFile, "A file with the address of the alert source."),
        field("alert_source_token", Secret("`alert_source_token_file`"), "The token of the alert source."),
        field("alert_source_token_file", SecretFile, "A file with the token of the alert source."),
        field("max_alerts", Count, "The most alerts of a message. 0: all."),
        field("timeout", GoSpan, "How long a request may take. Default: no limit."),
    ],
    rules: &[Rule::OneOf(&["url", "url_file"]), Rule::OneOf(&["alert_source_token_file", "http_config.authorization"])],
};
