//! The authorization request (OpenID Connect Core §3.1.2.1).

use std::borrow::Cow;

use openidconnect::core::CoreAuthenticationFlow;
use openidconnect::{CsrfToken, Nonce, RedirectUrl, Scope};

use super::library::library;
use super::metadata::Metadata;
use crate::base::secret::Plain;
use crate::config;
use crate::upstream::another_account;
use crate::upstream::authorization_parameters::{AuthorizationParameters, authorization_parameters};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::{Handshake, LoginHints, LoginRequest, StartedLogin};

/// Builds the authorization URL and the values with which the response is compared.
pub fn begin(config: &config::Oidc, metadata: &Metadata, request: LoginRequest) -> Result<StartedLogin, Failure> {
    let LoginRequest { redirect_uri, mut hints } = request;
    let configured = config.registration.extra_params.iter().find(|(name, _)| name == "max_age");
    hints.max_age = configured.and_then(|(_, seconds)| seconds.parse().ok()).or(hints.max_age);
    let max_age = hints.max_age;
    let redirect = RedirectUrl::new(redirect_uri.clone())
        .map_err(|_| Failure::token(Fault::Refused, "the redirect_uri is not a URL"))?;
    let (state, nonce) = (Plain::random(), Plain::random());
    let (for_url, for_nonce) = (state.expose().to_owned(), nonce.expose().to_owned());
    let library = library(config, metadata);
    let mut url = library
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(for_url),
            move || Nonce::new(for_nonce),
        )
        // The library adds `openid`.
        .add_scopes(config.registration.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new))
        .set_redirect_uri(Cow::Owned(redirect));
    let another = another_account::parameters(&config.registration, metadata.prompt_values.as_deref(), &mut hints);
    let AuthorizationParameters { verifier, parameters } =
        authorization_parameters(&config.registration, another, parameters_of(hints));
    for (name, value) in parameters {
        url = url.add_extra_param(name, value);
    }
    let (url, _, _) = url.url();
    let handshake =
        Handshake { redirect_uri, nonce: nonce.expose().to_owned(), verifier, max_age, ..Handshake::default() };
    Ok(StartedLogin { url: url.into(), state, handshake })
}

fn parameters_of(hints: LoginHints) -> [(&'static str, Option<String>); 5] {
    let LoginHints { login_hint, prompt, max_age, acr_values, ui_locales } = hints;
    [
        ("login_hint", login_hint),
        ("prompt", prompt),
        ("max_age", max_age.map(|seconds| seconds.to_string())),
        ("acr_values", acr_values),
        ("ui_locales", ui_locales),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;
    use url::Url;

    use super::*;
    use crate::config::Pkce;
    use crate::upstream::oidc::discovery;
    use crate::upstream::oidc::relying_party::tests::config;

    const REDIRECT: &str = "https://gw.example/callback/op?a=1";

    fn metadata(config: &config::Oidc) -> Metadata {
        let document = json!({
            "issuer": config.issuer,
            "authorization_endpoint": "https://op.example/auth?policy=x",
            "token_endpoint": "https://op.example/token",
            "jwks_uri": "https://op.example/jwks",
        });
        discovery::read(&document, config).expect("good")
    }

    fn begun(config: &config::Oidc, hints: LoginHints) -> (StartedLogin, BTreeMap<String, String>) {
        let begun =
            begin(config, &metadata(config), LoginRequest { redirect_uri: REDIRECT.into(), hints }).expect("begun");
        let mut pairs = BTreeMap::new();
        for (name, value) in Url::parse(&begun.url).expect("a URL").query_pairs() {
            assert!(pairs.insert(name.to_string(), value.to_string()).is_none(), "{name} occurs twice");
        }
        (begun, pairs)
    }

    /// RA-01, RA-21: the challenge is sent although this metadata does not list PKCE.
    #[test]
    fn the_request_has_state_nonce_and_pkce_challenge() {
        let (begun, pairs) = begun(&config("https://op.example"), LoginHints::default());
        assert_eq!(pairs["response_type"], "code");
        assert_eq!(pairs["client_id"], "us");
        assert_eq!(pairs["redirect_uri"], REDIRECT);
        assert_eq!(pairs["scope"], "openid profile email");
        assert_eq!(pairs["state"], begun.state.expose());
        assert_eq!(pairs["nonce"], begun.handshake.nonce);
        assert_eq!(pairs["code_challenge_method"], "S256");
        assert_eq!(pairs["policy"], "x", "a parameter of the endpoint is kept");
        let verifier = begun.handshake.verifier.expect("PKCE");
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        assert_eq!(pairs["code_challenge"], URL_SAFE_NO_PAD.encode(digest));
        assert_eq!(begun.handshake.redirect_uri, REDIRECT);
    }

    /// RA-02
    #[test]
    fn random_values_are_never_repeated() {
        let config = config("https://op.example");
        let mut seen = HashSet::new();
        for _ in 0..10_000 {
            let StartedLogin { state, handshake, .. } = begun(&config, LoginHints::default()).0;
            let verifier = handshake.verifier.expect("PKCE");
            for value in [state.expose(), &handshake.nonce, &verifier] {
                assert!(
                    value.len() >= 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                );
                assert!(seen.insert(value.to_owned()));
            }
        }
    }

    /// RA-16
    #[test]
    fn names_are_unique_and_the_configuration_overrides_hints() {
        let mut config = config("https://op.example");
        let extra = [("prompt", "login"), ("hd", "example.com"), ("hd", "other")];
        config.registration.extra_params = extra.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let hints = LoginHints {
            login_hint: Some("a&client_id=evil".into()),
            prompt: Some("none".into()),
            max_age: Some(0),
            acr_values: Some("1 2".into()),
            ui_locales: None,
        };
        let (begun, pairs) = begun(&config, hints);
        assert_eq!(pairs["login_hint"], "a&client_id=evil");
        assert_eq!((pairs["prompt"].as_str(), pairs["hd"].as_str()), ("login", "example.com"));
        assert_eq!((pairs["max_age"].as_str(), pairs["acr_values"].as_str()), ("0", "1 2"));
        assert_eq!((pairs["client_id"].as_str(), pairs["state"].as_str()), ("us", begun.state.expose()));
        assert!(!pairs.contains_key("ui_locales"));
        assert_eq!(begun.handshake.max_age, Some(0));
    }

    /// RA-21
    #[test]
    fn the_configured_pkce_method_is_used() {
        let mut config = config("https://op.example");
        config.registration.pkce = Pkce::Plain;
        let (plain, pairs) = begun(&config, LoginHints::default());
        assert_eq!(pairs["code_challenge_method"], "plain");
        assert_eq!(Some(&pairs["code_challenge"]), plain.handshake.verifier.as_ref());
        config.registration.pkce = Pkce::Off;
        let (off, pairs) = begun(&config, LoginHints::default());
        assert!(off.handshake.verifier.is_none() && !pairs.contains_key("code_challenge"));
    }
}
