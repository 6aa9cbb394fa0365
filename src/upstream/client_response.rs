//! The response to a request with client authentication: whether the provider rejects the client, or only what it asked for.

use http::{HeaderMap, StatusCode, header};

use super::client_request::ClientRequest;
use super::error_response::{INVALID_CLIENT_CODES, INVALID_GRANT_CODES, ProviderError, describe_response};
use super::secret_order::Secret;
use super::sent::Sent;
use crate::config::{Registration, TokenEndpointAuthMethod};

/// The response to a request with client authentication.
pub struct ClientResponse {
    /// The response of the endpoint.
    pub response: http::Response<Vec<u8>>,
    /// The confidential values of the request.
    pub sent: Sent,
    /// The credentials that were sent, for the log.
    credentials: String,
}

impl ClientResponse {
    /// `credentials`: what to check if the provider rejects the client.
    pub fn new(response: http::Response<Vec<u8>>, sent: Sent, credentials: String) -> Self {
        Self { response, sent, credentials }
    }

    /// Why the client was rejected, with the remedy; `None` if it was not.
    pub fn client_rejection(&self) -> Option<String> {
        if !rejects_client(&self.response) {
            return None;
        }
        let error = ProviderError::find(&self.response).unwrap_or_default();
        let status = self.response.status().as_u16();
        let status = if error.code().is_empty() { format!(" (status {status})") } else { String::new() };
        let description = error.describe(&self.sent);
        Some(format!(
            "the provider rejected the client authentication{status}{description}: check {}",
            self.credentials
        ))
    }

    /// The response for the log: its status, and the error in it.
    pub fn describe(&self) -> String {
        describe_response(&self.response, &self.sent)
    }
}

/// Whether a response of the token endpoint, the pushed authorization request endpoint or the revocation endpoint rejects the
/// client. RFC 6749 §5.2 has `invalid_client` for it, but Keycloak answers 401 `unauthorized_client` or `invalid_request`. So any
/// 401 counts, except one whose code rejects the grant only: Doorkeeper (GitLab) answers 401 `invalid_grant`, without a challenge
/// for HTTP Basic.
pub fn rejects_client(response: &http::Response<Vec<u8>>) -> bool {
    let status = response.status();
    let error = ProviderError::read(response);
    let code = error.as_ref().map_or("", ProviderError::code);
    let is_readable = status.is_success() || (status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS);
    if INVALID_CLIENT_CODES.contains(&code) {
        return is_readable;
    }
    let rejects_grant = INVALID_GRANT_CODES.contains(&code) && !has_basic_challenge(response.headers());
    status == StatusCode::UNAUTHORIZED && !rejects_grant
}

fn has_basic_challenge(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let schemes = values.flat_map(|value| value.split(',')).filter_map(|part| part.split_whitespace().next());
    schemes.into_iter().any(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// The keys of the configuration that the client authentication depends on, for the log. `secrets`: those that were
/// sent, if the method sends one.
pub fn credentials(registration: &Registration, request: &ClientRequest<'_>, secrets: &[Secret]) -> String {
    let sent = |name: &str| {
        let secrets: Vec<_> = secrets.iter().map(|secret| secret.name()).collect();
        format!("client_id and {} (token_endpoint_auth_method = \"{name}\")", secrets.join(" and "))
    };
    match request.method {
        TokenEndpointAuthMethod::Auto | TokenEndpointAuthMethod::ClientSecretBasic => sent("client_secret_basic"),
        TokenEndpointAuthMethod::ClientSecretPost => sent("client_secret_post"),
        TokenEndpointAuthMethod::PrivateKeyJwt => {
            let kid = registration.private_key_id.as_deref();
            let kid = kid.map_or_else(|| "without a kid".to_owned(), |kid| format!("kid {kid:?}"));
            let audience = registration.client_assertion_audience.as_deref().unwrap_or(request.audience);
            format!(
                "client_id, private_key ({kid}), the audience of the assertion ({audience:?}, client_assertion_audience) \
                 and the clock of this machine (token_endpoint_auth_method = \"private_key_jwt\")"
            )
        }
        TokenEndpointAuthMethod::Apple => {
            "client_id, team_id, private_key_id, private_key and the clock of this machine".to_owned()
        }
        TokenEndpointAuthMethod::None => {
            "client_id, and whether the provider wants a client secret (token_endpoint_auth_method = \"none\")"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejects(status: u16, challenge: Option<&str>, body: &str) -> bool {
        let mut response = http::Response::builder().status(status).header("content-type", "application/json");
        if let Some(challenge) = challenge {
            response = response.header("www-authenticate", challenge);
        }
        rejects_client(&response.body(body.as_bytes().to_vec()).expect("a response"))
    }

    fn error(code: &str) -> String {
        format!("{{\"error\":\"{code}\"}}")
    }

    /// The rule of the contract, section 5; the responses of the case `keycloak-words`.
    #[test]
    fn a_401_rejects_the_client_unless_its_code_rejects_the_grant() {
        let keycloak = "{\"error\":\"unauthorized_client\",\"error_description\":\"Invalid client or Invalid client credentials\"}";
        assert!(rejects(401, None, keycloak));
        assert!(rejects(401, None, "{\"error\":\"invalid_request\",\"error_description\":\"Authentication failed.\"}"));
        for body in ["", "{}", "<html>", "[]", &error("anything"), "{\"error\":{\"code\":1}}"] {
            assert!(rejects(401, None, body), "{body}");
        }
        for code in INVALID_CLIENT_CODES {
            assert!([200, 400, 401, 403].into_iter().all(|status| rejects(status, None, &error(code))), "{code}");
            assert!(![302, 429, 500, 503].into_iter().any(|status| rejects(status, None, &error(code))), "{code}");
        }
        for code in INVALID_GRANT_CODES {
            assert!(!rejects(401, None, &error(code)), "{code}: Doorkeeper");
            assert!(
                !rejects(401, Some("Bearer realm=\"Doorkeeper\", error=\"invalid_grant\""), &error(code)),
                "{code}"
            );
            assert!(rejects(401, Some("Basic realm=\"x\""), &error(code)), "{code}");
            assert!(rejects(401, Some("Bearer realm=\"x\", basic realm=\"y\""), &error(code)), "{code}");
            assert!(!rejects(400, Some("Basic realm=\"x\""), &error(code)), "{code}");
        }
        for code in ["unauthorized_client", "invalid_request", "invalid_scope", "unsupported_grant_type"] {
            assert!(!rejects(400, None, &error(code)) && !rejects(403, None, &error(code)), "{code}");
        }
    }

    #[test]
    fn the_credentials_that_were_sent_are_named() {
        let mut registration = Registration::example();
        let request = |method| ClientRequest {
            endpoint: "https://op.example/token",
            audience: "https://op.example",
            method,
            form: &[],
        };
        let basic = request(TokenEndpointAuthMethod::ClientSecretBasic);
        let text = credentials(&registration, &basic, &[Secret::Current, Secret::Previous]);
        assert!(text.starts_with("client_id and client_secret and client_secret_previous (token_endpoint"), "{text}");
        registration.private_key_id = Some("k1".into());
        let text = credentials(&registration, &request(TokenEndpointAuthMethod::PrivateKeyJwt), &[]);
        for part in ["client_id", "private_key", "\"k1\"", "\"https://op.example\"", "clock", "private_key_jwt"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
