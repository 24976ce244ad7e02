//! Which web pages may call.
//!
//! Not tower-http's layer, which takes every `OPTIONS` for a preflight: a
//! plain one is answered behind the edge, with `Allow`.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};

use http_body_util::Full;

use super::Error;
use super::upstream::Body;
use crate::config;

const METHODS: HeaderValue =
    HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, \
     X-API-Version, X-Request-ID",
);
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "X-Request-ID, X-Process-Time, X-Total-Count, X-Total-Pages, Link, ETag, \
     Location, Deprecation, Sunset",
);
const TRUE: HeaderValue = HeaderValue::from_static("true");
const VARY_PREFLIGHT: HeaderValue = HeaderValue::from_static(
    "Access-Control-Request-Method, Access-Control-Request-Headers",
);
const VARY_ORIGIN: HeaderValue = HeaderValue::from_static("Origin");

/// The origins whose pages may call, with credentials. Never `*`.
pub(super) struct Cors {
    origins: Vec<HeaderValue>,
    max_age: HeaderValue,
}

impl Cors {
    /// # Errors
    ///
    /// [`Error::Origin`] for an origin that no browser sends, or `*`.
    pub(super) fn new(config: &config::Cors) -> Result<Self, Error> {
        let origins = config.origins.iter().map(|origin| read_origin(origin));
        let origins = origins.collect::<Result<_, _>>()?;
        Ok(Self { origins, max_age: HeaderValue::from(config.max_age_s) })
    }

    /// The origin that sent the request, if its pages may call.
    pub(super) fn origin<B>(
        &self,
        request: &Request<B>,
    ) -> Option<HeaderValue> {
        let origin = request.headers().get(ORIGIN)?;
        self.origins.iter().find(|known| *known == origin).cloned()
    }

    /// The answer to a preflight, or `None` if the request is not one.
    pub(super) fn preflight<B>(
        &self,
        request: &Request<B>,
        origin: Option<&HeaderValue>,
    ) -> Option<Response<Body>> {
        is_preflight(request).then(|| {
            let mut response = Response::new(Body::Left(Full::default()));
            *response.status_mut() = StatusCode::NO_CONTENT;
            let headers = response.headers_mut();
            headers.insert(VARY, VARY_PREFLIGHT);
            if origin.is_some() {
                headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
                headers.insert(ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
            }
            response
        })
    }

    /// Lets the page read a response, if it may.
    pub(super) fn mark(
        &self,
        headers: &mut HeaderMap,
        origin: Option<HeaderValue>,
    ) {
        // Also without an origin: a cache shall not give this response to
        // a page, nor one page's to another.
        headers.append(VARY, VARY_ORIGIN);
        if let Some(origin) = origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Browsers send scheme, host and port, without a path or a closing slash;
/// anything else would never match, and nobody would know why.
fn read_origin(origin: &str) -> Result<HeaderValue, Error> {
    let unusable = || Error::Origin { origin: origin.to_owned() };
    let (_, host) = origin.split_once("://").ok_or_else(unusable)?;
    if host.is_empty() || host.contains(['/', '*', '?', '#', '@', ' ']) {
        return Err(unusable());
    }
    HeaderValue::from_str(origin).map_err(|_| unusable())
}
