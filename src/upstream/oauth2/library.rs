//! The library's client, told what is known of one provider.

use oauth2::basic::BasicClient;
use oauth2::{AuthType, AuthUrl, ClientId, ClientSecret, EndpointNotSet, EndpointSet, TokenUrl};

use crate::config::{self, TokenEndpointAuthMethod};

/// The library's client.
pub type Library = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The library's client for one provider.
pub fn library(config: &config::OAuth2) -> Library {
    let registration = &config.registration;
    let method = registration.token_endpoint_auth_method;
    let auth_type = match method {
        TokenEndpointAuthMethod::ClientSecretBasic => AuthType::BasicAuth,
        TokenEndpointAuthMethod::ClientSecretPost
        | TokenEndpointAuthMethod::PrivateKeyJwt
        | TokenEndpointAuthMethod::Apple
        | TokenEndpointAuthMethod::None => AuthType::RequestBody,
    };
    let client = BasicClient::new(ClientId::new(registration.client_id.clone()))
        .set_auth_type(auth_type)
        .set_auth_uri(AuthUrl::from_url(config.authorization_endpoint.clone()))
        .set_token_uri(TokenUrl::from_url(config.token_endpoint.clone()));
    // A public client has no secret to show, even where one stands in the configuration.
    let secret = registration.client_secret.as_ref().filter(|_| method != TokenEndpointAuthMethod::None);
    match secret {
        Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose().to_owned())),
        None => client,
    }
}
