//! An edge on a free port, with what stands behind it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use colophon_server::config::Config;
use colophon_server::edge::{Answering, Api, Edge, Secret};
use http::{Method, Request};
use http_body_util::Full;
use slog::{Discard, Logger, o};

use crate::inner::Inner;
use crate::raw::Raw;

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// An edge before a stand-in for the API server.
pub(crate) struct Rig {
    pub(crate) edge: Edge,
    pub(crate) inner: Inner,
    pub(crate) secret: Secret,
}

/// Is reached over a connection alone. Knows `/books`, and panics when asked
/// about `/panic`.
pub(crate) struct TestApi;

impl Api for TestApi {
    fn allowed_methods(&self, path: &str) -> Option<Vec<Method>> {
        match path {
            "/panic" => panic!("asked about /panic"),
            "/books" => Some(vec![Method::GET, Method::HEAD, Method::POST]),
            _ => None,
        }
    }

    fn answer(
        &self,
        request: Request<Full<Bytes>>,
        _: SocketAddr,
    ) -> Result<Answering, Request<Full<Bytes>>> {
        Err(request)
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(adjust: impl FnOnce(&mut Config)) -> Self {
        Self::start_logged(adjust, Logger::root(Discard, o!())).await
    }

    pub(crate) async fn start_logged(
        adjust: impl FnOnce(&mut Config),
        log: Logger,
    ) -> Self {
        let inner = Inner::start().await;
        let secret = Secret::random();
        let upstream = inner.addr();
        let edge = edge(adjust, upstream, secret.clone(), log).await;
        Self { edge, inner, secret }
    }

    pub(crate) async fn connect(&self) -> Raw {
        Raw::connect(self.edge.local_addr()).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.edge.local_addr())
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(self.url(path)).await.expect("an answer")
    }
}

pub(crate) async fn edge(
    adjust: impl FnOnce(&mut Config),
    upstream: SocketAddr,
    secret: Secret,
    log: Logger,
) -> Edge {
    let mut config = Config::default();
    config.http.bind = SocketAddr::from(([127, 0, 0, 1], 0));
    adjust(&mut config);
    let started =
        Edge::start(&config, upstream, secret, Arc::new(TestApi), log);
    started.await.expect("the edge starts")
}
