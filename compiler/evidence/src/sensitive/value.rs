//! Judges values: placeholders, references to a secret that is elsewhere, words, and what a machine made.

use emberline_core::base64;
use emberline_core::sensitive::names::STATES;

/// Words that stand for a value in documentation and tests, alone or with digits behind.
const STEMS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "passw",
    "pwd",
    "secret",
    "test",
    "tests",
    "testing",
    "tester",
    "foo",
    "bar",
    "baz",
    "foobar",
    "abc",
    "abcd",
    "abcdef",
    "user",
    "username",
    "admin",
    "root",
    "changeme",
    "example",
    "dummy",
    "sample",
    "demo",
    "fake",
    "mock",
    "default",
    "key",
    "token",
    "value",
    "string",
    "hello",
    "world",
    "mypassword",
    "mypass",
    "mysecret",
    "mytoken",
    "mykey",
    "testpass",
    "testpassword",
    "testsecret",
    "testtoken",
    "postgres",
    "mysql",
    "guest",
    "welcome",
    "qwerty",
    "letmein",
    "asdf",
    "asdfgh",
    "xxx",
    "supersecret",
    "secretkey",
    "apikey",
    "accesstoken",
    "base",
    "sha",
    "md",
    "utf",
    "int",
    "uint",
    "string",
    "v",
    "id",
    "type",
    "param",
    "arg",
    "field",
    "name",
    "p",
    "x",
    "a",
    "b",
    "pw",
    "client",
    "server",
    "alice",
    "bob",
];

/// Parts that no generated value has.
const TELLING: &[&str] = &[
    "redacted",
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "your-",
    "your_",
    "yourp",
    "yourt",
    "yours",
    "yourk",
    "<your",
    "xxxx",
    "dummy",
    "insert",
    "replace",
    "todo",
    "fixme",
    "sample",
    "fake",
    "not-a-",
    "notreal",
    "secretkey",
    "my-secret",
    "mysecret",
    "my_secret",
    "....",
    "****",
    "-here",
    "_here",
    "test",
    "password",
    "deadbeef",
    "foobar",
    "lorem",
];

/// Where values begin that name a secret kept elsewhere.
const REFERENCES: &[&str] = &[
    "arn:",
    "op://",
    "vault:",
    "secret:",
    "secrets/",
    "secret/",
    "projects/",
    "ssm:",
    "sm://",
    "akv://",
    "ref+",
    "env:",
    "env.",
    "file:",
    "/",
    "./",
    "~/",
    "http:",
    "https:",
    "@microsoft",
    "!",
    "process.env",
    "os.environ",
    "os.getenv",
    "config.",
    "settings.",
    "self.",
    "this.",
    "data.",
    "var.",
    "local.",
    "module.",
    "kms:",
    "gcp:",
    "aws:",
    "azure:",
    "keyvault",
    "sha1-",
    "sha256-",
    "sha384-",
    "sha512-",
    "sha256:",
    "sops:",
    "enc[",
    "enc:",
    "age1",
    "pk_",
    "ssh-",
    "urn:",
    "uuid",
    "{cipher}",
    "cn=",
    "com.",
    "org.",
    "net.",
    "io.",
];

fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

fn starts(text: &[u8], part: &str) -> bool {
    text.len() >= part.len() && text[..part.len()].eq_ignore_ascii_case(part.as_bytes())
}

/// Whether a value is a placeholder: a variable, a template, asterisks.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    value.iter().any(|byte| b"${}<>()%[]".contains(byte))
        || value.iter().all(|byte| b"*xX.-_".contains(byte))
        || ["redacted", "example", "changeme", "placeholder", "your-", "your_"].iter().any(|word| holds(value, word))
}

/// Whether the first word of a value is one that says how a secret is, such as `expired`.
pub(super) fn is_state(value: &[u8]) -> bool {
    let word = value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    word > 0 && STATES.iter().any(|state| value[..word].eq_ignore_ascii_case(state.as_bytes()))
}

/// Whether a value holds a letter and a digit.
pub(super) fn is_mixed(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic)
}

/// Whether a value only names a secret that is kept elsewhere, or is code that fetches it.
pub(super) fn is_reference(value: &[u8]) -> bool {
    let files =
        [".pem", ".key", ".crt", ".json", ".yaml", ".yml", ".txt", ".env", ".p12", ".jks", ".go", ".py", ".js", ".ts"];
    if files.iter().any(|end| value.ends_with(end.as_bytes())) || is_member(value) {
        return true;
    }
    REFERENCES.iter().any(|head| starts(value, head))
        || value.iter().any(|byte| b"${}<>()[]|".contains(byte))
        || ["://", "::", "->", ".."].iter().any(|part| holds(value, part))
}

/// Whether a value is a member of something in code, such as `ec2Response.SecretAccessKey`.
fn is_member(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let parts = || value.split(|byte| *byte == b'.');
    let is_name = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_alphabetic)
            && part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    digits <= 2 && parts().count() > 1 && parts().all(is_name)
}

/// Whether a value is made for documentation or a test: telling words, a run up or down the alphabet, few characters.
pub(super) fn is_invented(value: &[u8]) -> bool {
    let steps = |step: u8| {
        let mut run = 1;
        value.windows(2).any(|pair| {
            run = if pair[1] == pair[0].wrapping_add(step) || (step == 1 && pair == b"90") { run + 1 } else { 1 };
            run >= 7
        })
    };
    let same = value.windows(7).any(|part| part.iter().all(|byte| *byte == part[0]));
    TELLING.iter().any(|word| holds(value, word)) || steps(1) || steps(u8::MAX) || same || repeats(value)
}

/// Whether a value is the same piece again and again.
fn repeats(value: &[u8]) -> bool {
    (2..=value.len() / 3)
        .take(8)
        .any(|width| value.len().is_multiple_of(width) && value.chunks(width).all(|chunk| chunk == &value[..width]))
}

/// Whether a value is a word of documentation with digits behind: `password123!`.
fn is_stem(value: &[u8]) -> bool {
    let letters = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let rest_is_plain = value[letters..].iter().all(|byte| byte.is_ascii_digit() || b"!._-#@$".contains(byte));
    rest_is_plain && STEMS.iter().any(|stem| value[..letters].eq_ignore_ascii_case(stem.as_bytes()))
}

/// Characters a change of class: letters of one case, digits. A capital before a small letter is no change, so words in
/// camel case have long runs. Generated text has about two.
fn run_length(value: &[u8]) -> f64 {
    let class = |byte: u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let changes = value.windows(2).filter(|pair| match (class(pair[0]), class(pair[1])) {
        (1, 0) => false,
        (one, other) => one != other,
    });
    value.len() as f64 / (changes.count() + 1) as f64
}

/// Entropy in bits a character.
fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0_u16; 128];
    for byte in value.iter().filter(|byte| byte.is_ascii()) {
        counts[usize::from(*byte)] += 1;
    }
    let length = value.len() as f64;
    let share = |count: &u16| f64::from(*count) / length;
    counts.iter().filter(|count| **count > 0).map(|count| -share(count) * share(count).log2()).sum()
}

/// Whether a value is made of words: every part between separators is a word, a number, or a word with few digits.
pub(super) fn is_wordy(value: &[u8]) -> bool {
    let parts = value.split(|byte| !byte.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.clone().count() > 1
        && parts.clone().all(|part| {
            let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let digits = part[letters..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            (letters + digits == part.len() && digits <= 4 && letters <= 12) || run_length(part) > 6.0
        })
}

/// Whether a machine made a value: letters and digits that change often.
pub(super) fn is_made(value: &[u8]) -> bool {
    is_mixed(value)
        && entropy(value) >= 3.0
        && run_length(value) < 3.6
        && !is_wordy(value)
        && !is_reference(value)
        && !is_invented(value)
}

/// Whether a value looks like a password that somebody chose: not a word of documentation, and more than letters.
pub(super) fn is_chosen(value: &[u8]) -> bool {
    is_mixed(value)
        && !is_wordy(value)
        && !is_stem(value)
        && !is_state(value)
        && !is_reference(value)
        && !is_invented(value)
}

/// Whether a value has letters of both cases or a sign besides letters and digits, or changes often: what a name in code
/// with a digit behind has not.
pub(super) fn is_strong(value: &[u8]) -> bool {
    let has = |fits: fn(&u8) -> bool| value.iter().any(fits);
    let sign = value.iter().any(|byte| byte.is_ascii_punctuation() && !b"_-.:/".contains(byte));
    let both = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    run_length(value) < 3.0 || ((sign || both) && value.len() >= 8 && (sign || run_length(value) < 4.1))
}

/// The bytes of a text in base64, at most 96 of them; `None` for another text.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    decoded(text, 128)
}

/// The bytes of the first `most` characters of a text in base64; `None` for another text.
pub(super) fn decoded(text: &[u8], most: usize) -> Option<Vec<u8>> {
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    if body.len() < 4 || body.len() % 4 == 1 {
        return None;
    }
    base64::decode(body.get(..most).unwrap_or(body))
}

/// Whether a text in base64 is `user:password`.
pub(super) fn is_basic(text: &[u8]) -> bool {
    let Some(bytes) = base64(text) else { return false };
    let colon = bytes.iter().position(|byte| *byte == b':');
    let printable = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    printable && colon.is_some_and(|colon| colon > 0 && bytes.len() >= colon + 4)
}
