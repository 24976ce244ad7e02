//! Every order of the list is served by an index.

use sea_query::Query;

use super::condition;
use super::list::{ordered, parts};
use crate::domain::{
    BookFilter, BookOrder, BookPosition, BookSort, Direction, SortValue,
};
use crate::store::schema::Books;
use crate::store::testing::{on_each_database, plan, planned};
use crate::store::{Dialect, Error, Statement, Tx};

const ORDERS: [BookSort; 5] = [
    BookSort::Title,
    BookSort::Author,
    BookSort::Price,
    BookSort::CreatedAt,
    BookSort::PublishedYear,
];

/// Positions in the middle of a list, and where books have no value.
fn positions(by: BookSort) -> Vec<BookPosition> {
    let number = SortValue::Number(7);
    let values = match by {
        BookSort::Title | BookSort::Author => {
            vec![SortValue::Text("x".to_owned())]
        }
        BookSort::Price | BookSort::CreatedAt => vec![number],
        BookSort::PublishedYear => vec![number, SortValue::Null],
    };
    let at = |value| BookPosition { value, id: 7 };
    values.into_iter().map(at).collect()
}

/// Each part of a list is read from an index: from its beginning, or from
/// where the part or the position is.
async fn check(tx: &mut Tx, order: BookOrder, after: Option<&BookPosition>) {
    let filter = condition(tx.dialect(), &BookFilter::default());
    let parts = parts(order, after);
    let verb = match after.is_none() && parts.len() == 1 {
        true => "SCAN",
        false => "SEARCH",
    };
    for part in parts {
        let mut query = ordered(filter.clone().add(part), order);
        let statement = Statement::build(tx.dialect(), query.limit(20));
        let plan = plan(tx, &statement, ["seqscan", "sort"]).await;
        let told = format!("{order:?} {after:?}: {plan:?}");
        match tx.dialect() {
            Dialect::Sqlite => {
                assert_eq!(plan.len(), 1, "{told}");
                let index = format!("{verb} books USING INDEX books_by_");
                assert!(plan[0].starts_with(&index), "{told}");
            }
            Dialect::Postgres => {
                let scan = plan[1].trim_start();
                assert!(scan.starts_with("->  Index Scan"), "{told}");
                assert!(scan.contains(" using books_by_"), "{told}");
                let starts = plan.iter().any(|it| it.contains("Index Cond"));
                assert_eq!(starts, verb == "SEARCH", "{told}");
            }
        }
    }
}

async fn check_order(tx: &mut Tx, order: BookOrder) {
    check(tx, order, None).await;
    for position in positions(order.by) {
        check(tx, order, Some(&position)).await;
    }
}

#[tokio::test]
async fn every_order_is_served_by_an_index() {
    on_each_database(async |store| {
        for by in ORDERS {
            for direction in [Direction::Asc, Direction::Desc] {
                let order = BookOrder { by, direction };
                store
                    .read(move |tx| {
                        Box::pin(async move {
                            check_order(tx, order).await;
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

/// A genre and an author have few books. To walk through a whole order for
/// them would read all the others.
#[tokio::test]
async fn few_books_are_sorted_and_not_searched_for_in_an_order() {
    on_each_database(async |store| {
        // PostgreSQL knows how many books there are: none.
        if store.dialect() == Dialect::Postgres {
            return;
        }
        let by = BookSort::PublishedYear;
        let order = BookOrder { by, direction: Direction::Desc };
        let of_genre =
            BookFilter { genre: Some("sf".into()), ..Default::default() };
        let of_author = BookFilter { author_id: Some(7), ..Default::default() };
        for (filter, index) in
            [(of_genre, "books_by_genre"), (of_author, "books_of_author")]
        {
            let filter = condition(Dialect::Sqlite, &filter);
            for part in parts(order, None) {
                let mut query = ordered(filter.clone().add(part), order);
                let statement =
                    Statement::build(Dialect::Sqlite, query.limit(20));
                let without = ["seqscan", "sort"];
                let plan = planned(&store, statement, without).await;
                assert!(plan[0].contains(index), "{plan:?}");
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
            .from(Books::Table)
            .cond_where(condition(store.dialect(), &filter))
            .to_owned();
        let statement = Statement::build(store.dialect(), &query);
        let without = ["seqscan", "indexscan"];
        let plan = planned(&store, statement, without).await;
        let index = match store.dialect() {
            Dialect::Sqlite => "SEARCH books USING",
            Dialect::Postgres => "Bitmap Index Scan on books_author_text",
        };
        assert!(plan.iter().any(|it| it.contains(index)), "{plan:?}");
    })
    .await;
}
