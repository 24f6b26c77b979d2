//! Every difference between the two databases, by name.

use super::StoreError;

macro_rules! claim {
    ($open:literal, $close:literal) => {
        concat!(
            "UPDATE entries SET locked_until = $1, attempts = attempts + 1 WHERE id ",
            $open,
            "SELECT id FROM entries WHERE state = 'waiting' AND next_try_at <= $2 AND locked_until <= $2 ",
            "ORDER BY next_try_at, id LIMIT $3",
            $close,
            " RETURNING *"
        )
    };
}

macro_rules! claim_messages {
    ($open:literal, $close:literal) => {
        concat!(
            "UPDATE outbox SET held_until = $1, attempts = attempts + 1 WHERE id ",
            $open,
            "SELECT id FROM outbox WHERE state = 'waiting' AND next_at <= $2 AND held_until <= $2 ",
            "ORDER BY urgent DESC, next_at, id LIMIT $3",
            $close,
            " RETURNING *"
        )
    };
}

/// A lease of more than its whole length is one that was given before the wall clock was set back.
macro_rules! claim_visits {
    ($open:literal, $close:literal) => {
        concat!(
            "UPDATE revisits SET held_until = $1 WHERE article_id ",
            $open,
            "SELECT article_id FROM revisits WHERE next_at <= $2 AND (held_until <= $2 OR held_until > $1) ",
            "ORDER BY next_at, article_id LIMIT $3",
            $close,
            " RETURNING article_id"
        )
    };
}

/// Whether a person should look at a report: an alert is open on its current version.
macro_rules! open_alert {
    ($finding:literal) => {
        concat!($finding, ".ended_at IS NULL AND ", $finding, ".outcome IS NULL AND ", $finding, ".level <> 'none'")
    };
}

/// What `$1` to `$11` and `$13` ask of an article and its mention, by the names these have in the query.
macro_rules! passes {
    ($search:literal, $article:literal, $mention:literal) => {
        concat!(
            "($1 = '' OR ",
            $article,
            ".number IN ",
            $search,
            ") AND ($2 = '' OR ",
            $article,
            ".outlet = $2)",
            " AND ($3 = '' OR EXISTS (SELECT 1 FROM mention_services x WHERE x.article_id = ",
            $article,
            ".id",
            " AND x.revision = ",
            $article,
            ".revision AND x.service = $3))",
            " AND ($4 = '' OR EXISTS (SELECT 1 FROM mention_agencies y WHERE y.article_id = ",
            $article,
            ".id",
            " AND y.revision = ",
            $article,
            ".revision AND y.agency = $4))",
            " AND ($5 = '' OR ",
            $mention,
            ".district = $5)",
            " AND ($6 = '' OR ",
            $mention,
            ".toward_city = $6)",
            " AND ($7 = '' OR ",
            $mention,
            ".kind = $7)",
            " AND ($8 = '' OR ",
            $article,
            ".source_id = $8)",
            " AND ($9 < 0 OR ",
            $mention,
            ".in_scope = $9)",
            " AND ",
            $article,
            ".sort_at >= $10 AND ",
            $article,
            ".sort_at < $11 AND ($13 = 0 OR EXISTS (SELECT 1 FROM findings z WHERE z.article_id = ",
            $article,
            ".id AND ",
            open_alert!("z"),
            "))"
        )
    };
}

/// Of a story, the newest report that passes stands for all of it; with `$12` every report stands for itself. The question
/// is put to each report in turn, so that a page is read off the index of the newest and no story is gathered whole.
macro_rules! chosen {
    ($search:literal) => {
        concat!(
            " FROM articles a",
            " JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision",
            " JOIN mentions m ON m.article_id = a.id AND m.revision = a.revision",
            " LEFT JOIN mention_services s ON s.article_id = a.id AND s.revision = a.revision AND s.rank = 0",
            " LEFT JOIN mention_agencies g ON g.article_id = a.id AND g.revision = a.revision AND g.rank = 0",
            " LEFT JOIN stories t ON t.article_id = a.id",
            " WHERE ",
            passes!($search, "a", "m"),
            " AND ($12 = 1 OR NOT EXISTS (SELECT 1 FROM stories o JOIN articles b ON b.id = o.article_id",
            " JOIN mentions n ON n.article_id = b.id AND n.revision = b.revision WHERE o.story = t.story",
            " AND (b.sort_at > a.sort_at OR (b.sort_at = a.sort_at AND b.number > a.number)) AND ",
            passes!($search, "b", "n"),
            "))"
        )
    };
}

/// What `$1` to `$4` ask of the latest version of a statement.
macro_rules! facts {
    ($columns:literal, $search:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM facts f WHERE NOT EXISTS (SELECT 1 FROM facts n WHERE n.id = f.id AND n.revision > f.revision)",
            " AND ($1 = '' OR f.number IN ",
            $search,
            ") AND ($2 = '' OR f.kind = $2) AND ($3 = '' OR f.agency = $3)",
            " AND ($4 < 0 OR (f.superseded_by IS NULL AND (f.valid_to IS NULL OR f.valid_to >= $4)))",
            $rest
        )
    };
}

macro_rules! facts_list {
    ($search:literal) => {
        facts!(
            "f.number, f.id, f.revision, f.kind, f.agency, f.title, substr(f.text, 1, 400) AS text, f.url, f.document_no, \
             f.published_at, f.valid_from, f.valid_to, f.superseded_by, f.hash, f.source_id, f.entered_by, f.recorded_at",
            $search,
            " AND f.number < $5 ORDER BY f.number DESC LIMIT $6"
        )
    };
}

macro_rules! list {
    ($search:literal) => {
        concat!(
            "SELECT a.id, a.number, a.outlet, a.official, a.url, a.revision, a.first_seen_at, a.sort_at, r.title,",
            " substr(r.text, 1, 400) AS lead, r.published_at, r.updated_at, m.in_scope, m.district, m.kind,",
            " m.sentiment, m.toward_city, m.toward_city_score, s.service, g.agency, g.unit, g.city,",
            " (SELECT COUNT(*) FROM corrections c WHERE c.article_id = a.id AND c.revision = a.revision",
            " AND c.withdrawn_at IS NULL) AS corrected,",
            " (SELECT COUNT(DISTINCT e.outlet) FROM stories p JOIN articles e ON e.id = p.article_id",
            " WHERE p.story = t.story AND e.outlet <> a.outlet) AS other_outlets,",
            " (SELECT MIN(z.level) FROM stories p JOIN findings z ON z.article_id = p.article_id WHERE p.story = t.story",
            " AND ($12 = 0 OR p.article_id = a.id) AND ",
            open_alert!("z"),
            ") AS alert,",
            " (SELECT COUNT(*) FROM stories p JOIN findings z ON z.article_id = p.article_id WHERE p.story = t.story",
            " AND ($12 = 0 OR p.article_id = a.id) AND z.ended_at IS NULL AND z.outcome = 'misreport') AS confirmed",
            chosen!($search),
            " AND (a.sort_at < $14 OR (a.sort_at = $14 AND a.number < $15))",
            " ORDER BY a.sort_at DESC, a.number DESC LIMIT $16"
        )
    };
}

macro_rules! count {
    ($search:literal) => {
        concat!("SELECT COUNT(*)", chosen!($search))
    };
}

/// Which database is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// One file, one machine: the default.
    Sqlite,
    /// A server that several daemons share.
    Postgres,
}

/// WAL lets readers run beside the writer; `FULL` keeps the last commit through a power cut, which `NORMAL` in
/// WAL mode does not; five seconds is what another process may hold the lock before a write fails.
const SQLITE_SETUP: &[&str] = &[
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
];

/// A transaction that a dead client left open must not hold its locks for ever; all times are ours, in UTC.
const POSTGRES_SETUP: &[&str] =
    &["SET TIME ZONE 'UTC'", "SET idle_in_transaction_session_timeout = '60s'", "SET statement_timeout = '30s'"];

impl Dialect {
    /// Told by the scheme of the address.
    pub(super) fn of(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Ok(Self::Sqlite)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres)
        } else {
            Err(StoreError::Scheme)
        }
    }

    /// The name in logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// What a new connection is told first.
    pub(super) fn setup(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => SQLITE_SETUP,
            Self::Postgres => POSTGRES_SETUP,
        }
    }

    /// How a write begins: SQLite takes its lock at once, PostgreSQL locks row by row.
    pub(super) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Bytes the database takes.
    pub(super) fn size(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            Self::Postgres => "SELECT pg_database_size(current_database())",
        }
    }

    /// Claims up to `$3` waiting entries until `$1`, as of `$2`. Several daemons on one server must not claim the
    /// same row, and the array keeps PostgreSQL from running the inner query more than once, which would claim more
    /// than the limit. SQLite has one writer anyway.
    pub(super) fn claim(self) -> &'static str {
        match self {
            Self::Sqlite => claim!("IN (", ")"),
            Self::Postgres => claim!("= ANY (ARRAY (", " FOR UPDATE SKIP LOCKED))"),
        }
    }

    /// The same of messages on their way; see [`Self::claim`].
    pub(super) fn claim_messages(self) -> &'static str {
        match self {
            Self::Sqlite => claim_messages!("IN (", ")"),
            Self::Postgres => claim_messages!("= ANY (ARRAY (", " FOR UPDATE SKIP LOCKED))"),
        }
    }

    /// The same of reports that are to be visited again; see [`Self::claim`].
    pub(super) fn claim_visits(self) -> &'static str {
        match self {
            Self::Sqlite => claim_visits!("IN (", ")"),
            Self::Postgres => claim_visits!("= ANY (ARRAY (", " FOR UPDATE SKIP LOCKED))"),
        }
    }

    /// Keeps others from storing the report at `$1` until the transaction ends: two readers may hold the same
    /// report from two sources. SQLite has one writer anyway.
    pub(super) fn lock_report(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) AS held"),
        }
    }

    /// The current version of the report `$1`, which nobody else changes or checks until the transaction ends.
    pub(super) fn current_revision(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT revision FROM articles WHERE id = $1",
            Self::Postgres => "SELECT revision FROM articles WHERE id = $1 FOR UPDATE",
        }
    }

    /// The version of the case `$1`, which nobody else changes until the transaction ends.
    pub(super) fn case_version(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT version FROM cases WHERE id = $1",
            Self::Postgres => "SELECT version FROM cases WHERE id = $1 FOR UPDATE",
        }
    }

    /// Keeps others from adding to the audit log until the transaction ends: each row holds the hash of the one before.
    /// The number is this lock's own. SQLite has one writer anyway.
    pub(super) fn lock_audit(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT 1 FROM (SELECT pg_advisory_xact_lock(7215001)) AS held"),
        }
    }

    /// Keeps others from adding to the register of facts until the transaction ends. The number is this lock's own.
    pub(super) fn lock_facts(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT 1 FROM (SELECT pg_advisory_xact_lock(7215002)) AS held"),
        }
    }

    /// A list of statements and how many it holds in all; see [`super::facts`] for the parameters.
    pub(super) fn facts(self) -> [&'static str; 2] {
        match self {
            Self::Sqlite => [
                facts_list!("(SELECT rowid FROM fact_search WHERE fact_search MATCH $1)"),
                facts!("COUNT(*)", "(SELECT rowid FROM fact_search WHERE fact_search MATCH $1)", ""),
            ],
            Self::Postgres => [
                facts_list!("(SELECT number FROM fact_search WHERE words @@ plainto_tsquery('simple', $1))"),
                facts!("COUNT(*)", "(SELECT number FROM fact_search WHERE words @@ plainto_tsquery('simple', $1))", ""),
            ],
        }
    }

    /// Puts the words `$2` of the fact numbered `$1` into its index.
    pub(super) fn index_fact_words(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT INTO fact_search (rowid, words) VALUES ($1, $2)",
            Self::Postgres => "INSERT INTO fact_search (number, words) VALUES ($1, to_tsvector('simple', $2))",
        }
    }

    /// Takes the fact numbered `$1` out of its index.
    pub(super) fn forget_fact_words(self) -> &'static str {
        match self {
            Self::Sqlite => "DELETE FROM fact_search WHERE rowid = $1",
            Self::Postgres => "DELETE FROM fact_search WHERE number = $1",
        }
    }

    /// Puts the words `$2` of the article numbered `$1` into the index.
    pub(super) fn index_words(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT INTO search (rowid, words) VALUES ($1, $2)",
            Self::Postgres => "INSERT INTO search (number, words) VALUES ($1, to_tsvector('simple', $2))",
        }
    }

    /// Takes the article numbered `$1` out of the index.
    pub(super) fn forget_words(self) -> &'static str {
        match self {
            Self::Sqlite => "DELETE FROM search WHERE rowid = $1",
            Self::Postgres => "DELETE FROM search WHERE number = $1",
        }
    }

    /// A list of reports; see [`super::reports`] for the parameters.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Sqlite => list!("(SELECT rowid FROM search WHERE search MATCH $1)"),
            Self::Postgres => list!("(SELECT number FROM search WHERE words @@ plainto_tsquery('simple', $1))"),
        }
    }

    /// How many reports such a list holds in all.
    pub(super) fn count(self) -> &'static str {
        match self {
            Self::Sqlite => count!("(SELECT rowid FROM search WHERE search MATCH $1)"),
            Self::Postgres => count!("(SELECT number FROM search WHERE words @@ plainto_tsquery('simple', $1))"),
        }
    }

    /// A query of several words, all of which must be there, as the index wants it written. What a person typed
    /// is quoted, so that no sign of it is taken for syntax.
    pub(super) fn search_text(self, words: &[String]) -> String {
        match self {
            Self::Sqlite => {
                words.iter().map(|w| format!("\"{}\"", w.replace('"', "\"\""))).collect::<Vec<_>>().join(" ")
            }
            Self::Postgres => words.join(" "),
        }
    }
}
