//! Users and their API keys.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Role, Scopes};

/// Somebody who may call. Serializes as the audit log tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// Given by the store and never used twice.
    pub id: i64,
    /// The name to sign in with: 3 to 50 ASCII letters, digits and `_`, told
    /// apart without case.
    pub username: String,
    /// Where mail reaches the user, told apart without case; at most 254
    /// characters.
    pub email: String,
    /// What the user is called, 1 to 100 characters.
    pub full_name: String,
    /// What the user may do.
    pub role: Role,
    /// Whether the user can get and use tokens.
    pub is_active: bool,
    /// When the user was added.
    pub created_at: DateTime<Utc>,
    /// When the user was last changed.
    pub updated_at: Option<DateTime<Utc>>,
}

/// A user to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCreate {
    /// As in [`User`].
    pub username: String,
    /// As in [`User`].
    pub email: String,
    /// As in [`User`].
    pub full_name: String,
    /// As in [`User`].
    pub role: Role,
    /// What the user signs in with.
    pub password: Password,
}

/// Changes to a user; `None` keeps what is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// As in [`User`].
    pub email: Option<String>,
    /// As in [`User`].
    pub full_name: Option<String>,
    /// As in [`User`].
    pub role: Option<Role>,
    /// As in [`User`].
    pub is_active: Option<bool>,
    /// What the user signs in with from now on.
    pub password: Option<Password>,
}

/// A password: 8 to 128 characters. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Who wants a token, and for what.
#[derive(Clone, Debug)]
pub struct Login {
    /// The username, in letters of either case.
    pub username: String,
    /// The password that the user claims to have.
    pub password: Password,
    /// The scopes asked for; `None` asks for all that the role allows.
    pub scopes: Option<Scopes>,
}

/// A token that was given out. It is shown nowhere but to who asked.
#[derive(Clone)]
pub struct Token {
    /// What is sent with requests.
    pub value: String,
    /// After how many seconds it ends.
    pub expires_in_s: i64,
    /// What it allows.
    pub scopes: Scopes,
}

/// An API key, without its secret. Serializes as the audit log tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Given by the store and never used twice.
    pub id: i64,
    /// The part of the key that is no secret: 16 hexadecimal digits.
    pub prefix: String,
    /// The user on whose behalf it is used.
    pub username: String,
    /// What it is for.
    pub name: String,
    /// What it allows, as far as its user's role does.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was ended before its time.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// An API key to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyCreate {
    /// The user on whose behalf it is to be used.
    pub username: String,
    /// What it is for, 1 to 100 characters.
    pub name: String,
    /// What it is to allow; the user's role must.
    pub scopes: Scopes,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl User {
    /// Whether the user may do everything now.
    pub fn is_active_admin(&self) -> bool {
        self.is_active && self.role == Role::Admin
    }
}

impl Password {
    /// The password that is this text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// What is hashed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let password = Password::new("correct horse".to_owned());
        let login = Login {
            username: "ann".to_owned(),
            password: password.clone(),
            scopes: None,
        };
        let change =
            UserChange { password: Some(password), ..UserChange::default() };
        let token = Token {
            value: "correct horse".to_owned(),
            expires_in_s: 1,
            scopes: Scopes::default(),
        };
        let shown = format!("{login:?} {change:?} {token:?}");
        assert!(!shown.contains("horse"), "{shown}");
        assert_eq!(shown.matches("***").count(), 3, "{shown}");
    }
}
