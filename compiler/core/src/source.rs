//! Source texts and places in them.
//!
//! Every value that a person wrote carries the [`Span`] the YAML parser gave it. Nothing downstream searches a text for
//! a name to find out where it stood: a finding points at a span, and only the renderers turn spans into lines.

use std::ops::Range;

/// Which source of a [`Sources`] a span lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A byte range in one source; `start <= end`, both on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The source that the range lies in.
    pub source: SourceId,
    /// First byte, counted from 0.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `range` (in bytes) in `source`. Sources are limited to 4 GiB by [`Sources::add`].
    #[must_use]
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        let clamp = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Self { source, start: clamp(range.start), end: clamp(range.end.max(range.start)) }
    }

    /// The bytes that the span covers.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// A value that stands in no source: a program made it, to be written.
    pub fn made(value: T) -> Self {
        Self { value, span: Span { source: SourceId(u32::MAX), start: 0, end: 0 } }
    }

    /// The same place with the value changed by `change`.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }

    /// The same place with a borrow of the value.
    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned { value: &self.value, span: self.span }
    }
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// Where a text begins.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place so many lines further on, and so many characters behind the beginning of that line (on the same line:
    /// behind this place).
    #[must_use]
    pub fn further(self, lines: usize, characters: usize) -> Self {
        let column = if lines == 0 { self.column + characters } else { characters + 1 };
        Self { line: self.line + lines, column }
    }
}

/// One text with the path that findings show for it.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path as shown to people: relative to the working directory, `/` between parts.
    pub path: String,
    /// The whole text, or the part of it that findings show.
    pub text: String,
    /// Where the text begins in its file: of a part, further on than line 1, column 1.
    pub start: Position,
}

impl Source {
    /// The line and column of a byte; a byte past the end is the end.
    #[must_use]
    pub fn position(&self, byte: usize) -> Position {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &self.text[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.start.further(before.bytes().filter(|b| *b == b'\n').count(), before[line_start..].chars().count())
    }
}

/// The texts of one run, in the order they were added.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: Vec<Source>,
    /// The folders of specs.
    folders: Vec<Folder>,
    /// The policy that stands above every folder of specs.
    central: Option<SourceId>,
}

/// A folder of specs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Folder {
    /// How paths begin that lie in it.
    prefix: String,
    /// What stands for that in places that are written down.
    name: String,
    /// The team whose specs they are where several folders are compiled together; else empty.
    team: String,
}

/// Where a text lies in its folder of specs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFolder<'s> {
    /// The folder's number.
    pub number: usize,
    /// The folder's team; empty where only one folder is compiled.
    pub team: &'s str,
    /// The folders from there to the text, `/` between them; empty for a text right in the folder.
    pub below: &'s str,
}

impl Sources {
    /// Adds a text and returns its id. `text` must be shorter than 4 GiB (the file reader refuses far smaller ones).
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.add_part(path, text, Position::START)
    }

    /// Adds a part of a text, which begins at `start` in its file, and returns its id. A huge file needs no more of it
    /// than the lines around its findings.
    pub fn add_part(&mut self, path: impl Into<String>, text: impl Into<String>, start: Position) -> SourceId {
        let id = SourceId(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(Source { path: path.into(), text: text.into(), start });
        id
    }

    /// Replaces the text of a source, as an editor does. Spans into the text before mean nothing any more.
    pub fn replace(&mut self, id: SourceId, text: impl Into<String>) {
        if let Some(source) = self.texts.get_mut(id.0 as usize) {
            source.text = text.into();
        }
    }

    /// All sources, to be changed where they must not be shown as they are. A text keeps its length, as spans point into it.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Source> {
        self.texts.iter_mut()
    }

    /// Says that the specs lie below `prefix` (as their paths are shown) in a folder called `name`.
    pub fn lie_in(&mut self, prefix: impl Into<String>, name: impl Into<String>) {
        self.lie_in_of(prefix, name, "");
    }

    /// The same of one of several folders of specs, whose services belong to `team`.
    pub fn lie_in_of(&mut self, prefix: impl Into<String>, name: impl Into<String>, team: impl Into<String>) {
        let folder = Folder { prefix: prefix.into(), name: name.into(), team: team.into() };
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
    }

    /// Says that a source is the policy that stands above every folder of specs.
    pub fn stand_above(&mut self, id: SourceId) {
        self.central = Some(id);
    }

    /// The policy that stands above every folder of specs.
    #[must_use]
    pub fn central(&self) -> Option<SourceId> {
        self.central
    }

    /// Where a source lies in its folder of specs; `None` if nobody said where the specs lie, or if it lies elsewhere.
    #[must_use]
    pub fn in_folder(&self, id: SourceId) -> Option<InFolder<'_>> {
        let path = self.get(id).path.as_str();
        let (number, folder, rest) = self.folder(path)?;
        Some(InFolder { number, team: &folder.team, below: rest.rsplit_once('/').map_or("", |(below, _)| below) })
    }

    /// The folder of specs that a path lies in, its number, and the rest of the path. The innermost one counts.
    fn folder<'p>(&self, path: &'p str) -> Option<(usize, &Folder, &'p str)> {
        let below = |prefix: &str| {
            let rest = path.strip_prefix(prefix)?;
            let ends = prefix.is_empty() || prefix.ends_with('/') || rest.starts_with('/') || rest.is_empty();
            ends.then(|| rest.trim_start_matches('/'))
        };
        let numbered = self.folders.iter().enumerate();
        numbered
            .filter_map(|(number, folder)| Some((number, folder, below(&folder.prefix)?)))
            .max_by_key(|(_, folder, _)| folder.prefix.len())
    }

    /// A source's path from the folder of specs on, that folder included: it does not depend on where one stands.
    #[must_use]
    pub(crate) fn path_of(&self, id: SourceId) -> String {
        let path = &self.get(id).path;
        match self.folder(path) {
            Some((_, folder, rest)) => format!("{}/{rest}", folder.name),
            None => path.clone(),
        }
    }

    /// The source of an id that this collection gave out.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.texts[id.0 as usize]
    }

    /// All ids and sources, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (SourceId, &Source)> {
        self.texts
            .iter()
            .enumerate()
            .map(|(index, source)| (SourceId(u32::try_from(index).unwrap_or(u32::MAX)), source))
    }

    /// The first and last position of a span; the end is that of its last character, and of the start for an empty one.
    #[must_use]
    pub fn positions(&self, span: Span) -> (Position, Position) {
        let source = self.get(span.source);
        let start = source.position(span.range().start);
        let last = source.text.get(span.range()).and_then(|covered| covered.char_indices().next_back());
        let end = last.map_or(start, |(offset, _)| source.position(span.range().start + offset));
        (start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "a: é\nb: ü7\n");
        let span = Span::new(id, 9..12);
        assert_eq!(&sources.get(id).text[span.range()], "ü7");
        let (start, end) = sources.positions(span);
        assert_eq!((start.line, start.column), (2, 4));
        assert_eq!((end.line, end.column), (2, 5));
    }

    #[test]
    fn a_part_counts_from_where_it_begins() {
        let mut sources = Sources::default();
        let id = sources.add_part("a.yaml", "é: b\nc: d", Position { line: 7, column: 3 });
        assert_eq!(sources.get(id).position(3), Position { line: 7, column: 5 });
        assert_eq!(sources.get(id).position(7), Position { line: 8, column: 2 });
    }

    #[test]
    fn the_innermost_folder_of_specs_counts() {
        let mut sources = Sources::default();
        sources.lie_in_of("shop/slos", "slos", "shop");
        sources.lie_in_of("shop/slos/bank", "bank", "bank");
        let mut at = |path: &str| {
            let id = sources.add(path, "");
            sources.in_folder(id).map(|at| (at.team.to_owned(), at.below.to_owned()))
        };
        let is = |team: &str, below: &str| Some((team.to_owned(), below.to_owned()));
        assert_eq!(at("shop/slos/a.yaml"), is("shop", ""));
        assert_eq!(at("shop/slos/web/eu/a.yaml"), is("shop", "web/eu"));
        assert_eq!(at("shop/slos/bank/a.yaml"), is("bank", ""));
        assert_eq!(at("shop/slos-too/a.yaml"), None);
    }

    #[test]
    fn a_place_past_the_end_is_the_end() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "a");
        assert_eq!(sources.get(id).position(99), Position { line: 1, column: 2 });
    }
}
