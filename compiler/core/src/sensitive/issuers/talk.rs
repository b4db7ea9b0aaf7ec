//! Chat, mail and telephony.

use super::super::issuer::{GITLEAKS, Issuer, TRUFFLEHOG, issuer, observed};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "a Slack token",
        &[
            "xoxb-{d:9-14}-{s:10-80}",
            "xoxp-{d:9-14}-{s:10-120}",
            "xoxa-{s:15-120}",
            "xoxr-{s:15-120}",
            "xoxs-{d:1}-{s:15-120}",
            "xoxs-{d:9-14}-{s:10-80}",
            "xoxo-{s:15-120}",
            "xoxe-{d:1}-{s:40-220}",
            "xoxe.xoxp-{d:1}-{s:40-220}",
            "xoxe.xoxb-{d:1}-{s:40-220}",
            "xoxc-{d:9-14}-{s:10-120}",
            "xoxd-{e:20-400}",
            "xwfp-{s:20-220}",
            "xapp-{d:1}-{w:9-14}-{d:9-14}-{w:40-80}",
        ],
        "docs.slack.dev/authentication/tokens",
    ),
    issuer(
        "a Slack webhook",
        &[
            "hooks.slack.com/services/T{w:8-12}/B{w:8-12}/{w:20-32}",
            "hooks.slack.com/workflows/T{w:8-12}/A{w:8-12}/{d:10-20}/{w:20-32}",
            "hooks.slack.com/triggers/T{w:8-12}/{d:10-20}/{w:20-40}",
        ],
        "docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    ),
    issuer(
        "a Discord token",
        &["M{w:22-27}.{u:6}.{u:27-40}", "N{w:22-27}.{u:6}.{u:27-40}", "O{w:22-27}.{u:6}.{u:27-40}"],
        "docs.discord.com/developers/reference",
    ),
    issuer(
        "a Discord webhook",
        &["discord.com/api/webhooks/{d:17-20}/{u:60-80}", "discordapp.com/api/webhooks/{d:17-20}/{u:60-80}"],
        "docs.discord.com/developers/resources/webhook",
    ),
    issuer(
        "a Telegram token",
        &["{d:8-10}:AA{u:32-33}", "bot{d:8-10}:AA{u:32-33}"],
        "core.telegram.org/bots/features#botfather",
    ),
    observed(
        "a Teams webhook",
        &[
            "webhook.office.com/webhookb2/{h:8}-{h:4}-{h:4}-{h:4}-{h:12}@{h:8}-{h:4}-{h:4}-{h:4}-{h:12}/IncomingWebhook/{h:32}/{h:8}-{h:4}-{h:4}-{h:4}-{h:12}",
            "outlook.office.com/webhook/{h:8}-{h:4}-{h:4}-{h:4}-{h:12}@{h:8}-{h:4}-{h:4}-{h:4}-{h:12}/IncomingWebhook/{h:32}/{h:8}-{h:4}-{h:4}-{h:4}-{h:12}",
        ],
        GITLEAKS,
    ),
    issuer("a Twilio key", &["SK{h:32}"], "twilio.com/docs/iam/api-keys"),
    observed("a SendGrid key", &["SG.{u:22}.{u:43}"], TRUFFLEHOG),
    issuer(
        "a Mailgun key",
        &["key-{h:32}", "{h:32}-{h:8}-{h:8}"],
        "documentation.mailgun.com/docs/mailgun/api-reference/mg-auth",
    ),
    issuer(
        "a Mailchimp key",
        &["{h:32}-us{d:1-2}", "md-{u:22}"],
        "mailchimp.com/developer/marketing/docs/fundamentals",
    ),
    observed("a Brevo key", &["xkeysib-{h:64}-{w:16}", "xsmtpsib-{h:64}-{w:16}"], GITLEAKS),
    observed(
        "a Facebook token",
        &["EAACEdEose0cBA{w:20-300}", "EAAB{w:100-300}", "EAAC{w:100-300}", "EAAG{w:80-300}", "EAAM{w:100-300}"],
        GITLEAKS,
    ),
    issuer("a Mapbox key", &["sk.eyJ{u:50-200}.{u:22}"], "docs.mapbox.com/accounts/guides/tokens"),
    issuer("a Resend key", &["re_{w:8}_{w:24}"], "resend.com/docs/api-reference/introduction"),
];
