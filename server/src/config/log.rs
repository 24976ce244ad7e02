//! What is told, and how.

use serde::{Deserialize, Serialize};

/// What is told, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// The least level that is written. Default: `info`.
    pub level: LogLevel,
    /// How lines look. Default: `auto`.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: LogLevel::Info, format: LogFormat::Auto }
    }
}

/// The least level that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Failures that somebody must look at.
    Error,
    /// And what may become one.
    Warn,
    /// And a line per request.
    Info,
    /// And what developers want.
    Debug,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// `terminal` where stderr is one, else `json`.
    Auto,
    /// Coloured, to be read by people.
    Terminal,
    /// A JSON object per line.
    Json,
}
