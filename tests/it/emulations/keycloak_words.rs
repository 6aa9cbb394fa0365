//! The case `keycloak-words`: Keycloak's error descriptions, and how the gateway reports them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::json;

use crate::emulations::keycloak::{Client, Keycloak};
use crate::fake_provider::{CLIENT, Reply};
use crate::presets::operator::Operator;
use crate::support::{Answer, Browser, Gateway, LogCapture, Setup};

/// The page of a login that fails at its beginning or at its end.
pub async fn failed(gateway: &Gateway, provider: &str) -> Answer {
    let browser = gateway.browser();
    let there = browser.get(&format!("/login/{provider}")).await;
    if there.status != 302 {
        return there;
    }
    let back = browser.get(&there.location()).await;
    if back.status != 302 {
        return back;
    }
    browser.get(&back.location()).await
}

/// The output of `vestibule logins show` for the reference on a page.
pub fn shown(gateway: &Gateway, page: &Answer) -> String {
    let (_, reference) =
        page.body.split_once("<code dir=\"ltr\">").unwrap_or_else(|| panic!("no reference: {}", page.body));
    let reference = reference.split('<').next().expect("a reference");
    let (code, output, complaint) =
        Operator::new().run(&gateway.database.configuration(), &["logins", "show", reference]);
    assert_eq!(code, Some(0), "{complaint}");
    output
}

/// The log line about a reference.
pub fn logged(log: &LogCapture, page: &Answer) -> String {
    let reference =
        page.body.split_once("<code dir=\"ltr\">").and_then(|(_, rest)| rest.split('<').next()).expect("a reference");
    let text = log.text();
    let line = text.lines().find(|line| line.contains(reference) && line.contains("WARN"));
    line.unwrap_or_else(|| panic!("no line about {reference}")).to_owned()
}

/// The header `Authorization` of a client.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |part: &str| url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
}

/// The emulation answers as Keycloak does, word for word: each exchange of the case.
#[tokio::test]
async fn the_emulation_answers_with_the_errors_of_keycloak() {
    const FORM: &str = "application/x-www-form-urlencoded";
    const ASKED: &str = "redirect_uri=https%3A%2F%2Fgw.example%2Fcb&state=s&response_type=code&scope=openid";
    let keycloak = Keycloak::start();
    let reported =
        |error: &str, description: &str| format!("{{\"error\":\"{error}\",\"error_description\":\"{description}\"}}");
    let unauthorized = reported("unauthorized_client", "Invalid client or Invalid client credentials");
    let unauthenticated = reported("invalid_request", "Authentication failed.");
    let flow = "Client is not allowed to initiate browser login with given response_type. Standard flow is disabled for the client.";
    let wrong: fn(&mut Client) = |client| client.secret = "another".into();
    let rows: [(fn(&mut Client), &str, &str, &str, u16, String); 10] = [
        (wrong, "/token", "grant_type=authorization_code&code=c", CLIENT, 401, unauthorized.clone()),
        (wrong, "/token", "grant_type=refresh_token&refresh_token=r", CLIENT, 401, unauthorized.clone()),
        (wrong, "/revoke", "token=t", CLIENT, 401, unauthorized),
        (wrong, "/par", ASKED, CLIENT, 401, unauthenticated.clone()),
        (|_| (), "/par", ASKED, "another", 401, unauthenticated.clone()),
        (|client| client.enabled = false, "/par", ASKED, CLIENT, 401, unauthenticated),
        (
            |client| client.redirect_uri = Some("https://other.example/".into()),
            "/par",
            ASKED,
            CLIENT,
            400,
            reported("invalid_request", "Invalid parameter: redirect_uri"),
        ),
        (
            |client| client.scopes = vec!["email"],
            "/par",
            ASKED,
            CLIENT,
            400,
            reported("invalid_request", "Invalid scopes: openid"),
        ),
        (|client| client.standard_flow = false, "/par", ASKED, CLIENT, 400, reported("unauthorized_client", flow)),
        (
            |client| client.requires_dpop = true,
            "/par",
            ASKED,
            CLIENT,
            400,
            reported("invalid_request", "DPoP proof is missing"),
        ),
    ];
    let browser = Browser::new(&keycloak.site.origin);
    for (mistake, path, form, id, status, body) in rows {
        *keycloak.client() = Client::default();
        mistake(&mut keycloak.client());
        let ask = browser.ask("POST", path).header("authorization", &basic(id, crate::support::CLIENT_SECRET));
        let answer = ask.body(FORM, form.to_owned()).send().await;
        assert_eq!((answer.status, &answer.body, answer.header("date")), (status, &body, ""), "{path} {form}");
    }
    *keycloak.client() = Client::default();
    keycloak.client().stale_tab = true;
    let back = browser.get(&format!("/auth?client_id=x&{ASKED}")).await.location();
    let issuer: String = url::form_urlencoded::byte_serialize(keycloak.op.issuer.as_bytes()).collect();
    let stale = "error=temporarily_unavailable&error_description=authentication_expired";
    assert_eq!(back, format!("https://gw.example/cb?{stale}&state=s&iss={issuer}"));
    keycloak.client().post_logout_redirect_uri = Some("https://other.example/".to_owned());
    for (query, text) in [("", "Invalid redirect uri"), ("id_token_hint=e30.e30.&", "Invalid parameter: id_token_hint")]
    {
        let query = format!("{query}client_id=x&post_logout_redirect_uri=https://gw.example/");
        let page = browser.get(&format!("/logout?{query}")).await;
        assert!(page.status == 400 && page.body.contains(&format!("<p>{text}</p>")), "{page:?}");
    }
}

/// Logout at Keycloak: the hint is left out if Keycloak has deleted the signing key of the ID token, so that the user
/// is signed out at Keycloak as well.
#[tokio::test]
async fn a_hint_of_a_deleted_key_is_left_out() {
    let (setup, keycloak) = Keycloak::setup("[providers.kc]\nlogout = \"provider\"\n");
    setup.hand.hold();
    let gateway = setup.start();
    let sign_in = async || {
        let browser = gateway.browser();
        let back = browser.get(&browser.get("/login/kc").await.location()).await.location();
        assert_eq!(browser.get(&back).await.status, 303);
        browser
    };
    let (first, second) = (sign_in().await, sign_in().await);
    let away = first.post("/logout").await.location();
    assert!(away.contains("id_token_hint="), "{away}");
    assert_eq!(first.get(&away).await.status, 302, "Keycloak takes it");
    gateway.hand.advance(TimeDelta::minutes(2));
    keycloak.op.rotate("second");
    sign_in().await;
    let away = second.post("/logout").await.location();
    assert!(away.contains("/logout?") && !away.contains("id_token_hint="), "{away}");
    assert_eq!(second.get(&away).await.status, 302, "else it would be 400");
}

/// Six mistakes that Keycloak describes, when requests are pushed: each is in the log and in `logins show`, with
/// Keycloak's `error_description`.
#[tokio::test]
async fn each_mistake_is_reported_with_the_error_description_of_keycloak() {
    let (setup, keycloak) = Keycloak::setup("");
    let gateway = setup.start();
    let log = LogCapture::start();
    let mistakes: [(fn(&mut Client), &[&str]); 6] = [
        (|client| client.secret = "another".into(), &["Authentication failed.", "client_id and client_secret"]),
        (|client| client.enabled = false, &["Authentication failed.", "client_id and client_secret"]),
        (|client| client.redirect_uri = Some("https://other.example/cb".into()), &["Invalid parameter: redirect_uri"]),
        (|client| client.scopes = vec!["openid"], &["Invalid scopes: openid profile email"]),
        (|client| client.standard_flow = false, &["Standard flow is disabled for the client."]),
        (|client| client.requires_dpop = true, &["DPoP proof is missing"]),
    ];
    for (mistake, words) in mistakes {
        mistake(&mut keycloak.client());
        let page = failed(&gateway, "kc").await;
        assert_eq!(page.status, 502, "{words:?}");
        assert!(page.body.contains("changes a setting") && !page.body.contains(words[0]), "{}", page.body);
        for text in [shown(&gateway, &page), logged(&log, &page)] {
            assert!(words.iter().all(|word| text.contains(word)), "{words:?}: {text}");
        }
        *keycloak.client() = Client::default();
    }
    assert_eq!(failed(&gateway, "kc").await.status, 303, "nothing is wrong any more");
}

/// A 401 that is not called `invalid_client`: the previous secret is sent when a code is redeemed, when tokens are refreshed or
/// revoked and when a request is pushed; the secret that worked is sent first for ten minutes.
#[tokio::test]
async fn the_previous_secret_works_at_every_endpoint_and_then_goes_first() {
    for pushed in ["never", "always"] {
        let (setup, keycloak) = Keycloak::setup(&format!(
            "[providers.kc]\nclient_secret = \"new\"\nclient_secret_previous = \"old\"\npushed_authorization = \"{pushed}\"\n"
        ));
        setup.hand.hold();
        keycloak.client().secret = "old".into();
        let gateway = setup.start();
        let browser = gateway.browser();
        let back = browser.get(&browser.get("/login/kc").await.location()).await.location();
        assert_eq!(browser.get(&back).await.status, 303, "{pushed}");
        let refused = |path: &str| {
            let calls = keycloak.site.calls_to(path);
            calls.iter().filter(|call| call.basic().is_some_and(|basic| basic.ends_with(":new"))).count()
        };
        let first = if pushed == "never" { "/token" } else { "/par" };
        assert_eq!((refused(first), refused("/token") + refused("/par")), (1, 1), "then the previous one goes first");

        gateway.hand.advance(TimeDelta::minutes(6));
        let token = browser.fetch("/identities/kc/token").await;
        assert_eq!((token.status, refused("/token") + refused("/par")), (200, 1), "a refresh: {token:?}");
        gateway.hand.advance(TimeDelta::minutes(6));
        let token = browser.fetch("/identities/kc/token").await;
        assert_eq!((token.status, refused("/token") + refused("/par")), (200, 2), "after ten minutes: {token:?}");

        gateway.hand.advance(TimeDelta::minutes(11));
        browser.post("/logout").await;
        gateway.database.until("SELECT count(*) FROM provider_revocations", 0).await;
        assert_eq!(refused("/revoke"), 1, "{pushed}");
        assert!(keycloak.site.calls_to("/revoke").len() > 1);
    }
}

/// A wrong secret does not end the stored tokens: they work again when the secret is right.
#[tokio::test]
async fn a_wrong_secret_keeps_the_stored_tokens() {
    let (setup, keycloak) = Keycloak::setup("");
    setup.hand.hold();
    let gateway = setup.start();
    let browser = gateway.browser();
    let back = browser.get(&browser.get("/login/kc").await.location()).await.location();
    assert_eq!(browser.get(&back).await.status, 303);
    gateway.hand.advance(TimeDelta::minutes(6));
    keycloak.client().secret = "another".into();
    assert_eq!(browser.fetch("/identities/kc/token").await.problem(), (502, "provider_error".into()));
    keycloak.client().secret = crate::support::CLIENT_SECRET.into();
    gateway.hand.advance(TimeDelta::minutes(1));
    assert_eq!(browser.fetch("/identities/kc/token").await.status, 200);
}

/// Doorkeeper (GitLab) answers 401 `invalid_grant` for a refresh token that has ended, and for an unknown code: that is
/// not a wrong secret, and the previous one is not sent.
#[tokio::test]
async fn a_401_invalid_grant_of_doorkeeper_is_not_a_wrong_secret() {
    let toml = "[providers.op]\nstore_tokens = true\nclient_secret_previous = \"older\"\n";
    let setup = Setup::new().toml(toml);
    setup.op.refreshing(|refreshing| refreshing.lifetime = Some(300));
    setup.hand.hold();
    let gateway = setup.start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let description = "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI \
                       used in the authorization request, or was issued to another client.";
    let body = json!({"error": "invalid_grant", "error_description": description}).to_string();
    let refused = Reply::text(401, "application/json; charset=utf-8", &body)
        .with("WWW-Authenticate", "Bearer realm=\"Doorkeeper\", error=\"invalid_grant\", error_description=\"…\"");
    gateway.op.reply("/token", refused);
    gateway.hand.advance(TimeDelta::minutes(6));
    gateway.op.forget();
    assert_eq!(browser.fetch("/identities/op/token").await.problem(), (409, "reauth_required".into()));
    assert_eq!(gateway.token_requests(), 1, "the previous secret is not sent");
    let begun = gateway.browser();
    let login = begun.begin("op").await;
    let page = begun.get(&login.callback_of("ada")).await;
    assert_eq!((page.status, gateway.token_requests()), (400, 2));
    let text = shown(&gateway, &page);
    assert!(
        text.contains("rejected the grant (invalid_grant), it said \"The provided") && !text.contains("client_secret")
    );
    let reported = probe(&format!(
        "[providers.op]\nissuer = \"{}\"\nclient_id = \"us:1\"\nclient_secret_file = \"\"\n",
        gateway.op.issuer
    ));
    assert!(reported.contains("client_secret is correct"), "{reported}");
}

/// The output of `config check --probe`.
fn probe(toml: &str) -> String {
    let (_, reported, complaint) = Operator::new().run(toml, &["config", "check", "--probe"]);
    reported + &complaint
}

/// A wrong secret fails the probe, which names the client id and the secret.
#[test]
fn the_probe_fails_for_a_wrong_secret() {
    let keycloak = Keycloak::start();
    keycloak.client().secret = "another".into();
    let toml = format!(
        "[providers.kc]\npreset = \"keycloak\"\nissuer = \"{}\"\nclient_id = \"us:1\"\nclient_secret_file = \"\"\n",
        keycloak.op.issuer
    );
    let reported = probe(&toml);
    let line = reported
        .lines()
        .find(|line| line.contains("rejected the client authentication"))
        .unwrap_or_else(|| panic!("{reported}"));
    assert!(line.trim_start().starts_with("FAILED   client"), "{line}");
    let parts = [
        "(unauthorized_client), it said \"Invalid client or Invalid client credentials\"",
        "client_id and client_secret",
    ];
    assert!(parts.iter().all(|part| line.contains(part)), "{line}");
}
