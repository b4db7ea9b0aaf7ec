//! Completion: fields and words from the schema, metrics and labels from what is exported and declared.

use std::collections::BTreeMap;

use emberline_core::model::Common;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent, MarkupKind, TextEdit,
};

use crate::at::Step;
use crate::names::{self, Series};
use crate::outline::{self, Writing};
use crate::promql::{self, Part};
use crate::schema::Field;
use crate::text::Lines;

/// The most proposals; an editor asks again as more is written.
const MOST: usize = 500;

/// What completion goes by.
#[derive(Debug, Clone, Copy)]
pub struct Completing<'c> {
    /// The text of the file.
    pub text: &'c str,
    /// Where its lines begin.
    pub lines: &'c Lines,
    /// Its schema.
    pub schema: Field<'c>,
    /// What all services have in common.
    pub common: Option<&'c Common>,
}

impl Completing<'_> {
    /// What may stand at a byte; also whether there is more.
    #[must_use]
    pub fn at(&self, byte: usize) -> (Vec<CompletionItem>, bool) {
        let (steps, writing) = outline::at(self.text, byte);
        let mut items = match writing {
            Writing::Key { start, taken } => self.keys(&steps, &taken, start..byte),
            Writing::Value { start } => self.values(&steps, start..byte),
        };
        let is_cut = items.len() > MOST;
        items.truncate(MOST);
        (items, is_cut)
    }

    fn keys(&self, steps: &[Step], taken: &[String], range: std::ops::Range<usize>) -> Vec<CompletionItem> {
        let Some(field) = self.schema.down(steps) else { return Vec::new() };
        let fields = field.fields();
        if fields.is_empty() || field.is_promql() {
            return self.values(steps, range);
        }
        let free = fields.into_iter().filter(|(name, ..)| !taken.iter().any(|it| it == name));
        let item = |(name, field, required): (&str, Field<'_>, bool)| {
            let after = if field.is_nested() { ":" } else { ": " };
            let mut item = self.item(name, &format!("{name}{after}"), range.clone(), CompletionItemKind::FIELD);
            item.detail = required.then(|| "required".to_owned());
            // Required ones first.
            item.sort_text = Some(format!("{}{name}", u8::from(!required)));
            item.documentation = field.description().map(markdown);
            item
        };
        free.map(item).collect()
    }

    fn values(&self, steps: &[Step], range: std::ops::Range<usize>) -> Vec<CompletionItem> {
        let Some(field) = self.schema.down(steps) else { return Vec::new() };
        let written = self.text.get(range.clone()).unwrap_or_default();
        let last = steps.iter().rev().find_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Item(_) => None,
        });
        let series = || self.common.map(names::series).unwrap_or_default();
        if field.is_promql() {
            return self.selector(written, range.end, &series());
        }
        // The last element of a list between brackets.
        let begun = written.rsplit(['[', ',']).next().unwrap_or(written).trim_start();
        let range = range.end - begun.len()..range.end;
        match last {
            Some("metric") => {
                let stems = series().into_iter().filter_map(|(name, series)| {
                    let stem = name.strip_suffix("_bucket").map(str::to_owned);
                    Some((stem.or_else(|| series.detail.contains("histogram").then_some(name))?, series))
                });
                let stems: BTreeMap<String, Series> = stems.collect();
                return self.series(&stems, range);
            }
            Some("group_by" | "replica_label" | "duplicates") => {
                let all = names::labels(&series(), "");
                return all.keys().map(|it| self.item(it, it, range.clone(), CompletionItemKind::PROPERTY)).collect();
            }
            Some("service") if steps.iter().any(|step| *step == Step::Key("calls".to_owned())) => {
                let all = self.common.map(|common| common.index.services().map(str::to_owned).collect::<Vec<_>>());
                let all = all.unwrap_or_default();
                return all.iter().map(|it| self.item(it, it, range.clone(), CompletionItemKind::MODULE)).collect();
            }
            _ => {}
        }
        let words = field.words();
        // A list proposes the words of its elements.
        let words =
            if words.is_empty() { field.down(&[Step::Item(0)]).map(Field::words).unwrap_or_default() } else { words };
        let mut items: Vec<CompletionItem> = Vec::new();
        for (word, meaning) in words {
            let mut item = self.item(&word, &word, range.clone(), CompletionItemKind::ENUM_MEMBER);
            item.documentation = meaning.map(markdown);
            items.push(item);
        }
        for example in field.examples() {
            let mut item = self.item(&example, &example, range.clone(), CompletionItemKind::VALUE);
            item.detail = Some("example".to_owned());
            items.push(item);
        }
        items
    }

    fn selector(&self, written: &str, end: usize, all: &BTreeMap<String, Series>) -> Vec<CompletionItem> {
        match promql::part(written) {
            Part::Metric(begun) => self.series(all, end - begun.len()..end),
            Part::Label(metric, begun) => {
                let labels = names::labels(all, metric);
                let range = end - begun.len()..end;
                labels.keys().map(|it| self.item(it, it, range.clone(), CompletionItemKind::PROPERTY)).collect()
            }
            Part::Value(metric, label, begun) => {
                let labels = names::labels(all, metric);
                let range = end - begun.len()..end;
                let values = labels.get(label).into_iter().flatten();
                values.map(|it| self.item(it, it, range.clone(), CompletionItemKind::VALUE)).collect()
            }
        }
    }

    fn series(&self, all: &BTreeMap<String, Series>, range: std::ops::Range<usize>) -> Vec<CompletionItem> {
        let begun = self.text.get(range.clone()).unwrap_or_default().to_lowercase();
        // An editor matches loosely, so those that begin so come first and none is left out.
        let (first, rest): (Vec<_>, Vec<_>) = all.iter().partition(|(name, _)| name.to_lowercase().starts_with(&begun));
        let item = |(name, series): (&String, &Series)| {
            let mut item = self.item(name, name, range.clone(), CompletionItemKind::VARIABLE);
            item.detail = Some(series.detail.clone());
            item
        };
        first.into_iter().chain(rest).map(item).collect()
    }

    fn item(&self, label: &str, text: &str, range: std::ops::Range<usize>, kind: CompletionItemKind) -> CompletionItem {
        let range = self.lines.range(self.text, range);
        CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: text.to_owned() })),
            ..CompletionItem::default()
        }
    }
}

fn markdown(text: &str) -> Documentation {
    Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: text.to_owned() })
}
