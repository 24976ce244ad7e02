-- Random values that all servers of this database share.

CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
