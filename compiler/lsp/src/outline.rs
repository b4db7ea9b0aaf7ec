//! Where a cursor stands in a text that need not be YAML yet, by indentation: what completion goes by.
//!
//! Block style alone: inside `{…}` and `[…]` the answer is the field that they belong to.

use crate::at::Step;

/// What is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writing {
    /// A key, of which `start..cursor` is written. `taken` are the other keys of the mapping.
    Key {
        /// Byte at which the key begins.
        start: usize,
        /// The keys that the mapping has.
        taken: Vec<String>,
    },
    /// The value of the last step, of which `start..cursor` is written.
    Value {
        /// Byte at which the value begins.
        start: usize,
    },
}

/// A line: its dashes, then a key or a text.
#[derive(Debug)]
struct Line<'t> {
    /// Byte at which the line begins.
    start: usize,
    /// Columns of the dashes, in bytes.
    dashes: Vec<usize>,
    /// Column of what follows them.
    column: usize,
    /// The key, if there is one, and the column of its value.
    key: Option<(&'t str, usize)>,
    /// What follows the dashes.
    rest: &'t str,
}

impl<'t> Line<'t> {
    fn of(start: usize, text: &'t str) -> Self {
        let mut column = text.len() - text.trim_start_matches(' ').len();
        let mut dashes = Vec::new();
        while let Some(rest) = text.get(column..).and_then(|rest| rest.strip_prefix('-')) {
            if !(rest.is_empty() || rest.starts_with(' ')) {
                break;
            }
            dashes.push(column);
            column = text.len() - rest.trim_start_matches(' ').len();
        }
        let rest = text.get(column..).unwrap_or_default();
        let key = key(rest).map(|(key, length)| (key, column + length));
        Self { start, dashes, column, key, rest }
    }

    /// The column at which it begins.
    fn first(&self) -> usize {
        self.dashes.first().copied().unwrap_or(self.column)
    }

    fn says_nothing(&self) -> bool {
        self.dashes.is_empty() && (self.rest.trim().is_empty() || self.rest.starts_with('#'))
    }

    /// Whether the lines below, if further in, are the text of a block scalar.
    fn opens_block(&self) -> bool {
        let value = self.key.map_or(Some(self.rest), |(_, at)| self.rest.get(at - self.column..));
        value.is_some_and(|value| value.trim_start().starts_with(['|', '>']))
    }
}

/// The key at the beginning of a text, without quotes, and the length up to its value.
fn key(text: &str) -> Option<(&str, usize)> {
    let (name, after) = match text.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = text.get(1..)?.find(quote)? + 1;
            (text.get(1..end)?, end + 1)
        }
        '{' | '[' | '#' | '&' | '*' | '|' | '>' | '%' => return None,
        _ => {
            let end = text.match_indices(':').map(|(at, _)| at);
            let ends = |at: &usize| text.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
            let end = end.into_iter().find(ends)?;
            let name = text.get(..end)?.trim_end();
            // A selector that is being written: no field has such a name.
            if name.contains('{') {
                return None;
            }
            (name, end)
        }
    };
    let rest = text.get(after..)?.strip_prefix(':')?;
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    Some((name, after + 1 + spaces))
}

/// What is being written at a byte, and the steps from the top of the document to it.
#[must_use]
pub fn at(text: &str, cursor: usize) -> (Vec<Step>, Writing) {
    let before = text.get(..cursor).unwrap_or_default();
    let mut lines = Vec::new();
    let mut start = 0;
    for line in before.split_inclusive('\n') {
        lines.push(Line::of(start, line.trim_end_matches(['\n', '\r'])));
        start += line.len();
    }
    if before.is_empty() || before.ends_with('\n') {
        lines.push(Line::of(start, ""));
    }
    // Another document begins behind `---`.
    let first = lines.iter().rposition(|line| line.column == 0 && line.rest.starts_with("---")).map_or(0, |at| at + 1);
    let mut lines = lines.split_off(first.min(lines.len()));
    let Some(here) = lines.pop() else { return (Vec::new(), Writing::Key { start: cursor, taken: Vec::new() }) };
    let mut climb =
        Climb { steps: Vec::new(), column: here.column, from: here.column, taken: Vec::new(), is_list: false };
    if let Some(block) = block(&lines, &here) {
        climb.column = block.column;
        climb.steps.extend(block.key.map(|(name, _)| Step::Key(name.to_owned())));
        climb.dashes(block);
        let at = lines.iter().position(|line| line.start == block.start).unwrap_or_default();
        climb.up(lines.get(..at).unwrap_or_default());
        let start = lines.get(at + 1).map_or(here.start, |line| line.start);
        return (climb.done(), Writing::Value { start });
    }
    if let Some((name, column)) = here.key {
        climb.steps.push(Step::Key(name.to_owned()));
        climb.dashes(&here);
        climb.up(&lines);
        return (climb.done(), Writing::Value { start: here.start + column });
    }
    climb.dashes(&here);
    climb.up(&lines);
    let mut taken = std::mem::take(&mut climb.taken);
    taken.extend(below(text.get(cursor..).unwrap_or_default(), climb.from));
    (climb.done(), Writing::Key { start: here.start + here.column, taken })
}

/// The line whose block scalar holds `here`.
fn block<'l, 't>(lines: &'l [Line<'t>], here: &Line<'t>) -> Option<&'l Line<'t>> {
    // What is further in than a line belongs to it, and so do the lines of a block that differ in their indentation.
    let mut indent = here.first();
    lines.iter().rev().filter(|line| !line.says_nothing()).find(|line| {
        let is_above = line.column < indent;
        indent = indent.min(line.first());
        is_above && line.opens_block()
    })
}

/// The keys of the lines below that stand at a column, as far as the mapping goes.
fn below(text: &str, column: usize) -> Vec<String> {
    let lines = text.split('\n').skip(1).map(|line| Line::of(0, line.trim_end_matches('\r')));
    let lines = lines.filter(|line| !line.says_nothing());
    let inside = lines.take_while(|line| line.first() >= column);
    let keys = inside.filter(|line| line.column == column && line.dashes.is_empty()).filter_map(|line| line.key);
    keys.map(|(key, _)| key.to_owned()).collect()
}

/// The way up.
struct Climb {
    /// From the inside out.
    steps: Vec<Step>,
    /// The column that what was met last begins at.
    column: usize,
    /// The column of the mapping whose keys are gathered.
    from: usize,
    taken: Vec<String>,
    /// Whether `column` is that of a dash: its list may stand right below its key.
    is_list: bool,
}

impl Climb {
    fn dashes(&mut self, line: &Line<'_>) {
        for dash in line.dashes.iter().rev().filter(|dash| **dash < line.column) {
            self.steps.push(Step::Item(0));
            self.column = *dash;
            self.is_list = true;
        }
    }

    fn up(&mut self, lines: &[Line<'_>]) {
        for line in lines.iter().rev().filter(|line| !line.says_nothing()) {
            let is_parent = line.column < self.column || (self.is_list && line.column == self.column);
            if is_parent && line.dashes.last().is_none_or(|dash| *dash < self.column) {
                let Some((name, _)) = line.key else { continue };
                self.steps.push(Step::Key(name.to_owned()));
                self.column = line.column;
                self.is_list = false;
            } else if line.column == self.column && !self.is_list {
                if self.column == self.from && self.steps.is_empty() {
                    self.taken.extend(line.key.map(|(key, _)| key.to_owned()));
                }
            } else {
                continue;
            }
            self.dashes(line);
        }
    }

    fn done(mut self) -> Vec<Step> {
        self.steps.reverse();
        self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is written at the `¦` of a text, in short.
    fn is(text: &str) -> String {
        let cursor = text.find('¦').unwrap();
        let text = text.replace('¦', "");
        let (steps, writing) = at(&text, cursor);
        let steps = steps.iter().map(|step| match step {
            Step::Key(key) => key.clone(),
            Step::Item(_) => "-".to_owned(),
        });
        let steps = steps.collect::<Vec<_>>().join(" ");
        match writing {
            Writing::Key { start, taken } => {
                format!("{steps} key `{}` beside {}", &text[start..cursor], taken.join(","))
            }
            Writing::Value { start } => format!("{steps} value `{}`", &text[start..cursor]),
        }
    }

    #[test]
    fn keys_and_values() {
        for (text, expected) in [
            ("ver¦", " key `ver` beside "),
            ("a: 1\n¦\nb: 2\n", " key `` beside a,b"),
            ("a: 1\nservice: che¦", "service value `che`"),
            (
                "slos:\n  - name: a\n    obj¦\n    window: 1d\n  - name: b\n    sli: 1\n",
                "slos - key `obj` beside name,window",
            ),
            ("slos:\n- name: a\n  sli:\n    events:\n      total: x{¦", "slos - sli events total value `x{`"),
            ("slos:\n- name: a\n- n¦", "slos - key `n` beside "),
            ("a:\n  x: 1\nb:\n  # no\n\n  y¦", "b key `y` beside "),
            ("v: 1\n---\nw: 1\n¦", " key `` beside w"),
            ("a:\n  total: |\n    sum(\n      foo¦", "a total value `    sum(\n      foo`"),
            ("a:\n  total: |\n    sum(\n      foo\n    )\n  ba¦", "a key `ba` beside total"),
            ("s:\n  - n: |\n      a\n    b¦", "s - key `b` beside n"),
            ("\"a b\":\n  'c': ¦", "a b c value ``"),
            ("s:\n  - total:\n      - up{job=\"a: b\"¦", "s - total - key `up{job=\"a: b\"` beside "),
        ] {
            assert_eq!(is(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_stops_it(text in "[ a:\\-\n|>'\"{#é😀]{0,60}", cursor in 0usize..200) {
            let _ = at(&text, cursor.min(text.len()));
        }
    }
}
