//! The table `provider_metadata`.

#[cfg(feature = "dev")]
mod hot;
mod metadata;

#[cfg(feature = "dev")]
pub use hot::hot_statements;
pub use metadata::{Document, DocumentKind, load, save};
