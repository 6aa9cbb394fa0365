//! The upstream providers, as clients of which the gateway acts: OpenID Connect, OAuth 2.0 and OAuth 1.0a.
//!
//! ```text
//! GET /login/{provider}      Provider::begin  → authorization URL, and a Handshake to seal and store
//! GET /callback/{provider}   Provider::finish → token request, profile requests → Identity or Failure
//! in the background          Provider::refresh, Provider::revoke, Provider::refresh_documents
//! ```
//!
//! A value from a provider leaves this module only after it was verified, cleaned and bounded.

mod another_account;
mod authorization_parameters;
mod authorized_request;
mod breaker;
mod challenge;
mod claim_losses;
mod claims;
mod client_authentication;
mod client_request;
mod client_response;
mod compared_claims;
mod connection_remedy;
mod email_address;
mod error_response;
mod failure;
mod from_claims;
mod handshake;
mod identity;
mod numeric_date;
mod oauth1;
mod oauth2;
mod oidc;
mod probe;
mod profile;
mod profile_calls;
mod provider;
mod provider_http;
mod refresh;
mod registry;
mod request_remedy;
mod revocation;
mod secret_order;
mod sent;
mod signed_jwt;
mod store;
mod text;
mod token_response;
mod unverified_claims;

pub use claim_losses::{ClaimLoss, ClaimLosses, GROUPS_ELSEWHERE, refers_to_groups};
pub use email_address::domain as email_domain;
pub use error_response::ProviderError;
pub use failure::{Failure, Fault, GrantState, Stage};
pub use handshake::{
    AuthorizationGrant, Handshake, LoginHints, LoginRequest, LogoutAlgorithm, LogoutClaims, RequestToken, StartedLogin,
};
pub use identity::{Identity, ProviderTokens};
pub use oauth1::OAuth1;
pub use oauth2::OAuth2;
pub use oidc::Oidc;
pub use probe::{Addresses, Check, Finding, ProbeOutcome, probe};
pub use profile::{MAX_GROUPS, claim, stored_claim};
pub use provider::Provider;
pub use refresh::{PreviousIdToken, RefreshRequest, TokenTypeHint, max_refresh_duration};
pub use registry::{IssuerChange, Registry, issuer_changed};
pub use request_remedy::request_remedy;
pub use sent::Sent;
pub use store::{KnownIssuer, replace_issuer, stored_issuers};
#[cfg(feature = "dev")]
pub use store::{hot_statements, rare_statements};
pub use unverified_claims::{ClaimsError, UnverifiedClaims, identity_from_claims};
