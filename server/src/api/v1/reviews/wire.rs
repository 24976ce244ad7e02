//! Reviews as v1 sends and takes them.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::bounded::{Id, Int, Long, Text};
use crate::domain;
use crate::http::{Nullable, double_option};

type Rating = Int<1, 5>;
type Words = Text<0, 5000>;

/// A review to add.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct ReviewCreate {
    rating: Rating,
    body: Option<Words>,
}

/// Changes to a review.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct ReviewUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Rating")]
    rating: Option<Rating>,
    #[serde(default, deserialize_with = "double_option")]
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Option<Words>>,
}

/// What a moderator decides.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Moderation {
    pub(super) status: ReviewStatus,
}

/// What a user thinks of a book.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Review {
    id: Id,
    book_id: Id,
    user_id: Nullable<Id>,
    rating: Rating,
    body: Nullable<Words>,
    status: ReviewStatus,
    created_at: DateTime<Utc>,
    updated_at: Nullable<DateTime<Utc>>,
}

/// Whether a moderator has let it through.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReviewStatus {
    Pending,
    Approved,
    Rejected,
}

impl From<ReviewCreate> for domain::ReviewCreate {
    fn from(new: ReviewCreate) -> Self {
        Self { rating: new.rating.0, body: new.body.map(|it| it.0) }
    }
}

impl From<ReviewUpdate> for domain::ReviewChange {
    fn from(change: ReviewUpdate) -> Self {
        Self {
            rating: change.rating.map(|it| it.0),
            body: change.body.map(|it| it.map(|it| it.0)),
        }
    }
}

impl From<ReviewStatus> for domain::ReviewStatus {
    fn from(status: ReviewStatus) -> Self {
        match status {
            ReviewStatus::Pending => Self::Pending,
            ReviewStatus::Approved => Self::Approved,
            ReviewStatus::Rejected => Self::Rejected,
        }
    }
}

impl From<domain::ReviewStatus> for ReviewStatus {
    fn from(status: domain::ReviewStatus) -> Self {
        match status {
            domain::ReviewStatus::Pending => Self::Pending,
            domain::ReviewStatus::Approved => Self::Approved,
            domain::ReviewStatus::Rejected => Self::Rejected,
        }
    }
}

impl From<domain::Review> for Review {
    fn from(review: domain::Review) -> Self {
        Self {
            id: Id::from(review.id),
            book_id: Id::from(review.book_id),
            user_id: review.reviewer.map(Long).into(),
            rating: Int(review.rating),
            body: review.body.map(Text).into(),
            status: review.status.into(),
            created_at: review.created_at,
            updated_at: review.updated_at.into(),
        }
    }
}
