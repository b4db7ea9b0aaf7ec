//! Orders in SQLite.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use rusqlite::{Connection, params};

/// The database, one writer at a time.
pub(crate) struct Orders(Mutex<Connection>);

impl Orders {
    /// Opens or makes the database.
    ///
    /// # Errors
    /// When the file is no database of ours.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let database = Connection::open(path).with_context(|| format!("opening {}", path.display()))?;
        database
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                 CREATE TABLE IF NOT EXISTS orders (
                     id TEXT PRIMARY KEY, email TEXT NOT NULL, cents INTEGER NOT NULL, currency TEXT NOT NULL);",
            )
            .context("preparing the orders")?;
        Ok(Self(Mutex::new(database)))
    }

    /// Keeps an order; one that is there already stays as it is.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub(crate) fn keep(&self, id: &str, email: &str, cents: i64, currency: &str) -> Result<()> {
        // The text that is logged holds literals, as a careless driver's would; what is executed is bound.
        let span = tracing::info_span!(
            "statement",
            otel.name = "orders",
            otel.kind = "client",
            db.system.name = "sqlite",
            db.query.text = format!("INSERT INTO orders VALUES ('{id}', '{email}', {cents}, '{currency}')"),
            code.function.name = telemetry::function!(),
        );
        let _inside = span.enter();
        tokio::task::block_in_place(|| {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).execute(
                "INSERT INTO orders VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING",
                params![id, email, cents, currency],
            )
        })
        .context("keeping an order")?;
        Ok(())
    }
}
