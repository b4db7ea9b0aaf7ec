//! A person as a drill's search: what they type in is the answer.

use std::io::BufRead;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use emberline_drill::clock::interrupted;
use emberline_drill::record::{SuspectRecord, Verdict};
use emberline_drill::repository::Repository;
use emberline_drill::search::{Conclusion, Scene, Search};
use emberline_walk::source::{Answer, Endpoints, Product, Trouble};

use crate::terminal;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2 * 60 * 60);

/// Somebody at the terminal.
pub(super) struct Person<'p> {
    endpoints: &'p Endpoints,
    repository: &'p Repository,
    ended: &'p AtomicBool,
}

impl<'p> Person<'p> {
    /// Somebody who is told where things answer and where the history is.
    pub(super) fn new(endpoints: &'p Endpoints, repository: &'p Repository, ended: &'p AtomicBool) -> Self {
        Self { endpoints, repository, ended }
    }

    /// A line that was typed; reading has a thread of its own, which the end of the program takes along.
    fn line(&self) -> Answer<String> {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = std::io::stdin().lock().read_line(&mut line);
            // Nobody listens any more once the drill has ended.
            let _ = tell.send(read.map(|length| (length > 0).then_some(line)));
        });
        let began = Instant::now();
        loop {
            match told.recv_timeout(Duration::from_millis(200)) {
                Ok(Ok(Some(line))) => return Ok(line),
                Ok(_) => return Err(Trouble("standard input ended without an answer".to_owned())),
                Err(_) if self.ended.load(Ordering::Relaxed) => return Err(interrupted()),
                Err(_) if began.elapsed() > PATIENCE => {
                    return Err(Trouble(format!("no answer within {} s", PATIENCE.as_secs())));
                }
                Err(_) => {}
            }
        }
    }
}

impl Search for Person<'_> {
    fn look(&mut self, scene: &Scene<'_>) -> Answer<Conclusion> {
        let labels: Vec<String> = scene.alert.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        terminal::say(&terminal::clean(&format!("{} fires: {}", scene.alert.name, labels.join(" "))));
        if let Some(page) = scene.alert.annotations.get("runbook_url") {
            terminal::say(&terminal::clean(&format!("runbook: {page}")));
        }
        for product in Product::ALL {
            if let Some(address) = self.endpoints.address(product) {
                terminal::say(&terminal::clean(&format!("{}: {address}", product.key().replace('_', " "))));
            }
        }
        terminal::say(&format!(
            "history: git -C {} log {}..{}",
            self.repository.folder().display(),
            scene.good,
            scene.deployed
        ));
        let (verdict, suspects) = loop {
            terminal::say("type the commit that is the root cause, `none` if it is no commit, or `?` to give up:");
            let typed = self.line()?;
            match typed.trim() {
                "none" => break (Verdict::NoCodeChange, Vec::new()),
                "?" => break (Verdict::NotCertain, Vec::new()),
                commit => match self.repository.find(commit)? {
                    Some(found) => break (Verdict::Commit, vec![found]),
                    None => terminal::say(&terminal::clean(&format!("git knows no commit `{commit}`"))),
                },
            }
        };
        let suspect = |commit| SuspectRecord {
            commit,
            subject: String::new(),
            confidence: 1.0,
            reasons: vec!["named by a person".to_owned()],
        };
        Ok(Conclusion {
            verdict,
            suspects: suspects.into_iter().map(suspect).collect(),
            trace_id: None,
            functions: Vec::new(),
            gaps: Vec::new(),
            artefacts: Vec::new(),
        })
    }
}
