-- One index on the books of an author instead of two: it has those that are
-- not archived side by side, in the order in which they are listed.
DROP INDEX books_author_id;
DROP INDEX books_of_author;

CREATE INDEX books_of_author ON books (author_id, archived_at, created_at, id);
