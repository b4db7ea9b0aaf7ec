//! Rule files that others wrote, over the same history.

use std::path::Path;

use emberline_backtest::incident::{self, Incident};
use emberline_backtest::rulefile::{self, RuleFile, Theirs};
use emberline_backtest::{OfFile, Server, Span};

use crate::failure::{Failure, Result};
use crate::render::counted;
use crate::world::{read, shown};

pub(super) fn read(path: &Path) -> Result<RuleFile> {
    RuleFile::read(&shown(path), &text(path)?).map_err(Failure::new)
}

/// The text of a file that somebody named.
pub(super) fn text(path: &Path) -> Result<String> {
    String::from_utf8(read::contents(path)?).map_err(|_| Failure::new(format!("{} is not UTF-8", shown(path))))
}

/// The alerts of rule files, which are replayed as one set: one file may record what another reads.
pub(super) fn replayed(
    files: &[RuleFile],
    incidents: Option<&[Incident]>,
    server: &Server<'_>,
    (from, until): (i64, i64),
) -> Result<Vec<OfFile>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let span = Span { from, until, targets: Vec::new(), backfill: None };
    let mut rest = rulefile::replay(files, server, &span).map_err(Failure::new)?;
    let of_file = |file: &RuleFile| {
        let (alerts, others): (Vec<Theirs>, Vec<Theirs>) =
            std::mem::take(&mut rest).into_iter().partition(|theirs| theirs.file == file.name);
        rest = others;
        let judged = incidents.map(|all| incident::judge_theirs(all, &alerts, (from, until)));
        OfFile { file: file.name.clone(), from, until, alerts, judged }
    };
    Ok(files.iter().map(of_file).collect())
}

/// Fails if an alert was not replayed, as for objectives: whoever compares should not miss it.
pub(super) fn complete(files: &[OfFile]) -> Result<()> {
    let alerts = files.iter().flat_map(|of_file| &of_file.alerts);
    let unknown: Vec<(&Theirs, &String)> =
        alerts.filter_map(|theirs| Some((theirs, theirs.not_replayed.as_ref()?))).collect();
    let Some((Theirs { file, line, alert, .. }, why)) = unknown.first() else { return Ok(()) };
    let count = counted(unknown.len(), "alert");
    Err(Failure::new(format!("{count} could not be replayed: {file}:{line}: {alert}: {why}")))
}
