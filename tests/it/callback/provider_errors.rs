//! Error responses of a provider to the authorization request (RFC 6749 §4.1.2.1).

use serde_json::json;

use crate::fake_provider::Reply;
use crate::presets::operator::Operator;
use crate::support::person::{Person, two_providers};
use crate::support::{Answer, Begun, Browser, Gateway, LogCapture, Setup, app, parameter};

/// The callback URL of a login with this error response.
fn error_callback(begun: &Begun, error: &str, description: &str) -> String {
    begun.callback(&[("error", error), ("error_description", description), ("state", &begun.state)])
}

/// The callback URL with the error that Keycloak sends from a tab if another tab has signed in meanwhile.
fn stale(begun: &Begun) -> String {
    error_callback(begun, "temporarily_unavailable", "authentication_expired")
}

/// Begins a login with parameters.
async fn begin(browser: &Browser, query: &str) -> Begun {
    Begun::at("op", browser.get(&format!("/login/op?{query}")).await.location())
}

/// The status of the login with this `state`, and the detail of its last step.
fn last_step(gateway: &Gateway, begun: &Begun) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, begun.state.as_bytes());
    let hash = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let step = format!(
        "SELECT status || ': ' || (steps->-1->>'detail') FROM authorization_sessions WHERE encode(state_hash, 'hex') = '{hash}'"
    );
    gateway.database.words(&step).concat()
}

/// A failure that only the operator can repair is not shown as a refusal of the user. It is logged as one warning a
/// minute, with a count, and does not change the availability of the provider.
#[tokio::test]
async fn a_rejected_authorization_request_is_reported_to_the_operator() {
    let gateway = Gateway::start();
    gateway.hand.hold();
    let log = LogCapture::start();
    for code in ["invalid_scope", "unauthorized_client", "unsupported_response_type", "invalid_request"] {
        for _ in 0..3 {
            let browser = gateway.browser();
            let begun = browser.begin("op").await;
            let page = browser.get(&error_callback(&begun, code, "Invalid scopes: openid x")).await;
            assert_eq!((page.status, page.is_page()), (502, true), "{code}");
            assert!(page.body.contains("changes a setting") && !page.body.contains("Invalid scopes"), "{}", page.body);
            let step = last_step(&gateway, &begun);
            let expected = format!(
                "denied: the provider rejected the authorization request ({code}), it said \"Invalid scopes: openid x\": "
            );
            assert!(step.starts_with(&expected), "{step}");
        }
        let text = log.text();
        let lines = text.lines().filter(|line| line.contains(&format!("code=\"{code}\"")));
        let warnings: Vec<_> = lines.filter(|line| line.contains("WARN")).collect();
        assert!(warnings.len() == 1 && warnings[0].contains("count=1"), "{code}: {warnings:?}");
    }
    gateway.hand.advance(chrono::TimeDelta::minutes(1));
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    browser.get(&error_callback(&begun, "invalid_scope", "")).await;
    assert!(log.text().lines().any(|line| line.contains("WARN") && line.contains("count=3")));
    let providers = browser.fetch("/providers").await.json();
    assert_eq!(providers["providers"][0]["available"], true);
}

/// The stored `error_description` contains neither values that the gateway sent, in any encoding, nor e-mail addresses.
#[tokio::test]
async fn sent_values_are_redacted_from_the_error_description() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = begin(&browser, "login_hint=ada.lovelace").await;
    let hex = begun.state.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
    let text = format!("state {} or {hex} of ADA.LOVELACE, ada@example.com <b>\u{202e}", begun.state);
    let page = browser.get(&error_callback(&begun, "access_denied", &text)).await;
    assert_eq!(page.status, 403);
    let step = last_step(&gateway, &begun);
    let expected = "denied: the provider answered with an error (access_denied), it said \"state [sent value] or [sent value] of \
                    [sent value], [e-mail address] <b>\\u{202e}\"";
    assert_eq!(step, expected);
}

/// An error response without `iss` is handled as that error, even if the metadata announces `iss` (RFC 9207).
#[tokio::test]
async fn an_error_without_the_announced_iss_is_still_a_denial() {
    let setup = Setup::new();
    setup.op.set_metadata("authorization_response_iss_parameter_supported", json!(true));
    let gateway = setup.start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let answer = browser.fetch(&error_callback(&begun, "access_denied", "")).await;
    assert_eq!(answer.problem(), (403, "provider_denied".into()));
}

/// Parameters that the provider or a proxy adds do not fail the login, whatever they are.
#[tokio::test]
async fn unknown_parameters_of_a_callback_are_ignored() {
    let gateway = Gateway::start();
    for more in ["x=1&x=2", "session_state=a&session_state=a", "utm=%ff", "a=%00"] {
        let browser = gateway.browser();
        let begun = browser.begin("op").await;
        let answer = browser.get(&format!("{}&{more}", begun.callback_of("alice"))).await;
        assert_eq!(answer.status, 303, "{more}");
    }
}

/// An error response without `state` belongs to no login. It is logged without its `error_description`, at most once an
/// hour for each provider.
#[tokio::test]
async fn an_error_without_state_is_logged() {
    let gateway = Gateway::start();
    let log = LogCapture::start();
    for _ in 0..2 {
        let page = gateway.browser().get("/callback/op?error=invalid_request&error_description=words-of-a-test").await;
        assert_eq!((page.status, page.is_page()), (400, true));
    }
    let text = log.text();
    let lines: Vec<_> = text.lines().filter(|line| line.contains("has an error and no state")).collect();
    assert!(lines.len() == 1 && lines[0].contains("client_id") && !lines[0].contains("words-of-a-test"), "{lines:?}");
}

/// If the user has signed in in another tab meanwhile, the stale tab continues with that session.
#[tokio::test]
async fn a_stale_tab_continues_with_the_session_of_the_browser() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = begin(&browser, "return_to=/sessions").await;
    browser.sign_in("alice").await;
    let answer = browser.get(&stale(&begun)).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/sessions"));
    let expected = "denied: the provider answered with an error (temporarily_unavailable), it said \"authentication_expired\"; the \
                    browser continued with the session that it has";
    assert_eq!(last_step(&gateway, &begun), expected);
    assert_eq!(gateway.database.rows("authorization_sessions"), 2, "nothing began again");
}

/// Without a session the login begins again, once, with the same parameters. If the provider returns the same error
/// again, the login fails.
#[tokio::test]
async fn a_stale_tab_without_a_session_begins_once_more() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let first = begin(&browser, "return_to=/sessions&ui_locales=de").await;
    let second = Begun::at("op", browser.get(&stale(&first)).await.location());
    assert_eq!(parameter(&second.url, "ui_locales").as_deref(), Some("de"));
    assert_ne!(first.state, second.state);
    assert!(last_step(&gateway, &first).contains("the login began again as "));
    let page = browser.get(&stale(&second)).await;
    assert_eq!((page.status, page.is_page()), (502, true));
    assert!(last_step(&gateway, &second).ends_with("the login had begun again already"));

    let first = begin(&browser, "return_to=/sessions").await;
    let second = Begun::at("op", browser.get(&stale(&first)).await.location());
    assert_eq!(browser.get(&second.callback_of("alice")).await.location(), "/sessions");
}

/// The session is not used if the parameters of the login ask for more than a sign-in. A login that begins again counts
/// for the limit on logins.
#[tokio::test]
async fn a_session_does_not_satisfy_a_login_with_further_parameters() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    for query in
        ["prompt=login", "prompt=select_account", "max_age=60", "acr_values=gold", "login_hint=bob%40example.com"]
    {
        let first = begin(&browser, query).await;
        let second = Begun::at("op", browser.get(&stale(&first)).await.location());
        let (name, value) = query.split_once('=').expect("a pair");
        let sent = parameter(&second.url, name).map(|sent| sent.replace('@', "%40"));
        assert_eq!(sent.as_deref(), Some(value), "{query}");
        assert_eq!(browser.get(&stale(&second)).await.status, 502, "{query}");
    }
    let own = begin(&browser, "login_hint=Alice%40example.com").await;
    assert_eq!(browser.get(&stale(&own)).await.status, 303);

    let configured = Gateway::with("[providers.op.extra_params]\nprompt = 'login'\n");
    let browser = configured.browser();
    browser.sign_in("alice").await;
    let first = begin(&browser, "").await;
    assert_eq!(browser.get(&stale(&first)).await.status, 302, "`extra_params` has `prompt`, so the login begins again");

    let limited = Gateway::with("[limits]\nlogins_per_minute = 1\n");
    let browser = limited.browser();
    let first = begin(&browser, "").await;
    assert_eq!(browser.get(&stale(&first)).await.status, 429);
    assert!(last_step(&limited, &first).ends_with("there were too many logins"));
}

/// A session of another provider does not satisfy the login, so the login begins again. A login that links an identity
/// begins again, too, and links it.
#[tokio::test]
async fn linking_and_another_provider_begin_once_more() {
    let (gateway, _other) = two_providers("");
    let ada = Person::at(&gateway, "op", "ada").await;
    let at_other = Begun::at("other", ada.browser.get("/login/other").await.location());
    let again = ada.browser.get(&stale(&at_other)).await;
    assert_eq!(again.status, 302, "the session is of the provider op");

    let answer = ada.post("/identities/other").await;
    let begun = Begun::at("other", answer.json()["url"].as_str().expect("a URL").to_owned());
    let again = Begun::at("other", ada.browser.get(&stale(&begun)).await.location());
    assert_eq!(ada.browser.get(&again.callback_of("countess")).await.location(), "/account");
    assert_eq!(ada.identities().await, ["op/ada", "other/countess"]);
    assert_eq!(gateway.database.rows("sessions"), 1);
}

/// With a session, an app's authorization request receives a code. Without one, the login begins again; after a second
/// error a page is shown, and its button returns `temporarily_unavailable` to the app.
#[tokio::test]
async fn an_authorization_request_of_an_app_continues_after_a_stale_tab() {
    let gateway = app::start();
    let browser = gateway.browser();
    let first = Begun::at("op", browser.get(&app::path(&[])).await.location());
    let second = Begun::at("op", browser.get(&stale(&first)).await.location());
    let page = browser.get(&stale(&second)).await;
    assert_eq!((page.status, page.is_page()), (502, true), "{page:?}");
    let back = page.form("Back to A page").press(&browser, None).send().await;
    assert_eq!(app::redirect_error(&back), "temporarily_unavailable");

    let begun = Begun::at("op", browser.get(&app::path(&[])).await.location());
    browser.sign_in("alice").await;
    let answer = browser.get(&stale(&begun)).await;
    assert!(!app::code(&answer).is_empty());

    let fresh = Begun::at("op", browser.get(&app::path(&[("prompt", "login")])).await.location());
    let again = browser.get(&stale(&fresh)).await;
    assert_eq!(parameter(&again.location(), "prompt").as_deref(), Some("login"), "{again:?}");
}

/// An app's login fails with an error that only the operator can repair: a page is shown, and its button returns
/// `server_error` to the app, because another attempt would fail too. Other errors are sent to the app at once.
#[tokio::test]
async fn errors_for_the_operator_reach_the_app_as_server_error() {
    let gateway = app::start();
    for code in ["invalid_scope", "unauthorized_client", "unsupported_response_type", "invalid_request"] {
        let browser = gateway.browser();
        let begun = Begun::at("op", browser.get(&app::path(&[])).await.location());
        let page = browser.get(&error_callback(&begun, code, "words")).await;
        assert_eq!((page.status, page.is_page()), (502, true), "{code}");
        assert!(page.body.contains("changes a setting") && !page.body.contains("words"), "{}", page.body);
        let back = page.form("Back to A page").press(&browser, None).send().await;
        assert_eq!(app::redirect_error(&back), "server_error", "{code}");
        let description = back.location_parameter("error_description").expect("a description");
        assert!(description.contains("reference") && !description.contains("words"), "{description}");
    }
    for (code, reported) in [("access_denied", "access_denied"), ("server_error", "server_error")] {
        let browser = gateway.browser();
        let begun = Begun::at("op", browser.get(&app::path(&[])).await.location());
        assert_eq!(app::redirect_error(&browser.get(&error_callback(&begun, code, "")).await), reported);
    }
    // The login cannot begin: the provider rejects the pushed authorization request, or its metadata names another
    // issuer.
    for broken in ["par", "issuer"] {
        let setup = app::setup();
        match broken {
            "par" => {
                let endpoint = format!("{}/par", setup.op.issuer);
                setup.op.set_metadata("pushed_authorization_request_endpoint", json!(endpoint));
                let error = r#"{"error":"invalid_request","error_description":"Invalid parameter: redirect_uri"}"#;
                setup.op.reply("/par", Reply::text(400, "application/json", error));
            }
            _ => setup.op.set_metadata("issuer", json!("https://other.example")),
        }
        let gateway = setup.start();
        let browser = gateway.browser();
        let page = browser.get(&app::path(&[])).await;
        assert!(page.is_page() && page.body.contains("changes a setting"), "{broken}: {page:?}");
        let back = page.form("Back to A page").press(&browser, None).send().await;
        assert_eq!(app::redirect_error(&back), "server_error", "{broken}");
    }
}

/// `vestibule logins show` prints the provider's `error_description` only if the callback has claimed the login. A
/// callback from another browser claims nothing.
#[tokio::test]
async fn the_error_description_is_shown_for_a_claimed_login_only() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = browser.begin("op").await;
    let another = gateway.browser();
    assert_eq!(another.get(&error_callback(&begun, "access_denied", "words of another browser")).await.status, 403);
    let steps = "SELECT steps::text FROM authorization_sessions";
    assert!(!gateway.database.words(steps).concat().contains("words of another browser"));
    let page = browser.get(&error_callback(&begun, "access_denied", "not in the group")).await;
    assert!(shown(&gateway, &page).contains("it said \"not in the group\""));
}

/// The output of `vestibule logins show` for the reference on a page.
fn shown(gateway: &Gateway, page: &Answer) -> String {
    let (_, reference) =
        page.body.split_once("<code dir=\"ltr\">").unwrap_or_else(|| panic!("no reference: {}", page.body));
    let reference = reference.split('<').next().expect("a reference");
    let (_, output, errors) = Operator::new().run(&gateway.database.configuration(), &["logins", "show", reference]);
    output + &errors
}
