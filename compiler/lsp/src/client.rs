//! A scripted client over the standard streams of a server's process, for tests and benchmarks.

use std::collections::VecDeque;
use std::io::{self, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use lsp_server::Message;
use serde_json::{Value, json};

use crate::frame::{self, Frame};
use crate::uri;

/// A client with the process that it talks to.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Notifications that nobody has taken.
    told: VecDeque<(String, Value)>,
    asked: u64,
}

impl Client {
    /// Starts a server.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        Ok(Self { input: child.stdin.take(), child, output: BufReader::new(output), told: VecDeque::new(), asked: 0 })
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// The server does not read any more.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let input = self.input.as_mut().ok_or_else(|| io::Error::other("the input is closed"))?;
        input.write_all(bytes)?;
        input.flush()
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        let text = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes())
    }

    /// Tells the server something.
    ///
    /// # Errors
    /// The server does not read any more.
    pub fn tell(&mut self, method: &str, params: Value) -> io::Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    /// Asks, without waiting for the answer; gives the request's number.
    ///
    /// # Errors
    /// The server does not read any more.
    pub fn begin(&mut self, method: &str, params: Value) -> io::Result<u64> {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        Ok(id)
    }

    /// Asks, and waits for the result or the error.
    ///
    /// # Errors
    /// The server ends instead.
    pub fn ask(&mut self, method: &str, params: Value) -> io::Result<Value> {
        let id = self.begin(method, params)?;
        self.answer(&json!(id))
    }

    /// Waits for the answer to a request: its result, or `{"error": …}`.
    ///
    /// # Errors
    /// The server ends instead.
    pub fn answer(&mut self, id: &Value) -> io::Result<Value> {
        loop {
            let message = self.read()?;
            if message.get("method").is_none() && message.get("id") == Some(id) {
                let error = message.get("error").map(|error| json!({"error": error}));
                return Ok(error.or_else(|| message.get("result").cloned()).unwrap_or_default());
            }
            self.keep(&message);
        }
    }

    /// Waits for a notification that is what `wanted` says; those before are dropped.
    ///
    /// # Errors
    /// The server ends instead.
    pub fn told(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> io::Result<Value> {
        loop {
            while let Some((name, params)) = self.told.pop_front() {
                if name == method && wanted(&params) {
                    return Ok(params);
                }
            }
            let message = self.read()?;
            self.keep(&message);
        }
    }

    fn keep(&mut self, message: &Value) {
        if let Some(method) = message.get("method").and_then(Value::as_str) {
            self.told.push_back((method.to_owned(), message.get("params").cloned().unwrap_or_default()));
        }
    }

    fn read(&mut self) -> io::Result<Value> {
        match frame::read(&mut self.output)? {
            Some(Frame::Message(Message::Response(it))) => {
                let id = serde_json::to_value(&it.id)?;
                Ok(match it.response_result {
                    Ok(result) => json!({"id": id, "result": result}),
                    Err(error) => json!({"id": id, "error": error}),
                })
            }
            Some(Frame::Message(message)) => Ok(serde_json::to_value(message)?),
            Some(Frame::Malformed(_)) => Ok(json!({"id": null, "error": "malformed"})),
            None => Err(io::Error::other("the server ended")),
        }
    }

    /// Begins a session in a folder.
    ///
    /// # Errors
    /// The server ends instead.
    pub fn initialize(&mut self, root: &Path) -> io::Result<Value> {
        let root = uri::of(root).map(|uri| uri.as_str().to_owned());
        let result = self.ask("initialize", json!({"rootUri": root, "capabilities": {}}))?;
        self.tell("initialized", json!({}))?;
        Ok(result)
    }

    /// Opens a text; gives its URI.
    ///
    /// # Errors
    /// The server does not read any more.
    pub fn open(&mut self, path: &Path, text: &str) -> io::Result<String> {
        let uri = uri::of(path).map(|uri| uri.as_str().to_owned()).unwrap_or_default();
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}))?;
        Ok(uri)
    }

    /// Presses keys, and gives the time of each until the diagnostics of that version came. `key` gives the changes of a
    /// version.
    ///
    /// # Errors
    /// The server ends instead.
    pub fn keys(
        &mut self,
        uri: &str,
        versions: std::ops::Range<i64>,
        key: impl Fn(i64) -> Value,
    ) -> io::Result<Vec<Duration>> {
        let mut times = Vec::new();
        for version in versions {
            let document = json!({"uri": uri, "version": version});
            let start = Instant::now();
            self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [key(version)]}))?;
            self.told("textDocument/publishDiagnostics", |it| {
                it.get("uri").is_some_and(|it| it == uri) && it.get("version").is_some_and(|it| *it == version)
            })?;
            times.push(start.elapsed());
        }
        Ok(times)
    }

    /// Ends the session in order; gives the exit status.
    ///
    /// # Errors
    /// The server ended before.
    pub fn end(mut self) -> io::Result<Option<i32>> {
        self.ask("shutdown", Value::Null)?;
        self.tell("exit", Value::Null)?;
        self.wait()
    }

    /// Closes the input, and waits for the server's end; gives the exit status.
    ///
    /// # Errors
    /// The process cannot be waited for.
    pub fn wait(mut self) -> io::Result<Option<i32>> {
        drop(self.input.take());
        Ok(self.child.wait()?.code())
    }
}
