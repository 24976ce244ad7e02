-- Work that is done after the write that asks for it, and is written with it.
-- A job that is done is removed.
CREATE TABLE jobs (
    -- Never given again, so that what is made of it stays one thing.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    -- What is to be done, in JSON.
    payload TEXT NOT NULL,
    -- waiting, running or dead.
    state TEXT NOT NULL,
    -- How often it was begun.
    attempts INTEGER NOT NULL,
    -- When it may be begun; while it runs, when whoever does it counts as
    -- gone; null once nobody will do it any more.
    due_at INTEGER,
    -- Who does it: another value at each attempt.
    lease TEXT,
    -- Why the last attempt failed.
    error TEXT,
    created_at INTEGER NOT NULL,
    -- When it was given up.
    ended_at INTEGER
);

CREATE INDEX jobs_due ON jobs (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE reports (
    id TEXT PRIMARY KEY,
    report_type TEXT NOT NULL,
    -- What it is about, in JSON.
    filters TEXT NOT NULL,
    -- The job that makes it, whose state is the report's until it is made.
    job_id INTEGER NOT NULL,
    -- What came of it, in JSON.
    data TEXT,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX reports_created_at ON reports (created_at);

-- Who did what to which resource, written with what was done.
CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    operation TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    request_id TEXT,
    address TEXT,
    -- The resource in JSON, without what is secret; null where there was
    -- none before, or is none after.
    state_before TEXT,
    state_after TEXT
);

CREATE INDEX audit_events_at ON audit_events (at, id);
