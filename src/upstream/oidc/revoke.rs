//! Giving a token back (RFC 7009). The library would do it, but refuses every endpoint that is not https, loopback too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::client::Shared;
use super::fetch::{Unanswered, status_in_words};
use crate::base::secret::Plain;
use crate::config::TokenEndpointAuthMethod;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::renewal::TokenTypeHint;

impl Shared {
    /// Revokes a token. One that the provider does not know is revoked too (§2.2).
    pub(super) async fn revoke(&self, endpoint: &str, token: &Plain, hint: TokenTypeHint) -> Result<(), Failure> {
        let request = self.revocation_request(endpoint, token, hint);
        let request = request.map_err(|_| failure(Fault::Answer, "cannot be asked"))?;
        let answer = self.send(request).await.map_err(|Unanswered(fault, why)| failure(fault, &why))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            // Asked again, it would say the same.
            StatusCode::BAD_REQUEST => Err(failure(Fault::Refused, "refused the token")),
            status => Err(failure(Fault::Answer, &status_in_words(status))),
        }
    }

    fn revocation_request(
        &self,
        endpoint: &str,
        token: &Plain,
        hint: TokenTypeHint,
    ) -> Result<http::Request<Vec<u8>>, http::Error> {
        let registration = &self.config.registration;
        let secret = registration.client_secret.as_ref().map(Plain::expose).unwrap_or_default();
        let mut form = Serializer::new(String::new());
        form.append_pair("token", token.expose()).append_pair("token_type_hint", hint.as_str());
        let mut request = http::Request::post(endpoint)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        match registration.token_endpoint_auth_method {
            TokenEndpointAuthMethod::ClientSecretBasic => {
                // RFC 6749 §2.3.1
                let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", part(&registration.client_id), part(secret));
                request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)));
            }
            TokenEndpointAuthMethod::ClientSecretPost => {
                form.append_pair("client_id", &registration.client_id).append_pair("client_secret", secret);
            }
            TokenEndpointAuthMethod::PrivateKeyJwt | TokenEndpointAuthMethod::Apple | TokenEndpointAuthMethod::None => {
                form.append_pair("client_id", &registration.client_id);
            }
        }
        request.body(form.finish().into_bytes())
    }
}

fn failure(fault: Fault, why: &str) -> Failure {
    Failure::token(fault, format!("the revocation endpoint: {why}"))
}
