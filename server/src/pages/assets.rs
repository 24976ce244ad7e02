//! The files of the documentation pages, as they lie in the binary. Where
//! each comes from is told in `assets/README.md`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::reply::{AN_HOUR, Fixed};

// Without a charset a browser reads a script as windows-1252, and Redoc's
// regular expressions then do not compile.
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// Includes a file of `assets/` as it is.
macro_rules! plain {
    ($name:literal, $media_type:expr) => {{
        let bytes: &'static [u8] =
            include_bytes!(concat!("../../assets/", $name));
        ($name, Fixed::plain($media_type, AN_HOUR, bytes))
    }};
}

/// Includes a file of `assets/` that is compressed there.
macro_rules! gzip {
    ($name:literal, $media_type:expr) => {{
        let bytes = include_bytes!(concat!("../../assets/", $name, ".gz"));
        ($name, Fixed::gzip($media_type, AN_HOUR, bytes))
    }};
}

static FILES: LazyLock<BTreeMap<&'static str, Fixed>> = LazyLock::new(|| {
    BTreeMap::from([
        gzip!("swagger-ui-bundle.js", SCRIPT),
        gzip!("swagger-ui-standalone-preset.js", SCRIPT),
        gzip!("swagger-ui.css", STYLE),
        gzip!("redoc.standalone.js", SCRIPT),
        plain!("docs.js", SCRIPT),
        plain!("docs.css", STYLE),
        plain!("redoc.js", SCRIPT),
        plain!("redoc.css", STYLE),
        plain!("swagger-ui-bundle.js.LICENSE.txt", TEXT),
        plain!("swagger-ui-standalone-preset.js.LICENSE.txt", TEXT),
        plain!("swagger-ui.LICENSE.txt", TEXT),
        plain!("swagger-ui.NOTICE.txt", TEXT),
        plain!("redoc.standalone.js.LICENSE.txt", TEXT),
        plain!("redoc.LICENSE.txt", TEXT),
    ])
});

/// The file of this name.
pub(super) fn find(name: &str) -> Option<&'static Fixed> {
    FILES.get(name)
}

/// Every file's name.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILES.keys().copied()
}
