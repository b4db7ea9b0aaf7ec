//! The ledger: double entries in SQLite, settled later.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use rusqlite::{Connection, OptionalExtension, params};
use tracing::field;

/// A booked payment that is not settled, with the span that booked it.
pub(crate) struct Open {
    /// Its row.
    pub(crate) id: i64,
    /// The `traceparent` of the span that booked it.
    pub(crate) traceparent: String,
}

/// The database, one writer at a time.
pub(crate) struct Ledger(Mutex<Connection>);

impl Ledger {
    /// Opens or makes the database.
    ///
    /// # Errors
    /// When the file is no database of ours.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let database = Connection::open(path).with_context(|| format!("opening {}", path.display()))?;
        database
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                 CREATE TABLE IF NOT EXISTS payments (
                     id INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, currency TEXT NOT NULL,
                     debit INTEGER NOT NULL, credit INTEGER NOT NULL, traceparent TEXT NOT NULL,
                     settled INTEGER NOT NULL DEFAULT 0);
                 CREATE INDEX IF NOT EXISTS unsettled ON payments (settled) WHERE settled = 0;",
            )
            .context("preparing the ledger")?;
        Ok(Self(Mutex::new(database)))
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        // A panic in between left a transaction that SQLite has rolled back: the connection is sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Books a payment once, however often it is asked for; says whether it was new.
    pub(crate) fn book(&self, order: &str, currency: &str, cents: i64, email: &str, traceparent: &str) -> Result<bool> {
        // The text that is logged holds literals, as a careless driver's would; what is executed is bound.
        let span = statement(&format!(
            "INSERT INTO payments (order_id, currency, debit, credit) VALUES ('{order}', '{currency}', {cents}, {cents}) \
             /* for '{email}' */"
        ));
        let _inside = span.enter();
        let rows = tokio::task::block_in_place(|| {
            self.database().execute(
                "INSERT INTO payments (order_id, currency, debit, credit, traceparent) VALUES (?1, ?2, ?3, ?3, ?4)
                 ON CONFLICT (order_id) DO NOTHING",
                params![order, currency, cents, traceparent],
            )
        });
        Ok(rows.context("booking a payment")? == 1)
    }

    /// Takes a payment back; says whether there was one.
    pub(crate) fn refund(&self, order: &str) -> Result<bool> {
        let span = statement(&format!("DELETE FROM payments WHERE order_id = '{order}'"));
        let _inside = span.enter();
        let rows = tokio::task::block_in_place(|| {
            self.database().execute("DELETE FROM payments WHERE order_id = ?1", params![order])
        });
        Ok(rows.context("refunding a payment")? == 1)
    }

    /// The oldest payments that are not settled, at most `most`.
    pub(crate) fn open_payments(&self, most: u32) -> Result<Vec<Open>> {
        let database = self.database();
        let mut query = database.prepare_cached("SELECT id, traceparent FROM payments WHERE settled = 0 LIMIT ?1")?;
        let rows = query.query_map(params![most], |row| Ok(Open { id: row.get(0)?, traceparent: row.get(1)? }))?;
        rows.collect::<rusqlite::Result<_>>().context("reading open payments")
    }

    /// Settles payments, all or none.
    pub(crate) fn settle(&self, payments: &[Open]) -> Result<()> {
        let mut database = self.database();
        let transaction = database.transaction()?;
        for payment in payments {
            transaction.execute("UPDATE payments SET settled = 1 WHERE id = ?1", params![payment.id])?;
        }
        transaction.commit().context("settling payments")
    }

    /// Whether debits and credits add up.
    pub(crate) fn is_consistent(&self) -> Result<bool> {
        let sum: Option<i64> = self
            .database()
            .query_row("SELECT sum(debit) - sum(credit) FROM payments", [], |row| row.get(0))
            .optional()
            .context("adding up the ledger")?
            .flatten();
        Ok(sum.unwrap_or(0) == 0)
    }
}

fn statement(text: &str) -> tracing::Span {
    tracing::info_span!(
        "statement",
        otel.name = "payments ledger",
        otel.kind = "client",
        otel.status_code = field::Empty,
        db.system.name = "sqlite",
        db.query.text = text,
        code.function.name = telemetry::function!(),
    )
}
