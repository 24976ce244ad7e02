//! Reviews: what readers think of books.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A review as the catalogue holds it. Serializes as the audit log tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Review {
    /// Given by the store, from 1 upwards, never used twice.
    pub id: i64,
    /// The book that it is about.
    pub book_id: i64,
    /// The user who wrote it; `None` for whoever runs the server.
    pub reviewer: Option<i64>,
    /// 1 to 5, the best.
    pub rating: i32,
    /// At most 5000 characters.
    pub body: Option<String>,
    /// Whether others see it.
    pub status: ReviewStatus,
    /// When it was added, to the microsecond.
    pub created_at: DateTime<Utc>,
    /// When what it says was last changed; `None` until the first change.
    pub updated_at: Option<DateTime<Utc>>,
}

/// What a moderator thinks of a review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStatus {
    /// Nobody has looked at it yet.
    #[default]
    Pending,
    /// All may see it, and it counts for the rating of the book.
    Approved,
    /// Only its author and moderators see it.
    Rejected,
}

impl ReviewStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Rejected];

    /// The name that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// All that a caller says of a new review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewCreate {
    /// See [`Review::rating`].
    pub rating: i32,
    /// See [`Review::body`].
    pub body: Option<String>,
}

/// Changes to a review: an absent field keeps its value, and `Some(None)`
/// clears one that may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewChange {
    /// See [`Review::rating`].
    pub rating: Option<i32>,
    /// See [`Review::body`].
    pub body: Option<Option<String>>,
}

/// Who reads or writes reviews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The user; `None` for whoever runs the server.
    pub user_id: Option<i64>,
    /// Whether all reviews are theirs to see and change.
    pub is_moderator: bool,
}

impl Reader {
    /// Whether they may see a review.
    pub fn sees(self, review: &Review) -> bool {
        review.status == ReviewStatus::Approved || self.may_change(review)
    }

    /// Whether they may change and delete a review.
    pub fn may_change(self, review: &Review) -> bool {
        let is_own = self.user_id.is_some() && review.reviewer == self.user_id;
        is_own || self.is_moderator
    }
}

impl Review {
    /// What it adds to the sum of its book's ratings, and to their number.
    pub fn weight(&self) -> (i64, i64) {
        match self.status {
            ReviewStatus::Approved => (i64::from(self.rating), 1),
            ReviewStatus::Pending | ReviewStatus::Rejected => (0, 0),
        }
    }
}
