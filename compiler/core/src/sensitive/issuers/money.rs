//! Payments and shops.

use super::super::issuer::{Issuer, issuer};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "a Stripe key",
        &[
            "sk_live_{w:16-250}",
            "rk_live_{w:16-250}",
            "sk_test_{w:16-250}",
            "rk_test_{w:16-250}",
            "sk_org_{w:16-250}",
            "whsec_{f:32-64}",
        ],
        "docs.stripe.com/keys",
    ),
    issuer(
        "a Square token",
        &["EAAA{u:60}", "sq0atp-{u:22}", "sq0csp-{u:43}", "sandbox-sq0csb-{u:43}"],
        "developer.squareup.com/docs/build-basics/access-tokens",
    ),
    issuer(
        "a PayPal token",
        &["access_token$production${l:16}${h:32}", "access_token$sandbox${l:16}${h:32}"],
        "developer.paypal.com/braintree/docs/guides/authorization",
    ),
    issuer(
        "a Shopify token",
        &["shpat_{H:32}", "shpca_{H:32}", "shppa_{H:32}", "shpss_{H:32}", "shptka_{H:32}"],
        "shopify.dev/docs/apps/build/authentication-authorization/access-tokens",
    ),
    issuer(
        "a Razorpay key",
        &["rzp_live_{w:14}", "rzp_test_{w:14}"],
        "razorpay.com/docs/payments/dashboard/account-settings/api-keys",
    ),
    issuer(
        "a Shippo token",
        &["shippo_live_{h:40}", "shippo_test_{h:40}"],
        "docs.goshippo.com/docs/guides_general/authentication",
    ),
    issuer("an EasyPost key", &["EZAK{w:54}", "EZTK{w:54}"], "docs.easypost.com/docs/authentication"),
    issuer(
        "a Duffel token",
        &["duffel_live_{u:43}", "duffel_test_{u:43}"],
        "duffel.com/docs/api/overview/making-requests",
    ),
    issuer(
        "a Flutterwave key",
        &["FLWSECK-{h:32}-X", "FLWSECK_TEST-{h:32}-X", "FLWSECK_TEST-{w:32}"],
        "developer.flutterwave.com/docs/authentication",
    ),
    issuer(
        "a Plaid token",
        &["access-production-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}", "access-sandbox-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"],
        "plaid.com/docs/api/tokens",
    ),
];
