-- What readers think of books. The approved ones are summed up in books, in
-- rating_sum and rating_count.

CREATE TABLE reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    book_id INTEGER NOT NULL REFERENCES books (id),
    -- The user; 0 is whoever runs the server.
    reviewer_id INTEGER NOT NULL,
    rating INTEGER NOT NULL,
    body TEXT,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER
);

CREATE UNIQUE INDEX reviews_one_each ON reviews (book_id, reviewer_id);
CREATE INDEX reviews_by_created_at ON reviews (created_at, id);
CREATE INDEX reviews_of_book ON reviews (book_id, created_at, id);
