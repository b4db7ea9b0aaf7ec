//! Models, and data for them.

use super::super::issuer::{Issuer, issuer};

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
        "platform.openai.com/docs/api-reference/authentication",
    ),
    issuer(
        "an Anthropic key",
        &["sk-ant-{l:3-8}-{u:40-120}"],
        "docs.anthropic.com/en/api/admin-api/apikeys/get-api-key",
    ),
    issuer("a Hugging Face token", &["hf_{w:30-40}", "api_org_{w:30-40}"], "huggingface.co/docs/hub/security-tokens"),
    issuer(
        "a Databricks token",
        &["dapi{h:32}", "dapi{h:32}-{d:1-2}", "dose{h:32}", "dkea{h:32}"],
        "docs.databricks.com/aws/en/dev-tools/auth/pat",
    ),
    issuer("a Replicate token", &["r8_{w:37}"], "replicate.com/docs/reference/http"),
    issuer("a Groq key", &["gsk_{w:40-60}"], "console.groq.com/docs/quickstart"),
    issuer("a Perplexity key", &["pplx-{w:40-64}"], "docs.perplexity.ai/guides/getting-started"),
    issuer("an xAI key", &["xai-{w:70-90}"], "docs.x.ai/docs/tutorial"),
    issuer("an OpenRouter key", &["sk-or-v1-{h:64}"], "openrouter.ai/docs/api-reference/authentication"),
    issuer("a Langfuse key", &["sk-lf-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"], "langfuse.com/docs/sdk/overview"),
    issuer(
        "a LangSmith key",
        &["lsv2_pt_{h:32}_{h:10}", "lsv2_sk_{h:32}_{h:10}"],
        "docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key",
    ),
    issuer("a Pinecone key", &["pcsk_{x:40-90}"], "docs.pinecone.io/guides/projects/manage-api-keys"),
    issuer("an ElevenLabs key", &["sk_{h:48}"], "elevenlabs.io/docs/api-reference/authentication"),
    issuer("an Airtable token", &["pat{w:14}.{h:64}"], "airtable.com/developers/web/guides/personal-access-tokens"),
    issuer("a Notion token", &["secret_{w:43}", "ntn_{w:40-50}"], "developers.notion.com/docs/authorization"),
    issuer(
        "a Dropbox token",
        &["sl.{u:60-1000}", "sl.u.{u:60-1000}"],
        "dropbox.com/developers/documentation/http/documentation",
    ),
    issuer("a Figma token", &["figd_{u:38-60}", "figu_{u:38-60}"], "developers.figma.com/docs/rest-api/authentication"),
    issuer("a Linear key", &["lin_api_{w:40}", "lin_oauth_{w:40-64}"], "linear.app/developers/graphql"),
    issuer(
        "an Asana token",
        &["{d:1}/{d:13-20}:{h:32}", "{d:1}/{d:13-20}/{d:13-20}:{h:32}"],
        "developers.asana.com/docs/personal-access-token",
    ),
    issuer(
        "an Atlassian token",
        &["ATATT3{u:40-200}={w:8}", "ATCTT3{u:40-200}={w:8}", "ATOA{u:50-200}"],
        "support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account",
    ),
    issuer("a Postman key", &["PMAK-{h:24}-{h:34}"], "learning.postman.com/docs/developer/postman-api/authentication"),
    issuer(
        "a HubSpot token",
        &["pat-na1-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}", "pat-eu1-{h:8}-{h:4}-{h:4}-{h:4}-{h:12}"],
        "developers.hubspot.com/docs/guides/apps/private-apps/overview",
    ),
    issuer("a Typeform token", &["tfp_{u:40-70}"], "typeform.com/developers/get-started/personal-access-token"),
    issuer("a Contentful token", &["CFPAT-{u:43}"], "contentful.com/help/token-management/personal-access-tokens"),
];
