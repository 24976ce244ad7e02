//! Cases about whole documents.
