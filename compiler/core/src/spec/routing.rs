//! Whom alerts reach, as written in the policy.

use super::decode::Needed;
use super::leaf::Name;
use super::record::record;
use crate::notify::{Config, Integration, at};
use crate::source::Spanned;

/// A list of configurations of an integration.
type Configs<const AT: usize> = Option<Vec<Spanned<Integration<AT>>>>;

record! {
    /// A destination of alerts. Secret keys and addresses stay in files on Alertmanager's machine.
    ///
    /// The first four fields are short forms. The others are Alertmanager's own, with its fields but those that hold secrets.
    pub struct ReceiverSpec {
        /// An address that alerts are posted to.
        webhook: Option<Spanned<String>>,
        /// A file that holds such an address.
        webhook_file: Option<Spanned<String>>,
        /// A file that holds the integration key of a PagerDuty service (Events API v2).
        pagerduty_key_file: Option<Spanned<String>>,
        /// A channel of Slack.
        slack: Option<Spanned<SlackSpec>>,
        /// Channels of Discord.
        discord_configs: Configs<{ at("discord_configs") }>,
        /// Addresses of mail.
        email_configs: Configs<{ at("email_configs") }>,
        /// Alert sources of incident.io.
        incidentio_configs: Configs<{ at("incidentio_configs") }>,
        /// Projects of Jira.
        jira_configs: Configs<{ at("jira_configs") }>,
        /// Channels of Mattermost.
        mattermost_configs: Configs<{ at("mattermost_configs") }>,
        /// Channels of Microsoft Teams, by connectors.
        msteams_configs: Configs<{ at("msteams_configs") }>,
        /// Channels of Microsoft Teams, by flows.
        msteamsv2_configs: Configs<{ at("msteamsv2_configs") }>,
        /// Teams of Opsgenie.
        opsgenie_configs: Configs<{ at("opsgenie_configs") }>,
        /// Services of PagerDuty.
        pagerduty_configs: Configs<{ at("pagerduty_configs") }>,
        /// Users of Pushover.
        pushover_configs: Configs<{ at("pushover_configs") }>,
        /// Channels of Rocket.Chat.
        rocketchat_configs: Configs<{ at("rocketchat_configs") }>,
        /// Channels of Slack.
        slack_configs: Configs<{ at("slack_configs") }>,
        /// Topics of Amazon SNS.
        sns_configs: Configs<{ at("sns_configs") }>,
        /// Chats of Telegram.
        telegram_configs: Configs<{ at("telegram_configs") }>,
        /// Teams of VictorOps.
        victorops_configs: Configs<{ at("victorops_configs") }>,
        /// Rooms of Webex.
        webex_configs: Configs<{ at("webex_configs") }>,
        /// Programs of yours.
        webhook_configs: Configs<{ at("webhook_configs") }>,
        /// Users of WeChat Work.
        wechat_configs: Configs<{ at("wechat_configs") }>,
    }
}

record! {
    /// A channel of Slack.
    pub struct SlackSpec {
        /// The channel, such as `#slo`.
        channel: Needed<Spanned<Name>>,
        /// A file that holds the address of the incoming webhook.
        url_file: Needed<Spanned<String>>,
    }
}

impl ReceiverSpec {
    /// What is written in Alertmanager's own form: the key of the integration, and each configuration.
    pub(crate) fn configs(&self) -> impl Iterator<Item = (&'static str, Spanned<&Config>)> {
        macro_rules! each {
            ($($key:ident)*) => {
                std::iter::empty()$(.chain(self.$key.iter().flatten().map(|told| {
                    (stringify!($key), Spanned::new(&told.value.config, told.span))
                })))*
            };
        }
        each! {
            discord_configs email_configs incidentio_configs jira_configs mattermost_configs msteams_configs
            msteamsv2_configs opsgenie_configs pagerduty_configs pushover_configs rocketchat_configs slack_configs
            sns_configs telegram_configs victorops_configs webex_configs webhook_configs wechat_configs
        }
    }
}
