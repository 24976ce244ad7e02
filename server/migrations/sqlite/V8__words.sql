-- The text index knows which books have which words, and another one which
-- words have which three letters. Of words there are far fewer than of books,
-- and a book has far fewer words than threes of letters: less is written for
-- each book, and a search reads the lists of the words that it finds, and no
-- other. A word is what has no ASCII but letters and digits in it. The index has
-- another name, so that a server that knows the old one cannot write into it.
DROP TRIGGER books_text_update;
DROP TABLE books_text;

CREATE VIRTUAL TABLE books_words USING fts5 (
    title_folded,
    author_folded,
    content = 'books',
    content_rowid = 'id',
    tokenize = 'ascii',
    detail = none,
    columnsize = 0
);

INSERT INTO books_words (books_words) VALUES ('rebuild');

-- Whoever changes a book sees to it that its words are known.
CREATE TRIGGER books_words_update
AFTER UPDATE OF title_folded, author_folded ON books
WHEN old.title_folded <> new.title_folded
    OR old.author_folded <> new.author_folded
BEGIN
    INSERT INTO books_words (books_words, rowid, title_folded, author_folded)
    VALUES ('delete', old.id, old.title_folded, old.author_folded);
    INSERT INTO books_words (rowid, title_folded, author_folded)
    VALUES (new.id, new.title_folded, new.author_folded);
END;

-- Every word that a book has, or has had.
CREATE TABLE words (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
);

CREATE VIRTUAL TABLE books_terms USING fts5vocab ('books_words', 'row');

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
