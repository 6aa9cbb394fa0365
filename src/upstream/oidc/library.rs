//! The library's client, told what is known of one provider.

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

use super::discovery::Metadata;
use crate::config;

/// The ID token as it came: the library's own type would refuse the whole answer for one odd claim.
#[derive(Debug, Deserialize, Serialize)]
pub struct RawIdToken {
    /// In compact form.
    pub raw_id_token: Option<String>,
}

impl ExtraTokenFields for RawIdToken {}

/// A token endpoint's answer.
pub type TokenAnswer = StandardTokenResponse<
    IdTokenFields<
        EmptyAdditionalClaims,
        RawIdToken,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// The library's client.
pub type Library = Client<
    EmptyAdditionalClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    TokenAnswer,
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

/// The library's client for one provider. It is told no secret: `client_authentication` shows it.
pub fn library(config: &config::Oidc, metadata: &Metadata) -> Library {
    let client_id = ClientId::new(config.registration.client_id.clone());
    Client::from_provider_metadata(metadata.clone(), client_id, None).set_auth_type(AuthType::RequestBody)
}
