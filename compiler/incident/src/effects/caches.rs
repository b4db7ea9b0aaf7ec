//! Caches and retries.

use super::diff::{Hunk, code};
use super::doing::{Doing, Effect};
use super::verbs::has;

/// What a hunk does to caches and retries.
pub(super) fn effects(hunk: &Hunk, doing: &mut Doing) {
    caches(hunk, doing);
    retries(hunk, doing);
}

/// Caches that are passed by, or asked with other keys.
fn caches(hunk: &Hunk, doing: &mut Doing) {
    let about =
        |line: &&String| has(code(&hunk.file, line), &["cache", "cached", "cacheable", "memo", "memoize", "memoized"]);
    let (removed, added) = (hunk.removed.iter().filter(about).count(), hunk.added.iter().filter(about).count());
    // Who no longer deletes an entry keeps it for too long.
    let clears = |line: &&String| {
        has(
            code(&hunk.file, line),
            &["delete", "del", "evict", "invalidate", "expire", "purge", "clear", "bust", "remove", "unlink", "forget"],
        )
    };
    let cleared = hunk.removed.iter().find(|line| about(line) && clears(line));
    if let Some(line) = cleared
        && !hunk.added.iter().any(|line| clears(&line))
    {
        doing.note(Effect::CacheLengthened, 0.9, line);
    } else if let Some(line) = hunk.removed.iter().find(about)
        && added == 0
    {
        doing.note(Effect::CacheRemoved, 0.9, line);
    } else if removed > added + 1
        && let Some(line) = hunk.removed.iter().find(about)
    {
        doing.note(Effect::CacheRemoved, 0.5, line);
    }
    let key = |line: &&String| {
        let text = code(&hunk.file, line);
        has(text, &["key", "cachekey", "keyfor", "vary"]) && (text.contains(['"', '\'', '`']) || text.contains('('))
    };
    if let (Some(old), Some(new)) = (hunk.removed.iter().find(key), hunk.added.iter().find(key))
        && code(&hunk.file, old) != code(&hunk.file, new)
    {
        let cache = hunk.file.to_lowercase().contains("cache")
            || hunk.header.to_lowercase().contains("cache")
            || hunk
                .before
                .iter()
                .chain(&hunk.after)
                .any(|(_, line)| has(line, &["cache", "redis", "memo", "ttl", "vary"]));
        doing.note(Effect::CacheKeyChanged, if cache { 0.8 } else { 0.2 }, new);
    }
    let off = hunk.added.iter().find(|line| {
        let text = code(&hunk.file, line).to_lowercase();
        text.contains("no-cache")
            || text.contains("no-store")
            || has(&text, &["cache"]) && (text.contains("false") || text.contains("disabled"))
    });
    if let Some(line) = off {
        doing.note(Effect::CacheRemoved, 0.8, line);
    }
}

/// Retries that are new.
fn retries(hunk: &Hunk, doing: &mut Doing) {
    let about = |line: &&String| {
        has(code(&hunk.file, line), &["retry", "retries", "retryable", "attempts", "attempt", "tenacity"])
    };
    if let Some(line) = hunk.added.iter().find(about) {
        let there = hunk.removed.iter().any(|line| about(&line));
        let waits = hunk.added.iter().any(|line| has(line, &["backoff", "jitter", "sleep", "delay", "exponential"]));
        if !there {
            doing.note(Effect::RetryRaised, if waits { 0.6 } else { 0.9 }, line);
        }
    }
    if let Some(line) = hunk.removed.iter().find(about)
        && !hunk.added.iter().any(|line| about(&line))
    {
        doing.note(Effect::RetryLowered, 0.7, line);
    }
}
