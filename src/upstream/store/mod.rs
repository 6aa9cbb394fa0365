//! What is known of providers, in SQL.

mod metadata;

pub use metadata::{Document, Kind, load, save};
