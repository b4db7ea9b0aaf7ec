//! The texts that rules are applied to, each with its place.

use std::fs;
use std::path::{Path, PathBuf};

use emberline_core::code;

use crate::literals;

/// A text, or a part of a file.
pub(crate) struct Text {
    /// Relative to the checkout.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Whether its sentences are counted: templates, help and findings.
    pub(crate) is_prose: bool,
    /// The line of the file on which the text begins.
    line: usize,
}

impl Text {
    pub(crate) fn new(path: &str, text: &str, is_prose: bool) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), is_prose, line: 1 }
    }

    /// The line of the file that holds this byte of the text.
    pub(crate) fn line_at(&self, at: usize) -> usize {
        self.line + self.text[..at].matches('\n').count()
    }
}

pub(crate) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every text file that git would track, by its path; what drills recorded is evidence, which nobody rewrites.
pub(crate) fn repository() -> Vec<Text> {
    let root = checkout().canonicalize().unwrap();
    let files = ignore::WalkBuilder::new(&root).hidden(false).build().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
    let relative = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    let paths = files.map(|entry| relative(entry.path()));
    let mut paths: Vec<String> =
        paths.filter(|path| !path.starts_with(".git/") && !path.starts_with("generated/incidents/")).collect();
    paths.sort();
    let read = |path: String| Some(Text::new(&path, &fs::read_to_string(root.join(&path)).ok()?, false));
    paths.into_iter().filter_map(read).collect()
}

fn is_documentation(path: &str) -> bool {
    let is_at_root = !path.contains('/');
    path.ends_with(".md") && (is_at_root || path.starts_with("compiler/docs/"))
}

/// Pages for people who use or build Emberline.
pub(crate) fn documentation() -> Vec<Text> {
    repository().into_iter().filter(|text| is_documentation(&text.path)).collect()
}

/// Every text that a user reads: documentation, templates, what the product prints, and what it generates.
pub(crate) fn user() -> Vec<Text> {
    let mut texts = Vec::new();
    for file in repository() {
        let path = file.path.as_str();
        if path.starts_with("compiler/docs/contributing/style") {
            // It names what it leaves out.
        } else if is_documentation(path) || path.starts_with("generated/") {
            texts.push(file);
        } else if path.starts_with("compiler/") && path.contains("/templates/") {
            texts.push(Text::new(path, &without_tags(&file.text), true));
        } else if path.starts_with("compiler/")
            && path.contains("/src/")
            && path.ends_with(".rs")
            && !path.ends_with("tests.rs")
            && !path.contains("/tests/")
        {
            let source = literals::without_tests(&file.text);
            let is_page = path.starts_with("compiler/core/src/code/");
            let has_help = path.starts_with("compiler/core/src/spec/") || path.contains("/src/args");
            let comments = if has_help { literals::doc_comments(source) } else { Vec::new() };
            for literal in literals::of(source).into_iter().chain(comments) {
                let line = source[..literal.at].matches('\n').count() + 1;
                let text = without_arguments(&literal.text);
                texts.push(Text { path: path.to_owned(), text, is_prose: !is_page, line });
            }
        }
    }
    for code in code::all() {
        for text in [code.summary, code.cause, code.remedy] {
            texts.push(Text::new(&format!("the page of {}", code.id), text, true));
        }
    }
    texts
}

/// A template with a word for each expression and nothing for each tag.
fn without_tags(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(open) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        text.push_str(&rest[..open]);
        let close = match rest.as_bytes()[open + 1] {
            b'{' => "}}",
            b'%' => "%}",
            _ => "#}",
        };
        let end = rest[open..].find(close).map_or(rest.len(), |end| open + end + 2);
        text.push_str(if close == "}}" { "X" } else { "" });
        text.extend(rest[open..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    text + rest
}

/// A format string with a word for each argument.
fn without_arguments(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let end = rest[open..].find('}').map(|end| open + end + 1);
        let (Some(end), true) = (end, !rest[open..].contains('\n') || rest[open..].find('}') < rest[open..].find('\n'))
        else {
            break;
        };
        plain.push_str(&rest[..open]);
        plain.push('X');
        rest = &rest[end..];
    }
    plain + rest
}
