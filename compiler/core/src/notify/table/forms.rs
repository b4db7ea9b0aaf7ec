//! Records within messages: links, images, fields, buttons.

use super::http::filled;
use crate::notify::kind::Kind::{self, Bool, List, Template, Word};
use crate::notify::kind::{Field, Record, Rule, field};

pub(super) static IMAGE: Record = Record {
    name: "PagerdutyImage",
    about: "An image of an incident.",
    fields: &[
        filled("src", "The image's address."),
        filled("alt", "What stands for the image."),
        filled("href", "Where the image leads."),
    ],
    rules: &[],
};

pub(super) static LINK: Record = Record {
    name: "PagerdutyLink",
    about: "A link of an incident.",
    fields: &[filled("href", "Where the link leads."), filled("text", "The link's text.")],
    rules: &[],
};

/// The fields of a short text with a title.
const TITLED: &[Field] = &[
    filled("title", "The title."),
    filled("value", "The text."),
    field("short", Bool, "Whether fields may stand side by side."),
];

/// Both texts of one.
const BOTH: &[Rule] = &[Rule::Needed("title"), Rule::Needed("value")];

pub(super) static SLACK_FIELD: Record =
    Record { name: "SlackField", about: "A short text with a title.", fields: TITLED, rules: BOTH };

pub(super) static MATTERMOST_FIELD: Record =
    Record { name: "MattermostField", about: "A short text with a title.", fields: TITLED, rules: BOTH };

pub(super) static ROCKETCHAT_FIELD: Record =
    Record { name: "RocketchatField", about: "A short text with a title.", fields: TITLED, rules: &[] };

pub(super) static SLACK_ACTION: Record = Record {
    name: "SlackAction",
    about: "A button: with `url` it leads there, with `name` an app is told.",
    fields: &[
        filled("type", "The kind, such as `button`."),
        filled("text", "The text."),
        filled("url", "Where the button leads."),
        filled("style", "The colour: `primary` or `danger`."),
        filled("name", "The name that the app is told."),
        filled("value", "The value that the app is told."),
        field("confirm", Kind::Record(&SLACK_CONFIRMATION), "A question before the button does anything."),
    ],
    rules: &[Rule::Needed("type"), Rule::Needed("text"), Rule::OneOf(&["url", "name"])],
};

static SLACK_CONFIRMATION: Record = Record {
    name: "SlackConfirmation",
    about: "A question before a button does anything.",
    fields: &[
        filled("text", "The question."),
        filled("title", "The title."),
        filled("ok_text", "The button that goes on."),
        filled("dismiss_text", "The button that does not."),
    ],
    rules: &[Rule::Needed("text")],
};

// Alertmanager gives these fields no names for YAML, so they are the ones of its source in small letters.
pub(super) static ROCKETCHAT_ACTION: Record = Record {
    name: "RocketchatAction",
    about: "A button.",
    fields: &[
        filled("type", "The kind: `button`."),
        filled("text", "The text."),
        filled("url", "Where the button leads."),
        filled("imageurl", "An image on the button."),
        field("iswebview", Bool, "Whether the address opens within the client."),
        filled("webviewheightratio", "How high it opens: `compact`, `tall` or `full`."),
        filled("msg", "What the button says into the channel."),
        field("msginchatwindow", Bool, "Whether the text is put into the input first."),
        field("msgprocessingtype", Word(&["sendMessage", "respondWithMessage"]), "What happens to the text."),
    ],
    rules: &[],
};

pub(super) static MATTERMOST_ATTACHMENT: Record = Record {
    name: "MattermostAttachment",
    about: "A box below a message.",
    fields: &[
        filled("fallback", "The text where boxes are not shown."),
        filled("color", "The colour of the edge."),
        filled("pretext", "A line above."),
        filled("text", "The text."),
        filled("author_name", "The author."),
        filled("author_link", "Where the author leads."),
        filled("author_icon", "An image of the author."),
        filled("title", "The title."),
        filled("title_link", "Where the title leads."),
        field("fields", List(&Kind::Record(&MATTERMOST_FIELD)), "Short texts with titles."),
        filled("thumb_url", "A small image."),
        filled("footer", "A line below."),
        filled("footer_icon", "An image before the line below."),
        filled("image_url", "An image."),
    ],
    rules: &[],
};

pub(super) static MATTERMOST_PROPS: Record = Record {
    name: "MattermostProps",
    about: "More properties of a message.",
    fields: &[field("card", Template, "Markdown beside the message.")],
    rules: &[],
};

pub(super) static MATTERMOST_PRIORITY: Record = Record {
    name: "MattermostPriority",
    about: "How urgent a message is.",
    fields: &[
        filled("priority", "The priority: `important` or `urgent`."),
        field("requested_ack", Bool, "Whether readers are asked to acknowledge."),
        field("persistent_notifications", Bool, "Whether readers are told again until they acknowledge."),
    ],
    rules: &[],
};
