//! `context/`: what changed. Commits with diffs, deployments and flags.

use serde_json::Value;

use super::case::{Commit, Deploy, Flag};
use super::json::{instant, objects, string};
use crate::clock;
use crate::fault::Fault;

/// A longer diff is cut: a walk's time is bounded.
const LONGEST: usize = 1 << 16;

/// Reads commits, ordered by time and id.
pub(super) fn commits(text: &str) -> Result<Vec<Commit>, Fault> {
    let file = "context/commits.json";
    let mut found = Vec::new();
    for (index, fields) in objects(file, text)?.iter().enumerate() {
        let sha = string(fields, &["sha", "commit_sha", "id"]);
        if sha.is_empty() {
            return Err(Fault::new(file, None, format!("commit {} has no `sha`", index + 1)));
        }
        let files = match fields.get("files_changed").or_else(|| fields.get("files")) {
            Some(Value::Array(files)) => files.iter().filter_map(|file| file.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let mut diff = fields.get("diff").and_then(Value::as_str).map(str::to_owned);
        if let Some(diff) = &mut diff
            && diff.len() > LONGEST
        {
            let end = (0..=LONGEST).rev().find(|at| diff.is_char_boundary(*at)).unwrap_or(0);
            diff.truncate(end);
        }
        found.push(Commit { sha, at: fields.get("timestamp").and_then(clock::instant), files, diff });
    }
    found.sort_by(|a, b| (a.at, &a.sha).cmp(&(b.at, &b.sha)));
    found.dedup_by(|a, b| a.sha == b.sha);
    Ok(found)
}

/// Reads deployments in the order of time.
pub(super) fn deploys(text: &str) -> Result<Vec<Deploy>, Fault> {
    let file = "context/deploys.json";
    let mut found = Vec::new();
    for (index, fields) in objects(file, text)?.iter().enumerate() {
        let at = instant(fields, &["timestamp", "time"])
            .map_err(|why| Fault::new(file, None, format!("deployment {}: {why}", index + 1)))?;
        let sha = string(fields, &["commit_sha", "sha", "revision"]);
        found.push(Deploy { at, service: string(fields, &["service"]), sha });
    }
    found.sort_by(|a, b| (a.at, &a.service, &a.sha).cmp(&(b.at, &b.service, &b.sha)));
    Ok(found)
}

/// Reads changes of flags in the order of time.
pub(super) fn flags(text: &str) -> Result<Vec<Flag>, Fault> {
    let file = "context/flags.json";
    let mut found = Vec::new();
    for (index, fields) in objects(file, text)?.iter().enumerate() {
        let at = instant(fields, &["timestamp", "time"])
            .map_err(|why| Fault::new(file, None, format!("flag {}: {why}", index + 1)))?;
        let (flag, service) = (string(fields, &["flag", "name"]), string(fields, &["service"]));
        found.push(Flag { at, flag, service, change: string(fields, &["change"]) });
    }
    found.sort_by(|a, b| (a.at, &a.flag).cmp(&(b.at, &b.flag)));
    Ok(found)
}
