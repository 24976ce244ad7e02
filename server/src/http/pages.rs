//! The pages beside the API, at dropshot's.

use dropshot::{
    ApiEndpoint, ApiEndpointBodyContentType, ApiEndpointVersions, Body,
    SharedExtractor,
};
use http::{Method, Response, StatusCode};
use schemars::JsonSchema;
use serde::Deserialize;

use super::head::Head;
use super::inside::lent;
use super::kit::marked;
use super::mount::{MountError, Mounted, options_endpoint};
use super::reply::refuse;
use super::routes::segments;
use super::{ApiError, Error, Rq, Service};
use crate::pages::{PATHS, respond};

/// The one variable that a page's path has.
#[derive(Deserialize, JsonSchema)]
struct File {
    #[expect(dead_code, reason = "dropshot reads the name, we the path")]
    file: String,
}

/// Adds every page.
pub(super) fn mount(mounted: &mut Mounted) -> Result<(), MountError> {
    for path in PATHS {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            mounted.routes.add(path, &method);
            mounted.api.register(endpoint(path, method))?;
        }
    }
    Ok(())
}

fn endpoint(path: &str, method: Method) -> ApiEndpoint<Service> {
    let mut endpoint = if method == Method::OPTIONS {
        options_endpoint()
    } else {
        page_endpoint()
    };
    if path.ends_with("{file}") {
        let json = ApiEndpointBodyContentType::Json;
        endpoint.parameters =
            <dropshot::Path<File> as SharedExtractor>::metadata(json)
                .parameters;
    }
    endpoint.path = path.to_owned();
    endpoint.method = method;
    endpoint.visible = false;
    endpoint
}

fn page_endpoint() -> ApiEndpoint<Service> {
    ApiEndpoint::new(
        "page".to_owned(),
        page,
        Method::GET,
        dropshot::CONTENT_TYPE_JSON,
        "/",
        ApiEndpointVersions::All,
    )
}

async fn page(rq: Rq) -> Result<Response<Body>, Error> {
    let rq = lent(rq);
    let path: Vec<&str> = segments(rq.request.uri().path()).collect();
    let path = format!("/{}", path.join("/"));
    let pages = &rq.context().pages;
    let answer = respond(&path, rq.request.headers(), pages).await;
    let response = match answer {
        Some(page) => page.map(Body::from),
        None => refuse(
            ApiError::of(StatusCode::NOT_FOUND),
            Head::of(&rq).request_id(),
        ),
    };
    Ok(marked(Head::of(&rq), response))
}
