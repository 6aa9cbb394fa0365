//! The state of the pretend provider.

use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use serde_json::json;

use super::client::Client;
use super::memory::Memory;
use super::people::Person;
use super::signing::{SigningKey, left_half_of_hash};
use crate::base::clock::{Clock, Timestamp};
use crate::base::secret::Plain;

/// The lifetime of ID tokens and access tokens, in seconds.
pub(super) const TOKEN_LIFETIME: i64 = 300;

/// The state that all requests share.
pub(super) struct State {
    pub(super) issuer: String,
    pub(super) client: Client,
    pub(super) clock: Clock,
    /// The response time of the token endpoint for the failure `slow`.
    pub(super) slow: Duration,
    pub(super) key: SigningKey,
    pub(super) codes: Memory<Grant>,
    pub(super) tokens: Memory<Access>,
}

/// The grant of an authorization code.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) person: Person,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    /// The `code_challenge` (RFC 7636), method S256.
    pub(super) challenge: Option<String>,
    pub(super) failure: Option<Failure>,
    /// The session at the provider (`sid`).
    pub(super) sid: String,
    pub(super) auth_time: Timestamp,
    pub(super) redeemed: bool,
}

/// The grant of an access token.
#[derive(Clone)]
pub(super) struct Access {
    pub(super) person: Person,
    pub(super) scope: String,
    pub(super) sid: String,
    pub(super) issued: Timestamp,
}

/// How the login is to fail later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The token endpoint responds after the client's timeout.
    Slow,
    /// The ID token's signature does not verify.
    BrokenSignature,
}

impl State {
    /// The initial state, with a new signing key.
    pub(super) fn new(issuer: String, client: Client, clock: Clock, slow: Duration) -> Result<Self, Unspecified> {
        let (key, codes, tokens) = (SigningKey::generate()?, Memory::new(), Memory::new());
        Ok(Self { issuer, client, clock, slow, key, codes, tokens })
    }

    /// Signs the ID token that goes with an access token (OpenID Connect Core §2).
    pub(super) fn id_token(&self, grant: &Grant, access: &Plain, now: Timestamp) -> Result<String, Unspecified> {
        let mut claims = grant.person.claims(&grant.scope, &self.issuer);
        let ours = [
            ("iss", json!(self.issuer)),
            ("aud", json!(self.client.id)),
            ("iat", json!(now.timestamp())),
            ("exp", json!(now.timestamp() + TOKEN_LIFETIME)),
            ("auth_time", json!(grant.auth_time.timestamp())),
            ("sid", json!(grant.sid)),
            ("at_hash", json!(left_half_of_hash(access.expose().as_bytes()))),
        ];
        claims.extend(ours.map(|(name, value)| (name.to_owned(), value)));
        if let Some(nonce) = &grant.nonce {
            claims.insert("nonce".into(), json!(nonce));
        }
        self.key.sign(&claims, grant.failure == Some(Failure::BrokenSignature))
    }
}
