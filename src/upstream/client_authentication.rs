//! Client authentication at a provider's endpoints (OpenID Connect Core §9): token endpoint, revocation endpoint, pushed
//! authorization request endpoint.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::client_request::ClientRequest;
use super::client_response::{ClientResponse, credentials, rejects_client};
use super::failure::Fault;
use super::provider_http::{CallError, ProviderHttp};
use super::secret_order::Secret;
use super::sent::Sent;
use super::signed_jwt;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::{Registration, TokenEndpointAuthMethod};

/// The lifetime of an assertion. Each request has a new one, so the lifetime only has to cover clock differences.
const ASSERTION_LIFETIME: TimeDelta = TimeDelta::minutes(2);
/// The `client_assertion_type` of a JWT (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The audience of Apple's client secret, at every endpoint.
const APPLE_AUDIENCE: &str = "https://appleid.apple.com";
const FORM: &str = "application/x-www-form-urlencoded";

/// Sends a request with client authentication. After the provider rejected the client it is sent again with the other secret,
/// if a secret is sent and a previous one is configured: the provider has not processed the rest of the request (RFC
/// 6749 §5.2). For ten minutes, the secret that worked is sent first.
pub async fn send(
    http: &ProviderHttp,
    registration: &Registration,
    request: &ClientRequest<'_>,
    now: Timestamp,
) -> Result<ClientResponse, CallError> {
    let [first, second] = http.secret_order().order(now);
    let built = signed(registration, request, first, now)?;
    let mut sent = Sent::of_request(&built);
    let response = http.send(built, now).await?;
    let of = |response, sent, secrets: &[Secret]| {
        ClientResponse::new(response, sent, credentials(registration, request, secrets))
    };
    if !has_two_secrets(registration, request.method) || !rejects_client(&response) {
        return Ok(of(response, sent, &[first]));
    }
    let built = signed(registration, request, second, now)?;
    sent.add_all(Sent::of_request(&built));
    let other = http.send(built, now).await?;
    if rejects_client(&other) {
        return Ok(of(response, sent, &[first, second]));
    }
    let status = other.status();
    // Another response, such as 429 or 503, says nothing about the secret.
    if status.is_success() || (status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS) {
        http.secret_order().prefer(second, now);
        tracing::warn!(
            provider = %registration.id,
            "the provider rejected {} and accepted {}; see that both are as intended there", first.name(), second.name()
        );
    }
    Ok(of(other, sent, &[second]))
}

/// The highest number of requests that [`send`] makes: 1, or 2 with a previous secret.
pub fn max_calls(registration: &Registration) -> u32 {
    1 + u32::from(has_two_secrets(registration, registration.token_endpoint_auth_method))
}

/// Whether the method sends a secret, and a previous one is configured.
pub fn has_two_secrets(registration: &Registration, method: TokenEndpointAuthMethod) -> bool {
    let sends_secret = matches!(
        method,
        TokenEndpointAuthMethod::Auto
            | TokenEndpointAuthMethod::ClientSecretBasic
            | TokenEndpointAuthMethod::ClientSecretPost
    );
    sends_secret && registration.client_secret_previous.is_some()
}

fn signed(
    registration: &Registration,
    request: &ClientRequest<'_>,
    secret: Secret,
    now: Timestamp,
) -> Result<http::Request<Vec<u8>>, CallError> {
    authenticated(registration, request, secret, now)
        .ok_or_else(|| CallError(Fault::InvalidResponse, "the request for the client cannot be built".into()))
}

/// The request with client authentication by the configured method (RD-21). `None` if it cannot be built: the endpoint
/// is not a URL, or the key cannot sign.
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
    match request.method {
        TokenEndpointAuthMethod::Auto | TokenEndpointAuthMethod::ClientSecretBasic => {
            built = built.header(header::AUTHORIZATION, basic(registration, secret)?);
        }
        TokenEndpointAuthMethod::ClientSecretPost => {
            let shown = secret_of(registration, secret);
            add_to_form(&mut form, registration, &[("client_secret", shown.map_or("", Plain::expose))]);
        }
        TokenEndpointAuthMethod::Apple => {
            let minted = apple_secret(registration, now)?;
            add_to_form(&mut form, registration, &[("client_secret", minted.expose())]);
        }
        TokenEndpointAuthMethod::PrivateKeyJwt => {
            let assertion = assertion(registration, request.audience, now)?;
            let parts = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.expose())];
            add_to_form(&mut form, registration, &parts);
        }
        TokenEndpointAuthMethod::None => add_to_form(&mut form, registration, &[]),
    }
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    built.body(body.into_bytes()).ok()
}

fn secret_of(registration: &Registration, secret: Secret) -> Option<&Plain> {
    match secret {
        Secret::Current => registration.client_secret.as_ref(),
        Secret::Previous => registration.client_secret_previous.as_ref(),
    }
}

/// HTTP Basic authentication. Both parts are form-encoded before they are joined (RFC 6749 §2.3.1; RD-20).
fn basic(registration: &Registration, secret: Secret) -> Option<HeaderValue> {
    let form_encoded = |part: &str| url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
    let secret = secret_of(registration, secret).map_or("", Plain::expose);
    let joined = format!("{}:{}", form_encoded(&registration.client_id), form_encoded(secret));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(joined))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn add_to_form(form: &mut Vec<(String, String)>, registration: &Registration, parts: &[(&str, &str)]) {
    if form.iter().all(|(name, _)| name != "client_id") {
        form.push(("client_id".into(), registration.client_id.clone()));
    }
    form.extend(parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
}

/// A client assertion (RFC 7523 §3). The audience is the issuer, as draft-ietf-oauth-rfc7523bis and FAPI 2.0 require: a token
/// token endpoint as the audience, malicious metadata that names the endpoint of another provider would give the
/// attacker an
/// assertion that this other provider accepts. `client_assertion_audience` overrides the audience if necessary.
fn assertion(registration: &Registration, audience: &str, now: Timestamp) -> Option<Plain> {
    let claims = json!({
        "iss": registration.client_id,
        "sub": registration.client_id,
        "aud": registration.client_assertion_audience.as_deref().unwrap_or(audience),
        "jti": Plain::random().expose(),
        "iat": now.timestamp(),
        "exp": (now + ASSERTION_LIFETIME).timestamp(),
    });
    signed_jwt::sign(registration.private_key.as_ref()?, registration.private_key_id.as_deref(), &claims)
}

/// A client secret for Sign in with Apple, which is a signed JWT. Apple accepts a lifetime of six months; a new one for each
/// request needs no rotation, and a stolen secret expires within two minutes.
fn apple_secret(registration: &Registration, now: Timestamp) -> Option<Plain> {
    let claims = json!({
        "iss": registration.team_id.as_deref()?,
        "sub": registration.client_id,
        "aud": APPLE_AUDIENCE,
        "iat": now.timestamp(),
        "exp": (now + ASSERTION_LIFETIME).timestamp(),
    });
    signed_jwt::sign(registration.private_key.as_ref()?, registration.private_key_id.as_deref(), &claims)
}

#[cfg(test)]
mod tests;
