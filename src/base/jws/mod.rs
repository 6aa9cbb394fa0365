//! Tokens that others signed, in JWS compact serialization (RFC 7515): the ID tokens, logout tokens and signed userinfo of
//! providers, and the client assertions of apps. Every one of them is parsed and verified here, and nowhere else.
//!
//! One library verifies: `aws-lc-rs`. A key is parsed once, when its key set or its file is read, and is used by all requests
//! afterwards. The signature is verified over the bytes as received, before any claim is normalized.
//!
//! The crates `openidconnect` and `jsonwebtoken` are not used here. `openidconnect` builds authorization URLs and token
//! requests, and parses token responses (`upstream`). Its verification of ID tokens is not used, because it takes exactly one
//! key of a key set, parses that key for each token, has neither ES512 nor `Ed25519` (RFC 9864), does not name the algorithm
//! that it refuses, and rejects a token for a nonstandard value of a claim that nobody reads. `jsonwebtoken` signs and verifies
//! the gateway's own tokens (`keys`); it has neither ES512 nor `Ed25519` either. What the claims of a token must be is decided
//! by its reader: `upstream::oidc` and `client::assertion`.

mod algorithm;
mod compact;
mod key_set;
mod public_key;

pub use algorithm::{JwsAlgorithm, UnusableAlgorithm};
pub use compact::{Form, Jws, JwsError};
pub use key_set::{KeySet, Unverified};
pub use public_key::{KeyDefect, PublicKey};
