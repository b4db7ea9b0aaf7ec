//! What detectors find, and where texts come from.

use std::ops::Range;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A payment card number: issuer, length and check digit fit.
    Card,
    /// A bank account number: country, length and check digits fit.
    Iban,
    /// A number of the US social security, beside a word that says so.
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
    /// A token behind `Bearer`.
    Bearer,
    /// A password in a URL.
    UrlPassword,
    /// A value given to a name such as `password` or `api_key`.
    Assigned,
}

impl Kind {
    /// What it is, with its article, to be read after "found".
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

    /// Whether it opens something, rather than saying something of a person.
    #[must_use]
    pub fn is_secret(self) -> bool {
        !matches!(self, Self::Email | Self::Card | Self::Iban | Self::Ssn)
    }
}

/// Where the text comes from, which decides what is innocent there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file that people write. Addresses and keys that are reserved for documentation are what they should use there.
    File,
    /// A field of telemetry. Nothing is documentation there: an address at example.com shows that addresses leave.
    Telemetry,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The bytes of the text; all of them are ASCII.
    pub range: Range<usize>,
    /// What they are.
    pub kind: Kind,
}

/// Letters, digits and `_`: what words are made of.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
