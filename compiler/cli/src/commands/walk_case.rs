//! `emberline walk --case`: a frozen incident, without servers.

use std::path::Path;

use emberline_incident as incident;

use crate::args::ReportFormat;
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal;
use crate::world::shown;

/// Walks the case of a folder, and prints the verdict.
pub(super) fn run(folder: &Path, format: ReportFormat) -> Result<Status> {
    if !folder.is_dir() {
        return Err(Failure::new(format!("{} is no folder", shown(folder)))
            .help("`--case` names a folder with `alert.json`, as `walk --export` writes it"));
    }
    let verdict = incident::walk(folder).map_err(|fault| {
        Failure::new(format!("the case in {} cannot be read: {fault}", shown(folder)))
            .help("mend the line, or remove the file: every file but `alert.json` may be absent")
    })?;
    let text = match format {
        ReportFormat::Human => terminal::clean(&incident::human(&verdict)),
        ReportFormat::Markdown => incident::markdown(&verdict),
        ReportFormat::Json => {
            let json = serde_json::to_string_pretty(&verdict);
            json.map_err(|cause| Failure::bug(format!("a verdict cannot be written as JSON: {cause}")))? + "\n"
        }
    };
    terminal::print(|out| out.write_all(text.as_bytes()))?;
    Ok(if verdict.certain { Status::Clean } else { Status::Findings })
}
