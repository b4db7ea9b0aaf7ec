//! Tells texts for people from texts for machines.

/// Whether a text is for machines: an SQL statement, a path, an address.
pub(super) fn is_statement(text: &str) -> bool {
    let bare = inner(text);
    if bare.starts_with('/') || bare.contains("://") {
        return true;
    }
    let mut words = bare.split(|c: char| !(c.is_ascii_alphabetic() || c == '_')).filter(|word| !word.is_empty());
    let is_sql = |word: &str| {
        matches!(
            word,
            "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "PRAGMA" | "CREATE" | "WHERE" | "ALTER" | "BEGIN" | "DROP"
        )
    };
    let first = words.next().unwrap_or_default();
    // In lower case, the words of SQL are English as well, so that two of them must come together.
    let lower = bare.to_ascii_lowercase();
    let pairs = [("select", " from "), ("insert", " into "), ("update", " set "), ("delete", " from ")];
    is_sql(first)
        || words.any(is_sql)
        || pairs.iter().any(|(verb, with)| first.eq_ignore_ascii_case(verb) && lower.contains(with))
}

/// Whether a text is a sentence for people: two words of a language at least, and nothing that only machines read.
pub(super) fn is_prose(text: &str) -> bool {
    let bare = inner(text);
    let is_word = |word: &&str| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
        word.len() >= 2
            && word.chars().all(|c| c.is_alphabetic() || c == '\'')
            && word.chars().skip(1).all(char::is_lowercase)
            && word.to_lowercase().contains(['a', 'e', 'i', 'o', 'u'])
    };
    let has_code = ['=', '<', '>', '$', '*', '|', '\\', ';', '&', '#'].iter().any(|c| bare.contains(*c));
    !is_statement(text) && !has_code && bare.split_whitespace().filter(is_word).count() >= 2
}

/// A text without its quotes and the letters before them, as in `b"…"`.
fn inner(text: &str) -> &str {
    let open = text.find(['"', '\'', '`']).filter(|at| *at <= 3).unwrap_or(0);
    text.get(open..).unwrap_or(text).trim_matches(['"', '\'', '`', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_for_machines() {
        for text in ["\"SELECT 1\"", "\"select a from b\"", "'/orders'", "\"redis://cache:6379\"", "`DROP INDEX a`"] {
            assert!(is_statement(text) && !is_prose(text), "{text}");
        }
        for text in [
            "\"EEE dd MMM yyyy\"",
            "\"orders:{id}\"",
            "\"a=b c\"",
            "\",\"",
            "\"x y\"",
            "\"user_id\"",
            "\"net total %Y;\"",
        ] {
            assert!(!is_prose(text), "{text}");
        }
        for text in ["\"no such order\"", "'Please update the order from the page'", "\"out of stock: {id}\""] {
            assert!(is_prose(text) && !is_statement(text), "{text}");
        }
    }
}
