//! Messages to people: mail, Pushover, SNS, Telegram, WeChat.

use super::http::{HTTP_CONFIG, SEND_RESOLVED, SIGV4, TLS, filled};
use crate::notify::kind::Kind::{
    self, Bool, File, GoSpan, HostPort, Id, Map, Secret, SecretFile, Template, Text, Url, Word,
};
use crate::notify::kind::{Record, Rule, field};

pub(super) static EMAIL: Record = Record {
    name: "EmailConfig",
    about: "An address of mail.",
    fields: &[
        SEND_RESOLVED,
        filled("to", "Who gets the mail."),
        filled("from", "The sender."),
        field("smarthost", HostPort, "The server that sends the mail."),
        field("hello", Text, "The name that the server is told. Default: `localhost`."),
        field("auth_username", Text, "The user at the server."),
        field("auth_password", Secret("`auth_password_file`"), "The password."),
        field("auth_password_file", SecretFile, "A file with the password."),
        field("auth_secret", Secret("`auth_secret_file`"), "The secret for CRAM-MD5."),
        field("auth_secret_file", SecretFile, "A file with the secret for CRAM-MD5."),
        field("auth_identity", Text, "The identity for PLAIN."),
        field("headers", Map(&Template), "Headers, by name."),
        filled("html", "The body as HTML."),
        filled("text", "The body as text."),
        field("require_tls", Bool, "Whether TLS is required. Default: `true`."),
        field("tls_config", Kind::Record(&TLS), "TLS to the server."),
        field("force_implicit_tls", Bool, "Whether TLS begins at once. Default: on port 465."),
        field("threading", Kind::Record(&THREADING), "How mails of a group come together."),
    ],
    rules: &[
        Rule::Needed("to"),
        Rule::NeededOrGlobal(&["smarthost"]),
        Rule::NeededOrGlobal(&["from"]),
        Rule::Distinct("headers"),
        Rule::Tokens("headers"),
        Rule::NotNamedWhile("threading.enabled", "headers", &["References", "In-Reply-To"]),
    ],
};

static THREADING: Record = Record {
    name: "EmailThreading",
    about: "How mails of a group come together.",
    fields: &[
        field("enabled", Bool, "Whether they do."),
        field("thread_by_date", Word(&["none", "daily"]), "Whether each day begins a thread of its own."),
    ],
    rules: &[Rule::NeededWhile("enabled", "thread_by_date")],
};

pub(super) static PUSHOVER: Record = Record {
    name: "PushoverConfig",
    about: "Pushover.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("user_key", Secret("`user_key_file`"), "The user's key."),
        field("user_key_file", SecretFile, "A file with the user's key."),
        field("token", Secret("`token_file`"), "The application's token."),
        field("token_file", SecretFile, "A file with the application's token."),
        filled("title", "The title."),
        filled("message", "The text."),
        filled("url", "A link."),
        filled("url_title", "The link's text."),
        filled("device", "The device."),
        filled("sound", "The sound."),
        filled("priority", "The priority, from -2 to 2."),
        field("retry", GoSpan, "How often an emergency is told again. Default: `1m`."),
        field("expire", GoSpan, "How long an emergency is told again. Default: `1h`."),
        field("ttl", GoSpan, "After how long the message goes."),
        field("html", Bool, "Whether the text is HTML."),
        field("monospace", Bool, "Whether the text has letters of one width."),
    ],
    rules: &[Rule::Needed("user_key_file"), Rule::Needed("token_file"), Rule::AtMostOne(&["html", "monospace"])],
};

pub(super) static SNS: Record = Record {
    name: "SnsConfig",
    about: "Amazon SNS.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_url", Template, "The API's address."),
        field("sigv4", Kind::Record(&SIGV4), "How requests are signed."),
        filled("topic_arn", "The topic."),
        filled("phone_number", "The phone number, for an SMS."),
        filled("target_arn", "The mobile endpoint."),
        filled("subject", "The subject."),
        filled("message", "The text."),
        field("attributes", Map(&Template), "Attributes, by name."),
    ],
    rules: &[Rule::OneOf(&["topic_arn", "phone_number", "target_arn"])],
};

pub(super) static TELEGRAM: Record = Record {
    name: "TelegramConfig",
    about: "A chat of Telegram.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_url", Url, "The API's address."),
        field("bot_token", Secret("`bot_token_file`"), "The bot's token."),
        field("bot_token_file", SecretFile, "A file with the bot's token."),
        field("chat_id", Id, "The chat."),
        field("chat_id_file", File, "A file with the chat."),
        field("message_thread_id", Id, "The topic within the chat."),
        filled("message", "The text."),
        field("disable_notifications", Bool, "Whether the message makes no sound."),
        field("parse_mode", Word(&["Markdown", "MarkdownV2", "HTML", ""]), "The text's markup. Default: `HTML`."),
    ],
    rules: &[Rule::OneOf(&["chat_id", "chat_id_file"]), Rule::NeededOrGlobal(&["bot_token_file"])],
};

pub(super) static WECHAT: Record = Record {
    name: "WechatConfig",
    about: "WeChat Work.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_secret", Secret("`api_secret_file`"), "The API's secret."),
        field("api_secret_file", SecretFile, "A file with the API's secret."),
        field("api_url", Url, "The API's address."),
        filled("corp_id", "The corporation."),
        filled("message", "The text."),
        field("message_type", Word(&["text", "markdown"]), "The text's markup. Default: `text`."),
        filled("agent_id", "The agent."),
        filled("to_user", "The users."),
        filled("to_party", "The parties."),
        filled("to_tag", "The tags."),
    ],
    rules: &[Rule::NeededOrGlobal(&["api_secret_file"]), Rule::NeededOrGlobal(&["corp_id"])],
};
