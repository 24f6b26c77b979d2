-- Sources' memory, the queue of announced entries, reports with their revisions, what was understood of them.
-- Times are UTC microseconds, booleans 0 or 1; the PostgreSQL file of the same name differs only where it must.

CREATE TABLE source_state (
    source_id TEXT PRIMARY KEY NOT NULL,
    etag TEXT,
    last_modified TEXT,
    body_hash TEXT,
    due_at BIGINT,
    turn_until BIGINT NOT NULL DEFAULT 0,
    polled_at BIGINT,
    succeeded_at BIGINT,
    full_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    trouble_kind TEXT,
    trouble TEXT,
    newest_at BIGINT,
    last_count BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE entries (
    id TEXT PRIMARY KEY NOT NULL,
    source_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    next_try_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL DEFAULT 0,
    found_at BIGINT NOT NULL,
    trouble TEXT,
    title TEXT NOT NULL,
    link TEXT,
    author TEXT,
    published_at BIGINT,
    published_quality TEXT,
    updated_at BIGINT,
    updated_quality TEXT,
    summary TEXT,
    content TEXT,
    outlet TEXT,
    UNIQUE (source_id, external_id)
);
CREATE INDEX entries_waiting ON entries (state, next_try_at);

CREATE TABLE snapshots (
    hash TEXT PRIMARY KEY NOT NULL,
    url TEXT NOT NULL,
    content_type TEXT,
    fetched_at BIGINT NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    source_id TEXT NOT NULL,
    outlet TEXT NOT NULL,
    official TEXT,
    canonical_url TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    revision BIGINT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    sort_at BIGINT NOT NULL
);
CREATE INDEX articles_newest ON articles (sort_at, number);
CREATE INDEX articles_by_source ON articles (source_id, sort_at);

CREATE TABLE revisions (
    article_id TEXT NOT NULL REFERENCES articles (id),
    revision BIGINT NOT NULL,
    content_hash TEXT NOT NULL,
    snapshot_hash TEXT REFERENCES snapshots (hash),
    title TEXT NOT NULL,
    byline TEXT,
    text TEXT NOT NULL,
    published_at BIGINT,
    published_quality TEXT,
    updated_at BIGINT,
    updated_quality TEXT,
    fetched_at BIGINT NOT NULL,
    charset TEXT NOT NULL,
    language TEXT,
    PRIMARY KEY (article_id, revision),
    UNIQUE (article_id, content_hash)
);

CREATE TABLE mentions (
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    analysed_at BIGINT NOT NULL,
    model_version TEXT NOT NULL,
    in_scope BIGINT NOT NULL,
    scope_score DOUBLE PRECISION NOT NULL,
    district TEXT,
    kind TEXT NOT NULL,
    sentiment TEXT NOT NULL,
    sentiment_score DOUBLE PRECISION NOT NULL,
    toward_city TEXT NOT NULL,
    toward_city_score DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (article_id, revision),
    FOREIGN KEY (article_id, revision) REFERENCES revisions (article_id, revision)
);
CREATE INDEX mentions_district ON mentions (district);

CREATE TABLE mention_services (
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    service TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (article_id, revision, rank)
);
CREATE INDEX mention_services_by_service ON mention_services (service, article_id);

CREATE TABLE mention_categories (
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    category TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (article_id, revision, rank)
);

CREATE TABLE mention_agencies (
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    agency TEXT NOT NULL,
    unit TEXT,
    score DOUBLE PRECISION NOT NULL,
    city BIGINT NOT NULL,
    PRIMARY KEY (article_id, revision, rank)
);
CREATE INDEX mention_agencies_by_agency ON mention_agencies (agency, article_id);

CREATE TABLE mention_places (
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    field TEXT NOT NULL,
    span_start BIGINT NOT NULL,
    span_end BIGINT NOT NULL,
    district TEXT,
    PRIMARY KEY (article_id, revision, position)
);

CREATE TABLE mention_marks (
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    position BIGINT NOT NULL,
    what TEXT NOT NULL,
    field TEXT NOT NULL,
    span_start BIGINT NOT NULL,
    span_end BIGINT NOT NULL,
    PRIMARY KEY (article_id, revision, position)
);

-- Rows are found by articles.number; the words themselves are not kept twice.
CREATE VIRTUAL TABLE search USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61');
