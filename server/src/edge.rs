//! The listener that the world sees: it guards, limits, times and records,
//! and hands what is left to the API server.
//!
//! A request's way, a file per step:
//!
//! ```text
//! listen    accepts, holds at most so many, closes the idle and the slow
//! session   request id, process time, security headers, compression, panics
//! cors      which web pages may call; answers preflights
//! intake    checks the request, takes in its whole body, signs it
//! upstream  carries it over a loopback connection, where it cannot be
//!           answered in this process
//! rewrite   gives an answer that no handler made the contract's shape
//! ```
//!
//! What needs to know the operation (who may call it, what its body is) is
//! not decided here but behind the edge. Nothing of how a client framed its
//! request goes inward: heads are rebuilt and bodies are whole.

mod activity;
mod client;
mod compress;
mod cors;
mod fault;
mod hop;
mod id;
mod intake;
mod linger;
mod listen;
mod record;
mod rewrite;
mod secret;
mod session;
mod upstream;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Method, Request, Response};
use http_body_util::Full;
use ipnet::IpNet;
use slog::Logger;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::Config;

use self::cors::Cors;
pub use self::secret::{SECRET_HEADER, Secret};
use self::upstream::Upstream;
use crate::rate_limit::RateLimit;

/// The response header by which the API marks an answer as its own. The edge
/// takes it off; an error without it is rewritten.
pub const ANSWER_HEADER: HeaderName =
    HeaderName::from_static("x-colophon-answer");

/// An answer that is being made in this process. Dropping it ends the request.
pub type Answering =
    Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>;

/// The API behind the edge.
pub trait Api: Send + Sync {
    /// The methods that a path answers, exactly as `Allow` shall name them:
    /// nothing is implied. `None` for an unknown path.
    ///
    /// The path comes as the client sent it, percent-encoded, perhaps with
    /// empty segments and a trailing slash.
    fn allowed_methods(&self, path: &str) -> Option<Vec<Method>>;

    /// Answers a request of this peer, if that can be done in this process.
    ///
    /// # Errors
    ///
    /// The request itself, which then goes over a connection.
    #[expect(clippy::result_large_err, reason = "it is no error")]
    fn answer(
        &self,
        request: Request<Full<Bytes>>,
        peer: SocketAddr,
    ) -> Result<Answering, Request<Full<Bytes>>>;
}

/// What keeps the edge from starting.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is taken, forbidden or not this machine's.
    #[error(
        "cannot listen on {addr}: {}; \
         choose another with --bind or http.bind", source.kind()
    )]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// `cors.origins` holds something that no browser sends, or `*`.
    #[error(
        "cors.origins: {origin:?} is not an origin such as \
         https://books.example.org"
    )]
    Origin {
        /// The entry.
        origin: String,
    },
}

/// The running edge. Dropping it closes every connection at once.
#[derive(Debug)]
pub struct Edge {
    local_addr: SocketAddr,
    stop: oneshot::Sender<Duration>,
    listening: JoinHandle<()>,
}

impl Edge {
    /// Binds `http.bind` and serves in the background until [`Edge::close`],
    /// by means of the API server, which also listens at `upstream`.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] if the address cannot be had, [`Error::Origin`] if
    /// `cors.origins` cannot be used.
    pub async fn start(
        config: &Config,
        upstream: SocketAddr,
        secret: Secret,
        api: Arc<dyn Api>,
        log: Logger,
    ) -> Result<Self, Error> {
        let addr = config.http.bind;
        let shared = Shared::new(config, upstream, secret, api, log)?;
        let listen = |source| Error::Listen { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(listen)?;
        let local_addr = listener.local_addr().map_err(listen)?;
        let (stop, stopped) = oneshot::channel();
        let listening =
            tokio::spawn(listen::serve(listener, Arc::new(shared), stopped));
        Ok(Self { local_addr, stop, listening })
    }

    /// The address that it listens on; tells which port 0 became.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Stops accepting, lets requests under way finish for at most
    /// `deadline`, then closes what is left.
    pub async fn close(self, deadline: Duration) {
        // Both fail only if the listener is gone already.
        let _ = self.stop.send(deadline);
        let _ = self.listening.await;
    }
}

/// What all connections share.
struct Shared {
    limits: Limits,
    cors: Cors,
    upstream: Arc<Upstream>,
    secret: Secret,
    api: Arc<dyn Api>,
    log: Logger,
}

/// The bounds of the configuration, in the types that enforce them.
struct Limits {
    max_connections: usize,
    max_header_bytes: usize,
    max_body_bytes: u64,
    header_timeout: Duration,
    body_timeout: Duration,
    compression: bool,
    trusted_proxies: Vec<IpNet>,
    /// How often each network may ask; none if nobody counts.
    rate: Option<RateLimit>,
}

impl Shared {
    fn new(
        config: &Config,
        upstream: SocketAddr,
        secret: Secret,
        api: Arc<dyn Api>,
        log: Logger,
    ) -> Result<Self, Error> {
        let cors = Cors::new(&config.cors)?;
        let upstream = Arc::new(Upstream::new(upstream));
        let limits = Limits::new(config);
        Ok(Self { limits, cors, upstream, secret, api, log })
    }
}

impl Limits {
    fn new(config: &Config) -> Self {
        let edge = &config.edge;
        Self {
            trusted_proxies: edge.trusted_proxies.clone(),
            rate: config.has_rate_limits().then(|| {
                let limit = &config.rate_limit;
                RateLimit::new(limit.network_burst, limit.network_per_minute)
            }),
            max_connections: edge.max_connections,
            max_header_bytes: edge.max_header_bytes,
            max_body_bytes: config.http.max_body_bytes,
            header_timeout: Duration::from_millis(edge.header_timeout_ms),
            body_timeout: Duration::from_millis(edge.body_timeout_ms),
            compression: edge.compression,
        }
    }
}
