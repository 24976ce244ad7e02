//! Models and their versions.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{
    Condition, Expr, ExprTrait, OnConflict, Order, Query, SelectStatement,
};

use super::schema::{ModelVersions, Models};
use super::statement::{Template, insertion};
use super::{Columns, Dialect, Error, Statement, Tx};
use crate::domain::{Model, ModelFilter};

/// Models, each with its latest version.
fn select() -> SelectStatement {
    let latest = Condition::all()
        .add(
            Expr::col((ModelVersions::Table, ModelVersions::ModelId))
                .equals((Models::Table, Models::ModelId)),
        )
        .add(
            Expr::col((ModelVersions::Table, ModelVersions::Version))
                .equals((Models::Table, Models::Version)),
        );
    Query::select()
        .column((Models::Table, Models::ModelId))
        .column((Models::Table, Models::Framework))
        .column((Models::Table, Models::Version))
        .column((ModelVersions::Table, ModelVersions::ParametersMillions))
        .from(Models::Table)
        .inner_join(ModelVersions::Table, latest)
        .to_owned()
}

/// The row of this identifier.
pub(crate) fn by_id(dialect: Dialect, model_id: &str) -> Statement {
    static BY_ID: LazyLock<Template> = LazyLock::new(|| {
        let by_id = Expr::col((Models::Table, Models::ModelId)).eq("");
        Template::of(select().and_where(by_id))
    });
    BY_ID.with(dialect, vec![model_id.into()])
}

/// The models that a filter lets through, the first added first.
pub(crate) async fn list(
    tx: &mut Tx,
    filter: &ModelFilter,
) -> Result<Vec<Model>, Error> {
    let framework = Expr::col((Models::Table, Models::Framework));
    let parameters =
        Expr::col((ModelVersions::Table, ModelVersions::ParametersMillions));
    let wanted = Condition::all()
        .add_option(filter.framework.as_deref().map(|it| framework.eq(it)))
        .add_option(filter.min_params.map(|it| parameters.gte(it)));
    let query = select()
        .cond_where(wanted)
        .order_by((Models::Table, Models::Id), Order::Asc)
        .to_owned();
    tx.fetch(&Statement::build(tx.dialect(), &query), read).await
}

/// Whether there is any model.
pub(crate) async fn any(tx: &mut Tx) -> Result<bool, Error> {
    let statement = Statement::build(tx.dialect(), select().limit(1));
    Ok(tx.fetch_first(&statement, read).await?.is_some())
}

/// Stores a new model and its version, and says whether its identifier was
/// free.
pub(crate) async fn insert(
    tx: &mut Tx,
    model: &Model,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    static INSERT: LazyLock<Template> = LazyLock::new(|| {
        let columns = [
            Models::ModelId,
            Models::Framework,
            Models::Version,
            Models::CreatedAt,
        ];
        let taken = OnConflict::column(Models::ModelId).do_nothing().to_owned();
        Template::of(insertion(Models::Table, columns).on_conflict(taken))
    });
    let values = vec![
        model.model_id.as_str().into(),
        model.framework.as_str().into(),
        model.version.as_str().into(),
        now.timestamp_micros().into(),
    ];
    let inserted = tx.execute(&INSERT.with(tx.dialect(), values)).await?;
    if inserted == 0 {
        return Ok(false);
    }
    register(tx, model, now).await?;
    Ok(true)
}

/// Stores a model in the place of the one with its identifier, makes its
/// version the latest, and says whether there was one. Earlier versions stay.
pub(crate) async fn update(
    tx: &mut Tx,
    model: &Model,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    static UPDATE: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::update()
                .table(Models::Table)
                .values([
                    (Models::Framework, Expr::val("")),
                    (Models::Version, Expr::val("")),
                ])
                .and_where(Expr::col(Models::ModelId).eq("")),
        )
    });
    let values = vec![
        model.framework.as_str().into(),
        model.version.as_str().into(),
        model.model_id.as_str().into(),
    ];
    let updated = tx.execute(&UPDATE.with(tx.dialect(), values)).await?;
    if updated == 0 {
        return Ok(false);
    }
    register(tx, model, now).await?;
    Ok(true)
}

/// Removes a model with all its versions, and says whether there was one.
pub(crate) async fn delete(tx: &mut Tx, model_id: &str) -> Result<bool, Error> {
    static DELETE: LazyLock<Template> = LazyLock::new(|| {
        let by_id = Expr::col(Models::ModelId).eq("");
        Template::of(Query::delete().from_table(Models::Table).and_where(by_id))
    });
    let statement = DELETE.with(tx.dialect(), vec![model_id.into()]);
    Ok(tx.execute(&statement).await? > 0)
}

/// How many versions a model has.
#[cfg(test)]
pub(crate) async fn versions(
    tx: &mut Tx,
    model_id: &str,
) -> Result<Vec<String>, Error> {
    let query = Query::select()
        .column(ModelVersions::Version)
        .from(ModelVersions::Table)
        .and_where(Expr::col(ModelVersions::ModelId).eq(model_id))
        .order_by(ModelVersions::Version, Order::Asc)
        .to_owned();
    tx.fetch(&Statement::build(tx.dialect(), &query), |row| row.text()).await
}

/// Stores a version of a model, or what is now said of one that is there.
async fn register(
    tx: &mut Tx,
    model: &Model,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    static REGISTER: LazyLock<Template> = LazyLock::new(|| {
        use ModelVersions::*;
        let columns = [ModelId, Version, ParametersMillions, CreatedAt];
        let known = OnConflict::columns([ModelId, Version])
            .update_column(ParametersMillions)
            .to_owned();
        Template::of(insertion(Table, columns).on_conflict(known))
    });
    let values = vec![
        model.model_id.as_str().into(),
        model.version.as_str().into(),
        model.parameters_millions.into(),
        now.timestamp_micros().into(),
    ];
    tx.execute(&REGISTER.with(tx.dialect(), values)).await?;
    Ok(())
}

/// A model from a row of [`select`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<Model, Error> {
    Ok(Model {
        model_id: row.text()?,
        framework: row.text()?,
        version: row.text()?,
        parameters_millions: row.real()?,
    })
}
