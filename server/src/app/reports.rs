//! Reports: asked for at once, made in the background.

use futures::FutureExt;
use uuid::Uuid;

use super::audit::Act;
use super::{App, Error, Resource};
use crate::domain::{
    BookFilter, BookStatus, Job, Price, Report, ReportData, ReportFilter,
    ReportKind, ReportStatus,
};
use crate::store::jobs::{self, Held};
use crate::store::reports::{self, Asked};
use crate::store::{self, Tx};

/// The most books that a report on popular ones names.
const MOST_POPULAR: u64 = 10;

impl App {
    /// Asks for a report, which is then made in the background.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn report_create(
        &self,
        kind: ReportKind,
        filter: ReportFilter,
    ) -> Result<Report, Error> {
        let asked = Asked { kind, filter };
        let report = self
            .write(move |tx, act| {
                async move { enqueue(tx, asked, &act).await }.boxed()
            })
            .await?;
        self.wake_jobs();
        Ok(report)
    }

    /// The report of this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] if there is none, or it was removed after its
    /// time; [`Error::Unavailable`] and [`Error::Internal`].
    pub async fn report_view(&self, id: &str) -> Result<Report, Error> {
        let wanted = id.to_owned();
        let report: Option<Report> = self
            .store
            .read(move |tx| {
                async move { Ok::<_, Error>(reports::find(tx, &wanted).await?) }
                    .boxed()
            })
            .await?;
        report.ok_or_else(|| not_found(id))
    }

    /// Makes a report under a lease, and says whether the lease held. One
    /// that was removed meanwhile needs no making.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] and [`Error::Internal`].
    pub(crate) async fn report_make(
        &self,
        id: &str,
        held: &Held,
    ) -> Result<bool, Error> {
        let wanted = id.to_owned();
        let data = self
            .store
            .read(move |tx| async move { make(tx, &wanted).await }.boxed());
        let (id, held, data) = (id.to_owned(), held.clone(), data.await?);
        self.store
            .write(move |tx| {
                async move {
                    let is_ours = jobs::finish(tx, &held).await?;
                    if let (true, Some(data)) = (is_ours, data) {
                        reports::complete(tx, &id, &data).await?;
                    }
                    Ok(is_ours)
                }
                .boxed()
            })
            .await
    }
}

async fn enqueue(
    tx: &mut Tx,
    asked: Asked,
    act: &Act,
) -> Result<Report, Error> {
    let (id, now) = (Uuid::new_v4().to_string(), act.at);
    let job = Job::MakeReport { report_id: id.clone() };
    let job = jobs::enqueue(tx, &job, now).await?;
    reports::insert(tx, &id, &asked, job, now).await?;
    let report = Report {
        id,
        kind: asked.kind,
        status: ReportStatus::Pending,
        created_at: now,
        data: None,
    };
    act.record(tx, None, Some(&report)).await?;
    Ok(report)
}

/// What the report of this id tells, of one state of the catalogue.
async fn make(tx: &mut Tx, id: &str) -> Result<Option<ReportData>, Error> {
    let Some(asked) = reports::asked(tx, id).await? else { return Ok(None) };
    let filter = asked.filter.into();
    let data = match asked.kind {
        ReportKind::Inventory => inventory(tx, filter).await,
        ReportKind::Sales => sales(tx, filter).await,
        ReportKind::Popular => popular(tx, filter).await,
    };
    Ok(Some(data?))
}

async fn inventory(
    tx: &mut Tx,
    filter: BookFilter,
) -> Result<ReportData, store::Error> {
    let genres = reports::by_genre(tx, &filter).await?;
    Ok(ReportData::Inventory {
        total_books: genres.values().map(|it| it.count).sum(),
        total_value: total(genres.values().map(|it| it.value)),
        by_genre: genres.into_iter().map(|(it, of)| (it, of.count)).collect(),
    })
}

async fn sales(
    tx: &mut Tx,
    filter: BookFilter,
) -> Result<ReportData, store::Error> {
    let status = Some(BookStatus::CheckedOut);
    let by_genre =
        reports::by_genre(tx, &BookFilter { status, ..filter }).await?;
    Ok(ReportData::Sales {
        total_sales: by_genre.values().map(|it| it.count).sum(),
        total_revenue: total(by_genre.values().map(|it| it.value)),
        by_genre,
    })
}

async fn popular(
    tx: &mut Tx,
    filter: BookFilter,
) -> Result<ReportData, store::Error> {
    let books = reports::popular(tx, &filter, MOST_POPULAR).await?;
    Ok(ReportData::Popular { books })
}

fn total(prices: impl Iterator<Item = Price>) -> Price {
    Price::from_minor(prices.map(Price::minor).sum())
}

fn not_found(id: &str) -> Error {
    Error::NotFound { resource: Resource::Report, id: id.to_owned() }
}
