//! The client of the crate `openidconnect` for one provider.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthType, Client, ClientId, EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet, EndpointSet, ExtraTokenFields,
    IdTokenFields, StandardErrorResponse, StandardTokenResponse,
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

/// The library's client with all endpoints of the metadata.
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
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Builds the library's client for one provider, without the client secret; `client_authentication` adds that.
pub fn library(config: &config::Oidc, metadata: &Metadata) -> Library {
    let client_id = ClientId::new(config.registration.client_id.clone());
    Client::from_provider_metadata(metadata.clone(), client_id, None).set_auth_type(AuthType::RequestBody)
}
