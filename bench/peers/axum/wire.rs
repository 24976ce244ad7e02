//! Bodies and query strings, as contract v1 has them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(crate) struct BookCreate {
    pub(crate) title: String,
    pub(crate) author_name: String,
    pub(crate) isbn: String,
    pub(crate) genre: Option<String>,
    pub(crate) published_year: Option<i32>,
    pub(crate) price: f64,
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    pub(crate) page_count: Option<i32>,
    #[serde(default)]
    pub(crate) discount_percent: f64,
}

#[derive(Serialize)]
pub(crate) struct Book {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) author_name: String,
    pub(crate) isbn: String,
    pub(crate) genre: Option<String>,
    pub(crate) published_year: Option<i32>,
    pub(crate) price: f64,
    pub(crate) description: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) page_count: Option<i32>,
    pub(crate) discount_percent: f64,
    pub(crate) status: String,
    pub(crate) is_recent: bool,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    pub(crate) search: Option<String>,
    pub(crate) genre: Option<String>,
    pub(crate) min_price: Option<f64>,
    pub(crate) page: Option<i64>,
    pub(crate) per_page: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct Filters {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) search: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) genre: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_price: Option<f64>,
}

#[derive(Serialize)]
pub(crate) struct BookPage {
    pub(crate) items: Vec<Book>,
    pub(crate) total: i64,
    pub(crate) page: i64,
    pub(crate) per_page: i64,
    pub(crate) total_pages: i64,
    pub(crate) has_next: bool,
    pub(crate) has_prev: bool,
    pub(crate) filters_applied: Filters,
}

#[derive(Deserialize)]
pub(crate) struct CursorQuery {
    pub(crate) cursor: Option<String>,
    pub(crate) limit: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct BookCursorPage {
    pub(crate) items: Vec<Book>,
    pub(crate) next_cursor: Option<String>,
    pub(crate) prev_cursor: Option<String>,
    pub(crate) has_more: bool,
}

#[derive(Serialize)]
pub(crate) struct Error {
    pub(crate) request_id: String,
    pub(crate) message: String,
    pub(crate) error_code: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<ErrorDetail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_id: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct ErrorDetail {
    pub(crate) loc: [&'static str; 2],
    pub(crate) msg: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}
