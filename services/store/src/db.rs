//! The file: its schema, the one thread that writes to it, and connections that read.
//!
//! WAL with `synchronous=FULL`. For surviving `kill -9` NORMAL would do, since what was written is the kernel's by then; after
//! a loss of power it may forget the last commits, though, and those were acknowledged. FULL syncs the log at each commit.
//! All that is queued shares one commit, so the price of a sync is divided by the load.

use crate::profiles::SampleRow;
use crate::retention::Retention;
use crate::rows::{Batch, Hash, LogRow, Shared, SpanRow};
use anyhow::Context;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// `at` is the earlier of a record's own time and its receipt: retention goes by it, so that neither a clock that runs ahead
/// nor a late delivery keeps anything longer. Spans have their key first in the table, so that a trace is one range of it.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS resources(id INTEGER PRIMARY KEY, hash BLOB UNIQUE NOT NULL, service TEXT NOT NULL, seen INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS resources_seen ON resources(seen);
CREATE TABLE IF NOT EXISTS spans(trace_id BLOB NOT NULL, span_id BLOB NOT NULL, hash BLOB NOT NULL, start INTEGER NOT NULL, resource INTEGER NOT NULL,
  scope INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(trace_id, span_id, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS traces(trace_id BLOB PRIMARY KEY, at INTEGER NOT NULL, start INTEGER NOT NULL, finish INTEGER NOT NULL, error INTEGER NOT NULL,
  spans INTEGER NOT NULL, bytes INTEGER NOT NULL, service TEXT, name TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS traces_at ON traces(at);
CREATE INDEX IF NOT EXISTS traces_start ON traces(start);
CREATE TABLE IF NOT EXISTS trace_services(trace_id BLOB NOT NULL, service TEXT NOT NULL, PRIMARY KEY(trace_id, service)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logs(id INTEGER PRIMARY KEY, hash BLOB UNIQUE NOT NULL, trace_id BLOB, tier TEXT NOT NULL, at INTEGER NOT NULL, time INTEGER NOT NULL,
  resource INTEGER NOT NULL, scope INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS logs_trace ON logs(trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS logs_tier ON logs(tier, at);
CREATE TABLE IF NOT EXISTS stacks(id INTEGER PRIMARY KEY, hash BLOB UNIQUE NOT NULL, seen INTEGER NOT NULL, frames TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS stacks_seen ON stacks(seen);
CREATE TABLE IF NOT EXISTS samples(id INTEGER PRIMARY KEY, trace_id BLOB NOT NULL, span_id BLOB NOT NULL, service TEXT NOT NULL, stack INTEGER NOT NULL,
  count INTEGER NOT NULL, cpu INTEGER NOT NULL, time INTEGER NOT NULL, at INTEGER NOT NULL, received INTEGER NOT NULL, settled INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS samples_trace ON samples(trace_id);
CREATE INDEX IF NOT EXISTS samples_at ON samples(at);
CREATE INDEX IF NOT EXISTS samples_time ON samples(service, time);
CREATE INDEX IF NOT EXISTS samples_open ON samples(received) WHERE settled = 0;
CREATE TABLE IF NOT EXISTS minutes(service TEXT NOT NULL, minute INTEGER NOT NULL, stack INTEGER NOT NULL, count INTEGER NOT NULL, cpu INTEGER NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY(service, minute, stack)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS minutes_at ON minutes(at);
CREATE TABLE IF NOT EXISTS requests(hash BLOB PRIMARY KEY, received INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS requests_received ON requests(received);
PRAGMA user_version = 1;
";

/// Nanoseconds of a minute: how long a sample waits for its trace, and the grain in which samples are added up.
pub const MINUTE: i64 = 60_000_000_000;
/// Rows that one transaction of a sweep deletes, so that what arrives meanwhile need not wait long.
const CHUNK: i64 = 2_000;
/// Requests that may wait for the writer, and their bytes.
const QUEUE: usize = 256;
const QUEUE_BYTES: usize = 128 << 20;

/// Why a request was not stored; all of them are worth another try.
#[derive(Debug, Clone)]
pub struct Busy(pub String);

/// A batch, when it was received, and who waits for its commit.
type Write = (Batch, i64, oneshot::Sender<Result<(), Busy>>);

enum Job {
    Write(Batch, i64, oneshot::Sender<Result<(), Busy>>),
    Sweep(i64, oneshot::Sender<Result<bool, Busy>>),
}

/// The store's file. Clones share it.
#[derive(Clone)]
pub struct Store {
    jobs: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    readers: Arc<Mutex<Vec<Connection>>>,
    path: PathBuf,
}

fn connect(path: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(path).with_context(|| format!("cannot open the data file {}", path.display()))?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    Ok(connection)
}

/// Now, in unix nanoseconds.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

impl Store {
    /// Opens the file, or makes it, and starts its writer.
    ///
    /// # Errors
    /// A file that cannot be opened or is no database of ours.
    pub fn open(path: &Path, retention: Retention) -> anyhow::Result<Self> {
        let connection = connect(path)?;
        // Before the first table, or it has no effect.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -65_536)?;
        connection
            .execute_batch(SCHEMA)
            .with_context(|| format!("{} is not a file of the store: choose another with --data", path.display()))?;
        let (jobs, queue) = sync_channel(QUEUE);
        let waiting = Arc::new(AtomicUsize::new(0));
        let held = waiting.clone();
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write_loop(connection, &queue, &held, &retention))?;
        Ok(Self { jobs, waiting, readers: Arc::default(), path: path.into() })
    }

    /// Stores a batch; returns once it is on disk. `received` is in unix nanoseconds.
    ///
    /// # Errors
    /// The queue is full, or the disk refused; the sender should try again.
    pub async fn write(&self, batch: Batch, received: i64) -> Result<(), Busy> {
        let bytes = batch.bytes;
        if self.waiting.fetch_add(bytes, Ordering::AcqRel).saturating_add(bytes) > QUEUE_BYTES {
            self.waiting.fetch_sub(bytes, Ordering::AcqRel);
            return Err(Busy("too many bytes wait to be written: try again later".into()));
        }
        let (reply, done) = oneshot::channel();
        if self.jobs.try_send(Job::Write(batch, received, reply)).is_err() {
            self.waiting.fetch_sub(bytes, Ordering::AcqRel);
            return Err(Busy("too many requests wait to be written: try again later".into()));
        }
        done.await.unwrap_or_else(|_| Err(Busy("the writer has stopped: restart the store".into())))
    }

    /// Deletes what is past its time at `now` (unix nanoseconds) and settles samples whose minute has passed.
    ///
    /// # Errors
    /// The disk refused.
    pub async fn sweep(&self, now: i64) -> Result<(), Busy> {
        loop {
            let (reply, done) = oneshot::channel();
            let jobs = self.jobs.clone();
            // Sending may wait for room; a sweep is not refused for load.
            let sent = tokio::task::spawn_blocking(move || jobs.send(Job::Sweep(now, reply)).is_ok()).await;
            if !matches!(sent, Ok(true)) {
                return Err(Busy("the writer has stopped: restart the store".into()));
            }
            if !done.await.unwrap_or_else(|_| Err(Busy("the writer has stopped: restart the store".into())))? {
                return Ok(());
            }
        }
    }

    /// Runs a query on a thread that may wait for the disk.
    ///
    /// # Errors
    /// Those of the query.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || {
            let kept = store.readers.lock().ok().and_then(|mut pool| pool.pop());
            let connection = match kept {
                Some(connection) => connection,
                None => connect(&store.path)?,
            };
            // One transaction, so that all of an answer is of one moment.
            let answer = connection.execute_batch("BEGIN").map_err(Into::into).and_then(|()| query(&connection));
            connection.execute_batch("ROLLBACK")?;
            if let Ok(mut pool) = store.readers.lock()
                && pool.len() < 8
            {
                pool.push(connection);
            }
            answer
        })
        .await?
    }
}

/// Takes what is queued into one transaction, a savepoint for each request, and answers after the commit.
fn write_loop(mut connection: Connection, queue: &Receiver<Job>, waiting: &AtomicUsize, retention: &Retention) {
    while let Ok(first) = queue.recv() {
        let (mut writes, mut sweeps) = (Vec::new(), Vec::new());
        for job in std::iter::once(first).chain(queue.try_iter().take(QUEUE)) {
            match job {
                Job::Write(batch, received, reply) => writes.push((batch, received, reply)),
                Job::Sweep(now, reply) => sweeps.push((now, reply)),
            }
        }
        if !writes.is_empty() {
            let outcome = commit(&mut connection, &writes);
            for (place, (batch, _, reply)) in writes.into_iter().enumerate() {
                waiting.fetch_sub(batch.bytes, Ordering::AcqRel);
                let answer = match &outcome {
                    Ok(each) => each.get(place).cloned().unwrap_or(Ok(())),
                    Err(error) => Err(Busy(format!("cannot write to the data file: {error}"))),
                };
                // The asker may have gone; its data is stored all the same.
                let _ = reply.send(answer);
            }
        }
        for (now, reply) in sweeps {
            let _ = reply.send(
                sweep(&mut connection, retention, now)
                    .map_err(|error| Busy(format!("cannot delete from the data file: {error}"))),
            );
        }
    }
}

fn commit(connection: &mut Connection, writes: &[Write]) -> rusqlite::Result<Vec<Result<(), Busy>>> {
    // Immediate: if another program holds the file, the wait is one for all requests, and not one for each.
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut each = Vec::with_capacity(writes.len());
    for (batch, received, _) in writes {
        let savepoint = transaction.savepoint()?;
        each.push(match insert(&savepoint, batch, *received) {
            Ok(()) => savepoint.commit().map_err(|error| Busy(error.to_string())),
            Err(error) => {
                drop(savepoint);
                Err(Busy(format!("cannot write to the data file: {error}")))
            }
        });
    }
    transaction.commit()?;
    Ok(each)
}

fn insert(connection: &Connection, batch: &Batch, received: i64) -> rusqlite::Result<()> {
    if let Some(request) = batch.request
        && connection
            .prepare_cached("INSERT OR IGNORE INTO requests VALUES(?, ?)")?
            .execute(params![request, received])?
            == 0
    {
        return Ok(());
    }
    let mut ids = Ids { connection, received, last: [None; 2] };
    batch.spans.iter().try_for_each(|row| insert_span(connection, &mut ids, row, received))?;
    batch.logs.iter().try_for_each(|row| insert_log(connection, &mut ids, row, received))?;
    batch.samples.iter().try_for_each(|row| insert_sample(connection, row, received))
}

/// The earlier of a record's own time (0: it has none) and its receipt.
fn at(time: i64, received: i64) -> i64 {
    if time == 0 { received } else { time.min(received) }
}

/// Ids of resources and scopes. Those of the record before are the likeliest ones.
struct Ids<'a> {
    connection: &'a Connection,
    received: i64,
    last: [Option<(Hash, i64)>; 2],
}

impl Ids<'_> {
    fn of(&mut self, shared: &Shared, slot: usize) -> rusqlite::Result<i64> {
        if let Some((hash, id)) = self.last[slot]
            && hash == shared.hash
        {
            return Ok(id);
        }
        let id = self
            .connection
            .prepare_cached("INSERT INTO resources(hash, service, seen, body) VALUES(?, ?, ?, ?) ON CONFLICT(hash) DO UPDATE SET seen = max(seen, excluded.seen) RETURNING id")?
            .query_row(params![shared.hash, shared.service, self.received, shared.body], |row| row.get(0))?;
        self.last[slot] = Some((shared.hash, id));
        Ok(id)
    }
}

fn insert_span(connection: &Connection, ids: &mut Ids<'_>, row: &SpanRow, received: i64) -> rusqlite::Result<()> {
    let (resource, scope) = (ids.of(&row.resource, 0)?, ids.of(&row.scope, 1)?);
    let new = connection
        .prepare_cached("INSERT OR IGNORE INTO spans VALUES(?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![row.trace_id, row.span_id, row.hash, row.start, resource, scope, row.body])?;
    if new == 0 {
        return Ok(());
    }
    let (service, name) = if row.root { (Some(&row.resource.service), Some(&row.name)) } else { (None, None) };
    connection
        .prepare_cached(
            "INSERT INTO traces VALUES(?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8) ON CONFLICT(trace_id) DO UPDATE SET at = max(at, ?2), start = min(start, ?3),
             finish = max(finish, ?4), error = max(error, ?5), spans = spans + 1, bytes = bytes + ?6, service = coalesce(service, ?7), name = coalesce(name, ?8)",
        )?
        .execute(params![row.trace_id, at(row.start, received), row.start, row.end, row.error, row.body.len() as i64, service, name])?;
    connection
        .prepare_cached("INSERT OR IGNORE INTO trace_services VALUES(?, ?)")?
        .execute(params![row.trace_id, row.resource.service])?;
    Ok(())
}

fn insert_log(connection: &Connection, ids: &mut Ids<'_>, row: &LogRow, received: i64) -> rusqlite::Result<()> {
    let (resource, scope) = (ids.of(&row.resource, 0)?, ids.of(&row.scope, 1)?);
    connection
        .prepare_cached("INSERT OR IGNORE INTO logs(hash, trace_id, tier, at, time, resource, scope, body) VALUES(?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![row.hash, row.trace_id, row.tier, at(row.time, received), row.time, resource, scope, row.body])?;
    Ok(())
}

fn insert_sample(connection: &Connection, row: &SampleRow, received: i64) -> rusqlite::Result<()> {
    let stack: i64 = connection
        .prepare_cached("INSERT INTO stacks(hash, seen, frames) VALUES(?, ?, ?) ON CONFLICT(hash) DO UPDATE SET seen = max(seen, excluded.seen) RETURNING id")?
        .query_row(params![row.stack.hash, received, row.stack.frames], |row| row.get(0))?;
    let at = at(row.time, received);
    match &row.link {
        Some((trace, span)) => connection
            .prepare_cached("INSERT INTO samples(trace_id, span_id, service, stack, count, cpu, time, at, received, settled) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 0)")?
            .execute(params![trace, span, row.service, stack, row.count, row.cpu, row.time, at, received])?,
        None => connection.prepare_cached(ADD_UP)?.execute(params![row.service, row.time / MINUTE * MINUTE, stack, row.count, row.cpu, at])?,
    };
    Ok(())
}

/// Sums are cut to what SQLite holds rather than turning into floats.
const ADD_UP: &str =
    "INSERT INTO minutes VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(service, minute, stack) DO UPDATE SET
  count = CASE WHEN count > 9223372036854775807 - ?4 THEN 9223372036854775807 ELSE count + ?4 END,
  cpu = CASE WHEN cpu > 9223372036854775807 - ?5 THEN 9223372036854775807 ELSE cpu + ?5 END, at = max(at, ?6)";

/// One chunk of a sweep; true if there may be more.
fn sweep(connection: &mut Connection, retention: &Retention, now: i64) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut most = settle(&transaction, now)?;
    let before = |age: i64| now.saturating_sub(age);
    most = most.max(sweep_traces(&transaction, before(retention.traces))?);
    let tiers: Vec<String> = transaction
        .prepare_cached("SELECT DISTINCT tier FROM logs")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for tier in tiers {
        let age = retention.logs.get(&tier).copied().unwrap_or_else(|| retention.longest_logs());
        most = most.max(
            transaction
                .prepare_cached("DELETE FROM logs WHERE id IN (SELECT id FROM logs WHERE tier = ? AND at < ? LIMIT ?)")?
                .execute(params![tier, before(age), CHUNK])?,
        );
    }
    for table in [
        "samples WHERE id IN (SELECT id FROM samples",
        "minutes WHERE (service, minute, stack) IN (SELECT service, minute, stack FROM minutes",
    ] {
        most = most.max(
            transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE at < ? LIMIT ?)"))?
                .execute(params![before(retention.profiles), CHUNK])?,
        );
    }
    // Nothing refers any more to what was last seen before the longest retention.
    let unused = before(retention.longest()).saturating_sub(2 * MINUTE);
    for table in ["resources", "stacks"] {
        transaction.prepare_cached(&format!("DELETE FROM {table} WHERE seen < ?"))?.execute([unused])?;
    }
    transaction.prepare_cached("DELETE FROM requests WHERE received < ?")?.execute([before(1_440 * MINUTE)])?;
    transaction.commit()?;
    // Pages set free go back to the file system, and what was deleted leaves the log too.
    connection.prepare("PRAGMA incremental_vacuum(4000)")?.query([])?.next_until_end()?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(most >= CHUNK as usize)
}

/// Steps through rows that nobody wants.
trait Exhaust {
    fn next_until_end(self) -> rusqlite::Result<()>;
}

impl Exhaust for rusqlite::Rows<'_> {
    fn next_until_end(mut self) -> rusqlite::Result<()> {
        while self.next()?.is_some() {}
        Ok(())
    }
}

/// Samples whose minute has passed either have their trace by now, or lose its id and are added up.
fn settle(transaction: &Transaction<'_>, now: i64) -> rusqlite::Result<usize> {
    let mut query = transaction.prepare_cached(
        "SELECT id, service, stack, count, cpu, time, at, EXISTS(SELECT 1 FROM traces WHERE traces.trace_id = samples.trace_id) FROM samples
         WHERE settled = 0 AND received <= ? ORDER BY received LIMIT ?",
    )?;
    let mut rows = query.query(params![now.saturating_sub(MINUTE), CHUNK])?;
    let mut settled = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, kept): (i64, bool) = (row.get(0)?, row.get(7)?);
        if !kept {
            let time: i64 = row.get(5)?;
            transaction.prepare_cached(ADD_UP)?.execute(params![
                row.get::<_, String>(1)?,
                time / MINUTE * MINUTE,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, i64>(4)?,
                row.get::<_, i64>(6)?
            ])?;
        }
        settled.push((id, kept));
    }
    for (id, kept) in &settled {
        let change =
            if *kept { "UPDATE samples SET settled = 1 WHERE id = ?" } else { "DELETE FROM samples WHERE id = ?" };
        transaction.prepare_cached(change)?.execute([id])?;
    }
    Ok(settled.len())
}

fn sweep_traces(transaction: &Transaction<'_>, before: i64) -> rusqlite::Result<usize> {
    let old: Vec<Vec<u8>> = transaction
        .prepare_cached("SELECT trace_id FROM traces WHERE at < ? LIMIT ?")?
        .query_map(params![before, CHUNK], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for trace in &old {
        for table in ["spans", "trace_services", "traces"] {
            transaction.prepare_cached(&format!("DELETE FROM {table} WHERE trace_id = ?"))?.execute([trace])?;
        }
    }
    Ok(old.len())
}

/// Whether the file has the trace.
///
/// # Errors
/// The disk refused.
pub fn has_trace(connection: &Connection, trace: &[u8]) -> rusqlite::Result<bool> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM traces WHERE trace_id = ?")?
        .query_row([trace], |_| Ok(()))
        .optional()?
        .is_some())
}
