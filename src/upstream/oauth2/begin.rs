//! The authorization request (RFC 6749 §4.1.1).

use std::borrow::Cow;

use oauth2::{CsrfToken, RedirectUrl, Scope};

use super::library::library;
use crate::base::secret::Plain;
use crate::config;
use crate::upstream::another_account;
use crate::upstream::authorization_parameters::{AuthorizationParameters, authorization_parameters};
use crate::upstream::failure::{Failure, Fault};
use crate::upstream::handshake::{Handshake, LoginHints, LoginRequest, StartedLogin};

/// Builds the authorization URL and the values with which the response is compared.
pub fn begin(config: &config::OAuth2, request: LoginRequest) -> Result<StartedLogin, Failure> {
    let LoginRequest { redirect_uri, mut hints } = request;
    let redirect = RedirectUrl::new(redirect_uri.clone())
        .map_err(|_| Failure::token(Fault::Refused, "the redirect_uri is not a URL"))?;
    let state = Plain::random();
    let for_url = state.expose().to_owned();
    let library = library(config);
    let mut url = library
        .authorize_url(move || CsrfToken::new(for_url))
        .add_scopes(config.registration.scopes.iter().cloned().map(Scope::new))
        .set_redirect_uri(Cow::Owned(redirect));
    let another = another_account::parameters(&config.registration, None, &mut hints);
    let AuthorizationParameters { verifier, parameters } =
        authorization_parameters(&config.registration, another, parameters_of(hints));
    for (name, value) in parameters {
        url = url.add_extra_param(name, value);
    }
    let (url, _) = url.url();
    let nonce = Plain::random().expose().to_owned();
    let handshake = Handshake { redirect_uri, nonce, verifier, ..Handshake::default() };
    Ok(StartedLogin { url: url.into(), state, handshake })
}

/// Only the hints that affect the provider's pages: without an ID token the other ones cannot be verified. A provider ignores
/// parameters that it does not know (RFC 6749 §3.1).
fn parameters_of(hints: LoginHints) -> [(&'static str, Option<String>); 3] {
    let LoginHints { login_hint, prompt, ui_locales, max_age: _, acr_values: _ } = hints;
    [("login_hint", login_hint), ("prompt", prompt), ("ui_locales", ui_locales)]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_lc_rs::digest::{SHA256, digest};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use url::Url;

    use super::*;
    use crate::config::{Pkce, ResponseMode};
    use crate::upstream::oauth2::client::tests::config;

    const REDIRECT: &str = "https://gw.example/callback/op?a=1";

    fn begun(config: &config::OAuth2, hints: LoginHints) -> (StartedLogin, BTreeMap<String, String>) {
        let begun = begin(config, LoginRequest { redirect_uri: REDIRECT.into(), hints }).expect("begun");
        let mut pairs = BTreeMap::new();
        for (name, value) in Url::parse(&begun.url).expect("a URL").query_pairs() {
            assert!(pairs.insert(name.to_string(), value.to_string()).is_none(), "{name} occurs twice");
        }
        (begun, pairs)
    }

    /// RA-01, RA-21
    #[test]
    fn the_request_has_state_and_pkce_challenge() {
        let (begun, pairs) = begun(&config("https://op.example"), LoginHints::default());
        let names: Vec<_> = pairs.keys().map(String::as_str).collect();
        let expected =
            ["client_id", "code_challenge", "code_challenge_method", "redirect_uri", "response_type", "scope", "state"];
        assert_eq!(names, expected);
        assert_eq!((pairs["response_type"].as_str(), pairs["client_id"].as_str()), ("code", "us"));
        assert_eq!((pairs["redirect_uri"].as_str(), pairs["scope"].as_str()), (REDIRECT, "read:user user:email"));
        assert_eq!((pairs["state"].as_str(), pairs["state"].len()), (begun.state.expose(), 43));
        let verifier = begun.handshake.verifier.expect("PKCE");
        assert_eq!(pairs["code_challenge"], URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())));
        assert_eq!(
            (begun.handshake.redirect_uri.as_str(), pairs["code_challenge_method"].as_str()),
            (REDIRECT, "S256")
        );
    }

    /// RA-16, RA-21
    #[test]
    fn the_configuration_overrides_hints_and_pkce_is_as_configured() {
        let mut config = config("https://op.example");
        config.registration.extra_params = vec![("prompt".into(), "login".into()), ("team".into(), "T1".into())];
        config.registration.pkce = Pkce::Off;
        let hints = LoginHints {
            login_hint: Some("a&client_id=evil".into()),
            prompt: Some("select_account".into()),
            max_age: Some(5),
            acr_values: Some("1".into()),
            ui_locales: None,
        };
        let (off, pairs) = begun(&config, hints);
        assert_eq!((pairs["prompt"].as_str(), pairs["team"].as_str()), ("login", "T1"));
        assert_eq!((pairs["login_hint"].as_str(), pairs["client_id"].as_str()), ("a&client_id=evil", "us"));
        assert!(!pairs.contains_key("max_age") && !pairs.contains_key("acr_values"));
        assert!(off.handshake.verifier.is_none() && !pairs.contains_key("code_challenge"));
        config.registration.pkce = Pkce::Plain;
        config.registration.response_mode = ResponseMode::FormPost;
        let (plain, pairs) = begun(&config, LoginHints::default());
        assert_eq!((pairs["code_challenge_method"].as_str(), pairs["response_mode"].as_str()), ("plain", "form_post"));
        assert_eq!(Some(&pairs["code_challenge"]), plain.handshake.verifier.as_ref());
    }
}
