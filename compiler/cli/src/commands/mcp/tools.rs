//! The tools: a name, what it is for, what it takes, and the command that it runs.
//!
//! Whatever an assistant gives is one value behind `=`, so that it cannot become an option. Addresses are not among it.

use std::path::{Component, Path};

use serde_json::{Map, Value, json};

use super::objectives;
use crate::args::{Access, Mcp, Specs};
use crate::world::shown;

/// What a call gives.
type Arguments = Map<String, Value>;

/// What a call leads to.
pub(super) enum Call {
    /// The answer.
    Told(String),
    /// A command of this program.
    Command(Vec<String>),
}

/// A tool.
pub(super) struct Offered {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    /// Whether it asks a server.
    pub(super) is_open: bool,
    takes: &'static [Taken],
    run: fn(&Mcp, &Arguments) -> Result<Call, String>,
}

/// A value that a tool takes.
struct Taken {
    name: &'static str,
    about: &'static str,
    kind: Kind,
    is_needed: bool,
}

enum Kind {
    Text,
    /// A whole number from 1 to this.
    Number(u64),
}

const fn text(name: &'static str, about: &'static str) -> Taken {
    Taken { name, about, kind: Kind::Text, is_needed: false }
}

/// The tools that can be used with what the server was started with.
pub(super) fn offered(mcp: &Mcp) -> Vec<Offered> {
    let mut tools = vec![
        Offered {
            name: "objectives",
            title: "List objectives",
            about: "Every service-level objective: target, window, owner, and its alerts with burn rates and the share of bad \
                    events that fires them.",
            is_open: false,
            takes: const { &[text("service", "Only objectives of this service")] },
            run: |mcp, given| {
                objectives::list(&mcp.specs, given.get("service").and_then(Value::as_str)).map(Call::Told)
            },
        },
        Offered {
            name: "check",
            title: "Check the specs",
            about: "Every finding about the specs, with place, cause and hint. `explain` says more of a code.",
            is_open: false,
            takes: &[],
            run: |mcp, _| Ok(command("check", specs(&mcp.specs), &["--format=json".to_owned()])),
        },
        Offered {
            name: "explain",
            title: "Explain a code",
            about: "What a finding's code means, with a wrong and a right example and the remedy.",
            is_open: false,
            takes: const {
                &[Taken {
                    name: "code",
                    about: "The code, such as `unbounded-label`",
                    kind: Kind::Text,
                    is_needed: true,
                }]
            },
            run: |_, given| {
                let code = given.get("code").and_then(Value::as_str).unwrap_or_default();
                Ok(command("explain", Vec::new(), &["--markdown".to_owned(), "--".to_owned(), code.to_owned()]))
            },
        },
        Offered {
            name: "walk_case",
            title: "Walk a frozen incident",
            about: "Goes from a frozen incident, a folder that `emberline walk --export` wrote, to the commit: root cause, \
                    confidence, first failing service, suspects and what to do.",
            is_open: false,
            takes: const {
                &[Taken { name: "case", about: "The folder, below the current one", kind: Kind::Text, is_needed: true }]
            },
            run: |mcp, given| {
                let mut arguments = specs(&mcp.specs);
                arguments.extend(option("case", file(given, "case")?));
                Ok(command("walk", arguments, &["--format=json".to_owned()]))
            },
        },
    ];
    if mcp.against.is_some() {
        tools.push(Offered {
            name: "budget",
            title: "Error budget left",
            about: "How much error budget each objective has left, group by group, the worst first; or why it is unknown.",
            is_open: true,
            takes: const { &[text("service", "Only this service"), text("slo", "Only this objective, as SERVICE/SLO")] },
            run: |mcp, given| {
                let mut arguments = asked(mcp);
                arguments.extend(option("service", told(given, "service")));
                arguments.extend(option("slo", told(given, "slo")));
                Ok(command("budget", arguments, &["--format=json".to_owned()]))
            },
        });
        tools.push(Offered {
            name: "backtest",
            title: "Replay alerts over the past",
            about: "Which alerts would have fired over the last days, when, for how long, how much error budget that took, and \
                    how often people would be told at other targets. With `rules`, a rule file is replayed beside them.",
            is_open: true,
            takes: const { &[
                Taken { name: "days", about: "How many days; 7 if not said", kind: Kind::Number(400), is_needed: false },
                text("only", "Only this service, or SERVICE/SLO"),
                text("rules", "A rule file of Prometheus, below the current folder"),
            ] },
            run: |mcp, given| {
                let mut arguments = asked(mcp);
                let days = given.get("days").and_then(Value::as_u64).unwrap_or(7);
                arguments.push(format!("--days={days}"));
                arguments.extend(option("only", told(given, "only")));
                arguments.extend(option("rules", file(given, "rules")?));
                Ok(command("backtest", arguments, &["--format=json".to_owned()]))
            },
        });
    }
    if mcp.against.is_some() || mcp.stores.is_some() {
        tools.push(Offered {
            name: "walk",
            title: "Walk a firing alert",
            about: "Goes from a firing alert to the commit: objective, requests, trace, profile and blame, with suspects, \
                    confidence and what to do. Without `alert`, the most severe one that fires.",
            is_open: true,
            takes: const { &[text("alert", "SERVICE/OBJECTIVE, or a part of the alert's name")] },
            run: |mcp, given| {
                let mut arguments = specs(&mcp.specs);
                arguments.extend(option("prometheus", mcp.against.clone()));
                arguments.extend(option("stores", mcp.stores.as_deref().map(shown)));
                arguments.extend(option("repository", Some(shown(&mcp.repository))));
                arguments.extend(access(&mcp.access));
                arguments.extend(option("alert", told(given, "alert")));
                Ok(command("walk", arguments, &["--format=json".to_owned()]))
            },
        });
    }
    tools
}

impl Offered {
    /// The JSON Schema of what it takes.
    pub(super) fn schema(&self) -> Map<String, Value> {
        let property = |taken: &Taken| {
            let kind = match taken.kind {
                Kind::Text => json!({"type": "string", "description": taken.about}),
                Kind::Number(most) => {
                    json!({"type": "integer", "minimum": 1, "maximum": most, "description": taken.about})
                }
            };
            (taken.name.to_owned(), kind)
        };
        let needed: Vec<&str> = self.takes.iter().filter(|taken| taken.is_needed).map(|taken| taken.name).collect();
        let properties: Map<String, Value> = self.takes.iter().map(property).collect();
        let schema = json!({
            "type": "object",
            "properties": properties,
            "required": needed,
            "additionalProperties": false,
        });
        schema.as_object().cloned().unwrap_or_default()
    }

    /// Runs it, or says what is wrong with what it is given.
    pub(super) fn call(&self, mcp: &Mcp, given: &Arguments) -> Result<Call, String> {
        for (name, value) in given {
            let known = || self.takes.iter().map(|taken| taken.name).collect::<Vec<_>>().join(", ");
            let Some(taken) = self.takes.iter().find(|taken| taken.name == name) else {
                return Err(format!("`{}` takes no `{name}`; it takes: {}", self.name, known()));
            };
            match taken.kind {
                Kind::Text if value.as_str().is_some_and(|text| !text.is_empty()) => {}
                Kind::Text => return Err(format!("`{name}` is a text that is not empty")),
                Kind::Number(most) if value.as_u64().is_some_and(|number| (1..=most).contains(&number)) => {}
                Kind::Number(most) => return Err(format!("`{name}` is a whole number from 1 to {most}")),
            }
        }
        match self.takes.iter().find(|taken| taken.is_needed && !given.contains_key(taken.name)) {
            Some(missing) => Err(format!("`{}` needs `{}`: {}", self.name, missing.name, missing.about)),
            None => (self.run)(mcp, given),
        }
    }
}

fn command(name: &str, arguments: Vec<String>, last: &[String]) -> Call {
    Call::Command([vec![name.to_owned()], arguments, last.to_vec()].concat())
}

fn told(given: &Arguments, name: &str) -> Option<String> {
    given.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A path that a call gives, which must not lead out of the current folder.
fn file(given: &Arguments, name: &str) -> Result<Option<String>, String> {
    let Some(path) = told(given, name) else { return Ok(None) };
    let is_below = Path::new(&path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    // A link may lead elsewhere; what does not exist is told by the command.
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let is_inside = match (Path::new(&path).canonicalize(), here) {
        (Ok(real), Ok(here)) => real.starts_with(here),
        _ => true,
    };
    match is_below && is_inside {
        true => Ok(Some(path)),
        false => Err(format!("`{name}` must lie below the current folder")),
    }
}

fn option(name: &str, value: Option<String>) -> Option<String> {
    value.map(|value| format!("--{name}={value}"))
}

fn specs(specs: &Specs) -> Vec<String> {
    let folders = specs.specs.iter().map(|path| format!("--specs={}", shown(path)));
    folders.chain(option("policy", specs.policy.as_deref().map(shown))).collect()
}

/// What every command takes that asks the server for numbers.
fn asked(mcp: &Mcp) -> Vec<String> {
    let mut arguments = specs(&mcp.specs);
    arguments.extend(option("against", mcp.against.clone()));
    arguments.extend(access(&mcp.access));
    arguments
}

fn access(access: &Access) -> Vec<String> {
    let Access { bearer_token_file, basic_auth_file, header, ca_file, client_cert, client_key, proxy, timeout } =
        access;
    let files = [
        ("bearer-token-file", bearer_token_file),
        ("basic-auth-file", basic_auth_file),
        ("ca-file", ca_file),
        ("client-cert", client_cert),
        ("client-key", client_key),
    ];
    let files = files.into_iter().filter_map(|(name, path)| option(name, path.as_deref().map(shown)));
    let headers = header.iter().map(|header| format!("--header={header}"));
    let rest = [option("proxy", proxy.clone()), Some(format!("--timeout={timeout}"))];
    files.chain(headers).chain(rest.into_iter().flatten()).collect()
}
