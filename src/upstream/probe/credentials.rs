//! Checking the client authentication: the probe redeems a random code. A provider authenticates the client first (RFC 6749
//! §5.2), so an answer that rejects the client means wrong credentials ([`ClientResponse::client_rejection`]), and
//! `invalid_grant` correct ones.

use super::finding::{Check, Finding};
use super::probe_client::ProbeClient;
use crate::base::secret::Plain;
use crate::config::{Pkce, Registration, TokenEndpointAuthMethod};
use crate::upstream::client_authentication::{self, has_two_secrets};
use crate::upstream::client_request::ClientRequest;
use crate::upstream::client_response::{ClientResponse, credentials};
use crate::upstream::error_response::{INVALID_GRANT_CODES, ProviderError};
use crate::upstream::secret_order::Secret;
use crate::upstream::sent::Sent;

/// Checks the client credentials at a token endpoint. `audience` is the default audience of an assertion.
pub async fn check(
    registration: &Registration,
    method: TokenEndpointAuthMethod,
    (endpoint, audience): (&str, &str),
    callback: &str,
    client: &ProbeClient,
) -> Vec<Finding> {
    let form = random_code_request(registration, callback);
    let request = ClientRequest { endpoint, audience, method, form: &form };
    let current = answer(registration, &request, Secret::Current, client).await;
    if !has_two_secrets(registration, method) {
        return vec![of_current(method, current)];
    }
    let previous = answer(registration, &request, Secret::Previous, client).await;
    if matches!((&current, &previous), (CredentialsResponse::Rejected(_), CredentialsResponse::Accepted)) {
        return vec![not_in_force_yet()];
    }
    vec![of_current(method, current), of_previous(previous)]
}

/// A token request with a random code.
fn random_code_request(registration: &Registration, callback: &str) -> Vec<(String, String)> {
    let mut form = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", Plain::random().expose().to_owned()),
        ("redirect_uri", callback.to_owned()),
    ];
    if registration.pkce != Pkce::Off {
        form.push(("code_verifier", Plain::random().expose().to_owned()));
    }
    form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn answer(
    registration: &Registration,
    wanted: &ClientRequest<'_>,
    secret: Secret,
    client: &ProbeClient,
) -> CredentialsResponse {
    let Some(request) = client_authentication::authenticated(registration, wanted, secret, client.now()) else {
        return CredentialsResponse::NoResponse("the token request cannot be built".into());
    };
    let sent = Sent::of_request(&request);
    match client.send(request).await {
        Ok(answer) => {
            let credentials = credentials(registration, wanted, &[secret]);
            classify(&ClientResponse::new(answer, sent, credentials))
        }
        Err(why) => CredentialsResponse::NoResponse(format!("the token endpoint, {}: {why}", wanted.endpoint)),
    }
}

/// The conclusion from a response about the client credentials.
enum CredentialsResponse {
    /// The credentials are wrong, with an explanation.
    Rejected(String),
    /// The credentials are correct, and the code is invalid, as expected.
    Accepted,
    /// Another response, with an explanation.
    Unclear(String),
    /// No response, with the reason.
    NoResponse(String),
}

fn classify(answer: &ClientResponse) -> CredentialsResponse {
    if let Some(why) = answer.client_rejection() {
        return CredentialsResponse::Rejected(why);
    }
    let error = ProviderError::read(&answer.response);
    if error.is_some_and(|error| INVALID_GRANT_CODES.contains(&error.code())) {
        return CredentialsResponse::Accepted;
    }
    CredentialsResponse::Unclear(format!("the token endpoint {}", answer.describe()))
}

fn of_secret(name: &str, answer: CredentialsResponse) -> Finding {
    match answer {
        CredentialsResponse::Accepted => {
            Finding::good(Check::Client, format!("{name} is correct: the random code was rejected as a code"))
        }
        CredentialsResponse::Rejected(why) => Finding::failed(Check::Client, why),
        CredentialsResponse::NoResponse(why) => Finding::failed(Check::Reachable, why),
        CredentialsResponse::Unclear(why) => {
            Finding::warning(Check::Client, format!("unknown whether {name} is correct: {why}"))
        }
    }
}

/// A login tries both secrets.
fn not_in_force_yet() -> Finding {
    let text = "client_secret is rejected, and client_secret_previous is correct: logins use the previous one; activate the new \
                one at the provider before the previous one expires";
    Finding::warning(Check::Client, text)
}

/// The previous secret may be rejected; it is then no longer needed.
fn of_previous(answer: CredentialsResponse) -> Finding {
    match answer {
        CredentialsResponse::Rejected(_) => {
            Finding::note(Check::Client, "client_secret_previous is rejected: remove it")
        }
        answer => of_secret("client_secret_previous", answer),
    }
}

fn of_current(method: TokenEndpointAuthMethod, answer: CredentialsResponse) -> Finding {
    match method {
        TokenEndpointAuthMethod::Auto
        | TokenEndpointAuthMethod::ClientSecretBasic
        | TokenEndpointAuthMethod::ClientSecretPost => of_secret("client_secret", answer),
        TokenEndpointAuthMethod::PrivateKeyJwt => of_secret("private_key", answer),
        TokenEndpointAuthMethod::Apple => {
            of_secret("the secret made from private_key, private_key_id and team_id", answer)
        }
        TokenEndpointAuthMethod::None => of_secret("client_id", answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(content_type: &str, status: u16, body: &str) -> CredentialsResponse {
        let answer = http::Response::builder().status(status).header("content-type", content_type);
        let answer = answer.body(body.as_bytes().to_vec()).expect("an answer");
        classify(&ClientResponse::new(answer, Sent::default(), "client_id and client_secret".into()))
    }

    fn outcome(status: u16, body: &str) -> &'static str {
        of_secret("client_secret", classified("application/json", status, body)).outcome.name()
    }

    #[test]
    fn the_error_code_tells_whether_the_secret_or_the_code_is_wrong() {
        assert_eq!(outcome(400, r#"{"error":"invalid_grant"}"#), "good");
        assert_eq!(outcome(401, r#"{"error":"invalid_client","error_description":"x"}"#), "FAILED");
        assert_eq!(outcome(200, r#"{"error":"bad_verification_code"}"#), "good");
        let form = "error=incorrect_client_credentials&error_description=x";
        let form = classified("application/x-www-form-urlencoded; charset=utf-8", 200, form);
        assert_eq!(of_secret("client_secret", form).outcome.name(), "FAILED");
        assert_eq!(outcome(200, r#"{"ok":false,"error":"bad_client_secret"}"#), "FAILED");
        // The case keycloak-words, and Doorkeeper's 401 for an unknown code.
        assert_eq!(outcome(401, r#"{"error":"unauthorized_client"}"#), "FAILED");
        assert_eq!(outcome(401, r#"{"error":"invalid_grant"}"#), "good");
        for unclear in [r#"{"error":"invalid_request"}"#, r#"{"error":{"code":100}}"#, "", "<html>", "{}", "[]"] {
            assert_eq!(outcome(400, unclear), "warning", "{unclear}");
        }
    }

    #[test]
    fn an_unclear_response_is_described() {
        let body = r#"{"error":"invalid_request","error_description":"DPoP proof is missing"}"#;
        let CredentialsResponse::Unclear(why) = classified("application/json", 400, body) else {
            panic!("an unclear response")
        };
        assert_eq!(why, "the token endpoint answered 400 (invalid_request), it said \"DPoP proof is missing\"");
    }
}
