//! One kept HTTP/1.1 connection to a server on this machine.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{Connection, SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response, StatusCode, Uri, body::Incoming};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A request that can be sent again and again.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: Uri,
    /// Empty for a request without one; JSON otherwise.
    pub(crate) body: Bytes,
}

impl Ask {
    /// # Errors
    ///
    /// If the path is none.
    pub(crate) fn get(path: &str) -> anyhow::Result<Self> {
        let path = path.parse().context(path.to_owned())?;
        Ok(Self { method: Method::GET, path, body: Bytes::new() })
    }

    /// A request to a fixed path.
    pub(crate) fn post(path: &'static str, body: impl Into<Bytes>) -> Self {
        let path = Uri::from_static(path);
        Self { method: Method::POST, path, body: body.into() }
    }

    fn request(self) -> hyper::http::Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .header(HOST, "localhost");
        if !self.body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        request.body(Full::new(self.body))
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

impl Answer {
    /// # Errors
    ///
    /// If it has another status, or a body that is not JSON.
    pub(crate) fn json(&self, expected: StatusCode) -> anyhow::Result<Value> {
        let body = String::from_utf8_lossy(&self.body);
        ensure!(self.status == expected, "{}: {body}", self.status);
        serde_json::from_slice(&self.body).context(body.into_owned())
    }
}

/// The end of a connection that requests are sent through.
#[derive(Debug)]
pub(crate) struct Sender(SendRequest<Full<Bytes>>);

/// What drives a connection; nothing moves unless it is polled.
pub(crate) type Driver = Connection<TokioIo<TcpStream>, Full<Bytes>>;

/// # Errors
///
/// If nobody listens there.
pub(crate) async fn connect(
    address: SocketAddr,
) -> anyhow::Result<(Sender, Driver)> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, driver) = handshake(TokioIo::new(stream)).await?;
    Ok((Sender(sender), driver))
}

impl Sender {
    /// A connection that a task of its own drives.
    ///
    /// # Errors
    ///
    /// If nobody listens there.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let (sender, driver) = connect(address).await?;
        tokio::spawn(driver);
        Ok(sender)
    }

    async fn response(
        &mut self,
        ask: Ask,
    ) -> anyhow::Result<Response<Incoming>> {
        self.0.ready().await?;
        Ok(self.0.send_request(ask.request()?).await?)
    }

    /// Sends a request and drops the body of the answer as it comes.
    ///
    /// # Errors
    ///
    /// If the connection breaks.
    pub(crate) async fn status(
        &mut self,
        ask: Ask,
    ) -> anyhow::Result<StatusCode> {
        let mut response = self.response(ask).await?;
        while let Some(frame) = response.body_mut().frame().await {
            frame?;
        }
        Ok(response.status())
    }

    /// Sends a request and keeps the answer.
    ///
    /// # Errors
    ///
    /// If the connection breaks.
    pub(crate) async fn answer(&mut self, ask: Ask) -> anyhow::Result<Answer> {
        let response = self.response(ask).await?;
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into())
            .unwrap_or_default();
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        Ok(Answer { status, content_type, body })
    }
}
