//! Attributes that are judged by their keys: declared to hold personal data, or called as secrets are.

use emberline_core::sensitive::names::{Secrecy, secrecy};
use emberline_core::spec::Pii;

use super::otlp::Value;
use crate::sensitive::{self, Kind};

/// What a key says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyed {
    /// Personal data or a secret: the agent masks the whole value.
    Masked(Kind),
    /// A database statement: the agent takes literals out.
    Sql,
    /// A URL: the agent takes the query out.
    Url,
    /// A name of secrets.
    Named(Secrecy),
}

impl Keyed {
    /// The kind that a finding tells.
    pub(super) fn found(self) -> Kind {
        match self {
            Self::Masked(kind) => kind,
            Self::Sql | Self::Url => Kind::Declared,
            Self::Named(_) => Kind::Assigned,
        }
    }
}

/// What a key says, by its declaration or by its name; `None` for other keys.
pub(super) fn kind(declared: Option<Pii>, key: &str) -> Option<Keyed> {
    match declared {
        Some(Pii::Sql) => Some(Keyed::Sql),
        Some(Pii::Url) => Some(Keyed::Url),
        Some(Pii::Secret) => Some(Keyed::Masked(Kind::Assigned)),
        Some(_) => Some(Keyed::Masked(Kind::Declared)),
        None => secrecy(key.as_bytes()).map(Keyed::Named),
    }
}

/// Whether a value under such a key shows what it must not. A value of asterisks is masked.
pub(super) fn shows(keyed: Keyed, value: &Value<'_>) -> bool {
    let text = value.string_value.as_deref();
    let inner = value.array_value.iter().flat_map(|array| &array.values);
    let pairs = value.kvlist_value.iter().flat_map(|list| list.values.iter().map(|pair| &pair.value));
    let within = inner.chain(pairs).any(|value| shows(keyed, value));
    let own = match keyed {
        Keyed::Masked(_) => {
            let other = value.int_value.is_some() || value.double_value.is_some() || value.bytes_value.is_some();
            other || text.is_some_and(|text| !text.bytes().all(|byte| byte == b'*'))
        }
        Keyed::Sql => text.is_some_and(holds_literal),
        Keyed::Url => text.is_some_and(|text| text.split_once(['?', '#']).is_some_and(|(_, query)| !query.is_empty())),
        Keyed::Named(secrecy) => text.is_some_and(|text| sensitive::is_secret_value(text, secrecy)),
    };
    own || within
}

/// Whether a statement holds a quoted text or a number, other than within a name.
fn holds_literal(statement: &str) -> bool {
    let bytes = statement.as_bytes();
    let quoted = bytes.iter().position(|byte| *byte == b'\'').is_some_and(|at| bytes[at + 1..].contains(&b'\''));
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
    let number = |at: usize| bytes[at].is_ascii_digit() && (at == 0 || !is_word(bytes[at - 1]));
    let whole = |at: usize| !bytes[at..].iter().find(|byte| !byte.is_ascii_digit()).is_some_and(|byte| is_word(*byte));
    quoted || (0..bytes.len()).any(|at| number(at) && whole(at))
}

#[cfg(test)]
mod tests {
    use super::holds_literal;

    #[test]
    fn literals_of_statements() {
        for text in ["SELECT 1", "a = 'x'", "LIMIT 10;", "v > 1.5"] {
            assert!(holds_literal(text), "{text}");
        }
        for text in ["SELECT ? FROM t1", "a = $1 AND b_2 = ?", "it's", ""] {
            assert!(!holds_literal(text), "{text}");
        }
    }
}
