//! Chats: Slack, Discord, Mattermost, Microsoft Teams, Rocket.Chat, Webex.

use super::forms;
use super::http::{HTTP_CONFIG, SEND_RESOLVED, filled};
use crate::notify::kind::Kind::{self, Bool, GoSpan, List, Secret, SecretFile, Template, Url};
use crate::notify::kind::{Field, Record, Rule, field};

const WEBHOOK_URL: Field = field("webhook_url", Secret("`webhook_url_file`"), "The address of the webhook.");
const WEBHOOK_URL_FILE: Field = field("webhook_url_file", SecretFile, "A file with the address of the webhook.");

pub(super) static SLACK: Record = Record {
    name: "SlackConfig",
    about: "A channel of Slack.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_url", Secret("`api_url_file`"), "The address of the webhook."),
        field("api_url_file", SecretFile, "A file with the address of the webhook."),
        field("app_token", Secret("`app_token_file`"), "The token of an app."),
        field("app_token_file", SecretFile, "A file with the token of an app."),
        field("app_url", Url, "The API's address for an app."),
        filled("channel", "The channel or user."),
        filled("username", "The sender."),
        filled("color", "The colour of the edge."),
        filled("title", "The title."),
        filled("title_link", "Where the title leads."),
        filled("pretext", "A line above."),
        filled("text", "The text."),
        filled("message_text", "The text outside of the box."),
        field("fields", List(&Kind::Record(&forms::SLACK_FIELD)), "Short texts with titles."),
        field("short_fields", Bool, "Whether these may stand side by side."),
        filled("footer", "A line below."),
        filled("fallback", "The text where boxes are not shown."),
        filled("callback_id", "The id that an app is told."),
        filled("icon_emoji", "The sender's emoji."),
        filled("icon_url", "The sender's image."),
        filled("image_url", "An image."),
        filled("thumb_url", "A small image."),
        field("link_names", Bool, "Whether names of users and channels become links."),
        field("mrkdwn_in", List(&Template), "Fields that hold Slack's markup."),
        field("actions", List(&Kind::Record(&forms::SLACK_ACTION)), "Buttons."),
        field("timeout", GoSpan, "How long a request may take. Default: no limit."),
    ],
    rules: &[
        Rule::AtMostOne(&["api_url_file", "app_token_file"]),
        Rule::AtMostOne(&["app_token_file", "http_config.authorization"]),
        Rule::NeededOrGlobal(&["api_url_file", "app_token_file"]),
    ],
};

pub(super) static DISCORD: Record = Record {
    name: "DiscordConfig",
    about: "A channel of Discord.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        WEBHOOK_URL,
        WEBHOOK_URL_FILE,
        filled("content", "The text outside of the box, of at most 2,000 characters."),
        filled("title", "The title."),
        filled("message", "The text."),
        filled("username", "The sender."),
        filled("avatar_url", "The sender's image."),
    ],
    rules: &[Rule::Needed("webhook_url_file")],
};

pub(super) static MATTERMOST: Record = Record {
    name: "MattermostConfig",
    about: "A channel of Mattermost.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        WEBHOOK_URL,
        WEBHOOK_URL_FILE,
        filled("channel", "The channel or user."),
        filled("username", "The sender."),
        filled("text", "The text."),
        filled("icon_url", "The sender's image."),
        filled("icon_emoji", "The sender's emoji."),
        field("attachments", List(&Kind::Record(&forms::MATTERMOST_ATTACHMENT)), "Boxes below the text."),
        filled("type", "The type of the post."),
        field("props", Kind::Record(&forms::MATTERMOST_PROPS), "More properties."),
        field("priority", Kind::Record(&forms::MATTERMOST_PRIORITY), "How urgent the message is."),
    ],
    rules: &[Rule::Needed("webhook_url_file")],
};

pub(super) static MSTEAMS: Record = Record {
    name: "MsteamsConfig",
    about: "A channel of Microsoft Teams, by a connector, which Microsoft has retired.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        WEBHOOK_URL,
        WEBHOOK_URL_FILE,
        filled("title", "The title."),
        filled("summary", "The short text."),
        filled("text", "The text."),
    ],
    rules: &[Rule::Needed("webhook_url_file")],
};

pub(super) static MSTEAMSV2: Record = Record {
    name: "Msteamsv2Config",
    about: "A channel of Microsoft Teams, by a flow.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        WEBHOOK_URL,
        WEBHOOK_URL_FILE,
        filled("title", "The title."),
        filled("text", "The text."),
    ],
    rules: &[Rule::Needed("webhook_url_file")],
};

pub(super) static ROCKETCHAT: Record = Record {
    name: "RocketchatConfig",
    about: "A channel of Rocket.Chat.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_url", Url, "The API's address."),
        field("token_id", Secret("`token_id_file`"), "The id of the token."),
        field("token_id_file", SecretFile, "A file with the id of the token."),
        field("token", Secret("`token_file`"), "The token."),
        field("token_file", SecretFile, "A file with the token."),
        filled("channel", "The channel or user."),
        filled("color", "The colour of the edge."),
        filled("title", "The title."),
        filled("title_link", "Where the title leads."),
        filled("text", "The text."),
        field("fields", List(&Kind::Record(&forms::ROCKETCHAT_FIELD)), "Short texts with titles."),
        field("short_fields", Bool, "Whether these may stand side by side."),
        filled("emoji", "The sender's emoji."),
        filled("icon_url", "The sender's image."),
        filled("image_url", "An image."),
        filled("thumb_url", "A small image."),
        field("link_names", Bool, "Whether names of users and channels become links."),
        field("actions", List(&Kind::Record(&forms::ROCKETCHAT_ACTION)), "Buttons."),
    ],
    rules: &[Rule::NeededOrGlobal(&["token_file"]), Rule::NeededOrGlobal(&["token_id_file"])],
};

pub(super) static WEBEX: Record = Record {
    name: "WebexConfig",
    about: "A room of Webex.",
    fields: &[
        SEND_RESOLVED,
        HTTP_CONFIG,
        field("api_url", Url, "The API's address."),
        filled("message", "The text."),
        filled("room_id", "The room."),
    ],
    rules: &[Rule::Needed("room_id"), Rule::Needed("http_config.authorization")],
};
