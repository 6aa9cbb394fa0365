//! No secret is in a log, in the metrics or in the database: at the most detailed level, in successful and failed logins.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::Value;

use crate::setup::Setup;
use crate::visitor::{Visitor, param};

/// The first bytes of PKCS#8 private keys of our algorithms.
const PRIVATE_KEYS: [(&str, &[u8]); 3] = [
    ("a private EC key", &[0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d]),
    ("a private Ed25519 key", &[0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22]),
    ("a private RSA key", &[0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01]),
];

/// Also the parts of libraries whose logs are disabled.
const LOUDEST: &str = "trace,hyper::proto=trace,hyper::client=trace,hyper_util::client=trace,hyper_util::rt=trace,\
    reqwest::connect=trace,reqwest::async_impl=trace,actix_http::h1=trace,actix_server::worker=trace,rustls::client=trace";

/// Every issued or received secret with its description.
#[derive(Default)]
struct Secrets(BTreeSet<(String, String)>);

impl Secrets {
    fn add(&mut self, what: &str, secret: impl Into<String>) {
        let secret = secret.into();
        assert!(secret.len() >= 10, "{what} is {secret:?}, which may stand anywhere by chance");
        // The claims and the signature of a JWT are secrets too.
        for part in secret.split('.').filter(|part| part.len() > 40 && *part != secret).map(str::to_owned) {
            self.0.insert((format!("a part of {what}"), part));
        }
        self.0.insert((what.to_owned(), secret));
    }

    /// Adds all values that follow `start` in `text`, up to a delimiter.
    fn add_all(&mut self, what: &str, text: &str, start: &str) {
        let mut found = 0;
        for rest in text.split(start).skip(1) {
            let end = rest.find(['"', '&', ' ', '\r', ';']).unwrap_or(rest.len());
            self.add(what, &rest[..end]);
            found += 1;
        }
        assert!(found > 0, "there is no {start} in {text}");
    }

    /// Searches each secret in each of its encodings.
    fn stand_nowhere_in(&self, place: &str, text: &str) {
        for (what, secret) in &self.0 {
            for form in forms(secret) {
                assert!(!text.contains(&form), "{what} stands in {place} as {form}:\n{text}");
            }
        }
        for (what, bytes) in PRIVATE_KEYS {
            assert!(!text.contains(&hex(bytes)), "{what} stands in {place}");
            // Cut at a boundary of three bytes; the last character depends on what follows.
            let base64 = STANDARD.encode(&bytes[..bytes.len() / 3 * 3]);
            assert!(!text.contains(&base64), "{what} stands in {place}");
        }
        assert!(!text.contains("PRIVATE KEY"), "a PEM stands in {place}");
    }
}

/// Plain, percent-encoded, Base64, hexadecimal (as PostgreSQL writes bytes), and decoded.
fn forms(secret: &str) -> Vec<String> {
    let percent = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut forms = vec![secret.to_owned(), percent, hex(secret.as_bytes())];
    // The end of base64 differs with what follows.
    forms.push(STANDARD_NO_PAD.encode(&secret.as_bytes()[..secret.len() / 3 * 3]));
    let decoded = [URL_SAFE_NO_PAD.decode(secret), STANDARD.decode(secret), URL_SAFE.decode(secret)];
    for bytes in decoded.into_iter().flatten().filter(|bytes| bytes.len() >= 16) {
        forms.extend([hex(&bytes), STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]);
        forms.extend(String::from_utf8(bytes));
    }
    forms
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Logins by both flows, the use of a session, and every failure that an unauthenticated caller can cause.
async fn story(setup: &Setup, secrets: &mut Secrets) {
    let (ada, other) = (Visitor::new(), Visitor::new());
    let away = setup.begin(&ada).await;
    let back = ada.decide(&away, &[("person", "ada")]).await;
    secrets.add("the state", param(&away, "state"));
    secrets.add("the nonce", param(&away, "nonce"));
    secrets.add("the code", param(&back, "code"));
    assert_eq!(other.get(&back).await.status, 403);
    assert_eq!(ada.get(&back).await.status, 303);
    assert_eq!(ada.get(&back).await.status, 303, "the back button");
    assert_eq!(other.get(&back).await.status, 403);
    assert_eq!(ada.get(setup.at("/account")).await.status, 200);
    assert_eq!(ada.get(setup.at("/session")).await.status, 200);
    secrets.add("our access token", setup.access_token(&ada).await);
    let answer = setup.exchange(&ada).await;
    secrets.add("our access token", text(&answer["api"]["access"]));
    let bearer = |token: &str| ada.request(Method::GET, setup.at("/session")).bearer_auth(token);
    assert_eq!(Visitor::send(bearer(&text(&answer["api"]["access"]))).await.status, 200);
    let forged = format!("{}.{}.{}", "a".repeat(50), "b".repeat(50), "c".repeat(50));
    secrets.add("a token that is not ours", &forged);
    assert_eq!(Visitor::send(other.request(Method::GET, setup.at("/session")).bearer_auth(&forged)).await.status, 401);

    for failure in ["deny", "broken_signature"] {
        let away = setup.begin(&ada).await;
        let back = ada.decide(&away, &[("person", "ada"), ("failure", failure)]).await;
        secrets.add("the state of a failure", param(&away, "state"));
        assert!(ada.get(&back).await.status.is_client_error());
        assert_eq!(ada.get(&back).await.status, 409);
    }
    let away = setup.begin(&ada).await;
    let made_up =
        format!("{}?code=a-code-that-nobody-issued&state={}", setup.at("/callback/op"), param(&away, "state"));
    secrets.add("a code that nobody issued", "a-code-that-nobody-issued");
    assert_eq!(ada.get(made_up).await.status, 400);
    secrets.add("a state that nobody issued", "a-state-that-nobody-issued");
    let unknown =
        format!("{}?code=a-code-that-nobody-issued&state=a-state-that-nobody-issued", setup.at("/callback/op"));
    assert_eq!(ada.get(unknown).await.status, 400);
    let garbage = "a-cookie-that-nobody-issued";
    secrets.add("a cookie that nobody issued", garbage);
    let cookie = format!("vestibule={garbage}; vestibule-binding={garbage}");
    let request = other.request(Method::GET, setup.at("/session")).header("cookie", cookie);
    assert_eq!(Visitor::send(request).await.status, 401);

    secrets.add_all("a cookie", &format!("{};", ada.cookies(&setup.gateway.public())), "vestibule=");
    secrets.add_all("a cookie", &format!("{};", ada.cookies(&setup.gateway.public())), "vestibule-binding=");
    assert_eq!(ada.post_from(&setup.gateway.public(), "/logout").await.status, 200);
}

/// LG-01, LG-08, RD-22, RF-13
#[tokio::test]
async fn no_log_metric_or_row_contains_a_secret() {
    for format in ["text", "json"] {
        let database = crate::database::Database::empty();
        let url = format!("{}&password=the-password-of-the-database", database.url);
        let setup = Setup::on(&database, &url, |settings| {
            settings.with("log.level", LOUDEST).with("log.format", format).with("providers.op.userinfo", "always")
        });
        let mut secrets = Secrets::default();
        secrets.add("the database's password", "the-password-of-the-database");
        secrets.add("the client secret", &setup.gateway.settings.client_secret);
        secrets.add("the ring's key", &setup.gateway.settings.ring_key);
        story(&setup, &mut secrets).await;
        let (said, answered) = (setup.wire.requests(), setup.wire.responses());
        secrets.add_all("the verifier", &said, "code_verifier=");
        secrets.add_all("the code", &said, "code=");
        secrets.add_all(
            "the client's credentials",
            &said.replace("Authorization", "authorization"),
            "authorization: Basic ",
        );
        secrets.add_all("the provider's access token", &answered, "\"access_token\":\"");
        secrets.add_all("the provider's ID token", &answered, "\"id_token\":\"");
        assert!(secrets.0.len() > 25, "only {} secrets", secrets.0.len());

        let metrics = Visitor::new().get(format!("{}/metrics", setup.gateway.admin())).await.body;
        assert!(metrics.contains("login_completed"), "{metrics}");
        secrets.stand_nowhere_in("the metrics", &metrics);
        let references = setup.database.sql("SELECT reference FROM authorization_sessions");
        for reference in references.lines() {
            let shown = setup.gateway.settings.run(&["logins", "show", reference, "--json"]);
            secrets.stand_nowhere_in("a login's report", &shown.stdout);
            secrets.stand_nowhere_in("a login's report", &shown.stderr);
        }
        let dump = setup.database.dump();
        assert!(dump.contains("ada@example.com"), "{dump}");
        secrets.stand_nowhere_in("the database", &dump);
        assert_eq!(setup.gateway.out(), "", "logs go to standard error");
        let log = setup.gateway.stop();
        assert!(log.contains("login completed") && log.contains("TRACE"), "{log}");
        secrets.stand_nowhere_in("the log", &log);
    }
}

/// Every line of a log in JSON.
fn events(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

/// LG-02: with time, kind, user, address and request id.
#[tokio::test]
async fn each_fact_is_one_event() {
    let setup = Setup::with(|settings| settings.with("log.format", "json"));
    let ada = Visitor::new();
    assert_eq!(setup.sign_in(&ada, &[("person", "ada")]).await.status, 303);
    let session = ada.get(setup.at("/session")).await.json();
    let denied = setup.sign_in(&ada, &[("failure", "deny")]).await;
    assert_eq!(denied.status, 403, "{denied}");
    assert_eq!(ada.get(setup.at("/callback/op?state=x&code=y")).await.status, 400);
    assert_eq!(ada.post_from(&setup.gateway.public(), "/logout").await.status, 200);
    let log = setup.gateway.stop();
    let events = events(&log);
    let named = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();

    let counts = ["login_began", "login_completed", "login_failed", "callback_refused", "session_ended"];
    assert_eq!(counts.map(|name| named(name).len()), [2, 1, 1, 1, 1], "{log}");
    let completed = named("login_completed")[0];
    assert_eq!((&completed["user"], &completed["session"]), (&session["sub"], &session["sid"]), "{completed}");
    let failed = named("login_failed")[0];
    assert_eq!(
        (failed["code"].as_str(), failed["level"].as_str()),
        (Some("provider_denied"), Some("WARN")),
        "{failed}"
    );
    assert!(denied.body.contains(&text(&failed["reference"])), "{denied}");
    let ended = named("session_ended")[0];
    assert_eq!((&ended["session"], ended["reason"].as_str()), (&session["sid"], Some("logout")), "{ended}");
    for event in [completed, failed, named("callback_refused")[0]] {
        assert_eq!(event["provider"], "op", "{event}");
        assert_eq!(event["span"]["ip"], "127.0.0.1", "{event}");
        assert!(text(&event["timestamp"]).ends_with('Z'), "{event}");
    }
    // The log line of the request has the same id.
    let request = &failed["span"]["id"];
    let answered = events.iter().filter(|event| event["message"] == "answered" && event["span"]["id"] == *request);
    let answered: Vec<_> = answered.collect();
    assert_eq!(answered.len(), 1, "{log}");
    assert_eq!(
        (answered[0]["status"].as_u64(), answered[0]["span"]["code"].as_str()),
        (Some(403), Some("provider_denied"))
    );
    let ids: BTreeSet<_> = events.iter().filter_map(|event| event["span"]["id"].as_str()).collect();
    let lines = events.iter().filter(|event| event["message"] == "answered").count();
    assert_eq!(ids.len(), lines, "one line a request");
}

/// LG-03: text of a request stays on one line of the log, without control characters.
#[tokio::test]
async fn text_of_a_request_adds_no_line_to_the_log() {
    const EVIL: &str = "%0d%0a2026-01-01T00:00:00Z%20%20INFO%20forged%1b%5b31m%e2%80%a8%07";
    for format in ["text", "json"] {
        let setup = Setup::with(|settings| settings.with("log.level", "trace").with("log.format", format));
        let visitor = Visitor::new();
        let state = param(&setup.begin(&visitor).await, "state");
        for path in [
            format!("/login/{EVIL}"),
            format!("/callback/{EVIL}?state=x&code=y"),
            format!("/callback/op?state={EVIL}&error={EVIL}&error_description={EVIL}"),
            format!("/callback/op?state={state}&error={EVIL}&error_description={EVIL}&iss={}", setup.wire.origin),
            format!("/login/op?login_hint={EVIL}&prompt={EVIL}&return_to={EVIL}"),
            format!("/oauth2/url/?provider={EVIL}"),
            format!("/{EVIL}"),
        ] {
            let answer = visitor.get(setup.at(&path)).await;
            assert!(answer.status.is_client_error(), "{answer}");
        }
        let evil = String::from_utf8(percent_encoding::percent_decode_str(EVIL).collect()).expect("UTF-8");
        let body = serde_json::json!({ "provider": evil, "code": evil, "state": evil, "iss": evil });
        let exchange = visitor.request(Method::POST, setup.at("/oauth2/token/")).json(&body);
        assert_eq!(Visitor::send(exchange).await.status, 400);
        // Headers that no client library sends, and usual ones.
        for agent in ["\u{1b}[31mforged", "forged\u{2028}\u{85}", "\tforged\u{7}", "plain \\r\\n forged %0d%0a"] {
            send_raw(
                &setup,
                &format!("GET /login/op HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n"),
            );
        }
        send_raw(&setup, "GET /\u{1b}[31m HTTP/1.1\r\nHost: x\r\n\r\n");

        for reference in setup.database.sql("SELECT reference FROM authorization_sessions").lines() {
            let shown = setup.gateway.settings.run(&["logins", "show", reference]).stdout;
            assert!(!shown.contains(['\u{1b}', '\u{7}', '\r', '\u{2028}', '\u{85}']), "{shown:?}");
        }
        let log = setup.gateway.stop();
        assert!(!log.contains(['\u{1b}', '\u{7}', '\r', '\u{2028}', '\u{85}']), "{log:?}");
        for line in log.lines() {
            let ours = if format == "text" { line.starts_with("20") && !line.starts_with("2026-01-01") } else { true };
            assert!(ours, "{line:?} in {log}");
        }
        if format == "json" {
            events(&log);
        }
    }
}

fn send_raw(setup: &Setup, request: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", setup.gateway.settings.port)).expect("a connection");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 "), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn the_search_for_secrets_finds_each_encoding() {
    let secret = "rJ5dGmXkQ2qQmKp0nJ9lqA8yQd1vYt3x_-Zs7uWb4cE";
    let bytes = URL_SAFE_NO_PAD.decode(secret).expect("base64url");
    for place in
        [secret.to_owned(), STANDARD.encode(secret), hex(secret.as_bytes()), hex(&bytes), STANDARD.encode(&bytes)]
    {
        let mut secrets = Secrets::default();
        secrets.add("it", secret);
        let text = format!("x {place} y");
        let found = std::panic::catch_unwind(|| secrets.stand_nowhere_in("a test", &text));
        assert!(found.is_err(), "not found as {place}");
    }
}
