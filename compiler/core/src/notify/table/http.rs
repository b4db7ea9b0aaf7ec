//! How services are called: credentials, TLS, proxies.

use crate::notify::kind::Kind::{Bool, File, List, Map, Proxy, Secret, SecretFile, Template, Text, Url, Word};
use crate::notify::kind::{Field, Kind, Record, Rule, field};

/// Names of TLS versions.
const TLS_VERSIONS: Kind = Word(&["TLS10", "TLS11", "TLS12", "TLS13"]);

/// Headers that the HTTP client sets itself.
const RESERVED: &[&str] = &[
    "Authorization",
    "Host",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "User-Agent",
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Www-Authenticate",
    "Accept-Encoding",
    "X-Prometheus-Remote-Write-Version",
    "X-Prometheus-Remote-Read-Version",
    "X-Prometheus-Scrape-Timeout-Seconds",
    "X-Amz-Date",
    "X-Amz-Security-Token",
    "X-Amz-Content-Sha256",
];

const PROXY_URL: Field = field("proxy_url", Proxy, "The proxy.");
const NO_PROXY: Field = field("no_proxy", Text, "Addresses without the proxy, with commas between.");
const PROXY_FROM_ENVIRONMENT: Field =
    field("proxy_from_environment", Bool, "Takes the proxy from the environment of Alertmanager.");
const PROXY_CONNECT_HEADER: Field =
    field("proxy_connect_header", Secret("a proxy that needs no header"), "Headers for the proxy.");

/// Rules of the proxy's fields.
const ONE_PROXY: Rule = Rule::AtMostOne(&["proxy_from_environment", "proxy_url"]);
const ONE_LIST: Rule = Rule::AtMostOne(&["proxy_from_environment", "no_proxy"]);
const NO_PROXY_NEEDS: Rule = Rule::Needs("no_proxy", &["proxy_url"]);

pub(super) static HTTP: Record = Record {
    name: "HttpConfig",
    about: "How a service is called over HTTP.",
    fields: &[
        field("authorization", Kind::Record(&AUTHORIZATION), "The `Authorization` header."),
        field("basic_auth", Kind::Record(&BASIC_AUTH), "User and password."),
        field("oauth2", Kind::Record(&OAUTH2), "A token by OAuth 2.0."),
        field("bearer_token", Secret("`authorization: {credentials_file: …}`"), "A token."),
        field("bearer_token_file", SecretFile, "An older form of `authorization`."),
        field("tls_config", Kind::Record(&TLS), "TLS."),
        field("follow_redirects", Bool, "Whether redirects are followed. Default: `true`."),
        field("enable_http2", Bool, "Whether HTTP/2 is used. Default: `true`."),
        PROXY_URL,
        NO_PROXY,
        PROXY_FROM_ENVIRONMENT,
        PROXY_CONNECT_HEADER,
        field("http_headers", Map(&Kind::Record(&HEADER)), "More headers, by name."),
    ],
    rules: &[
        Rule::AtMostOne(&["authorization", "basic_auth", "oauth2", "bearer_token_file"]),
        ONE_PROXY,
        ONE_LIST,
        NO_PROXY_NEEDS,
        Rule::NotNamed("http_headers", RESERVED),
        Rule::Tokens("http_headers"),
    ],
};

pub(super) static TLS: Record = Record {
    name: "TlsConfig",
    about: "TLS of a connection.",
    fields: &[
        field("ca", Text, "Certificates of authorities, as PEM."),
        field("ca_file", File, "A file with certificates of authorities."),
        field("cert", Text, "The client's certificate, as PEM."),
        field("cert_file", File, "A file with the client's certificate."),
        field("key", Secret("`key_file`"), "The client's key."),
        field("key_file", SecretFile, "A file with the client's key."),
        field("server_name", Text, "The name in the server's certificate."),
        field("insecure_skip_verify", Bool, "Takes any certificate of the server."),
        field("min_version", TLS_VERSIONS, "The oldest version."),
        field("max_version", TLS_VERSIONS, "The newest version."),
    ],
    rules: &[
        Rule::AtMostOne(&["ca", "ca_file"]),
        Rule::AtMostOne(&["cert", "cert_file"]),
        Rule::Needs("cert", &["key_file"]),
        Rule::Needs("cert_file", &["key_file"]),
        Rule::Needs("key_file", &["cert", "cert_file"]),
    ],
};

static AUTHORIZATION: Record = Record {
    name: "Authorization",
    about: "The `Authorization` header.",
    fields: &[
        field("type", Text, "The scheme. Default: `Bearer`."),
        field("credentials", Secret("`credentials_file`"), "The credentials."),
        field("credentials_file", SecretFile, "A file with the credentials."),
    ],
    rules: &[Rule::NotWord("type", "basic"), Rule::Needed("credentials_file")],
};

static BASIC_AUTH: Record = Record {
    name: "BasicAuth",
    about: "User and password.",
    fields: &[
        field("username", Text, "The user."),
        field("username_file", SecretFile, "A file with the user."),
        field("password", Secret("`password_file`"), "The password."),
        field("password_file", SecretFile, "A file with the password."),
    ],
    rules: &[Rule::AtMostOne(&["username", "username_file"])],
};

static OAUTH2: Record = Record {
    name: "Oauth2",
    about: "A token by OAuth 2.0.",
    fields: &[
        field("client_id", Text, "The client."),
        field("client_secret", Secret("`client_secret_file`"), "The client's secret."),
        field("client_secret_file", SecretFile, "A file with the client's secret."),
        field("client_certificate_key_id", Text, "The id of the client's key."),
        field("client_certificate_key", Secret("`client_certificate_key_file`"), "The client's key."),
        field("client_certificate_key_file", SecretFile, "A file with the client's key."),
        field(
            "grant_type",
            Word(&["client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"]),
            "The grant. Default: `client_credentials`.",
        ),
        field("signature_algorithm", Word(&["RS256", "RS384", "RS512"]), "The algorithm of a JWT's signature."),
        field("iss", Text, "The issuer of a JWT. Default: the client."),
        field("audience", Text, "The audience of a JWT. Default: `token_url`."),
        field("claims", Map(&Text), "More claims of a JWT."),
        field("scopes", List(&Text), "The scopes."),
        field("token_url", Url, "The address that gives tokens."),
        field("endpoint_params", Map(&Text), "Parameters for that address."),
        field("tls_config", Kind::Record(&TLS), "TLS to that address."),
        PROXY_URL,
        NO_PROXY,
        PROXY_FROM_ENVIRONMENT,
        PROXY_CONNECT_HEADER,
    ],
    rules: &[Rule::Needed("client_id"), Rule::Needed("token_url"), ONE_PROXY, ONE_LIST, NO_PROXY_NEEDS],
};

static HEADER: Record = Record {
    name: "HttpHeader",
    about: "The values of a header.",
    fields: &[
        field("values", List(&Text), "Values."),
        field("secrets", Secret("`files`"), "Secret values."),
        field("files", List(&SecretFile), "Files with values."),
    ],
    rules: &[],
};

pub(super) static SIGV4: Record = Record {
    name: "Sigv4",
    about: "How requests to AWS are signed. Without any field: by the credentials of Alertmanager's machine.",
    fields: &[
        field("region", Text, "The region."),
        field("access_key", Secret("`profile` or `role_arn`"), "The access key."),
        field("secret_key", Secret("`profile` or `role_arn`"), "The secret key."),
        field("profile", Text, "A profile of the AWS configuration on Alertmanager's machine."),
        field("role_arn", Text, "A role to take on."),
        field("use_fips_sts_endpoint", Bool, "Takes the FIPS endpoint of STS."),
        field("service_name", Text, "The service in the signature."),
    ],
    rules: &[],
};

/// A template that stands for a text of a message.
pub(super) const fn filled(name: &'static str, about: &'static str) -> Field {
    field(name, Template, about)
}

/// Whether a notification is sent when alerts resolve too.
pub(super) const SEND_RESOLVED: Field = field("send_resolved", Bool, "Whether resolved alerts are told too.");

/// How the service is called.
pub(super) const HTTP_CONFIG: Field =
    field("http_config", Kind::Record(&HTTP), "How the service is called: credentials, TLS, proxy.");
