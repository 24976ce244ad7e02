//! Users.

use chrono::{DateTime, Utc};
use dropshot::{HttpResponseCreated, HttpResponseOk, endpoint};
use schemars::JsonSchema;
use schemars::schema::{Metadata, Schema};
use serde::{Deserialize, Serialize};

use super::pages::{Page, PageNumber, PageQuery, PageSize};
use crate::api::bounded::{Count, Id, Text, inline_schema, patterned, text};
use crate::domain::{self, Password, UserChange};
use crate::http::{
    Answer, Body, Created, Located, Nullable, Paged, Path, Query, Rq, serve,
};

type FullName = Text<1, 100>;

patterned!(
    /// The name to sign in with.
    Username, 3, 50, r"^[a-zA-Z0-9_]+$"
);

/// Where mail reaches a user.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Email(String);

inline_schema!([] Email, "Email", email());

/// Text of `MIN` to `MAX` characters without U+0000 that goes to the server
/// and never comes back.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct WriteOnly<const MIN: u32, const MAX: u32>(pub(crate) String);

inline_schema!(
    [const MIN: u32, const MAX: u32] WriteOnly<MIN, MAX>,
    "WriteOnly",
    write_only(MIN, MAX)
);

/// A new password.
type NewPassword = WriteOnly<8, 128>;

/// What a user may do.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    #[default]
    Viewer,
    Editor,
    Admin,
}

/// Somebody who may call.
#[derive(Serialize, JsonSchema)]
pub(crate) struct User {
    id: Id,
    username: Username,
    email: Email,
    full_name: FullName,
    role: Role,
    is_active: bool,
    created_at: DateTime<Utc>,
    updated_at: Nullable<DateTime<Utc>>,
}

/// A user to add.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct UserCreate {
    username: Username,
    email: Email,
    full_name: FullName,
    #[serde(default)]
    role: Role,
    password: NewPassword,
}

/// Changes to a user.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct UserUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Email")]
    email: Option<Email>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FullName")]
    full_name: Option<FullName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Role")]
    role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    is_active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "NewPassword")]
    password: Option<NewPassword>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "WriteOnly<0, 128>")]
    current_password: Option<WriteOnly<0, 128>>,
}

/// A page of users.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UserPage {
    #[schemars(length(max = 100))]
    users: Vec<User>,
    total: Count,
    page: PageNumber,
    per_page: PageSize,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct UserPath {
    user_id: Id,
}

/// List users
#[endpoint { method = GET, path = "/users", tags = ["users"] }]
pub(crate) async fn user_list(
    rq: Rq,
    query: Query<PageQuery>,
) -> Answer<Paged<UserPage>> {
    serve(rq, query, async |call, query| {
        let at = query.at();
        let page = Page::<User>::of(call.app().user_list(at).await?, at);
        let headers = page.headers(call.uri());
        let Page { items: users, total, page, per_page, .. } = page;
        let page = UserPage { users, total, page, per_page };
        Ok(Paged::new(HttpResponseOk(page), headers))
    })
    .await
}

/// Add a user
#[endpoint { method = POST, path = "/users", tags = ["users"] }]
pub(crate) async fn user_create(
    rq: Rq,
    body: Body<UserCreate>,
) -> Answer<Created<User>> {
    serve(rq, body, async |call, new| {
        let user = call.app().user_create(new.into()).await?;
        let location = call.below(user.id);
        Ok(Created::new(HttpResponseCreated(user.into()), Located { location }))
    })
    .await
}

/// Fetch a user
#[endpoint { method = GET, path = "/users/{user_id}", tags = ["users"] }]
pub(crate) async fn user_view(
    rq: Rq,
    path: Path<UserPath>,
) -> Answer<HttpResponseOk<User>> {
    serve(rq, path, async |call, path| {
        let user = call.app().user_view(call.principal(), path.user_id.0);
        Ok(HttpResponseOk(user.await?.into()))
    })
    .await
}

/// Change a user
#[endpoint { method = PATCH, path = "/users/{user_id}", tags = ["users"] }]
pub(crate) async fn user_update(
    rq: Rq,
    path: Path<UserPath>,
    body: Body<UserUpdate>,
) -> Answer<HttpResponseOk<User>> {
    serve(rq, (path, body), async |call, (path, change)| {
        let (change, current) = change.read();
        let user = call.app().user_update(
            call.principal(),
            path.user_id.0,
            change,
            current,
        );
        Ok(HttpResponseOk(user.await?.into()))
    })
    .await
}

impl UserUpdate {
    /// The changes, and the password that the user has until now.
    fn read(self) -> (UserChange, Option<Password>) {
        let password =
            |it: Option<String>| -> Option<Password> { it.map(Password::new) };
        let change = UserChange {
            email: self.email.map(|it| it.0),
            full_name: self.full_name.map(|it| it.0),
            role: self.role.map(Role::into),
            is_active: self.is_active,
            password: password(self.password.map(|it| it.0)),
        };
        (change, password(self.current_password.map(|it| it.0)))
    }
}

impl From<UserCreate> for domain::UserCreate {
    fn from(new: UserCreate) -> Self {
        Self {
            username: new.username.0,
            email: new.email.0,
            full_name: new.full_name.0,
            role: new.role.into(),
            password: Password::new(new.password.0),
        }
    }
}

impl From<domain::User> for User {
    fn from(user: domain::User) -> Self {
        Self {
            id: Id::from(user.id),
            username: Username(user.username),
            email: Email(user.email),
            full_name: Text(user.full_name),
            role: user.role.into(),
            is_active: user.is_active,
            created_at: user.created_at,
            updated_at: user.updated_at.into(),
        }
    }
}

impl From<Role> for domain::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Editor => Self::Editor,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<domain::Role> for Role {
    fn from(role: domain::Role) -> Self {
        match role {
            domain::Role::Viewer => Self::Viewer,
            domain::Role::Editor => Self::Editor,
            domain::Role::Admin => Self::Admin,
        }
    }
}

fn email() -> Schema {
    let mut schema = text(0, 254, r"^[^\x00]*$").into_object();
    schema.format = Some("email".to_owned());
    schema.into()
}

fn write_only(min: u32, max: u32) -> Schema {
    let mut schema = text(min, max, r"^[^\x00]*$").into_object();
    let metadata = Metadata { write_only: true, ..Metadata::default() };
    schema.metadata = Some(Box::new(metadata));
    schema.into()
}
