//! Forges, registries of packages, and what builds them.

use super::super::issuer::{Issuer, issuer};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "a GitHub token",
        &[
            "ghp_{w:36-251}",
            "gho_{w:36-251}",
            "ghu_{w:36-251}",
            "ghs_{w:36-251}",
            "ghr_{w:36-251}",
            "github_pat_{x:40-255}",
        ],
        "docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github",
    ),
    issuer(
        "a GitLab token",
        &[
            "glpat-{u:20-300}",
            "glpat-{u:20-300}.{l:2}.{l:9}",
            "gloas-{u:64}",
            "gldt-{u:20-64}",
            "glrt-{u:20-64}",
            "glrt-t{d:1}_{u:20-64}",
            "glrtr-{u:20-64}",
            "glcbt-{w:1-5}_{u:20}",
            "glptt-{h:40}",
            "glft-{u:20-64}",
            "glimt-{u:25}",
            "glagent-{u:50}",
            "glsoat-{u:20-64}",
            "glffct-{u:20-64}",
            "GR1348941{u:20}",
        ],
        "docs.gitlab.com/security/tokens",
    ),
    issuer(
        "a Bitbucket token",
        &["ATBB{w:32}", "BBDC-{f:44}"],
        "support.atlassian.com/bitbucket-cloud/docs/app-passwords",
    ),
    issuer("an npm token", &["npm_{w:36}"], "docs.npmjs.com/about-access-tokens"),
    issuer(
        "a PyPI token",
        &["pypi-AgEIcHlwaS5vcmc{u:50-1000}", "pypi-AgENdGVzdC5weXBpLm9yZw{u:50-1000}"],
        "pypi.org/help/#apitoken",
    ),
    issuer("a crates.io token", &["cio{w:32}"], "doc.rust-lang.org/cargo/reference/registry-authentication"),
    issuer("a RubyGems key", &["rubygems_{h:48}"], "guides.rubygems.org/api-key-scopes"),
    issuer("a Docker Hub token", &["dckr_pat_{u:27}", "dckr_oat_{u:32}"], "docs.docker.com/security/access-tokens"),
    issuer("a NuGet key", &["oy2{l:43}"], "learn.microsoft.com/en-us/nuget/nuget-org/publish-a-package"),
    issuer("a Clojars token", &["CLOJARS_{l:60}"], "github.com/clojars/clojars-web/wiki/Deploy-Tokens"),
    issuer(
        "an Artifactory key",
        &["AKCp{w:69}", "cmVmdGtuO{w:50-60}"],
        "jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
    ),
    issuer(
        "a CircleCI token",
        &["CCIPAT_{w:20-24}_{h:40}", "CCIPRJ_{w:20-24}_{h:40}"],
        "circleci.com/docs/managing-api-tokens",
    ),
    issuer("a Buildkite token", &["bkua_{h:40}", "bkct_{x:40-60}"], "buildkite.com/docs/apis/managing-api-tokens"),
    issuer(
        "a SonarQube token",
        &["squ_{h:40}", "sqp_{h:40}", "sqa_{h:40}"],
        "docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens",
    ),
    issuer(
        "a Sourcegraph token",
        &["sgp_{h:40}", "sgp_{h:16}_{h:40}", "sgp_local_{h:40}"],
        "sourcegraph.com/docs/cli/how-tos/creating_an_access_token",
    ),
    issuer(
        "a Prefect key",
        &["pnu_{w:36}", "pnb_{w:36}"],
        "docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys",
    ),
    issuer("a ReadMe key", &["rdme_{l:70}"], "docs.readme.com/main/reference/intro-authentication"),
    issuer("an Infracost key", &["ico-{w:32}"], "infracost.io/docs"),
];
