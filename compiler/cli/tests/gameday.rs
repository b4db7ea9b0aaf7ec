//! Drills from the command line, of a toy shop of shell scripts whose Prometheus is worked out from what they did. All lengths of
//! time are a thousand times shorter: the hour of the page takes 3.6 s. The demo is drilled with real components by `ci/test`.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// The toy's windows in seconds.
const LONG: f64 = 3.6;
const SHORT: f64 = 0.3;

/// A folder with specs, a repository, faults, and a Prometheus.
struct Toy {
    folder: tempfile::TempDir,
    url: String,
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// When it became bad, and good again.
type Changes = Arc<Mutex<Vec<(f64, bool)>>>;

/// The share of bad requests over a window: half of them while it is bad.
fn ratio(changes: &Changes, at: f64, window: f64) -> f64 {
    let changes = changes.lock().unwrap();
    let mut bad = 0.0;
    for (index, (since, is_bad)) in changes.iter().enumerate() {
        let until = changes.get(index + 1).map_or(f64::MAX, |(next, _)| *next);
        bad += if *is_bad { (until.min(at) - since.max(at - window)).max(0.0) } else { 0.0 };
    }
    0.5 * bad / window
}

fn value(changes: &Changes, query: &str, at: f64) -> f64 {
    match query {
        _ if query.starts_with("slo:events") => 40.0,
        _ if query.starts_with("slo:bad_events") => 40.0 * ratio(changes, at, 0.075),
        _ if query.starts_with("slo:burn_rate:1h") => ratio(changes, at, LONG) / 0.001,
        _ if query.starts_with("slo:burn_rate:5m") => ratio(changes, at, SHORT) / 0.001,
        _ => 0.0,
    }
}

/// Answers as Prometheus does.
fn answer(changes: &Changes, api: &str, parameter: impl Fn(&str) -> String) -> Value {
    let labels = json!({"service": "shop", "slo": "availability"});
    let number = |name: &str| parameter(name).parse::<f64>().unwrap_or_default();
    match api {
        "alerts" => {
            let fires = ratio(changes, now(), LONG) > 0.0144 && ratio(changes, now(), SHORT) > 0.0144;
            let alert = json!({"state": "firing", "activeAt": "2026-07-01T10:00:00Z", "value": "1", "annotations": {}, "labels": {
                "alertname": "ErrorBudgetBurn", "severity": "page", "service": "shop", "slo": "availability",
                "long_window": "1h", "short_window": "5m"}});
            json!({"alerts": if fires { vec![alert] } else { Vec::new() }})
        }
        "query" => {
            let at = number("time");
            let value = value(changes, &parameter("query"), at).to_string();
            json!({"resultType": "vector", "result": [{"metric": labels, "value": [at, value]}]})
        }
        _ => {
            let mut values = Vec::new();
            let mut at = number("start");
            while at <= number("end") {
                values.push(json!([at, value(changes, &parameter("query"), at).to_string()]));
                at += number("step");
            }
            json!({"resultType": "matrix", "result": [{"metric": labels, "values": values}]})
        }
    }
}

/// Serves until the test's process ends.
fn serve(listener: TcpListener, state: PathBuf) {
    let changes: Changes = Arc::new(Mutex::new(vec![(0.0, false)]));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let data = fs::read_to_string(&state).unwrap_or_default();
            let app = fs::read_to_string(Path::new(data.trim()).join("app.txt")).unwrap_or_default();
            let is_bad = app.contains("limit 0\n");
            let mut known = changes.lock().unwrap();
            if known.last().unwrap().1 != is_bad {
                known.push((now(), is_bad));
            }
            drop(known);
            reply(stream, &changes);
        }
    });
}

fn reply(mut stream: TcpStream, changes: &Changes) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    let _ = reader.read_line(&mut first);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
        line.clear();
    }
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let parameter = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.replace('+', " "));
        found.unwrap_or_default().replace("%3A", ":").replace("%7B", "{")
    };
    let data = answer(changes, path.rsplit('/').next().unwrap_or_default(), parameter);
    let body = json!({"status": "success", "data": data}).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

impl Toy {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["slos", "faults", "shop", "drill"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("shop/app.txt"), "line 1\nlimit 10\nline 3\n").unwrap();
        fs::write(
            at("faults/limit.patch"),
            "From: A <a@shop.example>\nDate: Mon, 1 Jun 2026 10:00:00 +0000\nX-Fault-Kind: errors\nX-Fault-Function: limit\n\
             Subject: [PATCH] Round the limit\n\n---\ndiff --git a/shop/app.txt b/shop/app.txt\n--- a/shop/app.txt\n+++ b/shop/app.txt\n\
             @@ -1,3 +1,3 @@\n line 1\n-limit 10\n+limit 0\n line 3\n",
        )
        .unwrap();
        fs::write(
            at("drill/start"),
            "test -z \"$(ls -A \"$EMBERLINE_DATA\")\" || exit 7\necho $$ > \"$TOY/pid\"\necho \"$EMBERLINE_DATA\" > \"$TOY/state\"\ncp shop/app.txt \"$EMBERLINE_DATA\"\n\
             test -f \"$EMBERLINE_GENERATED/prometheus/rules/shop.yaml\" || exit 9\n\
             test \"$EMBERLINE_REVISION\" = \"$(git rev-parse HEAD)\" || exit 8\n\
             trap 'exit 0' TERM\necho \"{\\\"prometheus\\\": \\\"$TOY_URL\\\"}\"\nsleep 300 &\nwait\n",
        )
        .unwrap();
        fs::write(
            at("slos/shop.yaml"),
            "version: emberline/v1\nservice: shop\nowner: team-shop\nrepository: .\nslos:\n  - name: availability\n    objective: 99.9%\n    sli:\n      \
             events: {total: 'requests_total{service_name=\"shop\"}', bad: 'requests_total{service_name=\"shop\", code=\"500\"}'}\n",
        )
        .unwrap();
        // Grafana evaluates every 10 s at most: rules of compressed time are none of its.
        fs::write(
            at("slos/policy.yaml"),
            "version: emberline/v1\nscrape_interval: 15s\ntargets: [rules, grafana-rules, runbooks]\ndrill:\n  time_scale: 1000\n  faults: faults\n  start: sh drill/start\n  \
             deploy: 'cp shop/app.txt \"$EMBERLINE_DATA\" && echo \"{\\\"services\\\": [\\\"shop\\\"]}\"'\n",
        )
        .unwrap();
        for arguments in [&["init", "--quiet"][..], &["add", "."], &["commit", "--quiet", "-m", "A shop"]] {
            let git = Command::new("git")
                .args(["-c", "user.name=Toy", "-c", "user.email=toy@shop.example", "-c", "commit.gpgsign=false"])
                .args(arguments)
                .current_dir(folder.path())
                .output()
                .unwrap();
            assert!(git.status.success(), "{}", String::from_utf8_lossy(&git.stderr));
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        serve(listener, at("state"));
        Self { folder, url }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap_or_else(|cause| panic!("{name}: {cause}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_emberline"));
        command
            .args(["gameday", "--warm-up", "1", "--honest", "0", "--scratch", "scratch"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TOY", self.folder.path())
            .env("TOY_URL", &self.url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Whether what `start` ran is still there.
    fn runs(&self) -> bool {
        let pid = self.read("pid");
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        !stat.is_empty() && !stat.contains(") Z ")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn until(what: &str, is: impl Fn() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn finish(child: Child) -> (Option<i32>, String, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_series_goes_on_where_it_stopped() {
    let toy = Toy::new();
    let series = ["--series", "drills", "--without", "traces,profiles", "--drills", "2", "--seed", "7"];
    let output = toy.run(&series);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", text(&output.stdout), text(&output.stderr));
    let id = "trial-release-without-traces-profiles";
    let record: Value = serde_json::from_str(&toy.read(&format!("drills/{id}-001.drill.json"))).unwrap();
    assert_eq!(
        (&record["fault"]["name"], &record["outcome"], &record["seed"]),
        (&"limit".into(), &"resolved".into(), &7.into())
    );
    assert!(record["detected"].as_f64().unwrap() < 5.0 && record["fires"]["met"] == true, "{record}");
    // The release was rolled back at once, and its one commit is the cause.
    assert_eq!(
        (&record["mitigation"], &record["attempts"][0]["what"], &record["cause"]["right"]),
        (&"release".into(), &"the last release is rolled back (shop)".into(), &true.into())
    );
    let summary: Value = serde_json::from_str(&toy.read("drills/series.json")).unwrap();
    assert_eq!((&summary["groups"][0]["drills"], &summary["time_scale"][0]), (&2.into(), &1000.into()));
    let table = toy.read("drills/series.md");
    assert!(table.contains(&format!("| {id}-002 | limit | errors |")), "{table}");
    assert!(table.contains("metrics alone, the release rolled back first"), "{table}");
    assert!(!toy.runs(), "the system is still there");
    // What was begun and not finished is done again, and nothing else.
    let first = toy.read(&format!("drills/{id}-001.drill.json"));
    fs::remove_file(toy.at(&format!("drills/{id}-002.drill.json"))).unwrap();
    let output = toy.run(&series);
    assert!(text(&output.stderr).contains("1 of 2 drills to go"), "{}", text(&output.stderr));
    assert_eq!(toy.read(&format!("drills/{id}-001.drill.json")), first);
    let before = toy.read(&format!("drills/{id}-002.drill.json"));
    // With nothing left to do, no system is started.
    fs::remove_file(toy.at("pid")).unwrap();
    let output = toy.run(&series);
    assert!(output.status.success() && !toy.at("pid").exists());
    assert_eq!(toy.read(&format!("drills/{id}-002.drill.json")), before);
}

#[test]
fn a_person_answers_and_the_incident_is_written_up() {
    let toy = Toy::new();
    let arguments = ["--answer", "--fault", "limit", "--out", "generated/incidents/limit", "--learn"];
    let mut child =
        toy.command(&arguments).args(["--incident", "slos/incidents/limit.md"]).stdin(Stdio::piped()).spawn().unwrap();
    let found = || {
        let git =
            Command::new("git").arg("-C").arg(toy.at("scratch/clone")).args(["log", "-1", "--format=%H %s"]).output();
        let said = text(&git.unwrap().stdout);
        said.trim().strip_suffix(" Round the limit").map(str::to_owned)
    };
    until("the bad commit", || found().is_some());
    let commit = found().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "nonsense\n{commit}").unwrap();
    let (code, stdout, stderr) = finish(child);
    assert_eq!(code, Some(0), "{stdout}\n{stderr}");
    assert!(stdout.contains("fault limit (errors)") && stdout.contains(&commit[..12]), "{stdout}");
    assert!(stdout.contains("named by the search") && !stdout.contains("WRONG"), "{stdout}");
    assert!(stderr.contains("git knows no commit `nonsense`"), "{stderr}");
    // Until it is over nothing says which fault it is.
    assert!(!stderr.contains("errors") && !stderr.contains("X-Fault"), "{stderr}");
    let page = toy.read("generated/incidents/limit/incident.md");
    assert!(
        page.contains("# shop availability: a release made it fail") && page.contains("[change.patch](change.patch)"),
        "{page}"
    );
    for file in
        ["drill.json", "fire.json", "clear.json", "alert.yaml", "change.patch", "plots/burn.svg", "plots/requests.svg"]
    {
        assert!(toy.at("generated/incidents/limit").join(file).is_file(), "{file} is missing");
    }
    assert!(toy.read("generated/incidents/limit/alert.yaml").contains("alert: ErrorBudgetBurn"));
    let postmortem = toy.read("slos/incidents/limit.md");
    assert!(
        postmortem.contains("(../../generated/incidents/limit/incident.md)")
            && postmortem.contains("owner: \"open question; the spec names team-shop for the service\"")
            && postmortem.contains("## Open questions for people"),
        "{postmortem}"
    );
    // Evidence and write-ups disturb neither the compiler nor its gate.
    for arguments in [&["compile", "--quiet"][..], &["compile", "--check"], &["check", "--fail-on", "error"]] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_emberline")).args(arguments).current_dir(toy.folder.path()).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    }
    assert!(toy.at("generated/incidents/limit/incident.md").is_file());
}

#[test]
fn a_recorded_drill_proposes_a_note_and_shows_the_change_of_the_page() {
    let toy = Toy::new();
    let mut record: Value =
        serde_json::from_str(include_str!("../../../generated/incidents/latency/drill.json")).unwrap();
    for (key, value) in [("service", "shop"), ("slo", "availability"), ("long_window", "1h"), ("short_window", "5m")] {
        record["page"][key] = json!(value);
    }
    record["slow"] = json!(["No trace of a bad request of shop was kept."]);
    fs::write(toy.at("drill.json"), record.to_string()).unwrap();
    let learn = |path: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_emberline"));
        command.args(["gameday", "--learn-from", path]).current_dir(toy.folder.path()).output().unwrap()
    };
    let output = learn("drill.json");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let note = toy.read("slos/notes/shop/availability.md");
    assert!(note.contains("No trace of a bad request of shop was kept.") && note.contains("drill.json"), "{note}");
    let change = text(&output.stdout);
    assert!(change.contains("--- runbooks/shop/availability/burn-1h-5m.md"), "{change}");
    assert!(change.lines().any(|line| line == format!("+{}", note.trim_end())), "{change}");
    // The same drill teaches nothing twice.
    let again = learn("drill.json");
    assert_eq!((again.status.code(), text(&again.stdout).as_str()), (Some(0), ""), "{}", text(&again.stderr));
    assert_eq!(toy.read("slos/notes/shop/availability.md"), note);
    let output = learn("slos/notes/shop/availability.md");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is no record of a drill"), "{}", text(&output.stderr));
}

#[test]
fn what_people_edited_is_never_overwritten() {
    let toy = Toy::new();
    fs::create_dir_all(toy.at("slos/incidents")).unwrap();
    fs::write(toy.at("slos/incidents/limit.md"), "edited\n").unwrap();
    let arguments = ["--without", "traces", "--out", "out", "--incident", "slos/incidents/limit.md"];
    let output = toy.run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(toy.read("slos/incidents/limit.md"), "edited\n");
    assert!(toy.read("slos/incidents/limit.md.new").contains("# Postmortem: shop availability"));
}

#[test]
fn a_sealed_fault_tells_its_hash_first_and_its_name_last() {
    let toy = Toy::new();
    // Served as a file: the name of the fault stands in the address alone.
    let patch = toy.read("faults/limit.patch");
    fs::remove_file(toy.at("faults/limit.patch")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/secret-name.patch", listener.local_addr().unwrap());
    let body = patch.replace("X-Fault-Kind: errors\nX-Fault-Function: limit\n", "");
    let hash = {
        use sha2::Digest as _;
        sha2::Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
                line.clear();
            }
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    let output = toy.run(&["--sealed", &url, "--without", "traces", "--out", "out"]);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{stdout}\n{stderr}");
    assert!(stderr.starts_with(&format!("sealed: sha256 {hash}\n")), "{stderr}");
    assert!(!stderr.contains("secret-name") && stdout.contains("fault secret-name"), "{stdout}\n{stderr}");
    assert!(stdout.contains(&format!("sealed     sha256 {hash}")), "{stdout}");
    // Without headers the truth is the commit that the patch became.
    let record: Value = serde_json::from_str(&toy.read("out/drill.json")).unwrap();
    assert_eq!(record["release"]["bad"], record["release"]["commits"][0]["id"]);
    assert_eq!((&record["fault"]["sealed"], &record["cause"]["right"]), (&hash.into(), &true.into()));
}

/// The script of a schedule: what stands below `marker`, as far as it is indented further than that.
fn script(schedule: &str, marker: &str) -> String {
    let (before, below) = schedule.split_once(marker).unwrap();
    let own = before.lines().last().map_or(0, |line| line.chars().take_while(|c| *c == ' ').count());
    let within = |line: &&str| line.trim().is_empty() || line.chars().take_while(|c| *c == ' ').count() > own;
    below.lines().skip(1).take_while(within).map(|line| format!("{}\n", line.trim_start())).collect()
}

#[test]
fn the_schedules_that_people_copy_run_as_they_stand() {
    let gitlab = script(include_str!("../../../ci/gitlab/gameday.gitlab-ci.yml"), "- |");
    let github = script(include_str!("../../../ci/action/gameday.yml"), "run: |");
    assert_eq!(gitlab, github);
    let toy = Toy::new();
    let programs = Path::new(env!("CARGO_BIN_EXE_emberline")).parent().unwrap().to_owned();
    let path = std::env::join_paths(
        std::iter::once(programs).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let output = Command::new("sh")
        .args(["-c", &gitlab])
        .current_dir(toy.folder.path())
        .envs([("TOY_URL", &*toy.url), ("EMBERLINE_SPECS", "slos"), ("EMBERLINE_INCIDENTS", "generated/incidents")])
        .env("TOY", toy.folder.path())
        .env("EMBERLINE_GAMEDAY_OPTIONS", "--without traces --warm-up 1 --honest 0")
        .env("PATH", path.unwrap())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}\n{}", text(&output.stdout), text(&output.stderr));
    let names = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(toy.at(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    let [incident] = &names("generated/incidents")[..] else { panic!("{:?}", names("generated/incidents")) };
    assert!(incident.starts_with("drill-20"), "{incident}");
    assert_eq!(names("slos/incidents"), [format!("{incident}.md")]);
    assert!(!toy.runs(), "the system is still there");
}

#[test]
fn an_interrupt_ends_everything() {
    let toy = Toy::new();
    let child = toy.command(&["--without", "traces", "--fault", "limit"]).spawn().unwrap();
    until("the system", || toy.at("state").exists());
    std::thread::sleep(Duration::from_millis(300));
    assert!(toy.runs());
    // Another drill in the same folder would reset the clone that this one works in.
    let other = toy.run(&["--without", "traces", "--fault", "limit"]);
    let said = text(&other.stderr);
    assert!(other.status.code() == Some(2) && said.contains("is in use by another drill"), "{said}");
    let interrupt = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(interrupt.success());
    let (code, _, stderr) = finish(child);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("the drill was interrupted"), "{stderr}");
    assert!(!toy.runs(), "the system is still there");
}

#[test]
fn a_system_that_does_not_start_says_why_and_where() {
    let toy = Toy::new();
    fs::write(toy.at("drill/start"), "echo no room left >&2\nexit 7\n").unwrap();
    let commit = Command::new("git")
        .args([
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@shop.example",
            "-c",
            "commit.gpgsign=false",
            "commit",
            "-qam",
            "x",
        ])
        .current_dir(toy.folder.path())
        .status();
    assert!(commit.unwrap().success());
    let output = toy.run(&["--without", "traces"]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("exit status: 7") && stderr.contains("no room left") && stderr.contains("scratch/logs"),
        "{stderr}"
    );
}

#[test]
fn what_cannot_be_drilled_is_said() {
    let toy = Toy::new();
    for (arguments, said) in [
        (&["--fault", "none"][..], "there is no fault `none`; known faults: limit"),
        (&["--outage", "none"], "the policy's `drill` has no outage `none`"),
        (&["--sealed", "no.patch"], "cannot read the sealed file no.patch"),
        (&["--sealed", "slos/shop.yaml"], "the sealed file `shop.yaml` holds no patch"),
        (&["--sealed", "http://127.0.0.1:9/x.patch"], "cannot fetch: the sealed file at http://127.0.0.1:9/x.patch"),
        (&["--sealed", "x.patch", "--fault", "limit"], "cannot be used with"),
        (&["--incident", "x.md"], "--out"),
        (&["--series", "s", "--fault", "limit"], "cannot be used with"),
    ] {
        let output = toy.run(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
        assert!(!toy.at("state").exists(), "{arguments:?} started the system first");
    }
    fs::write(toy.at("slos/policy.yaml"), "version: emberline/v1\n").unwrap();
    let output = toy.run(&[]);
    assert!(text(&output.stderr).contains("the policy of slos has no `drill`"), "{}", text(&output.stderr));
}
