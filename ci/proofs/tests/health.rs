//! Every kind of indicator in promtool, over series as exporters have them: a healthy day without a single error series raises
//! no alert; a side that cannot be absent in health is told when it goes, and forgotten when it is back.

use std::fmt::Write as _;

use anyhow::Result;
use emberline_proofs::given::{Asked, expected, series};
use emberline_proofs::tools::compile;

/// A kind of indicator over healthy series.
struct Kind {
    name: &'static str,
    sli: &'static str,
    /// A series' name and its rise from minute to minute; `=` and the level of a gauge, `{{…}}` for a native histogram.
    series: &'static [(&'static str, &'static str)],
    /// The series that cannot be absent in health, by its place.
    essential: Option<usize>,
}

/// Each kind without any error series: none has ever failed.
const KINDS: &[Kind] = &[
    Kind {
        name: "bad",
        sli: "events: {total: 'a_total{job=\"x\"}', bad: 'a_total{job=\"x\", code=~\"5..\"}'}",
        series: &[("a_total{job=\"x\",code=\"200\"}", "60")],
        essential: None,
    },
    Kind {
        name: "bad-of-another-metric",
        sli: "events: {total: b_total, bad: b_failed_total, group_by: [topic]}",
        series: &[("b_total{topic=\"a\"}", "60"), ("b_total{topic=\"b\"}", "6")],
        essential: None,
    },
    Kind {
        name: "good",
        sli: "events: {total: c_total, good: 'c_total{code=\"200\"}'}",
        series: &[("c_total{code=\"200\"}", "60")],
        essential: None,
    },
    Kind {
        name: "good-of-another-metric",
        sli: "events: {total: d_total, good: d_good_total, group_by: [topic]}",
        series: &[
            ("d_total{topic=\"a\"}", "60"),
            ("d_good_total{topic=\"a\"}", "60"),
            ("d_total{topic=\"b\"}", "60"),
            ("d_good_total{topic=\"b\"}", "60"),
        ],
        essential: Some(1),
    },
    Kind {
        name: "classic",
        sli: "latency: {metric: e_seconds, threshold: 1s, group_by: [topic]}",
        series: &[
            ("e_seconds_count{topic=\"a\"}", "60"),
            ("e_seconds_bucket{topic=\"a\",le=\"1.0\"}", "60"),
            ("e_seconds_count{topic=\"b\"}", "60"),
            ("e_seconds_bucket{topic=\"b\",le=\"1\"}", "60"),
        ],
        essential: Some(1),
    },
    Kind {
        name: "native",
        sli: "latency: {metric: native.span, threshold: 1s}",
        series: &[("native_span_seconds{service_name=\"shop\"}", "{{schema:0 sum:30 count:60 buckets:[60]}}")],
        essential: None,
    },
    Kind { name: "up", sli: "timeslice: {up: 'up{job=\"x\"}'}", series: &[("up{job=\"x\"}", "=1")], essential: None },
    Kind {
        name: "sums-of-good",
        sli: "events: {total: [i_total, j_total], good: [i_good_total, j_good_total]}",
        series: &[("i_total", "60"), ("i_good_total", "60")],
        essential: Some(1),
    },
    Kind {
        name: "good-and-bad",
        sli: "events: {good: l_good_total, bad: l_failed_total}",
        series: &[("l_good_total", "60")],
        essential: None,
    },
    Kind {
        name: "stated",
        sli: "expr: {total: 'sum(rate(m_total[{{.window}}]))', good: 'sum(rate(m_good_total[{{.window}}]))'}",
        series: &[("m_total", "60"), ("m_good_total", "60")],
        essential: Some(1),
    },
    Kind {
        name: "share",
        sli: "timeslice: {gauge: [unavailable, desired], max: 5%, group_by: [zone]}",
        series: &[
            ("unavailable{zone=\"a\"}", "=0"),
            ("desired{zone=\"a\"}", "=3"),
            ("unavailable{zone=\"b\"}", "=0"),
            ("desired{zone=\"b\"}", "=3"),
        ],
        essential: Some(1),
    },
    Kind { name: "lag", sli: "timeslice: {gauge: lag, max: 1000}", series: &[("lag", "=5")], essential: None },
    Kind {
        name: "targets",
        sli: "availability: {up: 'probe_success{job=\"x\"}'}",
        series: &[("probe_success{job=\"x\",instance=\"a\"}", "=1"), ("probe_success{job=\"x\",instance=\"b\"}", "=1")],
        essential: None,
    },
    Kind {
        name: "slices-by-bad",
        sli: "timeslice: {total: g_total, bad: g_failed_total, max_error_ratio: 5%}",
        series: &[("g_total", "60")],
        essential: None,
    },
    Kind {
        name: "slices-by-good",
        sli: "timeslice: {total: h_total, good: h_good_total, max_error_ratio: 5%}",
        series: &[("h_total", "60"), ("h_good_total", "60")],
        essential: Some(1),
    },
];

/// One sample a minute: a day is 1440 of them.
const POLICY: &str = "version: emberline/v1\nscrape_interval: 60s\nevaluation_interval: 60s\n";

/// The rules of all kinds, run over `minutes` of their series, which `values` writes; then `asks`.
fn prove(kinds: &[&Kind], values: impl Fn(usize, &str) -> String, asks: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut spec =
        "version: emberline/v1\nservice: shop\nmetrics: {native.span: {type: exponential_histogram, unit: s}}\nslos:\n"
            .to_owned();
    let mut given = String::new();
    for kind in kinds {
        writeln!(spec, "- {{name: {}, objective: 99.9%, sli: {{{}}}}}", kind.name, kind.sli)?;
        for (place, (name, rise)) in kind.series.iter().enumerate() {
            given.push_str(&series(name, &values(place, rise)));
        }
    }
    compile(&[("shop.yaml", &spec), ("policy.yaml", POLICY)], "shop", folder.path())?;
    let every = "1m";
    Asked { interval: every, evaluation_interval: every, is_fuzzy: false, series: &given, expected: asks }
        .holds(folder.path())
}

/// Samples that rise from the first on.
fn rising(rise: &str, minutes: u32) -> String {
    match rise.strip_prefix('=') {
        Some(level) => format!("{level}x{minutes}"),
        None if rise.starts_with('{') => format!("{rise}+{rise}x{minutes}"),
        None => format!("0+{rise}x{minutes}"),
    }
}

/// The same, gone after the 60th minute; `back` says how it goes on after the 89th.
fn lost(rise: &str, is_back: bool) -> String {
    let (before, after) = match rise.strip_prefix('=') {
        Some(level) => (format!("{level}x60"), format!("{level}x30")),
        None => (format!("0+{rise}x60"), format!("5400+{rise}x30")),
    };
    if is_back { format!("{before} _x29 {after}") } else { format!("{before} _x60") }
}

#[test]
fn a_healthy_day_without_an_error_series_is_silent() -> Result<()> {
    let kinds: Vec<&Kind> = KINDS.iter().collect();
    // Firing at any time of the day, and whether the rules saw anything at all.
    let fired = "sum by (slo, alertname) (count_over_time(ALERTS{alertstate=\"firing\"}[1d]))";
    let seen = "count(count by (slo) (slo:bad_events:count_window == 0))";
    let all = format!("{{labels: '{{}}', value: {}}}", kinds.len());
    prove(&kinds, |_, rise| rising(rise, 1440), &(expected(fired, "1d", "") + &expected(seen, "1d", &all)))
}

#[test]
fn a_lost_side_is_told_in_its_group_until_it_is_back() -> Result<()> {
    let kinds: Vec<&Kind> = KINDS.iter().filter(|kind| kind.essential.is_some()).collect();
    // At 60 s the alert is said to fire after 8m30s: b − s + E/2 + 5m; over gauges after 6m30s.
    let values = |place: usize, rise: &str| if place == 1 { lost(rise, true) } else { rising(rise, 120) };
    let told = "{labels: '{slo=\"classic\", topic=\"a\"}', value: 1}, \
                {labels: '{slo=\"good-of-another-metric\", topic=\"a\"}', value: 1}, \
                {labels: '{slo=\"share\", zone=\"a\"}', value: 1}, \
                {labels: '{slo=\"stated\"}', value: 1}, \
                {labels: '{slo=\"sums-of-good\"}', value: 1}, \
                {labels: '{slo=\"slices-by-good\"}', value: 1}";
    let broken = "count by (slo, topic, zone) (ALERTS{alertname=\"SliBroken\", alertstate=\"firing\"})";
    let at = |time: &str, told: &str| expected(broken, time, told);
    let asks = [at("65m", ""), at("69m", told), at("89m", told), at("93m", ""), at("120m", "")].concat();
    prove(&kinds, values, &asks)
}

/// Histograms that are not what the objective takes them for.
const TAKEN_WRONG: &[Kind] = &[
    Kind {
        name: "milliseconds-for-seconds",
        sli: "latency: {metric: istio_duration, threshold: 500ms}",
        series: &[("istio_duration_count", "60"), ("istio_duration_bucket{le=\"500.0\"}", "60")],
        essential: None,
    },
    Kind {
        name: "native-for-classic",
        sli: "latency: {metric: k_seconds, threshold: 500ms}",
        series: &[("k_seconds", "{{schema:0 sum:30 count:60 buckets:[60]}}")],
        essential: None,
    },
    Kind {
        name: "classic-for-native",
        sli: "latency: {metric: native.span, threshold: 500ms}",
        series: &[
            ("native_span_seconds_count{service_name=\"shop\"}", "60"),
            ("native_span_seconds_bucket{service_name=\"shop\",le=\"0.5\"}", "60"),
        ],
        essential: None,
    },
];

#[test]
fn a_histogram_of_another_form_or_unit_is_told() -> Result<()> {
    let kinds: Vec<&Kind> = TAKEN_WRONG.iter().collect();
    let told = "{labels: '{slo=\"milliseconds-for-seconds\", alertname=\"SliBroken\"}', value: 1}, \
                {labels: '{slo=\"native-for-classic\", alertname=\"SliAbsent\"}', value: 1}, \
                {labels: '{slo=\"classic-for-native\", alertname=\"SliAbsent\"}', value: 1}";
    let asks = expected("count by (slo, alertname) (ALERTS{alertstate=\"firing\"})", "20m", told);
    prove(&kinds, |_, rise| rising(rise, 60), &asks)
}

#[test]
fn what_burn_rates_say_of_a_lost_side() -> Result<()> {
    let kinds: Vec<&Kind> = KINDS.iter().filter(|kind| kind.essential.is_some()).collect();
    let values = |place: usize, rise: &str| if place == 1 { lost(rise, false) } else { rising(rise, 120) };
    // Without its bucket an objective does not know; without good events everything is bad.
    let burning =
        "count by (slo, topic) (ALERTS{alertname=\"ErrorBudgetBurn\", alertstate=\"firing\", long_window=\"1h\"})";
    let told = "{labels: '{slo=\"good-of-another-metric\", topic=\"a\"}', value: 1}, \
                {labels: '{slo=\"slices-by-good\"}', value: 1}, \
                {labels: '{slo=\"stated\"}', value: 1}, \
                {labels: '{slo=\"sums-of-good\"}', value: 1}";
    prove(&kinds, values, &expected(burning, "80m", told))
}
