-- Accounts, their sessions, the counts of failed log-ins, the audit log and the corrections of reports.
-- Times are UTC microseconds, booleans 0 or 1; the PostgreSQL file of the same name differs only where it must.

-- Rows are never deleted, so that a name in the audit log means one person for ever.
CREATE TABLE users (
    name TEXT PRIMARY KEY NOT NULL,
    person TEXT NOT NULL,
    roles TEXT NOT NULL,
    agency TEXT,
    unit TEXT,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    logged_in_at BIGINT
);

-- The current password is the one with the highest number; the ones before are kept only to be refused.
CREATE TABLE passwords (
    user_name TEXT NOT NULL REFERENCES users (name),
    number BIGINT NOT NULL,
    hash TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (user_name, number)
);

CREATE TABLE set_up_links (
    token_hash TEXT PRIMARY KEY NOT NULL,
    user_name TEXT NOT NULL UNIQUE REFERENCES users (name),
    issued_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY NOT NULL,
    user_name TEXT NOT NULL REFERENCES users (name),
    began_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_name);

-- Failed log-ins by address and by account; an account is known by the hash of what was typed.
CREATE TABLE tries (
    subject TEXT PRIMARY KEY NOT NULL,
    failures BIGINT NOT NULL,
    failed_at BIGINT NOT NULL,
    locked_at BIGINT
);

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_action ON audit (action, seq);

-- What people put right in the machine's readings. "was" is the machine's own value and stays; the tables of mentions
-- hold what is shown and counted. Rows are withdrawn, never deleted.
CREATE TABLE corrections (
    id TEXT PRIMARY KEY NOT NULL,
    article_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    field TEXT NOT NULL,
    was TEXT NOT NULL,
    becomes TEXT NOT NULL,
    note TEXT,
    by_user TEXT NOT NULL REFERENCES users (name),
    at BIGINT NOT NULL,
    model_version TEXT NOT NULL,
    withdrawn_at BIGINT,
    FOREIGN KEY (article_id, revision) REFERENCES revisions (article_id, revision)
);
-- One correction of a field is in force at a time.
CREATE UNIQUE INDEX corrections_in_force ON corrections (article_id, revision, field) WHERE withdrawn_at IS NULL;

-- INSERT OR REPLACE deletes without a DELETE trigger, so that a number already taken is refused as well.
CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit
WHEN NEW.seq <= (SELECT COALESCE(MAX(seq), 0) FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
