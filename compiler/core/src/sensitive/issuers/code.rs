//! Forges, registries of packages, and what builds them.

use super::super::issuer::{GITLEAKS, Issuer, issuer, observed};

pub(super) const ISSUERS: &[Issuer] = &[
    issuer(
        "a GitHub token",
        &[
            "ghp_{w:36-251}",
            "gho_{w:36-251}",
            "ghu_{w:36-251}",
            "ghs_{w:36-251}",
            "ghs_{d:1-12}_{u:20+}.{u:20+}.{u:20+}",
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
            "glpat-{u:20-300}.{l:9}",
            "gloas-{u:64}",
            "gldt-{u:20-64}",
            "glrt-{u:20-64}",
            "glrt-t{d:1}_{u:20-64}",
            "glrtr-{u:20-64}",
            "glcbt-{w:1-5}_{u:20}",
            "glptt-{h:40}",
            "glptt-{u:20}",
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
        &["ATBB{w:32}", "BBDC-{g:40-50}"],
        "community.atlassian.com/forums/Bitbucket-questions/Can-we-confirm-BitBucket-s-token-prefixes/qaq-p/3093481",
    ),
    issuer("an npm token", &["npm_{w:36}"], "github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format"),
    issuer(
        "a PyPI token",
        &["pypi-AgEIcHlwaS5vcmc{u:50-1000}", "pypi-AgENdGVzdC5weXBpLm9yZw{u:50-1000}"],
        "github.com/pypi/warehouse/blob/main/warehouse/macaroons/services.py",
    ),
    issuer(
        "a crates.io token",
        &["cio{w:32}", "cio_tp_{w:32}"],
        "github.com/rust-lang/crates.io/blob/main/crates/crates_io_database/src/utils/token.rs",
    ),
    issuer(
        "a RubyGems key",
        &["rubygems_{h:48}"],
        "github.com/rubygems/rubygems.org/blob/master/app/controllers/concerns/api_keyable.rb",
    ),
    issuer("a Docker Hub token", &["dckr_pat_{u:27}", "dckr_oat_{u:32}"], "docs.docker.com/security/access-tokens"),
    issuer(
        "a NuGet key",
        &["oy2{l:43}"],
        "github.com/microsoft/security-utilities/blob/main/GeneratedRegexPatterns/PreciselyClassifiedSecurityKeys.json",
    ),
    issuer("a Clojars token", &["CLOJARS_{h:60}"], "github.com/clojars/clojars-web/blob/main/src/clojars/db.clj"),
    issuer(
        "an Artifactory key",
        &["AKCp{w:69}", "cmVmdGtuO{w:55}"],
        "docs.jfrog.com/user-management/docs/identity-tokens",
    ),
    issuer(
        "a CircleCI token",
        &["CCIPAT_{w:20-24}_{h:40}", "CCIPRJ_{w:20-24}_{h:40}"],
        "circleci.com/changelog/new-format-for-api-access-tokens",
    ),
    issuer(
        "a Buildkite token",
        &[
            "bkua_{l:40-53}",
            "bkaa_{u:75}",
            "bkaj_{u:200-600}",
            "bkar_{u:73}",
            "bkct_{u:40-73}",
            "bkpt_{u:199}",
            "bkpat_{u:54}",
            "bkps_{u:64}",
        ],
        "buildkite.com/docs/platform/security/tokens",
    ),
    issuer(
        "a SonarQube token",
        &["squ_{h:40}", "sqp_{h:40}", "sqa_{h:40}", "sqco_{w:59}"],
        "github.com/SonarSource/sonarqube/blob/master/server/sonar-webserver-auth/src/main/java/org/sonar/server/usertoken/TokenGeneratorImpl.java",
    ),
    issuer(
        "a Sourcegraph token",
        &["sgp_{h:40}", "sgp_{w:1-32}_{h:40}", "slk_{h:64}"],
        "sourcegraph.com/docs/cli/how-tos/creating_an_access_token",
    ),
    observed("a Prefect key", &["pnu_{w:36}", "pnb_{w:36}"], GITLEAKS),
    observed("a ReadMe key", &["rdme_{l:70}"], GITLEAKS),
    observed("an Infracost key", &["ico-{w:32}"], GITLEAKS),
];
