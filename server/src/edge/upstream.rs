//! The connections to the API server.
//!
//! A connection is driven by the request that uses it, not by a task of its
//! own: hyper's pooled client wakes another task twice per request, which
//! costs more than all else that the edge does. Idle connections rest in a
//! list, the last used first.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::hop;

/// How long a connection may rest. The API server closes one that idles for
/// 30 seconds; this is well before.
const MAX_REST: Duration = Duration::from_secs(10);

/// Connections that may rest at once.
const MAX_RESTING: usize = 512;

/// Responses up to this many bytes are taken whole, which frees the
/// connection at once; longer ones are passed on as they come.
const WHOLE_BYTES: u64 = 64 * 1024;

/// A response's body: whole, or still coming.
pub(super) type Body = Either<Full<Bytes>, Relay>;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The API server does not take connections; the request never got there.
    #[error("cannot connect: {0}")]
    Away(#[source] io::Error),
    /// The connection ended before the answer; what was done is not known.
    #[error("connection broke: {0}")]
    Broken(#[from] hyper::Error),
}

/// The API server, and the connections to it that rest.
pub(super) struct Upstream {
    addr: SocketAddr,
    resting: Mutex<VecDeque<(Instant, Link)>>,
}

/// A connection to the API server.
struct Link {
    sender: SendRequest<Full<Bytes>>,
    /// None once it has ended.
    connection: Option<Connection<TokioIo<TcpStream>, Full<Bytes>>>,
}

impl Upstream {
    pub(super) fn new(addr: SocketAddr) -> Self {
        Self { addr, resting: Mutex::default() }
    }

    /// Carries a request inward and brings the answer back, without what
    /// concerns the connection alone.
    pub(super) async fn send(
        self: &Arc<Self>,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Body>, Error> {
        let mut link = self.link().await?;
        let mut response = link.exchange(request).await?;
        hop::strip_response(response.headers_mut());
        let (head, body) = response.into_parts();
        let is_short =
            body.size_hint().upper().is_some_and(|n| n <= WHOLE_BYTES);
        let body = if is_short {
            let whole = link.collect(body).await?;
            self.rest(link);
            Either::Left(Full::new(whole))
        } else {
            let upstream = Arc::clone(self);
            Either::Right(Relay { body, link: Some(link), upstream })
        };
        Ok(Response::from_parts(head, body))
    }

    async fn link(&self) -> Result<Link, Error> {
        while let Some(mut link) = self.wake() {
            if link.is_usable().await {
                return Ok(link);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<Link, Error> {
        let stream =
            TcpStream::connect(self.addr).await.map_err(Error::Away)?;
        // Without it, a request in two writes waits for an acknowledgement.
        stream.set_nodelay(true).map_err(Error::Away)?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await?;
        Ok(Link { sender, connection: Some(connection) })
    }

    /// The connection that was used last, if it has not rested too long.
    fn wake(&self) -> Option<Link> {
        let mut resting =
            self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, link) = resting.pop_back()?;
        if since.elapsed() < MAX_REST {
            return Some(link);
        }
        // Then so have all others.
        let stale = mem::take(&mut *resting);
        drop(resting);
        // Closing sockets is nothing to hold a lock for.
        drop(stale);
        None
    }

    /// Lets a connection rest if it can serve again, and lets go of one that
    /// has rested for too long.
    fn rest(&self, link: Link) {
        if !link.sender.is_ready() {
            return;
        }
        let now = Instant::now();
        let mut resting =
            self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_stale = resting
            .front()
            .is_some_and(|(since, _)| now.duration_since(*since) >= MAX_REST);
        let stale = (is_stale || resting.len() >= MAX_RESTING)
            .then(|| resting.pop_front());
        resting.push_back((now, link));
        drop(resting);
        drop(stale);
    }
}

impl Link {
    /// Lets the connection read and write what it can.
    fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && Pin::new(connection).poll(cx).is_ready()
        {
            // Whoever waits for the response or its body gets the error.
            self.connection = None;
        }
    }

    /// Whether the connection can take a request: the other side may have
    /// closed it while nobody looked.
    async fn is_usable(&mut self) -> bool {
        poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(self.sender.is_ready())
        })
        .await
    }

    async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        let mut response = pin!(self.sender.send_request(request));
        poll_fn(|cx| {
            self.drive(cx);
            response.as_mut().poll(cx)
        })
        .await
    }

    async fn collect(&mut self, body: Incoming) -> hyper::Result<Bytes> {
        let mut whole = pin!(body.collect());
        let whole = poll_fn(|cx| {
            self.drive(cx);
            whole.as_mut().poll(cx)
        });
        Ok(whole.await?.to_bytes())
    }
}

/// A response body on its way from the API server.
pub(super) struct Relay {
    body: Incoming,
    /// None once the body is complete.
    link: Option<Link>,
    upstream: Arc<Upstream>,
}

impl Relay {
    /// Lets the connection rest if the body has come to its end.
    fn settle(&mut self, cx: &mut Context<'_>, is_last: bool) {
        if !is_last && !self.body.is_end_stream() {
            return;
        }
        if let Some(mut link) = self.link.take() {
            link.drive(cx);
            self.upstream.rest(link);
        }
    }
}

impl HttpBody for Relay {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Some(link) = &mut self.link {
            link.drive(cx);
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.settle(cx, frame.is_none());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
