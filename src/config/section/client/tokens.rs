//! The settings of the tokens of one client: lifetimes, algorithms, claims.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::choice::{AccessTokenAlg, IdTokenClaims};
use super::claims::{ClaimSource, ClientClaim};
use crate::config::value::algorithm::Algorithm;
use crate::config::value::duration::GivenDuration;
use crate::config::value::pointer::Pointer;

/// The keys of a client that override those of `[tokens]` and `[signing]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ClientTokens {
    /// lifetime of its access tokens; empty: `tokens.access_lifetime`
    #[serde(with = "GivenDuration")]
    #[schemars(extend("x-from" = "1s", "x-to" = "3650d"))]
    pub access_lifetime: Option<Duration>,
    /// lifetime of its ID tokens; empty: `tokens.id_lifetime`
    #[serde(with = "GivenDuration")]
    #[schemars(extend("x-from" = "1s", "x-to" = "1d"))]
    pub id_lifetime: Option<Duration>,
    /// algorithm that signs its access tokens, after a refresh and a token exchange too; one of signing.algorithms; empty: the first of these, which signs the status lists in any case
    #[serde(deserialize_with = "given_algorithm")]
    #[schemars(with = "AccessTokenAlg")]
    pub access_token_alg: Option<Algorithm>,
    /// `minimal`: what the scopes `profile`, `email` and `groups` release is at userinfo only (OpenID Connect Core §5.4), for refreshed ID tokens too; `scopes`: in ID tokens as well
    pub id_token_claims: IdTokenClaims,
    /// Further claims of its ID tokens and of userinfo.
    #[serde(skip)]
    pub claims: Vec<ClientClaim>,
    /// which groups of its users it sees in ID tokens, access tokens, at userinfo and at introspection; `*` at the end of a name; empty: all
    pub groups: Vec<String>,
}

impl ClientTokens {
    /// Those of a client without keys of its own.
    pub const DEFAULT: Self = Self {
        access_lifetime: None,
        id_lifetime: None,
        access_token_alg: None,
        id_token_claims: IdTokenClaims::Scopes,
        claims: Vec::new(),
        groups: Vec::new(),
    };

    /// Whether the client sees that group of its users.
    pub fn shows_group(&self, group: &str) -> bool {
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => group.starts_with(start),
            None => group == pattern,
        };
        self.groups.is_empty() || self.groups.iter().any(fits)
    }

    /// Whether a claim has its value from the provider's claims.
    pub fn reads_provider_claims(&self) -> bool {
        self.provider_claims().next().is_some()
    }

    /// The places of those values in the provider's claims.
    pub fn provider_claims(&self) -> impl Iterator<Item = &Pointer> {
        self.claims.iter().filter_map(|claim| match &claim.source {
            ClaimSource::Provider(pointer) => Some(pointer),
            ClaimSource::Fixed(_) => None,
        })
    }
}

fn given_algorithm<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Algorithm>, D::Error> {
    AccessTokenAlg::deserialize(deserializer).map(AccessTokenAlg::algorithm)
}
