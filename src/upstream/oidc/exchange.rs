//! The token request (OpenID Connect Core §3.1.3): once per login, and never again whatever comes of it (FI-07).
//!
//! The library makes the request and reads the answer; in between the answer is judged and put into the form that the
//! library reads, since real providers send `expires_in` as text, scopes as a list, or errors with status 200.

use std::borrow::Cow;
use std::pin::Pin;

use http::{HeaderMap, StatusCode};
use openidconnect::{
    AsyncHttpClient, AuthorizationCode, ErrorResponse, HttpRequest, HttpResponse, OAuth2TokenResponse,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
};
use serde_json::{Map, Value};

use super::client::Shared;
use super::discovery::Metadata;
use super::fetch::{Unanswered, is_type, read_json, status_in_words};
use super::library::{TokenAnswer, library};
use crate::base::secret::Plain;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::Handshake;
use crate::upstream::identity::ProviderTokens;

/// What the token endpoint gave.
pub struct Tokens {
    /// The ID token, in compact form and not verified yet.
    pub id_token: Option<Plain>,
    /// The access token.
    pub access_token: Plain,
    /// The refresh token.
    pub refresh_token: Option<Plain>,
    /// What the access token is good for.
    pub scope: Option<String>,
    /// Life of the access token in seconds.
    pub expires_in: Option<u64>,
}

impl From<Tokens> for ProviderTokens {
    fn from(tokens: Tokens) -> Self {
        let Tokens { id_token, access_token, refresh_token, scope, expires_in } = tokens;
        Self { id_token, access_token, refresh_token, token_secret: None, scope, expires_in }
    }
}

impl Shared {
    /// Redeems a code.
    pub(super) async fn redeem(
        &self,
        metadata: &Metadata,
        handshake: &Handshake,
        code: &Plain,
    ) -> Result<Tokens, Failure> {
        let unusable = || Failure::token(Fault::Answer, "the token request cannot be made");
        let redirect = RedirectUrl::new(handshake.redirect_uri.clone()).map_err(|_| unusable())?;
        let library = library(&self.config, metadata);
        let code = AuthorizationCode::new(code.expose().to_owned());
        let request = library.exchange_code(code).map_err(|_| unusable())?;
        let mut request = request.set_redirect_uri(Cow::Owned(redirect));
        if let Some(verifier) = &handshake.verifier {
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.clone()));
        }
        read(request.request_async(&TokenEndpoint(self)).await)
    }

    /// Asks for new tokens by a refresh token (OpenID Connect Core §12.1).
    pub(super) async fn refresh(&self, metadata: &Metadata, refresh_token: &Plain) -> Result<Tokens, Failure> {
        let library = library(&self.config, metadata);
        let refresh_token = RefreshToken::new(refresh_token.expose().to_owned());
        let request = library.exchange_refresh_token(&refresh_token);
        let request = request.map_err(|_| Failure::token(Fault::Answer, "the token request cannot be made"))?;
        read(request.request_async(&TokenEndpoint(self)).await)
    }
}

fn read<E: ErrorResponse + 'static>(
    answer: Result<TokenAnswer, RequestTokenError<Failure, E>>,
) -> Result<Tokens, Failure> {
    match answer {
        Ok(answer) => Ok(tokens(&answer)),
        Err(RequestTokenError::Request(failure)) => Err(failure),
        Err(_) => Err(token_failure(Fault::Answer, "answered with something that cannot be read")),
    }
}

/// The library's way to the token endpoint: through the one HTTP client, and past [`judge`].
struct TokenEndpoint<'s>(&'s Shared);

impl<'c> AsyncHttpClient<'c> for TokenEndpoint<'_> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.send(request).await.map_err(|Unanswered(fault, why)| token_failure(fault, &why))?;
            judge(answer.status(), answer.headers(), answer.body())
        })
    }
}

fn token_failure(fault: Fault, why: &str) -> Failure {
    Failure::token(fault, format!("the token endpoint: {why}"))
}

fn tokens(answer: &TokenAnswer) -> Tokens {
    Tokens {
        id_token: answer.extra_fields().extra_fields().raw_id_token.as_ref().map(Plain::new),
        access_token: Plain::new(answer.access_token().secret()),
        refresh_token: answer.refresh_token().map(|token| Plain::new(token.secret())),
        scope: answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")),
        expires_in: answer.expires_in().map(|life| life.as_secs()),
    }
}

/// Tells tokens from errors, and errors of ours from those of theirs.
fn judge(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<HttpResponse, Failure> {
    let refusal = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    if !status.is_success() && !refusal {
        return Err(token_failure(Fault::Answer, &status_in_words(status)));
    }
    let members = members(headers, body);
    match members {
        Ok(members) if members.get("error").is_some_and(Value::is_string) && !members.contains_key("access_token") => {
            Err(refused(members.get("error").and_then(Value::as_str).unwrap_or_default()))
        }
        _ if refusal => Err(token_failure(Fault::Answer, &status_in_words(status))),
        Ok(members) => mend(&members).map_err(|why| token_failure(Fault::Answer, why)),
        Err(why) => Err(token_failure(Fault::Answer, &why)),
    }
}

fn members(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, String> {
    if is_type(headers, "application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(body);
        return Ok(pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect());
    }
    match read_json(headers, body)? {
        Value::Object(members) => Ok(members),
        _ => Err("answered with JSON that is not an object".into()),
    }
}

/// The provider's error code goes to the operator, if it is a code; its description never does.
fn refused(code: &str) -> Failure {
    // The second is GitHub's word, the third Slack's; the last one says that the person has to do something there.
    const ENDS: [&str; 4] = ["invalid_grant", "bad_refresh_token", "invalid_refresh_token", "interaction_required"];
    let is_code = (1..=40).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let reason = match code {
        "invalid_client" => "the provider does not accept us as a client (invalid_client): check client_id, \
                             client_secret and token_endpoint_auth_method"
            .into(),
        code if is_code => format!("the provider refused the grant ({code})"),
        _ => "the provider refused the grant with an odd error".into(),
    };
    let failure = Failure::token(Fault::Refused, reason);
    if ENDS.contains(&code) { failure.ending_link() } else { failure }
}

/// The answer with nothing but what the library is to read, in the form that it reads.
fn mend(members: &Map<String, Value>) -> Result<HttpResponse, &'static str> {
    let said = |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let access_token = said("access_token").ok_or("answered without an access token")?;
    let is_bearer = said("token_type").is_some_and(|token_type| token_type.eq_ignore_ascii_case("bearer"));
    if !is_bearer {
        return Err("answered with an access token that is not a bearer token");
    }
    let whole = [
        ("access_token", Some(Value::from(access_token))),
        ("token_type", Some(Value::from("bearer"))),
        ("expires_in", members.get("expires_in").and_then(seconds).map(Value::from)),
        ("scope", members.get("scope").and_then(scope).map(Value::from)),
        ("refresh_token", said("refresh_token").map(Value::from)),
        ("raw_id_token", said("id_token").map(Value::from)),
    ];
    let present = whole.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(http::Response::new(Value::Object(present.collect()).to_string().into_bytes()))
}

/// A life in seconds, as a number or as text.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn seconds(value: &Value) -> Option<u64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..=1e12).contains(&number).then_some(number as u64)
}

/// Scopes as a list, or with commas between them.
fn scope(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.replace(',', " ")),
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::header;
    use serde_json::json;

    use super::*;

    fn judged(status: u16, content_type: &'static str, body: &str) -> Result<Value, (Fault, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().expect("a header"));
        let outcome = judge(StatusCode::from_u16(status).expect("a status"), &headers, body.as_bytes());
        let body = outcome.map_err(|failure| (failure.fault, failure.reason))?.into_body();
        Ok(serde_json::from_slice(&body).expect("JSON"))
    }

    fn ok(body: &Value) -> Result<Value, (Fault, String)> {
        judged(200, "application/json", &body.to_string())
    }

    /// RT-32, RT-33
    #[test]
    fn what_providers_bend_is_mended() {
        let answer = ok(&json!({
            "access_token": "a", "token_type": "bEaReR", "expires_in": "3600", "scope": ["openid", 1, "email"],
            "refresh_token": "", "id_token": "x.y.z", "error": null,
        }));
        let expected = json!({
            "access_token": "a", "token_type": "bearer", "expires_in": 3600, "scope": "openid email",
            "raw_id_token": "x.y.z",
        });
        assert_eq!(answer, Ok(expected));
        let of = |name: &str, value: Value| {
            let mut body = json!({"access_token": "a", "token_type": "Bearer"});
            body[name] = value;
            ok(&body).map(|answer| answer[name].clone())
        };
        assert_eq!(of("expires_in", json!(59.9)), Ok(json!(59)));
        for odd in [json!(-1), json!("soon"), json!(1e300), json!(null), json!([1])] {
            assert_eq!(of("expires_in", odd), Ok(Value::Null));
        }
        assert_eq!(of("scope", json!("a,b")), Ok(json!("a b")));
        let form = judged(200, "application/x-www-form-urlencoded", "access_token=a&token_type=bearer&scope=a+b");
        assert_eq!(form, Ok(json!({"access_token": "a", "token_type": "bearer", "scope": "a b"})));
        let script = judged(200, "text/javascript", r#"{"access_token":"a","token_type":"Bearer"}"#);
        assert!(script.is_ok());
    }

    /// RT-32
    #[test]
    fn only_bearer_tokens_are_taken() {
        for bad in [json!("mac"), json!(null), json!(""), json!(1), json!("DPoP")] {
            let outcome = ok(&json!({"access_token": "a", "token_type": bad}));
            assert_eq!(outcome.expect_err("refused").0, Fault::Answer, "{bad}");
        }
        assert_eq!(ok(&json!({"token_type": "Bearer"})).expect_err("refused").0, Fault::Answer);
    }

    /// FI-07
    #[test]
    fn answers_of_no_use_are_told_from_refusals() {
        let json = "application/json";
        let refused = judged(400, json, r#"{"error":"invalid_grant","error_description":"secret stuff"}"#);
        let (fault, reason) = refused.expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("(invalid_grant)") && !reason.contains("stuff"));
        let (fault, reason) = judged(401, json, r#"{"error":"invalid_client"}"#).expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("client_secret"));
        let (fault, reason) = judged(200, json, r#"{"error":"bad_verification_code"}"#).expect_err("refused");
        assert!(fault == Fault::Refused && reason.contains("bad_verification_code"));
        let (fault, reason) = judged(400, json, r#"{"error":"<script>"}"#).expect_err("refused");
        assert!(fault == Fault::Refused && !reason.contains("script"));
        for (status, content_type, body) in [
            (500, json, r#"{"error":"invalid_grant"}"#),
            (502, "text/html", "<html>"),
            (429, json, r#"{"error":"slow_down"}"#),
            (302, json, "{}"),
            (400, "text/html", "<html>"),
            (400, json, "{}"),
            (404, json, ""),
            (200, json, ""),
            (200, json, "{"),
            (200, json, "[]"),
            (200, "text/html", r#"{"access_token":"a","token_type":"Bearer"}"#),
        ] {
            let (fault, reason) = judged(status, content_type, body).expect_err("of no use");
            assert_eq!(fault, Fault::Answer, "{status} {body}: {reason}");
        }
    }
}
