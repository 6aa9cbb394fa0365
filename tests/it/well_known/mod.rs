//! `/.well-known`: the key set and the metadata documents.

pub mod jwks;
mod metadata;
