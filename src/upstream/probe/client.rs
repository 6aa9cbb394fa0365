//! Whether a provider takes us for its client: a code is redeemed that nobody ever gave out. A provider looks at the
//! client first (RFC 6749 §5.2), so `invalid_client` means a wrong secret, and `invalid_grant` a right one.

use super::ask::Asker;
use super::finding::{Check, Finding};
use crate::base::secret::Plain;
use crate::config::{Pkce, Registration, TokenEndpointAuthMethod};
use crate::upstream::client_authentication::{self, ClientRequest, Secret};
use crate::upstream::oauth_error::{NOT_THE_CLIENT, error_code};
use crate::upstream::text::is_error_code;

/// What refuses only the code.
const WRONG_CODE: [&str; 3] = ["invalid_grant", "bad_verification_code", "invalid_code"];

/// Tries our registration at a token endpoint. An assertion is for `audience` where the operator did not say.
pub async fn found(
    registration: &Registration,
    endpoint: &str,
    audience: &str,
    callback: &str,
    asker: &Asker,
) -> Vec<Finding> {
    let form = junk(registration, callback);
    let request = ClientRequest { endpoint, audience, form: &form };
    let current = answer(registration, &request, Secret::Current, asker).await;
    if registration.client_secret_previous.is_none() {
        return vec![of_current(registration.token_endpoint_auth_method, current)];
    }
    let previous = answer(registration, &request, Secret::Previous, asker).await;
    if matches!((&current, &previous), (Answer::NotOurs(_), Answer::Ours)) {
        return vec![not_in_force_yet()];
    }
    vec![of_current(registration.token_endpoint_auth_method, current), of_previous(previous)]
}

/// A token request with a code of our own making.
fn junk(registration: &Registration, callback: &str) -> Vec<(String, String)> {
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

async fn answer(registration: &Registration, wanted: &ClientRequest<'_>, secret: Secret, asker: &Asker) -> Answer {
    let Some(request) = client_authentication::authenticated(registration, wanted, secret, asker.now()) else {
        return Answer::Silent("the token endpoint cannot be asked as the client".into());
    };
    match asker.send(request).await {
        Ok(answer) => judge(&answer),
        Err(why) => Answer::Silent(format!("the token endpoint, {}: {why}", wanted.endpoint)),
    }
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

fn judge(answer: &http::Response<Vec<u8>>) -> Answer {
    match error_code(answer.headers(), answer.body()).unwrap_or_default().as_str() {
        code if NOT_THE_CLIENT.contains(&code) => Answer::NotOurs(code.to_owned()),
        code if WRONG_CODE.contains(&code) => Answer::Ours,
        code if is_error_code(code) => Answer::Unclear(format!("the token endpoint answered {code}")),
        _ => Answer::Unclear(format!("the token endpoint answered {} without a known error", answer.status().as_u16())),
    }
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

/// A login tries both.
fn not_in_force_yet() -> Finding {
    let said = "client_secret is refused, and client_secret_previous is right: logins work by the old one; put the new one \
                into force at the provider before the old one ends";
    Finding::warning(Check::Client, said)
}

/// The old secret may be refused: then the new one is in force everywhere.
fn of_previous(answer: Answer) -> Finding {
    match answer {
        Answer::NotOurs(_) => Finding::note(Check::Client, "client_secret_previous is refused by now: take it out"),
        answer => of_secret("client_secret_previous", answer),
    }
}

fn of_current(method: TokenEndpointAuthMethod, answer: Answer) -> Finding {
    match method {
        TokenEndpointAuthMethod::ClientSecretBasic | TokenEndpointAuthMethod::ClientSecretPost => {
            of_secret("client_secret", answer)
        }
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

    fn judged(content_type: &str, status: u16, body: &str) -> Answer {
        let answer = http::Response::builder().status(status).header("content-type", content_type);
        judge(&answer.body(body.as_bytes().to_vec()).expect("an answer"))
    }

    fn verdict(status: u16, body: &str) -> &'static str {
        of_secret("client_secret", judged("application/json", status, body)).verdict.name()
    }

    #[test]
    fn the_error_tells_the_secret_from_the_code() {
        assert_eq!(verdict(400, r#"{"error":"invalid_grant"}"#), "good");
        assert_eq!(verdict(401, r#"{"error":"invalid_client","error_description":"x"}"#), "FAILED");
        assert_eq!(verdict(200, r#"{"error":"bad_verification_code"}"#), "good");
        let form = "error=incorrect_client_credentials&error_description=x";
        let form = judged("application/x-www-form-urlencoded; charset=utf-8", 200, form);
        assert_eq!(of_secret("client_secret", form).verdict.name(), "FAILED");
        assert_eq!(verdict(200, r#"{"ok":false,"error":"bad_client_secret"}"#), "FAILED");
        for unclear in [r#"{"error":"invalid_request"}"#, r#"{"error":{"code":100}}"#, "", "<html>", "{}", "[]"] {
            assert_eq!(verdict(400, unclear), "warning", "{unclear}");
        }
    }

    #[test]
    fn what_a_provider_writes_is_not_shown() {
        let script = r#"{"error":"<script>alert(1)</script>"}"#;
        let Answer::Unclear(why) = judged("application/json", 400, script) else { panic!("it is unclear") };
        assert!(!why.contains("script"), "{why}");
    }
}
