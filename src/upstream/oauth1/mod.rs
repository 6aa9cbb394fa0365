//! OAuth 1.0a as a client (RFC 5849).
//!
//! `base_string` builds the signature base string, `signature` signs it (`rsa_sha1` with a private key), `request_signer`
//! builds the `Authorization` header, `credentials` parses the responses, and `client` makes the requests of a login.

mod base_string;
mod client;
mod credentials;
mod request_signer;
mod rsa_sha1;
mod signature;

pub use client::{OAuth1, callback_confirmed};
