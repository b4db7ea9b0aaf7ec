//! Whether Alertmanager takes a text as an address, a length of time, a part of the calendar.

use fluent_uri::Iri;

/// Names of the time zones of IANA's database.
const ZONES: &str = include_str!("zones.txt");

/// Names of days, as Alertmanager counts them.
pub(super) const DAYS: &[&str] = &["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// Names of months.
pub(super) const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether a text is an address of HTTP, as Go reads it too: with a host that has no escapes.
#[must_use]
pub fn is_http(text: &str) -> bool {
    is_address(text, &["http", "https"])
}

/// Whether a text is an address of a proxy.
pub(super) fn is_proxy(text: &str) -> bool {
    is_address(text, &["http", "https", "socks5"])
}

fn is_address(text: &str, schemes: &[&str]) -> bool {
    Iri::parse(text).is_ok_and(|url| {
        let scheme = url.scheme().as_str();
        let host = url.authority().map_or("", |authority| authority.host());
        schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known)) && !host.is_empty() && !host.contains('%')
    })
}

/// Whether an address holds a password.
pub(super) fn has_password(text: &str) -> bool {
    let authority = text.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

/// Whether a text is a host and a port, with brackets around an IPv6 address.
pub(super) fn is_host_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let fits = match bare {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && !host.contains([':', '[', ']', '/', '@']) && !host.contains(char::is_whitespace),
    };
    fits && port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether a text is a length of time as Go's `time.ParseDuration` reads it, of less than 292 years.
pub(super) fn is_go_span(text: &str) -> bool {
    if text == "0" {
        return true;
    }
    let (mut rest, mut seconds) = (text, 0.0);
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (value, behind) = rest.split_at(number);
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let length = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return false,
        };
        let has_digits = value.bytes().any(|digit| digit.is_ascii_digit());
        match value.trim_end_matches('.').parse::<f64>() {
            Ok(value) if has_digits => seconds += value * length,
            _ => return false,
        }
        rest = behind;
    }
    !text.is_empty() && seconds < 9.2e9
}

/// Whether a text is a time of the day.
pub(super) fn is_clock(text: &str) -> bool {
    let Some((hour, minute)) = text.split_once(':') else { return false };
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u8>().ok().filter(|_| digits(text))).flatten();
    match (number(hour), number(minute)) {
        (Some(24), Some(0)) => true,
        (Some(hour), Some(minute)) => hour < 24 && minute < 60,
        _ => false,
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit())
}

/// The time zones.
pub(super) fn zones() -> impl Iterator<Item = &'static str> {
    ZONES.lines()
}

/// The first and the last member of a range; both are one where nothing stands between.
fn range(text: &str, member: impl Fn(&str) -> Option<i32>) -> Option<(i32, i32)> {
    let text = text.to_lowercase();
    let (first, last) = text.split_once(':').unwrap_or((&text, &text));
    Some((member(first)?, member(last)?))
}

fn named(names: &[&str], text: &str) -> Option<i32> {
    names.iter().position(|name| *name == text).and_then(|at| i32::try_from(at).ok())
}

/// A whole number without a sign but `-`.
fn number(text: &str) -> Option<i32> {
    digits(text.strip_prefix('-').unwrap_or(text)).then(|| text.parse().ok()).flatten()
}

/// Whether a text is a range of days of the week, which begins on Sunday.
pub(super) fn is_weekdays(text: &str) -> bool {
    range(text, |day| named(DAYS, day)).is_some_and(|(first, last)| first <= last)
}

/// Whether a text is a range of months.
pub(super) fn is_months(text: &str) -> bool {
    let month = |text: &str| named(MONTHS, text).map(|at| at + 1).or_else(|| number(text));
    range(text, month).is_some_and(|(first, last)| first >= 1 && first <= last && last <= 12)
}

/// Whether a text is a range of years.
pub(super) fn is_years(text: &str) -> bool {
    range(text, number).is_some_and(|(first, last)| first >= 1 && first <= last && last <= 9_999)
}

/// Whether a text is a range of days of a month, which is not empty in all months.
pub(super) fn is_days(text: &str) -> bool {
    let fits = |day: i32| day != 0 && (-31..=31).contains(&day);
    range(text, number).is_some_and(|(first, last)| {
        // By the shortest month, as Alertmanager counts.
        let at = |day: i32| if day < 0 { 28 + day } else { day };
        fits(first) && fits(last) && (first > 0 || last < 0) && at(first) <= at(last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `amtool check-config` judges them; what it takes beyond these needs no address.
    #[test]
    fn addresses_that_alertmanager_takes() {
        for text in [
            "http://x/",
            "HTTP://x",
            "https://x:99999/y?q=%20#z",
            "http://u:p@x/",
            "http://x/\u{fc}",
            "http://[::1]:80/",
        ] {
            assert!(is_http(text), "{text}");
        }
        for text in [
            "http://",
            "https:///x",
            "http://[::1",
            "http://x y/",
            "x.example.org/hook",
            "http://x/%zz",
            "http://x:port/",
            "http:x",
            " http://x/",
            "ftp://x",
            "http://x|y/",
            "http://%41/",
            "http://{x}/",
            "http://[x]/",
            "http://x/\ny",
            "",
        ] {
            assert!(!is_http(text), "{text}");
        }
    }

    #[test]
    fn forms_of_texts() {
        type Is = fn(&str) -> bool;
        let table: &[(Is, &[&str], &[&str])] = &[
            (has_password, &["http://a:b@c/", "http://:b@c"], &["http://a@c/", "http://c/a:b@d", "c", ""]),
            (is_host_port, &["a:25", "[::1]:587", "10.0.0.1:1"], &["a", "a:", ":25", "::1:25", "a:0", "a:x", "[a]:1"]),
            (
                is_go_span,
                &["0", "10s", "1.5h", "1h30m", ".5s", "1.s", "3us"],
                &["", "10", "1d", "-1s", "s", ".s", "1 s"],
            ),
            (is_clock, &["00:00", "23:59", "24:00"], &["24:01", "9:00", "09:60", "", "0900", "+1:00"]),
            (is_weekdays, &["monday", "Monday:friday", "sunday:saturday"], &["mon", "friday:monday", "", "monday:"]),
            (is_months, &["1", "march:5", "December"], &["0", "13", "5:march", "jan", "1:2:3"]),
            (is_years, &["2027", "2027:2030"], &["2030:2027", "x", ""]),
            (is_days, &["1", "1:31", "-3:-1", "1:-1", "20:-5"], &["0", "32", "-1:1", "5:1", "-1:-3", "30:-1", "+1"]),
        ];
        for (is, yes, no) in table {
            yes.iter().for_each(|text| assert!(is(text), "{text}"));
            no.iter().for_each(|text| assert!(!is(text), "{text}"));
        }
    }

    #[test]
    fn zones_are_there() {
        assert!(zones().any(|zone| zone == "Europe/Berlin") && zones().any(|zone| zone == "UTC"));
        assert!(zones().count() > 500 && zones().all(|zone| !zone.is_empty() && !zone.contains(' ')));
    }
}
