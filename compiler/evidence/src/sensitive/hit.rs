//! The hits of detectors, and the origin of texts.

use std::ops::Range;

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
    /// The header of a private key.
    PrivateKey,
    /// An access key of AWS.
    Aws,
    /// A token of GitHub.
    Github,
    /// A token or webhook of Slack.
    Slack,
    /// An API key of Google.
    Google,
    /// A live key of Stripe.
    Stripe,
    /// A JSON Web Token.
    Jwt,
    /// A token after `Bearer`.
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
            Self::PrivateKey => "a private key",
            Self::Aws => "an AWS access key",
            Self::Github => "a GitHub token",
            Self::Slack => "a Slack token",
            Self::Google => "a Google API key",
            Self::Stripe => "a Stripe key",
            Self::Jwt => "a JSON Web Token",
            Self::Bearer => "a bearer token",
            Self::UrlPassword => "a password in a URL",
            Self::Assigned => "a secret in an assignment",
        }
    }

    /// Whether this is a secret rather than personal data.
    #[must_use]
    pub fn is_secret(self) -> bool {
        !matches!(self, Self::Email | Self::Card | Self::Iban | Self::Ssn)
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

/// Whether a byte belongs to a word: a letter, a digit or `_`.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
