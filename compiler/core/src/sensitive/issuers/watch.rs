//! What watches systems and calls people.

use super::super::issuer::{Issuer, TRUFFLEHOG, issuer, observed};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "a New Relic key",
        &[
            "NRAK-{U:27}",
            "NRII-{u:32}",
            "NRIQ-{u:32}",
            "NRAA-{h:27}",
            "NRRA-{h:42}",
            "{h:32}FFFFNRAL",
            "{h:36}NRAL",
            "eu01xx{h:26}FFFFNRAL",
            "eu01xx{h:30}NRAL",
        ],
        "docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys",
    ),
    issuer(
        "a Datadog key",
        &["ddapp_{w:34}", "ddpat_{u:24-100}", "ddsat_{u:24-100}"],
        "docs.datadoghq.com/account_management/personal-access-tokens",
    ),
    issuer(
        "a Grafana token",
        &["glsa_{w:32}_{H:8}", "glc_eyJ{f:40-400}", "eyJrIjoi{f:60-400}"],
        "grafana.com/docs/grafana/latest/administration/service-accounts",
    ),
    issuer(
        "a Sentry token",
        &["sntrys_eyJ{f:60-900}_{f:43}", "sntryu_{h:64}", "sntryi_{h:64}", "sntrya_{h:64}"],
        "docs.sentry.io/security-legal-pii/security/token-formats",
    ),
    issuer(
        "a PagerDuty key",
        &["pdus+{u:20-60}", "pdeu+{u:20-60}"],
        "developer.pagerduty.com/docs/oauth-functionality",
    ),
    issuer(
        "a Honeycomb key",
        &["hc{l:1}ik_{w:58}", "hc{l:1}ic_{l:58}", "hc{l:1}lk_{w:22-64}", "hc{l:1}mk_{w:26-90}"],
        "docs.honeycomb.io/api/authentication",
    ),
    issuer(
        "a Dynatrace token",
        &["dt0{l:1}{d:2}.{b:8-24}.{b:64}"],
        "docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
    ),
    issuer("a PostHog key", &["phx_{x:41-50}", "phs_{x:41-50}"], "posthog.com/docs/api"),
    observed(
        "a LaunchDarkly key",
        &["api-{h:8}-{h:4}-4{h:3}-{h:4}-{h:12}", "sdk-{h:8}-{h:4}-4{h:3}-{h:4}-{h:12}"],
        TRUFFLEHOG,
    ),
];
