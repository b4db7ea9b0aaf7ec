//! `emberline budget`: how much error budget objectives have left, and whether that is enough for a deployment.

mod show;

use emberline_backtest::budget::{self, Standing};
use emberline_backtest::{Labels, Server};
use emberline_core::plan::{Plan, SloPlan};
use emberline_core::{Order, suggest};
use emberline_observe::{self as observe, http::Client};

use super::gate::{self, Gate};
use super::{abreast, access, conceal, source};
use crate::args::{Budget, FailOn, Format, ReportFormat, Reporting, Unknown};
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::status::Status;
use crate::terminal;
use crate::world::read;
use show::Report;

/// Asks for every wanted budget, shows them, and holds them against the threshold.
pub(crate) fn run(order: &Budget, quiet: bool) -> Result<Status> {
    if !observe::is_server(&order.against) {
        return Err(Failure::new(format!("{} is no server", source::name(&order.against))).help(
            "give the address of the Prometheus that keeps what the rules record, with `http://` or `https://`",
        ));
    }
    let gate = Gate::of(read::read(&order.specs)?, Order { today: Some(super::today()), ..Order::default() });
    let Some(plan) = &gate.plan else {
        let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
        gate::show(&gate.found(), &reporting, true)?;
        return Err(Failure::new("the specs do not compile, so nobody knows which budgets to ask for"));
    };
    let services = wanted(plan, order)?;
    let client = Client::new("Prometheus", &order.against, &access::open(&order.access)?);
    let server = Server::new(&client);
    let at = match order.at {
        Some(at) => at,
        // The clock of this machine may be ahead, and nothing would be recorded yet.
        None => server.time().map_err(|trouble| refused(&trouble.0))?,
    };
    let progress = Progress::new("asking", services.len(), quiet);
    let answers = abreast::results(&services, |_, slos| {
        let standings = budget::standings(slos, &server, at);
        progress.tick();
        standings
    });
    drop(progress);
    let mut standings: Vec<Standing> = Vec::new();
    for answer in answers {
        standings.extend(answer.map_err(|why| refused(&why))?);
    }
    budget::sort(&mut standings);
    standings.iter_mut().for_each(concealed);
    let warnings = server.warnings().iter().map(|warning| conceal::secrets(warning)).collect();
    let fails_unknown = order.unknown == Unknown::Fail;
    let report =
        Report::new(at, observe::http::bare(&order.against), standings, warnings, order.fail_below, fails_unknown);
    let text = match order.format {
        ReportFormat::Human => terminal::clean(&show::human(&report)),
        ReportFormat::Markdown => show::markdown(&report),
        ReportFormat::Json => serde_json::to_string_pretty(&report).map_err(Failure::bug)? + "\n",
    };
    terminal::print(|out| out.write_all(text.as_bytes()))?;
    Ok(if report.passes { Status::Clean } else { Status::Findings })
}

/// The objectives that are asked for, service by service; all if none is named.
fn wanted<'p>(plan: &'p Plan, order: &Budget) -> Result<Vec<Vec<&'p SloPlan>>> {
    let services: Vec<&str> = plan.services.iter().map(|service| service.name.as_str()).collect();
    let slos: Vec<String> = plan.slos().map(name).collect();
    let unknown = |what: &str, named: &str, known: &[&str]| {
        let help = suggest::did_you_mean(named, known.iter().copied())
            .unwrap_or_else(|| "name a service, or an objective as `--slo checkout/availability`".to_owned());
        Failure::new(format!("the specs have no {what} `{named}`")).help(help)
    };
    if let Some(service) = order.service.iter().find(|named| !services.contains(&named.as_str())) {
        return Err(unknown("service", service, &services));
    }
    if let Some(slo) = order.slo.iter().find(|named| !slos.contains(named)) {
        return Err(unknown("objective", slo, &slos.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    let is_all = order.service.is_empty() && order.slo.is_empty();
    let is_wanted = |slo: &&SloPlan| is_all || order.service.contains(&slo.service) || order.slo.contains(&name(slo));
    let wanted = plan.services.iter().map(|service| service.slos.iter().filter(is_wanted).collect::<Vec<_>>());
    let wanted: Vec<Vec<&SloPlan>> = wanted.filter(|slos| !slos.is_empty()).collect();
    if wanted.is_empty() {
        return Err(Failure::new("the specs have no objective"));
    }
    Ok(wanted)
}

fn name(slo: &SloPlan) -> String {
    format!("{}/{}", slo.service, slo.name)
}

/// Nothing is known of any budget then: that is no verdict.
fn refused(why: &str) -> Failure {
    let failure = Failure::new(why);
    if ["401", "403"].iter().any(|status| why.contains(&format!("answers {status} "))) {
        return failure.help("`--bearer-token-file`, `--basic-auth-file` or `--header` gives credentials");
    }
    failure.help("`--against` names the server that keeps what the rules record")
}

/// Values of labels come from telemetry, which can hold anything.
fn concealed(standing: &mut Standing) {
    let hide = |labels: &mut Labels| labels.values_mut().for_each(|value| *value = conceal::secrets(value));
    standing.groups.iter_mut().for_each(|group| hide(&mut group.group));
    let steps = standing.groups.iter_mut().filter_map(|group| group.step.as_mut());
    steps.for_each(|step| step.action = conceal::secrets(&step.action));
    standing.unknown.iter_mut().for_each(|unknown| hide(&mut unknown.group));
    standing.owner.iter_mut().chain(&mut standing.runbook).for_each(|text| *text = conceal::secrets(text));
}
