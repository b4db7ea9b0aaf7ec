//! The server: what it holds, and its loop.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use lsp_types::Uri;

use crate::frame::{self, Frame};
use crate::schema::Schemas;
use crate::specs::Specs;
use crate::worker::{self, Done, Job};
use crate::world::World;

mod asked;
mod begin;
mod told;

/// How long nobody must type until a whole run begins.
const SETTLED: Duration = Duration::from_millis(150);

/// What the loop waits for.
pub enum Event {
    /// A client's frame.
    Frame(Frame),
    /// The client's stream ended, or cannot be followed any more.
    Ended(Option<io::Error>),
    /// A whole run ended.
    Done(Done),
}

/// A text in an editor.
struct Open {
    uri: Uri,
    version: i32,
    text: String,
}

/// How far the session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nobody said `initialize`.
    New,
    /// Requests are answered.
    Serving,
    /// After `shutdown` only `exit` counts.
    ShutDown,
}

struct Server<'w> {
    world: Arc<dyn World>,
    out: &'w mut dyn Write,
    events: Receiver<Event>,
    waiting: VecDeque<Event>,
    jobs: Sender<Job>,
    phase: Phase,
    /// Whether the client can tell of files that change on disk.
    watches: bool,
    schemas: Schemas,
    /// By resolved paths.
    open: HashMap<PathBuf, Open>,
    specs: Option<Specs>,
    /// The number of the last change.
    moment: u64,
    /// The first moment of the folder as it was read last: what ran before is of other sources.
    read_at: u64,
    /// When a whole run, or reading the folder, is due.
    run_due: Option<Instant>,
    load_due: Option<Instant>,
    /// What editors were told last, by resolved paths.
    told: HashMap<PathBuf, Vec<lsp_types::Diagnostic>>,
}

/// Serves one client until it ends the session. Says whether the client ended it in the order of the protocol.
///
/// # Errors
/// A stream fails, or the input is such that the next message cannot be found.
pub fn serve(world: Arc<dyn World>, input: impl BufRead + Send + 'static, out: &mut dyn Write) -> io::Result<bool> {
    let (send, events) = mpsc::channel();
    let (jobs, asked) = mpsc::channel();
    let read = send.clone();
    // The reader may wait for input for ever, so nobody waits for it.
    thread::Builder::new().name("lsp-reader".to_owned()).spawn(move || read_all(input, &read))?;
    let machine = Arc::clone(&world);
    thread::Builder::new().name("lsp-worker".to_owned()).spawn(move || {
        worker::work(&machine, &asked, |done| send.send(Event::Done(done)).is_ok());
    })?;
    let mut server = Server {
        world,
        out,
        events,
        waiting: VecDeque::new(),
        jobs,
        phase: Phase::New,
        watches: false,
        schemas: Schemas::default(),
        open: HashMap::new(),
        specs: None,
        moment: 0,
        read_at: 0,
        run_due: None,
        load_due: None,
        told: HashMap::new(),
    };
    server.run()
}

fn read_all(mut input: impl BufRead, events: &Sender<Event>) {
    loop {
        let event = match frame::read(&mut input) {
            Ok(Some(frame)) => Event::Frame(frame),
            Ok(None) => Event::Ended(None),
            Err(cause) => Event::Ended(Some(cause)),
        };
        let is_last = matches!(event, Event::Ended(_));
        if events.send(event).is_err() || is_last {
            return;
        }
    }
}

impl Server<'_> {
    fn run(&mut self) -> io::Result<bool> {
        loop {
            let Some(event) = self.next() else {
                self.begin_due();
                continue;
            };
            match event {
                Event::Ended(None) => return Ok(false),
                Event::Ended(Some(cause)) => return Err(cause),
                Event::Done(done) => self.done(done)?,
                Event::Frame(Frame::Malformed(why)) => {
                    // The protocol answers to nobody in particular, with `null` for the id.
                    let text = serde_json::json!({
                        "jsonrpc": "2.0", "id": null, "error": {"code": ErrorCode::ParseError as i32, "message": why},
                    });
                    self.write(&text.to_string())?;
                }
                Event::Frame(Frame::Message(Message::Notification(it))) if it.method == "exit" => {
                    return Ok(self.phase == Phase::ShutDown);
                }
                Event::Frame(Frame::Message(Message::Notification(it))) if self.phase == Phase::Serving => {
                    self.notified(it)?;
                }
                Event::Frame(Frame::Message(Message::Request(request))) => self.requested(request)?,
                // The answers of clients say nothing that the server needs.
                Event::Frame(Frame::Message(_)) => {}
            }
        }
    }

    /// The next event; `None` once something is due.
    fn next(&mut self) -> Option<Event> {
        while let Ok(event) = self.events.try_recv() {
            self.waiting.push_back(event);
        }
        if let Some(event) = self.waiting.pop_front() {
            return Some(event);
        }
        let due = [self.run_due, self.load_due].into_iter().flatten().min();
        let received = match due {
            None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => self.events.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        match received {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Event::Ended(None)),
        }
    }

    fn begin_due(&mut self) {
        let now = Instant::now();
        // Reading the folder includes a whole run. A worker that is gone does no jobs: what is known stays.
        if self.load_due.is_some_and(|due| due <= now) {
            (self.load_due, self.run_due) = (None, None);
            let open = self.open.iter().map(|(place, open)| (place.clone(), open.text.clone())).collect();
            let _ = self.jobs.send(Job::Load(open));
        }
        if self.run_due.is_some_and(|due| due <= now) {
            self.run_due = None;
            if let Some(specs) = &mut self.specs {
                let (copy, cut) = specs.begin();
                let _ = self.jobs.send(Job::Run(self.moment, Box::new(copy), cut));
            }
        }
    }

    fn requested(&mut self, request: Request) -> io::Result<()> {
        let id = request.id.clone();
        let answer = match self.phase {
            _ if self.is_cancelled(&request) => Err((ErrorCode::RequestCanceled, "cancelled".to_owned())),
            Phase::New if request.method == "initialize" => self.initialize(request.params),
            Phase::New => Err((ErrorCode::ServerNotInitialized, "the first request is `initialize`".to_owned())),
            Phase::ShutDown => Err((ErrorCode::InvalidRequest, "the server is shut down".to_owned())),
            Phase::Serving => self.answer(request),
        };
        let response = match answer {
            Ok(result) => Response::new_ok(id, result),
            Err((code, message)) => Response::new_err(id, code as i32, message),
        };
        self.send(&Message::Response(response))
    }

    /// Whether the client takes a request back in what already waits.
    fn is_cancelled(&self, request: &Request) -> bool {
        let Ok(id) = serde_json::to_value(&request.id) else { return false };
        self.waiting.iter().any(|event| match event {
            Event::Frame(Frame::Message(Message::Notification(it))) => {
                it.method == "$/cancelRequest" && it.params.get("id") == Some(&id)
            }
            _ => false,
        })
    }

    fn notify<P: serde::Serialize>(&mut self, method: &str, params: &P) -> io::Result<()> {
        let params = serde_json::to_value(params).map_err(io::Error::other)?;
        self.send(&Message::Notification(Notification { method: method.to_owned(), params }))
    }

    fn send(&mut self, message: &Message) -> io::Result<()> {
        message.write(&mut &mut *self.out)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        write!(self.out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        self.out.flush()
    }
}
