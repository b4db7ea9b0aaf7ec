//! Whom alerts reach, as written in the policy.

use super::decode::Needed;
use super::leaf::Name;
use super::record::record;
use crate::source::Spanned;

record! {
    /// A destination of alerts. Secret keys and addresses stay in files on Alertmanager's machine.
    pub struct ReceiverSpec {
        /// An address that alerts are posted to.
        webhook: Option<Spanned<String>>,
        /// A file that holds such an address.
        webhook_file: Option<Spanned<String>>,
        /// A file that holds the integration key of a PagerDuty service (Events API v2).
        pagerduty_key_file: Option<Spanned<String>>,
        /// A channel of Slack.
        slack: Option<Spanned<SlackSpec>>,
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
