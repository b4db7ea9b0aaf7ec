//! What watches systems and calls people.

use super::super::issuer::{Issuer, issuer};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "a New Relic key",
        &["NRAK-{U:27}", "NRII-{u:32}", "NRIQ-{u:32}", "NRJS-{h:19}", "NRAA-{h:27}", "{h:36}NRAL", "{h:40}FFFFNRAL"],
        "docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys",
    ),
    issuer(
        "a Grafana token",
        &["glsa_{w:32}_{h:8}", "glc_eyJ{f:40-400}", "eyJrIjoi{f:60-400}"],
        "grafana.com/docs/grafana/latest/administration/service-accounts",
    ),
    issuer(
        "a Sentry token",
        &["sntrys_eyJ{u:60-1000}", "sntrys_eyJ{f:60-900}_{f:43}", "sntryu_{h:64}", "sntryi_{h:64}", "sntrya_{h:64}"],
        "docs.sentry.io/account/auth-tokens",
    ),
    issuer(
        "a PagerDuty key",
        &["pdus+{x:20-40}", "pdeu+{x:20-40}"],
        "developer.pagerduty.com/docs/oauth-functionality",
    ),
    issuer(
        "a Honeycomb key",
        &["hc{l:1}ik_{w:58}", "hc{l:1}lk_{w:22-64}", "hc{l:1}mk_{w:26-90}"],
        "docs.honeycomb.io/api/authentication",
    ),
    issuer(
        "a Dynatrace token",
        &["dt0c01.{b:24}.{b:64}", "dt0s01.{b:8}.{b:64}", "dt0s16.{b:8}.{b:64}"],
        "docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
    ),
    issuer("a PostHog key", &["phx_{w:43-50}"], "posthog.com/docs/api"),
    issuer(
        "a LaunchDarkly key",
        &["api-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}", "sdk-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"],
        "launchdarkly.com/docs/home/account/api",
    ),
];
