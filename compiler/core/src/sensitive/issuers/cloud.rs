//! Clouds, hosts and the vaults that hold their secrets.

use super::super::issuer::{BETTERLEAKS, GITLEAKS, Issuer, TRUFFLEHOG, issuer, observed};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "an AWS access key",
        &["AKIA{U:16}", "ASIA{U:16}", "ABIA{U:16}", "ACCA{U:16}"],
        "docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers",
    ),
    observed(
        "an AWS Bedrock key",
        &["ABSK{f:109-269}", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{f:60+}"],
        GITLEAKS,
    ),
    issuer("a Google API key", &["AIza{u:35}", "AQ.Ab8{u:40-60}"], "cloud.google.com/docs/authentication/api-keys"),
    observed("a Google OAuth secret", &["GOCSPX-{u:28}"], TRUFFLEHOG),
    issuer(
        "a Google OAuth token",
        &["ya29.{u:30-1000}", "1//{u:40-200}"],
        "developers.google.com/identity/protocols/oauth2/web-server",
    ),
    observed("a Firebase server key", &["AAAA{u:7}:APA91b{u:120-180}"], TRUFFLEHOG),
    issuer(
        "an Azure client secret",
        &["{q:3}{d:1}Q~{q:31-34}"],
        "learn.microsoft.com/en-us/purview/sit-defn-client-secret-api-key",
    ),
    issuer(
        "an Azure key",
        &[
            "{k:76}+ASt{k:6}==",
            "{k:76}+ABa{k:6}==",
            "{k:76}+AMC{k:6}==",
            "{k:76}ACDb{k:6}==",
            "{k:76}APIM{k:6}==",
            "{k:33}+ASb{k:6}=",
            "{k:33}+AEh{k:6}=",
            "{k:33}+ARm{k:6}=",
            "{k:33}AIoT{k:6}=",
            "{k:33}AZEG{k:6}=",
            "{k:33}AzCa{k:6}=",
            "{k:42}+ACR{k:6}",
            "{u:44}AzFu{u:6}==",
            "{w:42}AzSe{w:6}",
            "{w:52}JQQJ9{w:27}",
        ],
        "github.com/microsoft/security-utilities/blob/main/GeneratedRegexPatterns/PreciselyClassifiedSecurityKeys.json",
    ),
    issuer(
        "an Azure signature",
        &["sig={e:43-80}"],
        "learn.microsoft.com/en-us/azure/storage/common/storage-sas-overview",
    ),
    issuer(
        "an Azure DevOps token",
        &["{w:76}AZDO{w:4}"],
        "learn.microsoft.com/en-us/purview/sit-defn-azure-devops-personal-access-token",
    ),
    issuer(
        "a DigitalOcean token",
        &["dop_v1_{h:64}", "doo_v1_{h:64}", "dor_v1_{h:64}"],
        "docs.digitalocean.com/reference/api/reference/",
    ),
    issuer(
        "a Heroku key",
        &["HRKU-AA{u:58}", "HRKU-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"],
        "devcenter.heroku.com/articles/oauth",
    ),
    issuer(
        "a Cloudflare key",
        &["v1.0-{h:24}-{h:146}", "cfat_{w:40}{h:8}", "cfut_{w:40}{h:8}", "cfk_{w:40}{h:8}"],
        "developers.cloudflare.com/fundamentals/api/get-started/token-formats",
    ),
    issuer(
        "a Vercel token",
        &["vcp_{u:56}", "vci_{u:56}", "vca_{u:56}", "vcr_{u:56}", "vck_{u:56}", "vercel_blob_rw_{w:16}_{w:30}"],
        "vercel.com/changelog/new-token-formats-and-secret-scanning",
    ),
    issuer(
        "a Netlify token",
        &["nfp_{x:36}", "nfc_{x:36}", "nfo_{x:36}", "nfu_{x:36}", "nfb_{x:36}"],
        "answers.netlify.com/t/change-to-the-netlify-authentication-token-format/106146",
    ),
    issuer(
        "a Fly token",
        &["fo1_{u:43}", "fm1r_{g:64-1000}", "fm1a_{g:64-1000}", "fm2_{g:64-1000}"],
        "github.com/superfly/macaroon",
    ),
    issuer(
        "a HashiCorp Vault token",
        &["hvs.{u:24-200}", "hvb.{u:90-300}", "hvr.{u:24-300}", "s.{w:24}"],
        "developer.hashicorp.com/vault/docs/concepts/tokens",
    ),
    issuer(
        "a Terraform Cloud token",
        &["{w:14}.atlasv1.{u:60-70}"],
        "developer.hashicorp.com/terraform/cloud-docs/api-docs/user-tokens",
    ),
    issuer(
        "a Doppler token",
        &[
            "dp.pt.{w:40-44}",
            "dp.st.{u:2-35}.{w:40-44}",
            "dp.st.{w:40-44}",
            "dp.ct.{w:40-44}",
            "dp.sa.{w:40-44}",
            "dp.said.{w:40-44}",
            "dp.scim.{w:40-44}",
            "dp.audit.{w:40-44}",
        ],
        "docs.doppler.com/reference/auth-token-formats",
    ),
    issuer(
        "an age key",
        &["AGE-SECRET-KEY-1{B:58}", "AGE-SECRET-KEY-PQ-1{B:58}", "AGE-PLUGIN-{U:3-20}-1{B:20-200}"],
        "github.com/C2SP/C2SP/blob/main/age.md",
    ),
    issuer("a 1Password token", &["ops_eyJ{u:200-1000}"], "developer.1password.com/docs/service-accounts/security"),
    observed(
        "a 1Password key",
        &["A3-{U:6}-{U:6}-{U:5}-{U:5}-{U:5}-{U:5}", "A3-{U:6}-{U:11}-{U:5}-{U:5}-{U:5}"],
        GITLEAKS,
    ),
    observed("an Alibaba access key", &["LTAI{w:12-24}"], TRUFFLEHOG),
    observed("a Pulumi token", &["pul-{h:40}"], GITLEAKS),
    issuer(
        "a Supabase key",
        &["sbp_{h:40}", "sbp_oauth_{h:40}", "sb_secret_{u:22}_{u:8}"],
        "github.com/supabase/cli/blob/develop/apps/cli-go/internal/utils/access_token.go",
    ),
    observed(
        "a PlanetScale token",
        &["pscale_tkn_{q:32-64}", "pscale_pw_{q:32-64}", "pscale_oauth_{q:32-64}"],
        GITLEAKS,
    ),
    issuer(
        "a MongoDB Atlas secret",
        &["mdb_sa_sk_{u:40}"],
        "mongodb.com/docs/atlas/reference/api-resources-spec/changelog",
    ),
    issuer(
        "a Tailscale key",
        &["tskey-{l:3-8}-{w:10-20}-{w:20-40}", "tskey-{l:3-8}-{w:20-40}"],
        "tailscale.com/kb/1277/key-prefixes",
    ),
    observed("an OpenShift token", &["sha256~{u:43}"], GITLEAKS),
    observed("an Elastic key", &["essu_{g:50-200}"], BETTERLEAKS),
    issuer("an Okta token", &["SSWS 00{u:40}"], "developer.okta.com/docs/guides/create-an-api-token"),
    issuer(
        "a private key in base64",
        &[
            "LS0tLS1CRUdJTiBQUklWQVRF{f:100+}",
            "LS0tLS1CRUdJTiBSU0EgUFJJVkFUR{f:100+}",
            "LS0tLS1CRUdJTiBFQyBQUklWQVRF{f:100+}",
            "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVE{f:100+}",
            "LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFUR{f:100+}",
        ],
        "rfc-editor.org/rfc/rfc7468",
    ),
];
