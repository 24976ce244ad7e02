-- Years downwards are read from the index of years upwards: the books with a
-- year, then those without. The tags of a book are in the book's own row.
DROP INDEX books_by_year_downwards;
ALTER TABLE books DROP COLUMN year_downwards;
DROP INDEX book_tags_book_id;
