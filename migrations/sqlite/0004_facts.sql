-- The register of official statements, what it says of reports, and what people made of that.
-- Times are UTC microseconds, booleans 0 or 1; the PostgreSQL file of the same name differs only where it must.

-- Every row is one version of a statement; what changes is a further row. Numbers grow in the order of commits.
CREATE TABLE facts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    kind TEXT NOT NULL,
    agency TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    url TEXT,
    document_no TEXT,
    published_at BIGINT,
    valid_from BIGINT,
    valid_to BIGINT,
    superseded_by TEXT,
    hash TEXT NOT NULL,
    source_id TEXT,
    entered_by TEXT,
    recorded_at BIGINT NOT NULL,
    UNIQUE (id, revision),
    CHECK ((source_id IS NULL) <> (entered_by IS NULL))
);
CREATE INDEX facts_by_source ON facts (source_id, recorded_at);

-- Rows are found by facts.number, those of current versions alone; the words themselves are not kept twice.
CREATE VIRTUAL TABLE fact_search USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'unicode61');

-- Which versions of reports were held against the register, as of its row numbered "register". A report that says what
-- another one of its story says shares that one's check. "wording" tells texts apart by their words alone.
CREATE TABLE checks (
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    register BIGINT NOT NULL,
    wording TEXT NOT NULL,
    shared_with TEXT,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, revision),
    FOREIGN KEY (article_id, revision) REFERENCES revisions (article_id, revision)
);
CREATE INDEX checks_by_wording ON checks (wording);

-- Findings quote bytes of one version of a report and of one version of a statement, both of which are never changed. One
-- that is found no longer is ended, not deleted. "claimed" is the deciding part of the claim, by which the same error of
-- several reports is known.
CREATE TABLE findings (
    id TEXT PRIMARY KEY NOT NULL,
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    content_hash TEXT NOT NULL,
    rank BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    kind TEXT NOT NULL,
    level TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    claimed TEXT NOT NULL,
    claim_field TEXT NOT NULL,
    claim_start BIGINT NOT NULL,
    claim_end BIGINT NOT NULL,
    claim_part_start BIGINT NOT NULL,
    claim_part_end BIGINT NOT NULL,
    fact_id TEXT,
    fact_revision BIGINT,
    fact_hash TEXT,
    fact_field TEXT,
    fact_start BIGINT,
    fact_end BIGINT,
    fact_part_start BIGINT,
    fact_part_end BIGINT,
    why TEXT NOT NULL,
    dictionaries TEXT NOT NULL,
    rules TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,
    outcome_by TEXT REFERENCES users (name),
    outcome_at BIGINT,
    outcome_note TEXT,
    FOREIGN KEY (article_id, revision) REFERENCES revisions (article_id, revision),
    FOREIGN KEY (fact_id, fact_revision) REFERENCES facts (id, revision)
);
CREATE INDEX findings_of_report ON findings (article_id, revision);
CREATE INDEX findings_of_fact ON findings (fact_id);
CREATE INDEX findings_open ON findings (article_id) WHERE ended_at IS NULL AND outcome IS NULL AND level <> 'none';
CREATE INDEX findings_judged ON findings (outcome_at) WHERE outcome IS NOT NULL;

-- Statements of two agencies that say different things of the same matter, in the versions that do.
CREATE TABLE disagreements (
    fact_id TEXT NOT NULL,
    fact_hash TEXT NOT NULL,
    other_id TEXT NOT NULL,
    other_hash TEXT NOT NULL,
    why TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (fact_id, fact_hash, other_id, other_hash)
);

-- INSERT OR REPLACE deletes without a DELETE trigger, so that a number already taken is refused as well.
CREATE TRIGGER facts_only_grow BEFORE INSERT ON facts
WHEN EXISTS (SELECT 1 FROM facts WHERE number = NEW.number OR (id = NEW.id AND revision >= NEW.revision))
BEGIN SELECT RAISE(ABORT, 'a version of a fact is never changed'); END;
CREATE TRIGGER facts_are_not_changed BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'a version of a fact is never changed'); END;
CREATE TRIGGER facts_are_not_deleted BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'a version of a fact is never changed'); END;
