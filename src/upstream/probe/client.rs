//! Whether a provider takes us for its client: a code is redeemed that nobody ever gave out. A provider looks at the
//! client first (RFC 6749 §5.2), so `invalid_client` means a wrong secret, and `invalid_grant` a right one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Request, StatusCode, header};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::ask::Asker;
use super::finding::{Check, Finding};
use crate::base::outbound::Trust;
use crate::base::secret::Plain;
use crate::config::{Pkce, Registration, TokenEndpointAuthMethod};

/// What refuses the client; besides the standard's word those of GitHub and Slack.
const WRONG_CLIENT: [&str; 4] =
    ["invalid_client", "incorrect_client_credentials", "bad_client_secret", "invalid_client_id"];
/// What refuses only the code.
const WRONG_CODE: [&str; 3] = ["invalid_grant", "bad_verification_code", "invalid_code"];

/// Tries our registration at a token endpoint.
pub async fn found(
    registration: &Registration,
    endpoint: &Url,
    trust: Trust,
    callback: &str,
    asker: &Asker,
) -> Vec<Finding> {
    use TokenEndpointAuthMethod::{Apple, ClientSecretBasic, ClientSecretPost, None as Public, PrivateKeyJwt};
    let secrets = match registration.token_endpoint_auth_method {
        ClientSecretBasic | ClientSecretPost => [&registration.client_secret, &registration.client_secret_previous],
        Public => {
            let attempt = Attempt { registration, endpoint, trust, callback, secret: None };
            return vec![of_public(attempt.answer(asker).await)];
        }
        PrivateKeyJwt | Apple => {
            let said = "cannot be told: a key is signed with, and no assertion is made for a junk code";
            return vec![Finding::note(Check::Client, said)];
        }
    };
    let [current, previous] = secrets;
    let attempt = |secret| Attempt { registration, endpoint, trust, callback, secret };
    let mut found = vec![of_secret("client_secret", attempt(current.as_ref()).answer(asker).await)];
    if let Some(previous) = previous {
        found.push(of_previous(attempt(Some(previous)).answer(asker).await));
    }
    found
}

/// What the token endpoint had to say.
enum Answer {
    /// We are not its client.
    NotOurs(String),
    /// We are, and the code is none.
    Ours,
    /// Something else, in words.
    Unclear(String),
    /// Nothing, and why.
    Silent(String),
}

struct Attempt<'a> {
    registration: &'a Registration,
    endpoint: &'a Url,
    trust: Trust,
    callback: &'a str,
    secret: Option<&'a Plain>,
}

impl Attempt<'_> {
    async fn answer(&self, asker: &Asker) -> Answer {
        let Ok(request) = self.request() else { return Answer::Unclear("the token endpoint cannot be asked".into()) };
        match asker.send(request, self.trust).await {
            Ok(answer) => judge(answer.status(), answer.body()),
            Err(why) => Answer::Silent(format!("the token endpoint: {why}")),
        }
    }

    fn request(&self) -> http::Result<Request<Vec<u8>>> {
        let Self { registration, endpoint, callback, secret, .. } = self;
        let basic = registration.token_endpoint_auth_method == TokenEndpointAuthMethod::ClientSecretBasic;
        let (code, verifier) = (Plain::random(), Plain::random());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code");
        form.append_pair("code", code.expose()).append_pair("redirect_uri", callback);
        if registration.pkce != Pkce::Off {
            form.append_pair("code_verifier", verifier.expose());
        }
        if !basic {
            form.append_pair("client_id", &registration.client_id);
            secret.map(|secret| form.append_pair("client_secret", secret.expose()));
        }
        let mut request = Request::post(endpoint.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        if let (true, Some(secret)) = (basic, secret) {
            request = request.header(header::AUTHORIZATION, credentials(&registration.client_id, secret));
        }
        request.body(form.finish().into_bytes())
    }
}

/// RFC 6749 §2.3.1: both parts are form-encoded first (RD-20).
fn credentials(client_id: &str, secret: &Plain) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(client_id), encoded(secret.expose()))))
}

fn judge(status: StatusCode, body: &[u8]) -> Answer {
    let code = error_code(body).unwrap_or_default();
    let shown = (1..=40).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match code.as_str() {
        code if WRONG_CLIENT.contains(&code) => Answer::NotOurs(code.to_owned()),
        code if WRONG_CODE.contains(&code) => Answer::Ours,
        code if shown => Answer::Unclear(format!("the token endpoint answered {code}")),
        _ => Answer::Unclear(format!("the token endpoint answered {} without a known error", status.as_u16())),
    }
}

/// From JSON, or from a form, as GitHub sends it.
fn error_code(body: &[u8]) -> Option<String> {
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        return json.get("error")?.as_str().map(str::to_owned);
    }
    form_urlencoded::parse(body).find(|(name, _)| name == "error").map(|(_, code)| code.into_owned())
}

fn of_secret(name: &str, answer: Answer) -> Finding {
    match answer {
        Answer::Ours => Finding::good(Check::Client, format!("{name} is right: a junk code was refused as a code")),
        Answer::NotOurs(code) => {
            let said = format!(
                "the provider does not accept us ({code}): check client_id, {name} and token_endpoint_auth_method"
            );
            Finding::failed(Check::Client, said)
        }
        Answer::Silent(why) => Finding::failed(Check::Reachable, why),
        Answer::Unclear(why) => {
            Finding::warning(Check::Client, format!("whether {name} is right cannot be told: {why}"))
        }
    }
}

/// The old secret may be refused: then the new one is in force everywhere.
fn of_previous(answer: Answer) -> Finding {
    match answer {
        Answer::NotOurs(_) => Finding::note(Check::Client, "client_secret_previous is refused by now: take it out"),
        answer => of_secret("client_secret_previous", answer),
    }
}

fn of_public(answer: Answer) -> Finding {
    match answer {
        Answer::Ours => Finding::good(Check::Client, "a public client is taken: a junk code was refused as a code"),
        answer => of_secret("client_id", answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: &str) -> &'static str {
        of_secret("client_secret", judge(StatusCode::from_u16(status).expect("a status"), body.as_bytes()))
            .verdict
            .name()
    }

    #[test]
    fn the_error_tells_the_secret_from_the_code() {
        assert_eq!(verdict(400, r#"{"error":"invalid_grant"}"#), "good");
        assert_eq!(verdict(401, r#"{"error":"invalid_client","error_description":"x"}"#), "FAILED");
        assert_eq!(verdict(200, r#"{"error":"bad_verification_code"}"#), "good");
        assert_eq!(verdict(200, "error=incorrect_client_credentials&error_description=x"), "FAILED");
        assert_eq!(verdict(200, r#"{"ok":false,"error":"bad_client_secret"}"#), "FAILED");
        for unclear in [r#"{"error":"invalid_request"}"#, r#"{"error":{"code":100}}"#, "", "<html>", "{}", "[]"] {
            assert_eq!(verdict(400, unclear), "warning", "{unclear}");
        }
    }

    #[test]
    fn what_a_provider_writes_is_not_shown() {
        let Answer::Unclear(why) = judge(StatusCode::BAD_REQUEST, br#"{"error":"<script>alert(1)</script>"}"#) else {
            panic!("it is unclear")
        };
        assert!(!why.contains("script"), "{why}");
    }

    /// RD-20
    #[test]
    fn basic_credentials_are_form_encoded_first() {
        let header = credentials("us:1", &Plain::new("s:%+ é"));
        let decoded = STANDARD.decode(header.strip_prefix("Basic ").expect("basic")).expect("base64");
        assert_eq!(String::from_utf8(decoded).expect("text"), "us%3A1:s%3A%25%2B+%C3%A9");
    }
}
