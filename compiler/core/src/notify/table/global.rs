//! What the receivers of a configuration share: its `global`.

use super::http;
use crate::notify::kind::Kind::{self, Bool, HostPort, Secret, SecretFile, Span, Text, Url};
use crate::notify::kind::{Record, Rule, field};

/// A field of `global`, and the fields that it stands for.
#[derive(Debug)]
pub struct GlobalField {
    /// Its name.
    pub name: &'static str,
    /// The integrations whose field it stands for, by the key in a receiver. `None` for all that call over HTTP.
    pub integration: Option<&'static str>,
    /// That field.
    pub field: &'static str,
    /// Fields beside which it stands for nothing.
    pub beside: &'static [&'static str],
}

const fn stands(
    name: &'static str,
    integration: &'static str,
    field: &'static str,
    beside: &'static [&'static str],
) -> GlobalField {
    GlobalField { name, integration: Some(integration), field, beside }
}

/// Every field of `global` that stands for one of receivers.
const STANDS: &[GlobalField] = &[
    GlobalField { name: "http_config", integration: None, field: "http_config", beside: &[] },
    stands("jira_api_url", "jira_configs", "api_url", &[]),
    stands("smtp_from", "email_configs", "from", &[]),
    stands("smtp_hello", "email_configs", "hello", &[]),
    stands("smtp_smarthost", "email_configs", "smarthost", &[]),
    stands("smtp_auth_username", "email_configs", "auth_username", &[]),
    stands("smtp_auth_password_file", "email_configs", "auth_password_file", &[]),
    stands("smtp_auth_secret_file", "email_configs", "auth_secret_file", &[]),
    stands("smtp_auth_identity", "email_configs", "auth_identity", &[]),
    stands("smtp_require_tls", "email_configs", "require_tls", &[]),
    stands("smtp_tls_config", "email_configs", "tls_config", &[]),
    stands("smtp_force_implicit_tls", "email_configs", "force_implicit_tls", &[]),
    stands("slack_api_url_file", "slack_configs", "api_url_file", &["app_token_file"]),
    stands("slack_app_token_file", "slack_configs", "app_token_file", &["api_url_file", "http_config.authorization"]),
    stands("slack_app_url", "slack_configs", "app_url", &[]),
    stands("pagerduty_url", "pagerduty_configs", "url", &[]),
    stands("opsgenie_api_url", "opsgenie_configs", "api_url", &[]),
    stands("opsgenie_api_key_file", "opsgenie_configs", "api_key_file", &[]),
    stands("wechat_api_url", "wechat_configs", "api_url", &[]),
    stands("wechat_api_secret_file", "wechat_configs", "api_secret_file", &[]),
    stands("wechat_api_corp_id", "wechat_configs", "corp_id", &[]),
    stands("victorops_api_url", "victorops_configs", "api_url", &[]),
    stands("victorops_api_key_file", "victorops_configs", "api_key_file", &[]),
    stands("telegram_api_url", "telegram_configs", "api_url", &[]),
    stands("telegram_bot_token_file", "telegram_configs", "bot_token_file", &[]),
    stands("webex_api_url", "webex_configs", "api_url", &[]),
    stands("rocketchat_api_url", "rocketchat_configs", "api_url", &[]),
    stands("rocketchat_token_file", "rocketchat_configs", "token_file", &[]),
    stands("rocketchat_token_id_file", "rocketchat_configs", "token_id_file", &[]),
];

/// The fields of `global` that stand for one of an integration, by its key in a receiver.
pub(crate) fn global(integration: &str) -> impl Iterator<Item = &'static GlobalField> {
    STANDS.iter().filter(move |row| match row.integration {
        Some(key) => key == integration,
        // Mail is not sent over HTTP.
        None => integration != "email_configs",
    })
}

/// `global` of a configuration.
pub static GLOBALS: Record = Record {
    name: "Globals",
    about: "What all receivers share, as in Alertmanager's `global`. A receiver's own field goes before it.",
    fields: &[
        field("resolve_timeout", Span, "After how long an alert without an end is resolved. Default: `5m`."),
        field("http_config", Kind::Record(&http::HTTP), "How services are called."),
        field("jira_api_url", Url, "Jira's API."),
        field("smtp_from", Text, "The sender of mail."),
        field("smtp_hello", Text, "The name that the mail server is told. Default: `localhost`."),
        field("smtp_smarthost", HostPort, "The server that sends mail."),
        field("smtp_auth_username", Text, "The user at that server."),
        field("smtp_auth_password", Secret("`smtp_auth_password_file`"), "The password."),
        field("smtp_auth_password_file", SecretFile, "A file with the password."),
        field("smtp_auth_secret", Secret("`smtp_auth_secret_file`"), "The secret for CRAM-MD5."),
        field("smtp_auth_secret_file", SecretFile, "A file with the secret for CRAM-MD5."),
        field("smtp_auth_identity", Text, "The identity for PLAIN."),
        field("smtp_require_tls", Bool, "Whether mail requires TLS. Default: `true`."),
        field("smtp_tls_config", Kind::Record(&http::TLS), "TLS to that server."),
        field("smtp_force_implicit_tls", Bool, "Whether TLS begins at once. Default: on port 465."),
        field("slack_api_url", Secret("`slack_api_url_file`"), "The address of Slack's webhook."),
        field("slack_api_url_file", SecretFile, "A file with the address of Slack's webhook."),
        field("slack_app_token", Secret("`slack_app_token_file`"), "The token of an app of Slack."),
        field("slack_app_token_file", SecretFile, "A file with the token of an app of Slack."),
        field("slack_app_url", Url, "Slack's API for apps."),
        field("pagerduty_url", Url, "PagerDuty's API."),
        field("opsgenie_api_url", Url, "Opsgenie's API."),
        field("opsgenie_api_key", Secret("`opsgenie_api_key_file`"), "The key of Opsgenie's API."),
        field("opsgenie_api_key_file", SecretFile, "A file with the key of Opsgenie's API."),
        field("wechat_api_url", Url, "WeChat's API."),
        field("wechat_api_secret", Secret("`wechat_api_secret_file`"), "The secret of WeChat's API."),
        field("wechat_api_secret_file", SecretFile, "A file with the secret of WeChat's API."),
        field("wechat_api_corp_id", Text, "WeChat's corporation."),
        field("victorops_api_url", Url, "VictorOps's API."),
        field("victorops_api_key", Secret("`victorops_api_key_file`"), "The key of VictorOps's API."),
        field("victorops_api_key_file", SecretFile, "A file with the key of VictorOps's API."),
        field("telegram_api_url", Url, "Telegram's API."),
        field("telegram_bot_token", Secret("`telegram_bot_token_file`"), "The token of Telegram's bot."),
        field("telegram_bot_token_file", SecretFile, "A file with the token of Telegram's bot."),
        field("webex_api_url", Url, "Webex's API."),
        field("rocketchat_api_url", Url, "Rocket.Chat's API."),
        field("rocketchat_token", Secret("`rocketchat_token_file`"), "Rocket.Chat's token."),
        field("rocketchat_token_file", SecretFile, "A file with Rocket.Chat's token."),
        field("rocketchat_token_id", Secret("`rocketchat_token_id_file`"), "The id of Rocket.Chat's token."),
        field("rocketchat_token_id_file", SecretFile, "A file with the id of Rocket.Chat's token."),
    ],
    rules: &[Rule::AtMostOne(&["slack_api_url_file", "slack_app_token_file"])],
};
