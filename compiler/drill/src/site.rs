//! The system under drill, behind the policy's commands.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use emberline_core::model;
use serde_json::Value;

use super::clock::interrupted;
use super::command::{Order, Running};
use emberline_walk::source::{Answer, Trouble};

/// The stores of metrics, one of which the system names.
const METRICS: [&str; 2] = ["prometheus", "victoria_metrics"];

/// How long a system may take to start, including its first build.
const START: Duration = Duration::from_secs(45 * 60);
/// How long a deployment may take, including the build.
const DEPLOY: Duration = Duration::from_secs(20 * 60);
/// How long an outage may take to begin or end.
const INJECT: Duration = Duration::from_secs(5 * 60);
/// How long a system may take to end.
const END: Duration = Duration::from_secs(60);

/// The two ends of an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The outage begins.
    Begin,
    /// The outage ends.
    End,
}

/// A system that can be changed and broken.
pub trait Site {
    /// Deploys the checked-out revision; returns the deployed services, if the command names them.
    ///
    /// # Errors
    /// When the deployment fails.
    fn deploy(&mut self, revision: &str) -> Answer<Vec<String>>;
    /// Deploys the checked-out revision as a rollback.
    ///
    /// # Errors
    /// When the command fails.
    fn rollback(&mut self, revision: &str) -> Answer<Vec<String>>;
    /// Begins or ends an outage.
    ///
    /// # Errors
    /// When the rollback fails.
    fn inject(&mut self, outage: &str, phase: Phase) -> Answer<()>;
    /// Whether the system still runs.
    ///
    /// # Errors
    /// When the system does not run, with the reason.
    fn check(&mut self) -> Answer<()>;
}

/// The system that a policy's commands start. The system ends when this handle is dropped.
#[derive(Debug)]
pub struct Commands<'s> {
    drill: &'s model::Drill,
    clone: PathBuf,
    data: PathBuf,
    logs: PathBuf,
    ended: &'s AtomicBool,
    system: Running,
    /// The addresses of the system: the line of JSON that it printed.
    pub endpoints: Value,
}

/// The folders and the plan from which a system is started.
#[derive(Debug, Clone, Copy)]
pub struct Place<'p> {
    /// A checkout at the good revision.
    pub clone: &'p Path,
    /// The plan as compiled for the drill.
    pub generated: &'p Path,
    /// An empty folder for the system.
    pub data: &'p Path,
    /// A folder for the output of commands.
    pub logs: &'p Path,
}

impl<'s> Commands<'s> {
    /// Starts the system and waits until it prints its addresses.
    ///
    /// # Errors
    /// When the system ends before it prints its addresses, or takes too long. The error shows the last lines of
    /// output.
    pub fn start(
        drill: &'s model::Drill,
        time_scale: u32,
        revision: &str,
        place: Place<'_>,
        ended: &'s AtomicBool,
    ) -> Answer<Self> {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let variables = [
            ("EMBERLINE_GENERATED", path(place.generated)),
            ("EMBERLINE_DATA", path(place.data)),
            ("EMBERLINE_TIME_SCALE", time_scale.to_string()),
            ("EMBERLINE_REVISION", revision.to_owned()),
        ];
        let order =
            Order { name: "start", line: &drill.start, folder: place.clone, variables: &variables, logs: place.logs };
        let system = order.start()?;
        let mut site = Self {
            drill,
            clone: place.clone.to_owned(),
            data: place.data.to_owned(),
            logs: place.logs.to_owned(),
            ended,
            system,
            endpoints: Value::Null,
        };
        let began = Instant::now();
        loop {
            if let Some(line) = json_line(&site.system.printed(), &METRICS) {
                site.endpoints = line;
                return Ok(site);
            }
            site.check()?;
            if ended.load(std::sync::atomic::Ordering::Relaxed) {
                return Err(interrupted());
            }
            if began.elapsed() > START {
                let what =
                    format!("printed no line with the address of a store of metrics within {} s", START.as_secs());
                return Err(site.system.trouble(&what));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn run(&self, name: &str, line: &str, variables: &[(&str, String)], limit: Duration) -> Answer<String> {
        let mut all = vec![("EMBERLINE_DATA", self.data.to_string_lossy().into_owned())];
        all.extend(variables.iter().cloned());
        let order = Order { name, line, folder: &self.clone, variables: &all, logs: &self.logs };
        order.run(limit, self.ended)
    }

    fn bring(&mut self, name: &str, line: &str, revision: &str) -> Answer<Vec<String>> {
        self.check()?;
        let printed = self.run(name, line, &[("EMBERLINE_REVISION", revision.to_owned())], DEPLOY)?;
        let said = json_line(&printed, &["services"]).unwrap_or_default();
        let services = said.get("services").and_then(Value::as_array).into_iter().flatten();
        Ok(services.filter_map(Value::as_str).map(str::to_owned).collect())
    }
}

impl Site for Commands<'_> {
    fn deploy(&mut self, revision: &str) -> Answer<Vec<String>> {
        self.bring("deploy", &self.drill.deploy, revision)
    }

    fn rollback(&mut self, revision: &str) -> Answer<Vec<String>> {
        self.bring("rollback", &self.drill.rollback, revision)
    }

    fn inject(&mut self, outage: &str, phase: Phase) -> Answer<()> {
        self.check()?;
        let Some(line) = &self.drill.inject else {
            return Err(Trouble("the policy's `drill` has no `inject`".to_owned()));
        };
        let phase = match phase {
            Phase::Begin => "begin",
            Phase::End => "end",
        };
        let variables = [("EMBERLINE_FAULT", outage.to_owned()), ("EMBERLINE_PHASE", phase.to_owned())];
        self.run("inject", line, &variables, INJECT).map(drop)
    }

    fn check(&mut self) -> Answer<()> {
        match self.system.status()? {
            None => Ok(()),
            Some(status) => Err(self.system.trouble(&format!("ended ({status}) unasked"))),
        }
    }
}

impl Drop for Commands<'_> {
    fn drop(&mut self) {
        self.system.end(END);
    }
}

/// The first whole line that is a JSON object with one of some keys.
fn json_line(printed: &str, keys: &[&str]) -> Option<Value> {
    let whole = printed.rfind('\n').map_or("", |end| &printed[..end]);
    let lines = whole.lines().filter(|line| line.trim_start().starts_with('{'));
    lines
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|line| keys.iter().any(|key| line.get(key).is_some()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    fn drill(start: &str) -> model::Drill {
        model::Drill {
            time_scale: 15,
            faults: None,
            start: start.to_owned(),
            deploy: "echo \"{\\\"services\\\": [\\\"$EMBERLINE_REVISION\\\"]}\"".to_owned(),
            rollback: "exit 4".to_owned(),
            inject: Some("echo $EMBERLINE_FAULT $EMBERLINE_PHASE >> $EMBERLINE_DATA/injected".to_owned()),
            outages: vec!["cut".to_owned()],
        }
    }

    fn place(folder: &Path) -> Place<'_> {
        Place { clone: folder, generated: folder, data: folder, logs: folder }
    }

    #[test]
    fn a_system_starts_is_changed_and_ends_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let ended = AtomicBool::new(false);
        let drill = drill(
            "echo building; echo '{\"prometheus\": \"http://127.0.0.1:1\"}'; \
             trap 'touch \"$EMBERLINE_DATA/ended\"; exit 0' TERM; sleep 300 & wait",
        );
        let mut site = Commands::start(&drill, 15, "abc", place(folder.path()), &ended).unwrap();
        assert_eq!(site.endpoints["prometheus"], "http://127.0.0.1:1");
        assert_eq!(site.deploy("abc").unwrap(), ["abc"]);
        assert!(site.rollback("abc").unwrap_err().0.contains("exit status: 4"));
        site.inject("cut", Phase::Begin).unwrap();
        site.inject("cut", Phase::End).unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join("injected")).unwrap(), "cut begin\ncut end\n");
        let began = Instant::now();
        drop(site);
        assert!(folder.path().join("ended").exists());
        assert!(began.elapsed() < END, "somebody was left behind");
    }

    #[test]
    fn a_system_that_ends_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let ended = AtomicBool::new(false);
        let drill = drill("echo no room >&2; exit 7");
        let trouble = Commands::start(&drill, 15, "abc", place(folder.path()), &ended).unwrap_err();
        assert!(trouble.0.contains("exit status: 7") && trouble.0.contains("no room"), "{trouble}");
    }

    #[test]
    fn half_a_line_says_nothing_yet() {
        assert_eq!(json_line("{\"prometheus\": 1}", &METRICS), None);
        assert!(json_line("noise\n{\"prometheus\": 1}\nmore", &METRICS).is_some());
        assert!(json_line("{\"victoria_metrics\": {\"url\": \"http://x\"}}\n", &METRICS).is_some());
        assert_eq!(json_line("{\"other\": 1}\n{broken\n", &METRICS), None);
    }
}
