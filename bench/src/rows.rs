//! The books that every target holds: the same ones on every machine and in
//! every run, made from a seed.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::{Value, json};

/// Distinct words of titles; a title has three of them.
const WORDS: u64 = 2_000;
/// Distinct names of authors.
const AUTHORS: u64 = 5_000;

const GENRES: [&str; 20] = [
    "science-fiction",
    "fantasy",
    "crime",
    "thriller",
    "romance",
    "history",
    "biography",
    "poetry",
    "drama",
    "travel",
    "cooking",
    "programming",
    "mathematics",
    "physics",
    "biology",
    "philosophy",
    "religion",
    "art",
    "music",
    "dystopian",
];

const ONSETS: [&str; 20] = [
    "b", "br", "c", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pl",
    "r", "s", "st", "t", "tr", "v",
];
const RIMES: [&str; 10] =
    ["al", "an", "ar", "el", "en", "er", "il", "in", "or", "un"];

/// Numbers that look random and are the same each time: `SplitMix64` (Steele,
/// Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Numbers of their own for each seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number under `end`, which must not be 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

/// The words of titles: three syllables, all different.
pub(crate) fn word(index: u64) -> String {
    // 20 * 10 * 10 combinations of an onset and two rimes.
    let onset = ONSETS[(index % 20) as usize];
    let first = RIMES[(index / 20 % 10) as usize];
    let second = RIMES[(index / 200 % 10) as usize];
    format!("{onset}{first}d{second}ia")
}

/// A word that about one title in 700 has.
pub(crate) fn search_text(random: &mut Random) -> String {
    word(random.below(WORDS))
}

/// One of the genres.
pub(crate) fn genre(random: &mut Random) -> &'static str {
    random.of(&GENRES)
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

fn author(index: u64) -> String {
    let given = ONSETS[(index % 20) as usize].to_owned()
        + RIMES[(index / 20 % 10) as usize];
    // 25 family names for each given name; they share no word with titles.
    let family = format!("mc{}", word(index / 200 * 71));
    format!("{} {}", capital(&given), capital(&family.replace("ia", "ow")))
}

fn description(random: &mut Random) -> String {
    let words = 8 + random.below(24);
    let words: Vec<_> = (0..words).map(|_| search_text(random)).collect();
    capital(&words.join(" ")) + "."
}

fn tags(random: &mut Random) -> Vec<String> {
    let count = random.below(5);
    let first = random.below(50);
    (0..count).map(|n| format!("tag-{}", (first + n * 7) % 50)).collect()
}

/// An ISBN-13 with a right check digit. `prefix` is 978 for the books that
/// are there from the start and 979 for those that requests add.
fn isbn(prefix: u64, number: u64) -> String {
    let digits = format!("{prefix}{number:09}");
    let weighted = digits.bytes().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighted.map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn book(random: &mut Random, isbn: String) -> Value {
    let cents = 100 + random.below(9_900);
    let title: Vec<_> = (0..3).map(|_| capital(&search_text(random))).collect();
    json!({
        "title": title.join(" "),
        "author_name": author(random.below(AUTHORS)),
        "isbn": isbn,
        "genre": genre(random),
        "published_year":
            (!random.one_in(10)).then(|| 1900 + random.below(125)),
        "price": cents as f64 / 100.0,
        "description": (!random.one_in(4)).then(|| description(random)),
        "tags": tags(random),
        "page_count": (!random.one_in(10)).then(|| 50 + random.below(900)),
        "discount_percent": if random.one_in(5) { 12.5 } else { 0.0 },
    })
}

/// The ISBN of a book that a request adds.
pub(crate) fn new_isbn(number: u64) -> String {
    isbn(979, number)
}

/// The body of a request that adds a book.
pub(crate) fn new_book(number: u64) -> Value {
    book(&mut Random::new(number), new_isbn(number))
}

/// A file with so many books, one on each line, as the body of a request that
/// adds it; made if it is not there.
///
/// # Errors
///
/// If the file cannot be written.
pub(crate) fn file(folder: &Path, count: u64) -> anyhow::Result<PathBuf> {
    let path = folder.join(format!("books-{count}.jsonl"));
    if !path.exists() {
        let part = path.with_extension("part");
        write(&part, count).context("writing the books")?;
        fs::rename(&part, &path)?;
    }
    Ok(path)
}

fn write(path: &Path, count: u64) -> anyhow::Result<()> {
    let mut lines = BufWriter::new(File::create(path)?);
    let mut random = Random::new(count);
    for number in 0..count {
        let book = book(&mut random, isbn(978, number));
        writeln!(lines, "{book}")?;
    }
    Ok(lines.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_right() {
        // The number of Dune's edition of 2005 with its own check digit.
        assert_eq!(isbn(978, 44_101_359), "9780441013593");
    }

    #[test]
    fn words_are_all_different() {
        let words: std::collections::HashSet<_> =
            (0..WORDS).map(word).collect();
        assert_eq!(words.len() as u64, WORDS);
    }

    #[test]
    fn authors_are_all_different() {
        let names: std::collections::HashSet<_> =
            (0..AUTHORS).map(author).collect();
        assert_eq!(names.len() as u64, AUTHORS);
    }
}
