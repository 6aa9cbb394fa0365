//! The userinfo request (OpenID Connect Core §5.3).

use std::sync::Arc;

use chrono::TimeDelta;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use super::accepted::Accepted;
use super::document_cache::Refetch;
use super::id_token::Verified;
use super::issuer::other_issuer;
use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use super::token_error::TokenError;
use crate::base::clock::Timestamp;
use crate::base::jws::{Form, Jws};
use crate::base::secret::Plain;
use crate::config::{self, Pointer, Userinfo};
use crate::upstream::authorized_request::authorized_request;
use crate::upstream::compared_claims::compared_claims;
use crate::upstream::error_response::{ProviderError, describe_response, resource_fault};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::identity::ProviderTokens;
use crate::upstream::provider_http::{CallError, is_type, read_json};
use crate::upstream::sent::Sent;
use crate::upstream::{claims, numeric_date};

/// The form of a signed response (OpenID Connect Core §5.3.2).
const FORM: Form = Form { types: &["jwt", "jose"], max_bytes: 1024 * 1024, droppable: None };

impl RelyingParty {
    pub(super) async fn userinfo_claims(
        self: &Arc<Self>,
        metadata: &Metadata,
        verified: &Verified,
        tokens: &ProviderTokens,
        now: Timestamp,
    ) -> Result<Option<Map<String, Value>>, Failure> {
        let wanted = match self.config.userinfo {
            Userinfo::Auto => !self.has_needed_claims(verified),
            Userinfo::Always => true,
            Userinfo::Never => false,
        };
        let Some(endpoint) = metadata.userinfo_endpoint.as_ref().filter(|_| wanted) else { return Ok(None) };
        match self.userinfo(endpoint, &tokens.access_token, verified, now).await {
            Ok(claims) => Ok(Some(claims)),
            Err(Unusable::Missing(failed)) if self.is_dispensable(verified) && failed.fault != Fault::Overloaded => {
                let (provider, reason) = (&self.config.registration.id, failed.reason);
                tracing::warn!(
                    %provider, %reason,
                    "the userinfo request failed, and the login continues without its claims; userinfo = \"never\" sends none"
                );
                Ok(None)
            }
            Err(Unusable::Missing(failed) | Unusable::Contradictory(failed)) => Err(failed),
        }
    }

    /// Whether the ID token has every claim that the configuration uses.
    fn has_needed_claims(&self, verified: &Verified) -> bool {
        has_all(&verified.claims, &self.config.needed_claims)
    }

    /// Whether a login can do without userinfo: the configuration leaves the request to us, and the ID token has what the rules
    /// compare.
    fn is_dispensable(&self, verified: &Verified) -> bool {
        self.config.userinfo == Userinfo::Auto && has_all(&verified.claims, compared_claims(&self.config.registration))
    }

    /// Requests userinfo. Its `sub` must be that of the ID token.
    async fn userinfo(
        self: &Arc<Self>,
        endpoint: &Url,
        access_token: &Plain,
        verified: &Verified,
        now: Timestamp,
    ) -> Result<Map<String, Value>, Unusable> {
        let missing = |fault, why: &str| Unusable::Missing(failure(fault, why));
        let bearer = format!("Bearer {}", access_token.expose());
        let request = authorized_request(Method::GET, endpoint, "application/json, application/jwt", &bearer);
        let request = request
            .ok_or_else(|| missing(Fault::InvalidResponse, "the request with this access token cannot be built"))?;
        let sent = Sent::of_request(&request);
        let answer = self.http.send(request, now).await.map_err(|CallError(fault, why)| missing(fault, &why))?;
        if answer.status() != StatusCode::OK {
            return Err(missing(resource_fault(&answer), &describe_response(&answer, &sent)));
        }
        let claims = if let Some(token) = signed_response(answer.headers(), answer.body()) {
            self.signed_userinfo(token, &verified.issuer, now).await?
        } else {
            match read_json(answer.headers(), answer.body()) {
                Ok(Value::Object(claims)) => claims,
                Ok(_) => return Err(missing(Fault::InvalidResponse, "answered with JSON that is not an object")),
                Err(why) => return Err(missing(Fault::InvalidResponse, &why)),
            }
        };
        check_sub(claims, &verified.sub, &sent)
    }

    /// Verifies a signed userinfo response, with the issuer of the ID token (RT-29).
    async fn signed_userinfo(
        self: &Arc<Self>,
        token: &str,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Map<String, Value>, Unusable> {
        let jws = Jws::read(token, &FORM).map_err(|why| Unusable::Missing(unverified(&why.into())))?;
        let accepted = Accepted::for_userinfo(&self.config);
        self.verify_signature(&jws, &accepted, issuer, Refetch::Login, now).await?;
        validate(&jws.payload, issuer, &self.config, now)?;
        Ok(jws.payload)
    }
}

/// Why there is no userinfo.
enum Unusable {
    /// The provider gave none, or none that can be read.
    Missing(Failure),
    /// The response is of another person, or is not valid.
    Contradictory(Failure),
}

impl From<TokenError> for Unusable {
    fn from(why: TokenError) -> Self {
        match why {
            TokenError::Unavailable(missing) => Self::Missing(missing.into()),
            why => Self::Contradictory(unverified(&why)),
        }
    }
}

fn unverified(why: &TokenError) -> Failure {
    let needs_operator = matches!(why, TokenError::Clock(_));
    failure(Fault::Refused, &format!("its signed response {why}")).needing_operator(needs_operator)
}

/// Whether there is a value at each of these pointers.
fn has_all<'p>(claims: &Map<String, Value>, pointers: impl IntoIterator<Item = &'p Pointer>) -> bool {
    let claims = Value::Object(claims.clone());
    pointers.into_iter().all(|pointer| pointer.find(&claims).is_some())
}

fn failure(fault: Fault, why: &str) -> Failure {
    Failure::userinfo(fault, format!("the userinfo endpoint: {why}"))
}

/// The token of a signed response: by its media type, or by its form if the media type is that of JSON. Some providers
/// send it as a JSON string.
fn signed_response<'b>(headers: &HeaderMap, body: &'b [u8]) -> Option<&'b str> {
    // The header of a JWS is a JSON object, which begins with `{"` in base64url.
    const BEGINNING: &str = "eyJ";
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    if is_type(headers, "application/jwt") {
        return Some(text);
    }
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let is_token = |text: &&str| text.starts_with(BEGINNING) && text.split('.').count() >= 3;
    Some(bare).filter(is_token).filter(|_| !is_type(headers, "text/html"))
}

/// Rejects userinfo with another `sub` than the ID token (RT-28).
fn check_sub(claims: Map<String, Value>, sub: &str, sent: &Sent) -> Result<Map<String, Value>, Unusable> {
    match claims.get("sub").and_then(claims::sub) {
        Some(userinfo_sub) if userinfo_sub == sub => Ok(claims),
        Some(_) => Err(Unusable::Contradictory(failure(Fault::Refused, "has another sub than the ID token"))),
        None => Err(Unusable::Missing(without_sub(&claims, sent))),
    }
}

/// A response with status 200 that is an error, or that has no `sub`.
fn without_sub(claims: &Map<String, Value>, sent: &Sent) -> Failure {
    let Some(error) = ProviderError::of_members(claims) else {
        return failure(Fault::InvalidResponse, "answered without a usable sub");
    };
    let fault = if error.is_temporary() { Fault::InvalidResponse } else { Fault::Refused };
    failure(fault, &format!("answered with an error{}", error.describe(sent)))
}

/// Checks `iss`, `aud` and `exp` of a signed response, if they are present.
fn validate(
    claims: &Map<String, Value>,
    issuer: &str,
    config: &config::Oidc,
    now: Timestamp,
) -> Result<(), TokenError> {
    if let Some(iss) = claims.get("iss").filter(|iss| iss.as_str() != Some(issuer)) {
        return Err(other_issuer(iss.as_str().unwrap_or_default(), issuer).into());
    }
    let is_client = |aud: &Value| aud.as_str() == Some(&config.registration.client_id);
    let includes_client =
        |aud: &Value| aud.as_array().map_or_else(|| is_client(aud), |list| list.iter().any(is_client));
    if claims.get("aud").is_some_and(|aud| !includes_client(aud)) {
        return Err("is not for this client (aud)".into());
    }
    let leeway = TimeDelta::from_std(config.registration.leeway).unwrap_or_default();
    let exp = numeric_date::read(claims, "exp").map_err(|_| "has an unreadable exp")?;
    match exp.filter(|exp| *exp + leeway <= now) {
        Some(exp) => {
            let (age, leeway) = ((now - exp).num_seconds(), leeway.num_seconds());
            Err(TokenError::Clock(format!("expired {age} s ago (exp); leeway is {leeway} s")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_signed_response_is_found_under_any_media_type() {
        let found = |media_type: &'static str, body: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", media_type.parse().expect("a header"));
            signed_response(&headers, body.as_bytes())
        };
        let token = "eyJhbGciOiJFZERTQSJ9.e30.AA";
        for (media_type, body) in [
            ("application/jwt", "eyJhbGciOiJFZERTQSJ9.e30.AA\n"),
            ("application/json", "eyJhbGciOiJFZERTQSJ9.e30.AA"),
            ("application/json; charset=utf-8", " \"eyJhbGciOiJFZERTQSJ9.e30.AA\" "),
            ("text/plain", "eyJhbGciOiJFZERTQSJ9.e30.AA"),
        ] {
            assert_eq!(found(media_type, body), Some(token), "{media_type} {body}");
        }
        assert_eq!(found("application/jwt", "no token"), Some("no token"), "refused as a token");
        for (media_type, body) in [
            ("application/json", r#"{"sub":"eyJ.a.b"}"#),
            ("application/json", "\"eyJ\""),
            ("application/json", ""),
            ("text/html", "eyJhbGciOiJFZERTQSJ9.e30.AA"),
        ] {
            assert_eq!(found(media_type, body), None, "{media_type} {body}");
        }
    }

    fn map(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else { panic!("{value} is not an object") };
        members
    }

    /// RT-28, RT-30
    #[test]
    fn the_sub_must_be_that_of_the_id_token() {
        let fault = |claims: Value| match check_sub(map(claims), "7", &Sent::default()) {
            Ok(_) => None,
            Err(Unusable::Missing(failure) | Unusable::Contradictory(failure)) => Some(failure.fault),
        };
        assert_eq!(fault(json!({"sub": "7"})), None);
        assert_eq!(fault(json!({"sub": 7})), None);
        assert_eq!(fault(json!({"sub": "8"})), Some(Fault::Refused));
        assert_eq!(fault(json!({"sub": ""})), Some(Fault::Refused));
        for none in [json!({"email": "a@b.c"}), json!({"sub": 7.0}), json!({"sub": null}), json!({"sub": ["7"]})] {
            assert_eq!(fault(none.clone()), Some(Fault::InvalidResponse), "{none}");
        }
        assert_eq!(fault(json!({"error": "invalid_token"})), Some(Fault::Refused));
        assert_eq!(fault(json!({"error": "temporarily_unavailable"})), Some(Fault::InvalidResponse));
    }

    /// RT-29
    #[test]
    fn claims_of_a_signed_response_are_validated() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant");
        let config = crate::upstream::oidc::relying_party::tests::config("https://op.example");
        let result =
            |claims: Value| validate(&map(claims), &config.issuer, &config, now).map_err(|why| why.to_string());
        assert_eq!(result(json!({"iss": "https://op.example", "aud": ["us", "them"]})), Ok(()));
        assert_eq!(
            result(json!({"aud": "us", "exp": 1_799_999_940.5})),
            Err("expired 60 s ago (exp); leeway is 60 s: compare the clocks of this machine and of the provider".into())
        );
        for good in [json!({}), json!({"exp": 1_799_999_941}), json!({"exp": 1_800_000_300.5}), json!({"exp": null})] {
            assert_eq!(result(good.clone()), Ok(()), "{good}");
        }
        let to_others = [json!({"iss": "https://evil"}), json!({"aud": "them"}), json!({"aud": []}), json!({"aud": 7})];
        for bad in to_others.into_iter().chain([json!({"exp": 1}), json!({"exp": "soon"}), json!({"iss": null})]) {
            assert!(result(bad.clone()).is_err(), "{bad}");
        }
    }
}
