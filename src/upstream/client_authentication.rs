//! Proving to a provider that we are the client that it registered (OpenID Connect Core §9): at its token endpoint and
//! wherever else it takes requests from its clients alone. One place, so that every endpoint is told the same.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::failure::Fault;
use super::line::{Line, Unanswered};
use super::oauth_error::{NOT_THE_CLIENT, error_code};
use super::signed_jwt;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{Registration, TokenEndpointAuthMethod};

/// How long what we sign is good for. It is made anew for each request, so this covers nothing but clocks that differ.
const LIFETIME: TimeDelta = TimeDelta::minutes(2);
/// RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Whom Apple's client secret is for, whatever endpoint it is shown to.
const APPLE: &str = "https://appleid.apple.com";
const FORM: &str = "application/x-www-form-urlencoded";

/// A request that only the client itself may make.
pub struct ClientRequest<'r> {
    /// Where it goes.
    pub endpoint: &'r str,
    /// Whom an assertion is for where the operator did not say: the issuer, else the token endpoint.
    pub audience: &'r str,
    /// What is asked, without any credentials. `client_id` is among it only where it is a parameter of the request
    /// itself, as of a pushed one.
    pub form: &'r [(String, String)],
}

/// Which of our secrets is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The one in force.
    Current,
    /// The one before.
    Previous,
}

/// Sends a request as the client. A provider that does not accept us (`invalid_client`) did not look at the rest of the
/// request, so it is asked once more with the secret before, where there is one (RFC 6749 §5.2).
pub async fn send(
    line: &Line,
    registration: &Registration,
    request: &ClientRequest<'_>,
    now: Timestamp,
) -> Result<http::Response<Vec<u8>>, Unanswered> {
    let first = line.send(signed(registration, request, Secret::Current, now)?, now).await?;
    if registration.client_secret_previous.is_none() || !is_invalid_client(&first) {
        return Ok(first);
    }
    let second = line.send(signed(registration, request, Secret::Previous, now)?, now).await?;
    if is_invalid_client(&second) {
        return Ok(first);
    }
    tracing::warn!(
        provider = %registration.id,
        "the provider refused client_secret and took client_secret_previous: the new secret is not in force there"
    );
    Ok(second)
}

/// The most calls that [`send`] makes.
pub fn most_calls(registration: &Registration) -> u32 {
    1 + u32::from(registration.client_secret_previous.is_some())
}

fn is_invalid_client(answer: &http::Response<Vec<u8>>) -> bool {
    let refused = matches!(answer.status(), StatusCode::OK | StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED);
    let code = || error_code(answer.headers(), answer.body());
    refused && code().is_some_and(|code| NOT_THE_CLIENT.contains(&code.as_str()))
}

fn signed(
    registration: &Registration,
    request: &ClientRequest<'_>,
    secret: Secret,
    now: Timestamp,
) -> Result<http::Request<Vec<u8>>, Unanswered> {
    authenticated(registration, request, secret, now)
        .ok_or_else(|| Unanswered(Fault::Answer, "cannot be asked as the client".into()))
}

/// The request with what proves who we are, by the one method that is configured (RD-21). `None` where it cannot be made:
/// the endpoint is no address, or the key cannot sign.
pub fn authenticated(
    registration: &Registration,
    request: &ClientRequest<'_>,
    secret: Secret,
    now: Timestamp,
) -> Option<http::Request<Vec<u8>>> {
    let mut form = request.form.to_vec();
    let mut built = http::Request::post(request.endpoint)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, FORM);
    match registration.token_endpoint_auth_method {
        TokenEndpointAuthMethod::ClientSecretBasic => {
            built = built.header(header::AUTHORIZATION, basic(registration, secret)?);
        }
        TokenEndpointAuthMethod::ClientSecretPost => {
            let shown = shown(registration, secret);
            in_body(&mut form, registration, &[("client_secret", shown.map_or("", Plain::expose))]);
        }
        TokenEndpointAuthMethod::Apple => {
            let minted = apple_secret(registration, now)?;
            in_body(&mut form, registration, &[("client_secret", minted.expose())]);
        }
        TokenEndpointAuthMethod::PrivateKeyJwt => {
            let assertion = assertion(registration, request.audience, now)?;
            let parts = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.expose())];
            in_body(&mut form, registration, &parts);
        }
        TokenEndpointAuthMethod::None => in_body(&mut form, registration, &[]),
    }
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    built.body(body.into_bytes()).ok()
}

fn shown(registration: &Registration, secret: Secret) -> Option<&Plain> {
    match secret {
        Secret::Current => registration.client_secret.as_ref(),
        Secret::Previous => registration.client_secret_previous.as_ref(),
    }
}

/// RFC 6749 §2.3.1: each part is encoded as a form's value before the two are joined (RD-20).
fn basic(registration: &Registration, secret: Secret) -> Option<HeaderValue> {
    let encoded = |part: &str| url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
    let secret = shown(registration, secret).map_or("", Plain::expose);
    let joined = format!("{}:{}", encoded(&registration.client_id), encoded(secret));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(joined))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn in_body(form: &mut Vec<(String, String)>, registration: &Registration, parts: &[(&str, &str)]) {
    if form.iter().all(|(name, _)| name != "client_id") {
        form.push(("client_id".into(), registration.client_id.clone()));
    }
    form.extend(parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
}

/// RFC 7523 §3. The audience is the issuer, as draft-ietf-oauth-rfc7523bis and FAPI 2.0 want it: a token endpoint that was
/// learned from metadata may be another provider's, and an assertion for it would let its thief sign in there as us.
/// Providers that insist on something else (their token endpoint, mostly) are given it in the configuration.
fn assertion(registration: &Registration, audience: &str, now: Timestamp) -> Option<Plain> {
    let claims = json!({
        "iss": registration.client_id,
        "sub": registration.client_id,
        "aud": registration.client_assertion_audience.as_deref().unwrap_or(audience),
        "jti": Plain::random().expose(),
        "iat": now.timestamp(),
        "exp": (now + LIFETIME).timestamp(),
    });
    signed_jwt::sign(registration.private_key.as_ref()?, registration.private_key_id.as_deref(), &claims)
}

/// "Creating a client secret", Sign in with Apple. Apple would take one that is good for six months; one that is made for
/// each request need never be replaced, and is worth little to a thief.
fn apple_secret(registration: &Registration, now: Timestamp) -> Option<Plain> {
    let claims = json!({
        "iss": registration.team_id.as_deref()?,
        "sub": registration.client_id,
        "aud": APPLE,
        "iat": now.timestamp(),
        "exp": (now + LIFETIME).timestamp(),
    });
    signed_jwt::sign(registration.private_key.as_ref()?, registration.private_key_id.as_deref(), &claims)
}

#[cfg(test)]
mod tests;
