//! OAuth 1.0a, as a client (RFC 5849).
//!
//! `base_string` is what is signed, `signer` signs it (`rsa_sha1` with a private key), and `request` puts both into a
//! header. `credentials` reads what comes back, and `client` is the conversation.

mod base_string;
mod client;
mod credentials;
mod request;
mod rsa_sha1;
mod signer;

pub use client::{OAuth1, callback_confirmed};
