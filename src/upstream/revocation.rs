//! Token revocation (RFC 7009). Not done by the libraries, because they reject `http` endpoints, also on loopback.

use http::StatusCode;

use super::client_authentication;
use super::client_request::ClientRequest;
use super::failure::{Failure, Fault};
use super::provider_http::{CallError, ProviderHttp};
use super::refresh::TokenTypeHint;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{Registration, TokenEndpointAuthMethod};

/// A provider's revocation endpoint.
pub struct RevocationEndpoint<'r> {
    /// The URL of the endpoint.
    pub endpoint: &'r str,
    /// The default audience of an assertion: the issuer, or the token endpoint of a provider without one.
    pub audience: &'r str,
    /// How the client authenticates at the revocation endpoint: as at the token endpoint.
    pub method: TokenEndpointAuthMethod,
}

impl RevocationEndpoint<'_> {
    /// Revokes a token. The provider also responds with success for a token that it does not know (§2.2).
    pub async fn revoke(
        &self,
        http: &ProviderHttp,
        registration: &Registration,
        token: &Plain,
        hint: TokenTypeHint,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let form = [("token", token.expose()), ("token_type_hint", hint.as_str())];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let Self { endpoint, audience, method } = *self;
        let request = ClientRequest { endpoint, audience, method, form: &form };
        let answer = client_authentication::send(http, registration, &request, now).await;
        let answer = answer.map_err(|CallError(fault, why)| failure(fault, &why))?;
        if let Some(why) = answer.client_rejection() {
            // Retried: an operator may correct the credentials.
            return Err(failure(Fault::InvalidResponse, &why).needing_operator(true));
        }
        match answer.response.status() {
            status if status.is_success() => Ok(()),
            // A retry would have the same result.
            StatusCode::BAD_REQUEST => {
                Err(failure(Fault::Refused, &format!("rejected the token: {}", answer.describe())))
            }
            _ => Err(failure(Fault::InvalidResponse, &answer.describe())),
        }
    }
}

fn failure(fault: Fault, why: &str) -> Failure {
    Failure::token(fault, format!("the revocation endpoint: {why}"))
}
