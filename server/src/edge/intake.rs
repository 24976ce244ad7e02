//! Taking a request in: what can be refused at the door is, and what goes
//! inward is rebuilt.
//!
//! A body is taken in whole before anybody behind the edge hears of it. So a
//! slow client costs no handler and no inner connection, and how it framed
//! its bytes is nobody's business any more. The price is memory: at most
//! `http.max_body_bytes` per request under way.

use std::error::Error as StdError;
use std::net::IpAddr;

use bytes::Bytes;
use http::header::{FORWARDED, HOST};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, StatusCode, Uri, Version};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};

use super::Limits;
use super::client::FORWARDED_FOR;
use super::fault::Fault;
use super::hop;
use super::secret::SECRET_HEADER;
use super::session::Session;
use crate::rate_limit::network;

/// The request as it goes inward.
///
/// # Errors
///
/// A fault that is the client's.
pub(super) async fn take_in(
    session: &Session,
    request: Request<Incoming>,
) -> Result<Request<Full<Bytes>>, Fault> {
    let (mut parts, body) = request.into_parts();
    let client = session.client(&parts.headers);
    let checked = admit(client, session).and_then(|()| check(&mut parts));
    let body = match checked {
        Ok(()) => take_body(body, &session.shared.limits).await,
        Err(fault) if body.is_end_stream() => return Err(fault),
        Err(fault) => Err(fault.closing()),
    };
    // A refused body is still on its way, and the client deserves to read
    // why before the connection ends.
    session.activity.set_unread(body.is_err());
    let body = body?;
    sign(&mut parts, client, session);
    Ok(Request::from_parts(parts, Full::new(body)))
}

/// Refuses a network that asks too often.
fn admit(client: IpAddr, session: &Session) -> Result<(), Fault> {
    let Some(rate) = &session.shared.limits.rate else { return Ok(()) };
    let standing = rate.check(network(client));
    standing.map(drop).map_err(Fault::too_many_requests)
}

/// Refuses what is no request to a server, and makes the target and `Host`
/// what they are in one.
fn check(parts: &mut Parts) -> Result<(), Fault> {
    let target = parts.uri.path_and_query();
    let target = target.filter(|target| target.path().starts_with('/'));
    let Some(target) = target.cloned() else {
        return Err(bad("The request target must be a path"));
    };
    check_host(parts)?;
    if parts.uri.authority().is_some() {
        parts.uri = origin_form(target);
    }
    parts.version = Version::HTTP_11;
    Ok(())
}

/// A host named in the target, as in HTTP/2, is the one that counts (RFC
/// 9112, 3.2.2).
fn check_host(parts: &mut Parts) -> Result<(), Fault> {
    if let Some(authority) = parts.uri.authority() {
        let host = authority.as_str();
        // Names and passwords before the host are not part of `Host`.
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = HeaderValue::from_str(host);
        let host = host.map_err(|_| bad("The host cannot be read"))?;
        parts.headers.insert(HOST, host);
    }
    let hosts = parts.headers.get_all(HOST).iter().count();
    match (hosts, parts.version) {
        (1, _) | (0, Version::HTTP_09 | Version::HTTP_10) => Ok(()),
        _ => Err(bad("There must be exactly one Host header")),
    }
}

fn origin_form(target: PathAndQuery) -> Uri {
    let mut parts = http::uri::Parts::default();
    parts.path_and_query = Some(target);
    // A path alone is always a URI.
    Uri::from_parts(parts).unwrap_or_default()
}

/// Takes in the whole body, within the limits.
async fn take_body(body: Incoming, limits: &Limits) -> Result<Bytes, Fault> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let max = limits.max_body_bytes;
    // Known from `Content-Length`, before a byte is read; a client that
    // expects `100 Continue` then never sends any.
    if body.size_hint().lower() > max {
        return Err(too_large(max));
    }
    let room = usize::try_from(max).unwrap_or(usize::MAX);
    let whole = Limited::new(body, room).collect();
    match tokio::time::timeout(limits.body_timeout, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) => Err(unreadable(&*error, max)),
        Err(_) => Err(Fault::of(StatusCode::REQUEST_TIMEOUT).closing()),
    }
}

fn unreadable(error: &(dyn StdError + 'static), max_bytes: u64) -> Fault {
    if error.is::<LengthLimitError>() {
        return too_large(max_bytes);
    }
    bad("The body ended early or is malformed").closing()
}

fn too_large(max_bytes: u64) -> Fault {
    let message = format!("The body may have at most {max_bytes} bytes");
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, message).closing()
}

fn bad(message: &'static str) -> Fault {
    Fault::new(StatusCode::BAD_REQUEST, message)
}

/// Takes off what was for the edge alone or is only the edge's to say, and
/// says it.
fn sign(parts: &mut Parts, client: IpAddr, session: &Session) {
    let headers = &mut parts.headers;
    hop::strip_request(headers);
    headers.remove(FORWARDED);
    headers.remove(SECRET_HEADER);
    headers.insert(&FORWARDED_FOR, session.forwarded_for(client));
}
