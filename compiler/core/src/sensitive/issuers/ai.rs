//! Models, and data for them.

use super::super::issuer::{GITLEAKS, Issuer, TRUFFLEHOG, issuer, observed};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "an OpenAI key",
        &[
            "sk-proj-{u:40-200}",
            "sk-svcacct-{u:40-200}",
            "sk-admin-{u:40-200}",
            "sk-None-{u:40-200}",
            "sk-{w:20}T3BlbkFJ{w:20}",
        ],
        "platform.openai.com/docs/api-reference/admin-api-keys",
    ),
    issuer(
        "an Anthropic key",
        &["sk-ant-{l:3-8}-{u:40-120}"],
        "platform.claude.com/docs/en/api/admin-api/apikeys/get-api-key",
    ),
    issuer("a Hugging Face token", &["hf_{w:34}", "api_org_{w:34}"], "huggingface.co/docs/hub/security-tokens"),
    issuer(
        "a Databricks token",
        &["dapi{h:32}", "dapi{h:32}-{d:1-2}", "dose{h:32}", "dkea{h:32}"],
        "learn.microsoft.com/en-us/purview/sit-defn-azure-databricks-personal-access-token",
    ),
    issuer("a Replicate token", &["r8_{w:37}"], "replicate.com/docs/topics/security/api-tokens"),
    issuer("a Groq key", &["gsk_{w:50-54}"], "console.groq.com/docs/production-readiness/security-onboarding"),
    observed("a Perplexity key", &["pplx-{w:48}"], GITLEAKS),
    issuer("an xAI key", &["xai-{u:70-120}"], "docs.x.ai/developers/rest-api-reference/management/auth"),
    issuer("an OpenRouter key", &["sk-or-v1-{h:64}"], "openrouter.ai/docs/guides/features/guardrails/secret-formats"),
    issuer("a Langfuse key", &["sk-lf-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"], "langfuse.com/docs/sdk/overview"),
    issuer(
        "a LangSmith key",
        &["lsv2_pt_{h:32}_{h:10}", "lsv2_sk_{h:32}_{h:10}"],
        "docs.langchain.com/langsmith/administration-overview",
    ),
    observed("a Pinecone key", &["pcsk_{w:5-6}_{w:63}"], TRUFFLEHOG),
    observed("an ElevenLabs key", &["sk_{h:48}"], TRUFFLEHOG),
    observed("an Airtable token", &["pat{w:14}.{h:64}"], GITLEAKS),
    issuer("a Notion token", &["secret_{w:43}", "ntn_{d:11}{w:35}"], "developers.notion.com/page/changelog"),
    observed("a Dropbox token", &["sl.{u:60-1000}", "sl.u.{u:60-1000}"], TRUFFLEHOG),
    observed(
        "a Figma token",
        &["figd_{u:38-60}", "figu_{u:38-60}", "figo_{u:38-60}", "figr_{u:38-60}", "figp_{u:38-60}"],
        TRUFFLEHOG,
    ),
    issuer(
        "a Linear key",
        &["lin_api_{w:40}", "lin_oauth_{w:32-64}", "lin_wh_{w:40-48}"],
        "linear.app/changelog/2021-08-19-github-secret-scanning",
    ),
    observed("an Asana token", &["{d:1}/{d:13-20}:{h:32}", "{d:1}/{d:13-20}/{d:13-20}:{h:32}"], TRUFFLEHOG),
    issuer(
        "an Atlassian token",
        &["ATATT3{u:40-200}={w:8}", "ATCTT3{u:40-200}={w:8}", "ATOA{u:50-200}"],
        "community.atlassian.com/forums/Bitbucket-questions/Can-we-confirm-BitBucket-s-token-prefixes/qaq-p/3093481",
    ),
    observed("a Postman key", &["PMAK-{h:24}-{h:34}"], GITLEAKS),
    observed("a HubSpot token", &["pat-{l:3}-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"], TRUFFLEHOG),
    observed("a Typeform token", &["tfp_{u:40-70}"], TRUFFLEHOG),
    observed("a Contentful token", &["CFPAT-{u:43}"], TRUFFLEHOG),
];
