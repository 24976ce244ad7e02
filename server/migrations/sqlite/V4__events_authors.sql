-- More of authors than their names, and events.

ALTER TABLE authors ADD COLUMN name_folded TEXT NOT NULL DEFAULT '';
ALTER TABLE authors ADD COLUMN bio TEXT;
ALTER TABLE authors ADD COLUMN nationality TEXT;
-- A JSON object.
ALTER TABLE authors ADD COLUMN contact TEXT;
-- An author who was deleted stays as long as an archived book names them.
ALTER TABLE authors ADD COLUMN archived_at INTEGER;

-- Their books have the name as the server folds it. For an author whose books
-- have all been given to others this comes near it until the next change.
UPDATE authors SET name_folded = COALESCE(
    (SELECT author_folded FROM books WHERE author_id = authors.id LIMIT 1),
    lower(name)
);

CREATE INDEX authors_by_name ON authors (name_folded, id)
    WHERE archived_at IS NULL;
-- The books of an author, to count and to list.
CREATE INDEX books_of_author ON books (author_id, created_at, id)
    WHERE archived_at IS NULL;

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT,
    start_date INTEGER NOT NULL,
    end_date INTEGER NOT NULL,
    max_attendees INTEGER NOT NULL,
    ticket_price INTEGER NOT NULL,
    -- A JSON list in the order given.
    tags TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE INDEX events_by_start_date ON events (start_date, id);
