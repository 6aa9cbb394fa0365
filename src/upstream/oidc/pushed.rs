//! The authorization request, pushed to the provider ahead of the browser (RFC 9126).

use http::StatusCode;
use serde_json::Value;
use url::Url;

use super::discovery::Metadata;
use super::relying_party::RelyingParty;
use crate::base::clock::Timestamp;
use crate::config::PushedAuthorization;
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::Begun;
use crate::upstream::line::{Unanswered, read_json};
use crate::upstream::text;

/// A longer `request_uri`, in bytes, would make an address that browsers cut.
const MAX_REQUEST_URI: usize = 2048;

impl RelyingParty {
    /// Pushes the request of a login, where this provider takes it that way; the browser is then sent with nothing but a
    /// name for it. A request that cannot be pushed is not sent openly instead: whoever asks for the one wants no other.
    pub(super) async fn push(&self, metadata: &Metadata, begun: Begun, now: Timestamp) -> Result<Begun, Failure> {
        let Some(endpoint) = endpoint(self.config.pushed_authorization, metadata)? else { return Ok(begun) };
        let (mut url, form) = split(&begun.url, metadata.authorization_endpoint().url());
        let answer = self.send_as_client(endpoint.as_str(), &form, now).await;
        let answer = answer.map_err(|Unanswered(fault, why)| failure(fault, &why))?;
        let request_uri = request_uri(&answer).map_err(|why| failure(Fault::Answer, &why))?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.config.registration.client_id)
            .append_pair("request_uri", &request_uri);
        Ok(Begun { url: url.into(), ..begun })
    }
}

fn failure(fault: Fault, why: &str) -> Failure {
    Failure::token(fault, format!("the pushed authorization request endpoint: {why}"))
}

fn endpoint(when: PushedAuthorization, metadata: &Metadata) -> Result<Option<&Url>, Failure> {
    let extra = metadata.additional_metadata();
    let endpoint = extra.pushed_authorization_request_endpoint.as_ref();
    let must = match when {
        PushedAuthorization::Never => return Ok(None),
        PushedAuthorization::Always => true,
        PushedAuthorization::Auto => extra.require_pushed_authorization_requests,
    };
    if must && endpoint.is_none() {
        return Err(failure(Fault::Answer, "is wanted, and the discovery document names none"));
    }
    Ok(endpoint)
}

/// The address that browsers are sent to without a request, and the request that would have stood in it.
fn split(whole: &str, endpoint: &Url) -> (Url, Vec<(String, String)>) {
    let own = endpoint.query_pairs().count();
    let pairs = Url::parse(whole).map(|url| url.query_pairs().into_owned().collect::<Vec<_>>()).unwrap_or_default();
    (endpoint.clone(), pairs.into_iter().skip(own).collect())
}

/// RFC 9126 §2.2. An error is the provider's word about our request, and no person's fault.
fn request_uri(answer: &http::Response<Vec<u8>>) -> Result<String, String> {
    let body = read_json(answer.headers(), answer.body());
    let said = |name: &str| body.as_ref().ok()?.get(name).and_then(Value::as_str);
    if !matches!(answer.status(), StatusCode::CREATED | StatusCode::OK) {
        let code = said("error").filter(|code| text::is_error_code(code));
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        return Err(format!("answered {}{code}", answer.status().as_u16()));
    }
    let request_uri =
        said("request_uri").filter(|uri| (1..=MAX_REQUEST_URI).contains(&uri.len()) && text::is_clean(uri));
    request_uri.map(String::from).ok_or_else(|| "answered without a usable request_uri".into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::upstream::oidc::discovery;
    use crate::upstream::oidc::relying_party::tests::config;

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
    fn requests_are_pushed_where_that_is_wanted_or_offered() {
        use PushedAuthorization::{Always, Auto, Never};
        let with = metadata(Some("https://op.example/par"), true);
        let chosen = |when, metadata: &Metadata| {
            endpoint(when, metadata).map(|url| url.is_some()).map_err(|failure| failure.fault)
        };
        assert_eq!([Auto, Always, Never].map(|when| chosen(when, &with)), [Ok(true), Ok(true), Ok(false)]);
        let without = metadata(None, false);
        assert_eq!([Auto, Never].map(|when| chosen(when, &without)), [Ok(false), Ok(false)]);
        assert_eq!(chosen(Always, &without), Err(Fault::Answer));
        assert_eq!(chosen(Auto, &metadata(None, true)), Err(Fault::Answer), "an open one would be refused");
    }

    #[test]
    fn the_endpoints_own_query_stays_in_the_address() {
        let metadata = metadata(None, false);
        let (url, form) =
            split("https://op.example/auth?policy=x&state=s&scope=a+b", metadata.authorization_endpoint().url());
        assert_eq!(url.as_str(), "https://op.example/auth?policy=x");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(form, [pair("state", "s"), pair("scope", "a b")]);
    }

    #[test]
    fn only_a_usable_name_for_the_request_is_taken() {
        let judged = |status: u16, body: &str| {
            let answer = http::Response::builder().status(status).body(body.as_bytes().to_vec()).expect("an answer");
            request_uri(&answer)
        };
        assert_eq!(judged(201, r#"{"request_uri":"urn:x","expires_in":60}"#), Ok("urn:x".into()));
        assert_eq!(judged(400, r#"{"error":"invalid_client"}"#), Err("answered 400 (invalid_client)".into()));
        assert_eq!(judged(400, r#"{"error":"<script>"}"#), Err("answered 400".into()));
        for bad in ["", "{}", r#"{"request_uri":""}"#, r#"{"request_uri":7}"#, r#"{"request_uri":"urn:\u0000"}"#] {
            assert!(judged(201, bad).is_err(), "{bad}");
        }
        assert!(judged(302, r#"{"request_uri":"urn:x"}"#).is_err());
    }
}
