//! Settings: levels, addresses, variables, flags, access, networks, schedules.

use std::collections::BTreeSet;

use super::diff::{Hunk, code, paired};
use super::doing::{Doing, Effect};
use super::files::{Kind, kind};
use super::numbers::likeness;
use crate::words;

/// Words of a setting and what its change does; the strength in configuration and in code.
const SETTINGS: &[(Effect, f64, f64, &[&str])] = &[
    (
        Effect::EndpointChanged,
        0.9,
        0.7,
        &[
            "host",
            "url",
            "uri",
            "endpoint",
            "addr",
            "address",
            "region",
            "bucket",
            "topic",
            "dsn",
            "port",
            "hostname",
            "broker",
            "brokers",
            "namespace",
            "upstream",
            "proxy",
            "base",
            "dns",
            "domain",
            "nameserver",
        ],
    ),
    (
        Effect::AccessChanged,
        0.9,
        0.8,
        &[
            "scope",
            "scopes",
            "permission",
            "permissions",
            "role",
            "roles",
            "audience",
            "issuer",
            "jwt",
            "token",
            "secret",
            "credential",
            "credentials",
            "policy",
            "iam",
            "rbac",
            "auth",
            "oauth",
            "signature",
            "hmac",
            "bearer",
            "apikey",
            "acl",
            "serviceaccount",
            "authorization",
            "csrf",
            "cors",
            "principal",
            "claim",
            "claims",
            "actions",
            "grant",
            "grants",
            "signing",
        ],
    ),
    (
        Effect::CertificateChanged,
        0.9,
        0.8,
        &[
            "tls",
            "cert",
            "certificate",
            "ca",
            "x509",
            "truststore",
            "keystore",
            "mtls",
            "cacert",
            "ssl",
            "issuerref",
            "ciphers",
            "insecureskipverify",
        ],
    ),
    (
        Effect::NetworkChanged,
        0.9,
        0.6,
        &[
            "ingress",
            "egress",
            "networkpolicy",
            "firewall",
            "securitygroup",
            "cidr",
            "subnet",
            "podselector",
            "allowedips",
            "route",
            "routes",
            "mesh",
            "sidecar",
            "virtualservice",
        ],
    ),
    (Effect::ScheduleChanged, 0.9, 0.6, &["cron", "schedule", "crontab", "interval", "every", "cronjob"]),
    (
        Effect::ConsumerChanged,
        0.8,
        0.7,
        &[
            "consumer",
            "partition",
            "partitions",
            "offset",
            "offsets",
            "commit",
            "poll",
            "prefetch",
            "ack",
            "acks",
            "heartbeat",
            "rebalance",
            "groupid",
            "group",
            "autocommit",
            "visibility",
            "assignor",
            "nack",
        ],
    ),
    (
        Effect::ProbeChanged,
        0.9,
        0.5,
        &["livenessprobe", "readinessprobe", "probe", "liveness", "readiness", "healthz", "startupprobe"],
    ),
];

/// What changed settings do.
pub(super) fn effects(hunk: &Hunk, doing: &mut Doing) {
    let config = kind(&hunk.file) == Kind::Config
        || named(&hunk.file, &["config", "settings", "env", "constants", "defaults", "options"]);
    levels(hunk, config, doing);
    variables(hunk, doing);
    labels(hunk, doing);
    let pairs = pairs(hunk);
    for (old, new) in &pairs {
        if words::parts(old) == words::parts(new) && old.to_lowercase() == new.to_lowercase() {
            continue;
        }
        flags(old, new, doing);
        if config {
            doing.note(Effect::ConfigChanged, 0.5, new);
        }
        if config && named(old, &["pool", "pooling", "pooler"]) && named(new, &["pool", "pooling", "pooler"]) {
            doing.note(Effect::PoolLowered, 0.6, new);
        }
        for (effect, there, here, about) in SETTINGS {
            let strength = if config { *there } else { *here };
            let about = named(old, about) && named(new, about) && values(old) != values(new) && !is_text(new);
            let address = *effect == Effect::EndpointChanged && addresses(old) != addresses(new);
            if about || address {
                doing.note(*effect, strength, new);
            }
        }
    }
    // What is only added or only removed changes a setting too, but which way is harder to say.
    for (lines, others) in [(&hunk.removed, &hunk.added), (&hunk.added, &hunk.removed)] {
        for line in paired(lines) {
            let text = code(&hunk.file, line);
            let twin = paired(others).any(|other| likeness(text, code(&hunk.file, other)) >= 0.4);
            if text.is_empty() || twin || is_text(text) {
                continue;
            }
            if config {
                doing.note(Effect::ConfigChanged, 0.3, line);
            }
            for (effect, there, here, about) in SETTINGS {
                if named(text, about) && *effect != Effect::EndpointChanged {
                    doing.note(*effect, if config { there * 0.7 } else { here * 0.7 }, line);
                }
            }
        }
    }
    for line in &hunk.added {
        let path = hunk.file.to_lowercase();
        if config
            && SETTINGS.iter().any(|(effect, _, _, about)| *effect == Effect::NetworkChanged && named(&path, about))
        {
            doing.note(Effect::NetworkChanged, 0.8, line);
        }
    }
}

fn named(text: &str, words: &[&str]) -> bool {
    let parts = words::parts(text);
    let whole: Vec<String> =
        words::identifiers(text, &[]).iter().map(|word| word.to_lowercase().replace('_', "")).collect();
    words.iter().any(|word| parts.iter().any(|part| part == word) || whole.iter().any(|name| name == word))
}

/// The addresses of a line: URLs, hosts with a port, names of a cluster or of the internet.
fn addresses(line: &str) -> Vec<&str> {
    let words = line.split(|letter: char| letter.is_whitespace() || ",()[]{}\"'`=".contains(letter));
    let port = |word: &str| {
        word.rsplit_once(':').is_some_and(|(_, port)| port.len() > 1 && port.chars().all(|d| d.is_ascii_digit()))
    };
    let ends = [".svc", ".local", ".internal", ".com", ".net", ".io", ".org", ".cluster", ".lan"];
    let host = |word: &str| word.contains('.') && (port(word) || ends.iter().any(|end| word.contains(end)));
    words.filter(|word| word.contains("://") || host(word)).collect()
}

/// A line that only tells people something.
fn is_text(line: &str) -> bool {
    named(line, &["log", "logger", "logging", "printf", "println", "print", "console", "slog", "description"])
}

fn values(line: &str) -> Vec<&str> {
    line.split(|letter: char| letter.is_whitespace() || ",()[]{}".contains(letter))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Removed lines with the added lines that take their place.
fn pairs(hunk: &Hunk) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for old in paired(&hunk.removed) {
        let old = code(&hunk.file, old);
        let best = paired(&hunk.added).map(|line| code(&hunk.file, line)).map(|new| (likeness(old, new), new));
        let best = best
            .filter(|(alike, new)| *alike >= 0.25 && old != *new)
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
        if let Some((_, new)) = best
            && !old.is_empty()
        {
            found.push((old.to_owned(), new.to_owned()));
        }
    }
    found
}

/// Log levels and what is logged.
fn levels(hunk: &Hunk, config: bool, doing: &mut Doing) {
    let chatty = ["debug", "trace", "verbose", "all", "finest"];
    let about = |line: &str| {
        named(
            line,
            &["level", "loglevel", "verbosity", "log", "logging", "setlevel", "rootlogger", "logger", "verbose"],
        )
    };
    let before = hunk.removed.iter().any(|old| {
        named(code(&hunk.file, old), &chatty)
            && named(code(&hunk.file, old), &["level", "loglevel", "verbosity", "verbose"])
    });
    for line in &hunk.added {
        let text = code(&hunk.file, line);
        let set = named(text, &["level", "loglevel", "verbosity", "setlevel", "rootlevel", "minlevel", "verbose"])
            && about(text);
        if set && named(text, &chatty) && !before {
            doing.note(Effect::LogRaised, if config { 1.0 } else { 0.9 }, line);
        } else if is_text(text)
            && (text.contains("body") || text.contains("dump") || text.contains("payload"))
            && text.contains('(')
        {
            doing.note(Effect::LogRaised, 0.5, line);
        }
    }
}

/// Environment variables and keys of settings that have another name now.
fn variables(hunk: &Hunk, doing: &mut Doing) {
    let names = |lines: &[String]| {
        let mut found = BTreeSet::new();
        for line in lines {
            let text = code(&hunk.file, line);
            let asks = [
                "getenv",
                "environ",
                "process.env",
                "env::var",
                "Getenv",
                "LookupEnv",
                "env(",
                "ENV[",
                "viper.",
                "@Value",
                "config.get",
                "os.Getenv",
                "GetString",
                "name:",
            ]
            .iter()
            .any(|mark| text.contains(mark))
                || kind(&hunk.file) == Kind::Config;
            if asks {
                found.extend(
                    words::identifiers(text, &[])
                        .into_iter()
                        .filter(|word| word.len() > 3 && word.contains('_') && word.to_uppercase() == **word)
                        .map(str::to_owned),
                );
                if text.contains("viper.")
                    || text.contains("config.get")
                    || text.contains("@Value")
                    || text.contains("GetString")
                {
                    found.extend(text.split(['"', '\'', '`']).skip(1).step_by(2).map(str::to_owned));
                }
            }
        }
        found
    };
    let (old, new) = (names(&hunk.removed), names(&hunk.added));
    let line = |lines: &[String], name: &String| {
        lines.iter().find(|line| line.contains(name.as_str())).cloned().unwrap_or_default()
    };
    if let Some(name) = old.difference(&new).next() {
        doing.note(Effect::VariableRenamed, 0.9, &line(&hunk.removed, name));
    } else if let Some(name) = new.difference(&old).next() {
        doing.note(
            Effect::VariableRenamed,
            if kind(&hunk.file) == Kind::Config { 0.3 } else { 0.7 },
            &line(&hunk.added, name),
        );
    }
}

/// Flags whose default turns.
fn flags(old: &str, new: &str, doing: &mut Doing) {
    let turned = |a: &str, b: &str| named(old, &[a]) && named(new, &[b]) && !named(new, &[a]);
    if turned("false", "true") || turned("true", "false") || turned("off", "on") || turned("on", "off") {
        let flag = named(
            new,
            &["flag", "feature", "enabled", "enable", "disabled", "toggle", "default", "use", "allow", "strict"],
        );
        doing.note(Effect::FlagDefault, if flag { 0.9 } else { 0.6 }, new);
    }
}

/// Labels of metrics whose values have no bound.
fn labels(hunk: &Hunk, doing: &mut Doing) {
    for line in &hunk.added {
        let text = code(&hunk.file, line);
        let metric = named(
            text,
            &[
                "label",
                "labels",
                "withlabelvalues",
                "tag",
                "tags",
                "counter",
                "histogram",
                "gauge",
                "metric",
                "metrics",
            ],
        ) || named(&hunk.file, &["metrics"]);
        let open = named(
            text,
            &[
                "userid",
                "user",
                "session",
                "sessionid",
                "requestid",
                "url",
                "path",
                "email",
                "uuid",
                "ip",
                "traceid",
                "tenant",
                "customer",
                "query",
            ],
        );
        if metric && open && !named(text, &["span", "setattributes", "logger"]) {
            doing.note(Effect::LabelAdded, 0.8, line);
        }
    }
}
