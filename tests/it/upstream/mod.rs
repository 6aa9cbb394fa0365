//! Logins at an OpenID provider over HTTP: the requests, the responses, and faulty providers.
//!
//! The provider is a small server on a loopback port, whose responses each test configures. The database is not reachable: a
//! conversation with a provider must not need it.

mod dispensable;
mod proxied;
mod readable;
mod sent_by_providers;
mod signed;
mod tls;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::fake_provider::{self as op, Op, Reply};
use serde_json::{Value, json};
use vestibule::base::clock::Timestamp;
use vestibule::base::db::{Access, Db};
use vestibule::base::jws::JwsAlgorithm;
use vestibule::base::outbound::Outbound;
use vestibule::base::seal::generate_key;
use vestibule::base::secret::Plain;
use vestibule::config::{self, TokenEndpointAuthMethod, Userinfo};
use vestibule::upstream::{
    AuthorizationGrant, Failure, Fault, Handshake, Identity, LoginHints, LoginRequest, Provider, Registry, Stage,
};

const NONCE: &str = "the-nonce";
const SECRET: &str = "s:%+ é/secret";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(op::NOW + seconds, 0).expect("an instant")
}

fn oidc(issuer: &str) -> config::Oidc {
    oidc_with(issuer, "")
}

/// With further keys of the provider.
fn oidc_with(issuer: &str, more: &str) -> config::Oidc {
    let text = format!(
        "[database]\nurl = \"postgres://v@db/v\"\n[secrets]\nkeys = [\"{}\"]\n[providers.op]\nname = \"OP\"\n\
         issuer = \"{issuer}\"\nclient_id = \"{}\"\nclient_secret = \"{SECRET}\"\nscopes = [\"openid\"]\nuserinfo = \"never\"\n{more}",
        generate_key().expose(),
        op::CLIENT,
    );
    let config = config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"));
    match config.providers.into_iter().next() {
        Some(config::Provider::Oidc(oidc)) => oidc,
        _ => panic!("an OpenID provider"),
    }
}

fn registry(providers: Vec<(&str, config::Oidc)>) -> Registry {
    let access = Access {
        url: Plain::new("postgres://nobody@127.0.0.1:1/nothing"),
        pool_size: 1,
        batching: true,
        acquire_timeout: Duration::from_millis(20),
        statement_timeout: Duration::from_millis(20),
    };
    let named = |(id, mut oidc): (&str, config::Oidc)| {
        oidc.registration.id = id.into();
        config::Provider::Oidc(oidc)
    };
    let outbound = Outbound::new().expect("a client");
    let providers = providers.into_iter().map(named).collect();
    Registry::new(providers, &Db::open(&access), &outbound).expect("no authorities to be wrong")
}

fn provider_with(op: &Op, change: impl FnOnce(&mut config::Oidc)) -> Provider {
    let mut oidc = oidc(&op.issuer);
    change(&mut oidc);
    registry(vec![("op", oidc)]).get("op").expect("configured").clone()
}

fn provider(op: &Op) -> Provider {
    provider_with(op, |_| ())
}

/// The timeout for a reply: short for one that never ends, because the test waits for it, and long for the others, which a busy
/// machine may delay.
fn timeout_for(reply: &Reply) -> Duration {
    Duration::from_secs(if matches!(reply, Reply::Silent | Reply::Dripping) { 3 } else { 30 })
}

fn login_request() -> LoginRequest {
    LoginRequest { redirect_uri: "https://gw.example/callback/op".into(), hints: LoginHints::default() }
}

fn handshake() -> Handshake {
    Handshake {
        redirect_uri: "https://gw.example/callback/op".into(),
        nonce: NONCE.into(),
        verifier: Some("v".repeat(43)),
        ..Handshake::default()
    }
}

fn answer() -> AuthorizationGrant {
    AuthorizationGrant::Code { code: Plain::new("the-code"), iss: None, iss_is_required: false, user: None }
}

async fn finish(provider: &Provider, seconds: i64) -> Result<Identity, Failure> {
    provider.finish(&handshake(), answer(), at(seconds)).await
}

fn failure(outcome: Result<Identity, Failure>) -> (Stage, Fault, String) {
    match outcome {
        Ok(identity) => panic!("{} signed in", identity.sub),
        Err(Failure { stage, fault, reason, .. }) => (stage, fault, reason),
    }
}

fn fault(outcome: Result<Identity, Failure>) -> Fault {
    failure(outcome).1
}

/// RA-01, RD-20, RD-21: from the authorization URL to the identity; with cached keys, one request.
#[tokio::test]
async fn a_login_makes_one_request_and_returns_the_identity() {
    let op = Op::start();
    let provider = provider(&op);
    let begun = provider.begin(login_request(), at(0)).await.expect("begun");
    assert!(begun.url.starts_with(&format!("{}/auth?", op.issuer)));
    provider.refresh_documents(at(0)).await;
    op.forget();
    op.set_claims(json!({"nonce": begun.handshake.nonce, "email": "a@b.c", "email_verified": true, "amr": ["pwd"]}));
    let identity = provider.finish(&begun.handshake, answer(), at(1)).await.expect("signed in");
    assert_eq!((identity.sub.as_str(), identity.profile.email.as_deref()), ("alice", Some("a@b.c")));
    assert!(identity.profile.has_verified_email() && identity.claims["nonce"].is_null());
    assert_eq!(identity.amr, Some(vec!["pwd".into()]));
    assert_eq!((identity.tokens.access_token.expose(), identity.tokens.expires_in), ("access", Some(300)));
    let calls = op.calls();
    assert_eq!(calls.iter().map(|call| call.path.as_str()).collect::<Vec<_>>(), ["/token"]);
    let call = &calls[0];
    assert_eq!(call.form("grant_type"), ["authorization_code"]);
    assert_eq!(call.form("code"), ["the-code"]);
    assert_eq!(call.form("redirect_uri"), [begun.handshake.redirect_uri.as_str()]);
    assert_eq!(call.form("code_verifier"), [begun.handshake.verifier.expect("PKCE").as_str()]);
    assert_eq!(call.basic(), Some("us%3A1:s%3A%25%2B+%C3%A9%2Fsecret".into()));
    assert!(call.form("client_secret").is_empty() && call.form("client_id").is_empty());
}

/// RD-21: the configured method only.
#[tokio::test]
async fn only_the_configured_client_authentication_is_sent() {
    let op = Op::start();
    let post = provider_with(&op, |oidc| {
        oidc.registration.token_endpoint_auth_method = TokenEndpointAuthMethod::ClientSecretPost;
    });
    finish(&post, 0).await.expect("signed in");
    let public =
        provider_with(&op, |oidc| oidc.registration.token_endpoint_auth_method = TokenEndpointAuthMethod::None);
    finish(&public, 0).await.expect("signed in");
    let calls = op.calls_to("/token");
    assert_eq!(
        (calls[0].form("client_id"), calls[0].form("client_secret")),
        (vec![op::CLIENT.into()], vec![SECRET.into()])
    );
    assert_eq!((calls[1].form("client_id"), calls[1].form("client_secret")), (vec![op::CLIENT.into()], vec![]));
    assert!(calls.iter().all(|call| call.basic().is_none()));
}

/// RA-08, RA-09: rejected before the token request.
#[tokio::test]
async fn a_response_of_another_issuer_causes_no_token_request() {
    let op = Op::start();
    let provider = provider(&op);
    let with = async |iss: Option<&str>| {
        let answer = AuthorizationGrant::Code {
            code: Plain::new("the-code"),
            iss: iss.map(String::from),
            iss_is_required: false,
            user: None,
        };
        provider.finish(&handshake(), answer, at(0)).await
    };
    for foreign in ["https://honest.example", "", &format!("{}/", op.issuer)] {
        assert_eq!(fault(with(Some(foreign)).await), Fault::Refused);
    }
    assert_eq!(op.calls().len(), 0);
    assert!(with(Some(&op.issuer)).await.is_ok());
    let strict = Op::start();
    strict.set_metadata("authorization_response_iss_parameter_supported", json!(true));
    assert_eq!(fault(finish(&self::provider(&strict), 0).await), Fault::Refused);
    assert_eq!(strict.calls_to("/token").len(), 0);
}

/// RD-19: one fetch of each document.
#[tokio::test]
async fn two_hundred_concurrent_logins_share_one_fetch() {
    let op = Op::start();
    // Longer than the default: the test server needs its time for 200 requests on a busy machine.
    let provider = provider_with(&op, |config| config.registration.timeout = Duration::from_secs(60));
    let one = || {
        let provider = provider.clone();
        tokio::spawn(async move {
            provider.begin(login_request(), at(0)).await.expect("begun");
            finish(&provider, 0).await.expect("signed in");
        })
    };
    for login in (0..200).map(|_| one()).collect::<Vec<_>>() {
        login.await.expect("no panic");
    }
    assert_eq!((op.calls_to(op::WELL_KNOWN).len(), op.calls_to("/jwks").len()), (1, 1));
    assert_eq!(op.calls_to("/token").len(), 200);
}

/// FI-07, RD-04, RD-13, RD-14, RT-31: each response gives its fault, and the code is sent once.
#[tokio::test]
async fn the_code_is_sent_once_whatever_the_token_endpoint_responds() {
    let json = "application/json";
    let elsewhere = Op::start();
    for (reply, expected) in [
        (Reply::text(500, json, "{\"error\":\"server_error\"}"), Fault::InvalidResponse),
        (Reply::text(502, "text/html", "<html>"), Fault::InvalidResponse),
        (Reply::text(429, json, "{}").with("Retry-After", "1"), Fault::InvalidResponse),
        (Reply::text(302, json, "").with("Location", &format!("{}/token", elsewhere.issuer)), Fault::InvalidResponse),
        (Reply::text(307, json, "").with("Location", &format!("{}/token", elsewhere.issuer)), Fault::InvalidResponse),
        (Reply::text(200, json, ""), Fault::InvalidResponse),
        (Reply::text(200, json, &"[".repeat(100_000)), Fault::InvalidResponse),
        (Reply::text(200, json, &" ".repeat(2 << 20)), Fault::InvalidResponse),
        (Reply::Endless, Fault::InvalidResponse),
        (Reply::Broken, Fault::InvalidResponse),
        (Reply::Closed, Fault::InvalidResponse),
        (Reply::Silent, Fault::Timeout),
        (Reply::Dripping, Fault::Timeout),
        (Reply::text(400, json, "{\"error\":\"invalid_grant\"}"), Fault::Refused),
        (Reply::text(200, json, "{\"access_token\":\"a\",\"token_type\":\"Bearer\"}"), Fault::Refused),
    ] {
        let op = Op::start();
        let provider = provider_with(&op, |oidc| oidc.registration.timeout = timeout_for(&reply));
        provider.refresh_documents(at(0)).await;
        op.reply("/token", reply.clone());
        let (stage, fault, reason) = failure(finish(&provider, 0).await);
        assert_eq!((stage, fault), (Stage::Token, expected), "{reply:?}: {reason}");
        assert_eq!(op.calls_to("/token").len(), 1, "{reply:?}");
    }
    assert!(elsewhere.calls().is_empty(), "redirects are not followed");
}

/// RD-04, RD-14, RD-16: with invalid documents the provider is unavailable.
#[tokio::test]
async fn invalid_documents_are_not_used() {
    let elsewhere = Op::start();
    for path in [op::WELL_KNOWN, "/jwks"] {
        for reply in [
            Reply::text(301, "application/json", "").with("Location", &format!("{}{path}", elsewhere.issuer)),
            Reply::text(200, "text/html", "{}"),
            Reply::text(200, "application/json", "{\"keys\":[]}"),
            Reply::text(404, "application/json", "{}"),
            Reply::text(200, "application/json", &" ".repeat(2 << 20)),
            Reply::Broken,
            Reply::Silent,
        ] {
            let op = Op::start();
            op.reply(path, reply.clone());
            let provider = provider_with(&op, |oidc| oidc.registration.timeout = timeout_for(&reply));
            let (_, fault, reason) = failure(finish(&provider, 0).await);
            assert_eq!(fault, Fault::Unavailable, "{path} {reply:?}: {reason}");
            assert_eq!(op.calls_to("/token").len(), 0, "the code is not spent in vain");
        }
    }
    assert!(elsewhere.calls().is_empty());
}

/// RD-01, RD-18, FI-09: unavailable while the issuer is wrong, an immediate error during the pause, then available again.
#[tokio::test]
async fn a_provider_with_a_corrected_document_becomes_available() {
    let op = Op::start();
    let provider = provider(&op);
    assert!(provider.is_available(), "no request was made yet");
    op.set_metadata("issuer", json!("https://evil.example"));
    let begin =
        async |seconds| provider.begin(login_request(), at(seconds)).await.map(drop).map_err(|failure| failure.fault);
    for _ in 0..10 {
        assert_eq!(begin(0).await, Err(Fault::Unavailable));
    }
    assert_eq!(op.calls().len(), 1);
    assert!(!provider.is_available());
    op.set_metadata("issuer", json!(op.issuer));
    assert_eq!(begin(31).await, Ok(()));
    assert!(provider.is_available());
    assert_eq!(provider.end_session_endpoint(at(31)).await, Some(format!("{}/end", op.issuer)));
}

/// FI-09: cached documents are used while the provider is down, and fetched again in the background.
#[tokio::test]
async fn cached_documents_are_used_while_the_provider_fails() {
    let op = Op::start();
    let provider = provider(&op);
    provider.refresh_documents(at(0)).await;
    provider.refresh_documents(at(60)).await;
    assert_eq!(op.calls().len(), 2, "fresh documents are not fetched again");
    op.reply(op::WELL_KNOWN, Reply::text(500, "application/json", ""));
    op.reply("/jwks", Reply::text(200, "application/json", "{\"keys\":[]}"));
    provider.refresh_documents(at(601)).await;
    assert_eq!(op.calls().len(), 4);
    finish(&provider, 602).await.expect("signed in with what was good");
    assert!(provider.is_available());
}

/// RD-07, RD-08: concurrent logins with a new key succeed after one fetch.
#[tokio::test]
async fn concurrent_logins_fetch_a_new_key_once() {
    let op = Op::start();
    let provider = provider(&op);
    finish(&provider, 0).await.expect("signed in");
    op.rotate("second");
    let one = || {
        let provider = provider.clone();
        tokio::spawn(async move { finish(&provider, 1).await.map(drop) })
    };
    for login in (0..20).map(|_| one()).collect::<Vec<_>>() {
        login.await.expect("no panic").expect("signed in with the new key");
    }
    assert_eq!(op.calls_to("/jwks").len(), 2);
}

/// RD-09, RD-10: other logins succeed. The limit is kept in memory.
#[tokio::test]
async fn unknown_keys_cause_one_fetch_a_minute() {
    let op = Op::start();
    let provider = provider(&op);
    for number in 0..100 {
        op.sign_as(&format!("random-{number}"));
        assert_eq!(fault(finish(&provider, number / 10).await), Fault::Refused);
    }
    assert_eq!(op.calls_to("/jwks").len(), 2);
    op.sign_as(op::KID);
    finish(&provider, 10).await.expect("signed in");
    op.sign_as("another");
    assert_eq!(fault(finish(&provider, 70).await), Fault::Refused);
    assert_eq!(op.calls_to("/jwks").len(), 3);
}

/// A cached key set is not replaced by an empty or invalid one.
#[tokio::test]
async fn cached_keys_are_kept_when_the_key_set_becomes_invalid() {
    let op = Op::start();
    let provider = provider(&op);
    finish(&provider, 0).await.expect("signed in");
    op.reply("/jwks", Reply::text(200, "application/json", "{\"keys\":[]}"));
    op.sign_as("unknown");
    assert_eq!(fault(finish(&provider, 1).await), Fault::Refused);
    op.sign_as(op::KID);
    finish(&provider, 2).await.expect("signed in with the old key");
}

/// RT-14, RT-38: an ID token with the nonce of another login is rejected.
#[tokio::test]
async fn an_id_token_of_another_login_is_rejected() {
    let op = Op::start();
    op.set_claims(json!({"nonce": "another"}));
    let (stage, fault, reason) = failure(finish(&provider(&op), 0).await);
    assert_eq!((stage, fault), (Stage::Token, Fault::Refused));
    assert!(reason.contains("nonce") && !reason.contains("another"));
}

/// RT-28, RT-30, RD-04: userinfo with another `sub` is rejected.
#[tokio::test]
async fn userinfo_is_requested_when_needed_and_must_have_the_same_sub() {
    let op = Op::start();
    let with_timeout = |userinfo: Userinfo, timeout: Duration| {
        provider_with(&op, |oidc| {
            oidc.userinfo = userinfo;
            oidc.registration.timeout = timeout;
        })
    };
    let ask = |userinfo: Userinfo| with_timeout(userinfo, Duration::from_secs(30));
    let info = |body: &Value| Reply::text(200, "application/json", &body.to_string());
    op.reply("/userinfo", info(&json!({"sub": "alice", "email": "a@b.c", "email_verified": true})));
    let identity = finish(&ask(Userinfo::Auto), 0).await.expect("signed in");
    assert_eq!(identity.profile.email.as_deref(), Some("a@b.c"));
    assert_eq!(op.calls_to("/userinfo")[0].header("authorization"), Some("Bearer access"));
    assert_eq!(finish(&ask(Userinfo::Never), 0).await.expect("signed in").profile.email, None);
    op.set_claims(json!({"email": "own@b.c"}));
    finish(&ask(Userinfo::Auto), 0).await.expect("signed in");
    assert_eq!(op.calls_to("/userinfo").len(), 1, "the ID token said it");
    let both = finish(&ask(Userinfo::Always), 0).await.expect("signed in");
    assert_eq!((both.profile.email.as_deref(), both.profile.email_verified), (Some("own@b.c"), None));
    for (reply, expected) in [
        (info(&json!({"sub": "eve", "email": "a@b.c"})), Fault::Refused),
        (info(&json!({"email": "a@b.c"})), Fault::InvalidResponse),
        (info(&json!([1])), Fault::InvalidResponse),
        (info(&json!({"error": "invalid_token"})), Fault::Refused),
        (Reply::text(400, "application/json", "{\"error\":{\"code\":190}}"), Fault::Refused),
        (Reply::text(200, "text/html", "<html>"), Fault::InvalidResponse),
        (Reply::text(200, "application/jwt", "a.b.c"), Fault::Refused),
        (Reply::text(200, "application/json", &" ".repeat(5 << 20)), Fault::InvalidResponse),
        (Reply::text(302, "application/json", "").with("Location", "/jwks"), Fault::InvalidResponse),
        (Reply::text(401, "application/json", "{}"), Fault::Refused),
        (Reply::text(503, "application/json", "{}"), Fault::InvalidResponse),
        (Reply::Silent, Fault::Timeout),
    ] {
        op.reply("/userinfo", reply.clone());
        let always = with_timeout(Userinfo::Always, timeout_for(&reply));
        let (stage, fault, reason) = failure(finish(&always, 0).await);
        assert_eq!((stage, fault), (Stage::Userinfo, expected), "{reply:?}: {reason}");
    }
}

/// FI-08: logins at another provider are not delayed.
#[tokio::test]
async fn a_hanging_provider_does_not_delay_other_providers() {
    let (slow, good) = (Op::start(), Op::start());
    slow.reply("/token", Reply::Silent);
    let mut patient = oidc(&slow.issuer);
    patient.registration.timeout = Duration::from_secs(600);
    let registry = registry(vec![("slow", patient), ("good", oidc(&good.issuer))]);
    assert_eq!(registry.iter().map(Provider::id).collect::<Vec<_>>(), ["slow", "good"]);
    let hanging = || {
        let provider = registry.get("slow").expect("configured").clone();
        tokio::spawn(async move { finish(&provider, 0).await.map(drop) })
    };
    let hanging: Vec<_> = (0..50).map(|_| hanging()).collect();
    let good = registry.get("good").expect("configured");
    for number in 0..20 {
        finish(good, number).await.expect("signed in");
    }
    assert!(hanging.iter().all(|login| !login.is_finished()), "they hang until the time limit");
    hanging.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Configured endpoints are used without fetching the discovery document.
#[tokio::test]
async fn configured_endpoints_need_no_discovery() {
    let op = Op::start();
    let url = |path: &str| url::Url::parse(&format!("{}{path}", op.issuer)).ok();
    let provider = provider_with(&op, |oidc| {
        oidc.issuer = op.issuer.clone();
        oidc.signing_algorithms = vec![JwsAlgorithm::EdDsa];
        oidc.registration.endpoints.authorization_endpoint = url("/auth");
        oidc.registration.endpoints.token_endpoint = url("/token");
        oidc.registration.endpoints.jwks_uri = url("/jwks");
    });
    finish(&provider, 0).await.expect("signed in");
    assert_eq!(op.calls_to(op::WELL_KNOWN).len(), 0);
}

/// RD-22: at level TRACE of every crate.
#[tokio::test]
async fn no_log_line_contains_a_secret() {
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Lines {
        fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("lines").extend_from_slice(line);
            Ok(line.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let op = Op::start();
    let provider = provider_with(&op, |oidc| oidc.userinfo = Userinfo::Always);
    op.reply("/userinfo", Reply::text(200, "application/json", "{\"sub\":\"alice\"}"));
    let identity = finish(&provider, 0).await.expect("signed in");
    op.reply("/token", Reply::text(400, "application/json", "{\"error\":\"x\",\"error_description\":\"the-code\"}"));
    let _refused = failure(finish(&provider, 0).await);
    op.reply(op::WELL_KNOWN, Reply::text(500, "application/json", "the-body"));
    // Another test may have met a log statement for the first time in the moment in which ours began to listen.
    tracing::callsite::rebuild_interest_cache();
    provider.refresh_documents(at(700)).await;
    let logged = String::from_utf8_lossy(&lines.0.lock().expect("lines")).into_owned();
    assert!(logged.contains("discovery: answered 500"), "something was logged");
    let id_token = identity.tokens.id_token.expect("an ID token");
    let basic = op.calls_to("/token")[0].header("authorization").expect("sent").to_owned();
    let verifier = "v".repeat(43);
    for secret in ["the-code", SECRET, "Bearer access", &verifier, id_token.expose(), &basic[6..]] {
        assert!(!logged.contains(secret), "{secret}");
    }
}
