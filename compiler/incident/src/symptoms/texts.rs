//! Symptoms of log lines: patterns that are new since the onset.

use std::collections::{BTreeMap, BTreeSet};

use super::lexicon::phrases;
use crate::read::{Case, Line};
use crate::sign::{Fact, Sign};
use crate::words;

/// A pattern of log lines that is new since the onset.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) service: String,
    /// As in [`crate::read::Line`].
    pub(crate) severity: u8,
    /// The first such line.
    pub(crate) text: String,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) at: Option<i64>,
    pub(crate) count: usize,
    pub(crate) place: String,
}

impl Text {
    /// Whether the line only says that a caller gave up.
    pub(super) fn cancelled(&self) -> bool {
        signs(&self.text).iter().any(|(sign, _)| *sign == Sign::Cancelled)
    }

    fn whole(&self) -> String {
        let mut whole = self.text.clone();
        for (name, value) in &self.fields {
            if !matches!(name.as_str(), "http.route" | "component" | "level" | "http.status_code") {
                whole.push_str(" ; ");
                whole.push_str(value);
            }
        }
        whole
    }
}

/// Services of the platform: those whose every line is an event of an orchestrator or node agent.
pub(super) fn platform(case: &Case) -> BTreeSet<String> {
    let mut found: BTreeMap<&str, bool> = BTreeMap::new();
    for line in &case.lines {
        let event = line.fields.contains_key("event_type")
            || line.fields.contains_key("reason") && line.fields.keys().any(|name| name.starts_with("k8s."));
        *found.entry(&line.service).or_insert(true) &= event;
    }
    let named = case.lines.iter().map(|line| &*line.service).chain(case.series.iter().map(|series| &*series.service));
    let named = named.filter(|service| service.starts_with("kube"));
    found.iter().filter(|(_, all)| **all).map(|(service, _)| *service).chain(named).map(str::to_owned).collect()
}

/// Patterns that were not there before the onset, in the order of services and texts.
pub(super) fn fresh(case: &Case, start: Option<i64>) -> Vec<Text> {
    // A sample is taken up to a minute after what it shows.
    let start = start.unwrap_or(i64::MIN).saturating_sub(120_000);
    let mut found: BTreeMap<(&str, String), Text> = BTreeMap::new();
    let mut usual: BTreeSet<(&str, String)> = BTreeSet::new();
    let mut anywhere: BTreeSet<String> = BTreeSet::new();
    for line in &case.lines {
        let key = (&*line.service, words::masked(&line.text));
        if line.at < start {
            anywhere.insert(key.1.clone());
            usual.insert(key);
            continue;
        }
        let text = found.entry(key).or_insert_with(|| Text {
            service: line.service.clone(),
            severity: line.severity,
            text: line.text.clone(),
            fields: line.fields.clone(),
            at: Some(line.at),
            count: 0,
            place: format!("logs.ndjson:{}", line.line),
        });
        text.count += 1;
    }
    // What other services logged before, and this one logs once, is noise of a library that all have.
    let news =
        |(key, text): &((&str, String), Text)| !usual.contains(key) && (text.count > 2 || !anywhere.contains(&key.1));
    let mut fresh: Vec<Text> = found.into_iter().filter(news).map(|(_, text)| text).collect();
    for pattern in &case.patterns {
        let grown = pattern.more > 0.0 && pattern.more >= pattern.count * 0.5;
        // The lines say better than a count whether a pattern was there before.
        let lines = case.lines.iter().filter(|line| line.at < start && line.service == pattern.service);
        if grown && !lines.clone().any(|line| skeleton(&line.text) == skeleton(&pattern.signature)) {
            fresh.push(Text {
                service: pattern.service.clone(),
                severity: u8::from(pattern.negative),
                text: pattern.signature.clone(),
                fields: BTreeMap::new(),
                at: None,
                count: pattern.count.clamp(0.0, 1e9) as usize,
                place: format!("patterns.json, pattern {}", pattern.index),
            });
        }
    }
    fresh
}

/// The words of a text without those that hold digits or placeholders: lines and patterns mask differently.
fn skeleton(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || ",;=()[]{}:\"'".contains(letter));
    let plain = words.filter(|word| word.chars().all(char::is_alphabetic) && word.len() > 1);
    plain.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The signs of a text, each with its strength.
pub(super) fn signs(text: &str) -> Vec<(Sign, f64)> {
    let text = text.to_lowercase();
    let holds = |phrase: &str| phrase.split('+').all(|part| found(&text, part));
    let mut signs: Vec<(Sign, f64)> = phrases()
        .filter(|(_, _, phrases)| phrases.iter().any(|phrase| holds(phrase)))
        .map(|(sign, sure, _)| (*sign, *sure))
        .collect();
    // A missing table is also "not found"; the special sign wins over the general one.
    let special = signs.iter().any(|(sign, _)| {
        matches!(
            sign,
            Sign::SchemaMissing | Sign::FieldUnknown | Sign::NameUnresolved | Sign::LinkMissing | Sign::ConfigMissing
        )
    });
    if special {
        signs.retain(|(sign, _)| !matches!(sign, Sign::NotFound | Sign::DecodeFailed));
    }
    signs
}

/// Whether a text names a number just above what 16 or 32 bits hold.
fn wide(text: &str) -> bool {
    let limits = [f64::from(i16::MAX), f64::from(u16::MAX), f64::from(i32::MAX), f64::from(u32::MAX)];
    let near = |number: f64| limits.iter().any(|limit| number >= *limit && number <= limit * 1.0005);
    words::numbers(text).iter().any(|number| near(number.raw))
}

/// Whether a text holds a phrase. A phrase of one short word or a number stands alone.
fn found(text: &str, phrase: &str) -> bool {
    let alone = phrase.len() <= 4 && phrase.chars().all(char::is_alphanumeric);
    if !alone {
        return text.contains(phrase);
    }
    text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == phrase)
}

/// From this count of the most frequent new pattern on, a line that came once is noise.
const MANY: usize = 15;

/// How much a pattern says by its count. Among many new lines, one line is what always comes now and then.
fn said(text: &Text, most: usize, platform: &BTreeSet<String>) -> f64 {
    match text.count {
        // An orchestrator tells each of its events once.
        _ if most < MANY || platform.contains(&text.service) => 1.0,
        1 => 0.25,
        2 => 0.5,
        _ => 1.0,
    }
}

/// The facts that new patterns are.
pub(super) fn facts(fresh: &[Text], platform: &BTreeSet<String>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let most = fresh.iter().filter(|text| text.at.is_some()).map(|text| text.count).max().unwrap_or(0);
    for text in fresh {
        let said = said(text, most, platform);
        let mut signs = signs(&text.whole());
        if wide(&text.text) {
            signs.push((Sign::WrongValues, 0.9));
        }
        for (sign, sure) in signs {
            let loud = match text.severity {
                0 => 0.7,
                _ => 1.0,
            };
            facts.push(Fact {
                sign,
                strength: sure * loud * said,
                service: text.service.clone(),
                at: text.at,
                text: format!("{} logs, {} times: {}", text.service, text.count, clipped(&text.text)),
                place: text.place.clone(),
            });
        }
        if text.severity == 2 {
            facts.push(Fact {
                sign: Sign::ErrorsUp,
                strength: 0.6 * said,
                service: text.service.clone(),
                at: text.at,
                text: format!("{} logs, {} times: {}", text.service, text.count, clipped(&text.text)),
                place: text.place.clone(),
            });
        }
    }
    facts
}

/// One record that fails again and again: all errors of a pattern name the same record, message or offset.
pub(super) fn poison(case: &Case, fresh: &[Text]) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut groups: BTreeMap<(&str, String), Vec<&Line>> = BTreeMap::new();
    for line in &case.lines {
        groups.entry((&line.service, words::masked(&line.text))).or_default().push(line);
    }
    for text in fresh.iter().filter(|text| text.severity > 0 && text.at.is_some() && text.count >= 4) {
        let same = groups.get(&(&*text.service, words::masked(&text.text))).cloned().unwrap_or_default();
        let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut lines = 0;
        for line in same {
            lines += 1;
            for (name, value) in record(&line.text, &line.fields) {
                ids.entry(name).or_default().insert(value);
            }
        }
        let stuck = ids.iter().find(|(_, values)| values.len() == 1);
        if let Some((name, values)) = stuck
            && lines >= 4
        {
            let value = values.first().cloned().unwrap_or_default();
            facts.push(Fact {
                sign: Sign::Poison,
                strength: 1.0,
                service: text.service.clone(),
                at: text.at,
                text: format!("all {lines} such errors of {} name the same {name} {value}", text.service),
                place: text.place.clone(),
            });
        }
    }
    facts
}

/// The fields of a line that name one record: `offset=12`, `record_id=a7`, `message_id`, `key`.
fn record(text: &str, fields: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let named = |name: &str| {
        let parts = words::parts(name);
        let one =
            ["offset", "record", "message", "msg", "event", "row", "object", "document", "doc", "sequence", "job"];
        let is = |word: &str| parts.iter().any(|part| part == word);
        is("offset") || is("seq") || one.iter().any(|word| is(word)) && (is("id") || is("key") || is("uuid"))
    };
    let written = text.split([' ', ',', ';', '(', ')']).filter_map(|word| word.split_once('='));
    let written = written.map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
    let inside = fields.iter().map(|(name, value)| (name.clone(), value.clone()));
    written.chain(inside).filter(|(name, value)| named(name) && !value.is_empty()).collect()
}

/// A text that fits a line.
pub(super) fn clipped(text: &str) -> String {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(160).collect();
    if line.len() < text.len() { format!("{}…", line.trim_end()) } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_in_any_language() {
        let first = |text| signs(text).first().map(|(sign, _)| *sign);
        assert_eq!(first("TypeError: Cannot read properties of undefined (reading 'id')"), Some(Sign::NullDereference));
        assert_eq!(first("relation \"favourites\" does not exist"), Some(Sign::SchemaMissing));
        assert_eq!(first("HTTP 429 from api"), Some(Sign::Quota));
        assert_eq!(first("took 4290 ms"), None);
        assert_eq!(first("handled request"), None);
    }
}
