//! Which contract version a request asks for.

use dropshot::{Body, ClientErrorStatusCode, DynamicVersionPolicy, HttpError};
use http::{HeaderMap, HeaderName, Method, Request};
use semver::Version;
use slog::Logger;

use crate::edge::Secret;

/// Chooses the version at `/api/...`.
static API_VERSION: HeaderName = HeaderName::from_static("x-api-version");

/// The longest wrong version that an error repeats, in bytes.
const MAX_TOLD: usize = 32;

/// A major version of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ApiVersion {
    /// What clients of the first Colophon speak.
    V1,
    /// The current one.
    V2,
}

impl ApiVersion {
    /// Every version, oldest first.
    pub(crate) const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// The name in paths and metrics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// The number in `X-API-Version`.
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    /// The version as dropshot routes by it.
    pub(crate) fn semver(self) -> Version {
        Version::new(self.number(), 0, 0)
    }

    /// The version of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == name)
    }
}

/// Reads the version from the path, or from a header where the path leaves it
/// open; and refuses requests that did not come through the edge.
#[derive(Debug)]
pub(crate) struct Negotiation {
    /// What a request from the edge carries; `None` if there is no edge.
    pub(crate) secret: Option<Secret>,
}

impl DynamicVersionPolicy for Negotiation {
    fn request_extract_version(
        &self,
        request: &Request<Body>,
        _log: &Logger,
    ) -> Result<Version, HttpError> {
        self.admit(request.headers())?;
        version_of(request).map(ApiVersion::semver)
    }
}

/// The version that a request asks for.
///
/// # Errors
///
/// 400 for a version that is not there, 405 for a method in lower case.
pub(super) fn version_of<B>(
    request: &Request<B>,
) -> Result<ApiVersion, HttpError> {
    check_case(request.method())?;
    let mut segments =
        request.uri().path().split('/').filter(|it| !it.is_empty());
    match (segments.next(), segments.next()) {
        (Some("api"), Some(second)) => match ApiVersion::from_name(second) {
            Some(version) => Ok(version),
            None => by_header(request.headers()),
        },
        _ => Ok(ApiVersion::V1),
    }
}

impl Negotiation {
    fn admit(&self, headers: &HeaderMap) -> Result<(), HttpError> {
        let is_ours =
            self.secret.as_ref().is_none_or(|secret| secret.is_in(headers));
        if is_ours {
            return Ok(());
        }
        Err(HttpError::for_client_error_with_status(
            None,
            ClientErrorStatusCode::FORBIDDEN,
        ))
    }
}

/// dropshot would take `get` for `GET`, but the names of methods are
/// case-sensitive (RFC 9110, 9.1).
fn check_case(method: &Method) -> Result<(), HttpError> {
    if !method.as_str().contains(|it: char| it.is_ascii_lowercase()) {
        return Ok(());
    }
    Err(HttpError::for_client_error_with_status(
        None,
        ClientErrorStatusCode::METHOD_NOT_ALLOWED,
    ))
}

/// `X-API-Version`: 1 or 2; 1 if it is absent.
fn by_header(headers: &HeaderMap) -> Result<ApiVersion, HttpError> {
    let mut sent = headers.get_all(&API_VERSION).iter();
    match (sent.next(), sent.next()) {
        (None, _) => Ok(ApiVersion::V1),
        (Some(one), None) if one == "1" => Ok(ApiVersion::V1),
        (Some(one), None) if one == "2" => Ok(ApiVersion::V2),
        (Some(_), Some(_)) => Err(unsupported("more than one")),
        (Some(wrong), None) => Err(unsupported(wrong.to_str().unwrap_or("?"))),
    }
}

fn unsupported(wrong: &str) -> HttpError {
    let told: String = wrong.chars().take(MAX_TOLD).collect();
    let message = format!("Unsupported API version: {told}. Supported: 1, 2");
    HttpError::for_bad_request(None, message)
}
