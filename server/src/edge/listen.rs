//! Accepting connections, keeping them for as long as they deserve it, and
//! closing them.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use slog::{Logger, error, warn};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::task::{JoinError, JoinSet};

use super::linger::Linger;
use super::session::{self, Session};
use super::{Limits, Shared};

/// hyper does not take a smaller buffer for a request's head, in bytes.
const LEAST_HEADER_BYTES: usize = 8192;

/// Requests that an HTTP/2 client may have under way at once.
const MAX_STREAMS: u32 = 128;

/// How often an HTTP/2 client is asked whether it is still there, and how
/// long it may take to say so.
const PING_EVERY: Duration = Duration::from_secs(20);
const PONG_WITHIN: Duration = Duration::from_secs(10);

/// How long to wait after the system would not accept, which is mostly for
/// want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

type Protocol = auto::Builder<TokioExecutor>;

/// Serves until `stop` names a deadline, or its sender is gone.
pub(super) async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stop: oneshot::Receiver<Duration>,
) {
    let protocol = Arc::new(protocol(&shared.limits));
    let most = shared.limits.max_connections.min(Semaphore::MAX_PERMITS);
    let permits = Arc::new(Semaphore::new(most));
    let (closing, closed) = watch::channel(false);
    let mut connections = JoinSet::new();
    let deadline = loop {
        tokio::select! {
            biased;
            deadline = &mut stop => break deadline.unwrap_or_default(),
            Some(ended) = connections.join_next() => note(&shared.log, ended),
            (permit, stream, peer) = accept(&listener, &permits, &shared.log)
            => {
                let protocol = Arc::clone(&protocol);
                let session = Session::new(Arc::clone(&shared), peer);
                let keep =
                    keep(protocol, session, stream, closed.clone(), permit);
                connections.spawn(keep);
            }
        }
    };
    drop(listener);
    closing.send_replace(true);
    let ended = async { while connections.join_next().await.is_some() {} };
    // Those that outlast the deadline are closed by dropping the set.
    let _ = tokio::time::timeout(deadline, ended).await;
}

/// The next connection, once there is room for it. Until then the system
/// keeps clients in its queue.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    log: &Logger,
) -> (Option<OwnedSemaphorePermit>, TcpStream, SocketAddr) {
    // Fails only if the semaphore is closed, which nobody does.
    let permit = Arc::clone(permits).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (permit, stream, peer),
            Err(gone) if is_of_one_client(&gone) => {}
            Err(error) => {
                warn!(log, "cannot accept connections"; "error" => %error);
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

fn protocol(limits: &Limits) -> Protocol {
    let mut protocol = auto::Builder::new(TokioExecutor::new());
    // Without `pipeline_flush`: hyper then never sends the answer to a
    // malformed or too long head, for there is unread input behind it.
    protocol
        .http1()
        // `Activity` watches over the head and over idling.
        .header_read_timeout(None)
        .max_buf_size(limits.max_header_bytes.max(LEAST_HEADER_BYTES));
    let list = u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(list)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_WITHIN);
    protocol
}

/// Keeps a connection until the client or an error ends it, it has idled for
/// too long, or the edge closes and its requests are done.
async fn keep(
    protocol: Arc<Protocol>,
    session: Session,
    stream: TcpStream,
    mut closing: watch::Receiver<bool>,
    _permit: Option<OwnedSemaphorePermit>,
) {
    // Without it, small answers wait for the client's acknowledgements.
    let _ = stream.set_nodelay(true);
    let activity = Arc::clone(&session.activity);
    let idle_limit = session.shared.limits.header_timeout;
    let io = TokioIo::new(Linger::new(stream, Arc::clone(&activity)));
    let service = session::service(session);
    let mut served = pin!(protocol.serve_connection(io, service));
    let mut idle = pin!(activity.idle_past(idle_limit));
    let mut closing = pin!(closing.wait_for(|closing| *closing));
    let mut is_closing = false;
    loop {
        tokio::select! {
            biased;
            // Its error is the client's business: it left, or spoke no HTTP.
            _ = &mut served => return,
            () = &mut idle => return,
            _ = &mut closing, if !is_closing => {
                is_closing = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Logs a connection that ended by a panic; requests catch theirs.
fn note(log: &Logger, ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        error!(log, "connection failed"; "error" => %error);
    }
}
