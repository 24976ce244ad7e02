//! The rules of contract v1 about the shape of requests, all checked at once.

use crate::answer::Failure;
use crate::wire::{BookCreate, ErrorDetail, ListQuery};

/// The faults found so far, and where in the request they are.
struct Faults {
    part: &'static str,
    found: Vec<ErrorDetail>,
}

impl Faults {
    fn of(part: &'static str) -> Self {
        Self { part, found: Vec::new() }
    }

    fn add(&mut self, name: &'static str, kind: &'static str, msg: String) {
        self.found.push(ErrorDetail { loc: [self.part, name], msg, kind });
    }

    fn length(
        &mut self,
        name: &'static str,
        text: &str,
        least: usize,
        most: usize,
    ) {
        let length = text.chars().count();
        let s = |n| if n == 1 { "" } else { "s" };
        if length < least {
            let msg = format!(
                "String should have at least {least} character{}",
                s(least)
            );
            self.add(name, "string_too_short", msg);
        } else if length > most {
            let msg = format!(
                "String should have at most {most} character{}",
                s(most)
            );
            self.add(name, "string_too_long", msg);
        }
    }

    fn at_least(&mut self, name: &'static str, value: f64, least: f64) {
        if value < least {
            let msg =
                format!("Input should be greater than or equal to {least}");
            self.add(name, "greater_than_equal", msg);
        }
    }

    fn at_most(&mut self, name: &'static str, value: f64, most: f64) {
        if value > most {
            let msg = format!("Input should be less than or equal to {most}");
            self.add(name, "less_than_equal", msg);
        }
    }

    fn between(&mut self, name: &'static str, value: f64, from: f64, to: f64) {
        self.at_least(name, value, from);
        self.at_most(name, value, to);
    }

    fn result(self) -> Result<(), Failure> {
        if self.found.is_empty() {
            Ok(())
        } else {
            Err(Failure::Invalid(self.found))
        }
    }
}

pub(crate) fn new_book(book: &BookCreate) -> Result<(), Failure> {
    let mut faults = Faults::of("body");
    faults.length("title", &book.title, 1, 300);
    faults.length("author_name", &book.author_name, 1, 200);
    if !is_isbn(&book.isbn) {
        let msg = "String should match pattern '^[0-9]{10}([0-9]{3})?$'";
        faults.add("isbn", "string_pattern_mismatch", msg.to_owned());
    }
    if let Some(genre) = &book.genre {
        faults.length("genre", genre, 0, 50);
    }
    if let Some(year) = book.published_year {
        faults.between("published_year", year.into(), 1000.0, 2030.0);
    }
    if book.price <= 0.0 {
        let msg = "Input should be greater than 0".to_owned();
        faults.add("price", "greater_than", msg);
    }
    faults.at_most("price", book.price, 10_000.0);
    if let Some(description) = &book.description {
        faults.length("description", description, 0, 5000);
    }
    if let Some(pages) = book.page_count {
        faults.at_least("page_count", pages.into(), 1.0);
    }
    faults.between("discount_percent", book.discount_percent, 0.0, 100.0);
    faults.result()
}

fn is_isbn(text: &str) -> bool {
    matches!(text.len(), 10 | 13) && text.bytes().all(|b| b.is_ascii_digit())
}

pub(crate) fn list(query: &ListQuery) -> Result<(), Failure> {
    let mut faults = Faults::of("query");
    if let Some(text) = &query.search {
        faults.length("search", text, 2, usize::MAX);
    }
    if let Some(price) = query.min_price {
        faults.at_least("min_price", price, 0.0);
    }
    if let Some(page) = query.page {
        faults.between("page", page as f64, 1.0, 1e9);
    }
    if let Some(per_page) = query.per_page {
        faults.between("per_page", per_page as f64, 1.0, 100.0);
    }
    faults.result()
}

pub(crate) fn limit(limit: i64) -> Result<(), Failure> {
    let mut faults = Faults::of("query");
    faults.between("limit", limit as f64, 1.0, 100.0);
    faults.result()
}
