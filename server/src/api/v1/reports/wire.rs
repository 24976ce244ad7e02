//! Reports as v1 sends and takes them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dropshot::{HttpResponseAccepted, HttpResponseHeaders};
use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::{Schema, SchemaObject, SubschemaValidation};
use serde::{Deserialize, Serialize};

use crate::api::bounded::{Count, Id, Int, PriceBound, Text, range};
use crate::api::v1::books::{AuthorName, Title};
use crate::domain::{self, Price};
use crate::http::{Located, Nullable};

/// 202 with the address of what will be there.
pub(super) type Accepted =
    HttpResponseHeaders<HttpResponseAccepted<ReportAccepted>, Located>;

type ReportId = Text<1, 100>;

range!(
    /// What the prices of books add up to.
    Total, minimum: 0.0, multiple_of: 0.01
);
range!(
    /// The mean of ratings.
    MeanRating, minimum: 1.0, maximum: 5.0
);

#[derive(Deserialize, JsonSchema)]
pub(super) struct ReportPath {
    report_id: ReportId,
}

/// What a report tells.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ReportType {
    Inventory,
    Sales,
    Popular,
}

/// A report to make.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(super) struct ReportCreate {
    report_type: ReportType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ReportFilters")]
    filters: Option<ReportFilters>,
}

/// Which books it is about.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
struct ReportFilters {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Text<0, 50>")]
    genre: Option<Text<0, 50>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Text<0, 200>")]
    author: Option<Text<0, 200>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Int<1000, 9999>")]
    published_after: Option<Int<1000, 9999>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Int<0, 2030>")]
    published_before: Option<Int<0, 2030>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PriceBound")]
    min_price: Option<PriceBound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PriceBound")]
    max_price: Option<PriceBound>,
}

/// That a report will be made.
#[derive(Serialize, JsonSchema)]
pub(super) struct ReportAccepted {
    report_id: ReportId,
    status: AcceptedStatus,
    check_status_url: String,
}

/// That nobody is at it yet.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum AcceptedStatus {
    Pending,
}

/// A report.
#[derive(Serialize, JsonSchema)]
pub(super) struct Report {
    id: ReportId,
    report_type: ReportType,
    status: ReportStatus,
    created_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ReportData")]
    data: Option<ReportData>,
    error: Nullable<String>,
}

/// Where it stands.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ReportStatus {
    Pending,
    Processing,
    Completed,
    Failed,
}

/// What a report tells.
#[derive(Serialize)]
#[serde(untagged)]
enum ReportData {
    Inventory(InventoryReport),
    Sales(SalesReport),
    Popular(PopularReport),
}

/// The books that there are.
#[derive(Serialize, JsonSchema)]
struct InventoryReport {
    total_books: Count,
    total_value: Total,
    by_genre: BTreeMap<String, Count>,
}

/// The books that are checked out.
#[derive(Serialize, JsonSchema)]
struct SalesReport {
    total_sales: Count,
    total_revenue: Total,
    by_genre: BTreeMap<String, GenreSales>,
}

/// The books of a genre that are checked out.
#[derive(Serialize, JsonSchema)]
struct GenreSales {
    count: Count,
    value: Total,
}

/// The books that are reviewed most.
#[derive(Serialize, JsonSchema)]
struct PopularReport {
    #[schemars(length(max = 10))]
    books: Vec<PopularBook>,
}

/// A book that has been reviewed.
#[derive(Serialize, JsonSchema)]
struct PopularBook {
    book_id: Id,
    title: Title,
    author_name: AuthorName,
    review_count: Id,
    average_rating: MeanRating,
}

impl JsonSchema for ReportData {
    fn schema_name() -> String {
        "ReportData".to_owned()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds = vec![
            generator.subschema_for::<InventoryReport>(),
            generator.subschema_for::<SalesReport>(),
            generator.subschema_for::<PopularReport>(),
        ];
        let one_of = SubschemaValidation {
            one_of: Some(kinds),
            ..SubschemaValidation::default()
        };
        let subschemas = Some(Box::new(one_of));
        SchemaObject { subschemas, ..SchemaObject::default() }.into()
    }
}

impl ReportPath {
    pub(super) fn id(&self) -> &str {
        &self.report_id.0
    }
}

impl ReportCreate {
    pub(super) fn read(self) -> (domain::ReportKind, domain::ReportFilter) {
        let filters = self.filters.unwrap_or_default();
        (self.report_type.into(), filters.into())
    }
}

impl ReportAccepted {
    pub(super) fn new(id: String, check_status_url: String) -> Self {
        let status = AcceptedStatus::Pending;
        Self { report_id: Text(id), status, check_status_url }
    }
}

impl From<ReportType> for domain::ReportKind {
    fn from(kind: ReportType) -> Self {
        match kind {
            ReportType::Inventory => Self::Inventory,
            ReportType::Sales => Self::Sales,
            ReportType::Popular => Self::Popular,
        }
    }
}

impl From<domain::ReportKind> for ReportType {
    fn from(kind: domain::ReportKind) -> Self {
        match kind {
            domain::ReportKind::Inventory => Self::Inventory,
            domain::ReportKind::Sales => Self::Sales,
            domain::ReportKind::Popular => Self::Popular,
        }
    }
}

impl From<domain::ReportStatus> for ReportStatus {
    fn from(status: domain::ReportStatus) -> Self {
        match status {
            domain::ReportStatus::Pending => Self::Pending,
            domain::ReportStatus::Processing => Self::Processing,
            domain::ReportStatus::Completed => Self::Completed,
            domain::ReportStatus::Failed => Self::Failed,
        }
    }
}

impl From<ReportFilters> for domain::ReportFilter {
    fn from(filters: ReportFilters) -> Self {
        Self {
            genre: filters.genre.map(|it| it.0),
            author: filters.author.map(|it| it.0),
            published_after: filters.published_after.map(|it| it.0),
            published_before: filters.published_before.map(|it| it.0),
            min_price: filters.min_price.map(|it| Price::at_least(it.0)),
            max_price: filters.max_price.map(|it| Price::at_most(it.0)),
        }
    }
}

impl From<domain::Report> for Report {
    fn from(report: domain::Report) -> Self {
        let has_failed = report.status == domain::ReportStatus::Failed;
        // Why is for the log, and for `colophon job list`.
        let error =
            has_failed.then(|| "The report could not be made".to_owned());
        Self {
            id: Text(report.id),
            report_type: report.kind.into(),
            status: report.status.into(),
            created_at: report.created_at,
            data: report.data.map(ReportData::from),
            error: error.into(),
        }
    }
}

impl From<domain::ReportData> for ReportData {
    fn from(data: domain::ReportData) -> Self {
        match data {
            domain::ReportData::Inventory {
                total_books,
                total_value,
                by_genre,
            } => Self::Inventory(InventoryReport {
                total_books: total_books.into(),
                total_value: total(total_value),
                by_genre: each(by_genre, Count::from),
            }),
            domain::ReportData::Sales {
                total_sales,
                total_revenue,
                by_genre,
            } => Self::Sales(SalesReport {
                total_sales: total_sales.into(),
                total_revenue: total(total_revenue),
                by_genre: each(by_genre, GenreSales::from),
            }),
            domain::ReportData::Popular { books } => {
                let books = books.into_iter().map(PopularBook::from).collect();
                Self::Popular(PopularReport { books })
            }
        }
    }
}

fn total(price: Price) -> Total {
    Total(price.to_decimal())
}

fn each<A, B>(
    of: BTreeMap<String, A>,
    make: impl Fn(A) -> B,
) -> BTreeMap<String, B> {
    of.into_iter().map(|(name, it)| (name, make(it))).collect()
}

impl From<domain::GenreSales> for GenreSales {
    fn from(sales: domain::GenreSales) -> Self {
        Self { count: sales.count.into(), value: total(sales.value) }
    }
}

impl From<domain::PopularBook> for PopularBook {
    fn from(book: domain::PopularBook) -> Self {
        Self {
            book_id: book.book_id.into(),
            title: Text(book.title),
            author_name: Text(book.author_name),
            review_count: book.review_count.into(),
            average_rating: MeanRating(book.average_rating),
        }
    }
}
