//! Bank account numbers: the length that each country has (ISO 13616), and the issuers of payment cards (ISO/IEC 7812).

/// The length of the numbers of each country (SWIFT's registry of IBAN formats).
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BR", 29),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"ES", 24),
    (b"FI", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MT", 31),
    (b"MU", 30),
    (b"NL", 18),
    (b"NO", 15),
    (b"PK", 24),
    (b"PL", 28),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"SA", 24),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"XK", 20),
];

/// Countries whose numbers hold digits alone behind the country (the same registry).
const OF_DIGITS: &[&[u8; 2]] = &[
    b"AT", b"BA", b"BE", b"CZ", b"DE", b"DK", b"EE", b"ES", b"FI", b"FO", b"GL", b"HR", b"HU", b"IL", b"IS", b"LT",
    b"ME", b"NO", b"PL", b"PT", b"RS", b"SE", b"SI", b"SK", b"XK",
];

/// The length of a country's account numbers, and whether they hold digits alone; `None` for a country without them.
#[must_use]
pub fn account(country: &[u8]) -> Option<(usize, bool)> {
    let length = LENGTHS.iter().find(|(known, _)| known[..] == *country).map(|(_, length)| *length)?;
    Some((length, OF_DIGITS.iter().any(|known| known[..] == *country)))
}

/// Account numbers in RE2, in one piece or in groups of four. RE2 knows no check digits.
pub(super) fn accounts() -> String {
    let mut kinds: std::collections::BTreeMap<(usize, bool), Vec<&str>> = std::collections::BTreeMap::new();
    for (country, _) in LENGTHS {
        let kind = account(&country[..]).unwrap_or_default();
        kinds.entry(kind).or_default().push(std::str::from_utf8(&country[..]).unwrap_or_default());
    }
    let one = |((length, digits), countries): ((usize, bool), Vec<&str>)| {
        let class = if digits { "[0-9]" } else { "[0-9A-Z]" };
        let (groups, rest) = ((length - 4) / 4, (length - 4) % 4);
        let rest = if rest > 0 { format!(" ?{class}{{{rest}}}") } else { String::new() };
        format!("(?:{})[0-9]{{2}}(?: ?{class}{{4}}){{{groups}}}{rest}", countries.join("|"))
    };
    format!("(?:{})\\b", kinds.into_iter().map(one).collect::<Vec<_>>().join("|"))
}

/// Prefixes of the networks' card numbers, as patterns, with the digits of a number in groups (the networks' published ranges).
const CARDS: &[(&str, &str, &[usize])] = &[
    // Visa.
    ("4", "4[0-9]{3}", &[4, 4, 4, 4]),
    // Mastercard, and Mir.
    ("5[1-5]", "(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720|220[0-4])", &[4, 4, 4, 4]),
    // Discover, JCB, UnionPay, Maestro.
    (
        "6",
        "(?:6011|64[4-9][0-9]|65[0-9]{2}|62[0-9]{2}|35(?:2[89]|[3-8][0-9])|5018|5020|5038|5893|6304|6759|676[1-3])",
        &[4, 4, 4, 4],
    ),
    // American Express.
    ("3[47]", "3[47][0-9]{2}", &[4, 6, 5]),
    // Diners.
    ("30", "3(?:0[0-5]|[689][0-9])[0-9]", &[4, 6, 4]),
];

/// Card numbers in RE2: in one piece, with blanks, with dashes. What stands before a number is taken with it, because a
/// number within a word, a decimal or an id is none. RE2 knows no check digit.
pub(super) fn cards() -> String {
    let mut ways = Vec::new();
    for (_, first, groups) in CARDS {
        for between in ["", " ", "-"] {
            let rest: String = groups[1..].iter().map(|many| format!("{between}[0-9]{{{many}}}")).collect();
            ways.push(format!("{first}{rest}"));
        }
    }
    format!("(?:^|[^\\w.+-]|(?:^|\\W)[.+-])(?:{})\\b", ways.join("|"))
}

/// Numbers that the networks and payment services publish for tests. (docs.stripe.com/testing, developer.paypal.com/
/// api/nvp-soap/payflow/integration-guide/test-transactions, docs.adyen.com/development-resources/testing/test-card-numbers.)
pub const TEST_CARDS: &[u64] = &[
    4007000000027,
    30000000000004,
    30569309025904,
    36006666333344,
    36227206271667,
    38520000023237,
    201400000000009,
    340000000000009,
    370000000000002,
    371449635398431,
    378282246310005,
    378734493671000,
    2222400070000005,
    2222420000001113,
    2223003122003222,
    3056930009020004,
    3088000000000009,
    3530111333300000,
    3566000020000410,
    3566002020360505,
    4000000000000002,
    4000000000000069,
    4000000000000119,
    4000000000000127,
    4000000000003220,
    4000000000009979,
    4000000000009987,
    4000000000009995,
    4000000320000021,
    4000000760000002,
    4000001240000000,
    4000002500001001,
    4000002500003155,
    4000002760000016,
    4000002760003184,
    4000003720000005,
    4000003800000446,
    4000004840008001,
    4000005280000002,
    4000008260000000,
    4000008260003178,
    4000056655665556,
    4000060000000006,
    4005519200000004,
    4009348888881881,
    4012000033330026,
    4012000077777777,
    4012888888881881,
    4032039847809738,
    4035501000000008,
    4111111111111111,
    4166676667666746,
    4217651111111119,
    4242424242424242,
    4444333322221111,
    4500600000000061,
    4917610000000000,
    4988438843884305,
    5019717010103742,
    5105105105105100,
    5136333333333335,
    5200828282828210,
    5454545454545454,
    5500000000000004,
    5555552500001001,
    5555555555554444,
    6011000000000004,
    6011000400000000,
    6011000990139424,
    6011111111111117,
    6011981111111113,
    6200000000000005,
    6200000000000047,
    6304000000000000,
    6445644564456445,
    6555900000604105,
    6759649826438453,
    6205500000000000004,
];
