//! Units, time zones and text patterns.

use super::diff::{Hunk, code};
use super::doing::{Doing, Effect};
use crate::words;

/// What a hunk does to units, zones and patterns.
pub(super) fn effects(hunk: &Hunk, hunks: &[Hunk], doing: &mut Doing) {
    let joined = |lines: &[String]| lines.iter().map(|line| code(&hunk.file, line)).collect::<Vec<_>>().join("\n");
    let (before, after) = (joined(&hunk.removed), joined(&hunk.added));
    if before.is_empty() || after.is_empty() {
        return;
    }
    let line = |marks: &[&str]| {
        let mut lines = hunk.added.iter().chain(&hunk.removed);
        lines.find(|line| marks.iter().any(|mark| line.to_lowercase().contains(mark))).cloned().unwrap_or_default()
    };
    let count = |text: &str, word: &str| words::parts(text).iter().filter(|part| part.as_str() == word).count() as i64;
    let units: &[&[&str]] = &[
        &["second", "seconds", "secs", "sec"],
        &["millisecond", "milliseconds", "millis", "ms", "milli"],
        &["minute", "minutes"],
        &["cents", "cent"],
        &["dollars", "euros"],
        &["bytes"],
        &["micros", "microseconds"],
        &["nanos", "nanoseconds"],
        &["percent", "pct"],
        &["kb", "mb"],
        &["ex", "expire", "setex"],
        &["px", "pexpire", "psetex"],
    ];
    let balance =
        units.iter().map(|names| names.iter().map(|name| count(&after, name) - count(&before, name)).sum::<i64>());
    let balance: Vec<i64> = balance.collect();
    // One unit goes and another comes while the number stays: then the value is another one.
    let swapped = balance.iter().any(|change| *change < 0) && balance.iter().any(|change| *change > 0);
    let changed = doing.shifts.iter().any(|shift| hunk.added.iter().any(|line| code(&hunk.file, line) == shift.line));
    if swapped {
        doing.note(Effect::UnitChanged, if changed { 0.4 } else { 0.9 }, hunk.added.first().map_or("", |line| line));
    }
    let scales = [
        "* 1000", "*1000", "/ 1000", "/1000", "* 100", "*100", "/ 100", "/100", "* 1e3", "1_000", "* 60", "/ 60",
        "<< 10", "* 1024", "/ 1024",
    ];
    let scaled = |text: &str| scales.iter().filter(|mark| text.contains(*mark)).count();
    if scaled(&before) != scaled(&after) {
        doing.note(Effect::UnitChanged, 0.9, &line(&scales));
    }
    let zones = [
        "utc",
        "timezone",
        "localtime",
        "zoneinfo",
        "zoneid",
        "tzinfo",
        "zoneoffset",
        "location",
        "localdatetime",
        "zoneddatetime",
        "utcnow",
        "instant",
        "offsetdatetime",
        "local",
        "tz",
    ];
    let zone = |text: &str| {
        zones
            .iter()
            .filter(|zone| {
                count(&text.replace("LoadLocation", "location"), zone) > 0
                    || text.to_lowercase().contains(*zone) && zone.len() > 5
            })
            .count()
    };
    if zone(&before) != zone(&after) {
        doing.note(Effect::ZoneChanged, 0.8, &line(&zones));
    }
    let marks = [
        ".*",
        ".+",
        "\\d",
        "\\s",
        "\\w",
        "[a-z",
        "[^",
        "(?:",
        ")+",
        ")*",
        "re.compile",
        "MustCompile",
        "Regex",
        "RegExp",
        "Pattern.compile",
    ];
    let pattern = |text: &str| marks.iter().map(|mark| text.matches(mark).count()).sum::<usize>();
    let nested = [")+)", "+)+", "*)*", "+)*", "*)+", "(.*)*", "(.+)+"];
    if pattern(&after) >= 2 && after != before || pattern(&after) > pattern(&before) {
        let heavy = nested.iter().any(|mark| after.contains(mark));
        doing.note(
            Effect::PatternChanged,
            if heavy { 1.0 } else { 0.7 },
            &line(&["compile", "regex", "pattern", ".*", ".+", "\\"]),
        );
    }
    // Work that grows faster than its input, inside what runs for each request.
    let heavy = [
        "sort(",
        "sorted(",
        "json.marshal",
        "json.stringify",
        "deepcopy",
        "clone(",
        "gzip",
        "encrypt",
        "hash(",
        "compile(",
        "contains(",
        "indexof(",
        ".find(",
    ];
    let weigh = |hunk: &Hunk, added: bool| {
        let mut inside = false;
        let mut found = 0;
        for (_, line) in if added { &hunk.after } else { &hunk.before } {
            let text = code(&hunk.file, line).to_lowercase();
            inside |= text.starts_with("for ")
                || text.starts_with("while ")
                || text.contains(".map(")
                || text.contains(".foreach(");
            found += usize::from(inside && heavy.iter().any(|mark| text.contains(mark)));
        }
        found
    };
    let sum = |added: bool| hunks.iter().map(|hunk| weigh(hunk, added)).sum::<usize>();
    if sum(true) > sum(false) {
        doing.note(Effect::HeavyLoop, 0.6, &line(&heavy));
    }
}
