//! Events.

use std::sync::LazyLock;

use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};

use super::listing::Listing;
use super::schema::Events;
use super::statement::Template;
use super::{Columns, Dialect, Error, Statement, Tx};
use crate::domain::{Event, Page, PageNumber, Price};

/// What an event is written to.
const WRITTEN: [Events; 8] = [
    Events::Name,
    Events::Description,
    Events::StartDate,
    Events::EndDate,
    Events::MaxAttendees,
    Events::TicketPrice,
    Events::Tags,
    Events::CreatedAt,
];

fn select() -> SelectStatement {
    Query::select()
        .column(Events::Id)
        .columns(WRITTEN)
        .from(Events::Table)
        .to_owned()
}

/// The row of this id.
pub(crate) fn by_id(dialect: Dialect, id: i64) -> Statement {
    static BY_ID: LazyLock<Template> = LazyLock::new(|| {
        Template::of(select().and_where(Expr::col(Events::Id).eq(0)))
    });
    BY_ID.with(dialect, vec![id.into()])
}

/// A page of the events, by the time that they start at.
pub(crate) async fn page(
    tx: &mut Tx,
    at: PageNumber,
) -> Result<Page<Event>, Error> {
    static ALL: LazyLock<Listing> = LazyLock::new(|| Listing::of(&listed()));
    ALL.page(tx, at, read).await
}

/// Every event, in the order of the list.
fn listed() -> SelectStatement {
    select()
        .order_by(Events::StartDate, Order::Asc)
        .order_by(Events::Id, Order::Asc)
        .to_owned()
}

/// Stores a new event and gives it back with its id.
pub(crate) async fn insert(tx: &mut Tx, event: Event) -> Result<Event, Error> {
    static INSERT: LazyLock<Template> =
        LazyLock::new(|| Template::insert(Events::Table, WRITTEN, Events::Id));
    let values = vec![
        event.name.as_str().into(),
        event.description.clone().into(),
        event.start_date.timestamp_micros().into(),
        event.end_date.timestamp_micros().into(),
        i64::from(event.max_attendees).into(),
        event.ticket_price.minor().into(),
        serde_json::to_string(&event.tags)?.into(),
        event.created_at.timestamp_micros().into(),
    ];
    let id = tx.insert(&INSERT.with(tx.dialect(), values)).await?;
    Ok(Event { id, ..event })
}

/// An event from a row of [`select`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<Event, Error> {
    Ok(Event {
        id: row.integer()?,
        name: row.text()?,
        description: row.maybe_text()?,
        start_date: row.time()?,
        end_date: row.time()?,
        max_attendees: row.small()?,
        ticket_price: Price::from_minor(row.integer()?),
        tags: row.parsed(|tags| serde_json::from_str(tags).ok())?,
        created_at: row.time()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_reads_in_order, on_each_database};

    #[tokio::test]
    async fn the_list_is_read_from_an_index() {
        on_each_database(async |store| {
            let list = Statement::build(store.dialect(), listed().limit(20));
            assert_reads_in_order(list, "events_by_start_date", &store).await;
        })
        .await;
    }
}
