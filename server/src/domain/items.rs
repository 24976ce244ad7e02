//! Items: small things that a client numbers itself.

use serde::{Deserialize, Serialize};

/// An item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Chosen by the client, 0 or more.
    pub id: i64,
    /// 1 to 300 characters.
    pub name: String,
    /// At most 5000 characters.
    pub description: Option<String>,
}
