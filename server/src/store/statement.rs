//! A statement and its values, in the words of either database.

use std::borrow::Cow;

use sea_query::{
    DeleteStatement, Expr, Iden, InsertStatement, PostgresQueryBuilder,
    SelectStatement, SqliteQueryBuilder, UpdateStatement, Value,
};

/// The kind of SQL that a database speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite's.
    Sqlite,
    /// PostgreSQL's.
    Postgres,
}

/// SQL with placeholders, and the values for them in their order. SQL that is
/// borrowed is a template's: there are few of them, so that a driver may keep
/// each ready for as long as it likes.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(super) sql: Cow<'static, str>,
    pub(super) values: Vec<Value>,
}

/// A statement of sea-query.
pub(super) trait Query {
    fn build_for(&self, dialect: Dialect) -> (String, Vec<Value>);
}

macro_rules! query {
    ($($statement:ty),*) => {$(
        impl Query for $statement {
            fn build_for(&self, dialect: Dialect) -> (String, Vec<Value>) {
                let (sql, values) = match dialect {
                    Dialect::Sqlite => self.build(SqliteQueryBuilder),
                    Dialect::Postgres => self.build(PostgresQueryBuilder),
                };
                (sql, values.0)
            }
        }
    )*};
}

query!(SelectStatement, InsertStatement, UpdateStatement, DeleteStatement);

impl Statement {
    /// Whether it is one of a few that come again and again.
    pub(super) fn is_template(&self) -> bool {
        matches!(self.sql, Cow::Borrowed(_))
    }

    /// A statement whose shape depends on what is asked for.
    pub(super) fn build(dialect: Dialect, query: &impl Query) -> Self {
        let (sql, values) = query.build_for(dialect);
        Self { sql: sql.into(), values }
    }
}

/// The addition of a row, with placeholders for the values of these columns.
pub(super) fn insertion<C: Iden + Copy + 'static, const N: usize>(
    table: C,
    columns: [C; N],
) -> InsertStatement {
    sea_query::Query::insert()
        .into_table(table)
        .columns(columns)
        .values_panic(columns.map(|_| Expr::val(0)))
        .to_owned()
}

/// A statement that is always the same but for its values: its SQL is built
/// once.
#[derive(Debug)]
pub(super) struct Template {
    sqlite: String,
    postgres: String,
}

impl Template {
    /// Takes the SQL of a query, whose own values are only there to make
    /// placeholders.
    pub(super) fn of(query: &impl Query) -> Self {
        Self {
            sqlite: query.build_for(Dialect::Sqlite).0,
            postgres: query.build_for(Dialect::Postgres).0,
        }
    }

    /// The addition of a row to a table that numbers its rows, for
    /// [`Tx::insert`](super::Tx::insert). SQLite is not asked for the number:
    /// before a statement that gives back rows it prepares to undo it, and
    /// has the text index write out what it has gathered.
    pub(super) fn insert<C: Iden + Copy + 'static, const N: usize>(
        table: C,
        columns: [C; N],
        number: C,
    ) -> Self {
        let mut insert = insertion(table, columns);
        let sqlite = insert.build_for(Dialect::Sqlite).0;
        insert.returning_col(number);
        Self { sqlite, postgres: insert.build_for(Dialect::Postgres).0 }
    }

    /// The statement with these values, one for each placeholder.
    pub(super) fn with(
        &'static self,
        dialect: Dialect,
        values: Vec<Value>,
    ) -> Statement {
        let sql = match dialect {
            Dialect::Sqlite => self.sqlite.as_str(),
            Dialect::Postgres => self.postgres.as_str(),
        };
        Statement { sql: sql.into(), values }
    }
}
