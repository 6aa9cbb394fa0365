//! OpenID Connect as a relying party (OpenID Connect Core 1.0).
//!
//! ```text
//! begin    begin → pushed_request (RFC 9126)                              → authorization URL
//! finish   token_request → verification (signature, id_token) → userinfo  → Identity
//! refresh  token_request → verification → refresh
//! logout   logout_token
//! ```
//!
//! The crate `openidconnect` builds the authorization URL and the token requests, and parses token responses. The rest is here:
//! the caching of metadata and keys (`fetch`, `documents`, `document_cache`), tolerance for nonstandard documents and responses
//! (`discovery`, `token_request`, `userinfo`), and what the claims of a token must be (`id_token`, `logout_token`). Signatures are
//! verified by [`base::jws`](crate::base::jws), whose documentation says why the crate does not do that.

pub(super) mod accepted;
#[cfg(test)]
mod any_document;
mod audience;
mod begin;
mod client;
pub(super) mod discovery;
mod document_cache;
mod documents;
mod fetch;
mod id_token;
mod issuer;
mod library;
mod logout_token;
pub(super) mod metadata;
mod pushed_request;
mod refresh;
mod relying_party;
mod signature;
mod token_error;
mod token_request;
mod trial;
mod user_parameter;
mod userinfo;
mod verification;

pub use client::Oidc;
pub(super) use id_token::MAX_AGE as MAX_ID_TOKEN_AGE;
pub(super) use issuer::Issuer;
pub(super) use trial::TrialRequest;
pub(super) use user_parameter::names as user_names;
