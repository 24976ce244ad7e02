//! The audit log, which only ever grows.

use std::net::IpAddr;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{Condition, Expr, ExprTrait, Order, Query};
use serde_json::Value;

use super::schema::AuditEvents;
use super::statement::{Template, insertion};
use super::{Columns, Error, Statement, Tx};
use crate::domain::AuditEvent;

const WRITTEN: [AuditEvents; 9] = [
    AuditEvents::At,
    AuditEvents::Subject,
    AuditEvents::Operation,
    AuditEvents::Resource,
    AuditEvents::ResourceId,
    AuditEvents::RequestId,
    AuditEvents::Address,
    AuditEvents::StateBefore,
    AuditEvents::StateAfter,
];

/// Adds an event, in the transaction of what it tells of. The store gives it
/// its number.
pub(crate) async fn insert(
    tx: &mut Tx,
    event: AuditEvent<String>,
) -> Result<(), Error> {
    static INSERT: LazyLock<Template> =
        LazyLock::new(|| Template::of(&insertion(AuditEvents::Table, WRITTEN)));
    let values = vec![
        event.at.timestamp_micros().into(),
        event.subject.into(),
        event.operation.into(),
        event.resource.into(),
        event.resource_id.into(),
        event.request_id.into(),
        event.address.map(|it| it.to_string()).into(),
        event.before.into(),
        event.after.into(),
    ];
    tx.execute(&INSERT.with(tx.dialect(), values)).await?;
    Ok(())
}

/// Which part of the log is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    /// The first moment, inclusive.
    pub(crate) since: Option<DateTime<Utc>>,
    /// The last moment, exclusive.
    pub(crate) until: Option<DateTime<Utc>>,
    /// Only events with a larger number.
    pub(crate) after: i64,
}

/// So many events of a span, by their numbers.
pub(crate) async fn list(
    tx: &mut Tx,
    span: Span,
    limit: u64,
) -> Result<Vec<AuditEvent>, Error> {
    let at = || Expr::col(AuditEvents::At);
    let micros = |it: DateTime<Utc>| it.timestamp_micros();
    let wanted = Condition::all()
        .add(Expr::col(AuditEvents::Id).gt(span.after))
        .add_option(span.since.map(|it| at().gte(micros(it))))
        .add_option(span.until.map(|it| at().lt(micros(it))));
    let query = Query::select()
        .column(AuditEvents::Id)
        .columns(WRITTEN)
        .from(AuditEvents::Table)
        .cond_where(wanted)
        .order_by(AuditEvents::Id, Order::Asc)
        .limit(limit)
        .to_owned();
    tx.fetch(&Statement::build(tx.dialect(), &query), read).await
}

fn read(row: &mut Columns<'_>) -> Result<AuditEvent, Error> {
    Ok(AuditEvent {
        id: row.integer()?,
        at: row.time()?,
        subject: row.text()?,
        operation: row.text()?,
        resource: row.text()?,
        resource_id: row.text()?,
        request_id: row.maybe_text()?,
        address: address(row)?,
        before: state(row)?,
        after: state(row)?,
    })
}

fn address(row: &mut Columns<'_>) -> Result<Option<IpAddr>, Error> {
    let address = row.maybe_text()?.map(|it| it.parse().ok());
    address.map(|it| row.filled(it)).transpose()
}

fn state(row: &mut Columns<'_>) -> Result<Option<Value>, Error> {
    let state = row.maybe_text()?;
    Ok(state.map(|it| serde_json::from_str(&it)).transpose()?)
}
