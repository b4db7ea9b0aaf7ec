//! The hits of detectors, and the origin of texts.

use std::ops::Range;

/// The longest name, and the longest value that is read, in bytes.
pub(super) const LONGEST_NAME: usize = 64;

/// A kind of personal data or secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A payment card number: issuer, length and check digit fit.
    Card,
    /// A bank account number: country, length and check digits fit.
    Iban,
    /// A US social security number, next to a word that says so.
    Ssn,
    /// A card number that a network publishes for tests, in a file.
    TestCard,
    /// A value under a key that is declared to hold personal data.
    Declared,
    /// The header of a private key.
    PrivateKey,
    /// A key of an issuer; the words are the catalogue's.
    Issued(&'static str),
    /// A JSON Web Token.
    Jwt,
    /// A token after `Bearer`, or a password after `Basic`.
    Bearer,
    /// A password in a URL.
    UrlPassword,
    /// The value of a name such as `password` or `api_key`.
    Assigned,
}

impl Kind {
    /// The kind in words, with its article: the object of "found".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Email => "an e-mail address",
            Self::Card => "a payment card number",
            Self::Iban => "a bank account number",
            Self::Ssn => "a social security number",
            Self::TestCard => "a card number published for tests",
            Self::Declared => "a value that has to be masked",
            Self::PrivateKey => "a private key",
            Self::Issued(words) => words,
            Self::Jwt => "a JSON Web Token",
            Self::Bearer => "a bearer token",
            Self::UrlPassword => "a password in a URL",
            Self::Assigned => "a secret in an assignment",
        }
    }

    /// Whether this is a secret rather than personal data.
    #[must_use]
    pub fn is_secret(self) -> bool {
        !matches!(self, Self::Email | Self::Card | Self::Iban | Self::Ssn | Self::TestCard | Self::Declared)
    }
}

/// The origin of a text, which decides what is innocent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file that people write. Addresses and keys that are reserved for documentation are innocent.
    File,
    /// A field of telemetry. Nothing there is documentation: an address at example.com shows that addresses are recorded.
    Telemetry,
}

/// Personal data or a secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The place in the text, in bytes; all of them are ASCII.
    pub range: Range<usize>,
    /// The bytes that nobody may be shown, ASCII as well. They can go on behind `range`: the body of a private key, or
    /// the rest of a token that is longer than what a detector reads.
    pub secret: Range<usize>,
    /// The kind of data.
    pub kind: Kind,
}

/// No detector reads further than this around the byte that it starts at, in bytes, and no secret is longer.
pub const REACH: usize = 64 << 10;

/// A detector's match. Its secret bytes are settled once all matches are known.
pub(super) fn hit(range: Range<usize>, kind: Kind) -> Hit {
    Hit { secret: range.clone(), range, kind }
}

/// The bytes of words: letters, digits and `_`.
static WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        word[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    word
};

/// Whether a byte belongs to a word.
pub(super) fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}
