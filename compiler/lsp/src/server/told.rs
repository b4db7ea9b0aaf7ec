//! What the client tells, and what it is told of findings.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use emberline_core::finding::Finding;
use emberline_core::source::SourceId;
use lsp_server::{Message, Notification};
use lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, LogMessageParams,
    MessageType, PublishDiagnosticsParams, Uri,
};
use serde::de::DeserializeOwned;

use super::{Event, Open, SETTLED, Server};
use crate::diagnostics::Diagnosing;
use crate::frame::Frame;
use crate::specs::Specs;
use crate::text;
use crate::uri;
use crate::worker::Done;

impl Server<'_> {
    /// A notification. One whose parameters cannot be read changes nothing.
    pub(super) fn notified(&mut self, told: Notification) -> io::Result<()> {
        match told.method.as_str() {
            "initialized" => self.watch(),
            "textDocument/didOpen" => {
                let Some(params) = read::<DidOpenTextDocumentParams>(told) else { return Ok(()) };
                let document = params.text_document;
                let Some(path) = uri::path(&document.uri) else { return Ok(()) };
                let place = self.world.resolve(&path);
                let open = Open { uri: document.uri, version: document.version, text: document.text };
                self.open.insert(place.clone(), open);
                self.changed(&place)
            }
            "textDocument/didChange" => self.edited(told),
            "textDocument/didClose" => {
                let Some(params) = read::<DidCloseTextDocumentParams>(told) else { return Ok(()) };
                let path = uri::path(&params.text_document.uri).map(|path| self.world.resolve(&path));
                // The file counts again, which may differ from the text.
                if path.and_then(|path| self.open.remove(&path)).is_some() {
                    self.load_after(SETTLED);
                }
                Ok(())
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                self.load_after(SETTLED);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn edited(&mut self, told: Notification) -> io::Result<()> {
        let Some(params) = read::<DidChangeTextDocumentParams>(told) else { return Ok(()) };
        let Some(path) = uri::path(&params.text_document.uri) else { return Ok(()) };
        let place = self.world.resolve(&path);
        let Some(open) = self.open.get_mut(&place) else { return Ok(()) };
        open.version = params.text_document.version;
        text::apply(&mut open.text, params.content_changes);
        // Findings of a text that has changed again are for nobody.
        let uri = serde_json::json!(params.text_document.uri);
        let is_again = |event: &Event| match event {
            Event::Frame(Frame::Message(Message::Notification(it))) => {
                it.method == "textDocument/didChange" && it.params.pointer("/textDocument/uri") == Some(&uri)
            }
            _ => false,
        };
        if self.waiting.iter().any(is_again) { Ok(()) } else { self.changed(&place) }
    }

    fn load_after(&mut self, time: Duration) {
        if self.specs.is_some() || self.load_due.is_none() {
            self.load_due = Some(Instant::now() + time);
        }
    }

    /// Takes an editor's text, and tells of its own findings.
    fn changed(&mut self, place: &Path) -> io::Result<()> {
        let Some(open) = self.open.get(place) else { return Ok(()) };
        let Some(specs) = &mut self.specs else {
            if self.world.is_spec(place) {
                self.load_after(Duration::ZERO);
            }
            return Ok(());
        };
        let Some(id) = specs.id(place) else {
            // A new spec that is not saved.
            if self.world.is_spec(place) {
                self.load_after(SETTLED);
            }
            return Ok(());
        };
        if !specs.replace(id, &open.text) {
            return Ok(());
        }
        self.moment += 1;
        self.run_due = Some(Instant::now() + SETTLED);
        self.tell_own(id)
    }

    /// Tells of the findings of one source. A policy's meaning needs a whole run: until then only a fault of its form is news.
    fn tell_own(&mut self, id: SourceId) -> io::Result<()> {
        let Some(specs) = &mut self.specs else { return Ok(()) };
        let mut findings = specs.own(id);
        if findings.is_empty() && !specs.kept.is_service(id) {
            return Ok(());
        }
        if !findings.is_empty() {
            self.world.conceal(specs.sources(), &[id], &mut findings);
        }
        let diagnostics = self.diagnostics(id, &findings);
        self.tell(id, diagnostics)
    }

    pub(super) fn done(&mut self, done: Done) -> io::Result<()> {
        match done {
            Done::Loaded(Err(why)) => {
                self.specs = None;
                let told: Vec<PathBuf> = self.told.keys().cloned().collect();
                for place in told {
                    self.tell_at(&place, Vec::new())?;
                }
                self.notify("window/logMessage", &LogMessageParams { typ: MessageType::WARNING, message: why })
            }
            Done::Loaded(Ok(fresh)) => {
                let (specs, findings) = Specs::of(*fresh);
                self.specs = Some(specs);
                self.moment += 1;
                self.read_at = self.moment;
                self.catch_up()?;
                if self.moment == self.read_at { self.tell_all(&findings) } else { Ok(()) }
            }
            Done::Ran(moment, whole, findings) => {
                if moment < self.read_at {
                    return Ok(());
                }
                if let Some(specs) = &mut self.specs {
                    specs.take(*whole);
                }
                if moment == self.moment { self.tell_all(&findings) } else { Ok(()) }
            }
        }
    }

    /// What was typed while the folder was read.
    fn catch_up(&mut self) -> io::Result<()> {
        let places: Vec<PathBuf> = self.open.keys().cloned().collect();
        for place in places {
            if self.specs.as_ref().is_some_and(|specs| specs.id(&place).is_some()) {
                self.changed(&place)?;
            }
        }
        Ok(())
    }

    /// Tells of all findings: of each file only if something changed.
    fn tell_all(&mut self, findings: &[Finding]) -> io::Result<()> {
        let Some(specs) = &self.specs else { return Ok(()) };
        let all: Vec<(SourceId, PathBuf)> = specs.all().map(|(id, place)| (id, place.to_owned())).collect();
        let gone: Vec<PathBuf> = self.told.keys().filter(|place| specs.id(place).is_none()).cloned().collect();
        for place in gone {
            self.tell_at(&place, Vec::new())?;
        }
        for (id, place) in all {
            // Findings are sorted by their source.
            let start = findings.partition_point(|finding| finding.label.span.source < id);
            let rest = findings.get(start..).unwrap_or_default();
            let own = rest.get(..rest.partition_point(|finding| finding.label.span.source == id)).unwrap_or_default();
            let diagnostics = if own.is_empty() { Vec::new() } else { self.diagnostics(id, own) };
            self.tell_at(&place, diagnostics)?;
        }
        Ok(())
    }

    fn diagnostics(&self, id: SourceId, findings: &[Finding]) -> Vec<Diagnostic> {
        let Some(specs) = &self.specs else { return Vec::new() };
        let uri = |id| self.uri_of(id);
        Diagnosing { sources: specs.sources(), uri: &uri, world: &*self.world }.all(id, findings)
    }

    fn tell(&mut self, id: SourceId, diagnostics: Vec<Diagnostic>) -> io::Result<()> {
        let place = self.specs.as_ref().and_then(|specs| specs.place(id)).map(Path::to_owned);
        place.map_or(Ok(()), |place| self.tell_at(&place, diagnostics))
    }

    fn tell_at(&mut self, place: &Path, diagnostics: Vec<Diagnostic>) -> io::Result<()> {
        let known = self.told.get(place).map(Vec::as_slice).unwrap_or_default();
        let version = self.open.get(place).map(|open| open.version);
        // An open text gets an answer to each of its versions.
        if known == diagnostics && version.is_none() {
            return Ok(());
        }
        let Some(uri) = self.uri_at(place) else { return Ok(()) };
        self.notify(
            "textDocument/publishDiagnostics",
            &PublishDiagnosticsParams { uri, diagnostics: diagnostics.clone(), version },
        )?;
        if diagnostics.is_empty() {
            self.told.remove(place);
        } else {
            self.told.insert(place.to_owned(), diagnostics);
        }
        Ok(())
    }

    /// The URI of a source, as its editor spells it.
    pub(super) fn uri_of(&self, id: SourceId) -> Option<Uri> {
        self.uri_at(self.specs.as_ref()?.place(id)?)
    }

    fn uri_at(&self, place: &Path) -> Option<Uri> {
        self.open.get(place).map(|open| open.uri.clone()).or_else(|| uri::of(place))
    }
}

fn read<T: DeserializeOwned>(told: Notification) -> Option<T> {
    serde_json::from_value(told.params).ok()
}
