//! The client of the crate `openidconnect` for one provider.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthType, AuthUrl, Client, ClientId, EmptyAdditionalClaims, EndpointNotSet, EndpointSet, ExtraTokenFields,
    IdTokenFields, IssuerUrl, JsonWebKeySet, StandardErrorResponse, StandardTokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};

use super::metadata::Metadata;
use crate::config;

/// The ID token as received: the library's own type would reject the whole response for one nonstandard claim.
#[derive(Debug, Deserialize, Serialize)]
pub struct RawIdToken {
    /// The compact serialization (RFC 7515 §7.1).
    pub raw_id_token: Option<String>,
}

impl ExtraTokenFields for RawIdToken {}

/// The response of a token endpoint, normalized.
pub type TokenResponse = StandardTokenResponse<
    IdTokenFields<
        EmptyAdditionalClaims,
        RawIdToken,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// The library's client with the endpoints for which it builds requests.
pub type Library = Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
>;

/// Builds the library's client for one provider, without the client secret, which `client_authentication` adds, and without
/// keys, since `base::jws` verifies signatures.
pub fn library(config: &config::Oidc, metadata: &Metadata) -> Library {
    let client_id = ClientId::new(config.registration.client_id.clone());
    // The library compares the issuer in its verification only, which is not used.
    let issuer = IssuerUrl::new(metadata.issuer.clone());
    let issuer = issuer.unwrap_or_else(|_| IssuerUrl::from_url(metadata.authorization_endpoint.clone()));
    Client::new(client_id, issuer, JsonWebKeySet::default())
        .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint.clone()))
        .set_token_uri(TokenUrl::from_url(metadata.token_endpoint.clone()))
        .set_auth_type(AuthType::RequestBody)
}
