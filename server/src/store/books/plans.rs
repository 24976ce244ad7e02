//! Every order of the list is served by an index.

use sea_query::Query;

use super::list::{List, ordered};
use crate::domain::{
    BookFilter, BookOrder, BookPosition, BookSort, Direction, SortValue,
};
use crate::store::testing::{on_each_database, plan};
use crate::store::{Dialect, Error, Statement, Tx};

const ORDERS: [BookSort; 5] = [
    BookSort::Title,
    BookSort::Author,
    BookSort::Price,
    BookSort::CreatedAt,
    BookSort::PublishedYear,
];

async fn check(tx: &mut Tx, list: List) {
    let value = match list.order.by {
        BookSort::Title | BookSort::Author => SortValue::Text("x".to_owned()),
        BookSort::Price | BookSort::CreatedAt | BookSort::PublishedYear => {
            SortValue::Number(7)
        }
    };
    let position = BookPosition { value, id: 7 };
    let mut whole = ordered(tx, &list).await.expect("a list");
    let mut part = whole.clone();
    part.and_where(super::list::behind(list.order, &position));
    for (query, verb) in [(&mut whole, "SCAN"), (&mut part, "SEARCH")] {
        let statement = Statement::build(tx.dialect(), query.limit(20));
        let plan = plan(tx, &statement, ["seqscan", "sort"]).await;
        match tx.dialect() {
            Dialect::Sqlite => {
                assert_eq!(plan.len(), 1, "{list:?}: {plan:?}");
                let index = format!("{verb} books USING INDEX books_by_");
                assert!(plan[0].starts_with(&index), "{list:?}: {plan:?}");
            }
            Dialect::Postgres => {
                let scan = plan[1].trim_start();
                assert!(
                    scan.starts_with("->  Index Scan")
                        && scan.contains(" using books_by_"),
                    "{list:?}: {plan:?}"
                );
                let starts = plan.iter().any(|it| it.contains("Index Cond"));
                assert_eq!(starts, verb == "SEARCH", "{list:?}: {plan:?}");
            }
        }
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
        // Without a condition that another index could serve.
        let filter = BookFilter {
            author: Some("dun".to_owned()),
            include_archived: true,
            ..BookFilter::default()
        };
        let query = Query::select()
            .column(sea_query::Asterisk)
            .from(super::Books::Table)
            .cond_where(super::filter::condition(store.dialect(), &filter))
            .to_owned();
        let statement = Statement::build(store.dialect(), &query);
        let plan = store
            .read(move |tx| {
                Box::pin(async move {
                    let without = ["seqscan", "indexscan"];
                    Ok::<_, Error>(plan(tx, &statement, without).await)
                })
            })
            .await
            .expect("a plan");
        let index = match store.dialect() {
            Dialect::Sqlite => "SEARCH books USING",
            Dialect::Postgres => "Bitmap Index Scan on books_author_text",
        };
        assert!(plan.iter().any(|it| it.contains(index)), "{plan:?}");
    })
    .await;
}
