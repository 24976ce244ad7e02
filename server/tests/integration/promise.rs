//! What the contracts promise for a request.

use std::sync::LazyLock;

use colophon_server::contract::{Contract, Operation, V1, V2};
use http::{HeaderMap, Method, StatusCode};

/// The contracts as they are written.
pub(crate) const TEXTS: [(&str, &str); 2] = [("v1", V1), ("v2", V2)];

static CONTRACTS: LazyLock<[Contract; 2]> = LazyLock::new(|| {
    TEXTS.map(|(_, text)| Contract::load(text).expect("a contract"))
});

/// An operation of a contract.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promised {
    /// `v1` or `v2`.
    pub(crate) version: &'static str,
    pub(crate) operation: &'static Operation,
}

impl Promised {
    /// As the metrics name it: `v1.book_list`.
    pub(crate) fn name(self) -> String {
        format!("{}.{}", self.version, self.operation.id())
    }

    /// Whether it has a body in JSON: all have that have one, but for a form.
    pub(crate) fn takes_json(self) -> bool {
        self.operation.takes_body() && self.operation.id() != "token_create"
    }
}

/// Every operation of both contracts.
pub(crate) fn operations() -> impl Iterator<Item = Promised> {
    TEXTS.iter().zip(CONTRACTS.iter()).flat_map(|((version, _), contract)| {
        contract.operations().map(|operation| Promised { version, operation })
    })
}

/// The operation that a request asks for.
pub(crate) fn find(
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Option<Promised> {
    let segments: Vec<_> =
        path.split('/').filter(|it| !it.is_empty()).collect();
    let (version, rest) = match segments.as_slice() {
        ["api", version @ ("v1" | "v2"), rest @ ..] => (*version, rest),
        ["api", rest @ ..] => (by_header(headers)?, rest),
        rest => ("v1", rest),
    };
    let fitting = operations().filter(|it| {
        it.version == version
            && it.operation.method() == method
            && fits(it.operation.path(), rest)
    });
    fitting.min_by_key(|it| it.operation.path().matches('{').count())
}

fn by_header(headers: &HeaderMap) -> Option<&'static str> {
    match headers.get("x-api-version").map(|value| value.as_bytes()) {
        None | Some(b"1") => Some("v1"),
        Some(b"2") => Some("v2"),
        Some(_) => None,
    }
}

fn fits(template: &str, segments: &[&str]) -> bool {
    let template: Vec<_> = template.split('/').skip(1).collect();
    template.len() == segments.len()
        && template
            .iter()
            .zip(segments)
            .all(|(step, segment)| step.starts_with('{') || step == segment)
}

/// What an error says that is not the contracts' one error, where no
/// operation was asked.
pub(crate) fn check_error(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Vec<String> {
    let any = CONTRACTS[0].operation("item_list").expect("an operation");
    any.check_response(status, headers, body)
}
