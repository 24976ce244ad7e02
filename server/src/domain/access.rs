//! Who asks, and what they may do.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a user may do. A later one may do all that an earlier one may.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    #[default]
    Viewer,
    /// Also writes.
    Editor,
    /// Does everything.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Admin];

    /// The name in contracts, the database and commands.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// All that the role allows.
    pub fn scopes(self) -> Scopes {
        let allowed = |scope: &Scope| scope.least_role() <= self;
        Scope::ALL.into_iter().filter(allowed).collect()
    }
}

/// Declares the scopes: what each is called in the contracts' `security`, and
/// the least role that has it.
macro_rules! scopes {
    ($($(#[$doc:meta])* $scope:ident = $name:literal for $role:ident,)*) => {
        /// A part of what can be done, as the contracts' `security` names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Scope {
            $($(#[$doc])* $scope,)*
        }

        impl Scope {
            /// Every scope.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$scope),*];

            /// The name in contracts and tokens.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$scope => $name,)*
                }
            }

            /// The least role that has it.
            pub fn least_role(self) -> Role {
                match self {
                    $(Self::$scope => Role::$role,)*
                }
            }
        }
    };
}

scopes! {
    /// To read books and items.
    CatalogRead = "catalog:read" for Viewer,
    /// To add, change and delete books and items.
    CatalogWrite = "catalog:write" for Editor,
    /// To read what is kept for administrators.
    CatalogAdmin = "catalog:admin" for Admin,
    /// To write, change and delete reviews of one's own.
    ReviewsWrite = "reviews:write" for Viewer,
    /// To read models.
    RegistryRead = "registry:read" for Viewer,
    /// To register, replace and remove models.
    RegistryWrite = "registry:write" for Editor,
    /// To add, see and change all users.
    UsersAdmin = "users:admin" for Admin,
}

impl Scope {
    /// The scope of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u32);

impl Scopes {
    /// Every scope.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether the scope is one of them.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Those that are not among the others.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Those that a list with spaces between names (RFC 6749, 3.3). Words
    /// that name none are left out.
    pub fn parse(list: &str) -> Self {
        list.split_ascii_whitespace().filter_map(Scope::from_name).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for Scopes {
    /// As tokens name them: with spaces between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Scope::ALL.into_iter().filter(|it| self.contains(*it));
        let names: Vec<_> = names.map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Who asks, and with which scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub subject: Subject,
    /// What the token allows.
    pub scopes: Scopes,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Somebody who was not asked who they are.
    Anyone,
    /// Whoever runs the server: by a command, or by a server that asks nobody
    /// who they are.
    Operator,
    /// A user who gave name and password for the token.
    User(i64),
    /// A program that has an API key of this user.
    Key {
        /// The user.
        user_id: i64,
        /// The key.
        key_id: i64,
    },
}

impl fmt::Display for Subject {
    /// As the audit log tells it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("anonymous"),
            Self::Operator => f.write_str("operator"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Key { user_id, key_id } => {
                write!(f, "user:{user_id}/key:{key_id}")
            }
        }
    }
}

impl Principal {
    /// Whoever runs the server; may do everything.
    pub fn operator() -> Self {
        Self { subject: Subject::Operator, scopes: Scopes::all() }
    }

    /// Somebody who was not asked who they are, for what anyone may do.
    pub fn anyone() -> Self {
        Self { subject: Subject::Anyone, scopes: Scopes::default() }
    }

    /// The user on whose behalf it is, if there is one.
    pub fn user_id(&self) -> Option<i64> {
        match self.subject {
            Subject::Anyone | Subject::Operator => None,
            Subject::User(id) | Subject::Key { user_id: id, .. } => Some(id),
        }
    }

    /// Whether this scope is given.
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_what_the_one_below_has_and_more() {
        let [viewer, editor, admin] = Role::ALL.map(Role::scopes);
        let ends_in = |end: &str| -> Scopes {
            let all = Scope::ALL.into_iter();
            all.filter(|it| it.as_str().ends_with(end)).collect()
        };
        assert_eq!(viewer.and(ends_in(":read")), ends_in(":read"));
        assert_eq!(editor.and(ends_in(":write")), ends_in(":write"));
        let own = Scopes::from_iter([Scope::ReviewsWrite]);
        assert_eq!(viewer.and(ends_in(":write")), own);
        assert!(editor.and(ends_in(":admin")).is_empty());
        assert_eq!(editor.and(viewer), viewer);
        assert_eq!(admin, Scopes::all());
    }

    #[test]
    fn a_list_of_scopes_is_read_as_it_is_written() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_name(scope.as_str()), Some(scope));
        }
        for role in Role::ALL {
            assert_eq!(
                Scopes::parse(&role.scopes().to_string()),
                role.scopes()
            );
        }
        let some = Scopes::parse(" catalog:read  nothing catalog:READ ");
        assert_eq!(some.to_string(), "catalog:read");
        assert!(Scopes::parse("").is_empty());
    }
}
