//! `config check --probe` with the fake provider. The database is unreachable in all tests.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::fake_provider::{CLIENT, Op, Reply, listen};
use crate::presets::operator::{Operator, SECRET};

const PROBE: [&str; 4] = ["config", "check", "--probe", "--json"];

fn refusal(status: u16, code: &str) -> Reply {
    Reply::text(status, "application/json", &json!({"error": code, "error_description": "no, and no"}).to_string())
}

/// A provider that accepts the client secret.
fn good() -> Op {
    let op = Op::start();
    op.reply("/token", refusal(400, "invalid_grant"));
    op.set_metadata("code_challenge_methods_supported", json!(["S256"]));
    op.set_metadata("authorization_response_iss_parameter_supported", json!(true));
    op.set_metadata("backchannel_logout_supported", json!(true));
    op
}

fn of(issuer: &str) -> String {
    format!(
        "[providers.op]\nname = \"Op\"\nissuer = \"{issuer}\"\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"\"\n"
    )
}

/// The verdict and the text of the first finding of this check.
fn found<'t>(report: &'t Value, check: &str) -> (&'t str, &'t str) {
    let findings = report["providers"][0]["findings"].as_array().expect("findings");
    let finding = findings.iter().find(|finding| finding["check"] == check);
    let finding = finding.unwrap_or_else(|| panic!("nothing about {check} in {report:#}"));
    (finding["verdict"].as_str().expect("a verdict"), finding["said"].as_str().expect("words"))
}

fn probe(lines: &str) -> (Option<i32>, Value) {
    let (code, report, complaint) = Operator::new().run(lines, &PROBE);
    let all = format!("{report}{complaint}");
    assert!(!all.contains(SECRET), "{all}");
    (code, serde_json::from_str(&report).unwrap_or_else(|error| panic!("{error}: {report}{complaint}")))
}

fn verdict(op: &Op, check: &str) -> (Option<i32>, String, String) {
    let (code, report) = probe(&of(&op.issuer));
    let (verdict, message) = found(&report, check);
    (code, verdict.to_owned(), message.to_owned())
}

#[test]
fn a_working_provider_passes_every_check() {
    let op = good();
    let (code, report) = probe(&of(&op.issuer));
    assert_eq!(
        (code, &report["good"], &report["providers"][0]["id"]),
        (Some(0), &json!(true), &json!("op")),
        "{report:#}"
    );
    for check in ["reachable", "discovery", "keys", "algorithms", "pkce", "iss", "logout", "client", "redirect_uri"] {
        assert_eq!(found(&report, check).0, "good", "{check} in {report:#}");
    }
    assert_eq!(found(&report, "clock").0, "note", "its answers have no Date");
    let calls = op.calls_to("/token");
    assert_eq!(calls.len(), 1, "one junk code");
    assert_eq!(calls[0].basic(), Some(format!("us%3A1:{SECRET}")), "the right secret, as a login shows it");
    assert_eq!(calls[0].form("grant_type"), ["authorization_code"]);
    assert_eq!(calls[0].form("redirect_uri"), ["http://127.0.0.1:8080/callback/op"]);
    assert_eq!((calls[0].form("code").concat().len(), calls[0].form("code_verifier").concat().len()), (43, 43));
}

#[test]
fn the_text_output_has_the_same_findings() {
    let op = good();
    let (code, report, complaint) = Operator::new().run(&of(&op.issuer), &["config", "check", "--probe"]);
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(
        report.starts_with("The configuration is valid. Issuer: http://127.0.0.1:8080. Provider: op.\n"),
        "{report}"
    );
    assert!(report.contains("\n\nop (Op)\n"), "{report}");
    assert!(report.contains("\n  good     client         client_secret is correct"), "{report}");
    assert!(report.ends_with("\nNone of 1 provider failed.\n"), "{report}");
    op.reply("/token", refusal(401, "invalid_client"));
    let (code, report, _) = Operator::new().run(&of(&op.issuer), &["config", "check", "--probe"]);
    assert_eq!(code, Some(1));
    assert!(
        report.contains("\n  FAILED   client         the provider rejected the client authentication (invalid_client)"),
        "{report}"
    );
    assert!(report.starts_with("The configuration is valid, but a provider failed. Issuer: "), "{report}");
    assert!(report.ends_with("\n1 of 1 provider failed: op.\n"), "{report}");
}

#[test]
fn a_wrong_secret_a_right_secret_and_an_unclear_response_differ() {
    let op = good();
    for (reply, code, expected) in [
        (refusal(401, "invalid_client"), 1, "failed"),
        (refusal(400, "invalid_client"), 1, "failed"),
        (refusal(200, "bad_verification_code"), 0, "good"),
        (refusal(401, "unauthorized_client"), 1, "failed"),
        (refusal(401, "invalid_grant"), 0, "good"),
        (refusal(400, "invalid_request"), 0, "warning"),
        (refusal(500, "server_error"), 0, "warning"),
        (Reply::text(400, "text/html", "<html>no</html>"), 0, "warning"),
    ] {
        op.reply("/token", reply.clone());
        let (exit, verdict, message) = verdict(&op, "client");
        assert_eq!((exit, verdict.as_str()), (Some(code), expected), "{reply:?}: {message}");
    }
}

/// Without a token endpoint no login works.
#[test]
fn a_missing_token_endpoint_is_reported() {
    let op = good();
    op.set_metadata("token_endpoint", json!("http://127.0.0.1:1/token"));
    let (code, report) = probe(&of(&op.issuer));
    let findings = report["providers"][0]["findings"].as_array().expect("findings").iter();
    let failed: Vec<_> = findings.filter(|finding| finding["verdict"] == "failed").collect();
    assert_eq!((code, failed.len(), &failed[0]["check"]), (Some(1), 1, &json!("reachable")), "{report:#}");
    assert!(
        failed[0]["said"]
            .as_str()
            .is_some_and(|message| message.starts_with("the token endpoint, http://127.0.0.1:1/token: ")),
        "{report:#}"
    );
}

/// During a change of secrets, the result shows which of the two the provider accepts.
#[test]
fn the_previous_secret_is_tried_as_well() {
    let op = good();
    op.reply("/token", refusal(401, "invalid_client"));
    let (code, report) = probe(&(of(&op.issuer) + "client_secret_previous_file = \"\"\n"));
    let of_client = report["providers"][0]["findings"].as_array().expect("findings").iter();
    let of_client: Vec<_> = of_client.filter(|finding| finding["check"] == "client").collect();
    assert_eq!((code, of_client.len()), (Some(1), 2), "{report:#}");
    assert!(of_client[1]["said"].as_str().is_some_and(|message| message.contains("remove it")), "{report:#}");
    assert_eq!(op.calls_to("/token").len(), 2);
}

/// A login tries both secrets, so it works with the previous one.
#[test]
fn an_accepted_previous_secret_is_not_a_failure() {
    let op = good();
    let asked = AtomicUsize::new(0);
    let endpoint = listen(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => refusal(401, "invalid_client"),
        _ => refusal(400, "invalid_grant"),
    });
    op.set_metadata("token_endpoint", json!(format!("{endpoint}/token")));
    let (code, report) = probe(&(of(&op.issuer) + "client_secret_previous_file = \"\"\n"));
    let (verdict, message) = found(&report, "client");
    assert_eq!((code, verdict), (Some(0), "warning"), "{report:#}");
    assert!(message.contains("logins use the previous one"), "{message}");
}

/// RD-01
#[test]
fn a_wrong_issuer_is_reported_with_the_right_one() {
    let op = good();
    op.set_metadata("issuer", json!("https://op.example/"));
    let (code, verdict, message) = verdict(&op, "discovery");
    assert_eq!((code, verdict.as_str()), (Some(1), "failed"));
    assert!(message.contains("write issuer = \"https://op.example/\""), "{message}");
    assert_eq!(op.calls_to("/token").len(), 0, "no secret goes where another issuer lives");
}

#[test]
fn an_unreachable_provider_is_reported() {
    let (code, report) = probe(&of("http://127.0.0.1:1"));
    let (verdict, message) = found(&report, "reachable");
    assert_eq!((code, verdict), (Some(1), "failed"));
    let source = "http://127.0.0.1:1/.well-known/openid-configuration: ";
    assert!(message.starts_with(source) && message.to_lowercase().contains("refused"), "{message}");
}

/// A provider that does not respond does not delay the others, and all are reported.
#[test]
fn providers_are_probed_independently() {
    let (op, silent) = (good(), Op::start());
    silent.reply(crate::fake_provider::WELL_KNOWN, Reply::Silent);
    let second = of(&op.issuer).replace("[providers.op]", "[providers.second]");
    let (code, report) = probe(&format!("{}timeout = \"5s\"\n{second}", of(&silent.issuer)));
    assert_eq!(code, Some(1));
    assert!(found(&report, "reachable").1.ends_with("no answer in time"), "{report:#}");
    assert_eq!((&report["providers"][1]["id"], &report["providers"][1]["good"]), (&json!("second"), &json!(true)));
}

#[test]
fn a_clock_difference_is_reported() {
    let op = good();
    op.reply("/token", refusal(400, "invalid_grant").with("Date", "Mon, 01 Jan 2001 00:00:00 GMT"));
    let (code, verdict, message) = verdict(&op, "clock");
    assert_eq!((code, verdict.as_str()), (Some(1), "failed"), "{message}");
    assert!(message.contains(" s slow by ours, and leeway is 30 s"), "{message}");
    let now = vestibule::base::clock::Clock::system().now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    op.reply("/token", refusal(400, "invalid_grant").with("Date", &now));
    assert_eq!(self::verdict(&op, "clock").1, "good");
}

/// RT-18
#[test]
fn unsupported_features_are_reported() {
    let op = good();
    op.set_metadata("id_token_signing_alg_values_supported", json!(["HS256", "none"]));
    assert_eq!(verdict(&op, "algorithms").1, "failed");
    op.set_metadata("id_token_signing_alg_values_supported", json!(["RS256"]));
    op.set_metadata("code_challenge_methods_supported", json!(["plain"]));
    assert_eq!(verdict(&op, "pkce").1, "warning");
    op.set_metadata("scopes_supported", json!(["openid", "email"]));
    let (code, verdict, message) = verdict(&op, "scopes");
    assert_eq!((code, verdict.as_str(), message.as_str()), (Some(0), "note", "not among those it lists: profile"));
    op.reply("/jwks", Reply::text(200, "application/json", "{\"keys\":[]}"));
    assert_eq!(self::verdict(&op, "keys").1, "failed");
}

/// Authentication by a signed assertion is probed in the same way.
#[test]
fn private_key_jwt_is_probed() {
    let op = good();
    let apple = format!(
        "[providers.op]\npreset = \"apple\"\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\nteam_id = \"A1B2C3D4E5\"\n\
         private_key_id = \"F6G7H8J9K0\"\nprivate_key_file = \"\"\n",
        op.issuer
    );
    let key = format!(
        "[providers.op]\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
         private_key_file = \"\"\n",
        op.issuer
    );
    for (lines, field, name) in [(&apple, "client_secret", "private_key_id"), (&key, "client_assertion", "private_key")]
    {
        op.reply("/token", refusal(400, "invalid_grant"));
        let (code, report) = probe(lines);
        assert_eq!((code, found(&report, "client").0), (Some(0), "good"), "{report:#}");
        let proof = op.calls_to("/token").last().expect("a call").form(field).concat();
        assert_eq!(proof.split('.').count(), 3, "{proof} is no JWT");
        assert!(!report.to_string().contains(&proof));
        op.reply("/token", refusal(401, "invalid_client"));
        let (code, report) = probe(lines);
        let (verdict, message) = found(&report, "client");
        assert!((code, verdict) == (Some(1), "failed") && message.contains(name), "{report:#}");
    }
}

/// OAuth 2.0 without discovery: a request to the token endpoint.
#[test]
fn the_secret_of_an_oauth2_provider_is_probed() {
    let op = Op::start();
    let lines = format!(
        "[providers.op]\npreset = \"github\"\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"\"\n\
         token_endpoint = \"{}/token\"\n",
        op.issuer
    );
    for (code, exit, expected) in
        [("bad_verification_code", 0, "good"), ("incorrect_client_credentials", 1, "failed"), ("oh", 0, "warning")]
    {
        let form = format!("error={code}&error_description=x");
        op.reply("/token", Reply::text(200, "application/x-www-form-urlencoded", &form));
        let (exited, report) = probe(&lines);
        assert_eq!((exited, found(&report, "client").0), (Some(exit), expected), "{report:#}");
    }
    assert_eq!(op.calls_to("/token")[0].form("client_secret"), [SECRET]);
}

/// OAuth 1.0a: a request for temporary credentials.
#[test]
fn the_signature_for_an_oauth1_provider_is_probed() {
    let op = Op::start();
    let lines = format!(
        "[providers.op]\npreset = \"discogs\"\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"\"\n\
         request_token_endpoint = \"{}/request_token\"\n",
        op.issuer
    );
    let given = "oauth_token=t&oauth_token_secret=s";
    for (status, body, exit, check, expected) in [
        (200, format!("{given}&oauth_callback_confirmed=true"), 0, "client", "good"),
        (200, given.to_owned(), 1, "client", "failed"),
        (401, "oauth_problem=signature_invalid".to_owned(), 1, "client", "failed"),
        (503, String::new(), 1, "reachable", "failed"),
    ] {
        op.reply("/request_token", Reply::text(status, "application/x-www-form-urlencoded", &body));
        let (exited, report) = probe(&lines);
        assert_eq!((exited, found(&report, check).0), (Some(exit), expected), "{report:#}");
    }
}

/// The signature contains the time. A rejection for that reason is reported with the clock difference.
#[test]
fn a_clock_difference_to_an_oauth1_provider_is_reported() {
    let op = Op::start();
    let lines = format!(
        "[providers.op]\npreset = \"discogs\"\nclient_id = \"{CLIENT}\"\nclient_secret_file = \"\"\n\
         request_token_endpoint = \"{}/request_token\"\n",
        op.issuer
    );
    let form = |status, body: &str| Reply::text(status, "application/x-www-form-urlencoded", body);
    let refused = form(401, "oauth_problem=timestamp_refused").with("Date", "Mon, 01 Jan 2001 00:00:00 GMT");
    op.reply("/request_token", refused);
    let (code, report) = probe(&lines);
    let (verdict, message) = found(&report, "clock");
    assert_eq!((code, verdict, found(&report, "client").0), (Some(1), "failed", "failed"), "{report:#}");
    assert!(message.contains(" s slow by ours"), "{message}");
    let now = vestibule::base::clock::Clock::system().now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let given = "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=true";
    op.reply("/request_token", form(200, given).with("Date", &now));
    let (code, report) = probe(&lines);
    assert_eq!((code, found(&report, "clock").0), (Some(0), "good"), "{report:#}");
}

/// A TLS server with a certificate of an unknown authority.
pub fn tls() -> String {
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters").self_signed(&key);
    let certificate = certificate.expect("a certificate").der().clone();
    let private = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![certificate], private).expect("a certificate and its key"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = StreamOwned::new(connection, stream);
            // The other side breaks off in the middle of the handshake.
            let _refused = stream.read(&mut [0]).and_then(|_| stream.flush());
        }
    });
    format!("https://localhost:{port}")
}

/// RD-06
#[test]
fn an_untrusted_certificate_is_reported_with_its_reason() {
    let (code, report) = probe(&of(&tls()));
    let (verdict, message) = found(&report, "reachable");
    assert_eq!((code, verdict), (Some(1), "failed"));
    assert!(message.contains("set ca_file"), "{message}");
}
