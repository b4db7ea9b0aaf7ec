//! `emberline budget` at the command line: what is no verdict, and what fails the gate. The live proofs show against a
//! real Prometheus that the numbers are right.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use shell::{Ran, Shell};

const SPEC: &str = "\
version: emberline/v1
service: shop
owner: team-shop
slos:
  - name: availability
    objective: 99.9%
    sli: {events: {total: a_total, bad: 'a_total{code=\"500\"}', group_by: [route]}}
";
const EMPTY: &str = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;

fn shop() -> Shell {
    let shell = Shell::new();
    std::fs::create_dir(shell.folder.path().join("slos")).unwrap();
    shell.write("slos/shop.yaml", SPEC);
    shell.write("slos/policy.yaml", "version: emberline/v1\nrunbook_url: https://runbooks.example.com\n");
    shell
}

/// A server that answers each query as told, with the status of HTTP before a body; its address.
fn server(answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    // The thread ends with the test.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let Ok(reading) = stream.try_clone() else { continue };
            let mut lines = BufReader::new(reading).lines().map_while(Result::ok);
            let asked = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let (status, body) = answer(&asked);
            let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    address
}

fn vector(result: &str) -> String {
    EMPTY.replace("[]", &format!("[{result}]"))
}

/// The server's own time, and for every other query what `answer` says.
fn telling(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    server(move |asked| match asked.contains("query=vector") {
        true => (200, vector(r#"{"metric":{},"value":[1795773600,"1795773600"]}"#)),
        false => (200, answer(asked)),
    })
}

/// A budget of one route, recorded when it is asked for.
fn of_route(route: &str, left: &str) -> String {
    let route = route.to_owned();
    let left = left.to_owned();
    telling(move |asked| {
        let labels = format!(r#""service":"shop","slo":"availability","route":"{route}""#);
        if asked.contains("query=timestamp") || asked.contains("query=max_over_time") {
            return vector(&format!(r#"{{"metric":{{{labels}}},"value":[1795773600,"1795773590"]}}"#));
        }
        if asked.contains("query=count_over_time") {
            return EMPTY.to_owned();
        }
        let name = "slo:error_budget_remaining:ratio";
        vector(&format!(r#"{{"metric":{{"__name__":"{name}",{labels}}},"value":[1795773600,"{left}"]}}"#))
    })
}

fn ask(shell: &Shell, address: &str, more: &str) -> Ran {
    shell.run(&format!("emberline budget --against {address} {more}"))
}

#[test]
fn what_cannot_be_asked_is_no_verdict() {
    let shell = shop();
    for (answer, why) in [
        ((500, "out of memory"), "answers 500 Internal Server Error: out of memory"),
        ((401, "who are you"), "no credentials were sent"),
        ((200, "<html>"), "an answer that its documentation does not describe"),
        ((200, "{}"), "an answer that its documentation does not describe"),
        ((200, r#"{"status":"error","error":"too many samples"}"#), "answers: too many samples"),
        ((200, r#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#), "does not describe"),
        (
            (200, r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}"#),
            "does not say its time",
        ),
        (
            (200, r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]}}"#),
            "`x` is no number",
        ),
        ((200, EMPTY), "does not say its time"),
    ] {
        let (status, body) = (answer.0, answer.1.to_owned());
        let address = server(move |_| (status, body.clone()));
        let ran = ask(&shell, &address, "--fail-below 10%");
        assert!(ran.status == 2 && ran.err.contains(why) && ran.out.is_empty(), "{why}: {ran:?}");
    }
    let ran = ask(&shell, &server(|_| (401, String::new())), "");
    assert!(ran.err.contains("--bearer-token-file"), "{ran:?}");
    let ran = ask(&shell, "http://127.0.0.1:1", "--timeout 2s --unknown pass --fail-below 0%");
    assert!(ran.status == 2 && ran.err.contains("does not answer"), "{ran:?}");
    // The time is said, and then a histogram where a number should be.
    let address = telling(|_| vector(r#"{"metric":{},"histogram":[1,{}]}"#));
    let ran = ask(&shell, &address, "");
    assert!(ran.status == 2 && ran.err.contains("gives histograms, not numbers"), "{ran:?}");
}

#[test]
fn wrong_arguments_are_told_with_a_remedy() {
    let shell = shop();
    for (more, why) in [
        ("--fail-below 10", "write `10%`"),
        ("--fail-below 110%", "from 0% to 100%"),
        ("--unknown pass", "--fail-below"),
        ("--at yesterday", "2026-11-27T10:00:00Z"),
        ("--service shopp", "did you mean `shop`?"),
        ("--slo availability", "the specs have no objective `availability`"),
        ("--slo shop/availabilty", "did you mean `shop/availability`?"),
        ("--specs nowhere", "nowhere"),
    ] {
        let ran = ask(&shell, "http://127.0.0.1:1", more);
        assert!(ran.status == 2 && ran.err.contains(why), "{more}: {ran:?}");
    }
    let ran = ask(&shell, "page.txt", "");
    assert!(ran.status == 2 && ran.err.contains("page.txt is no server"), "{ran:?}");
    shell.write("slos/shop.yaml", &SPEC.replace("99.9%", "999%"));
    let ran = ask(&shell, "http://127.0.0.1:1", "");
    assert!(ran.status == 2 && ran.out.contains("999%") && ran.err.contains("do not compile"), "{ran:?}");
}

#[test]
fn a_budget_that_nobody_recorded_fails_unless_told_otherwise() {
    let shell = shop();
    let address = telling(|_| EMPTY.to_owned());
    for (more, status, verdict) in [
        ("", 0, "unknown"),
        ("--fail-below 0%", 1, "failed: 1 objective with an unknown error budget"),
        ("--fail-below 0% --unknown pass", 0, "passed: no error budget is below 0%, as far as known: 1 objective not"),
    ] {
        let ran = ask(&shell, &address, more);
        assert!(ran.status == status && ran.out.contains(verdict), "{more}: {ran:?}");
        assert!(ran.out.contains("its rules are not loaded there") && ran.out.contains("owner team-shop"), "{ran:?}");
        assert!(!ran.out.contains("100.00%"), "{ran:?}");
    }
}

#[test]
fn a_warning_of_the_server_fails_as_the_unknown_does() {
    let shell = shop();
    let warned = r#"{"status":"success","warnings":["a store was not there"],"data""#;
    let address = telling(move |_| EMPTY.replace(r#"{"status":"success","data""#, warned));
    let ran = ask(&shell, &address, "--fail-below 0%");
    assert!(ran.status == 1 && ran.out.contains("a store was not there"), "{ran:?}");
    assert!(ran.out.contains("the server warned that its answers may lack series"), "{ran:?}");
    assert_eq!(ask(&shell, &address, "--fail-below 0% --unknown pass").status, 0);
}

#[test]
fn a_budget_below_the_share_is_told_with_its_owner_and_page() {
    let shell = shop();
    let address = of_route("/pay", "0.0999");
    let ran = ask(&shell, &address, "--fail-below 10%");
    let line = "shop/availability: 9.99% of the error budget is left for route=/pay, below 10%";
    assert!(ran.status == 1 && ran.out.contains(line), "{ran:?}");
    assert!(
        ran.out.contains("owner team-shop, runbook https://runbooks.example.com/shop/availability/index.html"),
        "{ran:?}"
    );
    assert!(ran.out.ends_with("failed: 1 objective below 10%\n"), "{ran:?}");
    assert_eq!(ask(&shell, &address, "--fail-below 9.9%").status, 0);
    assert_eq!(ask(&shell, &address, "").status, 0);
    let ran = ask(&shell, &address, "--fail-below 10% --format json");
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &report["passes"], &report["fail_below"]), (1, &false.into(), &"0.1".into()));
    let worst = &report["objectives"][0];
    assert_eq!((&worst["left"], &worst["groups"][0]["group"]["route"]), (&0.0999.into(), &"/pay".into()), "{report}");
    assert_eq!((&report["at"], &worst["objective"]), (&"2026-11-27T10:00:00Z".into(), &"0.999".into()));
    let ran = ask(&shell, &address, "--fail-below 10% --format markdown");
    assert!(ran.status == 1 && ran.out.contains("| 9.99% |"), "{ran:?}");
}

#[test]
fn the_step_of_the_policy_that_applies_is_told() {
    let shell = shop();
    let policy = "version: emberline/v1\nerror_budget_policy: [{spent: 50%, do: Look.}, {spent: 80%, do: Repairs only.}, {spent: 100%, do: Stop.}]\n";
    shell.write("slos/policy.yaml", policy);
    for (left, step) in [
        ("0.51", None),
        ("0.5", Some("50%|Look.")),
        ("0.1999", Some("80%|Repairs only.")),
        ("-0.3", Some("100%|Stop.")),
    ] {
        let address = of_route("/pay", left);
        let ran = ask(&shell, &address, "");
        let report: serde_json::Value = serde_json::from_str(&ask(&shell, &address, "--format json").out).unwrap();
        let told = &report["objectives"][0]["groups"][0]["step"];
        let Some((spent, action)) = step.and_then(|step| step.split_once('|')) else {
            assert!(told.is_null() && !ran.out.contains("Error budget policy"), "{left}: {ran:?}");
            continue;
        };
        let line =
            format!("shop/availability: {spent} or more of the error budget is spent for route=/pay. {action}\n");
        assert!(ran.out.contains(&line), "{left}: {ran:?}");
        assert_eq!(told["do"], action, "{told}");
    }
}

#[test]
fn what_a_server_says_obeys_nothing_and_shows_no_secret() {
    let shell = shop();
    let token = format!("ghp_{}", "a1B2c3D4e5F6".repeat(3));
    let address = of_route(&token, "0.5");
    for format in ["human", "json", "markdown"] {
        let ran = ask(&shell, &address, &format!("--format {format}"));
        assert!(ran.status == 0 && ran.out.contains("route") && !ran.out.contains(&token[4..]), "{ran:?}");
    }
    let address = of_route(r"\u001b[31m\n| <b>x</b>", "0.5");
    let ran = ask(&shell, &address, "");
    assert!(!ran.out.contains('\u{1b}') && ran.out.lines().count() == 4, "{ran:?}");
    let ran = ask(&shell, &address, "--format markdown");
    assert!(!ran.out.contains("<b>") && ran.out.lines().filter(|line| line.starts_with('|')).count() == 3, "{ran:?}");
}
