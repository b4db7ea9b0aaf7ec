//! `emberline mcp` in the words of the protocol. The job of the real client is [`ci/mcp`](../../../ci/mcp/check).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod shell;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use shell::Shell;

const SPEC: &str = "\
version: emberline/v1
service: shop
owner: team-shop
slos:
  - name: availability
    objective: 99.9%
    sli: {events: {total: a_total, bad: 'a_total{code=\"500\"}'}}
";

/// A session with a server.
struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    last: u64,
}

impl Session {
    fn open(shell: &Shell, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_emberline"))
            .arg("mcp")
            .args(more)
            .current_dir(shell.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut session = Self { child, input, output, last: 0 };
        let client = json!({"name": "test", "version": "1"});
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
        let answer = session.ask("initialize", &hello);
        assert_eq!(answer["result"]["protocolVersion"], "2025-06-18", "{answer}");
        assert_eq!(answer["result"]["serverInfo"]["name"], "emberline", "{answer}");
        session.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        session
    }

    fn say(&mut self, message: &Value) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{message}").unwrap();
        input.flush().unwrap();
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        self.say(&json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}));
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has ended");
            let answer: Value = serde_json::from_str(&line).unwrap();
            if answer["id"] == self.last {
                return answer;
            }
        }
    }

    /// The text of a tool, and whether it is an error.
    fn call(&mut self, tool: &str, arguments: &Value) -> (String, bool) {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}"));
        (text.to_owned(), result["isError"] == true)
    }

    fn tools(&mut self) -> Vec<Value> {
        self.ask("tools/list", &json!({}))["result"]["tools"].as_array().unwrap().clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

fn shop() -> Shell {
    let shell = Shell::new();
    std::fs::create_dir(shell.folder.path().join("slos")).unwrap();
    shell.write("slos/shop.yaml", SPEC);
    shell.write("slos/policy.yaml", "version: emberline/v1\nrunbook_url: https://runbooks.example.com\n");
    shell
}

#[test]
fn tools_only_read_and_say_what_they_take() {
    let shell = shop();
    let mut session = Session::open(&shell, &[]);
    let names =
        |tools: &[Value]| tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let tools = session.tools();
    assert_eq!(names(&tools), ["objectives", "check", "explain", "walk_case"], "nothing that needs a server");
    let mut session = Session::open(&shell, &["--against", "http://127.0.0.1:9"]);
    let tools = session.tools();
    assert_eq!(names(&tools), ["objectives", "check", "explain", "walk_case", "budget", "backtest", "walk"]);
    for tool in &tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
        assert!(jsonschema::meta::is_valid(&tool["inputSchema"]), "{tool}");
        assert!(tool["description"].as_str().unwrap().len() > 40, "{tool}");
    }
}

#[test]
fn answers_are_those_of_the_commands() {
    let shell = shop();
    let mut session = Session::open(&shell, &[]);
    let (text, is_error) = session.call("objectives", &json!({"service": "shop"}));
    let told: Value = serde_json::from_str(&text).unwrap();
    assert!(!is_error, "{text}");
    let slo = &told["objectives"][0];
    assert_eq!(
        (&slo["slo"], &slo["objective"], &slo["window"]),
        (&json!("availability"), &json!("99.9%"), &json!("30d"))
    );
    assert_eq!(slo["alerts"][0]["fires_above"], "1.44%", "{slo}");
    let (text, is_error) = session.call("check", &json!({}));
    assert!(!is_error && serde_json::from_str::<Value>(&text).is_ok(), "{text}");
    let (text, is_error) = session.call("explain", &json!({"code": "unbounded-label"}));
    assert!(!is_error && text.contains("unbounded-label"), "{text}");
    shell.write("slos/shop.yaml", &SPEC.replace("99.9%", "199%"));
    let (text, is_error) = session.call("objectives", &json!({}));
    assert!(is_error && text.contains("ask `check`"), "{text}");
    let (text, is_error) = session.call("check", &json!({}));
    assert!(!is_error && text.contains("199%"), "findings are an answer: {text}");
}

#[test]
fn faults_of_a_call_are_told_and_nothing_becomes_an_option() {
    let shell = shop();
    std::fs::create_dir(shell.folder.path().join("case")).unwrap();
    let mut session = Session::open(&shell, &["--against", "http://127.0.0.1:9", "--timeout", "1s"]);
    for (tool, arguments, why) in [
        ("objectives", json!({"service": "bank"}), "no service `bank`"),
        ("objectives", json!({"services": "shop"}), "takes no `services`"),
        ("explain", json!({}), "needs `code`"),
        ("explain", json!({"code": "--help"}), "--help"),
        ("explain", json!({"code": 7}), "`code` is a text"),
        ("backtest", json!({"days": 0}), "from 1 to 400"),
        ("backtest", json!({"rules": "/etc/passwd"}), "below the current folder"),
        ("backtest", json!({"rules": "../x.yml"}), "below the current folder"),
        ("walk_case", json!({"case": "case"}), "alert.json"),
        ("budget", json!({"service": "--against=http://127.0.0.1:10"}), "--against=http"),
        ("budget", json!({}), "127.0.0.1:9"),
    ] {
        let (text, is_error) = session.call(tool, &arguments);
        assert!(is_error && text.contains(why), "{tool} {arguments}: {text}");
        assert!(!text.contains("Usage:"), "{tool} {arguments}: {text}");
    }
    let answer = session.ask("tools/call", &json!({"name": "compile", "arguments": {}}));
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    let answer = session.ask("resources/subscribe", &json!({"uri": "x"}));
    assert!(answer["error"].is_object(), "{answer}");
    session.say(&json!({"no": "message"}));
    assert!(!session.tools().is_empty(), "the session goes on");
}
