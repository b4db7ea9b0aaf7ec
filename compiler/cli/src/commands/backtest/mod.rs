//! `emberline backtest`: the compiled rules over the history of a server, and rules that others wrote.

mod theirs;

use emberline_backtest::{
    Failed, Form, Outcome, Report, Server, Span, Written, backfill, incident, openmetrics, replay,
};
use emberline_core::Order;
use emberline_core::plan::{Plan, SloPlan};
use emberline_observe::{self as observe, http::Client};
use rust_decimal::Decimal;

use super::gate::{Gate, show};
use super::{abreast, access, source};
use crate::args::{Backtest, FailOn, Format, ReportFormat, Reporting};
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::render::{Report as Findings, counted};
use crate::status::Status;
use crate::terminal;
use crate::world::spool::Spool;
use crate::world::{read, shown};

/// Targets that are compared unless others are asked for, in hundredths of a percent.
const TARGETS: [i64; 4] = [9_900, 9_950, 9_990, 9_995];
/// The file of a backfill in a folder.
const BACKFILL: &str = "backfill.om";

/// Replays every objective, and says what would have fired.
pub(crate) fn run(order: &Backtest, quiet: bool) -> Result<Status> {
    if !observe::is_server(&order.against) {
        return Err(Failure::new(format!("{} is no server", source::name(&order.against)))
            .help("a backtest needs history: give the address of a Prometheus, with `http://` or `https://`"));
    }
    let incidents = order.incidents.as_ref().map(|path| {
        let text = theirs::text(path)?;
        incident::read(&shown(path), &text).map_err(Failure::new)
    });
    let incidents = incidents.transpose()?;
    let files = order.rules.iter().map(|path| theirs::read(path)).collect::<Result<Vec<_>>>()?;
    // Whoever only has rule files needs no specs.
    let gate = match !files.is_empty() && order.specs.are_missing() {
        true => None,
        false => Some(Gate::of(read::read(&order.specs)?, Order { today: Some(super::today()), ..Order::default() })),
    };
    let slos = match &gate {
        None => Vec::new(),
        Some(Gate { plan: Some(plan), .. }) => wanted(plan, &order.only)?,
        Some(gate) => {
            let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
            show(&Findings { sources: &gate.sources, findings: &gate.findings, waived: 0 }, &reporting, true)?;
            return Ok(Status::Findings);
        }
    };
    let spool = order.backfill.as_ref().map(|path| Spool::open(path, BACKFILL)).transpose()?;
    let client = Client::new("Prometheus", &order.against, &access::open(&order.access)?);
    let server = Server::new(&client);
    let now = (super::now() * 1_000.0) as i64;
    let until = order.until.unwrap_or(now);
    let from = until - i64::from(order.days) * 86_400_000;
    let end = spool.as_ref().map(|_| backfill::end(until, now));
    let progress = Progress::new("replaying", slos.len(), quiet);
    let results = abreast::results(&slos, |place, slo| {
        let span = Span { from, until, targets: targets(order, slo), backfill: end };
        let mut outcome = replay(slo, &server, &span);
        if let (Some(spool), Ok(outcome)) = (&spool, &mut outcome) {
            keep(spool, place, outcome)?;
        }
        progress.tick();
        Ok(outcome)
    });
    drop(progress);
    let (mut outcomes, mut failed): (Vec<Outcome>, Vec<Failed>) = (Vec::new(), Vec::new());
    for (slo, result) in slos.iter().zip(results) {
        match result? {
            Ok(outcome) => outcomes.push(outcome),
            Err(why) => failed.push(Failed { service: slo.service.clone(), slo: slo.name.clone(), why }),
        }
    }
    let judged = incidents.as_ref().filter(|_| gate.is_some()).map(|all| incident::judge(all, &outcomes));
    let samples = outcomes.iter().flat_map(|it| it.filled.iter().flatten()).map(|filled| filled.samples).sum();
    // Half of the objectives might be taken for all.
    let written = spool.filter(|_| failed.is_empty() && samples > 0).zip(end).map(|(spool, end)| {
        let (path, bytes) = spool.finish(openmetrics::head, openmetrics::END)?;
        Ok(Written { file: shown(&path), samples, bytes, end, until })
    });
    let written = written.transpose()?;
    let rules = theirs::replayed(&files, incidents.as_deref(), &server, (from, until))?;
    let report = Report { outcomes, failed, warnings: server.warnings(), rules, judged, written };
    let text = match order.format {
        ReportFormat::Human => terminal::clean(&report.show(Form::Text)),
        ReportFormat::Markdown => terminal::clean(&report.show(Form::Markdown)),
        ReportFormat::Json => serde_json::to_string_pretty(&report).map_err(Failure::bug)? + "\n",
    };
    terminal::print(|out| out.write_all(text.as_bytes()))?;
    if let Some(Failed { service, slo, why }) = report.failed.first() {
        let count = counted(report.failed.len(), "objective");
        return Err(Failure::new(format!("{count} could not be replayed: {service}/{slo}: {why}")));
    }
    theirs::complete(&report.rules)?;
    match end.is_some() && report.written.is_none() {
        true => Err(nothing(&report.outcomes)),
        false => Ok(Status::Clean),
    }
}

/// Puts aside what a replay recorded.
fn keep(spool: &Spool, place: usize, outcome: &mut Outcome) -> Result<()> {
    let mut text = String::new();
    for series in std::mem::take(&mut outcome.recorded) {
        text.clear();
        openmetrics::lines(&mut text, &series);
        spool.add(&series.name, place, &text)?;
    }
    Ok(())
}

/// Why a backfill has no sample.
fn nothing(outcomes: &[Outcome]) -> Failure {
    let filled = || outcomes.iter().flat_map(|outcome| outcome.filled.iter().flatten());
    let (what, help) = if outcomes.iter().all(|outcome| outcome.since.is_none()) {
        ("the server has no history of what the objectives read", "name a server that has scraped it for some days")
    } else if filled().any(|filled| filled.recorded_since.is_some()) {
        ("the server has recorded all of it already", "the report says since when")
    } else {
        ("the history lies within the last hours, where blocks do harm", "backfill when it is five hours old")
    };
    Failure::new(format!("there is nothing to backfill: {what}")).help(help)
}

/// The objectives that are asked for; all if none is named.
fn wanted<'p>(plan: &'p Plan, only: &[String]) -> Result<Vec<&'p SloPlan>> {
    let all = || plan.services.iter().flat_map(|service| &service.slos);
    let is_it = |slo: &SloPlan, name: &str| slo.service == *name || format!("{}/{}", slo.service, slo.name) == *name;
    if let Some(name) = only.iter().find(|name| !all().any(|slo| is_it(slo, name))) {
        return Err(Failure::new(format!("the specs have no objective `{name}`"))
            .help("name a service, or a service and an objective: `--only checkout/availability`"));
    }
    let slos: Vec<&SloPlan> = all().filter(|slo| only.is_empty() || only.iter().any(|name| is_it(slo, name))).collect();
    if slos.is_empty() {
        return Err(Failure::new("the specs have no objective"));
    }
    Ok(slos)
}

/// The targets to compare for an objective, its own among them, from low to high.
fn targets(order: &Backtest, slo: &SloPlan) -> Vec<Decimal> {
    let mut targets = match order.targets.as_slice() {
        [] => TARGETS.map(|target| Decimal::new(target, 4)).to_vec(),
        given => given.to_vec(),
    };
    targets.push(slo.objective);
    targets.iter_mut().for_each(|target| *target = target.normalize());
    targets.sort();
    targets.dedup();
    targets
}
