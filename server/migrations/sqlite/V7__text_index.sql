-- The text index without the places and columns of letters: smaller, so that
-- adding and finding books costs less. Whoever searches looks at what it finds.
DROP TABLE books_text;

CREATE VIRTUAL TABLE books_text USING fts5 (
    title_folded,
    author_folded,
    content = 'books',
    content_rowid = 'id',
    tokenize = 'trigram case_sensitive 1',
    detail = none
);

INSERT INTO books_text (books_text) VALUES ('rebuild');

-- Whoever adds a book adds it to the index. Before a statement that has a
-- trigger, the index writes out what it has gathered.
DROP TRIGGER books_text_insert;
