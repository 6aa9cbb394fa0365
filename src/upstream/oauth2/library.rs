//! The client of the crate `oauth2` for one provider. Client authentication is done by `client_authentication`.

use oauth2::basic::BasicClient;
use oauth2::{AuthType, AuthUrl, ClientId, EndpointNotSet, EndpointSet, TokenUrl};

use crate::config;

/// The library's client with authorization endpoint and token endpoint.
pub type Library = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Builds the library's client for one provider.
pub fn library(config: &config::OAuth2) -> Library {
    BasicClient::new(ClientId::new(config.registration.client_id.clone()))
        .set_auth_type(AuthType::RequestBody)
        .set_auth_uri(AuthUrl::from_url(config.authorization_endpoint.clone()))
        .set_token_uri(TokenUrl::from_url(config.token_endpoint.clone()))
}
