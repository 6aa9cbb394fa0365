//! The explanation of a refused request for the developer of an app: `error_description`, and one line of the log.

#![expect(clippy::similar_names, reason = "`log` and `long`, `line` and `lines`")]

use chrono::TimeDelta;

use crate::support::app::{
    self, SPA, Tokens, VERIFIER, code, of_server, path, post, post_as, redeem, request, sign_in,
};
use crate::support::{Answer, Browser, Gateway, LogCapture};

const FORM: &str = "application/x-www-form-urlencoded";

/// The line about a refused request of an app, which is the only one.
#[track_caller]
fn line(log: &LogCapture, marker: &str) -> String {
    let text = log.text();
    let lines: Vec<_> =
        text.lines().filter(|line| line.contains("app_request_refused") && line.contains(marker)).collect();
    assert_eq!(lines.len(), 1, "{marker}: {lines:?}\n{text}");
    lines[0].to_owned()
}

/// Whether the log has a line about the request of this answer as a refused one.
fn is_refused(log: &LogCapture, answer: &Answer) -> bool {
    let reference = answer.header("x-request-id");
    log.text().lines().any(|line| line.contains("app_request_refused") && line.contains(reference))
}

#[track_caller]
fn says(line: &str, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        let field = format!("{name}=\"{value}\"");
        assert!(line.contains(&field), "{field} in {line}");
    }
}

#[track_caller]
fn described(answer: &Answer) -> (String, String) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}")).to_owned();
    (text("error"), text("error_description"))
}

/// A code of `spa` for a browser that is signed in.
async fn new_code(browser: &Browser) -> String {
    code(&browser.get(&path(&[])).await)
}

async fn signed_in(gateway: &Gateway) -> Browser {
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    browser
}

/// The requests of the report, each with the answer and the line that an integrator needs.
#[tokio::test]
async fn refusals_without_a_reason() {
    let gateway = app::start();
    let browser = signed_in(&gateway).await;
    let log = LogCapture::start();
    let of = |answer: &Answer| line(&log, answer.header("x-request-id"));
    let evil = "https://evil.example/unregistered";
    let answer = browser.get(&path(&[("redirect_uri", evil)])).await;
    assert_eq!(answer.status, 400);
    let fields =
        [("client", "spa"), ("parameter", "redirect_uri"), ("redirect_uri", evil), ("error", "invalid_request")];
    says(&of(&answer), &fields);
    let answer = browser.get(&path(&[("client_id", "nobody")])).await;
    assert_eq!(answer.status, 400);
    says(&of(&answer), &[("client", "nobody"), ("parameter", "client_id"), ("redirect_uri", SPA)]);
    let answer = browser.get(&path(&[("code_challenge", "")])).await;
    assert_eq!(app::redirect_error(&answer), "invalid_request");
    let reference = answer.header("x-request-id").to_owned();
    let fields =
        [("client", "spa"), ("parameter", "code_challenge"), ("error", "invalid_request"), ("reference", &*reference)];
    says(&of(&answer), &fields);
    let both = [("client_id", "server"), ("client_secret", app::SECRET), ("grant_type", "client_credentials")];
    let answer = post_as(&gateway, "server", "/oauth2/token", &both).await;
    let (error, description) = described(&answer);
    assert!(error == "invalid_request" && description.contains("header and in the form"), "{description}");
    says(&of(&answer), &[("client", "server"), ("parameter", "client_secret"), ("error", "invalid_request")]);
    let answer = browser.get("/logout?client_id=spa&post_logout_redirect_uri=https://spa.example/unregistered").await;
    assert_eq!(answer.status, 400);
    says(&of(&answer), &[("client", "spa"), ("parameter", "post_logout_redirect_uri")]);
    let tokens = Tokens::of_spa(&gateway, "ada").await;
    let answer = post_as(&gateway, "fapi", "/oauth2/introspect", &[("token", &tokens.access)]).await;
    assert_eq!(answer.json()["active"], false);
    says(&of(&answer), &[("client", "fapi"), ("parameter", "token")]);
    assert!(!log.text().contains(&tokens.access), "no token in the log");
}

/// `invalid_grant` says which: each reason in the answer, and in the line with the error.
#[tokio::test]
async fn a_refused_code_says_why() {
    let gateway = app::setup()
        .toml("[clients.other]\nredirect_uris = ['https://spa.example/cb']\nid_token_alg = 'ES256'\n")
        .start();
    let browser = signed_in(&gateway).await;
    let wrong = "x".repeat(43);
    let other_uri = "https://spa.example/other";
    for (changes, parameter, reason) in [
        (vec![("code", "unknown")], "code", "unknown or has expired"),
        (vec![("code", "")], "code", "code is missing"),
        (vec![("redirect_uri", "")], "redirect_uri", "redirect_uri is missing"),
        (vec![("client_id", "other")], "code", "another client"),
        (vec![("redirect_uri", other_uri)], "redirect_uri", "differs"),
        (vec![("code_verifier", "")], "code_verifier", "code_verifier is missing"),
        (vec![("code_verifier", wrong.as_str())], "code_verifier", "does not match"),
        (vec![("code_verifier", "short")], "code_verifier", "does not match"),
        (vec![("grant_type", "")], "grant_type", "grant_type is missing"),
        (vec![("grant_type", "password")], "grant_type", "not supported"),
        (vec![("grant_type", "client_credentials")], "grant_type", "may not use"),
        (vec![("resource", "https://nowhere.example")], "resource", "resource"),
    ] {
        let fresh = new_code(&browser).await;
        let log = LogCapture::start();
        let answer = redeem(&gateway, &fresh, &changes).await;
        let (error, description) = described(&answer);
        assert_eq!(answer.status, 400, "{changes:?} {answer:?}");
        assert!(description.contains(reason), "{changes:?}: {description}");
        let reference = answer.header("x-request-id").to_owned();
        let line = line(&log, &reference);
        says(&line, &[("parameter", parameter), ("error", &error), ("reference", &reference)]);
        assert!(!line.contains(&fresh) && !line.contains(VERIFIER) && !line.contains(&wrong), "{line}");
        let reported = log.text();
        let answered =
            reported.lines().find(|line| line.contains("answered") && line.contains(&reference)).expect("a line");
        assert!(answered.contains(&format!("code=\"{error}\"")), "{answered}");
        let is_grant = matches!(parameter, "code" | "redirect_uri" | "code_verifier") && !reason.contains("is missing")
            || reason == "code_verifier is missing";
        assert_eq!(error == "invalid_grant", is_grant, "{changes:?} {error}");
    }
    let used = new_code(&browser).await;
    Tokens::of(&redeem(&gateway, &used, &[]).await);
    assert!(described(&redeem(&gateway, &used, &[]).await).1.contains("already used"));
    let late = new_code(&browser).await;
    gateway.hand.advance(TimeDelta::seconds(61));
    assert!(described(&redeem(&gateway, &late, &[]).await).1.contains("unknown or has expired"));
    let orphan = new_code(&browser).await;
    assert!(browser.post("/logout").await.status < 400);
    for _ in 0..2 {
        let (error, description) = described(&redeem(&gateway, &orphan, &[]).await);
        assert!(
            error == "invalid_grant" && description.contains("sign-in that the code came from has ended"),
            "{description}"
        );
    }
    let form = [("grant_type", "refresh_token"), ("refresh_token", "junk"), ("client_id", "spa")];
    let (error, description) = described(&post(&gateway, "/oauth2/token", &form).await);
    assert_eq!((error.as_str(), description.contains("refresh token")), ("invalid_grant", true), "{description}");
}

/// Each refused authorization request, by GET, by a form and pushed.
#[tokio::test]
async fn a_refused_authorization_request_names_its_parameter() {
    let gateway = app::start();
    let browser = signed_in(&gateway).await;
    let long = "s".repeat(5_000);
    for (changes, parameter, error) in [
        (vec![("client_id", "")], "client_id", "invalid_request"),
        (vec![("client_id", "nobody")], "client_id", "invalid_request"),
        (vec![("redirect_uri", "")], "redirect_uri", "invalid_request"),
        (vec![("redirect_uri", "https://spa.example/cb/")], "redirect_uri", "invalid_request"),
        (vec![("state", long.as_str())], "state", "invalid_request"),
        (vec![("response_type", "")], "response_type", "invalid_request"),
        (vec![("response_type", "token")], "response_type", "unsupported_response_type"),
        (vec![("response_mode", "fragment")], "response_mode", "invalid_request"),
        (vec![("code_challenge", "")], "code_challenge", "invalid_request"),
        (vec![("code_challenge", "short")], "code_challenge", "invalid_request"),
        (vec![("code_challenge_method", "plain")], "code_challenge_method", "invalid_request"),
        (vec![("scope", "unknown")], "scope", "invalid_scope"),
        (vec![("prompt", "Welcome back!")], "prompt", "invalid_request"),
        (vec![("max_age", "soon")], "max_age", "invalid_request"),
        (vec![("provider", "nobody")], "provider", "invalid_request"),
        (vec![("resource", "https://nowhere.example")], "resource", "invalid_target"),
        (vec![("id_token_hint", "junk")], "id_token_hint", "invalid_request"),
        (vec![("request", "eyJ")], "request", "request_not_supported"),
        (vec![("nonce", long.as_str())], "nonce", "invalid_request"),
    ] {
        for by_form in [false, true] {
            let log = LogCapture::start();
            let answer = if by_form {
                browser.ask("POST", "/oauth2/authorize").body(FORM, request(&changes)).send().await
            } else {
                browser.get(&path(&changes)).await
            };
            assert!([302, 303, 400].contains(&answer.status), "{changes:?} {answer:?}");
            let reference = answer.header("x-request-id").to_owned();
            let line = line(&log, &reference);
            says(&line, &[("parameter", parameter), ("error", error), ("reference", &reference)]);
        }
    }
    let log = LogCapture::start();
    let form = [("redirect_uri", app::SERVER), ("response_type", "token")];
    let answer = post_as(&gateway, "server", "/oauth2/par", &form).await;
    assert_eq!(described(&answer).0, "unsupported_response_type");
    says(&line(&log, answer.header("x-request-id")), &[("client", "server"), ("parameter", "response_type")]);
    let accepted = LogCapture::start();
    for asked in [path(&[]), of_server(&[("prompt", "none")])] {
        let answer = browser.get(&asked).await;
        code(&answer);
        assert!(!is_refused(&accepted, &answer), "what is accepted has no such line");
    }
}

/// TK-28: the client id is logged as sent, escaped and bounded; a secret never is.
#[tokio::test]
async fn an_unknown_client_is_named_in_the_log() {
    let gateway = app::start();
    let long = "n".repeat(500);
    for (id, shown) in [("renamed-app", "renamed-app".to_owned()), (&long, format!("{}...", &long[..100]))] {
        let log = LogCapture::start();
        let form =
            [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "a-wrong-secret-of-an-app")];
        assert_eq!(post(&gateway, "/oauth2/token", &form).await.status, 400);
        let text = log.text();
        let line = text.lines().find(|line| line.contains("client_refused") && line.contains(&shown)).expect("a line");
        assert!(!line.contains("a-wrong-secret") && !line.contains(&long), "{line}");
    }
    let log = LogCapture::start();
    let asked = path(&[("client_id", "x\" error=\"none\u{202e}\n"), ("redirect_uri", "https://x.example/\u{7}")]);
    let answer = gateway.browser().get(&asked).await;
    let line = line(&log, answer.header("x-request-id"));
    assert!(!line.contains("error=\"none\u{202e}") && line.contains("\\u{202e}") && line.contains("u{7}"), "{line}");
}

/// The usual requests of a login are not refusals: also those that end with `login_required`.
#[tokio::test]
async fn silent_requests_of_nobody_are_no_refusals() {
    let gateway = app::start();
    let log = LogCapture::start();
    let answer = gateway.browser().get(&path(&[("prompt", "none")])).await;
    assert_eq!(app::redirect_error(&answer), "login_required");
    assert!(!is_refused(&log, &answer));
    let signed = sign_in(&gateway.browser(), &path(&[]), "ada").await;
    let answer = redeem(&gateway, &code(&signed), &[]).await;
    assert!(answer.status == 200 && !is_refused(&log, &answer), "{answer:?}");
}
