-- Which story each report tells. Times are UTC microseconds, booleans 0 or 1; the PostgreSQL file of the same name differs
-- only where it must.

-- A story is named by the id of its first report. What the report is known by is kept, so that a daemon goes on after a
-- restart, and takes in what others on the same server added, without reading any text again. Reports of before this
-- table tell no story.
CREATE TABLE stories (
    article_id TEXT PRIMARY KEY NOT NULL REFERENCES articles (id),
    story TEXT NOT NULL REFERENCES articles (id),
    syndicated BIGINT NOT NULL,
    known_by BLOB NOT NULL
);
CREATE INDEX stories_by_story ON stories (story);
