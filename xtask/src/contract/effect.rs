//! From effect and direction to level.

use serde::Serialize;

/// What a change does to the set of valid payloads.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The same payloads are valid.
    None,
    /// Some payloads are no longer valid.
    Narrows,
    /// More payloads are valid.
    Widens,
    /// Some payloads are no longer valid, and others now are.
    Incomparable,
    /// It cannot be decided which payloads are valid.
    Unknown,
}

impl Effect {
    /// The effect of two changes together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, effect) | (effect, Self::None) => effect,
            (a, b) if a == b => a,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            _ => Self::Incomparable,
        }
    }

    /// The effect seen from the other side: base and revision swapped.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Narrows => Self::Widens,
            Self::Widens => Self::Narrows,
            Self::None | Self::Incomparable | Self::Unknown => self,
        }
    }

    /// The level of this effect for what travels in `direction`.
    #[must_use]
    pub fn level(self, direction: Direction) -> Level {
        match (self, direction) {
            (Self::None, _) => Level::Patch,
            (Self::Narrows, Direction::Request)
            | (Self::Widens, Direction::Response)
            | (Self::Incomparable | Self::Unknown, _) => Level::Major,
            (Self::Widens, _) | (Self::Narrows, _) => Level::Minor,
        }
    }
}

/// The step of semantic versioning that a change needs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing changed.
    #[default]
    None,
    /// Words and order changed; nobody notices on the wire.
    Patch,
    /// Something was added; clients go on working.
    Minor,
    /// A client that kept to the old contract may fail.
    Major,
}

impl Level {
    /// The level as it is written in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// Who sends what a finding is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The client sends it.
    Request,
    /// The server sends it.
    Response,
    /// Neither: it is about the operation or the document.
    None,
}

/// Where in a message a schema stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A path, query, header or cookie parameter.
    Parameter,
    /// A request's body.
    RequestBody,
    /// A response's body.
    ResponseBody,
    /// A response's header.
    ResponseHeader,
}

impl Place {
    /// Who sends what stands here.
    #[must_use]
    pub fn direction(self) -> Direction {
        match self {
            Self::Parameter | Self::RequestBody => Direction::Request,
            Self::ResponseBody | Self::ResponseHeader => Direction::Response,
        }
    }

    /// Whether values are written as text, as in URLs and headers, where
    /// every number is also a string.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Parameter | Self::ResponseHeader)
    }

    /// The place that a webhook's or callback's message has: the server
    /// sends the request, so it is judged as a response is.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Parameter => Self::ResponseHeader,
            Self::RequestBody => Self::ResponseBody,
            Self::ResponseBody => Self::RequestBody,
            Self::ResponseHeader => Self::Parameter,
        }
    }

    /// How rule ids about this place begin, at the root of a message or
    /// below it.
    #[must_use]
    pub fn prefix(self, root: bool) -> &'static str {
        match (self, root) {
            (Self::Parameter, true) => "request-parameter",
            (Self::Parameter, false) => "request-parameter-property",
            (Self::RequestBody, true) => "request-body",
            (Self::RequestBody, false) => "request-property",
            (Self::ResponseBody, true) => "response-body",
            (Self::ResponseBody, false) => "response-property",
            (Self::ResponseHeader, true) => "response-header",
            (Self::ResponseHeader, false) => "response-header-property",
        }
    }
}
