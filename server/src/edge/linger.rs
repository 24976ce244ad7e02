//! A socket that does not hang up on somebody who is still talking.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::activity::Activity;

/// How much is read and thrown away for the client's sake, in bytes, and for
/// how long.
const LINGER_BYTES: usize = 128 * 1024 * 1024;
const LINGER_TIME: Duration = Duration::from_secs(10);

/// A connection to a client.
///
/// A system that closes a socket with unread bytes resets the connection, and
/// the client loses the answer that says why (413, 431). So at the end, if
/// something is unread, this one says that nothing more will come and then
/// reads, within bounds, until the client has said its part.
pub(super) struct Linger {
    stream: TcpStream,
    activity: Arc<Activity>,
    farewell: Option<Farewell>,
}

struct Farewell {
    left: usize,
    until: Pin<Box<Sleep>>,
}

impl Linger {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity, farewell: None }
    }

    /// Reads and drops what the client sends, until it ends or bounds are
    /// met.
    fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let farewell = self.farewell.get_or_insert_with(|| Farewell {
            left: LINGER_BYTES,
            until: Box::pin(sleep(LINGER_TIME)),
        });
        let mut waste = [0; 16 * 1024];
        while farewell.left > 0 && farewell.until.as_mut().poll(cx).is_pending()
        {
            let mut buf = ReadBuf::new(&mut waste);
            let read = Pin::new(&mut self.stream).poll_read(cx, &mut buf);
            if ready!(read).is_err() || buf.filled().is_empty() {
                break;
            }
            farewell.left = farewell.left.saturating_sub(buf.filled().len());
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Linger {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.activity.set_unread(true);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Linger {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.farewell.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        }
        if self.farewell.is_some() || self.activity.has_unread() {
            ready!(self.poll_farewell(cx));
        }
        Poll::Ready(Ok(()))
    }
}
