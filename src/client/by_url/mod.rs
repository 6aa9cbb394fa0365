//! Clients that no section registers: the `client_id` is the URL of a document that describes the client (OAuth Client ID Metadata
//! Document, draft-ietf-oauth-client-id-metadata-document-03).
//!
//! ```text
//! client_id ──► url: rules of the draft, hosts of the operator
//!                 │
//!                 ▼
//!   cache: 5 minutes to a day ──► fetch: public addresses, no redirect, 5 KiB, 5 seconds ──► document: judged ──► Client
//! ```
//!
//! What such a client may do is the operator's (`[clients_by_url]`), so every endpoint but the authorization endpoint and the pushed
//! authorization request endpoint works without its document. The document says which redirect URIs it has, and its name.

mod client_url;
mod document;
mod fetch;
mod freshness;
mod in_flight;
mod permits;

pub(super) use client_url::host_of;
pub use document::DocumentError;
pub use fetch::ByUrl;
pub use permits::Asker;
