//! Doing a thing once, however often it is asked for.

/// A caller's promise that two requests with the same key are one.
///
/// Kept for 24 hours, in the transaction of the write that it guards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// What the caller chose: 1 to 255 visible ASCII characters, told apart
    /// by operation.
    pub key: String,
    /// The operation, by its id in the contract.
    pub operation: &'static str,
    /// SHA-256 of all that the request says.
    pub fingerprint: [u8; 32],
}
