//! Clouds, hosts and the vaults that hold their secrets.

use super::super::issuer::{Issuer, issuer};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "an AWS access key",
        &["AKIA{b:16}", "ASIA{b:16}", "ABIA{b:16}", "ACCA{b:16}"],
        "docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers",
    ),
    issuer("an AWS Bedrock key", &["ABSK{f:109-269}"], "docs.aws.amazon.com/bedrock/latest/userguide/api-keys"),
    issuer("a Google API key", &["AIza{u:35}"], "cloud.google.com/docs/authentication/api-keys"),
    issuer("a Google OAuth secret", &["GOCSPX-{u:28}"], "developers.google.com/identity/protocols/oauth2"),
    issuer(
        "a Google OAuth token",
        &["ya29.{u:30-1000}", "1//0{u:40-200}"],
        "developers.google.com/identity/protocols/oauth2",
    ),
    issuer(
        "a Firebase server key",
        &["AAAA{u:7}:APA91b{u:120-180}"],
        "firebase.google.com/docs/cloud-messaging/auth-server",
    ),
    issuer(
        "an Azure client secret",
        &["{q:3}{d:1}Q~{q:31-34}"],
        "learn.microsoft.com/en-us/purview/sit-defn-azure-ad-client-secret",
    ),
    issuer(
        "an Azure key",
        &["{f:76}+ASt{w:5}==", "{f:76}AzCa{f:8}", "{f:76}APIM{f:8}", "{w:42}AzSe{w:5}{w:1}"],
        "learn.microsoft.com/en-us/purview/sit-defn-azure-storage-account-key",
    ),
    issuer(
        "an Azure DevOps token",
        &["{w:76}AZDO{w:4}"],
        "learn.microsoft.com/en-us/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
    ),
    issuer(
        "a DigitalOcean token",
        &["dop_v1_{h:64}", "doo_v1_{h:64}", "dor_v1_{h:64}"],
        "docs.digitalocean.com/reference/api/create-personal-access-token",
    ),
    issuer("a Heroku key", &["HRKU-{u:36-64}"], "devcenter.heroku.com/articles/authentication"),
    issuer(
        "a Cloudflare key",
        &["v1.0-{h:24}-{h:146}", "cfat_{u:40-60}", "cfut_{u:40-60}", "cfk_{u:40-60}"],
        "developers.cloudflare.com/fundamentals/api/get-started/token-formats",
    ),
    issuer(
        "a Vercel token",
        &["vcp_{w:50-60}", "vck_{w:50-60}", "vca_{w:50-60}", "vercel_blob_rw_{w:16}_{w:30}"],
        "vercel.com/docs/sign-in-with-vercel/tokens",
    ),
    issuer("a Netlify token", &["nfp_{w:36}", "nfc_{w:36}", "nfu_{w:36}"], "docs.netlify.com/api/get-started"),
    issuer(
        "a Fly token",
        &["fo1_{u:43}", "fm1_{f:100-1000}", "fm2_{f:100-1000}", "fm1r_{f:100-1000}"],
        "fly.io/docs/security/tokens",
    ),
    issuer(
        "a HashiCorp Vault token",
        &["hvs.{u:24-200}", "hvb.{u:90-300}", "hvr.{u:90-300}", "s.{w:24}"],
        "developer.hashicorp.com/vault/docs/concepts/tokens",
    ),
    issuer(
        "a Terraform Cloud token",
        &["{w:14}.atlasv1.{u:60-70}"],
        "developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
    ),
    issuer(
        "a Doppler token",
        &[
            "dp.pt.{w:40-44}",
            "dp.st.{x:1-30}.{w:40-44}",
            "dp.st.{w:40-44}",
            "dp.ct.{w:40-44}",
            "dp.sa.{w:40-44}",
            "dp.scim.{w:40-44}",
            "dp.audit.{w:40-44}",
        ],
        "docs.doppler.com/reference/auth-token-formats",
    ),
    issuer("an age key", &["AGE-SECRET-KEY-1{U:58}", "AGE-PLUGIN-{U:3-20}-1{U:20-200}"], "age-encryption.org/v1"),
    issuer("a 1Password token", &["ops_eyJ{u:200-1000}"], "developer.1password.com/docs/service-accounts/security"),
    issuer(
        "an Alibaba access key",
        &["LTAI{w:16-24}"],
        "alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair",
    ),
    issuer("a Pulumi token", &["pul-{h:40}"], "pulumi.com/docs/administration/access-identity/access-tokens"),
    issuer(
        "a Supabase key",
        &["sbp_{h:40}", "sb_secret_{u:22}_{u:8}", "sbp_oauth_{h:40}"],
        "supabase.com/docs/guides/api/api-keys",
    ),
    issuer(
        "a PlanetScale token",
        &["pscale_tkn_{q:32-64}", "pscale_pw_{q:32-64}", "pscale_oauth_{q:32-64}"],
        "planetscale.com/docs/concepts/service-tokens",
    ),
    issuer("a MongoDB Atlas secret", &["mdb_sa_sk_{q:36-64}"], "mongodb.com/docs/atlas/configure-api-access"),
    issuer(
        "a Tailscale key",
        &["tskey-{l:3-8}-{w:10-20}-{w:20-40}", "tskey-{l:3-8}-{w:20-40}"],
        "tailscale.com/kb/1277/key-prefixes",
    ),
    issuer(
        "an OpenShift token",
        &["sha256~{u:43}"],
        "docs.openshift.com/container-platform/4.16/authentication/managing-oauth-access-tokens",
    ),
    issuer(
        "an Elastic key",
        &["essu_{f:50-120}", "essa_{f:50-120}"],
        "elastic.co/docs/deploy-manage/api-keys/elastic-cloud-api-keys",
    ),
    issuer("an Okta token", &["SSWS 00{u:40}"], "developer.okta.com/docs/guides/create-an-api-token"),
];
