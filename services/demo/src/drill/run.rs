//! The foreground of a drill.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::control::{Change, Control};
use super::outage::Outages;
use super::{SERVICES, Setting, artifacts, history, variable};
use crate::process::Program;
use crate::programs::Programs;
use crate::system::{Copies, Drill, Options, System};

/// Requests a second, at random moments: few enough that a fault which burns processor time leaves some to the others.
const RATE: f64 = 3.0;
/// How long recorded series may take to be there, before time is compressed: base windows are 75 s and longer.
const SETTLING: Duration = Duration::from_secs(10 * 60);

/// Starts the system of a checkout and serves changes until `interrupted`.
///
/// # Errors
/// When it does not come up, or one of its programs ends by itself.
pub fn run(checkout: &Path, setting: &Setting, interrupted: &Receiver<()>) -> Result<()> {
    let time_scale: u32 =
        variable("EMBERLINE_TIME_SCALE")?.parse().context("EMBERLINE_TIME_SCALE is a whole number")?;
    let drill = Drill {
        generated: variable("EMBERLINE_GENERATED")?.into(),
        time_scale,
        revision: setting.revision.clone(),
        checkout: checkout.to_owned(),
        copies: Copies::of_environment()?,
    };
    let programs = Programs::find(checkout, say)?.kept_in(&setting.release())?;
    let built: Result<_> = SERVICES.iter().map(|name| Ok(((*name).to_owned(), programs.path(name)?))).collect();
    artifacts::keep_of(checkout, setting, &built?)?;
    let promtool = Programs::tool(checkout, "promtool")?;
    let folder = setting.data.join("system");
    let options =
        Options { checkout: checkout.to_owned(), folder, capture: None, scenarios: false, drill: Some(drill.clone()) };
    let control = Control::listen(&setting.data)?;
    let mut system = System::new(&programs, &options)?;
    let mut outages = Outages::prepared(&mut system)?;
    system.start(say)?;
    let mut load = system.load("loadgen", &[format!("--rate={RATE}"), "--arrivals=random".to_owned()])?;
    load.start()?;
    say("waiting until every objective is recorded");
    let until = SystemTime::now().duration_since(UNIX_EPOCH).context("reading the clock")?.as_secs_f64();
    let wanted = history::objectives(&drill.generated)?;
    let settled = |system: &System, interrupted: &Receiver<()>| {
        let window = 60_u64.div_ceil(u64::from(time_scale)).max(5);
        let began = Instant::now();
        loop {
            if let Some(series) = history::recorded(&system.at.prometheus, window, wanted).unwrap_or_default() {
                return Ok(series);
            }
            if began.elapsed() > SETTLING {
                bail!("not every one of {wanted} objectives was recorded within {SETTLING:?}");
            }
            if interrupted.recv_timeout(Duration::from_millis(500)).is_ok() {
                bail!("interrupted");
            }
        }
    };
    settled(&system, interrupted)?;
    // The base window fills while it grows: only then is the rate that of the load.
    sleep(Duration::from_secs(180) / time_scale.max(1));
    let past = history::Past::of(settled(&system, interrupted)?, &system.at.prometheus)?;
    say(&format!("writing the history of {} series", past.len()));
    system.prometheus.stop();
    let scratch = setting.data.join("history");
    fs::create_dir_all(&scratch).with_context(|| format!("creating {}", scratch.display()))?;
    history::write(&past, until, time_scale, &scratch, &system.folder().join("prometheus"), &promtool)?;
    system.prometheus.start()?;
    settled(&system, interrupted)?;
    ready(&system, drill.copies.as_ref())?;
    serve(&mut system, &mut load, &mut outages, &control, interrupted)?;
    say("ending");
    load.stop();
    system.stop();
    Ok(())
}

fn ready(system: &System, copies: Option<&Copies>) -> Result<()> {
    let at = |address: &str| format!("http://{address}");
    let own = json!({
        "prometheus": at(&system.at.prometheus),
        "store": at(&system.at.store),
        "alertmanager": at(&system.at.alertmanager),
        "frontend": at(&system.at.frontend),
    });
    let line = copies.map_or(own, |copies| copies.endpoints.clone());
    let mut out = std::io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("saying that it is ready")
}

fn serve(
    system: &mut System,
    load: &mut Program,
    outages: &mut Outages,
    control: &Control,
    interrupted: &Receiver<()>,
) -> Result<()> {
    let mut lasting = None;
    while interrupted.recv_timeout(Duration::from_millis(50)).is_err() {
        control.serve(|change| match change {
            Change::Deploy { revision, programs } => {
                let mut touched = Vec::new();
                for (name, path) in programs {
                    let service = system.service(&name).with_context(|| format!("no service is called {name}"))?;
                    if same(service.path(), &path)? {
                        continue;
                    }
                    say(&format!("{name} becomes {revision}"));
                    service.set_env("EMBERLINE_COMMIT", &revision);
                    service.replace(path)?;
                    touched.push(name);
                }
                // An outage is no part of a program: it outlasts a deployment that restarted what it broke.
                if let Some(outage) = lasting.filter(|_| !touched.is_empty()) {
                    outages.inject(system, outage, true)?;
                }
                Ok(touched)
            }
            Change::Inject { outage, begins } => {
                lasting = begins.then_some(outage);
                outages.inject(system, outage, begins)
            }
        });
        if let Some(status) = load.ended()? {
            bail!("the load ended ({status}); its last lines:\n{}", load.log_tail());
        }
    }
    Ok(())
}

/// Whether two programs are the same, byte by byte.
fn same(one: &Path, other: &Path) -> Result<bool> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("reading {}", path.display()));
    Ok(read(one)? == read(other)?)
}

/// Progress, on standard error.
fn say(what: &str) {
    // A closed terminal must not end the system.
    let _ = writeln!(std::io::stderr(), "drill: {what}");
}
