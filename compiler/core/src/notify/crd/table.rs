//! Where the operator's object has other names than Alertmanager in small and capital letters, or nothing at all.

/// What a field becomes.
#[derive(Debug, Clone, Copy)]
pub(super) enum To {
    /// The same under another name.
    Name(&'static str),
    /// The same under another name, and an empty text too.
    Blank(&'static str),
    /// A key of a `Secret` in place of a file.
    Secret(&'static str),
    /// A mapping with such a key.
    Within(&'static str),
    /// A list of keys and values in place of a mapping.
    Pairs(&'static str),
    /// An address, which cannot begin with a template.
    Address(&'static str),
    /// Words in small letters.
    Small,
    /// Days of a month.
    Ranges(&'static str),
    /// Nothing.
    Not,
    /// Nothing of this form, and what there is.
    NotAs(&'static str),
}

use To::{Address, Blank, Name, Not, NotAs, Pairs, Ranges, Secret, Within};

/// The lists of a receiver.
pub(super) const LISTS: &[(&str, &str)] = &[
    ("discord_configs", "discordConfigs"),
    ("email_configs", "emailConfigs"),
    ("msteams_configs", "msteamsConfigs"),
    ("msteamsv2_configs", "msteamsv2Configs"),
    ("opsgenie_configs", "opsgenieConfigs"),
    ("pagerduty_configs", "pagerdutyConfigs"),
    ("pushover_configs", "pushoverConfigs"),
    ("rocketchat_configs", "rocketchatConfigs"),
    ("slack_configs", "slackConfigs"),
    ("sns_configs", "snsConfigs"),
    ("telegram_configs", "telegramConfigs"),
    ("victorops_configs", "victoropsConfigs"),
    ("webex_configs", "webexConfigs"),
    ("webhook_configs", "webhookConfigs"),
    ("wechat_configs", "wechatConfigs"),
];

/// Fields that the object wants where Alertmanager takes them from its `global`: the integration, the field, and what to write.
pub(super) const NEEDED: [(&str, &str, &str); 2] =
    [("rocketchat_configs", "token", "token_file"), ("rocketchat_configs", "tokenID", "token_id_file")];

/// Fields of records.
type Names = &'static [(&'static str, To)];

/// By the record's name.
pub(super) const NAMES: &[(&str, Names)] = &[
    (
        "HttpConfig",
        &[
            ("oauth2", Not),
            ("bearer_token_file", Secret("bearerTokenSecret")),
            ("enable_http2", Not),
            ("http_headers", Not),
        ],
    ),
    ("Authorization", &[("credentials_file", Secret("credentials"))]),
    (
        "BasicAuth",
        &[
            ("username", NotAs("as text: use `username_file`")),
            ("username_file", Secret("username")),
            ("password_file", Secret("password")),
        ],
    ),
    (
        "TlsConfig",
        &[
            ("ca", NotAs("as text: use `ca_file`")),
            ("ca_file", Within("ca")),
            ("cert", NotAs("as text: use `cert_file`")),
            ("cert_file", Within("cert")),
            ("key_file", Secret("keySecret")),
        ],
    ),
    ("DiscordConfig", &[("webhook_url_file", Secret("apiURL")), ("avatar_url", Address("avatarURL"))]),
    (
        "EmailConfig",
        &[
            ("auth_password_file", Secret("authPassword")),
            ("auth_secret_file", Secret("authSecret")),
            ("headers", Pairs("headers")),
            ("html", Blank("html")),
            ("text", Blank("text")),
            ("require_tls", Name("requireTLS")),
            ("force_implicit_tls", Not),
            ("threading", Not),
        ],
    ),
    ("MsteamsConfig", &[("webhook_url_file", Secret("webhookUrl"))]),
    ("Msteamsv2Config", &[("webhook_url_file", Secret("webhookURL"))]),
    (
        "OpsgenieConfig",
        &[("api_key_file", Secret("apiKey")), ("api_url", Name("apiURL")), ("details", Pairs("details"))],
    ),
    (
        "PagerdutyConfig",
        &[
            ("routing_key_file", Secret("routingKey")),
            ("service_key_file", Secret("serviceKey")),
            ("client_url", Name("clientURL")),
            ("details", Pairs("details")),
            ("images", Name("pagerDutyImageConfigs")),
            ("links", Name("pagerDutyLinkConfigs")),
            ("timeout", Not),
        ],
    ),
    ("PagerdutyLink", &[("text", Name("alt"))]),
    ("PushoverConfig", &[("user_key_file", Secret("userKey")), ("token_file", Secret("token")), ("monospace", Not)]),
    (
        "RocketchatConfig",
        &[
            ("api_url", Address("apiURL")),
            ("token_id_file", Secret("tokenID")),
            ("token_file", Secret("token")),
            ("icon_url", Address("iconURL")),
            ("image_url", Address("imageURL")),
            ("thumb_url", Address("thumbURL")),
        ],
    ),
    (
        "RocketchatAction",
        &[
            ("type", Not),
            ("url", Address("url")),
            ("imageurl", Not),
            ("iswebview", Not),
            ("webviewheightratio", Not),
            ("msginchatwindow", Not),
            ("msgprocessingtype", Not),
        ],
    ),
    (
        "SlackConfig",
        &[
            ("api_url_file", Secret("apiURL")),
            ("app_token_file", Not),
            ("app_url", Not),
            ("message_text", Not),
            ("icon_url", Name("iconURL")),
            ("image_url", Name("imageURL")),
            ("thumb_url", Name("thumbURL")),
            ("timeout", Not),
        ],
    ),
    ("SnsConfig", &[("api_url", Name("apiURL")), ("topic_arn", Name("topicARN")), ("target_arn", Name("targetARN"))]),
    ("Sigv4", &[("use_fips_sts_endpoint", Not), ("service_name", Not)]),
    (
        "TelegramConfig",
        &[
            ("api_url", Name("apiURL")),
            ("bot_token_file", Secret("botToken")),
            ("chat_id", Name("chatID")),
            ("chat_id_file", Not),
            ("message_thread_id", Name("messageThreadID")),
        ],
    ),
    ("VictoropsConfig", &[("api_key_file", Secret("apiKey")), ("custom_fields", Pairs("customFields"))]),
    ("WebexConfig", &[("api_url", Address("apiURL")), ("room_id", Name("roomID"))]),
    ("WebhookConfig", &[("url", Address("url")), ("url_file", Secret("urlSecret"))]),
    (
        "WechatConfig",
        &[
            ("api_secret_file", Secret("apiSecret")),
            ("api_url", Name("apiURL")),
            ("corp_id", Name("corpID")),
            ("agent_id", Name("agentID")),
        ],
    ),
    (
        "TimeInterval",
        &[("days_of_month", Ranges("daysOfMonth")), ("weekdays", To::Small), ("months", To::Small), ("location", Not)],
    ),
];
