//! What can go wrong with the database, sorted so that a caller knows whether to try again.

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configured address is of another kind.
    #[error("database: the address must begin with sqlite: or postgres://")]
    Scheme,
    /// The folder of the file cannot be made.
    #[error("database: cannot make the folder {path}: {source}; check its owner and the free space")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The schema could not be brought up to date.
    #[error("database: the schema could not be brought up to date: {0}; was it written by a newer version?")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Any other answer of the database.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The task that ran the transaction died; nothing of it was committed.
    #[error("database: the transaction was interrupted; nothing of it was kept")]
    Interrupted,
    /// A stored value that this version does not know.
    #[error("database: {column} holds {value:?}, which this version does not know")]
    Value {
        /// Which column.
        column: &'static str,
        /// What it holds.
        value: String,
    },
}

/// Kinds of failure, as metrics count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// Another process holds the lock.
    Busy,
    /// The disk is full.
    Full,
    /// The disk or the connection failed.
    Io,
    /// The file is damaged.
    Corrupt,
    /// A rule of the schema was broken.
    Constraint,
    /// No connection came free in time.
    Timeout,
    /// Anything else.
    Other,
}

impl ErrorClass {
    /// The metric label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Full => "full",
            Self::Io => "io",
            Self::Corrupt => "corrupt",
            Self::Constraint => "constraint",
            Self::Timeout => "timeout",
            Self::Other => "other",
        }
    }
}

impl StoreError {
    /// Which kind of failure this is. SQLite's primary result code is the low byte of the extended one
    /// (sqlite.org/rescode.html); PostgreSQL's classes are the first two characters of SQLSTATE.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        let Self::Database(error) = self else {
            return if matches!(self, Self::Folder { .. }) { ErrorClass::Io } else { ErrorClass::Other };
        };
        match error {
            sqlx::Error::PoolTimedOut => ErrorClass::Timeout,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed => ErrorClass::Io,
            sqlx::Error::Database(answer) => {
                let code = answer.code().unwrap_or_default();
                match code.parse::<u32>() {
                    Ok(number) if code.len() < 5 => match number & 0xff {
                        5 | 6 => ErrorClass::Busy,
                        13 => ErrorClass::Full,
                        8 | 10 | 14 => ErrorClass::Io,
                        11 | 26 => ErrorClass::Corrupt,
                        19 => ErrorClass::Constraint,
                        _ => ErrorClass::Other,
                    },
                    _ => match code.get(..2) {
                        Some("23") => ErrorClass::Constraint,
                        Some("40" | "55") => ErrorClass::Busy,
                        Some("53") => ErrorClass::Full,
                        Some("08" | "58") => ErrorClass::Io,
                        Some("XX") => ErrorClass::Corrupt,
                        Some("57") => ErrorClass::Timeout,
                        _ => ErrorClass::Other,
                    },
                }
            }
            _ => ErrorClass::Other,
        }
    }

    /// Whether the same work may succeed a little later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self.class(), ErrorClass::Busy | ErrorClass::Full | ErrorClass::Io | ErrorClass::Timeout)
    }
}
