//! The table `provider_metadata`.

mod metadata;

pub use metadata::{Document, DocumentKind, load, save};
