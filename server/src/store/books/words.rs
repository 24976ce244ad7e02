//! SQLite's index of texts, <https://sqlite.org/fts5.html>: which books have
//! which words, and which words have which three letters.
//!
//! A part of a text is looked for among the words, of which there are far
//! fewer than books; the books then are those that have one of the words
//! found. Words are never forgotten, for there is no end to finding out
//! whether a book still has them.

use std::cmp::Reverse;
use std::sync::LazyLock;

use sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};

use crate::domain::{Book, fold};
use crate::store::schema::{BooksWords, Words, WordsText};
use crate::store::statement::{Template, insertion};
use crate::store::{Dialect, Error, Statement, Tx};

/// The fewest letters of a word that the index finds.
const SHORTEST_INDEXED: usize = 3;

/// The most threes of letters, but for the last, that the index is asked for;
/// those of a longer part are enough to tell nearly all words.
const MAX_THREES: usize = 16;

/// The most words of a part that are looked for.
const MAX_WORDS: usize = 4;

/// Parts that more books have are common: to look into one book after the
/// other then finds a page sooner than to gather all of them.
const COMMON: u64 = 20_000;

/// Puts a new book into the index.
///
/// A trigger would make the index write out what it has gathered before each
/// book, and not once for all that are committed together.
pub(super) async fn index(
    tx: &mut Tx,
    id: i64,
    book: &Book,
) -> Result<(), Error> {
    static INDEX: LazyLock<Template> = LazyLock::new(|| {
        let columns = [
            BooksWords::Rowid,
            BooksWords::TitleFolded,
            BooksWords::AuthorFolded,
        ];
        Template::of(&insertion(BooksWords::Table, columns))
    });
    if tx.dialect() == Dialect::Postgres {
        return Ok(());
    }
    let (title, author) = (fold(&book.title), fold(&book.author.name));
    learn_folded(tx, &title).await?;
    learn_folded(tx, &author).await?;
    let values = vec![id.into(), title.into(), author.into()];
    tx.execute(&INDEX.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Adds the words of a text that a book is given, as far as they are new. The
/// book's own change is brought into the index by a trigger.
pub(in crate::store) async fn learn(
    tx: &mut Tx,
    text: &str,
) -> Result<(), Error> {
    match tx.dialect() {
        Dialect::Sqlite => learn_folded(tx, &fold(text)).await,
        Dialect::Postgres => Ok(()),
    }
}

async fn learn_folded(tx: &mut Tx, text: &str) -> Result<(), Error> {
    for word in words(text) {
        if tx.sqlite().words().has(word) {
            continue;
        }
        if !is_known(tx, word).await? {
            add(tx, word).await?;
        }
        tx.sqlite().words().keep(word);
    }
    Ok(())
}

async fn is_known(tx: &mut Tx, word: &str) -> Result<bool, Error> {
    static KNOWN: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .column(Words::Id)
                .from(Words::Table)
                .and_where(Expr::col(Words::Word).eq("")),
        )
    });
    let statement = KNOWN.with(tx.dialect(), vec![word.into()]);
    let id = tx.fetch_first(&statement, |row| row.integer()).await?;
    Ok(id.is_some())
}

async fn add(tx: &mut Tx, word: &str) -> Result<(), Error> {
    static ADD: LazyLock<Template> = LazyLock::new(|| {
        Template::insert(Words::Table, [Words::Word], Words::Id)
    });
    static INDEX: LazyLock<Template> = LazyLock::new(|| {
        let columns = [WordsText::Rowid, WordsText::Word];
        Template::of(&insertion(WordsText::Table, columns))
    });
    let id = tx.insert(&ADD.with(tx.dialect(), vec![word.into()])).await?;
    let values = vec![id.into(), word.into()];
    tx.execute(&INDEX.with(tx.dialect(), values)).await?;
    Ok(())
}

/// The words of a folded text, as the index takes it apart: it has nothing in
/// ASCII but letters and digits for a part of a word, and everything else.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| it.is_ascii() && !it.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// The books that may have one of these folded parts in title or author.
/// `None` if the index cannot tell for one of them.
pub(super) fn matching(parts: &[String]) -> Option<Expr> {
    let rowid = (BooksWords::Table, BooksWords::Rowid);
    let candidates = candidates(parts)?.column(rowid).to_owned();
    Some(Expr::col(super::Books::Id).in_subquery(candidates))
}

/// Whether these parts are in so many books that it is no use to gather them.
/// Not so where the index cannot tell.
pub(super) async fn are_common(
    tx: &mut Tx,
    parts: &[String],
) -> Result<bool, Error> {
    let Some(mut candidates) = candidates(parts) else { return Ok(false) };
    if tx.dialect() == Dialect::Postgres {
        return Ok(false);
    }
    let some = candidates.expr(Expr::val(1)).limit(COMMON).to_owned();
    let count = Query::select()
        .expr(Func::count(Expr::col(sea_query::Asterisk)))
        .from_subquery(some, "some")
        .to_owned();
    let count = tx.count(&Statement::build(tx.dialect(), &count)).await?;
    Ok(u64::try_from(count).is_ok_and(|count| count >= COMMON))
}

/// A row for each word of each book that may have one of these parts: of a
/// part alone, books that have all of its words; of several, books that have
/// the longest word of one of them.
fn candidates(parts: &[String]) -> Option<SelectStatement> {
    let [part] = parts else {
        let longest = parts.iter().map(|part| known_words(part).next());
        return Some(with_one_of(&longest.collect::<Option<Vec<_>>>()?));
    };
    let mut words = known_words(part).take(MAX_WORDS);
    let mut all = with_one_of(&[words.next()?]);
    for word in words {
        let rowid = (BooksWords::Table, BooksWords::Rowid);
        let more = with_one_of(&[word]).column(rowid).to_owned();
        all.and_where(Expr::col(rowid).in_subquery(more));
    }
    Some(all)
}

/// A row for each word of a book that has one of these in it.
fn with_one_of(parts: &[&str]) -> SelectStatement {
    let threes: Vec<_> = parts.iter().map(|part| all_threes(part)).collect();
    let with_threes = Query::select()
        .column(WordsText::Rowid)
        .from(WordsText::Table)
        .and_where(matches(WordsText::Table, threes.join(" OR ")))
        .to_owned();
    let word = || Expr::col((Words::Table, Words::Word));
    let holds = super::filter::any_part(parts, |part| {
        Expr::from(Func::cust("instr").arg(word()).arg(part)).gt(0)
    });
    // A word has nothing in it that would end the quotation.
    let quoted = "\"books_words\" MATCH ('\"' || \"words\".\"word\" || '\"')";
    Query::select()
        .from(Words::Table)
        .from(BooksWords::Table)
        .and_where(
            Expr::col((Words::Table, Words::Id)).in_subquery(with_threes),
        )
        .cond_where(holds)
        .and_where(Expr::cust(quoted))
        .to_owned()
}

fn matches(table: impl sea_query::Iden, wanted: String) -> Expr {
    let table = table.to_string();
    Expr::cust_with_values(format!("\"{table}\" MATCH ?"), [wanted])
}

/// The words that a part has or is in, as far as the index finds them, the
/// longest first.
fn known_words(part: &str) -> impl Iterator<Item = &str> {
    let is_found = |word: &&str| word.chars().count() >= SHORTEST_INDEXED;
    let mut found: Vec<_> = words(part).filter(is_found).collect();
    found.sort_by_key(|word| Reverse(word.chars().count()));
    found.into_iter()
}

/// Threes of letters, side by side, that a word is made of; the last one may
/// overlap.
fn all_threes(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let last = letters.len().saturating_sub(SHORTEST_INDEXED);
    let starts = (0..last).step_by(SHORTEST_INDEXED).take(MAX_THREES);
    let threes: Vec<String> = starts
        .chain([last])
        .map(|start| letters.iter().skip(start).take(SHORTEST_INDEXED))
        .map(|three| format!("\"{}\"", three.collect::<String>()))
        .collect();
    format!("({})", threes.join(" AND "))
}
