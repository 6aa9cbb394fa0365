//! The library's client, told what is known of one provider.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthType, Client, ClientId, ClientSecret, EmptyAdditionalClaims, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    ExtraTokenFields, IdTokenFields, StandardErrorResponse, StandardTokenResponse,
};
use serde::{Deserialize, Serialize};

use super::discovery::Metadata;
use crate::config::{self, TokenEndpointAuthMethod};

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

/// The library's client for one provider.
pub fn library(config: &config::Oidc, metadata: &Metadata) -> Library {
    let client_id = ClientId::new(config.registration.client_id.clone());
    let method = config.registration.token_endpoint_auth_method;
    // A public client has no secret to show, even where one stands in the configuration.
    let secret = config.registration.client_secret.as_ref().filter(|_| method != TokenEndpointAuthMethod::None);
    let secret = secret.map(|secret| ClientSecret::new(secret.expose().to_owned()));
    let auth_type = match method {
        TokenEndpointAuthMethod::ClientSecretBasic => AuthType::BasicAuth,
        TokenEndpointAuthMethod::ClientSecretPost
        | TokenEndpointAuthMethod::PrivateKeyJwt
        | TokenEndpointAuthMethod::Apple
        | TokenEndpointAuthMethod::None => AuthType::RequestBody,
    };
    Client::from_provider_metadata(metadata.clone(), client_id, secret).set_auth_type(auth_type)
}
