//! The first request: what the client can do, and what this server does.

use lsp_server::{Message, Request};
use lsp_types::{
    CompletionOptions, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    HoverProviderCapability, InitializeParams, InitializeResult, OneOf, Registration, RegistrationParams, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions,
};
use serde_json::Value;

use super::asked::Answer;
use super::{Phase, Server};
use crate::uri;

impl Server<'_> {
    pub(super) fn initialize(&mut self, params: Value) -> Answer {
        let params: InitializeParams = super::asked::read(params)?;
        let folders = params.workspace_folders.iter().flatten().find_map(|folder| uri::path(&folder.uri));
        #[expect(deprecated, reason = "clients of before folders send it alone")]
        let root = folders.or_else(|| params.root_uri.as_ref().and_then(uri::path));
        if let Some(root) = root {
            self.world.enter(&root);
        }
        let files = params.capabilities.workspace.and_then(|it| it.did_change_watched_files);
        self.watches = files.and_then(|it| it.dynamic_registration).unwrap_or_default();
        self.phase = Phase::Serving;
        self.load_due = Some(std::time::Instant::now());
        super::asked::answer(InitializeResult {
            capabilities: capabilities(),
            server_info: Some(ServerInfo {
                name: "emberline".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        })
    }

    /// Asks the client to tell of files that change on disk.
    pub(super) fn watch(&mut self) -> std::io::Result<()> {
        if !self.watches {
            return Ok(());
        }
        let pattern = GlobPattern::String("**/*.{yaml,yml}".to_owned());
        let watchers = vec![FileSystemWatcher { glob_pattern: pattern, kind: None }];
        let options = serde_json::to_value(DidChangeWatchedFilesRegistrationOptions { watchers });
        let method = "workspace/didChangeWatchedFiles".to_owned();
        let registration = Registration { id: method.clone(), method, register_options: options.ok() };
        let params = serde_json::to_value(RegistrationParams { registrations: vec![registration] });
        let params = params.map_err(std::io::Error::other)?;
        let method = "client/registerCapability".to_owned();
        self.send(&Message::Request(Request { id: "watch".to_owned().into(), method, params }))
    }
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([" ", "{", ",", "\"", "="].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}
