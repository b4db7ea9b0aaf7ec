//! Payments and shops.

use super::super::issuer::{GITLEAKS, Issuer, TRUFFLEHOG, issuer, observed};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "a Stripe key",
        &[
            "sk_live_{w:16-250}",
            "rk_live_{w:16-250}",
            "sk_test_{w:16-250}",
            "rk_test_{w:16-250}",
            "sk_org_{x:20-250}",
            "whsec_{f:32-64}",
        ],
        "docs.stripe.com/keys",
    ),
    issuer(
        "a Square token",
        &["EAAA{u:60}", "EQAA{u:60}", "sq0atp-{u:22}", "sq0csp-{u:43-44}", "sq0csb-{u:43}"],
        "developer.squareup.com/docs/build-basics/access-tokens",
    ),
    issuer(
        "a PayPal token",
        &["access_token$production${l:16}${h:32}", "access_token$sandbox${l:16}${h:32}", "A21AA{u:80-120}"],
        "developer.paypal.com/api/rest",
    ),
    issuer(
        "a Shopify token",
        &["shpat_{H:32}", "shpca_{H:32}", "shppa_{H:32}", "shpss_{H:32}", "shpua_{H:32}", "shptka_{H:32}"],
        "shopify.dev/changelog/length-of-the-shopify-access-token-is-increasing",
    ),
    observed("a Shippo token", &["shippo_live_{h:40}", "shippo_test_{h:40}"], GITLEAKS),
    observed("an EasyPost key", &["EZAK{w:54}", "EZTK{w:54}"], GITLEAKS),
    observed("a Duffel token", &["duffel_live_{u:43}", "duffel_test_{u:43}"], GITLEAKS),
    observed("a Flutterwave key", &["FLWSECK-{l:32}-X", "FLWSECK_TEST-{l:32}-X"], TRUFFLEHOG),
    issuer(
        "a Plaid token",
        &[
            "access-production-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}",
            "access-sandbox-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}",
            "access-development-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}",
        ],
        "plaid.com/docs/api/tokens",
    ),
];
