//! The tables `provider_metadata` and `providers`.

#[cfg(feature = "dev")]
mod hot;
mod known;
mod metadata;

#[cfg(feature = "dev")]
pub use hot::{hot_statements, rare_statements};
pub use known::{KnownIssuer, know, note_algorithm, replace_issuer, stored_issuers};
pub use metadata::{Document, DocumentKind, load, save};
