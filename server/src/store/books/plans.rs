//! Every order of the list is served by an index.

use sea_query::Query;

use super::list::{List, ordered};
use crate::domain::{
    BookFilter, BookOrder, BookPosition, BookSort, Direction, SortValue,
};
use crate::store::testing::on_each_database;
use crate::store::{Dialect, Error, Statement, Tx};

const ORDERS: [BookSort; 5] = [
    BookSort::Title,
    BookSort::Author,
    BookSort::Price,
    BookSort::CreatedAt,
    BookSort::PublishedYear,
];

/// What the database says it would do.
async fn plan(tx: &mut Tx, statement: &Statement) -> Vec<String> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => format!("EXPLAIN QUERY PLAN {}", statement.sql),
    };
    let values = statement.values.clone();
    let explain = Statement { sql: sql.into(), values };
    let read = |row: &mut crate::store::Columns<'_>| {
        row.integer()?;
        row.integer()?;
        row.integer()?;
        row.text()
    };
    tx.fetch(&explain, read).await.expect("a plan")
}

async fn check(tx: &mut Tx, list: List) {
    let position = BookPosition { value: SortValue::Number(7), id: 7 };
    let mut whole = ordered(tx, &list);
    let mut part = ordered(tx, &list);
    part.and_where(super::list::behind(list.order, &position));
    for (query, verb) in [(&mut whole, "SCAN"), (&mut part, "SEARCH")] {
        let statement = Statement::build(tx.dialect(), query.limit(20));
        let plan = plan(tx, &statement).await;
        assert_eq!(plan.len(), 1, "{list:?}: {plan:?}");
        let index = format!("{verb} books USING INDEX books_by_");
        assert!(plan[0].starts_with(&index), "{list:?}: {plan:?}");
    }
}

#[tokio::test]
async fn every_order_is_served_by_an_index() {
    on_each_database(async |store| {
        for by in ORDERS {
            for direction in [Direction::Asc, Direction::Desc] {
                let filter = BookFilter::default();
                let order = BookOrder { by, direction };
                let list = List { filter, order };
                store
                    .read(move |tx| {
                        Box::pin(async move {
                            check(tx, list).await;
                            Ok::<_, Error>(())
                        })
                    })
                    .await
                    .expect("plans");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_for_three_letters_does_not_read_every_book() {
    on_each_database(async |store| {
        let query = Query::select()
            .column(sea_query::Asterisk)
            .from(super::Books::Table)
            .cond_where(super::filter::titled(store.dialect(), "dun"))
            .to_owned();
        let statement = Statement::build(store.dialect(), &query);
        let plan = store
            .read(move |tx| {
                Box::pin(
                    async move { Ok::<_, Error>(plan(tx, &statement).await) },
                )
            })
            .await
            .expect("a plan");
        assert!(plan[0].starts_with("SEARCH books USING"), "{plan:?}");
    })
    .await;
}
