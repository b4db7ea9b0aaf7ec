//! Work that blocks, and things that only grow.

use super::calls::opens_loop;
use super::diff::{Hunk, code};
use super::doing::{Doing, Effect};
use super::verbs::has;

/// Work that now blocks, or runs one after the other.
pub(super) fn effects(hunk: &Hunk, doing: &mut Doing) {
    let count = |lines: &[String], marks: &[&str]| {
        lines.iter().filter(|line| marks.iter().any(|mark| code(&hunk.file, line).contains(mark))).count()
    };
    let parallel = [
        "go func",
        ".all([",
        "asyncio.gather",
        "CompletableFuture",
        "spawn(",
        "parallel",
        "errgroup",
        "Task.WhenAll",
        "join_all",
        "par_iter",
        "executor.submit",
        "go ",
    ];
    if count(&hunk.removed, &parallel) > count(&hunk.added, &parallel)
        && let Some(line) = hunk.removed.iter().find(|line| parallel.iter().any(|mark| line.contains(mark)))
    {
        doing.note(Effect::BlockingAdded, 0.7, line);
    }
    let sync = [
        "readFileSync",
        "execSync",
        ".block()",
        "time.sleep",
        "time.Sleep",
        "Thread.sleep",
        ".Result;",
        ".GetAwaiter().GetResult",
        "requests.",
        "block_on(",
        "Sync(",
        "wait()",
        ".join()",
    ];
    if count(&hunk.added, &sync) > count(&hunk.removed, &sync)
        && let Some(line) = hunk.added.iter().find(|line| sync.iter().any(|mark| line.contains(mark)))
    {
        doing.note(Effect::BlockingAdded, 0.8, line);
    }
    let nested = hunk.after.iter().filter(|(changed, line)| *changed && opens_loop(code(&hunk.file, line))).count();
    let loops_before = hunk.removed.iter().filter(|line| opens_loop(code(&hunk.file, line))).count();
    if nested > loops_before + 1
        && let Some(line) = hunk.added.iter().find(|line| opens_loop(code(&hunk.file, line)))
    {
        doing.note(Effect::HeavyLoop, 0.6, line);
    }
    // What is put into something that outlives the request grows as long as nothing takes it out.
    let grows = hunk.added.iter().find(|line| {
        let text = code(&hunk.file, line);
        let global = has(
            text,
            &[
                "global",
                "static",
                "history",
                "seen",
                "registry",
                "listeners",
                "cache",
                "buffer",
                "all",
                "pending",
                "recent",
                "memo",
            ],
        );
        global
            && [".append(", "append(", ".push(", ".add(", ".put(", ".set(", "] = ", ".on("]
                .iter()
                .any(|call| text.contains(call))
    });
    let bounded = hunk
        .added
        .iter()
        .any(|line| has(line, &["max", "limit", "evict", "ttl", "lru", "expire", "cap", "reset", "clear", "pool"]));
    if let Some(line) = grows
        && !bounded
    {
        doing.note(Effect::GrowthUnbounded, 0.6, line);
    }
    let spawns = [
        "go func",
        "setInterval(",
        "new Thread(",
        "addEventListener(",
        "time.NewTicker(",
        "http.Client{",
        "sql.Open(",
        "createClient(",
        "new HttpClient(",
        "thread::spawn(",
    ];
    if count(&hunk.added, &spawns) > count(&hunk.removed, &spawns)
        && let Some(line) = hunk.added.iter().find(|line| spawns.iter().any(|mark| line.contains(mark)))
    {
        doing.note(Effect::GrowthUnbounded, 0.5, line);
    }
    let evicts = |line: &&String| {
        has(code(&hunk.file, line), &["maxsize", "maximumsize", "evict", "lru", "expireafterwrite", "maxentries"])
            || has(code(&hunk.file, line), &["maximum"]) && line.contains("Size")
    };
    if let Some(line) = hunk.removed.iter().find(evicts)
        && !bounded
        && !hunk.added.iter().any(|line| evicts(&line))
    {
        doing.note(Effect::GrowthUnbounded, 0.9, line);
    }
}
