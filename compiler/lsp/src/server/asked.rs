//! Requests and their answers.

use emberline_core::yaml::{self, Node};
use lsp_server::{ErrorCode, Request};
use lsp_types::{
    CompletionList, CompletionParams, CompletionResponse, GotoDefinitionParams, GotoDefinitionResponse, Hover,
    HoverContents, HoverParams, Location, MarkupContent, MarkupKind, TextDocumentPositionParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Phase, Server};
use crate::complete::Completing;
use crate::define::{self, Definition};
use crate::hover;
use crate::text::Lines;
use crate::uri;

/// A result, or a code and a sentence.
pub(super) type Answer = Result<Value, (ErrorCode, String)>;

/// Reads a request's parameters.
pub(super) fn read<T: DeserializeOwned>(params: Value) -> Result<T, (ErrorCode, String)> {
    serde_json::from_value(params).map_err(|cause| (ErrorCode::InvalidParams, cause.to_string()))
}

/// Writes a result.
pub(super) fn answer<T: Serialize>(result: T) -> Answer {
    serde_json::to_value(result).map_err(|cause| (ErrorCode::InternalError, cause.to_string()))
}

/// A place in a spec that an editor shows.
struct Place {
    id: emberline_core::source::SourceId,
    text: String,
    lines: Lines,
    byte: usize,
}

impl Server<'_> {
    pub(super) fn answer(&mut self, request: Request) -> Answer {
        match request.method.as_str() {
            "shutdown" => {
                self.phase = Phase::ShutDown;
                Ok(Value::Null)
            }
            "textDocument/hover" => {
                let params: HoverParams = read(request.params)?;
                answer(self.hover(&params.text_document_position_params))
            }
            "textDocument/completion" => {
                let params: CompletionParams = read(request.params)?;
                answer(self.complete(&params.text_document_position))
            }
            "textDocument/definition" => {
                let params: GotoDefinitionParams = read(request.params)?;
                answer(self.define(&params.text_document_position_params))
            }
            "initialize" => Err((ErrorCode::InvalidRequest, "the session has begun".to_owned())),
            method => Err((ErrorCode::MethodNotFound, format!("this server has no `{method}`"))),
        }
    }

    /// The place that a request names; `None` for a file that is no spec.
    fn place(&self, at: &TextDocumentPositionParams) -> Option<Place> {
        let path = self.world.resolve(&uri::path(&at.text_document.uri)?);
        let specs = self.specs.as_ref()?;
        let id = specs.id(&path)?;
        let open = self.open.get(&path).map(|open| &open.text);
        let text = open.unwrap_or(&specs.sources().get(id).text).clone();
        let lines = Lines::of(&text);
        let byte = lines.byte(&text, at.position);
        Some(Place { id, text, lines, byte })
    }

    fn documents(place: &Place) -> Vec<Node> {
        yaml::parse(place.id, &place.text).documents
    }

    fn hover(&mut self, at: &TextDocumentPositionParams) -> Option<Hover> {
        let place = self.place(at)?;
        let specs = self.specs.as_mut()?;
        let is_central = specs.sources().central() == Some(place.id);
        let path = specs.sources().get(place.id).path.clone();
        let schema = self.schemas.of(&path, is_central)?;
        let documents = Self::documents(&place);
        let (value, span) = hover::at(&documents, place.byte, schema, || specs.kept.plans(place.id))?;
        Some(Hover {
            contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
            range: Some(place.lines.range(&place.text, span.range())),
        })
    }

    fn complete(&self, at: &TextDocumentPositionParams) -> Option<CompletionResponse> {
        let place = self.place(at)?;
        let specs = self.specs.as_ref()?;
        let source = specs.sources().get(place.id);
        let schema = self.schemas.of(&source.path, specs.sources().central() == Some(place.id))?;
        let completing = Completing { text: &place.text, lines: &place.lines, schema, common: specs.kept.common() };
        let (items, is_incomplete) = completing.at(place.byte);
        Some(CompletionResponse::List(CompletionList { is_incomplete, items }))
    }

    fn define(&mut self, at: &TextDocumentPositionParams) -> Option<GotoDefinitionResponse> {
        let place = self.place(at)?;
        let world = std::sync::Arc::clone(&self.world);
        let specs = self.specs.as_mut()?;
        let documents = Self::documents(&place);
        let plans = specs.kept.plans(place.id);
        let stem = |service: &str| {
            let plan = plans.iter().find(|plan| plan.name == service)?;
            let team = plan.team.and_then(|at| specs.kept.common()?.teams.get(at));
            Some((team.map_or(String::new(), |team| team.name.clone()), plan.stem.clone()))
        };
        let found = define::at(&documents, place.byte, specs.kept.common(), &*world, stem)?;
        let location = match found {
            Definition::Generated(location) => location,
            Definition::Spec(span) => {
                let text = &specs.sources().get(span.source).text;
                let range = Lines::of(text).range(text, span.range());
                Location { uri: self.uri_of(span.source)?, range }
            }
        };
        Some(GotoDefinitionResponse::Scalar(location))
    }
}
