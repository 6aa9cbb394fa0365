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
//!
//! A document may name `private_key_jwt` and a `jwks_uri`. The client then has the rights of a public one all the same, and signs its
//! requests: each with an assertion, which the keys there verify.

mod client_url;
mod document;
mod fetch;
mod freshness;
mod in_flight;
mod keys;
mod permits;

pub(super) use client_url::host_of;
pub use document::DocumentError;
pub use fetch::ByUrl;
pub use keys::ClientKeys;
pub use permits::Asker;
