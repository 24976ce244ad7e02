//! Where a PostgreSQL database is, and connections to it.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Pool, RecyclingMethod, Runtime,
};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config};

use super::tls;
use crate::config::redact;
use crate::store::Error;

/// How long a connection may be silent before it is asked for a sign of life,
/// and how long sent bytes may wait for theirs: a server that went away
/// without a word is noticed after twice this.
const SILENCE: Duration = Duration::from_secs(10);

/// The address of a database.
pub(super) struct Address {
    config: Config,
    name: String,
}

impl Address {
    /// Reads an address as PostgreSQL's own programs know it, see
    /// <https://www.postgresql.org/docs/current/libpq-connect.html>.
    pub(super) fn parse(url: &str, timeout: Duration) -> Result<Self, Error> {
        let name = redact(url);
        let config = url.parse::<Config>();
        let mut config = config.map_err(|_| Error::Address(name.clone()))?;
        config
            .connect_timeout(timeout)
            .keepalives_idle(SILENCE)
            .keepalives_interval(SILENCE / 5)
            .keepalives_retries(5)
            .tcp_user_timeout(SILENCE);
        if config.get_application_name().is_none() {
            config.application_name("colophon");
        }
        if config.get_hosts().iter().all(is_socket) {
            // Nobody listens on the way, and PostgreSQL has no TLS there.
            config.ssl_mode(SslMode::Disable);
        }
        Ok(Self { config, name })
    }

    /// The address without its password.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A connection of its own.
    pub(super) async fn connect(&self) -> Result<Client, Error> {
        let tls = tls::connector(self.config.get_ssl_mode())?;
        let connected = self.config.connect(tls).await;
        let (client, connection) = connected.map_err(|error| {
            let database = self.name.clone();
            Error::Connect { database, source: Some(Arc::new(error)) }
        })?;
        // It ends with the client, which is told of what goes wrong.
        tokio::spawn(connection);
        Ok(client)
    }

    /// At most so many connections, each made when it is needed, for which
    /// nobody waits longer than this.
    pub(super) fn pool(
        &self,
        max_connections: usize,
        timeout: Duration,
    ) -> Result<Pool, Error> {
        let tls = tls::connector(self.config.get_ssl_mode())?;
        let recycling_method = RecyclingMethod::Fast;
        let settings = ManagerConfig { recycling_method };
        let config = self.config.clone();
        let manager = Manager::from_config(config, tls, settings);
        let pool = Pool::builder(manager)
            .max_size(max_connections)
            .wait_timeout(Some(timeout))
            .create_timeout(Some(timeout))
            .recycle_timeout(Some(timeout))
            .runtime(Runtime::Tokio1);
        // It fails without a runtime only, and there is one.
        pool.build().map_err(|_| Error::Closed)
    }
}

fn is_socket(host: &Host) -> bool {
    matches!(host, Host::Unix(_))
}
