//! What the imports of a file name: `use a::{b, c as d}` names `b` and `d`.

use std::collections::BTreeMap;

use super::change::How;
use super::token::{Role, Token, TokenKind};

/// How the imports of two versions differ, and the names that mean something else than before.
pub(super) fn how(before: &[Token], after: &[Token]) -> (Option<How>, Vec<String>) {
    let (old, new) = (named(before), named(after));
    if old == new {
        return (None, Vec::new());
    }
    let redirected =
        |(name, path): (&String, &String)| new.get(name).is_some_and(|now| now != path).then(|| name.clone());
    let redirects: Vec<String> = old.iter().filter_map(redirected).collect();
    // An import of everything, or one that names nothing, acts by itself.
    let acts = |names: &BTreeMap<String, String>, others: &BTreeMap<String, String>| {
        names
            .iter()
            .any(|(name, path)| (name.starts_with('*') || name.starts_with("_ ")) && others.get(name) != Some(path))
    };
    let is_harmless = redirects.is_empty() && !acts(&old, &new) && !acts(&new, &old);
    (Some(if is_harmless { How::Declared } else { How::Logic }), redirects)
}

/// Each imported name with its path.
fn named(tokens: &[Token]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    // In Go, which begins a file with its package, an import without a name has the name of the folder.
    let is_go = tokens.first().is_some_and(|token| token.is("package"));
    for statement in statements(tokens) {
        read(&statement, is_go, &mut names);
    }
    names
}

/// The statements of the imports: they end with `;`, or with a new line that begins one.
fn statements(tokens: &[Token]) -> Vec<Vec<&Token>> {
    let mut all: Vec<Vec<&Token>> = vec![Vec::new()];
    let mut depth = 0_usize;
    for token in tokens {
        match token.text.as_str() {
            "{" | "(" if token.kind == TokenKind::Mark => depth += 1,
            "}" | ")" if token.kind == TokenKind::Mark => depth = depth.saturating_sub(1),
            _ => {}
        }
        // The word `import` stands within a statement of Python.
        let is_python = all.last().and_then(|last| last.first()).is_some_and(|first| first.is("from"));
        let begins = matches!(token.text.as_str(), "import" | "use" | "using" | "package" | "export" | "extern");
        if (begins && depth == 0 && !is_python) || token.is(";") {
            all.push(Vec::new());
        }
        if let Some(last) = all.last_mut().filter(|_| !token.is(";") && token.role != Role::Inert) {
            last.push(token);
        }
    }
    all
}

fn read(statement: &[&Token], is_go: bool, names: &mut BTreeMap<String, String>) {
    let Some(first) = statement.first() else { return };
    let text = statement.iter().rev().find(|token| token.kind == TokenKind::Text).map(|token| token.text.as_str());
    // JavaScript tells the module last, Python first.
    let module = match first.text.as_str() {
        "import" | "export" if statement.iter().any(|token| token.is("from")) => text.unwrap_or_default().to_owned(),
        "from" => {
            let until = statement.iter().position(|token| token.is("import")).unwrap_or(statement.len());
            statement.iter().take(until).skip(1).map(|token| token.text.as_str()).collect()
        }
        _ => String::new(),
    };
    let skip = match first.text.as_str() {
        "from" => statement.iter().position(|token| token.is("import")).map_or(1, |at| at + 1),
        "import" | "use" | "using" | "export" | "extern" => 1,
        // A specification within Go's list.
        _ => 0,
    };
    let mut prefixes: Vec<String> = Vec::new();
    let (mut path, mut alias) = (String::new(), None::<String>);
    let mut flush = |path: &mut String, alias: &mut Option<String>, prefixes: &[String]| {
        if path.is_empty() {
            return;
        }
        let bare = path.trim_matches('"');
        let last = bare.rsplit([':', '.', '/']).next().unwrap_or(bare).to_owned();
        let whole = format!("{module} {}{path}", prefixes.concat());
        let name = match alias.take() {
            Some(alias) if alias == "_" => format!("_ {whole}"),
            Some(alias) => alias,
            None if last == "*" || (path.starts_with('"') && !is_go) => {
                format!("* {whole}")
            }
            None if last == "self" => prefixes.concat().trim_end_matches(':').to_owned(),
            None => last,
        };
        names.insert(name, whole);
        path.clear();
    };
    let mut tokens = statement.iter().skip(skip).peekable();
    while let Some(token) = tokens.next() {
        match token.text.as_str() {
            "{" | "(" => prefixes.push(std::mem::take(&mut path)),
            "}" | ")" => {
                flush(&mut path, &mut alias, &prefixes);
                prefixes.pop();
            }
            "," => flush(&mut path, &mut alias, &prefixes),
            "from" if !module.is_empty() => {
                flush(&mut path, &mut alias, &prefixes);
                return;
            }
            "as" => alias = tokens.next().map(|token| token.text.clone()),
            // The alias of C# stands first.
            "=" => alias = Some(std::mem::take(&mut path)),
            "static" | "type" | "crate" if path.is_empty() && first.text != "use" => {}
            text => {
                // Go's alias, and the next line of its list.
                if token.kind == TokenKind::Text {
                    alias = (!path.is_empty()).then(|| std::mem::take(&mut path));
                    path.push_str(text);
                    flush(&mut path, &mut alias, &prefixes);
                } else {
                    path.push_str(text);
                }
            }
        }
    }
    flush(&mut path, &mut alias, &prefixes);
}

#[cfg(test)]
mod tests {
    use super::super::Program;
    use super::super::items::ItemKind;
    use super::*;

    fn of(path: &str, text: &str) -> Vec<Token> {
        let program = Program::of(path, text.to_owned());
        let imports = program.items.iter().find(|item| item.kind == ItemKind::Imports);
        imports.map(|item| program.tokens_of(item).to_vec()).unwrap_or_default()
    }

    #[test]
    fn names_in_every_language() {
        for (path, before, after, wanted) in [
            ("a.rs", "use a::{b, c as d};\nuse e::f;", "use e::f;\nuse a::b;\nuse a::c as d;", None),
            ("a.rs", "use a::b;", "use a::b;\nuse a::c;", Some(How::Declared)),
            ("a.rs", "use a::gross as total;", "use a::net as total;", Some(How::Logic)),
            ("a.rs", "use a::b;", "use c::b;", Some(How::Logic)),
            ("a.rs", "use a::b;", "use a::b; use c::*;", Some(How::Logic)),
            ("a.go", "package a\nimport (\n\"b\"\n\"c/d\"\n)", "package a\nimport (\n\"c/d\"\n\"b\"\n)", None),
            ("a.go", "package a\nimport d \"c/d\"", "package a\nimport d \"c/e\"", Some(How::Logic)),
            ("a.go", "package a\nimport \"b\"", "package a\nimport (\n\"b\"\n_ \"c\"\n)", Some(How::Logic)),
            ("a.py", "from a import b, c\nimport d", "import d\nfrom a import (\n    b,\n    c,\n)", None),
            ("a.py", "from a import b", "from c import b", Some(How::Logic)),
            ("a.py", "from a import b", "from a import b\nimport os", Some(How::Declared)),
            ("a.ts", "import { a, b as c } from 'x';", "import { b as c, a } from \"x\"", None),
            ("a.ts", "import { a } from './v1';", "import { a } from './v2';", Some(How::Logic)),
            ("a.ts", "import { a } from 'x';", "import { a } from 'x';\nimport './patch';", Some(How::Logic)),
            ("A.java", "import a.B;\nimport a.C;", "import a.C;\nimport a.B;", None),
            ("A.java", "import a.B;", "import c.B;", Some(How::Logic)),
            ("a.cs", "using A;\nusing G = A.B;", "using A;\nusing G = A.C;", Some(How::Logic)),
        ] {
            assert_eq!(how(&of(path, before), &of(path, after)).0, wanted, "{path}: {before} → {after}");
        }
    }
}
