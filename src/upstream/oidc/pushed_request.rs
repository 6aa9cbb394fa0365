//! Pushed authorization requests (RFC 9126).

use http::StatusCode;
use serde_json::Value;
use url::Url;

use super::metadata::Metadata;
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::config::PushedAuthorization;
use crate::upstream::client_response::ClientResponse;
use crate::upstream::error_response::ProviderError;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::StartedLogin;
use crate::upstream::provider_http::{CallError, read_json};
use crate::upstream::request_remedy::request_remedy;
use crate::upstream::text;

/// The longest accepted `request_uri`, in bytes, so that browsers do not truncate the authorization URL.
const MAX_REQUEST_URI: usize = 2048;

impl RelyingParty {
    /// Pushes the authorization request, if configured or required; the authorization URL then contains only
    /// `client_id` and `request_uri`. After a failed push the login fails: the request is not sent through the browser
    /// instead.
    pub(super) async fn push(
        &self,
        metadata: &Metadata,
        begun: StartedLogin,
        now: Timestamp,
    ) -> Result<StartedLogin, Failure> {
        let Some(endpoint) = endpoint(self.config.pushed_authorization, metadata)? else { return Ok(begun) };
        let (mut url, form) = split(&begun.url, &metadata.authorization_endpoint);
        let answer = self.send_as_client(endpoint.as_str(), &form, now).await;
        let answer = answer.map_err(|CallError(fault, why)| failure(fault, &why))?;
        // The request is the gateway's own, so the provider refuses it again.
        let status = answer.response.status();
        let refused = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
        let redirect_uri = &begun.handshake.redirect_uri;
        let request_uri = request_uri(&answer, redirect_uri)
            .map_err(|why| failure(Fault::InvalidResponse, &why).needing_operator(refused))?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.config.registration.client_id)
            .append_pair("request_uri", &request_uri);
        Ok(StartedLogin { url: url.into(), ..begun })
    }
}

fn failure(fault: Fault, why: &str) -> Failure {
    Failure::token(fault, format!("the pushed authorization request endpoint: {why}"))
}

/// The endpoint to which requests are pushed; `None` if they are sent through the browser.
pub fn endpoint(when: PushedAuthorization, metadata: &Metadata) -> Result<Option<&Url>, Failure> {
    let endpoint = metadata.pushed_authorization_request_endpoint.as_ref();
    let must = match when {
        PushedAuthorization::Never => return Ok(None),
        PushedAuthorization::Always => true,
        PushedAuthorization::Auto => metadata.requires_pushed_requests,
    };
    if must && endpoint.is_none() {
        let missing = failure(Fault::InvalidResponse, "is required, but the discovery document has none");
        return Err(missing.needing_operator(true));
    }
    Ok(endpoint)
}

/// Splits an authorization URL into the endpoint with its own query, and the parameters of the request.
pub fn split(whole: &str, endpoint: &Url) -> (Url, Vec<(String, String)>) {
    let own = endpoint.query_pairs().count();
    let pairs = Url::parse(whole).map(|url| url.query_pairs().into_owned().collect::<Vec<_>>()).unwrap_or_default();
    (endpoint.clone(), pairs.into_iter().skip(own).collect())
}

/// The `request_uri` of a successful response (RFC 9126 §2.2). An error concerns the gateway's request, not the user.
fn request_uri(answer: &ClientResponse, redirect_uri: &str) -> Result<String, String> {
    if let Some(why) = answer.client_rejection() {
        return Err(why);
    }
    let response = &answer.response;
    let body = read_json(response.headers(), response.body());
    let text = |name: &str| body.as_ref().ok()?.get(name).and_then(Value::as_str);
    if !matches!(response.status(), StatusCode::CREATED | StatusCode::OK) || text("request_uri").is_none() {
        return Err(describe_refusal(answer, redirect_uri));
    }
    let request_uri =
        text("request_uri").filter(|uri| (1..=MAX_REQUEST_URI).contains(&uri.len()) && text::is_clean(uri));
    request_uri.map(String::from).ok_or_else(|| "answered without a usable request_uri".into())
}

/// Why the request was refused, with the remedy if the provider named an error.
fn describe_refusal(answer: &ClientResponse, redirect_uri: &str) -> String {
    let error = ProviderError::read(&answer.response).filter(|_| answer.response.status().is_client_error());
    let remedy = error.map(|error| format!(": {}", request_remedy(&error, redirect_uri))).unwrap_or_default();
    answer.describe() + &remedy
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::upstream::oidc::discovery;
    use crate::upstream::oidc::relying_party::tests::config;
    use crate::upstream::sent::Sent;

    fn metadata(endpoint: Option<&str>, required: bool) -> Metadata {
        let document = json!({
            "issuer": "https://op.example",
            "authorization_endpoint": "https://op.example/auth?policy=x",
            "token_endpoint": "https://op.example/token",
            "jwks_uri": "https://op.example/jwks",
            "pushed_authorization_request_endpoint": endpoint,
            "require_pushed_authorization_requests": required,
        });
        discovery::read(&document, &config("https://op.example")).expect("good")
    }

    /// OP-02
    #[test]
    fn requests_are_pushed_where_configured_or_required() {
        use PushedAuthorization::{Always, Auto, Never};
        let with = metadata(Some("https://op.example/par"), true);
        let chosen = |when, metadata: &Metadata| {
            endpoint(when, metadata).map(|url| url.is_some()).map_err(|failure| failure.fault)
        };
        assert_eq!([Auto, Always, Never].map(|when| chosen(when, &with)), [Ok(true), Ok(true), Ok(false)]);
        let without = metadata(None, false);
        assert_eq!([Auto, Never].map(|when| chosen(when, &without)), [Ok(false), Ok(false)]);
        assert_eq!(chosen(Always, &without), Err(Fault::InvalidResponse));
        assert_eq!(
            chosen(Auto, &metadata(None, true)),
            Err(Fault::InvalidResponse),
            "a request that is not pushed would be rejected"
        );
    }

    #[test]
    fn the_query_of_the_endpoint_stays_in_the_url() {
        let metadata = metadata(None, false);
        let (url, form) = split("https://op.example/auth?policy=x&state=s&scope=a+b", &metadata.authorization_endpoint);
        assert_eq!(url.as_str(), "https://op.example/auth?policy=x");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(form, [pair("state", "s"), pair("scope", "a b")]);
    }

    #[test]
    fn only_a_valid_request_uri_is_accepted() {
        let judged = |status: u16, body: &str| {
            let answer = http::Response::builder().status(status).body(body.as_bytes().to_vec()).expect("an answer");
            request_uri(
                &ClientResponse::new(answer, Sent::default(), "client_id and client_secret".into()),
                "https://gw.example/cb",
            )
        };
        assert_eq!(judged(201, r#"{"request_uri":"urn:x","expires_in":60}"#), Ok("urn:x".into()));
        let rejected = |status, body| judged(status, body).expect_err("refused");
        for body in [
            r#"{"error":"invalid_client"}"#,
            r#"{"error":"invalid_request","error_description":"Authentication failed."}"#,
        ] {
            let why = rejected(401, body);
            assert!(
                why.contains("the client authentication (") && why.ends_with("check client_id and client_secret"),
                "{why}"
            );
        }
        let described = r#"{"error":"invalid_request","error_description":"Invalid parameter: redirect_uri"}"#;
        let expected = "answered 400 (invalid_request), it said \"Invalid parameter: redirect_uri\": register the redirect URI \
                        https://gw.example/cb for this client there";
        assert_eq!(rejected(400, described), expected);
        assert!(rejected(400, r#"{"error":"<script>"}"#).starts_with("answered 400, it said \"<script>\": check"));
        // An app that may not push requests.
        let forbidden = rejected(400, r#"{"error":"unauthorized_client"}"#);
        assert!(forbidden.ends_with("write pushed_authorization = \"never\""), "{forbidden}");
        for bad in ["", "{}", r#"{"request_uri":""}"#, r#"{"request_uri":7}"#, r#"{"request_uri":"urn:\u0000"}"#] {
            assert!(judged(201, bad).is_err(), "{bad}");
        }
        assert!(judged(302, r#"{"request_uri":"urn:x"}"#).is_err());
    }
}
