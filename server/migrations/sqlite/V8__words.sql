-- The text index knows which books have which words, and another one which
-- words have which three letters. Of words there are far fewer than of books,
-- and a book has far fewer words than threes of letters: less is written for
-- each book, and a search reads the lists of the words that it finds, and no
-- other. A word is what has no ASCII but letters and digits in it.
DROP TABLE books_text;

CREATE VIRTUAL TABLE books_text USING fts5 (
    title_folded,
    author_folded,
    content = 'books',
    content_rowid = 'id',
    tokenize = 'ascii',
    detail = none,
    columnsize = 0
);

INSERT INTO books_text (books_text) VALUES ('rebuild');

-- Every word that a book has, or has had.
CREATE TABLE words (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
);

CREATE VIRTUAL TABLE books_terms USING fts5vocab ('books_text', 'row');

INSERT INTO words (word) SELECT term FROM books_terms;

DROP TABLE books_terms;

CREATE VIRTUAL TABLE words_text USING fts5 (
    word,
    content = 'words',
    content_rowid = 'id',
    tokenize = 'trigram case_sensitive 1',
    detail = none,
    columnsize = 0
);

INSERT INTO words_text (words_text) VALUES ('rebuild');
