//! Every operation under all its paths.
//!
//! An operation of v1 answers at `/api/v1/...`, at `/api/...` and, if that is
//! wanted, at the bare path; one of v2 at `/api/v2/...` and at `/api/...`.
//! dropshot's router tells the versions apart where they share a path. Each
//! `GET` answers `HEAD` too, and each path `OPTIONS`.
//!
//! dropshot does not take a literal segment beside a variable one, as in
//! `/books/bulk` and `/books/{book_id}`. What is mounted at such a place is a
//! [`Node`], which looks at the segment itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dropshot::{
    ApiDescription, ApiDescriptionRegisterError, ApiEndpoint,
    ApiEndpointVersions, Body, HttpError, RawRequest,
};
use http::header::ALLOW;
use http::{HeaderValue, Method, Response, StatusCode};

use super::head::Head;
use super::inside::lent;
use super::kit::marked;
use super::reply::refuse;
use super::routes::{Routes, is_variable, segments};
use super::{ApiError, ApiVersion, Error, Rq, Service, pages};

/// Makes an endpoint anew: dropshot's cannot be copied.
pub(crate) type Endpoint = fn() -> ApiEndpoint<Service>;

/// What keeps endpoints from being mounted: a bug that any start would show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MountError {
    /// dropshot refuses an endpoint.
    #[error("an endpoint cannot be registered")]
    Register(#[from] ApiDescriptionRegisterError),
    /// dropshot's document is no JSON.
    #[error("the document cannot be made")]
    Document(#[from] serde_json::Error),
}

/// All that is mounted.
pub(crate) struct Mounted {
    pub(crate) api: ApiDescription<Service>,
    pub(crate) routes: Routes,
    pub(crate) nodes: HashMap<String, Node>,
}

/// A place where a literal segment stands beside a variable one.
#[derive(Default)]
pub(crate) struct Node {
    literals: HashMap<String, Methods>,
    variable: Methods,
}

type Methods = BTreeMap<String, ApiEndpoint<Service>>;

/// Mounts both versions' endpoints and the pages.
pub(crate) fn mount(
    versions: &[(ApiVersion, Vec<Endpoint>)],
    has_legacy_paths: bool,
) -> Result<Mounted, MountError> {
    let mut mounted = Mounted {
        api: ApiDescription::new(),
        routes: Routes::default(),
        nodes: HashMap::new(),
    };
    for (version, endpoints) in versions {
        let siblings = Siblings::of(endpoints);
        mounted.make_nodes(*version, endpoints, &siblings);
        for base in bases(*version, has_legacy_paths) {
            mounted.mount_at(base, *version, endpoints, &siblings)?;
        }
    }
    mounted.link_successors(versions);
    pages::mount(&mut mounted)?;
    Ok(mounted)
}

/// What stands before the paths of a version.
fn bases(version: ApiVersion, has_legacy_paths: bool) -> Vec<&'static str> {
    match version {
        ApiVersion::V1 if has_legacy_paths => vec!["/api/v1", "/api", ""],
        ApiVersion::V1 => vec!["/api/v1", "/api"],
        ApiVersion::V2 => vec!["/api/v2", "/api"],
    }
}

fn range(version: ApiVersion) -> ApiEndpointVersions {
    match version {
        ApiVersion::V1 => ApiEndpointVersions::until(ApiVersion::V2.semver()),
        ApiVersion::V2 => ApiEndpointVersions::from(version.semver()),
    }
}

/// The id by which a mounted operation is found again.
fn mounted_id(version: ApiVersion, operation: &str) -> String {
    format!("{}.{operation}", version.as_str())
}

/// The paths that end in a literal segment where another one ends in a
/// variable, and those others.
pub(super) struct Siblings {
    /// Path of the literal, and of the variable beside it.
    pairs: BTreeMap<String, String>,
}

impl Siblings {
    pub(super) fn of(endpoints: &[Endpoint]) -> Self {
        let paths: BTreeSet<String> =
            endpoints.iter().map(|endpoint| endpoint().path).collect();
        let variable_of = |path: &String| {
            let (parent, last) = path.rsplit_once('/')?;
            let beside = |other: &&String| {
                other.rsplit_once('/').is_some_and(|(other_parent, other)| {
                    other_parent == parent && is_variable(other)
                })
            };
            let variable = paths.iter().find(beside)?;
            (!is_variable(last)).then(|| (path.clone(), variable.clone()))
        };
        Self { pairs: paths.iter().filter_map(variable_of).collect() }
    }

    /// Whether the path ends in a literal beside a variable.
    pub(super) fn is_literal(&self, path: &str) -> bool {
        self.pairs.contains_key(path)
    }

    /// The path of the node that answers this one, if one does.
    fn node(&self, path: &str) -> Option<&str> {
        match self.pairs.get(path) {
            Some(variable) => Some(variable),
            None => self
                .pairs
                .values()
                .find(|variable| *variable == path)
                .map(String::as_str),
        }
    }
}

impl Mounted {
    fn link_successors(&mut self, versions: &[(ApiVersion, Vec<Endpoint>)]) {
        let old = versions.iter().filter(|(it, _)| *it == ApiVersion::V1);
        for make in old.flat_map(|(_, endpoints)| endpoints) {
            let endpoint = make();
            let id = mounted_id(ApiVersion::V1, &endpoint.operation_id);
            self.routes.link_successor(id, &endpoint.path);
        }
    }

    fn make_nodes(
        &mut self,
        version: ApiVersion,
        endpoints: &[Endpoint],
        siblings: &Siblings,
    ) {
        for make in endpoints {
            let mut endpoint = make();
            let path = endpoint.path.clone();
            let Some(node) = siblings.node(&path) else { continue };
            let node = self.nodes.entry(mounted_id(version, node)).or_default();
            endpoint.operation_id = mounted_id(version, &endpoint.operation_id);
            let methods = if siblings.is_literal(&path) {
                let last = segments(&path).last().unwrap_or_default();
                node.literals.entry(last.to_owned()).or_default()
            } else {
                &mut node.variable
            };
            methods.insert(endpoint.method.to_string(), endpoint);
        }
    }

    fn mount_at(
        &mut self,
        base: &str,
        version: ApiVersion,
        endpoints: &[Endpoint],
        siblings: &Siblings,
    ) -> Result<(), MountError> {
        let mut seen = BTreeSet::new();
        for make in endpoints {
            let endpoint = make();
            let place = Place::of(&endpoint.path, *make, endpoints, siblings);
            for method in answered(&endpoint.method) {
                let path = format!("{base}{}", endpoint.path);
                self.routes.add(&path, &method);
                let path = format!("{base}{}", place.path);
                if !seen.insert((path.clone(), method.clone())) {
                    continue;
                }
                let id = match place.is_node {
                    true => mounted_id(version, &place.path),
                    false => mounted_id(version, &endpoint.operation_id),
                };
                let mut mounted = place.endpoint(&method);
                mounted.operation_id = id;
                mounted.path = path;
                mounted.method = method;
                mounted.versions = range(version);
                mounted.visible = false;
                self.api.register(mounted)?;
            }
        }
        Ok(())
    }
}

/// Where an endpoint is mounted: at its path, or at the node for it.
struct Place {
    path: String,
    is_node: bool,
    /// Makes an endpoint that has the variables of the path.
    make: Endpoint,
}

impl Place {
    fn of(
        path: &str,
        make: Endpoint,
        endpoints: &[Endpoint],
        siblings: &Siblings,
    ) -> Self {
        let Some(node) = siblings.node(path) else {
            return Self { path: path.to_owned(), is_node: false, make };
        };
        let at_node = endpoints.iter().find(|it| it().path == node);
        let make = at_node.copied().unwrap_or(make);
        Self { path: node.to_owned(), is_node: true, make }
    }

    /// What answers a method here.
    fn endpoint(&self, method: &Method) -> ApiEndpoint<Service> {
        let endpoint = (self.make)();
        if method == Method::OPTIONS {
            stand_in(endpoint, options_endpoint())
        } else if self.is_node {
            stand_in(endpoint, dispatch_endpoint())
        } else {
            endpoint
        }
    }
}

/// The methods that come with one.
fn answered(method: &Method) -> Vec<Method> {
    let mut all = vec![method.clone(), Method::OPTIONS];
    if method == Method::GET {
        all.push(Method::HEAD);
    }
    all
}

/// The stand-in with the parameters of the endpoint, whose path it takes.
fn stand_in(
    endpoint: ApiEndpoint<Service>,
    stand_in: ApiEndpoint<Service>,
) -> ApiEndpoint<Service> {
    ApiEndpoint { parameters: endpoint.parameters, ..stand_in }
}

fn dispatch_endpoint() -> ApiEndpoint<Service> {
    ApiEndpoint::new(
        String::new(),
        dispatch,
        Method::GET,
        dropshot::CONTENT_TYPE_JSON,
        "/",
        ApiEndpointVersions::All,
    )
}

pub(super) fn options_endpoint() -> ApiEndpoint<Service> {
    ApiEndpoint::new(
        String::new(),
        options,
        Method::OPTIONS,
        dropshot::CONTENT_TYPE_JSON,
        "/",
        ApiEndpointVersions::All,
    )
}

/// Hands a request at a node to the operation that its last segment means.
async fn dispatch(
    mut rq: Rq,
    request: RawRequest,
) -> Result<Response<Body>, Error> {
    let server = std::sync::Arc::clone(&rq.server);
    let service = &server.private;
    let last = segments(rq.request.uri().path()).last().unwrap_or_default();
    let Some(node) = service.nodes.get(&rq.endpoint.operation_id) else {
        return Err(failed());
    };
    let methods = node.literals.get(last).unwrap_or(&node.variable);
    let Some(endpoint) = methods.get(looked_up(rq.request.method())) else {
        return Ok(not_allowed(&lent(rq)));
    };
    rq.endpoint.operation_id.clone_from(&endpoint.operation_id);
    let answer = endpoint.handler.handle_request(rq, request.into_inner());
    // Operations answer their own errors; see `Reply`.
    answer.await.map_err(|_| failed())
}

/// 500 for what a test rules out.
fn failed() -> Error {
    HttpError::for_internal_error(String::new()).into()
}

fn looked_up(method: &Method) -> &str {
    if method == Method::HEAD { "GET" } else { method.as_str() }
}

fn not_allowed(rq: &Rq) -> Response<Body> {
    let mut error = ApiError::of(StatusCode::METHOD_NOT_ALLOWED);
    if let Some(allow) = allow(rq) {
        error = error.with(ALLOW, allow);
    }
    let head = Head::of(rq);
    marked(head, refuse(error, head.request_id()))
}

/// Answers `OPTIONS` with what a path allows.
async fn options(rq: Rq) -> Result<Response<Body>, Error> {
    let rq = lent(rq);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Some(allow) = allow(&rq) {
        response.headers_mut().insert(ALLOW, allow);
    }
    Ok(marked(Head::of(&rq), response))
}

fn allow(rq: &Rq) -> Option<HeaderValue> {
    let routes = &rq.context().routes;
    let methods = routes.allowed_methods(rq.request.uri().path())?;
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    HeaderValue::from_str(&names.join(", ")).ok()
}
