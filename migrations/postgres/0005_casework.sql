-- Cases from doubt to answer, their drafts, what was published, and what is sent to whom.
-- Times are UTC microseconds, booleans 0 or 1; the SQLite file of the same name differs only where it must.

-- The timeline of a case is the audit log. "version" grows with every change: who writes says which one they saw.
CREATE TABLE cases (
    number BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    level TEXT NOT NULL,
    title TEXT NOT NULL,
    story TEXT,
    district TEXT,
    service TEXT,
    state TEXT NOT NULL,
    agency TEXT,
    unit TEXT,
    answer TEXT,
    referred_to TEXT,
    submitted_revision BIGINT,
    submitted_hash TEXT,
    submitted_by TEXT REFERENCES users (name),
    reviewed_by TEXT REFERENCES users (name),
    reviewed_at BIGINT,
    approved_by TEXT REFERENCES users (name),
    approved_at BIGINT,
    issued_revision BIGINT,
    issued_hash TEXT,
    issued_at BIGINT,
    published_at BIGINT,
    fetched_at BIGINT NOT NULL,
    acknowledged_at BIGINT,
    known_at BIGINT NOT NULL,
    planned_at BIGINT,
    answered_at BIGINT,
    extended_to TEXT,
    extension_reason TEXT,
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX cases_by_state ON cases (state, number);
-- A story has one case that is not over.
CREATE UNIQUE INDEX cases_open_of_story ON cases (story)
WHERE state IN ('to_verify', 'assigned', 'verifying', 'drafting', 'reviewing', 'published', 'tracking', 'apologised');

-- The reports of a case, with the sort of outlet each is by: a new sort is a reason to alert again.
CREATE TABLE case_reports (
    case_id TEXT NOT NULL REFERENCES cases (id),
    article_id TEXT NOT NULL REFERENCES articles (id),
    sort TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (case_id, article_id)
);
CREATE INDEX case_reports_by_article ON case_reports (article_id);

-- What the reports of a case say otherwise than official statements, whichever report says it. A new one is a reason to
-- alert again. "fact_id" is empty where no statement stands against it.
CREATE TABLE case_claims (
    case_id TEXT NOT NULL REFERENCES cases (id),
    verdict TEXT NOT NULL,
    kind TEXT NOT NULL,
    claimed TEXT NOT NULL,
    fact_id TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (case_id, verdict, kind, claimed, fact_id)
);

-- What the visits to the address of a report are planned by, and whether its page is still there. "next_at" is when it is
-- asked again whether a visit is due; empty when there is none to come. "held_until" keeps two daemons from making one
-- visit. "missing_since" is the first of the latest visits that found no page; "gone_at" is set when that was confirmed.
CREATE TABLE revisits (
    article_id TEXT PRIMARY KEY NOT NULL REFERENCES articles (id),
    first_fetched_at BIGINT NOT NULL,
    published_at BIGINT,
    last_round TEXT,
    last_planned_at BIGINT,
    last_made_at BIGINT,
    last_answered TEXT,
    next_at BIGINT,
    held_until BIGINT NOT NULL,
    missing_since BIGINT,
    gone_at BIGINT
);
CREATE INDEX revisits_due ON revisits (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX articles_by_first_seen ON articles (first_seen_at);

-- Visits that brought an answer: the hash of the version that was there, or none where there was no page. A version that is
-- new is a revision, with the moment at which it was fetched; what stands here besides shows how long a version stood.
CREATE TABLE visits (
    article_id TEXT NOT NULL REFERENCES articles (id),
    at BIGINT NOT NULL,
    content_hash TEXT,
    PRIMARY KEY (article_id, at)
);

-- Statements that a person laid beside a case, in the version that was current then.
CREATE TABLE case_sources (
    case_id TEXT NOT NULL REFERENCES cases (id),
    fact_id TEXT NOT NULL,
    fact_revision BIGINT NOT NULL,
    by_user TEXT NOT NULL REFERENCES users (name),
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, fact_id),
    FOREIGN KEY (fact_id, fact_revision) REFERENCES facts (id, revision)
);

-- Revisions of drafts, never changed. "text" holds the parts as JSON; "author" is empty for the one laid before people.
CREATE TABLE drafts (
    case_id TEXT NOT NULL REFERENCES cases (id),
    revision BIGINT NOT NULL,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    author TEXT REFERENCES users (name),
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, revision)
);

-- What somebody typed and did not keep yet, so that a lost session loses no words.
CREATE TABLE draft_notes (
    case_id TEXT NOT NULL REFERENCES cases (id),
    user_name TEXT NOT NULL REFERENCES users (name),
    base BIGINT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, user_name)
);

-- Words of a draft that a named person answers for, and what they rest on.
CREATE TABLE bases (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    phrase TEXT NOT NULL,
    basis TEXT NOT NULL,
    by_user TEXT NOT NULL REFERENCES users (name),
    at BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX bases_of_case ON bases (case_id);

-- What went out. "anchors" says for every figure, day, name and quotation what it rests on, as JSON.
CREATE TABLE releases (
    number BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id TEXT NOT NULL UNIQUE,
    case_id TEXT NOT NULL REFERENCES cases (id),
    revision BIGINT NOT NULL,
    hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    agency TEXT NOT NULL,
    unit TEXT,
    text TEXT NOT NULL,
    anchors TEXT NOT NULL,
    issued_by TEXT NOT NULL REFERENCES users (name),
    issued_at BIGINT NOT NULL
);
CREATE INDEX releases_of_case ON releases (case_id);

-- The reports and statements a release names: what its page links to.
CREATE TABLE release_sources (
    release_id TEXT NOT NULL REFERENCES releases (id),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    source_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    publisher TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT,
    document_no TEXT,
    published_at BIGINT,
    claim TEXT,
    verdict TEXT,
    PRIMARY KEY (release_id, position)
);

-- Days on which work was suspended, as YYYY-MM-DD, or minutes of a day, entered by a person; no district is the whole
-- city.
CREATE TABLE closures (
    id TEXT PRIMARY KEY NOT NULL,
    district TEXT,
    day TEXT NOT NULL,
    from_minute BIGINT,
    until_minute BIGINT,
    known_at BIGINT NOT NULL,
    note TEXT NOT NULL,
    by_user TEXT NOT NULL REFERENCES users (name),
    withdrawn_at BIGINT
);

-- Messages on their way. What they say is fixed when they are written, in the transaction of what they tell of. "epoch"
-- tells a repetition that is meant from one that is not; "uncertain" says that a try was left without an answer.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    urgent BIGINT NOT NULL,
    message TEXT NOT NULL,
    retry_key TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    first_tried_at BIGINT,
    settled_at BIGINT,
    uncertain BIGINT NOT NULL,
    why TEXT,
    UNIQUE (subject, kind, channel, recipient, epoch)
);
CREATE INDEX outbox_waiting ON outbox (next_at) WHERE state = 'waiting';

-- What was handed to a channel and what it answered. Rows are added only.
CREATE TABLE sends (
    number BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    outbox_id TEXT NOT NULL REFERENCES outbox (id),
    channel TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    result TEXT NOT NULL,
    why TEXT NOT NULL,
    hash TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX sends_of_message ON sends (outbox_id);

-- Keys with which programs use the API in the name of an account. Only hashes are kept.
CREATE TABLE api_keys (
    token_hash TEXT PRIMARY KEY NOT NULL,
    user_name TEXT NOT NULL REFERENCES users (name),
    label TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX api_keys_by_user ON api_keys (user_name);

CREATE INDEX audit_by_subject ON audit (subject, seq);

CREATE FUNCTION refuse_casework_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER drafts_are_not_changed BEFORE UPDATE OR DELETE ON drafts
FOR EACH ROW EXECUTE FUNCTION refuse_casework_change();
CREATE TRIGGER drafts_are_not_emptied BEFORE TRUNCATE ON drafts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_casework_change();
CREATE TRIGGER releases_are_not_changed BEFORE UPDATE OR DELETE ON releases
FOR EACH ROW EXECUTE FUNCTION refuse_casework_change();
CREATE TRIGGER releases_are_not_emptied BEFORE TRUNCATE ON releases
FOR EACH STATEMENT EXECUTE FUNCTION refuse_casework_change();
CREATE TRIGGER sends_are_not_changed BEFORE UPDATE OR DELETE ON sends
FOR EACH ROW EXECUTE FUNCTION refuse_casework_change();
CREATE TRIGGER sends_are_not_emptied BEFORE TRUNCATE ON sends
FOR EACH STATEMENT EXECUTE FUNCTION refuse_casework_change();
