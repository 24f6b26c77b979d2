-- What has been told to those outside and must outlive a restart: burning alerts, months that are used up, goals that were
-- counted as missed, and what a language model proposed.
-- Times are UTC microseconds; the SQLite file of the same name differs only where it must.

-- What an Alertmanager may have been told is burning, written before it is told. A row goes once the Alertmanager has taken
-- that it is over; "ended_at" is the end it is told, the same at every try.
CREATE TABLE alarms (
    channel TEXT NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    level TEXT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (channel, case_id, level)
);

-- The month's messages of a channel as its service last counted them, and until when it takes none. "most" is empty where
-- they are not limited, "closed_until" where the channel is open.
CREATE TABLE channel_quotas (
    channel TEXT PRIMARY KEY NOT NULL,
    most BIGINT,
    used BIGINT,
    asked_at BIGINT,
    closed_until BIGINT
);

-- Goals of cases that were counted as missed, each once whatever daemon saw it.
CREATE TABLE case_breaches (
    case_id TEXT NOT NULL REFERENCES cases (id),
    goal TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, goal)
);

-- What a language model proposed for a draft. Nothing of it counts before a person takes it over, which makes a revision
-- of that person's; "outcome" says whether it was.
CREATE TABLE draft_proposals (
    id TEXT PRIMARY KEY NOT NULL,
    case_id TEXT NOT NULL REFERENCES cases (id),
    base BIGINT NOT NULL,
    model TEXT NOT NULL,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES users (name),
    at BIGINT NOT NULL,
    outcome TEXT,
    settled_by TEXT REFERENCES users (name),
    settled_at BIGINT
);
CREATE INDEX draft_proposals_of_case ON draft_proposals (case_id);

CREATE INDEX sends_of_channel ON sends (channel, number);
