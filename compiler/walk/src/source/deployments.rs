//! What was deployed when: annotations in Grafana, or a log that the pipeline of deployments keeps.
//!
//! Grafana's annotations are documented at grafana.com/docs/grafana/latest/developers/http_api/annotations. A text is
//! free there, and so are tags; pipelines write `KEY:VALUE` or `KEY=VALUE`. An annotation counts as a deployment if it
//! names a service and has the tag `deploy`, `deployment`, `deployed` or `release`, or names a revision.
//!
//! A log has a JSON document a line: `{"time": …, "service": …, "revision": …}`. The time is unix seconds or RFC 3339.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use emberline_observe::http::{Access, Client};
use serde_json::Value;

use super::reading::{either, items, number, seconds, text};
use super::{Answer, Deployed, Deployments, Trouble};

/// The most annotations that are asked for.
const MOST: &str = "1000";
/// The most bytes of a log that are read, from its end.
const LONGEST: u64 = 64 << 20;
/// Tags that say what an annotation is about.
const ABOUT: [&str; 4] = ["deploy", "deployment", "deployed", "release"];
/// Keys of a service.
const SERVICE: [&str; 4] = ["service", "service.name", "service_name", "app"];
/// Keys of a revision, the most exact first.
const REVISION: [&str; 8] =
    ["revision", "vcs.ref.head.revision", "commit", "sha", "version", "service.version", "tag", "image"];

/// A Grafana, for its annotations.
#[derive(Debug)]
pub struct Grafana {
    http: Client,
}

impl Grafana {
    /// `address` is the URL before `/api`.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("Grafana", address, access) }
    }
}

impl Deployments for Grafana {
    fn name(&self) -> String {
        self.http.name()
    }

    fn between(&self, start: f64, end: f64) -> Answer<Vec<Deployed>> {
        let millis = |seconds: f64| (seconds * 1e3).floor().max(0.0).to_string();
        let (from, to) = (millis(start), millis(end));
        let query = [("from", from.as_str()), ("to", &to), ("type", "annotation"), ("limit", MOST)];
        Ok(annotations(&self.http.get("/api/annotations", &query)?))
    }
}

/// The deployments among annotations, ordered by time.
pub(super) fn annotations(answer: &Value) -> Vec<Deployed> {
    let mut found: Vec<Deployed> = items(answer).iter().filter_map(annotation).collect();
    found.sort_by(|a, b| a.time.total_cmp(&b.time));
    found
}

fn annotation(found: &Value) -> Option<Deployed> {
    let tags = items(&found["tags"]).iter().filter_map(Value::as_str);
    let words = text(&found["text"]).split_whitespace().map(|word| word.trim_matches([',', ';']));
    let words: Vec<&str> = tags.clone().chain(words).collect();
    let of = |keys: &[&str]| keys.iter().find_map(|key| words.iter().find_map(|word| value(word, key)));
    let revision = of(&REVISION).unwrap_or_default();
    let is_about = !revision.is_empty() || tags.clone().any(|tag| ABOUT.contains(&tag.to_ascii_lowercase().as_str()));
    let time = number(&found["time"])? / 1e3;
    is_about.then_some(Deployed { time, service: of(&SERVICE)?.to_owned(), revision: revision.to_owned() })
}

/// The value of `KEY:VALUE` or `KEY=VALUE`.
fn value<'w>(word: &'w str, key: &str) -> Option<&'w str> {
    word.strip_prefix(key)?.strip_prefix([':', '=']).filter(|rest| !rest.is_empty())
}

/// A log of deployments.
#[derive(Debug)]
pub struct DeploymentLog {
    path: PathBuf,
}

impl DeploymentLog {
    /// The log is read when it is asked.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }
}

impl Deployments for DeploymentLog {
    fn name(&self) -> String {
        format!("the log {}", self.path.display())
    }

    fn between(&self, start: f64, end: f64) -> Answer<Vec<Deployed>> {
        let read = tail(&self.path).map_err(|why| Trouble(format!("{} cannot be read: {why}", self.name())))?;
        let (mut found, strange) = logged(&String::from_utf8_lossy(&read));
        if let Some(line) = strange {
            let wanted = "a JSON object with `time` and `service`, and `revision` or `version`";
            return Err(Trouble(format!("{} has a line {line} that is not {wanted}", self.name())));
        }
        found.retain(|one| (start..=end).contains(&one.time));
        Ok(found)
    }
}

/// The end of a file, from the beginning of a line.
fn tail(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let skipped = file.metadata()?.len().saturating_sub(LONGEST);
    file.seek(SeekFrom::Start(skipped))?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    if skipped > 0 {
        let first = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        bytes.drain(..first);
    }
    Ok(bytes)
}

/// The deployments of a log, ordered by time, and the first line that tells none.
pub(super) fn logged(log: &str) -> (Vec<Deployed>, Option<usize>) {
    let (mut found, mut strange) = (Vec::new(), None);
    for (at, line) in log.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line).ok().and_then(|one: Value| entry(&one)) {
            Some(one) => found.push(one),
            None => strange = strange.or(Some(at + 1)),
        }
    }
    found.sort_by(|a, b| a.time.total_cmp(&b.time));
    (found, strange)
}

fn entry(one: &Value) -> Option<Deployed> {
    let time = either(one, &["time", "timestamp", "at"]);
    let time = number(time).or_else(|| seconds(text(time)))?;
    let service = text(either(one, &SERVICE));
    let revision = text(either(one, &REVISION));
    (!service.is_empty()).then(|| Deployed { time, service: service.to_owned(), revision: revision.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn annotations_tell_services_and_revisions() {
        let found = annotations(&json!([
            {"time": 2_000, "tags": ["deploy", "service:checkout", "version:1.2.0"], "text": "by ci"},
            {"time": 1_000, "tags": ["release"], "text": "service=payments, commit=abcdef0"},
            {"time": 3_000, "tags": ["service:checkout"], "text": "on call changed"},
            {"time": 4_000, "tags": ["deploy"], "text": "nobody"},
            {"tags": ["deploy", "service:x"]}, null, 7,
        ]));
        let shown: Vec<_> = found.iter().map(|it| (it.time, it.service.as_str(), it.revision.as_str())).collect();
        assert_eq!(shown, [(1.0, "payments", "abcdef0"), (2.0, "checkout", "1.2.0")]);
        assert_eq!(annotations(&json!({"message": "x"})), []);
    }

    #[test]
    fn a_log_has_an_entry_a_line() {
        let log = "{\"time\":\"1970-01-01T00:00:02Z\",\"service\":\"a\",\"version\":\"v1\"}\n\n\
                   {\"time\":1,\"service\":\"b\",\"revision\":\"c0ffee0\"}\n";
        let (found, strange) = logged(log);
        assert_eq!(found.iter().map(|it| it.service.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(strange, None);
        assert_eq!(logged("{\"time\":1,\"service\":\"a\"}\nnonsense\n").1, Some(2));
        assert_eq!(logged("{\"service\":\"a\"}").1, Some(1));
    }
}
