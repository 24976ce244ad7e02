//! What is said once the server listens: where the API, its documentation
//! and the data are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::absolute;

use colophon_server::config::{Config, redact};
use colophon_server::logging;
use slog::{Logger, info};

/// Where everything is.
#[derive(Debug)]
pub(crate) struct Places {
    api_v2: String,
    api_v1: String,
    docs: String,
    database: String,
}

impl Places {
    pub(crate) fn new(config: &Config, address: SocketAddr) -> Self {
        let root = format!("http://{}", reachable(address));
        Self {
            api_v2: format!("{root}/api/v2"),
            api_v1: format!("{root}/api/v1"),
            docs: format!("{root}/docs"),
            database: database(&config.database.url),
        }
    }

    /// Lines for people.
    pub(crate) fn lines(&self) -> String {
        let Self { api_v2, api_v1, docs, database } = self;
        format!(
            "Colophon {} is ready; Ctrl-C stops it\n  \
             API v2    {api_v2}\n  \
             API v1    {api_v1}\n  \
             docs      {docs}\n  \
             database  {database}\n",
            env!("CARGO_PKG_VERSION")
        )
    }

    /// Tells people on a terminal with lines, others with one record.
    pub(crate) fn announce(&self, config: &Config, log: &Logger) {
        if logging::is_json(config.log.format) {
            info!(log, "ready"; "version" => env!("CARGO_PKG_VERSION"),
                "api_v2" => &self.api_v2, "api_v1" => &self.api_v1,
                "docs" => &self.docs, "database" => &self.database);
        } else {
            eprint!("{}", self.lines());
        }
    }
}

/// An address to open in a browser on this machine: "all interfaces" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The database's URL without its password; a file with its whole path, since
/// "the working folder" is not always the one that one thinks of.
fn database(url: &str) -> String {
    let path = url
        .strip_prefix("sqlite:")
        .filter(|path| !path.starts_with(':'))
        .and_then(|path| absolute(path).ok());
    match path {
        Some(path) => format!("sqlite:{}", path.display()),
        None => redact(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_where_everything_is() {
        let mut config = Config::default();
        config.database.url = "sqlite:/data/colophon.db".to_owned();
        let address = "0.0.0.0:8000".parse().expect("an address");

        let lines = Places::new(&config, address).lines();

        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            lines,
            format!(
                "Colophon {version} is ready; Ctrl-C stops it\n  \
                 API v2    http://127.0.0.1:8000/api/v2\n  \
                 API v1    http://127.0.0.1:8000/api/v1\n  \
                 docs      http://127.0.0.1:8000/docs\n  \
                 database  sqlite:/data/colophon.db\n"
            )
        );
    }

    #[test]
    fn a_relative_database_is_told_with_its_folder() {
        let told = database("sqlite:colophon.db");
        let here = std::env::current_dir().expect("a folder");
        let path = here.join("colophon.db");
        assert_eq!(told, format!("sqlite:{}", path.display()));
        assert_eq!(database("sqlite::memory:"), "sqlite::memory:");
    }
}
