//! The access record: a line per request, written once its response has been
//! handed over.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use http::{HeaderValue, Method, Request, StatusCode, Uri};
use hyper::body::{Body, Frame, SizeHint};
use slog::{Drain, Level, Logger, info};

use super::activity::UnderWay;
use super::session::Session;

/// Stands in the record of a request whose client left before the answer, as
/// other servers write it. Nobody is ever sent it.
const CLIENT_LEFT: u16 = 499;

/// A request under way. Dropping it ends the request and writes the record.
pub(super) struct Record {
    _under_way: UnderWay,
    /// None if nobody wants to read it.
    line: Option<Box<Line>>,
}

struct Line {
    log: Logger,
    started: Instant,
    method: Method,
    uri: Uri,
    status: u16,
    id: HeaderValue,
    /// The address of who asks, as far as trusted proxies tell.
    client: HeaderValue,
    /// The address and port of the other end of the connection.
    peer: Arc<str>,
    bytes_out: u64,
}

impl Record {
    pub(super) fn open<B>(
        session: &Session,
        request: &Request<B>,
        id: &HeaderValue,
        started: Instant,
    ) -> Self {
        let log = &session.shared.log;
        let line = log.is_enabled(Level::Info).then(|| {
            Box::new(Line {
                log: log.clone(),
                started,
                method: request.method().clone(),
                uri: request.uri().clone(),
                status: CLIENT_LEFT,
                id: id.clone(),
                client: session
                    .forwarded_for(session.client(request.headers())),
                peer: Arc::clone(&session.peer_told),
                bytes_out: 0,
            })
        });
        let _under_way = session.activity.begin(request.version());
        Self { _under_way, line }
    }

    /// Notes what the answer is.
    pub(super) fn answered(&mut self, status: StatusCode) {
        if let Some(line) = &mut self.line {
            line.status = status.as_u16();
        }
    }

    fn sent(&mut self, bytes: usize) {
        if let Some(line) = &mut self.line {
            line.bytes_out += u64::try_from(bytes).unwrap_or(u64::MAX);
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let duration = self.started.elapsed().as_micros();
        info!(
            self.log, "request";
            "method" => self.method.as_str(),
            // Without the query, which may hold what people search for.
            "path" => self.uri.path(),
            "status" => self.status,
            "duration_us" => u64::try_from(duration).unwrap_or(u64::MAX),
            "request_id" => self.id.to_str().unwrap_or_default(),
            "client" => self.client.to_str().unwrap_or_default(),
            "peer" => &*self.peer,
            "bytes_out" => self.bytes_out,
        );
    }
}

/// A response body that is counted, and ends its request when it ends.
pub(super) struct Recorded<B> {
    body: B,
    record: Record,
}

impl<B> Recorded<B> {
    pub(super) fn new(body: B, record: Record) -> Self {
        Self { body, record }
    }
}

impl<B: Body<Data: bytes::Buf> + Unpin> Body for Recorded<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.record.sent(bytes::Buf::remaining(data));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
