//! Tokens that the server has not made, signed with what it signs with: made
//! by whoever can read its database.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::TestServer;
use crate::data::with;

/// The key that the server signs with.
pub(crate) struct Forge {
    pub(crate) kid: String,
    pub(crate) secret: Vec<u8>,
}

impl Forge {
    /// The key of a server that has given out a token.
    pub(crate) async fn of(server: &TestServer) -> Self {
        const KEY: &str = "SELECT id, secret FROM signing_keys";
        let url = server.database_url();
        let (kid, secret) = match url.strip_prefix("sqlite:") {
            Some(path) => {
                let database = rusqlite::Connection::open(path);
                let database = database.expect("a second connection");
                database
                    .query_row(KEY, [], |it| Ok((it.get(0)?, it.get(1)?)))
                    .expect("a key")
            }
            None => {
                let other =
                    tokio_postgres::connect(url, tokio_postgres::NoTls).await;
                let (client, connection) = other.expect("a connection");
                tokio::spawn(connection);
                let row = client.query_one(KEY, &[]).await.expect("a key");
                (row.get(0), row.get(1))
            }
        };
        Self { kid, secret }
    }

    /// What a good token of this user says, in its first generation.
    pub(crate) fn claims(&self, user_id: i64) -> Value {
        let now = chrono::Utc::now().timestamp();
        json!({
            "iss": "colophon", "aud": "colophon-api",
            "sub": user_id.to_string(), "scope": "catalog:read",
            "iat": now, "nbf": now, "exp": now + 600, "gen": 1,
        })
    }

    /// A token that says this.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_by(Algorithm::HS256, Some(&self.kid), claims)
    }

    /// A token of this user that was over a minute ago.
    pub(crate) fn expired(&self, user_id: i64) -> String {
        let then = chrono::Utc::now().timestamp() - 60;
        self.sign(&with(self.claims(user_id), json!({ "exp": then })))
    }

    pub(crate) fn sign_by(
        &self,
        algorithm: Algorithm,
        kid: Option<&str>,
        claims: &Value,
    ) -> String {
        let kid = kid.map(str::to_owned);
        let header = Header { kid, ..Header::new(algorithm) };
        let key = EncodingKey::from_secret(&self.secret);
        encode(&header, claims, &key).expect("a token")
    }
}
