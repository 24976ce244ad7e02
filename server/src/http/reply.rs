//! What goes back: a handler's success with its headers, or an error, as one
//! type. dropshot would write an error without headers.

use std::marker::PhantomData;

use dropshot::{
    ApiEndpointResponse, Body, HttpError, HttpResponse, HttpResponseCreated,
    HttpResponseHeaders, HttpResponseOk,
};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;

use super::ApiError;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The response to a request, whether it is an `R` or an error.
pub(crate) struct Reply<R> {
    response: Response<Body>,
    promise: PhantomData<fn() -> R>,
}

impl<R> Reply<R> {
    pub(super) fn new(response: Response<Body>) -> Self {
        Self { response, promise: PhantomData }
    }
}

impl<R: HttpResponse> HttpResponse for Reply<R> {
    fn to_result(self) -> Result<Response<Body>, HttpError> {
        Ok(self.response)
    }

    fn response_metadata() -> ApiEndpointResponse {
        R::response_metadata()
    }

    fn status_code(&self) -> StatusCode {
        self.response.status()
    }
}

/// The response that tells an error.
pub(super) fn refuse(mut error: ApiError, request_id: &str) -> Response<Body> {
    let status = error.status();
    let headers = error.take_headers();
    let wire = error.into_wire(request_id);
    // Strings and numbers always serialize.
    let json = serde_json::to_vec(&wire).unwrap_or_default();
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().extend(headers);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// 201 with the address of what was made.
pub(crate) type Created<T> =
    HttpResponseHeaders<HttpResponseCreated<T>, Located>;

/// 201 with the address and the entity tag of what was made.
pub(crate) type CreatedTagged<T> =
    HttpResponseHeaders<HttpResponseCreated<T>, LocatedTagged>;

/// 200 with the entity tag of what is shown.
pub(crate) type Tagged<T> = HttpResponseHeaders<HttpResponseOk<T>, Tag>;

/// 200 with a numbered page.
pub(crate) type Paged<T> = HttpResponseHeaders<HttpResponseOk<T>, PageHeaders>;

/// 200 with a part of a list, and perhaps the length of the whole.
pub(crate) type Slice<T> = HttpResponseHeaders<HttpResponseOk<T>, Counted>;

/// Where what was made is found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Located {
    /// The path of what was made.
    #[serde(rename = "Location")]
    pub(crate) location: String,
}

/// Where what was made is found, and in which state it is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LocatedTagged {
    /// The path of what was made.
    #[serde(rename = "Location")]
    pub(crate) location: String,
    /// The state it is in, for `If-Match`.
    #[serde(rename = "ETag")]
    pub(crate) etag: String,
}

/// Which state something is in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Tag {
    /// The state, for `If-Match` and `If-None-Match`.
    #[serde(rename = "ETag")]
    pub(crate) etag: String,
}

/// What the headers of a numbered page say.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PageHeaders {
    /// The pages around this one (RFC 8288).
    #[serde(rename = "Link")]
    pub(crate) link: String,
    /// Rows on all pages together.
    #[serde(rename = "X-Total-Count", serialize_with = "decimal")]
    #[schemars(range(min = 0, max = 9007199254740991_i64))]
    pub(crate) total_count: i64,
    /// How many pages there are.
    #[serde(rename = "X-Total-Pages", serialize_with = "decimal")]
    #[schemars(range(min = 0, max = 9007199254740991_i64))]
    pub(crate) total_pages: i64,
}

/// The length of the whole list, where it was asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Counted {
    /// Rows in the whole list; with `with_total=true`.
    #[serde(rename = "X-Total-Count", serialize_with = "decimal_option")]
    #[schemars(range(min = 0, max = 9007199254740991_i64))]
    pub(crate) total_count: Option<i64>,
}

/// dropshot takes header values as text.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn decimal<S: serde::Serializer>(
    number: &i64,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&number.to_string())
}

#[expect(clippy::ref_option, reason = "serde asks so")]
fn decimal_option<S: serde::Serializer>(
    number: &Option<i64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serializer.serialize_some(&number.to_string()),
        None => serializer.serialize_none(),
    }
}
