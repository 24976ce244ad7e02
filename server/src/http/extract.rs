//! What a request says, checked against the contract.
//!
//! Each part of a request has an extractor. It holds what came of the check,
//! so a handler cannot reach the value without passing it: [`Input::take`]
//! gives either all values or all faults of all parts.

use async_trait::async_trait;
use bytes::Bytes;
use dropshot::{
    ApiEndpointBodyContentType, ExclusiveExtractor, ExtractorMetadata,
    HttpError, RequestContext, ServerContext, SharedExtractor,
};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::ApiError;
use super::service::Service;
use crate::contract::{self, BodyFault, Fault, Operation};

/// Variables of the path.
pub(crate) struct Path<T>(Checked<T>);

/// Parameters of the query.
pub(crate) struct Query<T>(Checked<T>);

/// Headers that the contract names.
pub(crate) struct Headers<T>(Checked<T>);

/// The JSON body.
pub(crate) struct Body<T>(Checked<T>);

/// The JSON body of a type that has rules of its own.
pub(crate) struct RuledBody<T>(Checked<T>);

type Checked<T> = Result<T, Refusal>;

/// Why a part of a request is refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Fields are wrong. Told together with those of the other parts.
    Faults(Vec<Fault>),
    /// The part cannot be read at all.
    Unreadable(Box<ApiError>),
}

/// Types that the extractors can make: what the contract says of them is
/// drawn from their schemas.
pub(crate) trait Wire:
    DeserializeOwned + JsonSchema + Send + Sync
{
}
impl<T: DeserializeOwned + JsonSchema + Send + Sync> Wire for T {}

/// A wire type with rules that the contract cannot say, such as one about two
/// fields. What they find is told in one list with what breaks the contract.
pub(crate) trait Rules: Wire {
    /// Everything that the rules find wrong with a body, which may break the
    /// contract too: a field may be absent or of any type.
    fn faults(body: &Value) -> Vec<Fault>;
}

#[async_trait]
impl<T: Wire + 'static> SharedExtractor for Path<T> {
    async fn from_request<C: ServerContext>(
        rq: &RequestContext<C>,
    ) -> Result<Self, HttpError> {
        let variables =
            <dropshot::Path<Variables> as SharedExtractor>::from_request(rq)
                .await?;
        let variables = variables.into_inner().0;
        Ok(Self(checked(rq, |operation| {
            let pairs = variables.iter().map(|(k, v)| (&**k, &**v));
            operation.check_path(pairs)
        })))
    }

    fn metadata(kind: ApiEndpointBodyContentType) -> ExtractorMetadata {
        <dropshot::Path<T> as SharedExtractor>::metadata(kind)
    }
}

#[async_trait]
impl<T: Wire + 'static> SharedExtractor for Query<T> {
    async fn from_request<C: ServerContext>(
        rq: &RequestContext<C>,
    ) -> Result<Self, HttpError> {
        let query = rq.request.uri().query().unwrap_or_default();
        Ok(Self(checked(rq, |operation| operation.check_query(query))))
    }

    fn metadata(kind: ApiEndpointBodyContentType) -> ExtractorMetadata {
        <dropshot::Query<T> as SharedExtractor>::metadata(kind)
    }
}

#[async_trait]
impl<T: Wire + 'static> SharedExtractor for Headers<T> {
    async fn from_request<C: ServerContext>(
        rq: &RequestContext<C>,
    ) -> Result<Self, HttpError> {
        let headers = rq.request.headers();
        Ok(Self(checked(rq, |operation| operation.check_headers(headers))))
    }

    fn metadata(kind: ApiEndpointBodyContentType) -> ExtractorMetadata {
        <dropshot::Header<T> as SharedExtractor>::metadata(kind)
    }
}

#[async_trait]
impl<T: Wire + 'static> ExclusiveExtractor for Body<T> {
    async fn from_request<C: ServerContext>(
        rq: &RequestContext<C>,
        request: Request<dropshot::Body>,
    ) -> Result<Self, HttpError> {
        Ok(Self(body(rq, request, |_| Vec::new()).await))
    }

    fn metadata(kind: ApiEndpointBodyContentType) -> ExtractorMetadata {
        <dropshot::TypedBody<T> as ExclusiveExtractor>::metadata(kind)
    }
}

#[async_trait]
impl<T: Rules + 'static> ExclusiveExtractor for RuledBody<T> {
    async fn from_request<C: ServerContext>(
        rq: &RequestContext<C>,
        request: Request<dropshot::Body>,
    ) -> Result<Self, HttpError> {
        Ok(Self(body(rq, request, T::faults).await))
    }

    fn metadata(kind: ApiEndpointBodyContentType) -> ExtractorMetadata {
        <dropshot::TypedBody<T> as ExclusiveExtractor>::metadata(kind)
    }
}

/// The body, read whole, against the contract and these rules.
async fn body<T: Wire, C: ServerContext>(
    rq: &RequestContext<C>,
    request: Request<dropshot::Body>,
    rules: contract::Rules,
) -> Checked<T> {
    let service = service(rq).ok_or_else(internal)?;
    let body = read(request, service).await?;
    let media_type = media_type(rq.request.headers())?;
    let value = operation(rq)?.check_body_and(media_type, &body, rules)?;
    typed(value)
}

/// Path variables as dropshot has decoded them.
#[derive(serde::Deserialize)]
struct Variables(std::collections::BTreeMap<String, String>);

impl JsonSchema for Variables {
    fn schema_name() -> String {
        "Variables".to_owned()
    }

    fn json_schema(
        generator: &mut schemars::r#gen::SchemaGenerator,
    ) -> schemars::schema::Schema {
        <std::collections::BTreeMap<String, String>>::json_schema(generator)
    }
}

/// Checks a part of a request and makes the handler's type of it.
fn checked<T: Wire, C: ServerContext>(
    rq: &RequestContext<C>,
    check: impl FnOnce(&Operation) -> Result<Value, Vec<Fault>>,
) -> Checked<T> {
    let value = check(operation(rq)?).map_err(Refusal::Faults)?;
    typed(value)
}

/// The contract has let the value through, so the type takes it; where it
/// does not, the two have drifted apart, and that is a bug.
fn typed<T: Wire>(value: Value) -> Checked<T> {
    serde_json::from_value(value)
        .map_err(|error| unreadable(ApiError::internal(&error)))
}

/// dropshot lets an extractor serve any context. Ours only ever meet one.
fn service<C: ServerContext>(rq: &RequestContext<C>) -> Option<&Service> {
    let context: &dyn std::any::Any = rq.context();
    context.downcast_ref()
}

fn operation<C: ServerContext>(
    rq: &RequestContext<C>,
) -> Result<&Operation, Refusal> {
    service(rq)
        .and_then(|service| service.operation(&rq.endpoint.operation_id))
        .map(|(_, operation)| operation)
        .ok_or_else(internal)
}

/// The media type of the body. Two of them are none: which one counts would
/// be a guess.
fn media_type(headers: &HeaderMap) -> Result<Option<&HeaderValue>, BodyFault> {
    let mut sent = headers.get_all(CONTENT_TYPE).iter();
    match (sent.next(), sent.next()) {
        (one, None) => Ok(one),
        (_, Some(_)) => Err(BodyFault::UnsupportedMediaType),
    }
}

fn internal() -> Refusal {
    unreadable(ApiError::of(StatusCode::INTERNAL_SERVER_ERROR))
}

fn unreadable(error: ApiError) -> Refusal {
    Refusal::Unreadable(Box::new(error))
}

/// The whole body. The edge has read it before; without an edge, this is what
/// keeps it within the limit.
async fn read(
    request: Request<dropshot::Body>,
    service: &Service,
) -> Result<Bytes, Refusal> {
    let max = service.settings.max_body_bytes;
    let room = usize::try_from(max).unwrap_or(usize::MAX);
    match Limited::new(request.into_body(), room).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = format!("The body may have at most {max} bytes");
            let error = ApiError::of(StatusCode::PAYLOAD_TOO_LARGE);
            Err(unreadable(error.saying(message)))
        }
        Err(_) => {
            let message = "The body ended early or is malformed";
            Err(unreadable(ApiError::bad_request(message)))
        }
    }
}

impl From<BodyFault> for Refusal {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::UnsupportedMediaType => {
                unreadable(ApiError::of(StatusCode::UNSUPPORTED_MEDIA_TYPE))
            }
            BodyFault::Malformed { line, column, message } => {
                unreadable(ApiError::bad_request(format!(
                    "The body is not JSON: {message} at line {line}, \
                     column {column}"
                )))
            }
            BodyFault::Invalid(faults) => Self::Faults(faults),
        }
    }
}

/// What a handler takes in: a part of the request, or a tuple of parts.
pub(crate) trait Input: Sized {
    /// What is left when all parts are good.
    type Value;

    /// The values, if all parts are good; else all faults of all parts.
    fn take(self) -> Result<Self::Value, Refusal>;
}

impl Input for () {
    type Value = ();

    fn take(self) -> Result<(), Refusal> {
        Ok(())
    }
}

macro_rules! part {
    ($($name:ident),*) => {
        $(impl<T> Input for $name<T> {
            type Value = T;

            fn take(self) -> Result<T, Refusal> {
                self.0
            }
        })*
    };
}

part!(Path, Query, Headers, Body, RuledBody);

impl<A: Input, B: Input> Input for (A, B) {
    type Value = (A::Value, B::Value);

    fn take(self) -> Result<Self::Value, Refusal> {
        both(self.0.take(), self.1.take())
    }
}

impl<A: Input, B: Input, C: Input> Input for (A, B, C) {
    type Value = (A::Value, B::Value, C::Value);

    fn take(self) -> Result<Self::Value, Refusal> {
        let first = both(self.0.take(), self.1.take());
        both(first, self.2.take()).map(|((a, b), c)| (a, b, c))
    }
}

fn both<A, B>(
    a: Result<A, Refusal>,
    b: Result<B, Refusal>,
) -> Result<(A, B), Refusal> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Refusal::Faults(mut a)), Err(Refusal::Faults(b))) => {
            a.extend(b);
            Err(Refusal::Faults(a))
        }
        (Err(a @ Refusal::Unreadable(_)), _) | (Err(a), Ok(_)) => Err(a),
        (_, Err(b)) => Err(b),
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Faults(faults) => Self::invalid(faults),
            Refusal::Unreadable(error) => *error,
        }
    }
}
