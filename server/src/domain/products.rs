//! Products: books as a shop shows them.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Book, Percent, Price};

/// For how long a product is new.
const NEW_FOR: TimeDelta = TimeDelta::days(30);

/// The lowest price that is no longer budget.
const MID_RANGE: Price = Price::from_minor(10_00);

/// The lowest price that is premium.
const PREMIUM: Price = Price::from_minor(50_00);

/// What a shop shows of a book.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// The id of the book.
    pub id: i64,
    /// The title of the book.
    pub name: String,
    /// What it sells for without the discount.
    pub price: Price,
    /// Taken off the price.
    pub discount: Percent,
    /// Whether it was added less than 30 days ago.
    pub is_new: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// How dear something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceTier {
    /// Below 10.
    Budget,
    /// From 10, and below 50.
    MidRange,
    /// From 50.
    Premium,
}

impl Product {
    /// What a book is at this time.
    pub fn of(book: Book, now: DateTime<Utc>) -> Self {
        Self {
            id: book.id,
            name: book.title,
            price: book.price,
            discount: book.discount,
            is_new: now - book.created_at < NEW_FOR,
            created_at: book.created_at,
        }
    }

    /// What it sells for.
    pub fn discounted_price(&self) -> Price {
        self.price.discounted(self.discount)
    }

    /// How dear it is without the discount.
    pub fn tier(&self) -> PriceTier {
        match self.price {
            price if price < MID_RANGE => PriceTier::Budget,
            price if price < PREMIUM => PriceTier::MidRange,
            _ => PriceTier::Premium,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(price: i64, discount: i64) -> Product {
        Product {
            id: 1,
            name: "Dune".to_owned(),
            price: Price::from_minor(price),
            discount: Percent::from_hundredths(discount),
            is_new: true,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_discount_is_taken_off_to_the_nearest_hundredth() {
        for (price, discount, left) in [
            (950, 5000, 475),
            (1999, 1500, 1699),
            (1999, 0, 1999),
            (1999, 10_000, 0),
            (1, 5000, 1),
            (1, 5001, 0),
            (1_000_000, 3333, 666_700),
            (99, 1234, 87),
        ] {
            let found = product(price, discount).discounted_price();
            assert_eq!(found.minor(), left, "{price} less {discount}");
        }
    }

    #[test]
    fn a_tier_starts_at_its_lowest_price() {
        for (price, tier) in [
            (1, PriceTier::Budget),
            (999, PriceTier::Budget),
            (1000, PriceTier::MidRange),
            (4999, PriceTier::MidRange),
            (5000, PriceTier::Premium),
        ] {
            assert_eq!(product(price, 10_000).tier(), tier, "{price}");
        }
    }
}
