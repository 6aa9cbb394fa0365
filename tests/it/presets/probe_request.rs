//! `config check --probe`: the redirect URI, the scopes and the flow of the client, by the request that a login would send; and
//! the way back from a logout.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::emulations::keycloak::{Client, Keycloak};
use crate::fake_provider::{CLIENT, Op, Reply, WELL_KNOWN, listen};
use crate::presets::operator::{Operator, SECRET};

const CALLBACK: &str = "http://127.0.0.1:8080/callback/op";

fn of(issuer: &str, more: &str) -> String {
    format!(
        "[providers.op]\nname = \"Op\"\nissuer = \"{issuer}\"\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"\"\n{more}"
    )
}

fn probe(toml: &str) -> (Option<i32>, Value) {
    let (code, reported, complaint) = Operator::new().run(toml, &["config", "check", "--probe", "--json"]);
    (code, serde_json::from_str(&reported).unwrap_or_else(|error| panic!("{error}: {reported}{complaint}")))
}

/// Verdict and text of the findings of a check.
fn found(reported: &Value, check: &str) -> Vec<(String, String)> {
    let findings = reported["providers"][0]["findings"].as_array().expect("findings").iter();
    let text = |finding: &Value, name: &str| finding[name].as_str().expect("text").to_owned();
    let of_check = findings.filter(|finding| finding["check"] == check);
    of_check.map(|finding| (text(finding, "verdict"), text(finding, "said"))).collect()
}

fn one(reported: &Value, check: &str) -> (String, String) {
    found(reported, check).pop().unwrap_or_else(|| panic!("nothing about {check}: {reported:#}"))
}

/// Keycloak, if requests are pushed and if they are not: each mistake fails the probe, in its words.
#[test]
fn what_breaks_every_login_at_keycloak_fails_the_probe() {
    let mistakes: [(fn(&mut Client), &str, &str); 4] = [
        (
            |client| client.redirect_uri = Some("https://other.example/cb".into()),
            "Invalid parameter: redirect_uri",
            "register the redirect URI http://127.0.0.1:8080/callback/op",
        ),
        (|client| client.scopes = vec!["openid"], "Invalid scopes: openid profile email", "check scopes"),
        (|client| client.standard_flow = false, "Standard flow is disabled", "allow the authorization code flow"),
        (|client| client.requires_dpop = true, "DPoP proof is missing", "requires DPoP"),
    ];
    for pushed in ["auto", "never"] {
        let keycloak = Keycloak::start();
        keycloak.client().secret = SECRET.into();
        let toml = of(&keycloak.op.issuer, &format!("pushed_authorization = \"{pushed}\"\n"));
        let (code, reported) = probe(&toml);
        let (verdict, message) = one(&reported, "redirect_uri");
        assert_eq!((code, verdict.as_str()), (Some(0), "good"), "{pushed}: {reported:#}");
        assert!(message.contains(CALLBACK), "{message}");
        let path = if pushed == "auto" { "/par" } else { "/auth" };
        assert_eq!(keycloak.site.calls_to(path).len(), 1, "asked once");
        for (mistake, words, remedy) in mistakes {
            *keycloak.client() = Client::default();
            keycloak.client().secret = SECRET.into();
            mistake(&mut keycloak.client());
            let (code, reported) = probe(&toml);
            let (verdict, message) = one(&reported, "redirect_uri");
            assert_eq!((code, verdict.as_str()), (Some(1), "failed"), "{pushed} {words}: {reported:#}");
            assert!(message.contains(words) && message.contains(remedy), "{pushed}: {message}");
        }
    }
}

/// The answers of other providers to the request, without pushing.
#[test]
fn the_answer_to_the_request_tells_whether_the_redirect_uri_is_known() {
    let back = |query: &str| Reply::text(302, "text/html", "").with("Location", &format!("{CALLBACK}?{query}"));
    let page = |status, text: &str| Reply::text(status, "text/html", text);
    let form = format!(
        "<form method=\"post\" action=\"{CALLBACK}\"><input type=\"hidden\" name=\"error\" value=\"login_required\"></form>"
    );
    for (reply, verdict, exit) in [
        (back("error=login_required&state=s"), "good", 0),
        (back("error=interaction_required"), "good", 0),
        (back("error=consent_required"), "good", 0),
        (back("error=account_selection_required"), "good", 0),
        (page(200, &form), "good", 0),
        (back("error=invalid_scope&error_description=no+such+scope"), "failed", 1),
        (back("error=unauthorized_client"), "failed", 1),
        (back("error=unsupported_response_type"), "failed", 1),
        (back("error=invalid_request"), "failed", 1),
        (page(400, "<p>Unregistered redirect_uri</p>"), "failed", 1),
        (page(404, ""), "failed", 1),
        (back("error=access_denied"), "note", 0),
        (back("code=c"), "note", 0),
        (page(200, "<h1>Sign in</h1>"), "note", 0),
        (page(302, "").with("Location", "/login?error=login_required"), "note", 0),
        (page(503, ""), "note", 0),
        (page(403, ""), "note", 0),
    ] {
        let site = listen(move |_| reply.clone());
        let op = Op::start();
        op.reply("/token", Reply::text(400, "application/json", "{\"error\":\"invalid_grant\"}"));
        op.set_metadata("authorization_endpoint", json!(format!("{site}/auth")));
        let (code, reported) = probe(&of(&op.issuer, ""));
        let (found, message) = one(&reported, "redirect_uri");
        assert_eq!((code, found.as_str()), (Some(exit), verdict), "{message}");
    }
}

/// The request is that of a login, with `extra_params`, and `prompt=none` in place of any other.
#[test]
fn the_request_is_that_of_a_login_with_prompt_none() {
    let op = Op::start();
    probe(&of(&op.issuer, "extra_params = { hd = \"example.com\", prompt = \"consent\" }\n"));
    let calls = op.calls();
    let asked: Vec<_> = calls.iter().filter(|call| call.path.starts_with("/auth?")).collect();
    assert_eq!(asked.len(), 1);
    let url = url::Url::parse(&format!("http://op.example{}", asked[0].path)).expect("a URL");
    let value = |name: &str| {
        url.query_pairs().filter(|(known, _)| known == name).map(|(_, value)| value.into_owned()).collect::<Vec<_>>()
    };
    assert_eq!((value("prompt"), value("hd")), (vec!["none".to_owned()], vec!["example.com".to_owned()]));
    assert_eq!(
        (value("redirect_uri"), value("scope")),
        (vec![CALLBACK.to_owned()], vec!["openid profile email".to_owned()])
    );
    assert!(asked[0].header("cookie").is_none());
}

/// The way back from a logout is at most a warning: some providers want an ID token.
#[test]
fn the_way_back_from_a_logout_is_checked() {
    let keycloak = Keycloak::start();
    keycloak.client().secret = SECRET.into();
    let (code, reported) = probe(&of(&keycloak.op.issuer, "logout = \"provider\"\n"));
    assert!(code == Some(0) && found(&reported, "logout").iter().all(|(verdict, _)| verdict == "good"), "{reported:#}");
    let asked = keycloak.site.calls_to("/logout");
    assert_eq!(asked.len(), 1);
    assert!(!asked[0].path.contains("state=") && asked[0].header("cookie").is_none());
    keycloak.client().post_logout_redirect_uri = Some("https://other.example/".into());
    let (code, reported) = probe(&of(&keycloak.op.issuer, "logout = \"provider\"\n"));
    let (verdict, message) = one(&reported, "logout");
    assert_eq!((code, verdict.as_str()), (Some(0), "warning"), "{reported:#}");
    let parts = ["Invalid redirect uri", "register http://127.0.0.1:8080/logout/callback/op", "ID token"];
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    let (_, reported) = probe(&of(&keycloak.op.issuer, ""));
    assert_eq!(keycloak.site.calls_to("/logout").len(), 2, "not asked without logout = \"provider\": {reported:#}");
}

/// The https address of a server that answers plain HTTP to whatever is sent.
fn plain_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _gone = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            // The connection stays open until the client has read the answer.
            let _end = stream.read_to_end(&mut Vec::new());
        }
    });
    format!("https://127.0.0.1:{port}")
}

/// TLS spoken to a plain port, plain HTTP to a TLS port, and an issuer without its path.
#[test]
fn a_wrong_address_is_explained() {
    let (code, reported) = probe(&of(&plain_port(), ""));
    let (verdict, message) = one(&reported, "reachable");
    assert_eq!((code, verdict.as_str()), (Some(1), "failed"));
    assert!(message.contains("does not speak TLS at this port"), "{message}");
    for body in ["Client sent an HTTP request to an HTTPS server.", "The plain HTTP request was sent to HTTPS port"] {
        let tls = listen(move |_| Reply::text(400, "text/plain", body));
        let message = one(&probe(&of(&tls, "")).1, "reachable").1;
        assert!(message.contains("speaks TLS at this port: write https://"), "{message}");
    }
    let base = Op::start();
    base.reply(
        WELL_KNOWN,
        Reply::text(404, "application/json", "{\"error\":\"Unable to find matching target resource method\"}"),
    );
    let message = one(&probe(&of(&base.issuer, "")).1, "reachable").1;
    assert!(message.contains("/realms/NAME") && message.contains("Unable to find matching"), "{message}");
}

/// A provider whose clock is slow by less than ten minutes: logins work.
#[test]
fn a_slow_clock_is_a_warning_and_a_fast_one_a_failure() {
    use chrono::TimeDelta;
    let op = Op::start();
    for (ahead, verdict) in [(-180, "warning"), (180, "failed"), (-1200, "failed"), (0, "good")] {
        let time = vestibule::base::clock::Clock::system().now() + TimeDelta::seconds(ahead);
        let date = time.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let refused = Reply::text(400, "application/json", "{\"error\":\"invalid_grant\"}").with("Date", &date);
        op.reply("/token", refused);
        let (_, reported) = probe(&of(&op.issuer, ""));
        let (found, message) = one(&reported, "clock");
        assert_eq!(found, verdict, "{message}");
        assert!(
            verdict == "good" || (message.contains("leeway") && message.contains("set the clock of this machine")),
            "{message}"
        );
    }
}
