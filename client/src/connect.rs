//! Clients of a server, from its origin.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::{v1, v2};

/// How a client waits, and who it says it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Options {
    /// What is sent as `Authorization: Bearer` with every request (RFC 6750):
    /// a token, or an API key. Default: none.
    pub token: Option<String>,
    /// How long a connection may take to be made. Default: 5 seconds.
    pub connect_timeout: Duration,
    /// How long a request may take, from the first byte sent to the last one
    /// received. Default: 15 seconds.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            token: None,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
        }
    }
}

impl std::fmt::Debug for Options {
    /// Shows all but the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("token", &self.token.as_ref().map(|_| "***"))
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// Why there is no client.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// The text is not the origin of a server, such as
    /// `http://127.0.0.1:8000`.
    Origin(String),
    /// The token holds what no header can.
    Token,
    /// The transport could not be set up.
    Transport(reqwest::Error),
}

impl std::fmt::Display for ConnectError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Origin(given) => {
                write!(f, "{given:?} is not the origin of a server")
            }
            Self::Token => f.write_str("the token cannot be sent in a header"),
            Self::Transport(_) => f.write_str("cannot set up the transport"),
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Origin(_) | Self::Token => None,
            Self::Transport(error) => Some(error),
        }
    }
}

impl v1::Client {
    /// A client of contract v1 at an origin: scheme, host and port, and a path
    /// if a proxy serves Colophon below one.
    ///
    /// Connects when the first request is sent. For more control over the
    /// transport, use [`v1::Client::new_with_client`], whose address ends in
    /// `/api/v1`.
    ///
    /// # Errors
    ///
    /// If the origin is not one, the token cannot be sent, or the transport
    /// cannot be set up.
    pub fn connect(
        origin: &str,
        options: &Options,
    ) -> Result<Self, ConnectError> {
        let address = address(origin, "api/v1")?;
        Ok(Self::new_with_client(&address, transport(options)?))
    }
}

impl v2::Client {
    /// A client of contract v2; see [`v1::Client::connect`].
    ///
    /// # Errors
    ///
    /// If the origin is not one, the token cannot be sent, or the transport
    /// cannot be set up.
    pub fn connect(
        origin: &str,
        options: &Options,
    ) -> Result<Self, ConnectError> {
        let address = address(origin, "api/v2")?;
        Ok(Self::new_with_client(&address, transport(options)?))
    }
}

/// The address that the contract's paths are below.
fn address(origin: &str, below: &str) -> Result<String, ConnectError> {
    let refused = || ConnectError::Origin(origin.to_owned());
    let url = Url::parse(origin).map_err(|_| refused())?;
    let is_http = matches!(url.scheme(), "http" | "https");
    if !is_http || url.query().is_some() || url.fragment().is_some() {
        return Err(refused());
    }
    Ok(format!("{}/{below}", url.as_str().trim_end_matches('/')))
}

fn transport(options: &Options) -> Result<reqwest::Client, ConnectError> {
    reqwest::Client::builder()
        .default_headers(authorization(options)?)
        .connect_timeout(options.connect_timeout)
        .timeout(options.timeout)
        .build()
        .map_err(ConnectError::Transport)
}

/// What every request carries of the options.
fn authorization(options: &Options) -> Result<HeaderMap, ConnectError> {
    let mut headers = HeaderMap::new();
    if let Some(token) = &options.token {
        let value = HeaderValue::from_str(&format!("Bearer {token}"));
        let mut value = value.map_err(|_| ConnectError::Token)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::{ConnectError, Options, address, authorization};

    #[test]
    fn a_token_is_sent_and_not_shown() {
        let of = |token: &str| Options {
            token: Some(token.to_owned()),
            ..Options::default()
        };
        let headers = authorization(&of("secret")).expect("headers");
        assert_eq!(headers["authorization"], "Bearer secret");
        assert!(!format!("{headers:?} {:?}", of("secret")).contains("secret"));
        let error = authorization(&of("two\nlines")).expect_err("two lines");
        assert!(matches!(error, ConnectError::Token));
        assert!(authorization(&Options::default()).expect("none").is_empty());
    }

    #[test]
    fn an_origin_may_end_in_a_slash_or_have_a_path() {
        let rows = [
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/v2"),
            ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/api/v2"),
            ("https://h.test/books/", "https://h.test/books/api/v2"),
        ];
        for (origin, expected) in rows {
            assert_eq!(address(origin, "api/v2").expect(origin), expected);
        }
    }

    #[test]
    fn other_texts_are_no_origin() {
        let texts = ["", "127.0.0.1:8000", "ftp://h.test", "http://h.test?a=b"];
        for text in texts {
            let error = address(text, "api/v2").expect_err(text);
            assert!(matches!(error, ConnectError::Origin(t) if t == text));
        }
    }
}
