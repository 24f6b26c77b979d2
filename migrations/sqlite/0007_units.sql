-- The offices below the agencies, who works in them and who stands in for whom, what people said of missed goals, and
-- which contradictions between a draft and earlier statements somebody answers for.
-- Times are UTC microseconds, booleans 0 or 1; the PostgreSQL file of the same name differs only where it must.

-- A unit of an agency. "contacts", "channels", "services", "districts" and "words" are JSON lists; the last three say which
-- new cases it is told of. "version" grows with every change: who writes says which one they saw.
CREATE TABLE units (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    agency TEXT NOT NULL,
    name TEXT NOT NULL,
    contacts TEXT NOT NULL,
    channels TEXT NOT NULL,
    services TEXT NOT NULL,
    districts TEXT NOT NULL,
    words TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    UNIQUE (agency, name)
);

-- Who works in a unit beside those whose account names it, and who is its head.
CREATE TABLE unit_members (
    unit_id TEXT NOT NULL REFERENCES units (id),
    user_name TEXT NOT NULL REFERENCES users (name),
    is_head BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (unit_id, user_name)
);

-- Where a channel reaches a person. An address belongs to one account, so that who left is known by it.
CREATE TABLE addresses (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    user_name TEXT NOT NULL REFERENCES users (name),
    set_at BIGINT NOT NULL,
    PRIMARY KEY (channel, address)
);
CREATE INDEX addresses_by_user ON addresses (user_name);

-- Who stands in for whom, from when until when: a unit or an account for a unit or an account.
CREATE TABLE substitutes (
    id TEXT PRIMARY KEY NOT NULL,
    of_unit TEXT REFERENCES units (id),
    of_user TEXT REFERENCES users (name),
    by_unit TEXT REFERENCES units (id),
    by_user TEXT REFERENCES users (name),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    note TEXT NOT NULL,
    made_by TEXT NOT NULL REFERENCES users (name),
    made_at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX substitutes_by_end ON substitutes (until_at) WHERE withdrawn_at IS NULL;

-- What an agency said when a goal of a case was missed: why, how far it is, and when it expects to be done. "goals" are the
-- names of the goals that were past then, with commas between.
CREATE TABLE overdue_notices (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    goals TEXT NOT NULL,
    reason TEXT NOT NULL,
    progress TEXT NOT NULL,
    expected_at BIGINT NOT NULL,
    by_user TEXT NOT NULL REFERENCES users (name),
    at BIGINT NOT NULL
);
CREATE INDEX overdue_notices_of_case ON overdue_notices (case_id);

-- Sentences of a draft that disagree with an earlier statement, which a named person knows of and explains. It holds for
-- these two sentences only.
CREATE TABLE explained (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    sentence TEXT NOT NULL,
    source TEXT NOT NULL,
    earlier TEXT NOT NULL,
    note TEXT NOT NULL,
    by_user TEXT NOT NULL REFERENCES users (name),
    at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX explained_of_case ON explained (case_id);
