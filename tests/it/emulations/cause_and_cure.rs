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

/// The text of the page if only an operator can solve it.
const OPERATOR: &str = "changes a setting";
/// The text of the page if another attempt can help.
const AGAIN: &str = "Please try again in a moment";

/// A gateway with the provider `kc`, which has the mistake.
struct Scene {
    gateway: Gateway,
    issuer: String,
    client_id: &'static str,
}

/// A mistake, and the message about it.
struct Mistake {
    name: &'static str,
    make: fn() -> Scene,
    /// The cause and the cure, in the log, in `logins show` and in the probe.
    in_each_message: &'static [&'static str],
    /// The further text in the log and in `logins show`.
    login: &'static [&'static str],
    /// The further text of the probe.
    probe: &'static [&'static str],
    page: &'static str,
}

/// Keycloak with a mistake in the settings of the client.
fn at_keycloak(mistake: fn(&mut Client), client_id: &'static str) -> Scene {
    let (setup, keycloak) = Keycloak::setup(&format!("[providers.kc]\nclient_id = \"{client_id}\"\n"));
    mistake(&mut keycloak.client());
    Scene { gateway: setup.start(), issuer: keycloak.op.issuer.clone(), client_id }
}

fn at_issuer(issuer: &str) -> Scene {
    let gateway = Setup::new().issuer("kc", issuer).start();
    Scene { gateway, issuer: issuer.to_owned(), client_id: CLIENT }
}

fn wrong_issuer() -> Scene {
    let op = Op::start();
    op.set_metadata("issuer", json!("https://sso.example/realms/main"));
    at_issuer(&op.issuer)
}

/// A provider whose clock is three minutes fast, or ours slow.
fn wrong_clock() -> Scene {
    let keycloak = Keycloak::setup("").1;
    let scene = at_issuer(&keycloak.op.issuer);
    let now = scene.gateway.clock.now() + TimeDelta::seconds(180);
    let seconds = now.timestamp();
    keycloak.op.set_claims(json!({"iat": seconds, "exp": seconds + 300, "auth_time": seconds}));
    keycloak.op.dated(&now.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    scene
}

const MISTAKES: [Mistake; 8] = [
    Mistake {
        name: "wrong secret",
        make: || at_keycloak(|client| client.secret = "another".into(), CLIENT),
        in_each_message: &["rejected the client authentication (", "check client_id and client_secret"],
        login: &["Authentication failed."],
        probe: &["Invalid client or Invalid client credentials"],
        page: OPERATOR,
    },
    Mistake {
        name: "wrong id",
        make: || at_keycloak(|_| (), "another"),
        in_each_message: &["rejected the client authentication (", "check client_id and client_secret"],
        login: &["Authentication failed."],
        probe: &["Invalid client or Invalid client credentials"],
        page: OPERATOR,
    },
    Mistake {
        name: "unregistered redirect URI",
        make: || at_keycloak(|client| client.redirect_uri = Some("https://other.example/".into()), CLIENT),
        in_each_message: &["Invalid parameter: redirect_uri", "register the redirect URI http", "/callback/kc"],
        login: &[],
        probe: &[],
        page: OPERATOR,
    },
    Mistake {
        name: "unknown scope",
        make: || at_keycloak(|client| client.scopes = vec!["openid"], CLIENT),
        in_each_message: &["Invalid scopes: openid profile email", "check scopes"],
        login: &[],
        probe: &[],
        page: OPERATOR,
    },
    Mistake {
        name: "wrong issuer",
        make: wrong_issuer,
        in_each_message: &[
            "is of the issuer \"https://sso.example/realms/main\"",
            "write issuer = \"https://sso.example/realms/main\"",
        ],
        login: &[],
        probe: &[],
        page: OPERATOR,
    },
    Mistake {
        name: "unknown CA",
        make: || at_issuer(&tls()),
        in_each_message: &["UnknownIssuer", "unknown authority", "set ca_file"],
        login: &[],
        probe: &[],
        page: OPERATOR,
    },
    Mistake {
        name: "provider down",
        make: || at_issuer("http://127.0.0.1:1"),
        in_each_message: &["cannot be reached", "Connection refused", "see that the provider runs"],
        login: &[],
        probe: &["http://127.0.0.1:1/"],
        page: AGAIN,
    },
    Mistake {
        name: "clock off by three minutes",
        make: wrong_clock,
        in_each_message: &["leeway is 30 s"],
        login: &[" s in the future (iat)", "compare the clocks of this machine and of the provider"],
        probe: &["its clock is ", " s fast by ours", "set the clock of this machine"],
        page: OPERATOR,
    },
];

/// Asserts that a text has each of these parts, whatever its quotation.
#[track_caller]
fn has(name: &str, place: &str, text: &str, parts: &[&[&str]]) {
    let text = text.replace("\\\"", "\"");
    for part in parts.iter().copied().flatten() {
        assert!(text.contains(part), "{name}, {place}: no {part:?} in {text}");
    }
}

/// A failed login, and the probe of its provider.
#[tokio::test]
async fn each_mistake_is_reported_with_its_cause_and_a_remedy() {
    for Mistake { name, make, in_each_message, login, probe, page } in MISTAKES {
        let Scene { gateway, issuer, client_id } = make();
        let log = LogCapture::start();
        let reported = failed(&gateway, "kc").await;
        assert!(reported.is_page() && reported.body.contains(page), "{name}: {reported:?}");
        let suggests_again = reported.body.to_lowercase().contains("again");
        assert_eq!(suggests_again, page == AGAIN, "{name}: {}", reported.body);
        let line = logged(&log, &reported);
        has(name, "log", &line, &[in_each_message, login, &["provider=kc"]]);
        has(name, "logins show", &shown(&gateway, &reported), &[in_each_message, login]);
        let toml = format!(
            "[providers.kc]\npreset = \"keycloak\"\nissuer = \"{issuer}\"\nclient_id = \"{client_id}\"\n\
             client_secret = '''{CLIENT_SECRET}'''\ntimeout = \"30s\"\n"
        );
        let (code, said, complaint) = Operator::new().run(&toml, &["config", "check", "--probe"]);
        assert_eq!(code, Some(1), "{name}: the probe fails: {said}{complaint}");
        let failures: Vec<_> = said.lines().filter(|line| line.trim_start().starts_with("FAILED")).collect();
        has(name, "probe", &failures.join("\n"), &[in_each_message, probe]);
    }
}
