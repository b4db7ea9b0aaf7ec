//! Text → [`Node`]s: granit's events put together, every fault a finding, every other document still read.
//!
//! The file is not trusted. Its size, the depth of its nesting, what its aliases copy and how many faults are reported
//! are all bounded here, so that nothing above needs to count.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag, options};

use crate::code::INVALID_YAML;
use crate::finding::Finding;
use crate::source::{SourceId, Span};
use crate::yaml::node::{Key, Node, Scalar, Style, Value};
use crate::yaml::{fault, mapping};

/// Collections inside collections, after aliases are expanded. Whatever walks the tree may recurse this deep.
pub(crate) const MAX_DEPTH: usize = 64;
/// Bytes of a file. Ten objectives take 3 KB, so this is some 3,000 of them.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// Nodes that anchors and aliases may copy, in all documents together ("billion laughs").
pub(crate) const MAX_COPIES: usize = 100_000;
/// Findings of one file: past these, a reader is not helped by more.
const MAX_FINDINGS: usize = 100;

/// What a text holds.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The documents that could be read, in order. Empty ones (nothing between two `---`) are left out.
    pub documents: Vec<Node>,
    /// What is wrong, in the order it was met; all of code `invalid-yaml`.
    pub findings: Vec<Finding>,
}

/// Reads a text. A document with a syntax error is left out, those around it are not.
#[must_use]
pub fn parse(source: SourceId, text: &str) -> Parsed {
    let mut builder = Builder::new(source, text);
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes, more than the {MAX_BYTES} that are read", text.len());
        builder.report(builder.at_line_1(message).hint("split the file: a folder of specs is one program"));
        return builder.parsed;
    }
    // granit's own limits are set too: its scanner looks ahead, and would queue what the builder is to refuse.
    let limits =
        options! { emit_unresolved_aliases: true, flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    let mut parser = Parser::new_from_str_with_options(text, limits);
    while let Some(next) = parser.next_event() {
        match next {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or_default();
                let tag = || span.tag_span().and_then(|tag| tag.byte_range()).unwrap_or(range.clone());
                if let Err(refused) = builder.event(event, range.clone(), tag) {
                    builder.report(*refused);
                    break;
                }
            }
            Err(error) if fault::is_nesting(error.kind()) => {
                builder.report(builder.too_deep(error.marker().byte_offset().unwrap_or_default()));
                break;
            }
            Err(error) => {
                builder.report(fault::explain(source, text, &error));
                builder.abandon_document();
                let full = builder.parsed.findings.len() >= MAX_FINDINGS;
                if full || !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    builder.parsed
}

/// A collection that is still open.
struct Frame {
    start: usize,
    /// The end of the last thing in it: where a block collection ends, as the parser's own end is past the comments
    /// that follow.
    end: usize,
    anchor: usize,
    flow: bool,
    body: Body,
}

enum Body {
    Sequence(Vec<Node>),
    Mapping(Vec<(Key, Node)>, Next),
}

/// What an open mapping waits for.
enum Next {
    Key,
    Value(Key),
    /// The value of a key that was refused.
    Dropped,
}

/// An anchored node with what copying it costs.
struct Anchored {
    node: Node,
    nodes: usize,
    height: usize,
}

type Refused = Box<Finding>;

struct Builder<'t> {
    source: SourceId,
    text: &'t str,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Anchored>,
    copies: usize,
    parsed: Parsed,
}

impl<'t> Builder<'t> {
    fn new(source: SourceId, text: &'t str) -> Self {
        Self { source, text, stack: Vec::new(), anchors: BTreeMap::new(), copies: 0, parsed: Parsed::default() }
    }

    fn event(&mut self, event: Event<'_>, at: Range<usize>, tag: impl Fn() -> Range<usize>) -> Result<(), Refused> {
        match event {
            Event::Scalar(text, style, anchor, tagged) => {
                if let Some(tagged) = tagged {
                    self.check_tag(&tagged, Some(style), tag());
                }
                let (span, scalar) = self.scalar(&text, style, at);
                self.finish(Node { span: self.span(&span), value: Value::Scalar(scalar) }, anchor, span)
            }
            Event::SequenceStart(style, anchor, tagged) => {
                if let Some(tagged) = tagged {
                    self.check_tag(&tagged, None, tag());
                }
                self.open(at, style, anchor, Body::Sequence(Vec::new()))
            }
            Event::MappingStart(style, anchor, tagged) => {
                if let Some(tagged) = tagged {
                    self.check_tag(&tagged, None, tag());
                }
                self.open(at, style, anchor, Body::Mapping(Vec::new(), Next::Key))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::UnresolvedAlias(name) => {
                let message = format!("the alias `*{name}` names no anchor before it in this document");
                let hint = format!("define it above with `&{name}`, or quote the value if a `*` was meant");
                self.report(Finding::new(&INVALID_YAML, self.span(&at), message).label("unknown alias").hint(hint));
                // Something must stand here, else keys and values would change places.
                let value = Value::Scalar(Scalar { text: "".into(), style: Style::Plain });
                self.finish(Node { span: self.span(&at), value }, 0, at)
            }
            Event::DocumentEnd => {
                self.abandon_document();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Where a scalar stands for a reader, and its text.
    fn scalar(&self, text: &str, style: ScalarStyle, at: Range<usize>) -> (Range<usize>, Scalar) {
        let (style, at) = match style {
            // granit says `~` for a value that is not there, and places it before the `:`.
            ScalarStyle::Plain if at.is_empty() => {
                let colon = usize::from(self.text.as_bytes().get(at.end) == Some(&b':'));
                let here = at.end + colon;
                return (here..here, Scalar { text: "".into(), style: Style::Plain });
            }
            ScalarStyle::Plain => (Style::Plain, at),
            ScalarStyle::SingleQuoted => (Style::SingleQuoted, at),
            ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, at),
            ScalarStyle::Literal => (Style::Literal, self.block_content(at)),
            ScalarStyle::Folded => (Style::Folded, self.block_content(at)),
        };
        (at, Scalar { text: text.into(), style })
    }

    /// The lines of a block scalar. granit starts at their first character behind the indentation, which is right, and
    /// ends behind the blank lines and the indentation of what follows.
    fn block_content(&self, at: Range<usize>) -> Range<usize> {
        let (Some(before), Some(block)) = (self.text.get(..at.start), self.text.get(at.clone())) else { return at };
        let column = before.len() - before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
        let mut kept = block;
        while let Some(newline) = kept.rfind(['\n', '\r']) {
            let line = &kept[newline + 1..];
            if line.len() > column || line.bytes().any(|byte| byte != b' ') {
                break;
            }
            kept = &kept[..newline];
        }
        if kept.is_empty() {
            // No content at all: the place is that of the header.
            let header = before.trim_end().len();
            return header..header;
        }
        at.start..at.start + kept.len()
    }

    fn open(&mut self, at: Range<usize>, style: StructureStyle, anchor: usize, body: Body) -> Result<(), Refused> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(Box::new(self.too_deep(at.start)));
        }
        if self.stack.is_empty() && style == StructureStyle::Block {
            self.check_first_indent(at.start);
        }
        let flow = style == StructureStyle::Flow && !at.is_empty();
        self.stack.push(Frame { start: at.start, end: at.end, anchor, flow, body });
        Ok(())
    }

    fn close(&mut self, at: Range<usize>) -> Result<(), Refused> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let value = match frame.body {
            Body::Sequence(items) => Value::Sequence(items),
            Body::Mapping(mut entries, _) => {
                mapping::drop_duplicates(&mut entries, |finding| self.report(finding));
                mapping::merge(&mut entries, |finding| self.report(finding));
                Value::Mapping(entries)
            }
        };
        let whole = frame.start..if frame.flow { at.end } else { frame.end };
        self.finish(Node { span: self.span(&whole), value }, frame.anchor, whole)
    }

    /// Puts a complete node where it belongs, and keeps it if it has an anchor.
    fn finish(&mut self, node: Node, anchor: usize, at: Range<usize>) -> Result<(), Refused> {
        if anchor != 0 {
            let (nodes, height) = (node.count(MAX_COPIES), node.height());
            self.pay(nodes, at.start)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), nodes, height });
        }
        self.place(node, at);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, at: Range<usize>) -> Result<(), Refused> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            let finding = Finding::new(&INVALID_YAML, self.span(&at), "an alias inside the value it stands for")
                .label("would contain itself")
                .hint("write the inner value out");
            self.report(finding);
            let value = Value::Scalar(Scalar { text: "".into(), style: Style::Plain });
            self.place(Node { span: self.span(&at), value }, at);
            return Ok(());
        };
        let (nodes, height) = (anchored.nodes, anchored.height);
        if self.stack.len() + height > MAX_DEPTH {
            return Err(Box::new(self.too_deep(at.start)));
        }
        self.pay(nodes, at.start)?;
        if let Some(node) = self.anchors.get(&anchor).map(|anchored| anchored.node.clone()) {
            self.place(node, at);
        }
        Ok(())
    }

    fn place(&mut self, node: Node, at: Range<usize>) {
        let Some(frame) = self.stack.last_mut() else {
            let absent = at.is_empty() && node.scalar().is_some_and(Scalar::is_null);
            if !absent {
                self.parsed.documents.push(node);
            }
            return;
        };
        frame.end = frame.end.max(at.end);
        let (entries, next) = match &mut frame.body {
            Body::Sequence(items) => return items.push(node),
            Body::Mapping(entries, next) => (entries, next),
        };
        let kind = node.kind();
        *next = match std::mem::replace(next, Next::Key) {
            Next::Value(key) => {
                entries.push((key, node));
                Next::Key
            }
            Next::Dropped => Next::Key,
            Next::Key => match node.value {
                Value::Scalar(scalar) if !at.is_empty() => Next::Value(Key::new(scalar, node.span)),
                Value::Scalar(_) => {
                    let finding = Finding::new(&INVALID_YAML, node.span, "an entry of a mapping without a key");
                    self.report(finding.label("no key before this `:`").hint("write a key, or remove the entry"));
                    return self.drop_value();
                }
                Value::Sequence(_) | Value::Mapping(_) => {
                    let finding = Finding::new(&INVALID_YAML, Span::new(self.source, at), "a key must be a scalar")
                        .label(format!("{kind} used as a key"))
                        .hint("quote it if it begins with `{` or `[` and text was meant");
                    self.report(finding);
                    return self.drop_value();
                }
            },
        };
    }

    fn drop_value(&mut self) {
        if let Some(Frame { body: Body::Mapping(_, next), .. }) = self.stack.last_mut() {
            *next = Next::Dropped;
        }
    }

    /// Tags carry types of other tools; ours come from the specification. Those that say what is so anyway are let be.
    fn check_tag(&mut self, tag: &Tag, scalar: Option<ScalarStyle>, at: Range<usize>) {
        let redundant = match (tag.core_suffix(), scalar) {
            (Some("map" | "seq"), None) | (Some("int" | "float" | "bool" | "null"), Some(ScalarStyle::Plain)) => true,
            (Some("str"), Some(style)) => style != ScalarStyle::Plain,
            _ => false,
        };
        if redundant {
            return;
        }
        let written = self.text.get(at.clone()).unwrap_or_default();
        let finding = Finding::new(&INVALID_YAML, self.span(&at), format!("the tag `{written}` has no meaning here"))
            .label("a YAML tag")
            .hint("remove the tag; to make a value a string, or to begin it with `!`, put it in quotes");
        self.report(finding);
    }

    /// A tab before the first key of a document, which granit lets pass.
    fn check_first_indent(&mut self, start: usize) {
        let before = self.text.get(..start).unwrap_or_default();
        let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
        if let Some(tab) = before.get(start - indent..).and_then(|indent| indent.find('\t')) {
            let tab = start - indent + tab;
            self.report(fault::tab(Span::new(self.source, tab..tab + 1)));
        }
    }

    fn pay(&mut self, nodes: usize, at: usize) -> Result<(), Refused> {
        self.copies += nodes;
        if self.copies <= MAX_COPIES {
            return Ok(());
        }
        let message = format!("anchors and aliases copy more than {MAX_COPIES} values");
        let finding = self.at_line_1(message).related(self.span(&(at..at)), "the limit is passed here");
        Err(Box::new(finding.hint("write the values out, or give them one common alias")))
    }

    fn too_deep(&self, at: usize) -> Finding {
        self.at_line_1(format!("values are nested deeper than {MAX_DEPTH} levels"))
            .related(self.span(&(at..at)), "the limit is passed here")
            .hint("no part of a spec nests deeper than 10 levels: look for an unclosed or repeated bracket")
    }

    /// A finding on the file as a whole.
    fn at_line_1(&self, message: String) -> Finding {
        Finding::new(&INVALID_YAML, self.span(&(0..0)), message)
    }

    fn report(&mut self, finding: Finding) {
        if self.parsed.findings.len() < MAX_FINDINGS {
            self.parsed.findings.push(finding);
        }
    }

    fn abandon_document(&mut self) {
        self.stack.clear();
        self.anchors.clear();
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.source, range.clone())
    }
}
