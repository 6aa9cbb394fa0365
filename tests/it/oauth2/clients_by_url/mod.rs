//! Clients that are identified by the URL of a document (OAuth Client ID Metadata Document, draft 03).

mod cache;
mod consents;
mod documents;
mod keys;
mod requests;
mod sessions;
mod support;
