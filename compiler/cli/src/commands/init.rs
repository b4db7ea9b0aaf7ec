//! `emberline init`: the shortest good spec, for the service at hand.

use std::path::{Component, Path};

use emberline_core::quantity::Duration;
use emberline_core::source::Spanned;
use emberline_core::spec::{
    self, Comments, LabelSpec, MetricSpec, MetricType, Named, Number, ServiceSpec, SloSpec, Text,
};
use emberline_observe::first;
use emberline_observe::gather::Limits;
use emberline_observe::prometheus::Wanted;
use rust_decimal::Decimal;

use super::{observe, source};
use crate::args::{Init, Names, Specs};
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal;
use crate::world::{shown, write};

/// Where `compile` writes the schema that the first line of a spec names.
const SCHEMA: &str = "generated/schema/service.schema.json";

/// Writes `SPECS/SERVICE.yaml`, unless it is there.
pub(crate) fn run(init: &Init, quiet: bool) -> Result<Status> {
    let service = match &init.service {
        Some(name) if is_name(name) => name.clone(),
        Some(name) => {
            return Err(Failure::new(format!("`{name}` cannot be the name of a service"))
                .help("begin with a letter and go on with letters, digits, `-`, `_` and `.`"));
        }
        None => name_of_here()?,
    };
    let place = init.specs.join(format!("{service}.yaml"));
    let text = match &init.against {
        Some(source) => exported(init, &service, source)?,
        None => spec(&service, &init.specs, init.names),
    };
    write::create(&place, &text).map_err(|failure| match failure {
        write::NotCreated::Exists => Failure::new(format!("{} exists already", shown(&place)))
            .help("edit it, or name another service: `emberline init SERVICE`"),
        write::NotCreated::Failed(failure) => failure,
    })?;
    if !quiet {
        let specs =
            if init.specs == Path::new("slos") { String::new() } else { format!(" --specs {}", shown(&init.specs)) };
        terminal::say(&format!("wrote {}; next:", shown(&place)));
        terminal::say(&format!("  emberline check{specs}      report the faults of the spec"));
        terminal::say(&format!("  emberline compile{specs}    write rules, alerts and their proofs to generated/"));
        if !Path::new(SCHEMA).exists() {
            terminal::say(&format!("compile also writes {SCHEMA}, with which editors complete the spec"));
        }
    }
    Ok(Status::Clean)
}

/// What the spec counts.
struct Http {
    /// The histogram of durations, as a spec declares it.
    metric: &'static str,
    /// Its name in Prometheus.
    prometheus: &'static str,
    /// The label that holds the service's name.
    service: &'static str,
    /// The label that holds the status code, as a spec declares it and in Prometheus.
    code: [&'static str; 2],
    /// The boundaries that the instrument has by default, in milliseconds.
    buckets: &'static [i64],
}

const PROMETHEUS: Http = Http {
    metric: "http_request_duration_seconds",
    prometheus: "http_request_duration_seconds",
    service: "job",
    code: ["code", "code"],
    buckets: &[5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000],
};

const OPENTELEMETRY: Http = Http {
    metric: "http.server.request.duration",
    prometheus: "http_server_request_duration_seconds",
    service: "service_name",
    code: ["http.response.status_code", "http_response_status_code"],
    buckets: &[5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000],
};

/// The text of the spec: an objective of availability, then one of latency that waits behind comment marks.
fn spec(service: &str, specs: &Path, names: Names) -> String {
    let http = match names {
        Names::Prometheus => PROMETHEUS,
        Names::Opentelemetry => OPENTELEMETRY,
    };
    let mut text = headed(specs, YOURS, &first(service, &http));
    text.push_str(MORE);
    text.push_str(&marked("  ", &spec::write(&vec![latency(service, &http)], Comments::No)));
    text
}

/// The text of a spec for what a source exports.
fn exported(init: &Init, service: &str, source: &str) -> Result<String> {
    let wanted = Wanted {
        service: Some(service.to_owned()),
        over: Duration::from_secs(3_600),
        now: super::now(),
        ..Wanted::default()
    };
    let taken = source::take(source, &init.access, &wanted)?;
    let name = source::name(source);
    let observed = source::observed(&taken, Limits::SNAPSHOT, name.clone(), super::today(), wanted.over);
    let policy = observe::policy(&Specs::of(&init.specs));
    let Some(first) = first::spec(service, &observed, &taken.only, &policy) else {
        return Err(Failure::new(format!(
            "nothing that {name} exports looks like a count of requests with their outcome"
        ))
        .help(format!("`emberline observe SOURCE --service {service}` lists what there is")));
    };
    Ok(headed(&init.specs, "", &first))
}

/// A spec below what it is for; `advice` are further lines of comment.
fn headed(specs: &Path, advice: &str, spec: &ServiceSpec) -> String {
    format!("{}{}", head(specs, advice), spec::write(spec, Comments::Fields))
}

/// What stands above a spec: its schema, what it is for, `advice`, and an empty line.
pub(super) fn head(specs: &Path, advice: &str) -> String {
    let schema = schema_from(specs).map(|path| format!("# yaml-language-server: $schema={path}\n"));
    format!("{}{ABOUT}{advice}\n", schema.unwrap_or_default())
}

const ABOUT: &str = "\
# The objectives of one service. `emberline check` reports faults; `emberline compile` writes rules
# and pages. An objective of 99.9% over 30 days leaves 43 minutes of total outage.
";

/// What a spec says that no source was asked for.
const YOURS: &str = "\
# Put the names, labels and buckets of your own metric where this spec has usual ones.
";

const MORE: &str = "
  # Remove the comment marks below to add an objective for latency: 99% of requests within 250 ms.
  # The threshold must be a bucket boundary of the metric.
";

/// Lines as comments.
fn marked(margin: &str, text: &str) -> String {
    text.lines().map(|line| format!("{margin}# {line}\n")).collect()
}

/// The spec of a service whose requests are counted.
fn first(service: &str, http: &Http) -> ServiceSpec {
    let Http { prometheus, service: label, code: [_, code], .. } = http;
    let all = format!("{prometheus}_count{{{label}=\"{service}\"}}");
    let bad = format!("{prometheus}_count{{{label}=\"{service}\", {code}=~\"5..\"}}");
    first::whole(service, metrics(http), vec![first::availability(&all, &bad)])
}

fn latency(service: &str, http: &Http) -> SloSpec {
    let narrowed = format!("{{{}=\"{service}\"}}", http.service);
    first::latency(http.metric, Duration::from_millis(250), Some(&narrowed))
}

fn metrics(http: &Http) -> Named<MetricSpec> {
    let bound = |millis: &i64| Spanned::made(Number(Decimal::new(*millis, 3).normalize()));
    let codes =
        ["200", "400", "404", "500", "503"].into_iter().map(|code| Spanned::made(Text(code.to_owned()))).collect();
    let label = LabelSpec { values: Some(Spanned::made(codes)), ..LabelSpec::default() };
    let metric = MetricSpec {
        r#type: MetricType::Histogram.into(),
        unit: Some(Spanned::made(Text("s".to_owned()))),
        buckets: Some(Spanned::made(http.buckets.iter().map(bound).collect())),
        labels: Some(named(http.code[0], label)),
        ..MetricSpec::default()
    };
    named(http.metric, metric)
}

fn named<T>(name: &str, value: T) -> Named<T> {
    Named(vec![(Spanned::made(name.to_owned()), Some(value))])
}

/// The schema's path as seen from a folder of specs below this one; unknown from elsewhere.
fn schema_from(specs: &Path) -> Option<String> {
    let parts: Vec<Component<'_>> = specs.components().filter(|part| *part != Component::CurDir).collect();
    let is_below = parts.iter().all(|part| matches!(part, Component::Normal(_)));
    is_below.then(|| format!("{}{SCHEMA}", "../".repeat(parts.len())))
}

/// A service name that is also a file name and a YAML scalar.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// The name of the working directory as a service name: `My Shop!` is `my-shop`.
fn name_of_here() -> Result<String> {
    let here = std::env::current_dir()
        .map_err(|cause| Failure::io("cannot read the working directory", Path::new("."), &cause))?;
    let folder = here.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let words = folder.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("-");
    if is_name(&name) {
        Ok(name)
    } else {
        Err(Failure::new("the name of this folder cannot be the name of a service")
            .help("name one: `emberline init checkout`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spec_is_short_and_commented() {
        insta::assert_snapshot!(spec("checkout", Path::new("slos"), Names::Prometheus));
        insta::assert_snapshot!(spec("checkout", Path::new("slos"), Names::Opentelemetry));
    }

    #[test]
    fn the_spec_has_no_finding_with_and_without_its_marks() {
        for names in [Names::Prometheus, Names::Opentelemetry] {
            let text = spec("checkout", Path::new("slos"), names);
            let (before, after) = text.split_once(MORE).unwrap();
            let unmarked: String = after.lines().map(|line| line.replacen("# ", "", 1) + "\n").collect();
            for text in [text.clone(), format!("{before}{unmarked}")] {
                let mut sources = emberline_core::source::Sources::default();
                sources.add("slos/checkout.yaml", text.clone());
                let analysis = emberline_core::analyse(&sources, None);
                assert!(analysis.findings.is_empty(), "{text}\n{:#?}", analysis.findings);
            }
            assert!(unmarked.contains("latency:"), "{unmarked}");
            assert!(text.lines().all(|line| line.chars().count() <= 100 || line.contains("_count{")), "{text}");
        }
    }

    #[test]
    fn the_schema_is_found_from_where_the_spec_is() {
        assert_eq!(schema_from(Path::new("./a/b")).unwrap(), "../../generated/schema/service.schema.json");
        assert_eq!(schema_from(Path::new("../slos")), None);
        assert_eq!(schema_from(Path::new("/slos")), None);
        assert!(spec("a", Path::new("/slos"), Names::Prometheus).starts_with("# The objectives"));
    }

    #[test]
    fn names_that_yaml_would_misread_are_quoted() {
        assert!(spec("No", Path::new("slos"), Names::Prometheus).contains("service: \"No\"\n"));
    }

    #[test]
    fn names_are_safe_as_files() {
        assert!(is_name("check_out-2.v1"));
        for name in ["", "../x", "a/b", "1st", ".hidden", "é", "a b", "a\nb"] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
