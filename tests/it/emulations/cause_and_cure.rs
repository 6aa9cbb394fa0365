//! Each mistake of an operator names its cause and its cure: on the page, in the log, in `vestibule logins show` and in
//! `config check --probe`.

use chrono::TimeDelta;
use serde_json::json;

use crate::emulations::keycloak::{Client, Keycloak};
use crate::emulations::keycloak_words::{failed, logged, shown};
use crate::fake_provider::{CLIENT, Op};
use crate::presets::operator::Operator;
use crate::presets::probe::tls;
use crate::support::{CLIENT_SECRET, Gateway, LogCapture, Setup};

/// What is said at each place.
struct Said {
    page: String,
    log: String,
    shown: String,
    probe: String,
}

/// A failed login at the provider of an issuer, and its probe.
async fn said(gateway: &Gateway, issuer: &str, client_id: &str) -> Said {
    let log = LogCapture::start();
    let page = failed(gateway, "kc").await;
    let toml = format!(
        "[providers.kc]\npreset = \"keycloak\"\nissuer = \"{issuer}\"\nclient_id = \"{client_id}\"\n\
         client_secret = '''{CLIENT_SECRET}'''\ntimeout = \"2s\"\n"
    );
    let (code, probe, complaint) = Operator::new().run(&toml, &["config", "check", "--probe"]);
    assert_eq!(code, Some(1), "the probe fails: {probe}{complaint}");
    let failures: Vec<_> = probe.lines().filter(|line| line.trim_start().starts_with("FAILED")).collect();
    Said { log: logged(&log, &page), shown: shown(gateway, &page), probe: failures.join("\n"), page: page.body }
}

/// Asserts cause and cure in the log, in `logins show` and in the probe. The page says that the operator has to act, or, where
/// another attempt can help, that.
fn check(name: &str, said: &Said, words: &[&str], page: &str) {
    for (place, text) in [("log", &said.log), ("logins show", &said.shown), ("probe", &said.probe)] {
        let text = text.replace("\\\"", "\"");
        for word in words {
            assert!(text.contains(word), "{name}, {place}: no {word:?} in {text}");
        }
    }
    assert!(said.log.contains("provider=kc") && said.page.contains(page), "{name}: {} {}", said.log, said.page);
    assert!(page == OPERATOR || said.page.contains("Try again"), "{name}: {}", said.page);
    assert!(page != OPERATOR || !said.page.to_lowercase().contains("again"), "{name}: {}", said.page);
}

const OPERATOR: &str = "changes a setting";

/// The acceptance table, as far as Keycloak answers it.
#[tokio::test]
async fn a_wrong_registration_at_keycloak_names_cause_and_cure() {
    let (setup, keycloak) = Keycloak::setup("");
    let gateway = setup.start();
    let mistakes: [(&str, fn(&mut Client), &[&str]); 4] = [
        (
            "wrong secret",
            |client| client.secret = "another".into(),
            &["client authentication (", "client_id and client_secret"],
        ),
        ("wrong id", |client| client.enabled = false, &["client authentication (", "client_id and client_secret"]),
        (
            "unregistered redirect URI",
            |client| client.redirect_uri = Some("https://other.example/".into()),
            &["Invalid parameter: redirect_uri", "register the redirect URI http"],
        ),
        (
            "unknown scope",
            |client| client.scopes = vec!["openid"],
            &["Invalid scopes: openid profile email", "check scopes"],
        ),
    ];
    for (name, mistake, words) in mistakes {
        mistake(&mut keycloak.client());
        check(name, &said(&gateway, &keycloak.op.issuer, CLIENT).await, words, OPERATOR);
        *keycloak.client() = Client::default();
    }
}

fn gateway_at(issuer: &str) -> Gateway {
    Setup::new().issuer("kc", issuer).toml("[providers.kc]\ntimeout = '2s'\n").start()
}

#[tokio::test]
async fn a_wrong_issuer_names_cause_and_cure() {
    let op = Op::start();
    op.set_metadata("issuer", json!("https://sso.example/realms/main"));
    let said = said(&gateway_at(&op.issuer), &op.issuer, CLIENT).await;
    let words =
        ["is of the issuer \"https://sso.example/realms/main\"", "write issuer = \"https://sso.example/realms/main\""];
    check("wrong issuer", &said, &words, OPERATOR);
}

#[tokio::test]
async fn an_unknown_authority_names_cause_and_cure() {
    let issuer = tls();
    let said = said(&gateway_at(&issuer), &issuer, CLIENT).await;
    check("unknown CA", &said, &["UnknownIssuer", "unknown authority", "set ca_file"], OPERATOR);
}

#[tokio::test]
async fn a_provider_that_is_down_names_the_cause() {
    let issuer = "http://127.0.0.1:1";
    let said = said(&gateway_at(issuer), issuer, CLIENT).await;
    check("provider down", &said, &["cannot be reached", "onnection refused"], "Please try again in a moment");
}

/// A provider whose clock is three minutes fast, or ours slow.
#[tokio::test]
async fn a_clock_that_is_three_minutes_off_names_cause_and_cure() {
    let keycloak = Keycloak::setup("").1;
    let gateway = Setup::new().issuer("kc", &keycloak.op.issuer).start();
    let now = gateway.clock.now() + TimeDelta::seconds(180);
    keycloak.op.set_claims(json!({"iat": now.timestamp(), "exp": now.timestamp() + 300, "auth_time": now.timestamp()}));
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    keycloak.op.dated(&date);
    let said = said(&gateway, &keycloak.op.issuer, CLIENT).await;
    for text in [&said.log, &said.shown] {
        let parts =
            [" s in the future (iat)", "leeway is 30 s", "compare the clocks of this machine and of the provider"];
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
    let parts = ["its clock is ", " s fast by ours", "leeway is 30 s", "set the clock of this machine"];
    assert!(parts.iter().all(|part| said.probe.contains(part)), "{}", said.probe);
    assert!(said.page.contains(OPERATOR), "{}", said.page);
}
