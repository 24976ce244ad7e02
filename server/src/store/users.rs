//! Users.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use sea_query::{
    Expr, ExprTrait, Func, LockType, Order, Query, SelectStatement, Value,
};

use super::listing::Listing;
use super::schema::{SigningKeys, Users};
use super::statement::Template;
use super::{Columns, Dialect, Error, Statement, Tx};
use crate::domain::{Page, PageNumber, Role, User, UserCreate, fold};

/// What is read of a user, in this order.
const READ: [Users; 8] = [
    Users::Id,
    Users::Username,
    Users::Email,
    Users::FullName,
    Users::Role,
    Users::IsActive,
    Users::CreatedAt,
    Users::UpdatedAt,
];

/// What it takes to know a user by name and password.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) id: i64,
    pub(crate) role: Role,
    pub(crate) is_active: bool,
    /// Which of the tokens of this user are good: those that say so.
    pub(crate) generation: i64,
    /// Argon2id, in the PHC string format.
    pub(crate) password_hash: String,
}

/// What it takes to know a user by a token.
#[derive(Clone)]
pub(crate) struct Standing {
    pub(crate) role: Role,
    pub(crate) is_active: bool,
    /// See [`Credentials`].
    pub(crate) generation: i64,
    /// What the token must be signed with.
    pub(crate) secret: Vec<u8>,
}

/// Without the secret.
impl std::fmt::Debug for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { role, is_active, generation, .. } = self;
        write!(f, "Standing({role:?}, {is_active}, {generation}, ..)")
    }
}

/// A column that no two users have the same value in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unique {
    Username,
    Email,
}

fn select() -> SelectStatement {
    Query::select().columns(READ).from(Users::Table).to_owned()
}

/// The row of this id.
pub(crate) fn by_id(dialect: Dialect, id: i64) -> Statement {
    static BY_ID: LazyLock<Template> = LazyLock::new(|| {
        Template::of(select().and_where(Expr::col(Users::Id).eq(0)))
    });
    BY_ID.with(dialect, vec![id.into()])
}

/// The row of this username, in letters of either case.
pub(crate) fn by_name(dialect: Dialect, username: &str) -> Statement {
    static BY_NAME: LazyLock<Template> = LazyLock::new(|| {
        let by_name = Expr::col(Users::UsernameFolded).eq("");
        Template::of(select().and_where(by_name))
    });
    BY_NAME.with(dialect, vec![fold(username).into()])
}

/// The columns of [`Credentials`].
fn credentials() -> SelectStatement {
    use Users::*;
    Query::select()
        .columns([Id, Role, IsActive, Generation, PasswordHash])
        .from(Table)
        .to_owned()
}

/// The credentials of this username, in letters of either case.
pub(crate) fn credentials_by_name(
    dialect: Dialect,
    username: &str,
) -> Statement {
    static BY_NAME: LazyLock<Template> = LazyLock::new(|| {
        let by_name = Expr::col(Users::UsernameFolded).eq("");
        Template::of(credentials().and_where(by_name))
    });
    BY_NAME.with(dialect, vec![fold(username).into()])
}

/// The credentials of the user of this id.
pub(crate) fn credentials_by_id(dialect: Dialect, id: i64) -> Statement {
    static BY_ID: LazyLock<Template> = LazyLock::new(|| {
        Template::of(credentials().and_where(Expr::col(Users::Id).eq(0)))
    });
    BY_ID.with(dialect, vec![id.into()])
}

/// The standing of a user whose token names this key: two rows by their keys,
/// in one trip.
pub(crate) fn standing(dialect: Dialect, id: i64, key_id: &str) -> Statement {
    static STANDING: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .columns([Users::Role, Users::IsActive, Users::Generation])
                .column(SigningKeys::Secret)
                .from(Users::Table)
                .from(SigningKeys::Table)
                .and_where(Expr::col((Users::Table, Users::Id)).eq(0))
                .and_where(
                    Expr::col((SigningKeys::Table, SigningKeys::Id)).eq(""),
                ),
        )
    });
    STANDING.with(dialect, vec![id.into(), key_id.into()])
}

/// Every user, the first added first.
static ALL: LazyLock<Listing> =
    LazyLock::new(|| Listing::of(select().order_by(Users::Id, Order::Asc)));

/// How many users there are.
pub(crate) async fn count(tx: &mut Tx) -> Result<i64, Error> {
    ALL.count(tx).await
}

/// A page of the users, the first added first.
pub(crate) async fn page(
    tx: &mut Tx,
    at: PageNumber,
) -> Result<Page<User>, Error> {
    ALL.page(tx, at, read).await
}

/// The user of this id.
pub(crate) async fn find(tx: &mut Tx, id: i64) -> Result<Option<User>, Error> {
    let statement = by_id(tx.dialect(), id);
    tx.fetch_first(&statement, read).await
}

/// The id of the user who has this value, in letters of either case.
pub(crate) async fn holder(
    tx: &mut Tx,
    unique: Unique,
    value: &str,
) -> Result<Option<i64>, Error> {
    static BY_NAME: LazyLock<Template> =
        LazyLock::new(|| id_by(Users::UsernameFolded));
    static BY_EMAIL: LazyLock<Template> =
        LazyLock::new(|| id_by(Users::EmailFolded));
    let template = match unique {
        Unique::Username => &BY_NAME,
        Unique::Email => &BY_EMAIL,
    };
    let statement = template.with(tx.dialect(), vec![fold(value).into()]);
    tx.fetch_first(&statement, |row| row.integer()).await
}

fn id_by(column: Users) -> Template {
    Template::of(
        Query::select()
            .column(Users::Id)
            .from(Users::Table)
            .and_where(Expr::col(column).eq("")),
    )
}

/// Whether there is an active admin beside the user of this id.
///
/// On a database with several servers, all active admins are locked until
/// the transaction ends: of two that each rely on the other's admin, the
/// later one is done anew.
pub(crate) async fn has_other_admin(
    tx: &mut Tx,
    id: i64,
) -> Result<bool, Error> {
    static ADMINS: LazyLock<Template> = LazyLock::new(|| {
        Template::of(
            Query::select()
                .column(Users::Id)
                .from(Users::Table)
                .and_where(Expr::col(Users::Role).eq(""))
                .and_where(Expr::col(Users::IsActive).eq(0))
                .order_by(Users::Id, Order::Asc)
                .lock(LockType::NoKeyUpdate),
        )
    });
    let values = vec![Role::Admin.as_str().into(), 1_i64.into()];
    let statement = ADMINS.with(tx.dialect(), values);
    let admins = tx.fetch(&statement, |row| row.integer()).await?;
    Ok(admins.iter().any(|admin| *admin != id))
}

/// Stores a new user, who is active, and gives the id.
pub(crate) async fn insert(
    tx: &mut Tx,
    new: &UserCreate,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<i64, Error> {
    static INSERT: LazyLock<Template> = LazyLock::new(|| {
        use Users::*;
        let columns = [
            Username,
            UsernameFolded,
            Email,
            EmailFolded,
            FullName,
            Role,
            PasswordHash,
            IsActive,
            Generation,
            CreatedAt,
        ];
        Template::insert(Table, columns, Id)
    });
    let values: Vec<Value> = vec![
        new.username.as_str().into(),
        fold(&new.username).into(),
        new.email.as_str().into(),
        fold(&new.email).into(),
        new.full_name.as_str().into(),
        new.role.as_str().into(),
        password_hash.into(),
        1_i64.into(),
        1_i64.into(),
        now.timestamp_micros().into(),
    ];
    tx.insert(&INSERT.with(tx.dialect(), values)).await
}

/// Stores a user in the place of the one with this id, with another password
/// if there is one, and ends the tokens of the user if that is wanted.
pub(crate) async fn update(
    tx: &mut Tx,
    user: &User,
    password_hash: Option<&str>,
    ends_tokens: bool,
) -> Result<(), Error> {
    static UPDATE: LazyLock<Template> = LazyLock::new(|| {
        use Users::*;
        let kept_or_new =
            Func::coalesce([Expr::val(""), Expr::col(PasswordHash)]);
        Template::of(
            Query::update()
                .table(Table)
                .value(Email, "")
                .value(EmailFolded, "")
                .value(FullName, "")
                .value(Role, "")
                .value(IsActive, 0)
                .value(UpdatedAt, 0)
                .value(PasswordHash, kept_or_new)
                .value(Generation, Expr::col(Generation).add(0))
                .and_where(Expr::col(Id).eq(0)),
        )
    });
    let values: Vec<Value> = vec![
        user.email.as_str().into(),
        fold(&user.email).into(),
        user.full_name.as_str().into(),
        user.role.as_str().into(),
        i64::from(user.is_active).into(),
        user.updated_at.map(|it| it.timestamp_micros()).into(),
        password_hash.map(str::to_owned).into(),
        i64::from(ends_tokens).into(),
        user.id.into(),
    ];
    tx.execute(&UPDATE.with(tx.dialect(), values)).await?;
    Ok(())
}

/// A user from a row of [`READ`].
pub(crate) fn read(row: &mut Columns<'_>) -> Result<User, Error> {
    Ok(User {
        id: row.integer()?,
        username: row.text()?,
        email: row.text()?,
        full_name: row.text()?,
        role: row.parsed(Role::from_name)?,
        is_active: row.integer()? != 0,
        created_at: row.time()?,
        updated_at: row.maybe_time()?,
    })
}

/// From a row of [`credentials`].
pub(crate) fn read_credentials(
    row: &mut Columns<'_>,
) -> Result<Credentials, Error> {
    Ok(Credentials {
        id: row.integer()?,
        role: row.parsed(Role::from_name)?,
        is_active: row.integer()? != 0,
        generation: row.integer()?,
        password_hash: row.text()?,
    })
}

/// From a row of [`standing`].
pub(crate) fn read_standing(row: &mut Columns<'_>) -> Result<Standing, Error> {
    Ok(Standing {
        role: row.parsed(Role::from_name)?,
        is_active: row.integer()? != 0,
        generation: row.integer()?,
        secret: row.bytes()?,
    })
}
