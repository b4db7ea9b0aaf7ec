//! The string literals and, where asked, the doc comments of Rust source outside its tests.

/// A literal's text as the program has it, and the byte where it begins in the source.
pub(crate) struct Literal {
    pub(crate) at: usize,
    pub(crate) text: String,
}

/// The source up to its module of tests, which stands last.
pub(crate) fn without_tests(source: &str) -> &str {
    let inline = source
        .match_indices("#[cfg(test)]\nmod ")
        .find(|(at, _)| source[*at..].lines().nth(1).is_some_and(|line| line.ends_with('{')));
    inline.map_or(source, |(at, _)| &source[..at])
}

/// Every string literal, in order.
pub(crate) fn of(source: &str) -> Vec<Literal> {
    let bytes = source.as_bytes();
    let mut literals = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if let Some(hashes) = raw(bytes, at) {
            let open = at + 2 + hashes;
            let close = format!("\"{}", "#".repeat(hashes));
            let end = source[open..].find(&close).map_or(source.len(), |end| open + end);
            literals.push(Literal { at: open, text: source[open..end].to_owned() });
            at = (end + close.len()).min(source.len());
        } else if bytes[at] == b'"' {
            let (text, end) = quoted(source, at + 1);
            literals.push(Literal { at: at + 1, text });
            at = end;
        } else if bytes[at] == b'\'' {
            at += character(rest);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    literals
}

/// Whether a raw string begins here, and with how many hashes.
fn raw(bytes: &[u8], at: usize) -> Option<usize> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if bytes[at] != b'r' || (at > 0 && is_word(bytes[at - 1]) && bytes[at - 1] != b'b') {
        return None;
    }
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    (bytes.get(at + 1 + hashes) == Some(&b'"')).then_some(hashes)
}

/// The text from an opening quote on, and the byte behind the closing one. Line breaks that are escaped go with what
/// indents the next line.
fn quoted(source: &str, start: usize) -> (String, usize) {
    let mut text = String::new();
    let mut chars = source[start..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, start + at + 1),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, '\n')) => {
                    let rest = chars.as_str();
                    let blank = rest.len() - rest.trim_start().len();
                    for _ in rest[..blank].chars() {
                        chars.next();
                    }
                }
                Some((_, other)) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    (text, source.len())
}

/// The length of a character literal, or of the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some(_)) => rest[3..].find('\'').map_or(1, |end| end + 4),
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

/// The doc comments of items (`///`), each as one text.
pub(crate) fn doc_comments(source: &str) -> Vec<Literal> {
    let mut comments: Vec<Literal> = Vec::new();
    let (mut at, mut is_open) = (0, false);
    for line in source.split_inclusive('\n') {
        let doc = line.trim_start().strip_prefix("///");
        match (doc, is_open) {
            (Some(doc), true) => {
                if let Some(last) = comments.last_mut() {
                    last.text.push_str(doc);
                }
            }
            (Some(doc), false) => comments.push(Literal { at, text: doc.to_owned() }),
            (None, _) => {}
        }
        is_open = doc.is_some();
        at += line.len();
    }
    comments
}

#[test]
fn literals_are_read_as_rust_reads_them() {
    let source = "let a = \"one \\\n    two\"; // \"no\"\nlet b = r#\"three \"four\"\"#; let c = '\"'; fn d<'l>() { \"five\" }\nlet e = '\\'';";
    let texts: Vec<_> = of(source).into_iter().map(|literal| literal.text).collect();
    assert_eq!(texts, ["one two", "three \"four\"", "five"]);
    assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests;\nb"), "a\n#[cfg(test)]\nmod tests;\nb");
    assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {\n}"), "a\n");
    assert_eq!(doc_comments("/// One\n/// two.\nx\n/// Three.\n").len(), 2);
}
