//! Pages as programs write them, and pages that nobody may write.

use emberline_core::model::{Observed, Seen};
use emberline_core::spec::SeenType;
use proptest::prelude::*;

use super::*;
use crate::gather::Limits;

fn page(text: &str) -> Observed {
    let mut gather = Gather::default();
    read(text, &mut gather).unwrap();
    gather.finish(Limits::LIVE)
}

fn metric(text: &str, name: &str) -> Seen {
    let page = page(text);
    page.metrics.get(name).cloned().unwrap_or_else(|| panic!("{name} is not among {:?}", page.metrics.keys()))
}

#[test]
fn the_text_format() {
    let text = "\
# HELP http_requests_total All \\\"requests\\\".
# TYPE http_requests_total counter
http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000
http_requests_total{method=\"post\",code=\"400\",} 3
# TYPE d_seconds histogram
d_seconds_bucket{le=\"0.1\"} 5
d_seconds_bucket{le=\"1\"} 8
d_seconds_bucket{le=\"+Inf\"} 9
d_seconds_sum 3.5e-1
d_seconds_count 9
# TYPE rpc summary
rpc{quantile=\"0.9\"} NaN
rpc_sum 1
rpc_count 2
something_weird{problem=\"division by \\\\ \\\"zero\\\"\"} +Inf -3982045
";
    let requests = metric(text, "http_requests_total");
    assert_eq!((requests.kind, requests.series), (SeenType::Counter, 2));
    assert_eq!(requests.labels["code"].listed, Some(vec!["200".to_owned(), "400".to_owned()]));
    let durations = metric(text, "d_seconds");
    assert_eq!(
        (durations.kind, durations.bounds.as_slice()),
        (SeenType::Histogram, &["0.1", "1", "+Inf"].map(str::to_owned)[..])
    );
    assert_eq!(durations.rows.unwrap()[0].rate, Some(9.0));
    assert_eq!(metric(text, "rpc").kind, SeenType::Summary);
    let weird = metric(text, "something_weird");
    assert_eq!(weird.labels["problem"].listed, Some(vec!["division by \\ \"zero\"".to_owned()]));
}

/// To Prometheus a label with an empty value is not there: two series that differ in it alone are one.
#[test]
fn empty_labels() {
    let requests = metric("requests{code=\"\",path=\"/\"} 1\nrequests{path=\"/\"} 2\n", "requests");
    assert_eq!(requests.series, 1);
    assert_eq!(requests.labels.keys().collect::<Vec<_>>(), ["path"]);
}

#[test]
fn openmetrics() {
    let text = "\
# TYPE foo_seconds counter
# UNIT foo_seconds seconds
foo_seconds_total{a=\"b\"} 17.0 1520879607.789 # {trace_id=\"KOO5S4vxi0o\"} 0.67
foo_seconds_created{a=\"b\"} 1520872607.123
# TYPE \"http.requests\" counter
{\"http.requests\",\"http.route\"=\"/a\"} 3
# TYPE n histogram
# TYPE m histogram
m {count:7,sum:1}
n{a=\"b\"} {count:12,sum:100.0,schema:3,zero_threshold:1e-4,zero_count:2,positive_spans:[1:2],positive_buckets:[5,7]} st@1520430000.123
# EOF
foo_seconds_total nonsense
";
    let counter = metric(text, "foo_seconds_total");
    assert_eq!((counter.kind, counter.unit.as_deref(), counter.series), (SeenType::Counter, Some("seconds"), 1));
    assert_eq!(metric(text, "http.requests").labels["http.route"].count, 1);
    let native = metric(text, "n");
    assert!(native.is_native && native.bounds.is_empty());
    assert_eq!(native.rows.unwrap()[0].rate, Some(12.0));
    assert!(metric(text, "m").is_native);
}

#[test]
fn untyped_buckets_are_a_histogram() {
    let text = "x_bucket{le=\"1.0\"} 1\nx_bucket{le=\"+Inf\"} 1\nx_count 1\nx_sum 1\n";
    let page = page(text);
    assert_eq!(page.metrics.keys().collect::<Vec<_>>(), ["x"]);
    assert_eq!(page.metrics["x"].bounds, ["1.0", "+Inf"]);
}

#[test]
fn what_no_format_allows_is_told_with_its_line() {
    for (text, line, cause) in [
        ("a 1\nb{", 2, "expected a name of letters, digits and `_`, or one in quotes"),
        ("a{b} 1", 1, "expected `=` behind a label"),
        ("a{b=\"c} 1", 1, "a quoted text does not end"),
        ("a{b=c} 1", 1, "expected a label's value in quotes"),
        ("a{b=\"1\",b=\"2\"} 1", 1, "a label stands twice"),
        ("a{b=\"1\" c=\"2\"} 1", 1, "expected `,` or `}` behind a label"),
        ("{b=\"1\"} 1", 1, "a sample needs the name of a metric"),
        ("a one", 1, "expected a number"),
        ("a", 1, "expected a number"),
        ("a 1 soon", 1, "expected a time stamp behind the value"),
        ("a 1 2 3", 1, "expected the end of the line"),
        ("<html>", 1, "expected a name of letters, digits and `_`, or one in quotes"),
        ("a {sum:1}", 1, "a native histogram needs a count"),
    ] {
        assert_eq!(read(text, &mut Gather::default()), Err(Malformed { line, cause }), "{text}");
    }
}

#[test]
fn pages_are_told_from_otlp() {
    for page in ["# HELP a b", "up 1", "\n_a 1", "{\"a.b\"} 1", "{ \"a.b\" , x=\"y\"} 1", "\u{feff}# TYPE"] {
        assert!(is_page(page.as_bytes()), "{page}");
    }
    for other in ["{\"resourceMetrics\":[]}", "{}", "", "\n{ \"a\" : 1}", "[", "\x1f\u{8b}", "\n\u{1}"] {
        assert!(!is_page(other.as_bytes()), "{other}");
    }
}

proptest! {
    #[test]
    fn nothing_that_anybody_writes_stops_the_reader(text in "([a-z_]{0,3}[{\"=,} #\\\\]{0,4}[0-9e.]{0,3}\n?){0,8}") {
        let mut gather = Gather::default();
        let _ = read(&text, &mut gather);
        let _ = is_page(text.as_bytes());
    }
}
