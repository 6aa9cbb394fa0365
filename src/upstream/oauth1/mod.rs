//! OAuth 1.0a, as a client (RFC 5849).

mod base_string;
mod rsa_sha1;
mod signer;
