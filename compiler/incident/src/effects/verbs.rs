//! Words by which calls are told apart.

use crate::words;

/// Verbs of calls that leave the process.
pub(super) const IO: &[&str] = &[
    "get", "find", "fetch", "query", "select", "load", "lookup", "send", "exec", "execute", "put", "write", "read",
    "save", "insert", "post", "publish", "request", "retrieve", "update", "delete", "list", "call", "invoke",
    "resolve", "describe",
];
/// What such calls are made on.
pub(super) const RECEIVERS: &[&str] = &[
    "db",
    "client",
    "repo",
    "repository",
    "store",
    "dao",
    "session",
    "http",
    "grpc",
    "api",
    "svc",
    "service",
    "redis",
    "cache",
    "conn",
    "tx",
    "stub",
    "catalog",
    "gateway",
    "dynamo",
    "dynamodb",
    "s3",
    "sqs",
    "kafka",
    "producer",
    "axios",
    "requests",
    "mongo",
    "collection",
    "prisma",
    "model",
    "objects",
    "jdbc",
    "entitymanager",
    "backend",
    "provider",
];
/// Words of one call for many things.
pub(super) const BATCHES: &[&str] = &[
    "batch",
    "bulk",
    "chunk",
    "chunked",
    "multi",
    "mget",
    "mset",
    "pipeline",
    "pipelined",
    "prefetch",
    "preload",
    "includes",
    "eager",
    "joinedload",
    "selectinload",
    "dataloader",
    "many",
    "buffered",
    "coalesce",
    "aggregate",
    "any",
    "related",
];
/// Verbs of setting things up.
pub(super) const SETUP: &[&str] = &[
    "register",
    "init",
    "initialize",
    "setup",
    "seed",
    "bootstrap",
    "wire",
    "mount",
    "bind",
    "subscribe",
    "provide",
    "install",
    "enable",
    "start",
    "configure",
    "attach",
    "declare",
    "migrate",
    "warm",
    "warmup",
    "preload",
    "route",
    "handle",
    "handlefunc",
    "use",
    "add",
    "connect",
    "listen",
    "apply",
    "populate",
    "ensure",
];
/// Verbs of giving things back.
pub(super) const CLOSE: &[&str] = &[
    "close",
    "release",
    "free",
    "dispose",
    "stop",
    "unsubscribe",
    "cancel",
    "shutdown",
    "disconnect",
    "removelistener",
    "evict",
    "cleanup",
    "clearinterval",
    "cleartimeout",
    "drain",
    "purge",
    "prune",
    "unregister",
    "destroy",
    "end",
];
/// Words of logging.
pub(super) const LOGS: &[&str] =
    &["log", "logger", "logging", "slog", "console", "printf", "println", "print", "debug", "info", "warn"];

/// Whether a text has one of some words as a part of a name.
pub(super) fn has(text: &str, words: &[&str]) -> bool {
    words::parts(text).iter().any(|part| words.contains(&&**part))
}
