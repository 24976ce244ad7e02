-- Times are microseconds since 1970 UTC, money is in hundredths, and a column
-- that ends in _folded holds a text in lower case as the server folds it.

CREATE TABLE authors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);

CREATE TABLE books (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    -- The author's name again: what every read shows and lists sort by.
    author_name TEXT NOT NULL,
    author_folded TEXT NOT NULL,
    isbn_given TEXT NOT NULL,
    isbn TEXT NOT NULL,
    genre TEXT,
    genre_folded TEXT,
    published_year INTEGER,
    -- Books without a year come last in both directions.
    year_upwards INTEGER NOT NULL
        GENERATED ALWAYS AS (COALESCE(published_year, 32767)) VIRTUAL,
    year_downwards INTEGER NOT NULL
        GENERATED ALWAYS AS (COALESCE(published_year, -32768)) VIRTUAL,
    language TEXT,
    page_count INTEGER,
    price INTEGER NOT NULL,
    currency TEXT NOT NULL,
    description TEXT,
    -- A JSON list in the order given; book_tags has them for the filters.
    tags TEXT NOT NULL,
    discount INTEGER NOT NULL,
    status TEXT NOT NULL,
    rating_sum INTEGER NOT NULL DEFAULT 0,
    rating_count INTEGER NOT NULL DEFAULT 0,
    internal_notes TEXT,
    cost_price INTEGER,
    supplier TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    archived_at INTEGER,
    revision INTEGER NOT NULL
);

CREATE UNIQUE INDEX books_isbn ON books (isbn) WHERE archived_at IS NULL;
CREATE INDEX books_author_id ON books (author_id, created_at, id);

-- An index for each order of the list.
CREATE INDEX books_by_title ON books (title_folded, id)
    WHERE archived_at IS NULL;
CREATE INDEX books_by_author ON books (author_folded, id)
    WHERE archived_at IS NULL;
CREATE INDEX books_by_price ON books (price, id) WHERE archived_at IS NULL;
CREATE INDEX books_by_created_at ON books (created_at, id)
    WHERE archived_at IS NULL;
CREATE INDEX books_by_year_upwards ON books (year_upwards, id)
    WHERE archived_at IS NULL;
CREATE INDEX books_by_year_downwards ON books (year_downwards, id)
    WHERE archived_at IS NULL;
CREATE INDEX books_by_genre ON books (genre_folded, created_at, id)
    WHERE archived_at IS NULL;
-- And for the usual order with the archived ones.
CREATE INDEX books_all_by_created_at ON books (created_at, id);

CREATE TABLE book_tags (
    tag TEXT NOT NULL,
    book_id INTEGER NOT NULL REFERENCES books (id),
    PRIMARY KEY (tag, book_id)
) WITHOUT ROWID;

CREATE INDEX book_tags_book_id ON book_tags (book_id);

-- Every three letters in a row of titles and authors' names.
CREATE VIRTUAL TABLE books_text USING fts5 (
    title_folded,
    author_folded,
    content = 'books',
    content_rowid = 'id',
    tokenize = 'trigram case_sensitive 1'
);

CREATE TRIGGER books_text_insert AFTER INSERT ON books BEGIN
    INSERT INTO books_text (rowid, title_folded, author_folded)
    VALUES (new.id, new.title_folded, new.author_folded);
END;

CREATE TRIGGER books_text_update
AFTER UPDATE OF title_folded, author_folded ON books
WHEN old.title_folded <> new.title_folded
    OR old.author_folded <> new.author_folded
BEGIN
    INSERT INTO books_text (books_text, rowid, title_folded, author_folded)
    VALUES ('delete', old.id, old.title_folded, old.author_folded);
    INSERT INTO books_text (rowid, title_folded, author_folded)
    VALUES (new.id, new.title_folded, new.author_folded);
END;

CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model_id TEXT NOT NULL UNIQUE,
    framework TEXT NOT NULL,
    -- The version registered last.
    version TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE INDEX models_by_framework ON models (framework);

CREATE TABLE model_versions (
    model_id TEXT NOT NULL REFERENCES models (model_id) ON DELETE CASCADE,
    version TEXT NOT NULL,
    parameters_millions REAL NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (model_id, version)
) WITHOUT ROWID;

CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT
);

-- The first answers to requests that carry an idempotency key.
CREATE TABLE answers (
    operation TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    answer TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (operation, idempotency_key)
) WITHOUT ROWID;

CREATE INDEX answers_created_at ON answers (created_at);
