//! Numbers that a diff changes, and what they are about.

use super::diff::{Hunk, code, paired};
use super::doing::{Doing, Effect};
use super::shift::{Shift, Topic};
use crate::words;

/// Words that say what a number is about; the first row that fits wins.
const TOPICS: &[(Topic, &[&str])] = &[
    (Topic::Probe, &["probe", "liveness", "readiness", "healthcheck", "initialdelayseconds", "failurethreshold"]),
    (Topic::CacheTime, &["ttl", "maxage", "expire", "expires", "expiry", "expiration", "expireafter", "setex"]),
    (Topic::Backoff, &["backoff", "jitter", "delay", "sleep", "cooldown"]),
    (Topic::Retry, &["retry", "retries", "attempts", "attempt"]),
    (Topic::Timeout, &["timeout", "deadline", "timeouts", "giveup", "patience", "wait", "waitms", "give"]),
    (Topic::Sampling, &["sample", "sampling", "sampler"]),
    (Topic::CacheSize, &["cache", "lru", "entries"]),
    (Topic::Idle, &["idle", "keepalive", "lifetime", "maxlifetime", "keepalivetimeout"]),
    (Topic::Pool, &["pool", "sessions", "conns", "connections", "conn", "connection", "maxopen", "maxidle", "hikari"]),
    (Topic::PayloadLimit, &["payload", "body", "message", "maxbytes"]),
    (Topic::Memory, &["memory", "heap", "xmx", "mem", "oldspace", "gomemlimit"]),
    (Topic::Cpu, &["cpu", "cpus", "processor", "processors", "millicores", "gomaxprocs"]),
    (Topic::Hashing, &["rounds", "cost", "iterations", "bcrypt", "argon", "pbkdf2", "scrypt"]),
    (Topic::RateLimit, &["rate", "limiter", "burst", "quota", "rps", "qps", "ratelimit", "capacity", "throughput"]),
    (
        Topic::Workers,
        &[
            "worker",
            "workers",
            "thread",
            "threads",
            "concurrency",
            "concurrent",
            "parallelism",
            "parallel",
            "replicas",
            "replica",
            "instances",
            "queue",
            "buffer",
            "prefetch",
            "partitions",
            "semaphore",
            "inflight",
            "shards",
            "maxprocs",
            "consumers",
            "poll",
        ],
    ),
    (Topic::PageSize, &["limit", "page", "pagesize", "pages", "batch", "chunk", "take", "top", "first", "perpage"]),
];

/// What a line is about, by its words; a deployment's `memory` wins over a `limits` above it.
pub(super) fn topic(line: &str, around: &[&str]) -> Topic {
    for text in [line].into_iter().chain(around.iter().rev().copied()) {
        let parts = words::parts(text);
        let joined: String = parts.concat();
        let found = TOPICS.iter().find(|(_, about)| {
            about.iter().any(|word| parts.iter().any(|part| part == word) || word.len() > 7 && joined.contains(word))
        });
        if let Some((topic, _)) = found {
            return *topic;
        }
    }
    Topic::Other
}

/// The numbers that a hunk changes: lines that are alike but for numbers.
pub(super) fn shifts(hunk: &Hunk) -> Vec<Shift> {
    let mut found = Vec::new();
    let mut used = vec![false; hunk.added.len()];
    for old in paired(&hunk.removed) {
        let old = &parted(code(&hunk.file, old));
        let numbers = words::numbers(old);
        if numbers.is_empty() || old.len() > 400 {
            continue;
        }
        let best = paired(&hunk.added).enumerate().filter(|(at, _)| !used.get(*at).copied().unwrap_or(true));
        let best = best
            .map(|(at, new)| (at, parted(code(&hunk.file, new))))
            .map(|(at, new)| (likeness(old, &new), at, new))
            .filter(|(alike, _, new)| *alike >= 0.5 && words::numbers(new).len() == numbers.len())
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let Some((_, at, new)) = best else { continue };
        if let Some(used) = used.get_mut(at) {
            *used = true;
        }
        let around: Vec<&str> = around(hunk, &new);
        for (from, to) in numbers.iter().zip(words::numbers(&new)) {
            if (from.value - to.value).abs() > f64::EPSILON {
                let topic = topic(&new, &around);
                found.push(Shift { topic, old: from.value, new: to.value, line: new.clone() });
            }
        }
    }
    found
}

/// The numbers that only added lines hold.
pub(super) fn fresh(hunk: &Hunk) -> Vec<(f64, String)> {
    let of =
        |line: &str| words::numbers(code(&hunk.file, line)).into_iter().flat_map(|number| [number.value, number.raw]);
    let before: Vec<f64> = hunk.before.iter().flat_map(|(_, line)| of(line)).collect();
    let added = paired(&hunk.added).flat_map(|line| of(line).map(move |number| (number, line.clone())));
    added.filter(|(number, _)| !before.iter().any(|other| (other - number).abs() < 1e-9)).collect()
}

/// A line whose flags stand apart from their numbers, as `-Xmx4g` does not.
fn parted(line: &str) -> String {
    ["Xmx", "Xms", "Xss"].iter().fold(line.to_owned(), |line, flag| line.replace(flag, &format!("{flag} ")))
}

/// The lines above a line that open its block, as `limits:` does for `memory:`.
fn around<'a>(hunk: &'a Hunk, line: &str) -> Vec<&'a str> {
    let at = hunk.after.iter().position(|(_, text)| code(&hunk.file, text) == line).unwrap_or(0);
    let above = hunk.after.get(at.saturating_sub(4)..at).unwrap_or_default();
    let mut found: Vec<&str> = vec![&hunk.header];
    found.extend(above.iter().map(|(_, text)| text.trim()).filter(|text| text.ends_with(':') || text.ends_with('{')));
    found
}

/// How many of their words two lines share, from 0 to 1.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    let words = |text: &str| {
        let mut words = words::parts(text);
        // A number with its unit, as `10m`, is no word.
        words.retain(|word| !word.starts_with(|letter: char| letter.is_ascii_digit()));
        words.sort_unstable();
        words.dedup();
        words
    };
    let (a, b) = (words(a), words(b));
    let shared = a.iter().filter(|word| b.contains(word)).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// What changed numbers do. A change by a fifth does little.
pub(super) fn effects(shifts: &[Shift], hunk: &Hunk, doing: &mut Doing) {
    for shift in shifts {
        let factor = (shift.new.abs().max(1e-6) / shift.old.abs().max(1e-6)).clamp(1e-6, 1e6);
        let size = (factor.ln().abs() / 2.5_f64.ln()).min(1.0);
        let down = factor < 1.0;
        let effect = match (shift.topic, down) {
            (Topic::Timeout, true) => Some(Effect::TimeoutLowered),
            (Topic::Timeout, false) => Some(Effect::TimeoutRaised),
            (Topic::CacheTime | Topic::CacheSize, true) => Some(Effect::CacheShortened),
            (Topic::CacheTime, false) => Some(Effect::CacheLengthened),
            (Topic::CacheSize, false) => Some(Effect::GrowthUnbounded),
            (Topic::Retry, false) => Some(Effect::RetryRaised),
            (Topic::Retry, true) => Some(Effect::RetryLowered),
            (Topic::Backoff, true) => Some(Effect::BackoffRemoved),
            (Topic::Idle, false) => Some(Effect::IdleRaised),
            (Topic::Pool, true) => Some(Effect::PoolLowered),
            (Topic::Pool, false) => Some(Effect::PoolRaised),
            (Topic::Memory, true) => Some(Effect::MemoryLowered),
            (Topic::Cpu, true) => Some(Effect::CpuLowered),
            (Topic::Workers, true) => Some(Effect::WorkersLowered),
            (Topic::Workers, false) => Some(Effect::WorkersRaised),
            (Topic::RateLimit | Topic::PayloadLimit, true) => Some(Effect::RateLowered),
            (Topic::Sampling, false) => Some(Effect::LogRaised),
            (Topic::Hashing, false) => Some(Effect::HeavyLoop),
            (Topic::Probe, _) => Some(Effect::ProbeChanged),
            (Topic::PageSize, false) => Some(Effect::LimitRemoved),
            _ => None,
        };
        // A bounded number that grows is no growth without a bound; only a large step matters.
        let trust = match effect {
            Some(Effect::GrowthUnbounded | Effect::WorkersRaised) => (size - 0.4).max(0.0),
            _ => 1.0,
        };
        if let Some(effect) = effect {
            doing.note(effect, size * trust, &shift.line);
        } else if shift.topic == Topic::Other && !shift.line.to_lowercase().contains("version") {
            doing.note(Effect::ConstantChanged, 0.4 * size, &shift.line);
        }
    }
    // A setting that goes away falls back to a default that nobody chose here.
    let gone = |words: &[&str]| {
        let has = |lines: &[String]| {
            lines
                .iter()
                .map(|line| code(&hunk.file, line))
                .find(|line| {
                    let parts = words::parts(line);
                    words.iter().any(|word| parts.iter().any(|part| part == word))
                })
                .map(str::to_owned)
        };
        if has(&hunk.added).is_some() { None } else { has(&hunk.removed) }
    };
    if let Some(line) = gone(&["timeout", "deadline", "withtimeout"]) {
        doing.note(Effect::TimeoutRemoved, 0.9, &line);
    }
    // Waits that grow with each attempt, or that chance spreads.
    let grows = |line: &&String| {
        let text = code(&hunk.file, line).to_lowercase();
        let spread = ["random", "rand(", "rand.", "jitter", "backoff"].iter().any(|mark| text.contains(mark));
        let power = ["**", "<<", "pow(", "exp("].iter().any(|mark| text.contains(mark));
        spread || power && ["attempt", "retr", "tries"].iter().any(|mark| text.contains(mark))
    };
    if let Some(line) = hunk.removed.iter().find(grows)
        && !hunk.added.iter().any(|line| grows(&line))
    {
        doing.note(Effect::BackoffRemoved, 0.9, line);
    }
    if let Some(line) = gone(&["backoff", "jitter", "exponential"]) {
        doing.note(Effect::BackoffRemoved, 0.9, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_number_has_a_topic_and_a_unit() {
        let hunk = Hunk {
            removed: vec!["\tctx, cancel := context.WithTimeout(ctx, 5*time.Second)".to_owned()],
            added: vec!["\tcall, cancel := context.WithTimeout(ctx, 300*time.Millisecond)".to_owned()],
            ..Hunk::default()
        };
        let shifts = shifts(&hunk);
        let shift = shifts.first().unwrap();
        assert_eq!((shift.topic, shift.old, shift.new), (Topic::Timeout, 5000.0, 300.0));
        let mut doing = Doing::default();
        effects(&shifts, &hunk, &mut doing);
        assert_eq!(doing.strength(Effect::TimeoutLowered), 1.0);
    }
}
