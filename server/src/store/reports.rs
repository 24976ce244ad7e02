//! Reports, and the sums that they are made of.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{
    CaseStatement, Expr, ExprTrait, Func, Order, Query, SelectStatement,
};

use super::books::condition;
use super::schema::{Books, Jobs, Reports};
use super::statement::{Template, insertion};
use super::{Columns, Error, Statement, Tx};
use crate::domain::{
    BookFilter, Currency, GenreSales, JobState, PopularBook, Price, Report,
    ReportData, ReportFilter, ReportKind, ReportStatus,
};

/// What books without a genre are counted under.
const UNKNOWN: &str = "unknown";

/// What a report is to tell, and of which books.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) kind: ReportKind,
    pub(crate) filter: ReportFilter,
}

/// Stores that a report was asked for, and which job makes it.
pub(crate) async fn insert(
    tx: &mut Tx,
    id: &str,
    asked: &Asked,
    job_id: i64,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static INSERT: LazyLock<Template> = LazyLock::new(|| {
        use Reports::*;
        let columns = [Id, ReportType, Filters, JobId, CreatedAt];
        Template::of(&insertion(Table, columns))
    });
    let values = vec![
        id.into(),
        asked.kind.as_str().into(),
        serde_json::to_string(&asked.filter)?.into(),
        job_id.into(),
        now.timestamp_micros().into(),
    ];
    tx.execute(&INSERT.with(tx.dialect(), values)).await?;
    Ok(())
}

/// The report of this id, which stands where its job does until it is made.
pub(crate) async fn find(
    tx: &mut Tx,
    id: &str,
) -> Result<Option<Report>, Error> {
    static FIND: LazyLock<Template> = LazyLock::new(|| {
        let job = Expr::col((Jobs::Table, Jobs::Id))
            .equals((Reports::Table, Reports::JobId));
        let report = |column| (Reports::Table, column);
        Template::of(
            Query::select()
                .column(report(Reports::Id))
                .column(report(Reports::ReportType))
                .column(report(Reports::CreatedAt))
                .column(report(Reports::Data))
                .column((Jobs::Table, Jobs::State))
                .from(Reports::Table)
                .left_join(Jobs::Table, job)
                .and_where(Expr::col(report(Reports::Id)).eq("")),
        )
    });
    let statement = FIND.with(tx.dialect(), vec![id.into()]);
    tx.fetch_first(&statement, read).await
}

fn read(row: &mut Columns<'_>) -> Result<Report, Error> {
    let id = row.text()?;
    let kind = row.parsed(ReportKind::from_name)?;
    let created_at = row.time()?;
    let data = row.maybe_text()?;
    let data = data.map(|it| serde_json::from_str(&it)).transpose()?;
    let job = row.maybe_text()?;
    let status = status(&data, job.as_deref().and_then(JobState::from_name));
    Ok(Report { id, kind, status, created_at, data })
}

fn status(data: &Option<ReportData>, job: Option<JobState>) -> ReportStatus {
    match (data, job) {
        (Some(_), _) => ReportStatus::Completed,
        (None, Some(JobState::Waiting)) => ReportStatus::Pending,
        (None, Some(JobState::Running)) => ReportStatus::Processing,
        (None, Some(JobState::Dead) | None) => ReportStatus::Failed,
    }
}

/// What the report of this id is to tell.
pub(crate) async fn asked(
    tx: &mut Tx,
    id: &str,
) -> Result<Option<Asked>, Error> {
    let query = Query::select()
        .columns([Reports::ReportType, Reports::Filters])
        .from(Reports::Table)
        .and_where(Expr::col(Reports::Id).eq(id))
        .to_owned();
    tx.fetch_first(&Statement::build(tx.dialect(), &query), |row| {
        Ok(Asked {
            kind: row.parsed(ReportKind::from_name)?,
            filter: row.parsed(|it| serde_json::from_str(it).ok())?,
        })
    })
    .await
}

/// Stores what a report tells.
pub(crate) async fn complete(
    tx: &mut Tx,
    id: &str,
    data: &ReportData,
) -> Result<(), Error> {
    let data = serde_json::to_string(data)?;
    let query = Query::update()
        .table(Reports::Table)
        .value(Reports::Data, data)
        .and_where(Expr::col(Reports::Id).eq(id))
        .to_owned();
    tx.execute(&Statement::build(tx.dialect(), &query)).await?;
    Ok(())
}

/// Removes the reports that were asked for before a point in time.
pub(crate) async fn forget(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<u64, Error> {
    let old = Expr::col(Reports::CreatedAt).lt(before.timestamp_micros());
    let query =
        Query::delete().from_table(Reports::Table).and_where(old).to_owned();
    tx.execute(&Statement::build(tx.dialect(), &query)).await
}

/// How many of these books there are, and what their prices in US dollars
/// add up to, by genre in lower case.
pub(crate) async fn by_genre(
    tx: &mut Tx,
    filter: &BookFilter,
) -> Result<BTreeMap<String, GenreSales>, Error> {
    let query = matching(tx, filter)
        .column(Books::GenreFolded)
        .expr(Func::count(Expr::col(Books::Id)))
        .expr(dollars())
        .group_by_col(Books::GenreFolded)
        .to_owned();
    let statement = Statement::build(tx.dialect(), &query);
    let rows = tx.fetch(&statement, |row| {
        let genre = row.maybe_text()?;
        let (count, value) = (row.integer()?, row.integer()?);
        Ok((genre, GenreSales { count, value: Price::from_minor(value) }))
    });
    Ok(merged(rows.await?))
}

/// One row for each genre; no genre, and a blank one, are unknown.
fn merged(
    rows: Vec<(Option<String>, GenreSales)>,
) -> BTreeMap<String, GenreSales> {
    let mut genres = BTreeMap::<_, GenreSales>::new();
    for (genre, found) in rows {
        let genre = genre.filter(|it| !it.trim().is_empty());
        let genre = genre.unwrap_or_else(|| UNKNOWN.to_owned());
        let known = genres.entry(genre).or_default();
        known.count += found.count;
        known.value =
            Price::from_minor(known.value.minor() + found.value.minor());
    }
    genres
}

/// The sum of the prices in US dollars, in hundredths. PostgreSQL's sums are
/// of another type than what they add up.
fn dollars() -> Expr {
    let is_dollar = Expr::col(Books::Currency).eq(Currency::default().code());
    let price = CaseStatement::new()
        .case(is_dollar, Expr::col(Books::Price))
        .finally(Expr::cust("0"));
    Expr::from(Func::sum(Expr::Case(Box::new(price)))).cast_as("BIGINT")
}

/// Those of these books that have the most approved reviews, and among
/// equals the best mean rating. A book's row carries both sums: whoever
/// approves a review adds to them.
pub(crate) async fn popular(
    tx: &mut Tx,
    filter: &BookFilter,
    limit: u64,
) -> Result<Vec<PopularBook>, Error> {
    let sum = Expr::col(Books::RatingSum).mul(1.0);
    let mean = sum.div(Expr::col(Books::RatingCount));
    let query = matching(tx, filter)
        .columns([Books::Id, Books::Title, Books::AuthorName])
        .column(Books::RatingCount)
        .expr(mean.clone())
        .and_where(Expr::col(Books::RatingCount).gt(0))
        .order_by(Books::RatingCount, Order::Desc)
        .order_by_expr(mean, Order::Desc)
        .order_by(Books::Id, Order::Asc)
        .limit(limit)
        .to_owned();
    tx.fetch(&Statement::build(tx.dialect(), &query), |row| {
        Ok(PopularBook {
            book_id: row.integer()?,
            title: row.text()?,
            author_name: row.text()?,
            review_count: row.integer()?,
            average_rating: row.real()?,
        })
    })
    .await
}

fn matching(tx: &Tx, filter: &BookFilter) -> SelectStatement {
    Query::select()
        .from(Books::Table)
        .cond_where(condition(tx.dialect(), filter))
        .to_owned()
}
