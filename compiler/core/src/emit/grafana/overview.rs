//! Dashboards of all services: every objective by what is left of its budget, and what telemetry costs.

use rust_decimal::prelude::ToPrimitive;

use super::board::{Board, COLUMNS, Column, Link, Look, Panel, Query, Row, Source, Threshold};
use crate::plan::{Plan, links, names};
use crate::promql::{Aggregator, Expr, Matcher, Matching, Op, Select};

/// Every objective, the least budget first.
pub(super) fn objectives(plan: &Plan) -> Board {
    let console = &plan.console;
    let source = || Source::prometheus(&console.prometheus);
    let left = Expr::Select(Select::new(names::BUDGET_REMAINING, &[]));
    let known = Expr::Select(Select::new(names::INFO, &[]));
    let left = Expr::Binary {
        lhs: &left,
        op: Op::Mul,
        matching: Matching::Left(&["service", "slo"], &["owner", "tier", "objective", "window"]),
        rhs: &known,
    };
    let hour = format!("{}:1h", names::BURN_RATE);
    let burn = Expr::Select(Select::new(&hour, &[]));
    let service = Link { title: "Dashboard of the service".to_owned(), url: String::new(), keeps_time: true };
    let column = |field, heading, unit| Column { field, heading, unit, link: None };
    let table = Panel::of(
        Look::Table,
        "Objectives by budget left",
        source(),
        vec![Query::now(left.to_string()), Query::now(burn.to_string())],
    )
    .says("The share of each objective's error budget that is left, and how many times too fast it burned in the last hour.")
    .sized(COLUMNS, 14)
    .columns(vec![
        column("service", "Service", None),
        column("slo", "Objective", None),
        column("owner", "Owner", None),
        column("tier", "Tier", None),
        column("objective", "Promise", None),
        column("window", "Window", None),
        column("Value #A", "Budget left", Some("percentunit")),
        column("Value #B", "Burn rate, 1h", Some("none")),
    ]);
    let worst = Expr::Call("bottomk", &[Expr::Literal("10"), Expr::Select(Select::new(names::BUDGET_REMAINING, &[]))])
        .to_string();
    let over_time = Panel::of(
        Look::Lines,
        "The ten with the least budget",
        source(),
        vec![Query::over_time(worst, "{{service}} {{slo}}")],
    )
    .unit("percentunit")
    .thresholds(vec![Threshold { from: None, color: "red" }, Threshold { from: Some(0.0), color: "green" }])
    .sized(12, 9);
    let firing = all_firing();
    let alerts = Panel::of(
        Look::Lines,
        "Alerts that fire",
        source(),
        vec![Query::over_time(firing.clone(), "{{severity}} {{service}} {{slo}} {{alertname}} {{long_window}}")],
    )
    .unit("none")
    .starting_at_zero()
    .sized(12, 9);
    let mut boards: Vec<Link> = plan
        .services
        .iter()
        .take(LINKED)
        .map(|it| Link {
            title: super::board::literal(&it.name),
            url: format!("/d/{}", links::dashboard_uid(&it.name)),
            ..service.clone()
        })
        .collect();
    boards.push(Link { title: "Cost".to_owned(), url: format!("/d/{}", links::COST_UID), keeps_time: true });
    Board {
        uid: links::OVERVIEW_UID.to_owned(),
        title: "Objectives".to_owned(),
        description: "Every service level objective, by what is left of its error budget.".to_owned(),
        tags: vec!["emberline", "slo"],
        links: boards,
        marks: firing,
        source: console.prometheus.clone(),
        rows: vec![Row { title: "All objectives".to_owned(), panels: vec![table, over_time, alerts] }],
    }
}

/// So many services are linked to by name; beyond, Grafana's own search by tag is quicker to read.
const LINKED: usize = 20;

/// What telemetry amounts to, and costs.
pub(super) fn cost(plan: &Plan) -> Board {
    let console = &plan.console;
    let source = || Source::prometheus(&console.prometheus);
    let samples = Expr::Select(Select::new("scrape_samples_post_metric_relabeling", &[]));
    let all = Expr::aggregate(Aggregator::Sum, &[], &samples);
    let by_job = Expr::aggregate(Aggregator::Sum, &["job"], &samples).to_string();
    let mut series = vec![
        Panel::of(Look::Stat, "Series scraped", source(), vec![Query::over_time(all.to_string(), "series")])
            .says("What every target exports, after relabelling.")
            .unit("none")
            .sized(6, 7)
            .thresholds(vec![Threshold { from: None, color: "blue" }]),
    ];
    if let Some(price) = plan.prices.as_ref().and_then(|prices| prices.series.as_ref()) {
        let per_thousand = Expr::Number(price.amount);
        let thousand = Expr::Literal("1000");
        let thousands = Expr::binary(&all, Op::Div, &thousand);
        let monthly = Expr::binary(&thousands, Op::Mul, &per_thousand).to_string();
        let currency = plan.prices.as_ref().map_or("", |prices| prices.currency.as_str());
        series.push(
            Panel::of(Look::Stat, "Series, a month", source(), vec![Query::over_time(monthly, "a month")])
                .says(super::board::literal(&format!(
                    "In {currency}, with the price in slos/prices.yaml: {} a thousand series. Source: {}",
                    price.amount, price.source
                )))
                .unit("none")
                .sized(6, 7)
                .thresholds(vec![Threshold { from: None, color: "blue" }]),
        );
    }
    series.push(
        Panel::of(Look::Lines, "Series by job", source(), vec![Query::over_time(by_job, "{{job}}")])
            .unit("none")
            .starting_at_zero()
            .sized(12, 7),
    );
    let named = [Matcher::re("__name__", ".+")];
    let every = Expr::Select(Select { metric: None, matchers: &[&named] });
    let by_name = Expr::aggregate(Aggregator::Count, &["__name__"], &every);
    let greatest = Expr::Call("topk", &[Expr::Literal("20"), by_name]).to_string();
    let by_service = Expr::aggregate(Aggregator::Count, &["service_name"], &every);
    let column = |field, heading, unit| Column { field, heading, unit, link: None };
    series.push(
        Panel::of(Look::Table, "Metrics with the most series", source(), vec![Query::now(greatest)])
            .says("A metric that nobody expected here is the first suspect when the bill rises.")
            .sized(12, 10)
            .columns(vec![column("__name__", "Metric", None), column("Value", "Series", Some("none"))]),
    );
    series.push(
        Panel::of(Look::Table, "Series by service", source(), vec![Query::now(by_service.to_string())])
            .says("Each service's dashboard shows its count against what its declared labels allow.")
            .sized(12, 10)
            .columns(vec![column("service_name", "Service", None), column("Value", "Series", Some("none"))]),
    );
    let flow = |title: &str, metric: &str| {
        let select = Select::new(metric, &[]);
        let rate = Expr::Call("rate", &[Expr::Range(select, FIVE_MINUTES)]);
        Panel::of(
            Look::Lines,
            title,
            source(),
            vec![Query::over_time(
                Expr::aggregate(Aggregator::Sum, &["job", "instance"], &rate).to_string(),
                "{{instance}}",
            )],
        )
        .unit("cps")
        .starting_at_zero()
        .sized(12, 8)
    };
    let flows = vec![
        flow("Spans received by collectors", "otelcol_receiver_accepted_spans"),
        flow("Spans that were kept and sent on", "otelcol_exporter_sent_spans"),
        flow("Log records received by collectors", "otelcol_receiver_accepted_log_records"),
        flow("Log records sent on", "otelcol_exporter_sent_log_records"),
    ];
    let most = Expr::Call("max", &[Expr::Select(Select::new("scrape_samples_scraped", &[]))]);
    let limit = plan.telemetry.scrape_samples.to_f64();
    series.push(
        Panel::of(Look::Stat, "The largest scrape", source(), vec![Query::over_time(most.to_string(), "samples")])
            .says(
                "Against the limit in generated/limits/prometheus.yaml, beyond which a scrape of the collectors fails.",
            )
            .unit("none")
            .sized(6, 7)
            .thresholds(vec![Threshold { from: None, color: "green" }, Threshold { from: limit, color: "red" }]),
    );
    Board {
        uid: links::COST_UID.to_owned(),
        title: "Telemetry: cost and cardinality".to_owned(),
        description: "Series, spans and log records, and what series cost.".to_owned(),
        tags: vec!["emberline", "cost"],
        links: vec![Link {
            title: "All objectives".to_owned(),
            url: format!("/d/{}", links::OVERVIEW_UID),
            keeps_time: true,
        }],
        marks: all_firing(),
        source: console.prometheus.clone(),
        rows: vec![
            Row { title: "Series".to_owned(), panels: series },
            Row { title: "Spans and logs".to_owned(), panels: flows },
        ],
    }
}

/// The range of rates of what collectors do.
const FIVE_MINUTES: u64 = 300_000;

/// Every alert of an objective that fires, once.
fn all_firing() -> String {
    let firing = [Matcher::eq("alertstate", "firing"), Matcher::ne("slo", "")];
    let slices: [&[_]; 1] = [&firing];
    let firing = Expr::Select(Select::new("ALERTS", &slices));
    let by = ["service", "slo", "alertname", "severity", "long_window"];
    Expr::aggregate(Aggregator::Max, &by, &firing).to_string()
}
