//! The only code that speaks SQL. One text with `$n` serves SQLite and PostgreSQL; where they differ, a constant
//! in [`dialect`] says so. Nothing here decides anything: it keeps what it is given and finds it again.

mod accounts;
mod adoption;
mod alarms;
mod api_keys;
mod articles;
mod audit;
mod cases;
mod checks;
mod corrections;
mod dialect;
mod digest;
mod entries;
mod error;
mod facts;
mod findings;
mod judgements;
mod quotas;
mod reports;
mod revisits;
mod rows;
mod satisfaction;
mod sessions;
mod sources;
mod stories;
mod tally;
mod units;

use std::{path::Path, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use sqlx::{
    AnyConnection, AnyPool, Connection, Executor,
    any::{AnyPoolOptions, install_default_drivers},
    migrate::Migrator,
};

pub use accounts::{Changed, Link};
pub use adoption::Orphan;
pub use alarms::{AlarmChanges, AlarmRow};
pub use api_keys::ApiKey;
pub use articles::{Reading, Stored};
pub use audit::AuditFilter;
pub use cases::{
    AlertOutcome, CaseAlert, CaseClaim, CaseFilter, CasePage, CaseReport, CaseSize, Changing, ChannelTrouble,
    ClosureRow, Decided, Dossier, DraftNote, Joining, Kept, KeptBasis, Moved, NamedSource, OpenCount, Opened, Opening,
    Posting, Proposal, PublishedRow, Queued, Quoted, ReleaseRow, Releasing, SendRow, Sending, SentRow, Settled,
};
pub use checks::{Behind, Checking, Rechecked};
pub use corrections::{Corrected, CorrectedRevision, Correcting};
pub use entries::{Announced, QueuedEntry};
pub use error::{ErrorClass, StoreError};
pub use facts::{Disagreeing, Disagreement, FactFilter, FactPage, Put, Stating};
pub use findings::{Judging, Lesson};
pub use quotas::QuotaRow;
pub use reports::{Filter, Mark, Report, ReportPage, ReportRow, RevisionRow, Search, Stage};
pub use revisits::{Due, Finds, Planned, Version, Visited};
pub use sessions::Attempt;
pub use sources::Turn;
pub use stories::{KeptTelling, Teller, Told};
pub use tally::{HourCount, Tally};
pub use units::{KeepingUnit, KeptUnit};

use crate::metrics::Metrics;
pub use dialect::Dialect;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a connection may be waited for. Longer than SQLite's own `busy_timeout`, so that a locked file is
/// reported as what it is.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(8);

/// How long closing may take at the end of the process.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Readers beside the one writer of SQLite; WAL lets them run while it writes.
const READERS: u32 = 4;

/// Connections of each pool to a PostgreSQL server.
const POSTGRES_CONNECTIONS: u32 = 8;

/// What a write does inside its transaction.
type Work<T> = Box<dyn for<'t> FnOnce(&'t mut AnyConnection) -> BoxFuture<'t, Result<T, StoreError>> + Send>;

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    read: AnyPool,
    write: AnyPool,
    dialect: Dialect,
    metrics: Arc<Metrics>,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…`, creates what is missing and applies the migrations.
    ///
    /// # Errors
    /// When the address is of neither kind, the server or file cannot be opened, or a migration fails; also when
    /// the database was written by a newer version.
    pub async fn open(url: &str, metrics: Arc<Metrics>) -> Result<Self, StoreError> {
        install_default_drivers();
        let dialect = Dialect::of(url)?;
        let (read, write) = match dialect {
            Dialect::Sqlite => {
                let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
                if let Some(folder) = Path::new(path).parent().filter(|p| !p.as_os_str().is_empty()) {
                    tokio::fs::create_dir_all(folder)
                        .await
                        .map_err(|source| StoreError::Folder { path: folder.display().to_string(), source })?;
                }
                let address = format!("sqlite://{path}?mode=rwc");
                let write = pool(&address, 1, dialect).await?;
                (pool(&address, READERS, dialect).await?, write)
            }
            Dialect::Postgres => {
                (pool(url, POSTGRES_CONNECTIONS, dialect).await?, pool(url, POSTGRES_CONNECTIONS, dialect).await?)
            }
        };
        migrate(&write, dialect).await?;
        Ok(Self { read, write, dialect, metrics })
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.dialect.name()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let work = async { Ok(sqlx::query("SELECT 1").execute(&self.read).await.map(|_| ())?) };
        self.timed("ping", work).await
    }

    /// Closes all connections; on SQLite this folds the write-ahead log back into the file. A database that hangs is
    /// not waited for: the next start recovers from the log.
    pub async fn close(&self) {
        let closing = async {
            self.read.close().await;
            self.write.close().await;
        };
        if tokio::time::timeout(CLOSE_TIMEOUT, closing).await.is_err() {
            tracing::warn!("the database did not close in time");
        }
    }

    /// Sets the gauges of size and connections.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn gauge(&self) -> Result<(), StoreError> {
        let size: i64 = sqlx::query_scalar(self.dialect.size()).fetch_one(&self.read).await?;
        self.metrics.db_size_bytes.with_label_values(&["main"]).set(size);
        for (name, pool) in [("read", &self.read), ("write", &self.write)] {
            let idle = i64::try_from(pool.num_idle()).unwrap_or(i64::MAX);
            let open = i64::from(pool.size());
            self.metrics.db_pool_connections.with_label_values(&[name, "idle"]).set(idle);
            self.metrics.db_pool_connections.with_label_values(&[name, "used"]).set((open - idle).max(0));
        }
        Ok(())
    }

    /// Runs `work` in one write transaction and commits it. On SQLite this is the only way in, and it takes the
    /// write lock at once: reading first and writing later fails under load whatever the time-out.
    ///
    /// The transaction runs in a task of its own, because a dropped `begin` leaves a connection inside an open
    /// transaction and callers may be dropped at any await.
    async fn write<T: Send + 'static>(&self, operation: &'static str, work: Work<T>) -> Result<T, StoreError> {
        let pool = self.write.clone();
        let begin = self.dialect.begin();
        let run = async move {
            let mut connection = pool.acquire().await?;
            let mut transaction = connection.begin_with(begin).await?;
            let result = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(result)
        };
        #[expect(clippy::disallowed_methods, reason = "joined on the next line; it must outlive a dropped caller")]
        let task = tokio::spawn(run);
        self.timed(operation, async { task.await.map_err(|_| StoreError::Interrupted)? }).await
    }

    /// Measures `work` and counts its failure.
    async fn timed<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let timer = self.metrics.db_query_duration_seconds.with_label_values(&[operation]).start_timer();
        let result = work.await;
        timer.observe_duration();
        if let Err(error) = &result {
            self.metrics.db_errors_total.with_label_values(&[error.class().name()]).inc();
        }
        result
    }
}

/// Brings the schema up to date on a connection of its own, whose limits are lifted: a large table takes long.
async fn migrate(pool: &AnyPool, dialect: Dialect) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    match dialect {
        Dialect::Sqlite => SQLITE_MIGRATIONS.run(&mut *connection).await?,
        Dialect::Postgres => {
            connection.execute("SET statement_timeout = 0").await?;
            POSTGRES_MIGRATIONS.run(&mut *connection).await?;
        }
    }
    connection.close().await?;
    Ok(())
}

async fn pool(url: &str, connections: u32, dialect: Dialect) -> Result<AnyPool, StoreError> {
    let setup = dialect.setup();
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for statement in setup {
                    connection.execute(*statement).await?;
                }
                Ok(())
            })
        })
        .connect(url)
        .await
        .map_err(StoreError::from)
}
