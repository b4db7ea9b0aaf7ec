//! Reads an expression: Prometheus's grammar and its types, and what an indicator may not ask.

use std::ops::Range;

use super::functions::{self, AGGREGATIONS, Kind, word};
use super::tree::{Edit, Many, Matching, Named, Node, PromqlQuery, Window};
use crate::promql::MatchOp;
use crate::promql::scan::{Fault, LEVELS, Scanner, trim_end};
use crate::promql::selector::parse_selector;
use crate::quantity::Duration;
use crate::suggest;

/// Parentheses and signs within each other; more than people write, and few enough for the stack.
const DEEPEST: usize = 64;

/// More operators than people write, and few enough for the stack.
const MOST_OPERATORS: usize = 500;

/// A reader that has met a fault stops: what follows may mean anything.
type Read<T> = Result<T, Vec<Fault>>;

impl PromqlQuery {
    /// Reads an expression.
    ///
    /// # Errors
    /// Why Prometheus would not evaluate it, or why its value is no rate of events, at the place.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        let mut parser = Parser { scanner: Scanner::new(text), end: 0, edits: Vec::new(), depth: 0, operators: 0 };
        parser.blank();
        if parser.scanner.peek().is_none() {
            let hint = "write the rate of the events, such as `sum(rate(requests_total[{{.window}}]))`";
            return fault_with(0..text.len(), "expected an expression, found nothing", "empty", hint);
        }
        let root = parser.binary(0)?;
        if let Some(c) = parser.scanner.peek() {
            let at = parser.scanner.at;
            let message = format!("expected an operator or the end of the expression, found `{c}`");
            return fault(at..at + c.len_utf8(), message, "not a part of the expression");
        }
        let Parser { mut edits, .. } = parser;
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let query = Self { text: text.to_owned(), root, edits };
        whole(&query)?;
        Ok(query)
    }
}

/// What only the whole expression shows.
fn whole(query: &PromqlQuery) -> Read<()> {
    let all = 0..query.text.len();
    match query.root.kind() {
        Kind::Instant => {}
        Kind::Range => {
            let hint = "put it into `rate(…)`, which gives events a second";
            return fault_with(all, "the value of this expression is a range", "samples, not a rate", hint);
        }
        kind => {
            let message = format!("the value of this expression is {}, not a vector", word(kind));
            return fault_with(all, message, "counts nothing", "write a rate of events, with a selector in it");
        }
    }
    if query.selectors().is_empty() {
        let hint = "write a rate of events, with a selector in it";
        return fault_with(all, "this expression reads no metric", "always the same", hint);
    }
    Ok(())
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    /// Where the last mark ended: the blanks and comments behind it are no part of what it closes.
    end: usize,
    edits: Vec<(Range<usize>, Edit)>,
    depth: usize,
    operators: usize,
}

impl<'t> Parser<'t> {
    /// Steps over blanks, and leaves out comments.
    fn blank(&mut self) {
        loop {
            self.scanner.run(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            let start = self.scanner.at;
            if self.scanner.peek() != Some('#') {
                return;
            }
            self.scanner.run(|c| !matches!(c, '\n' | '\r'));
            self.edits.push((start..self.scanner.at, Edit::Comment));
        }
    }

    /// What follows a name that stands here, behind blanks and comments.
    fn behind(&self, name: &str) -> &'t str {
        let mut ahead = Scanner::new(self.scanner.text);
        ahead.at = self.scanner.at + name.len();
        ahead.blank();
        ahead.rest()
    }

    fn eat_word(&mut self, wanted: &str) -> bool {
        let found = self.scanner.word().eq_ignore_ascii_case(wanted);
        if found {
            self.scanner.at += wanted.len();
            self.blank();
        }
        found
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.scanner.eat(wanted);
        if found {
            self.end = self.scanner.at;
            self.blank();
        }
        found
    }

    fn expect(&mut self, wanted: char, why: &str) -> Read<()> {
        if self.eat(wanted) {
            return Ok(());
        }
        let at = self.scanner.at;
        let found = match self.scanner.peek() {
            Some(c) => format!("`{c}`"),
            None => "the end of the expression".to_owned(),
        };
        fault(at..self.end_of_char(), format!("expected `{wanted}`, found {found}"), why)
    }

    fn end_of_char(&self) -> usize {
        self.scanner.at + self.scanner.peek().map_or(0, char::len_utf8)
    }

    /// Operands and the operators between them that bind at least as tightly as `least`.
    fn binary(&mut self, least: usize) -> Read<Node> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let at = self.scanner.at;
            let message = format!("more than {DEEPEST} parentheses or signs within each other");
            return fault_with(at..self.end_of_char(), message, "too deep", "record a part of it with a rule");
        }
        let mut left = self.unary()?;
        while let Some((op, level)) = self.scanner.operator().filter(|(_, level)| *level >= least) {
            let at = self.scanner.at..self.scanner.at + op.len();
            self.operators += 1;
            if self.operators > MOST_OPERATORS {
                let message = format!("more than {MOST_OPERATORS} operators");
                return fault_with(at, message, "too many", "record a part of it with a rule");
            }
            self.scanner.at = at.end;
            self.blank();
            let is_test = self.eat_word("bool");
            let matching = self.matching(op, &at)?;
            // `^` alone binds to the right.
            let right = self.binary(if op == "^" { level } else { level + 1 })?;
            check_sides(op, &at, is_test, &matching, &left, &right)?;
            left = Node::Binary { op, at, matching, sides: Box::new([left, right]) };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn matching(&mut self, op: &str, at: &Range<usize>) -> Read<Matching> {
        let mut matching = Matching::default();
        if self.eat_word("on") {
            matching.labels = Some(Named::Only(self.labels()?));
        } else if self.eat_word("ignoring") {
            matching.labels = Some(Named::But(self.labels()?));
        } else {
            return Ok(matching);
        }
        for (name, many) in [("group_left", Many::Left), ("group_right", Many::Right)] {
            if self.eat_word(name) {
                if ["and", "or", "unless"].contains(&op) {
                    return fault(at.clone(), format!("`{op}` takes no `{name}`"), "matches many with many");
                }
                // As in Prometheus, parentheses here hold labels, never the right side.
                let carried = if self.scanner.peek() == Some('(') { self.labels()? } else { Vec::new() };
                if let Some(Named::Only(labels)) = &matching.labels
                    && let Some(twice) = carried.iter().find(|label| labels.contains(label))
                {
                    return fault(
                        at.clone(),
                        format!("`{twice}` stands in `on` and in `{name}`"),
                        "both sides have it",
                    );
                }
                matching.carried = Some((many, carried));
                break;
            }
        }
        Ok(matching)
    }

    /// `(a, b)`
    fn labels(&mut self) -> Read<Vec<String>> {
        self.expect('(', "labels stand in parentheses")?;
        let mut labels = Vec::new();
        loop {
            if self.eat(')') {
                return Ok(labels);
            }
            if matches!(self.scanner.peek(), Some('"' | '\'' | '`')) {
                labels.push(self.string()?);
            } else {
                let name = self.scanner.word();
                if name.is_empty() {
                    self.expect(')', "a label or the end of the list is due here")?;
                    return Ok(labels);
                }
                self.scanner.at += name.len();
                labels.push(name.to_owned());
                self.blank();
            }
            if !self.eat(',') {
                self.expect(')', "labels are separated by commas")?;
                return Ok(labels);
            }
        }
    }

    fn string(&mut self) -> Read<String> {
        let quoted = self.scanner.quoted();
        match quoted {
            Some(quoted) if self.scanner.faults.is_empty() => {
                self.blank();
                Ok(quoted.value)
            }
            _ => Err(std::mem::take(&mut self.scanner.faults)),
        }
    }

    fn unary(&mut self) -> Read<Node> {
        let at = self.scanner.at;
        if self.eat('-') || self.eat('+') {
            // A sign binds less tightly than `^`, and there may be several.
            let of = self.binary(LEVELS.len() - 1)?;
            if !matches!(of.kind(), Kind::Instant | Kind::Scalar) {
                return fault(at..at + 1, format!("a sign before {}", word(of.kind())), "numbers and vectors have one");
            }
            return Ok(Node::Negated(Box::new(of)));
        }
        let start = self.scanner.at;
        let of = self.primary()?;
        self.postfix(of, start)
    }

    fn primary(&mut self) -> Read<Node> {
        let at = self.scanner.at;
        match self.scanner.peek() {
            Some('(') => {
                self.eat('(');
                let inside = self.binary(0)?;
                self.expect(')', "closes the parentheses")?;
                Ok(inside)
            }
            Some('"' | '\'' | '`') => self.string().map(Node::Text),
            Some('{') => self.selector(),
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(_) => {
                let name = self.scanner.word();
                if name.is_empty() {
                    let found = &self.scanner.text[at..self.end_of_char()];
                    return fault(
                        at..self.end_of_char(),
                        format!("expected an expression, found `{found}`"),
                        "not one",
                    );
                }
                if name.eq_ignore_ascii_case("inf") || name.eq_ignore_ascii_case("nan") {
                    self.scanner.at += name.len();
                    self.blank();
                    return Ok(Node::Number);
                }
                let rest = self.behind(name);
                let lower = name.to_ascii_lowercase();
                let aggregation = AGGREGATIONS.iter().find(|(known, _)| *known == lower);
                let is_grouped = ["by", "without"]
                    .iter()
                    .any(|word| rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)));
                match aggregation {
                    Some((op, parameter)) if rest.starts_with('(') || is_grouped => self.aggregate(op, *parameter),
                    _ if rest.starts_with('(') => self.call(name),
                    _ => self.selector(),
                }
            }
            None => fault(at..at, "expected an expression, found the end", "something is due here"),
        }
    }

    fn number(&mut self) -> Read<Node> {
        let start = self.scanner.at;
        let text = self.scanner.number();
        let is_hex = text.strip_prefix("0x").is_some_and(|digits| u64::from_str_radix(digits, 16).is_ok());
        if !is_hex && text.parse::<f64>().is_err() {
            return fault(start..self.scanner.at, format!("`{text}` is not a number"), "expected a number");
        }
        self.blank();
        Ok(Node::Number)
    }

    fn arguments(&mut self, name: &str) -> Read<Vec<(Node, Range<usize>)>> {
        self.expect('(', &format!("`{name}` takes arguments"))?;
        let mut arguments = Vec::new();
        if self.eat(')') {
            return Ok(arguments);
        }
        loop {
            let start = self.scanner.at;
            let argument = self.binary(0)?;
            arguments.push((argument, start..self.scanner.at));
            if !self.eat(',') {
                self.expect(')', &format!("closes the arguments of `{name}`"))?;
                return Ok(arguments);
            }
        }
    }

    fn call(&mut self, name: &str) -> Read<Node> {
        let start = self.scanner.at;
        let at = start..start + name.len();
        let Some(signature) = functions::signature(name) else {
            let near = suggest::did_you_mean(name, functions::names());
            let fault = Fault {
                range: at,
                message: format!("Prometheus has no function `{name}`"),
                label: "not a function".to_owned(),
                hint: near,
            };
            return Err(vec![fault]);
        };
        self.scanner.at = at.end;
        self.blank();
        let arguments = self.arguments(name)?;
        let kinds: Vec<Kind> = arguments.iter().map(|(argument, _)| argument.kind()).collect();
        if let Some((which, message)) = signature.fault(&kinds) {
            let range = which.and_then(|which| arguments.get(which)).map_or(at, |(_, range)| range.clone());
            return fault(range, format!("`{name}` {message}"), "another argument is due");
        }
        if name == "time" {
            self.edits.push((start..start, Edit::Time));
            self.edits.push((self.end..self.end, Edit::TimeEnd));
        }
        let arguments = arguments.into_iter().map(|(argument, _)| argument).collect();
        Ok(Node::Call { name: name.to_owned(), arguments })
    }

    fn aggregate(&mut self, op: &'static str, has_parameter: bool) -> Read<Node> {
        let at = self.scanner.at..self.scanner.at + op.len();
        self.scanner.at = at.end;
        self.blank();
        let mut labels = self.grouping()?;
        let arguments = self.arguments(op)?;
        if labels.is_none() {
            labels = self.grouping()?;
        }
        let wanted = if has_parameter { 2 } else { 1 };
        if arguments.len() != wanted {
            let message = format!("`{op}` takes {wanted} arguments, found {}", arguments.len());
            return fault(at, message, "another number is due");
        }
        let parameter = if op == "count_values" { Kind::Text } else { Kind::Scalar };
        let wanted = if has_parameter { vec![parameter, Kind::Instant] } else { vec![Kind::Instant] };
        for ((argument, range), wanted) in arguments.iter().zip(wanted) {
            if argument.kind() != wanted {
                let message = format!("`{op}` takes {}, found {}", word(wanted), word(argument.kind()));
                return fault(range.clone(), message, "another argument is due");
            }
        }
        let arguments = arguments.into_iter().map(|(argument, _)| argument).collect();
        Ok(Node::Aggregate { op, at, labels, arguments })
    }

    fn grouping(&mut self) -> Read<Option<Named>> {
        if self.eat_word("by") {
            return self.labels().map(|labels| Some(Named::Only(labels)));
        }
        if self.eat_word("without") {
            return self.labels().map(|labels| Some(Named::But(labels)));
        }
        Ok(None)
    }

    /// A metric, braces, or both.
    fn selector(&mut self) -> Read<Node> {
        let start = self.scanner.at;
        self.scanner.at += self.scanner.word().len();
        let mut end = self.scanner.at;
        self.blank();
        if self.scanner.peek() == Some('{') {
            loop {
                self.scanner.run(|c| !matches!(c, '}' | '"' | '\'' | '`' | '#'));
                if self.scanner.eat('}') {
                    break;
                }
                if self.scanner.peek() == Some('#') {
                    self.blank();
                    continue;
                }
                if self.scanner.peek().is_none() {
                    return fault_with(start..start + 1, "this selector is never closed", "begins here", "add `}`");
                }
                if self.scanner.quoted().is_none() {
                    return Err(std::mem::take(&mut self.scanner.faults));
                }
            }
            // Faults within strings are found once more, with all others, right below.
            self.scanner.faults.clear();
            end = self.scanner.at;
            self.blank();
        }
        match parse_selector(&self.scanner.text[start..end]) {
            Ok(mut selector) => {
                let shift = |range: &mut Range<usize>| *range = range.start + start..range.end + start;
                selector.metric.iter_mut().for_each(|(_, range)| shift(range));
                for matcher in &mut selector.matchers {
                    shift(&mut matcher.label_range);
                    shift(&mut matcher.value_range);
                }
                // Where the selector ends, for an offset; a range moves the end on.
                self.edits.push((end..end, Edit::Selector));
                Ok(Node::Selector { selector, window: None })
            }
            Err(faults) => {
                let shift = |fault: Fault| Fault { range: fault.range.start + start..fault.range.end + start, ..fault };
                Err(faults.into_iter().map(shift).collect())
            }
        }
    }

    /// Ranges, subqueries and offsets behind an expression that begins at `start`.
    fn postfix(&mut self, mut of: Node, start: usize) -> Read<Node> {
        let mut is_offset = false;
        loop {
            let at = self.scanner.at;
            match self.scanner.peek() {
                Some('[') => of = self.range(of)?,
                Some('@') => {
                    let message = "an indicator looks at the present: `@` is not allowed";
                    return fault_with(at..at + 1, message, "fixes the time", "remove it");
                }
                _ if self.eat_word("offset") => {
                    if std::mem::replace(&mut is_offset, true) {
                        return fault(at..at + "offset".len(), "a second `offset`", "there is one already");
                    }
                    self.offset(&of, start)?;
                }
                _ => return Ok(of),
            }
        }
    }

    fn range(&mut self, of: Node) -> Read<Node> {
        let open = self.scanner.at;
        if !self.scanner.rest().contains(']') {
            return fault_with(open..open + 1, "this range is never closed", "opened here", "add `]`");
        }
        self.eat('[');
        let start = self.scanner.at;
        let window = self.window()?;
        let length = start..self.scanner.at;
        self.blank();
        let is_subquery = self.eat(':');
        if is_subquery && self.scanner.peek() != Some(']') {
            self.window()?;
            self.blank();
        }
        self.expect(']', "closes the range")?;
        let after = self.end;
        if is_subquery {
            if of.kind() != Kind::Instant {
                return fault(open..after, format!("a subquery of {}", word(of.kind())), "only of an instant vector");
            }
            return Ok(Node::Subquery(Box::new(of)));
        }
        let Node::Selector { selector, window: None } = of else {
            let hint = format!("write `[{}:]` for a subquery", &self.scanner.text[length]);
            return fault_with(open..after, "only a selector has a range", "behind an expression", hint);
        };
        if let Some(pattern) = selector.matchers.iter().find(|it| it.label == "__name__" && it.op != MatchOp::Eq) {
            let range = pattern.label_range.start..pattern.value_range.end;
            let message = "a range of several metrics: Prometheus drops their names and fails";
            return fault_with(range, message, "several metrics may match", "add up one `rate(…)` for each metric");
        }
        if let Some((range, _)) = self.edits.iter_mut().rev().find(|(_, edit)| *edit == Edit::Selector) {
            *range = after..after;
        }
        Ok(Node::Selector { selector, window: Some(window) })
    }

    /// A length of time, or the template that stands for the base window.
    fn window(&mut self) -> Read<Window> {
        let start = self.scanner.at;
        let rest = self.scanner.rest();
        let template = rest.starts_with("{{").then(|| rest.find("}}")).flatten().map(|end| end + 2);
        let length = template.or_else(|| rest.find([':', '#', ']'])).unwrap_or(rest.len());
        let trimmed = trim_end(&rest[..length]);
        let range = start..start + trimmed.len();
        self.scanner.at = range.end;
        if let Some(inner) = trimmed.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
            if inner.trim() == ".window" {
                self.edits.push((range, Edit::Window));
                return Ok(Window::Open);
            }
            let message = format!("the template `{trimmed}` is not known");
            return fault_with(range, message, "nothing fills it in", "write `{{.window}}` for the base window");
        }
        match Duration::parse(trimmed) {
            Ok(length) if length > Duration::ZERO => Ok(Window::Fixed(length)),
            _ => {
                let message = format!("expected a length of time, found `{trimmed}`");
                fault_with(range, message, "not a length of time", "write `{{.window}}`, or a length such as `5m`")
            }
        }
    }

    fn offset(&mut self, of: &Node, start: usize) -> Read<()> {
        let at = self.scanner.at;
        // A sign behind the length belongs to the next operand.
        self.scanner.eat('-');
        self.scanner.run(|c| c.is_ascii_alphanumeric());
        let range = at..self.scanner.at;
        let written = &self.scanner.text[range.clone()];
        let Ok(length) = Duration::parse(written) else {
            let message = format!("expected how far back to look, found `{written}`");
            return fault_with(range, message, "not a length of time", "write a length such as `1d`");
        };
        self.blank();
        match of {
            Node::Selector { .. } => {
                let last = self.edits.iter_mut().rev().find(|(_, edit)| *edit == Edit::Selector);
                if let Some(edit) = last {
                    *edit = (range, Edit::Offset(length));
                }
                Ok(())
            }
            Node::Subquery(_) => Ok(()),
            _ => fault(start..range.end, "only a selector or a subquery has an offset", "behind an expression"),
        }
    }
}

fn check_sides(op: &str, at: &Range<usize>, is_test: bool, matching: &Matching, left: &Node, right: &Node) -> Read<()> {
    let kinds = [left.kind(), right.kind()];
    if let Some(kind) = kinds.into_iter().find(|kind| !matches!(kind, Kind::Instant | Kind::Scalar)) {
        return fault(at.clone(), format!("`{op}` beside {}", word(kind)), "takes numbers and instant vectors");
    }
    let is_comparison = LEVELS[2].contains(&op);
    let has_scalar = kinds.contains(&Kind::Scalar);
    if is_test && !is_comparison {
        return fault(at.clone(), format!("`bool` behind `{op}`"), "only a comparison has it");
    }
    if has_scalar && ["and", "or", "unless"].contains(&op) {
        return fault(at.clone(), format!("`{op}` beside a number"), "takes instant vectors");
    }
    if has_scalar && matching.labels.is_some() {
        return fault(at.clone(), "labels are matched with a number", "a number has no labels");
    }
    if is_comparison && !is_test && kinds == [Kind::Scalar; 2] {
        return fault_with(at.clone(), "two numbers are compared", "gives no number", format!("write `{op} bool`"));
    }
    Ok(())
}

fn fault<T>(range: Range<usize>, message: impl Into<String>, label: impl Into<String>) -> Read<T> {
    Err(vec![Fault { range, message: message.into(), label: label.into(), hint: None }])
}

fn fault_with<T>(
    range: Range<usize>,
    message: impl Into<String>,
    label: impl Into<String>,
    hint: impl Into<String>,
) -> Read<T> {
    Err(vec![Fault { range, message: message.into(), label: label.into(), hint: Some(hint.into()) }])
}
