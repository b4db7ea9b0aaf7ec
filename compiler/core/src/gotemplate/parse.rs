//! The grammar of actions: pipelines, variables and blocks.

use super::lex::{Token, lex};
use super::reader::{Fault, Reader};

/// How deep parentheses and blocks may lie within each other: Go has no limit but its stack.
const DEEPEST: usize = 64;

/// The names of templates that are called and not defined here, or the first fault.
pub(super) fn parse(text: &str, reader: Reader) -> Result<Vec<String>, Fault> {
    let mut parser = Parser {
        tokens: lex(text)?,
        at: 0,
        reader,
        variables: reader.variables(),
        rebound: 0,
        apart: 0,
        loops: 0,
        depth: 0,
        defined: Vec::new(),
        called: Vec::new(),
        is_empty: true,
    };
    match parser.items(true)? {
        (_, Ending::Template) => {
            let Parser { called, defined, .. } = parser;
            let defined: Vec<String> = defined.into_iter().map(unquoted).collect();
            Ok(called.into_iter().map(unquoted).filter(|name| !defined.contains(name)).collect())
        }
        (at, Ending::End | Ending::Else) => fault(at, "nothing is open that this could end"),
    }
}

fn fault<T>(at: usize, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { at, message: message.into() })
}

/// A name without its quotes. One with escapes keeps them: nobody calls a template so.
fn unquoted(name: &str) -> String {
    name.trim_matches(['"', '`']).to_owned()
}

/// What ends a list of actions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Template,
    End,
    Else,
}

/// What a pipeline is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For<'t> {
    Action,
    Block(&'t str),
    Paren,
}

struct Parser<'t> {
    tokens: Vec<(usize, Token<'t>)>,
    at: usize,
    reader: Reader,
    /// Variables that are declared so far.
    variables: Vec<&'t str>,
    /// How many blocks around give `.` another meaning.
    rebound: usize,
    /// How many templates of their own are around.
    apart: usize,
    /// How many loops are around.
    loops: usize,
    depth: usize,
    /// The names of templates that are defined, as they are written.
    defined: Vec<&'t str>,
    /// The names of templates that are called, as they are written.
    called: Vec<&'t str>,
    /// Whether nothing stands in what is parsed now.
    is_empty: bool,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> (usize, Token<'t>) {
        self.tokens.get(self.at).or(self.tokens.last()).copied().unwrap_or((0, Token::End))
    }

    fn next(&mut self) -> (usize, Token<'t>) {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn blanks(&mut self) {
        while self.peek().1 == Token::Blank {
            self.at += 1;
        }
    }

    fn deeper<T>(&mut self, at: usize, then: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth == DEEPEST {
            return fault(at, format!("more than {DEEPEST} levels lie within each other"));
        }
        self.depth += 1;
        let done = then(self);
        self.depth -= 1;
        done
    }

    /// Actions up to `end`, `else` or the end of the template. `define` stands at the top only.
    fn items(&mut self, is_top: bool) -> Result<(usize, Ending), Fault> {
        loop {
            let (open, token) = self.next();
            match token {
                Token::End => return Ok((open, Ending::Template)),
                Token::Said => {
                    self.is_empty = false;
                    continue;
                }
                _ => {}
            }
            self.blanks();
            let (at, token) = self.peek();
            let Token::Keyword(word) = token else {
                self.is_empty = false;
                self.pipeline(open, For::Action)?;
                continue;
            };
            self.at += 1;
            self.is_empty &= matches!(word, "end" | "define");
            match word {
                "end" => {
                    self.closed()?;
                    return Ok((at, Ending::End));
                }
                "else" => return Ok((at, Ending::Else)),
                "if" | "with" | "range" => self.deeper(at, |parser| parser.control(open, word))?,
                "break" | "continue" if self.loops == 0 => {
                    return fault(at, format!("`{word}` stands outside of `range`"));
                }
                "break" | "continue" => self.closed()?,
                "template" => {
                    let name = self.named(word)?;
                    self.called.push(name);
                    self.blanks();
                    match self.peek().1 {
                        Token::Close => self.at += 1,
                        _ => self.pipeline(open, For::Action)?,
                    }
                }
                "block" => {
                    let name = self.named(word)?;
                    self.pipeline(open, For::Block(word))?;
                    self.deeper(at, |parser| parser.apart(open, word, name))?;
                }
                "define" if is_top => {
                    let name = self.named(word)?;
                    self.closed()?;
                    self.deeper(at, |parser| parser.apart(open, word, name))?;
                }
                word => return fault(at, format!("`{word}` cannot stand here")),
            }
        }
    }

    fn closed(&mut self) -> Result<(), Fault> {
        self.blanks();
        match self.next() {
            (_, Token::Close) => Ok(()),
            (at, _) => fault(at, "expected `}}`"),
        }
    }

    fn named(&mut self, word: &str) -> Result<&'t str, Fault> {
        self.blanks();
        match self.next() {
            (_, Token::Text(name)) => Ok(name),
            (at, _) => fault(at, format!("expected a name in quotes behind `{word}`")),
        }
    }

    /// The body of a template of its own, which sees no variable from outside.
    fn apart(&mut self, open: usize, word: &str, name: &'t str) -> Result<(), Fault> {
        let around = std::mem::replace(&mut self.is_empty, true);
        let variables = std::mem::replace(&mut self.variables, vec!["$"]);
        let loops = std::mem::take(&mut self.loops);
        self.rebound += 1;
        self.apart += 1;
        let (at, ending) = self.items(false)?;
        self.apart -= 1;
        self.rebound -= 1;
        self.loops = loops;
        self.variables = variables;
        // An empty one gives way to another of its name.
        if !std::mem::replace(&mut self.is_empty, around) {
            if self.defined.contains(&name) {
                return fault(open, format!("there was a template {name} before"));
            }
            self.defined.push(name);
        }
        match ending {
            Ending::End => Ok(()),
            Ending::Else => fault(at, "`else` cannot stand here"),
            Ending::Template => fault(open, format!("this `{word}` has no `end`")),
        }
    }

    /// `if`, `with` or `range`, with everything up to its `end`.
    fn control(&mut self, open: usize, word: &'t str) -> Result<(), Fault> {
        let before = self.variables.len();
        self.pipeline(open, For::Block(word))?;
        let rebinds = word != "if";
        self.rebound += usize::from(rebinds);
        self.loops += usize::from(word == "range");
        let ended = self.items(false)?;
        self.loops -= usize::from(word == "range");
        self.rebound -= usize::from(rebinds);
        match ended {
            (_, Ending::End) => {}
            (_, Ending::Template) => return fault(open, format!("this `{word}` has no `end`")),
            (at, Ending::Else) => {
                self.blanks();
                match self.peek().1 {
                    // `else if` in an `if` and `else with` in a `with` share its `end`.
                    Token::Keyword(next) if next == word && word != "range" => {
                        self.at += 1;
                        self.deeper(at, |parser| parser.control(open, word))?;
                    }
                    _ => {
                        self.closed()?;
                        match self.items(false)? {
                            (_, Ending::End) => {}
                            (at, Ending::Else) => return fault(at, "there was an `else` before"),
                            (_, Ending::Template) => return fault(open, format!("this `{word}` has no `end`")),
                        }
                    }
                }
            }
        }
        self.variables.truncate(before);
        Ok(())
    }

    /// Declarations and commands, up to and with what ends them.
    fn pipeline(&mut self, start: usize, of: For<'t>) -> Result<(), Fault> {
        self.blanks();
        self.declarations(of)?;
        let mut stage = 0;
        loop {
            self.blanks();
            let (at, token) = self.peek();
            let ends = if of == For::Paren { Token::Sign(')') } else { Token::Close };
            if token == ends {
                self.at += 1;
                if stage == 0 {
                    let what = if let For::Block(word) = of { format!("`{word}`") } else { "this".to_owned() };
                    return fault(start, format!("{what} lacks a value"));
                }
                return Ok(());
            }
            if stage > 0 && matches!(token, Token::Constant(_) | Token::Dot | Token::Nil | Token::Text(_)) {
                return fault(at, "a value cannot take what is piped into it");
            }
            self.command()?;
            stage += 1;
        }
    }

    /// `$x := `, `$x = `, or both variables of a `range`.
    fn declarations(&mut self, of: For<'t>) -> Result<(), Fault> {
        let before = self.at;
        let mut names = Vec::new();
        while let (at, Token::Variable(name)) = self.peek() {
            self.at += 1;
            names.push((at, name));
            self.blanks();
            match self.peek().1 {
                Token::Assign(sign) => {
                    self.at += 1;
                    for (at, name) in names {
                        if sign == ":=" {
                            self.variables.push(name);
                        } else {
                            // Go finds this when it runs.
                            self.known(at, name, "gets a value before it is declared")?;
                        }
                    }
                    return Ok(());
                }
                Token::Sign(',') if of == For::Block("range") && names.len() < 2 => {
                    self.at += 1;
                    self.blanks();
                    if !matches!(self.peek().1, Token::Variable(_)) {
                        return fault(self.peek().0, "expected a variable");
                    }
                }
                _ => break,
            }
        }
        self.at = before;
        Ok(())
    }

    fn known(&self, at: usize, name: &str, otherwise: &str) -> Result<(), Fault> {
        match self.variables.contains(&name) {
            true => Ok(()),
            false => fault(at, format!("the variable `{name}` {otherwise}")),
        }
    }

    /// Operands with blanks between them.
    fn command(&mut self) -> Result<(), Fault> {
        let mut count = 0;
        loop {
            self.blanks();
            count += usize::from(self.operand()?);
            let (at, token) = self.peek();
            match token {
                Token::Blank => self.at += 1,
                Token::Close | Token::Sign(')') => break,
                Token::Sign('|') => {
                    self.at += 1;
                    break;
                }
                _ => return fault(at, "this cannot stand here"),
            }
        }
        if count == 0 { fault(self.peek().0, "a command is missing here") } else { Ok(()) }
    }

    /// A term with the fields behind it; `false` where none begins.
    fn operand(&mut self) -> Result<bool, Fault> {
        let (at, token) = self.peek();
        let is_value = match token {
            Token::Name(name) if !self.reader.has(name) => return fault(at, format!("there is no function `{name}`")),
            Token::Name(_) => false,
            Token::Dot | Token::Nil | Token::Constant(_) | Token::Text(_) => true,
            Token::Variable(name) => {
                self.known(at, name, "is not declared")?;
                false
            }
            Token::Field(field) if self.rebound == 0 && !self.reader.has_field(field) => {
                return fault(at, format!("there is no field `.{field}`"));
            }
            Token::Field(_) => false,
            Token::Sign('(') => {
                self.at += 1;
                self.deeper(at, |parser| parser.pipeline(at, For::Paren))?;
                self.at -= 1;
                false
            }
            _ => return Ok(false),
        };
        self.at += 1;
        let outermost = token == Token::Variable("$");
        let mut is_first = true;
        while let (at, Token::Field(field)) = self.peek() {
            if is_value {
                return fault(at, "a value in place has no fields");
            }
            if outermost && is_first && self.rebound_data() && !self.reader.has_field(field) {
                return fault(at, format!("there is no field `.{field}`"));
            }
            is_first = false;
            self.at += 1;
        }
        Ok(true)
    }

    /// Whether `$` is an alert's data here; in a template of its own it is what that was called with.
    fn rebound_data(&self) -> bool {
        self.apart == 0
    }
}
