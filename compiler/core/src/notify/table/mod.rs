//! The rows. Names, kinds and rules are Alertmanager's, from `config/notifiers.go` and `config/config.go` of v0.31.1, the
//! HTTP client's from `prometheus/common` v0.67.5.

mod chat;
mod forms;
mod global;
mod http;
mod message;
mod page;
mod task;
mod time;

pub use global::{GLOBALS, GlobalField};
pub use time::INTERVAL;

pub(crate) use global::global;

use super::kind::Record;

/// The integrations of a receiver: the key of each, and its record.
pub const INTEGRATIONS: &[(&str, &Record)] = &[
    ("discord_configs", &chat::DISCORD),
    ("email_configs", &message::EMAIL),
    ("incidentio_configs", &page::INCIDENTIO),
    ("jira_configs", &task::JIRA),
    ("mattermost_configs", &chat::MATTERMOST),
    ("msteams_configs", &chat::MSTEAMS),
    ("msteamsv2_configs", &chat::MSTEAMSV2),
    ("opsgenie_configs", &page::OPSGENIE),
    ("pagerduty_configs", &page::PAGERDUTY),
    ("pushover_configs", &message::PUSHOVER),
    ("rocketchat_configs", &chat::ROCKETCHAT),
    ("slack_configs", &chat::SLACK),
    ("sns_configs", &message::SNS),
    ("telegram_configs", &message::TELEGRAM),
    ("victorops_configs", &page::VICTOROPS),
    ("webex_configs", &chat::WEBEX),
    ("webhook_configs", &task::WEBHOOK),
    ("wechat_configs", &message::WECHAT),
];

/// Templates that every Alertmanager has: `template/default.tmpl` and `template/email.tmpl`.
pub(crate) const TEMPLATES: &[&str] = &[
    "__alertmanager",
    "__alertmanagerURL",
    "__description",
    "__subject",
    "__text_alert_list",
    "__text_alert_list_markdown",
    "discord.default.content",
    "discord.default.message",
    "discord.default.title",
    "email.default.html",
    "email.default.subject",
    "jira.default.description",
    "jira.default.priority",
    "jira.default.summary",
    "mattermost.default.text",
    "msteams.default.summary",
    "msteams.default.text",
    "msteams.default.title",
    "msteamsv2.default.text",
    "msteamsv2.default.title",
    "opsgenie.default.description",
    "opsgenie.default.message",
    "opsgenie.default.source",
    "pagerduty.default.client",
    "pagerduty.default.clientURL",
    "pagerduty.default.description",
    "pagerduty.default.instances",
    "pushover.default.message",
    "pushover.default.title",
    "pushover.default.url",
    "rocketchat.default.alias",
    "rocketchat.default.emoji",
    "rocketchat.default.iconurl",
    "rocketchat.default.text",
    "rocketchat.default.title",
    "rocketchat.default.titlelink",
    "slack.default.callbackid",
    "slack.default.fallback",
    "slack.default.footer",
    "slack.default.iconemoji",
    "slack.default.iconurl",
    "slack.default.pretext",
    "slack.default.text",
    "slack.default.title",
    "slack.default.titlelink",
    "slack.default.username",
    "sns.default.message",
    "sns.default.subject",
    "telegram.default.message",
    "victorops.default.entity_display_name",
    "victorops.default.monitoring_tool",
    "victorops.default.state_message",
    "webex.default.message",
    "wechat.default.agent_id",
    "wechat.default.message",
    "wechat.default.to_party",
    "wechat.default.to_tag",
    "wechat.default.to_user",
];
