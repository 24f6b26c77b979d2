-- Answers to surveys, as they were imported: nobody is named, and "comment" was masked before it came here.
-- "about" says what "reference" is: "case" the key of a case, "1999" a number of the 1999 line. "day" is YYYY-MM-DD.
CREATE TABLE satisfaction (
    key TEXT PRIMARY KEY NOT NULL,
    about TEXT NOT NULL,
    reference TEXT NOT NULL,
    day TEXT NOT NULL,
    score BIGINT NOT NULL,
    channel TEXT NOT NULL,
    comment TEXT,
    imported_at BIGINT NOT NULL
);
CREATE INDEX satisfaction_by_day ON satisfaction (day);
