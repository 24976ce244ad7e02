//! Requests by hand. Every answer to one is held against the contract from
//! outside, whoever made it: a handler, dropshot or the edge.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;

use crate::promise::{self, Promised};

/// A request to be sent.
pub(crate) struct Ask(reqwest::RequestBuilder);

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The operation that was asked, as the contract has it.
    pub(crate) promised: Option<Promised>,
}

/// What a request asked for.
struct Asked {
    method: Method,
    path: String,
    promised: Option<Promised>,
}

impl Ask {
    pub(crate) fn new(request: reqwest::RequestBuilder) -> Self {
        Self(request)
    }

    /// With one more header.
    pub(crate) fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).expect("a value");
        Self(self.0.header(name, value))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With a form.
    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = serde_html_form::to_string(fields).expect("a form");
        self.body("application/x-www-form-urlencoded", body)
    }

    /// With a token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn body(self, media_type: &str, body: impl Into<Bytes>) -> Self {
        Self(self.0.header("content-type", media_type).body(body.into()))
    }

    /// With a JSON body that comes bit by bit.
    pub(crate) fn stream<S>(self, body: S) -> Self
    where
        S: futures::TryStream + Send + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        Bytes: From<S::Ok>,
    {
        let body = reqwest::Body::wrap_stream(body);
        Self(self.0.header("content-type", "application/json").body(body))
    }

    /// Sends it, and holds the answer against the contract.
    pub(crate) async fn send(self) -> Reply {
        let (client, request) = self.0.build_split();
        let request = request.expect("a request");
        let (method, path) = (request.method().clone(), request.url().path());
        let asked = Asked {
            promised: promise::find(&method, path, request.headers()),
            path: path.to_owned(),
            method,
        };
        let response = client.execute(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("a whole answer");
        let promised = asked.promised;
        let reply = Reply { status, headers, body, promised };
        asked.check(&reply);
        reply
    }

    /// Sends it and gives the JSON of an answer with this status.
    pub(crate) async fn expect(self, status: u16) -> Value {
        self.reply(status).await.json()
    }

    /// Sends it and gives an answer that must have this status.
    pub(crate) async fn reply(self, status: u16) -> Reply {
        let reply = self.send().await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
        reply
    }
}

impl Asked {
    fn check(&self, reply: &Reply) {
        let Self { method, path, promised } = self;
        let breaches = match promised {
            _ if *method == Method::HEAD => {
                assert!(reply.body.is_empty(), "HEAD {path} has a body");
                return;
            }
            Some(promised) => promised.operation.check_response(
                reply.status,
                &reply.headers,
                &reply.body,
            ),
            None if reply.is_error() && !is_page(path) => {
                promise::check_error(reply.status, &reply.headers, &reply.body)
            }
            None => return,
        };
        let text = reply.text();
        let status = reply.status;
        assert!(
            breaches.is_empty(),
            "{method} {path}: {status} breaks the contract: {breaches:?}\n{text}"
        );
        if reply.is_error() {
            let id = reply.json()["request_id"].clone();
            assert_eq!(Some(id.as_str().expect("an id")), reply.id());
        }
    }
}

/// What is no part of the contracts has no error of theirs.
fn is_page(path: &str) -> bool {
    path.starts_with("/health")
}

impl Reply {
    pub(crate) fn is_error(&self) -> bool {
        self.status.is_client_error() || self.status.is_server_error()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{error}: {} {}", self.status, self.text())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The one value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let name: HeaderName = name.parse().expect("a name");
        let mut values = self.headers.get_all(&name).iter();
        let value = values.next()?.to_str().expect("visible ASCII");
        assert!(values.next().is_none(), "{name} is there twice");
        Some(value)
    }

    pub(crate) fn id(&self) -> Option<&str> {
        self.header("x-request-id")
    }

    /// `loc` and `type` of each fault of a 422, in order.
    pub(crate) fn faults(&self) -> Vec<(Value, String)> {
        let body = self.json();
        let errors = body["errors"].as_array().expect("faults");
        let fault = |it: &Value| {
            let kind = it["type"].as_str().expect("a type");
            (it["loc"].clone(), kind.to_owned())
        };
        errors.iter().map(fault).collect()
    }
}
