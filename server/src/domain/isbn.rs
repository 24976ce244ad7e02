//! International Standard Book Numbers (ISO 2108).

use serde::{Deserialize, Serialize};

/// An ISBN, as it was given and as books are told apart by.
///
/// Books of old clients carry numbers whose check digit is wrong, so a wrong
/// one is kept and marked rather than refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isbn {
    given: String,
    normalised: String,
    valid: bool,
}

impl Isbn {
    /// Reads ten or thirteen digits, with or without hyphens; the last of ten
    /// may be `X`. `None` for anything else.
    pub fn parse(given: &str) -> Option<Self> {
        let digits: String = given
            .chars()
            .filter(|c| *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        match digits.len() {
            10 => Self::from_ten(given, digits),
            13 => Self::from_thirteen(given, digits),
            _ => None,
        }
    }

    /// What the caller wrote.
    pub fn given(&self) -> &str {
        &self.given
    }

    /// Digits only: an ISBN-13, or, where the check digit of an ISBN-10 is
    /// wrong, its ten digits. Two books with the same one are duplicates.
    pub fn normalised(&self) -> &str {
        &self.normalised
    }

    /// Whether the check digit is right.
    pub fn is_valid(&self) -> bool {
        self.valid
    }

    /// Ten or thirteen digits for clients of contract v1: the given ones
    /// where they are that, else the normalised ones.
    pub fn plain(&self) -> &str {
        let all_digits = self.given.bytes().all(|b| b.is_ascii_digit());
        if all_digits { &self.given } else { &self.normalised }
    }

    fn from_ten(given: &str, digits: String) -> Option<Self> {
        let (body, check) = digits.split_at_checked(9)?;
        let body = values(body)?;
        let check = match check {
            "X" => 10,
            digit => *values(digit)?.first()?,
        };
        let valid = check_digit_ten(&body) == check;
        // A wrong number is told apart by its own digits, so that two wrong
        // ones do not become one; `X` has no place among digits.
        let normalised =
            if valid || check == 10 { thirteen_of(&body) } else { digits };
        Some(Self { given: given.to_owned(), normalised, valid })
    }

    fn from_thirteen(given: &str, digits: String) -> Option<Self> {
        let all = values(&digits)?;
        let (check, body) = all.split_last()?;
        let bookland = digits.starts_with("978") || digits.starts_with("979");
        let valid = bookland && check_digit_thirteen(body) == *check;
        Some(Self { given: given.to_owned(), normalised: digits, valid })
    }
}

fn values(digits: &str) -> Option<Vec<u32>> {
    digits.chars().map(|c| c.to_digit(10)).collect()
}

/// The check digit of an ISBN-10: weights 10 to 2, modulo 11.
fn check_digit_ten(body: &[u32]) -> u32 {
    let sum: u32 = body.iter().zip((2..=10).rev()).map(|(d, w)| d * w).sum();
    (11 - sum % 11) % 11
}

/// The check digit of an ISBN-13: weights 1 and 3 in turn, modulo 10.
fn check_digit_thirteen(body: &[u32]) -> u32 {
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = body.iter().zip(weights).map(|(d, w)| d * w).sum();
    (10 - sum % 10) % 10
}

fn thirteen_of(ten_body: &[u32]) -> String {
    let mut all = vec![9, 7, 8];
    all.extend_from_slice(ten_body);
    all.push(check_digit_thirteen(&all));
    all.iter().map(u32::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::Isbn;

    #[test]
    fn an_isbn_is_normalised_and_checked() {
        // Given, normalised, valid, plain.
        let rows = [
            ("9780441172719", "9780441172719", true, "9780441172719"),
            ("978-0-441-17271-9", "9780441172719", true, "9780441172719"),
            ("0441172717", "9780441172719", true, "0441172717"),
            ("0-8044-2957-X", "9780804429573", true, "9780804429573"),
            ("080442957x", "9780804429573", true, "9780804429573"),
            ("1234567890", "1234567890", false, "1234567890"),
            ("123456789X", "9781234567897", true, "9781234567897"),
            ("9780441172710", "9780441172710", false, "9780441172710"),
            ("1230441172719", "1230441172719", false, "1230441172719"),
        ];
        for (given, normalised, valid, plain) in rows {
            let isbn = Isbn::parse(given).expect(given);
            assert_eq!(isbn.normalised(), normalised, "{given}");
            assert_eq!(isbn.is_valid(), valid, "{given}");
            assert_eq!(isbn.plain(), plain, "{given}");
            assert_eq!(isbn.given(), given);
        }
    }

    #[test]
    fn other_texts_are_no_isbn() {
        for text in
            ["", "123", "97804411727190", "X234567890", "９780441172719"]
        {
            assert_eq!(Isbn::parse(text), None, "{text}");
        }
    }
}
