//! One kept HTTP/1.1 connection to a server on this machine. It shares the
//! processors with what it measures, so it does as little as can be done: a
//! write and a read for each request, and nothing is copied or allocated.

use std::net::SocketAddr;
use std::ops::Range;

use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Room for an answer to begin with, in bytes; one of 20 books takes 12,000.
const ROOM: usize = 32 << 10;
/// The most headers of an answer.
const HEADERS: usize = 64;

/// The bytes of a request that reads.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into()
}

/// The bytes of a request with a body of JSON.
pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    send(path, "application/json", body)
}

/// The bytes of a request with a form.
pub(crate) fn form(path: &str, body: &str) -> Vec<u8> {
    send(path, "application/x-www-form-urlencoded", body)
}

fn send(path: &str, media_type: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: \
         {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into()
}

/// The request with a token (RFC 6750, 2.1), if there is one.
pub(crate) fn signed(mut request: Vec<u8>, token: Option<&str>) -> Vec<u8> {
    const BEFORE: &[u8] = b"\r\nHost:";
    let place = request.windows(BEFORE.len()).position(|it| it == BEFORE);
    if let (Some(token), Some(place)) = (token, place) {
        let header = format!("\r\nAuthorization: Bearer {token}");
        request.splice(place..place, header.into_bytes());
    }
    request
}

/// A request's method and path.
pub(crate) fn told(request: &[u8]) -> String {
    let text = String::from_utf8_lossy(request);
    text.split(" HTTP/1.1").next().unwrap_or_default().to_owned()
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    body: Vec<u8>,
}

impl Answer {
    /// # Errors
    ///
    /// If it has another status, or a body that is not JSON.
    pub(crate) fn json(&self, expected: u16) -> anyhow::Result<Value> {
        let body = String::from_utf8_lossy(&self.body);
        ensure!(self.status == expected, "{}: {body}", self.status);
        serde_json::from_slice(&self.body).context(body.into_owned())
    }
}

/// A connection, and the last answer on it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What the head of an answer says.
#[derive(Debug)]
struct Head {
    status: u16,
    content_type: String,
    /// Where the body lies, from the start of the answer.
    body: Range<usize>,
}

impl Connection {
    /// # Errors
    ///
    /// If nobody listens there.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; ROOM] })
    }

    /// Sends a request, reads the answer to its end, and tells its status.
    ///
    /// # Errors
    ///
    /// If the connection breaks, or what comes is not one whole answer that
    /// tells its length.
    pub(crate) async fn status(
        &mut self,
        request: &[u8],
    ) -> anyhow::Result<u16> {
        Ok(self.exchange(request, false).await?.status)
    }

    /// Sends a request and keeps the answer.
    ///
    /// # Errors
    ///
    /// As [`Self::status`].
    pub(crate) async fn answer(
        &mut self,
        request: &[u8],
    ) -> anyhow::Result<Answer> {
        let Head { status, content_type, body } =
            self.exchange(request, true).await?;
        let body = self.buffer.get(body).unwrap_or_default().to_vec();
        Ok(Answer { status, content_type, body })
    }

    async fn exchange(
        &mut self,
        request: &[u8],
        typed: bool,
    ) -> anyhow::Result<Head> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let head = loop {
            filled += self.read(filled).await?;
            if let Some(head) = Head::parse(&self.buffer[..filled], typed)? {
                break head;
            }
        };
        while filled < head.body.end {
            filled += self.read(filled).await?;
        }
        ensure!(filled == head.body.end, "more came than the answer");
        Ok(head)
    }

    /// Reads more, behind what there is; makes room for it.
    async fn read(&mut self, filled: usize) -> anyhow::Result<usize> {
        if filled == self.buffer.len() {
            self.buffer.resize(2 * filled, 0);
        }
        let read = self.stream.read(&mut self.buffer[filled..]).await?;
        ensure!(read > 0, "the server closed the connection");
        Ok(read)
    }
}

impl Head {
    /// None if there is more of the head to come. Only who wants to see the
    /// type of the content pays for it.
    fn parse(bytes: &[u8], typed: bool) -> anyhow::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(start) = response.parse(bytes)? else {
            return Ok(None);
        };
        let header = |name: &str| {
            let mut all = response.headers.iter();
            let found = all.find(|it| it.name.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(found.value).ok()
        };
        let length = header("content-length").context("no content-length")?;
        let length: usize = length.parse().context("content-length")?;
        let content_type =
            typed.then(|| header("content-type").unwrap_or_default());
        Ok(Some(Self {
            status: response.code.context("no status")?,
            content_type: content_type.unwrap_or_default().to_owned(),
            body: start..start + length,
        }))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// Asks a server that answers the first request with these pieces.
    async fn asked(pieces: &'static [&'static str]) -> anyhow::Result<Answer> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let mut request = [0; 512];
            let read = stream.read(&mut request).await?;
            assert_eq!(&request[..read], get("/a"));
            for piece in pieces {
                stream.write_all(piece.as_bytes()).await?;
                tokio::task::yield_now().await;
            }
            std::io::Result::Ok(())
        });
        let mut connection = Connection::open(address).await?;
        let answer = connection.answer(&get("/a")).await;
        server.await??;
        answer
    }

    #[tokio::test]
    async fn an_answer_may_come_in_pieces() {
        let answer = asked(&[
            "HTTP/1.1 200 OK\r\ncontent-",
            "length: 4\r\nContent-Type: application/json\r\n\r\n12",
            "34",
        ])
        .await
        .expect("an answer");

        assert_eq!(answer.json(200).expect("JSON"), 1234);
        assert_eq!(answer.content_type, "application/json");
        assert!(answer.json(201).is_err());
    }

    #[tokio::test]
    async fn an_answer_of_another_length_is_a_failure() {
        for pieces in [
            ["HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n", "123"],
            ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n123", ""],
            ["HTTP/1.1 200 OK\r\n\r\n", "123"],
            ["what is this\r\n\r\n", ""],
        ] {
            let pieces: &'static [_; 2] = Box::leak(Box::new(pieces));
            assert!(asked(pieces).await.is_err(), "{pieces:?}");
        }
    }

    #[test]
    fn a_token_is_a_header_of_its_own() {
        let bare = post("/a", "{}");
        let signed = signed(bare.clone(), Some("t"));
        let text = String::from_utf8(signed).expect("text");
        let header = "Authorization: Bearer t\r\n";
        assert_eq!(text.replacen(header, "", 1).into_bytes(), bare);
        assert!(text.starts_with("POST /a HTTP/1.1\r\nAuthorization"));
        assert_eq!(super::signed(bare.clone(), None), bare);
    }

    #[test]
    fn a_request_is_told_by_method_and_path() {
        assert_eq!(told(&get("/a?b=1")), "GET /a?b=1");
        assert_eq!(told(&post("/a", "{}")), "POST /a");
    }
}
