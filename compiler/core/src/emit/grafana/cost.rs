//! The dashboard of what telemetry amounts to, and what it costs.

use rust_decimal::prelude::ToPrimitive;

use super::board::{Board, Column, Link, Look, Panel, Query, Row, Threshold, literal};
use super::overview;
use super::variables::{METRICS, Variables};
use crate::plan::queries::Scope;
use crate::plan::{Plan, links};
use crate::promql::{Aggregator, Expr, Matcher, Op, Select};
use crate::target::Target;

/// What telemetry amounts to, and costs.
pub(super) fn board(plan: &Plan) -> Board {
    let console = &plan.console;
    let source = || METRICS.source();
    // Collectors tell of spans and log records, where there are collectors.
    let has_collectors = plan.targets.contains(&Target::Collector);
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
                .says(literal(&format!(
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
    let label = plan.services.iter().find_map(|service| service.service_label.as_deref()).unwrap_or("job");
    let by_service = Expr::aggregate(Aggregator::Count, &[label], &every).to_string();
    let column = |field: &str, heading, unit| Column { field: field.to_owned(), heading, unit };
    series.push(
        Panel::of(Look::Table, "Metrics with the most series", source(), vec![Query::now(greatest)])
            .says("A metric that nobody expected here is the first suspect when the bill rises.")
            .sized(12, 10)
            .columns(vec![column("__name__", "Metric", None), column("Value", "Series", Some("none"))]),
    );
    series.push(
        Panel::of(Look::Table, "Series by service", source(), vec![Query::now(by_service)])
            .says("Each service's dashboard shows its count against what its declared labels allow.")
            .sized(12, 10)
            .columns(vec![column(label, "Service", None), column("Value", "Series", Some("none"))]),
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
    let largest =
        Panel::of(Look::Stat, "The largest scrape", source(), vec![Query::over_time(most.to_string(), "samples")])
            .unit("none")
            .sized(6, 7);
    series.push(if has_collectors {
        let limit = plan.telemetry.scrape_samples.to_f64();
        largest
            .says(
                "Against the limit in generated/limits/prometheus.yaml, beyond which a scrape of the collectors fails.",
            )
            .thresholds(vec![Threshold { from: None, color: "green" }, Threshold { from: limit, color: "red" }])
    } else {
        largest.says("Samples of one scrape.").thresholds(vec![Threshold { from: None, color: "blue" }])
    });
    let mut rows = vec![Row { title: "Series".to_owned(), panels: series }];
    if has_collectors {
        rows.push(Row { title: "Spans and logs".to_owned(), panels: flows });
    }
    Board {
        uid: links::COST_UID.to_owned(),
        title: "Telemetry: cost and cardinality".to_owned(),
        description: "Series, spans and log records, and what series cost.".to_owned(),
        tags: vec!["emberline", "cost"],
        links: vec![Link {
            title: "All objectives".to_owned(),
            url: links::dashboard_path(links::OVERVIEW_UID),
            keeps_time: true,
        }],
        marks: overview::all_firing(),
        variables: Variables::of(&[METRICS], console, &Scope::default()),
        rows,
    }
}

/// The range of rates of what collectors do.
const FIVE_MINUTES: u64 = 300_000;
