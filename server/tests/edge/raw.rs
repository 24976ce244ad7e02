//! A client that sends exactly the bytes it is told to.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::rig::PATIENCE;

pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
    unread: Vec<u8>,
}

/// A response as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }

    /// Whether it is the contract's error of this code, and says which
    /// request it answers.
    #[track_caller]
    pub(crate) fn assert_error(&self, status: u16, code: &str) {
        let json = self.json();
        assert_eq!((self.status, &json["error_code"]), (status, &code.into()));
        assert_eq!(
            json["request_id"].as_str(),
            self.header("x-request-id"),
            "{json}"
        );
        assert!(json["message"].as_str().is_some_and(|m| !m.is_empty()));
    }
}

impl Raw {
    pub(crate) async fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("a connection");
        Self { stream, unread: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("takes bytes");
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, bytes: impl AsRef<[u8]>) -> Answer {
        self.send(bytes).await;
        self.answer().await
    }

    /// The next response. Interim ones count as responses.
    pub(crate) async fn answer(&mut self) -> Answer {
        let head = self.head().await;
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
        let status = status.expect("a status");
        let mut answer = Answer { status, head, body: String::new() };
        let length = answer.header("content-length").map(str::parse);
        if let Some(length) = length {
            answer.body = self.take(length.expect("a length")).await;
        }
        answer
    }

    /// The next head, with the empty line.
    pub(crate) async fn head(&mut self) -> String {
        loop {
            let end = self.unread.windows(4).position(|w| w == b"\r\n\r\n");
            match end {
                Some(end) => return self.take(end + 4).await,
                None => assert!(self.read().await > 0, "ended in a head"),
            }
        }
    }

    async fn take(&mut self, length: usize) -> String {
        while self.unread.len() < length {
            assert!(self.read().await > 0, "ended in a body");
        }
        let rest = self.unread.split_off(length);
        let taken = std::mem::replace(&mut self.unread, rest);
        String::from_utf8(taken).expect("text")
    }

    async fn read(&mut self) -> usize {
        let read = self.stream.read_buf(&mut self.unread);
        timeout(PATIENCE, read).await.expect("in time").expect("no reset")
    }

    /// Waits for the other side to close, without a reset, having sent
    /// nothing more.
    pub(crate) async fn closed(&mut self) {
        assert_eq!(self.read().await, 0, "{:?}", self.unread);
    }

    /// Whether nothing comes for a moment.
    pub(crate) async fn is_silent_for(&mut self, moment: Duration) -> bool {
        timeout(moment, self.stream.readable()).await.is_err()
    }
}
