//! A labelled corpus of invented telemetry fields, made from a seed.
//!
//! The corpus shares no pattern, table or function with the detectors. Numbers follow the rules of their issuers, with
//! computed check digits; addresses are made from names; innocent fields look like those of services.

/// A field of telemetry.
pub(crate) struct Field {
    /// The kind of field: a row of the printed table.
    pub(crate) kind: &'static str,
    /// The text of the field.
    pub(crate) text: String,
}

/// xorshift64*: the same numbers on every machine.
pub(crate) struct Dice(u64);

impl Dice {
    /// `seed` must not be 0.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (self.roll() >> 11) % limit
    }

    pub(crate) fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap_or_default()]
    }

    pub(crate) fn string(&mut self, alphabet: &str, length: u64) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| alphabet[usize::try_from(self.below(alphabet.len() as u64)).unwrap_or_default()]).collect()
    }
}

const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const GIVEN: &[&str] = &["ada", "Bo", "chidi", "Dagny", "emre", "fumiko", "Goran", "hye-jin", "ines", "Jo"];
const FAMILY: &[&str] = &["okafor", "Lindqvist", "yilmaz", "Tanaka", "novak", "kim", "silva", "O.Brien", "weiss", "ng"];
const HOUSES: &[&str] = &[
    "contoso.com",
    "fabrikam.co.uk",
    "mail.northwind.io",
    "tailspin.museum",
    "adatum.de",
    "litware-inc.net",
    "example.com",
];

/// A field with personal data or a secret.
pub(crate) fn sensitive(dice: &mut Dice) -> Field {
    let (kind, bare) = match dice.below(12) {
        0 | 1 => ("e-mail", address(dice)),
        2 | 3 => ("card", card(dice)),
        4 => ("account", account(dice)),
        5 => {
            let area = 100 + dice.below(500);
            let number = format!("{area}-{:02}-{:04}", 1 + dice.below(99), 1 + dice.below(9_999));
            return Field {
                kind: "ssn",
                text: format!("{} {number}", dice.of(&["SSN", "ssn:", "social security number"])),
            };
        }
        6 => ("aws", format!("{}{}", dice.of(&["AKIA", "ASIA"]), dice.string("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))),
        7 => ("github", format!("gh{}_{}", dice.of(&["p", "o", "u", "s", "r"]), dice.string(ALPHANUMERIC, 36))),
        8 => {
            let (a, b) = (dice.string(DIGITS, 12), dice.string(ALPHANUMERIC, 24));
            ("slack", format!("xox{}-{a}-{b}", dice.of(&["b", "p", "a"])))
        }
        9 => {
            // `{"` in base64 is `eyJ`.
            let part = |dice: &mut Dice, length| format!("eyJ{}", dice.string(ALPHANUMERIC, length));
            ("jwt", format!("{}.{}.{}", part(dice, 17), part(dice, 60), dice.string(ALPHANUMERIC, 43)))
        }
        10 => {
            let token = format!("{}7{}a", dice.string(ALPHANUMERIC, 12), dice.string(ALPHANUMERIC, 12));
            return Field { kind: "bearer", text: format!("authorization: Bearer {token}") };
        }
        _ => {
            let secret = dice.string(ALPHANUMERIC, 10);
            let text = match dice.below(3) {
                0 => format!("postgres://app:{secret}@10.0.0.7:5432/orders"),
                1 => format!("retry with password={secret} failed"),
                _ => format!("{{\"api_key\": \"{secret}\"}}"),
            };
            return Field { kind: "password", text };
        }
    };
    let number = dice.below(100_000);
    let text = match dice.below(8) {
        0 => bare,
        1 => format!("user {bare} not found"),
        2 => format!("{{\"id\":{number},\"value\":\"{bare}\"}}"),
        3 => format!("order {number}: {bare}, retried"),
        4 => format!("SELECT * FROM t WHERE v = '{bare}' AND n = {number}"),
        5 => format!("value=[{bare}] at step {}", number % 9),
        6 => format!("panicked at 'bad input: {bare}', src/main.rs:{number}:7"),
        _ => format!("GET /find?n={number}&q={} HTTP/1.1", bare.replace(' ', "%20").replace('@', "%40")),
    };
    // Blanks within a number do not survive a URL as blanks.
    let text = if text.contains("%20") { text.replace("%20", "") } else { text };
    Field { kind, text }
}

fn address(dice: &mut Dice) -> String {
    let (given, family) = (dice.of(GIVEN), dice.of(FAMILY));
    let local = match dice.below(4) {
        0 => format!("{given}.{family}"),
        1 => format!("{given}{}", dice.below(2_000)),
        2 => format!("{given}+orders@").trim_end_matches('@').to_owned(),
        _ => format!("{given}_{family}"),
    };
    format!("{local}@{}", dice.of(HOUSES))
}

/// The issuer's first digits, random ones, and the digit that makes the weighted sum a multiple of ten.
fn card(dice: &mut Dice) -> String {
    let (first, length, groups): (String, usize, &[usize]) = match dice.below(9) {
        0 | 1 => ("4".into(), 16, &[4, 4, 4, 4]),
        2 => (format!("5{}", 1 + dice.below(5)), 16, &[4, 4, 4, 4]),
        3 => (format!("{}", 2_221 + dice.below(500)), 16, &[4, 4, 4, 4]),
        4 => (dice.of(&["34", "37"]).into(), 15, &[4, 6, 5]),
        5 => (dice.of(&["6011", "65", "644"]).into(), 16, &[4, 4, 4, 4]),
        6 => (format!("{}", 3_528 + dice.below(62)), 16, &[4, 4, 4, 4]),
        7 => (dice.of(&["300", "36", "38"]).into(), 14, &[4, 6, 4]),
        _ => (dice.of(&["62", "6759", "5018"]).into(), 16, &[4, 4, 4, 4]),
    };
    let body = format!("{first}{}", dice.string(DIGITS, (length - first.len() - 1) as u64));
    let mut sum = 0;
    for (place, digit) in body.bytes().rev().enumerate() {
        let digit = i32::from(digit - b'0');
        sum += match place % 2 {
            0 => [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][usize::try_from(digit).unwrap_or_default()],
            _ => digit,
        };
    }
    let number = format!("{body}{}", (10 - sum % 10) % 10);
    let between = dice.of(&["", "", " ", "-"]);
    let mut parts = Vec::new();
    let mut rest = number.as_str();
    for length in groups {
        let (part, more) = rest.split_at(*length);
        parts.push(part);
        rest = more;
    }
    parts.join(between)
}

/// Check digits are 98 less the remainder of the number with zeros in their place.
fn account(dice: &mut Dice) -> String {
    let (country, number) = match dice.below(4) {
        0 => ("DE", dice.string(DIGITS, 18)),
        1 => ("GB", format!("{}{}", dice.string(UPPER, 4), dice.string(DIGITS, 14))),
        2 => ("FR", dice.string(DIGITS, 23)),
        _ => ("NL", format!("{}{}", dice.string(UPPER, 4), dice.string(DIGITS, 10))),
    };
    let mut rest: u64 = 0;
    for character in format!("{number}{country}00").chars() {
        for digit in character.to_digit(36).unwrap_or_default().to_string().chars() {
            rest = (rest * 10 + u64::from(digit.to_digit(10).unwrap_or_default())) % 97;
        }
    }
    format!("{country}{:02}{number}", 98 - rest)
}

/// A field in which nothing may be found.
pub(crate) fn innocent(dice: &mut Dice) -> Field {
    let millis = 1_700_000_000_000 + dice.below(90_000_000_000);
    let small = dice.below(1_000);
    let hex = |dice: &mut Dice, length| dice.string(HEX, length);
    let (kind, text) = match dice.below(24) {
        0 => ("milliseconds", format!("{millis}")),
        1 => ("milliseconds", format!("ts={millis} start={}", millis - small)),
        2 => ("microseconds", format!("{millis}{:03}", dice.below(1_000))),
        3 => ("nanoseconds", format!("{{\"timeUnixNano\":\"{millis}{:06}\"}}", dice.below(1_000_000))),
        4 => ("trace id", hex(dice, 32)),
        5 => ("span id", format!("parent={} span={}", hex(dice, 16), hex(dice, 16))),
        6 => ("traceparent", format!("00-{}-{}-01", hex(dice, 32), hex(dice, 16))),
        7 | 8 => {
            let parts: Vec<String> = [8, 4, 4, 4, 12].iter().map(|length| hex(dice, *length)).collect();
            ("uuid", parts.join("-"))
        }
        9 => {
            let parts: Vec<String> = [8, 4, 4, 4, 12].iter().map(|length| dice.string(DIGITS, *length)).collect();
            ("uuid of digits", parts.join("-"))
        }
        10 => ("decimal", format!("{}.{}", dice.string(DIGITS, 5), dice.string(DIGITS, 16))),
        11 => ("decimal", format!("0.{}e-{}", dice.string(DIGITS, 16), small % 30)),
        12 => ("version", format!("{}.{}.{}-rc.{}+{}", small % 9, small % 31, small % 17, small % 5, hex(dice, 8))),
        13 => ("package", format!("lodash@{}.{}.{} react-dom@^{}.0.0", small % 5, small % 18, small % 22, small % 19)),
        14 => ("snowflake", format!("message 1{} acknowledged", dice.string(DIGITS, 17))),
        15 => ("order", format!("order {} of customer {}", dice.string(DIGITS, 8), dice.string(DIGITS, 10))),
        16 => ("address", format!("10.{}.{}.{}:{}", small % 256, small % 200, small % 99, 1_024 + small)),
        17 => ("image", format!("registry/shop/checkout@sha256:{}", hex(dice, 64))),
        18 => ("pod", format!("checkout-{}-{}", hex(dice, 9), dice.string("bcdfghjklmnpqrstvwxz2456789", 5))),
        19 => ("url", format!("https://shop.local:8443/orders/{}/items?page={small}&sort=asc", dice.string(DIGITS, 9))),
        20 => ("sql", format!("UPDATE ledger SET amount = ? WHERE id = ? AND n > {small}")),
        21 => (
            "sentence",
            format!(
                "{} after {small} ms",
                dice.of(&[
                    "password reset requested",
                    "token bucket refilled",
                    "card declined",
                    "the secret was rotated",
                    "bearer of bad news",
                    "e-mail queued",
                    "retrying @ once",
                    "account closed",
                ])
            ),
        ),
        22 => (
            "code",
            format!(
                "{}:{small}",
                dice.of(&[
                    "at com.shop.Pay$1.run(Pay.java",
                    "src/token/mod.rs",
                    "icon@2x.png",
                    "git@github.com:shop/api.git",
                    "<module> @ line",
                    "File \"a.py\", line",
                    "std::pair<int, int>",
                    "--max-tokens=4096",
                ])
            ),
        ),
        _ => ("bytes", format!("{} of {}", dice.string(DIGITS, 11), dice.string(DIGITS, 12))),
    };
    Field { kind, text }
}
