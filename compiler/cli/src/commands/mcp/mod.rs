//! `emberline mcp`: tools for assistants, over the Model Context Protocol.
//!
//! `rmcp` speaks the protocol. [`tools`] says what there is, and each call runs a command of this program, so that an
//! assistant is told what a person would be told.

mod objectives;
mod tools;

use std::process::Stdio;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ServerHandler, ServiceExt};

use crate::args::Mcp;
use crate::failure::{Failure, Result};
use crate::status::Status;
use tools::{Call, Offered};

/// What an assistant is told of all tools.
const INSTRUCTIONS: &str = "\
Service-level objectives, their error budgets and alerts. Every tool only reads. Times are in UTC. A share is between 0 and 1, \
and a budget that is left may be negative.";

/// Serves until the assistant closes standard input.
pub(crate) fn run(mcp: Mcp) -> Result<Status> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::bug)?;
    let failed = |cause: &dyn std::fmt::Display| Failure::new(format!("the assistant cannot be served: {cause}"));
    let served = runtime.block_on(async {
        let server = Server { mcp: Arc::new(mcp) };
        let service = server.serve(rmcp::transport::stdio()).await.map_err(|cause| failed(&cause))?;
        service.waiting().await.map_err(|cause| failed(&cause))
    });
    // A read of standard input cannot be cancelled, and would keep the runtime alive.
    runtime.shutdown_background();
    served.map(|_| Status::Clean)
}

struct Server {
    mcp: Arc<Mcp>,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let this = Implementation::new("emberline", env!("CARGO_PKG_VERSION")).with_title("Emberline");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(this)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::offered(&self.mcp).iter().map(described).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<CallToolResponse, ErrorData> {
        let Some(offered) = tools::offered(&self.mcp).into_iter().find(|offered| offered.name == request.name) else {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", request.name), None));
        };
        let arguments = request.arguments.unwrap_or_default();
        let told = match offered.call(&self.mcp, &arguments) {
            Err(why) => Err(why),
            Ok(Call::Told(text)) => Ok(text),
            Ok(Call::Command(arguments)) => ran(&arguments).await,
        };
        Ok(match told {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            // A fault of the call is for the assistant to read and mend, and none of the protocol.
            Err(why) => CallToolResult::error(vec![ContentBlock::text(why)]),
        }
        .into())
    }
}

fn described(offered: &Offered) -> Tool {
    let hints = ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(offered.is_open);
    Tool::new(offered.name, offered.about, Arc::new(offered.schema())).with_title(offered.title).with_annotations(hints)
}

/// Runs a command of this program: what it prints, or why it could not do its work.
async fn ran(arguments: &[String]) -> std::result::Result<String, String> {
    let program = std::env::current_exe().map_err(|cause| format!("cannot find the running program: {cause}"))?;
    let mut command = tokio::process::Command::new(program);
    // Before the command, since behind it may stand a `--`.
    command.args(["--quiet", "--color", "never"]).args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.map_err(|cause| format!("cannot run {}: {cause}", arguments.join(" ")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0 | 1) => Ok(if text.trim().is_empty() { said.into_owned() } else { text }),
        // What could be found out stands before the reason why it is not all.
        _ => Err(format!("{text}{said}")),
    }
}
