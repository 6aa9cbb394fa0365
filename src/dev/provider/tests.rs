//! The answers and refusals of the pretend provider.

use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::form_urlencoded::{Serializer, parse};

use super::client::Client;
use super::running::routes;
use super::signing::left_half_of_hash;
use super::state::State;
use super::token::s256;
use crate::base::clock::{Clock, Hand};
use crate::base::secret::Plain;

const BACK: &str = "http://app.test/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Not alphanumeric, so that the decoding of HTTP Basic shows.
const SECRET: &str = "s=cr&t+% x";

type Fields<'a> = Vec<(&'a str, &'a str)>;

struct Bench {
    state: web::Data<State>,
    hand: Hand,
}

struct Answer {
    status: StatusCode,
    location: String,
    challenge: String,
    body: String,
}

impl Bench {
    fn new() -> Self {
        let (clock, hand) = Clock::shifted();
        let (id, secret) = ("gateway".to_owned(), Plain::new(SECRET));
        let redirect_uris = vec![BACK.to_owned()];
        let post_logout_redirect_uris = vec!["http://app.test/".to_owned()];
        let client = Client { id, secret, redirect_uris, post_logout_redirect_uris };
        let state = State::new("http://op.test".into(), client, clock, Duration::ZERO).expect("a key");
        Self { state: web::Data::new(state), hand }
    }

    async fn send(&self, request: TestRequest) -> Answer {
        let app = init_service(App::new().app_data(self.state.clone()).configure(routes)).await;
        let answer: ServiceResponse = call_service(&app, request.to_request()).await;
        let header = |name| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
        let (location, challenge) = (header("location").unwrap_or_default(), header("www-authenticate"));
        let (status, challenge) = (answer.status(), challenge.unwrap_or_default());
        let body = to_bytes(answer.into_body()).await.expect("a body");
        Answer { status, location, challenge, body: String::from_utf8_lossy(&body).into_owned() }
    }

    async fn post(&self, path: &str, fields: &Fields<'_>) -> Answer {
        self.send(TestRequest::post().uri(path).set_payload(encoded(fields)).insert_header(FORM)).await
    }

    async fn decide(&self, extra: &[(&str, &str)]) -> Answer {
        let challenge = s256(VERIFIER);
        let mut fields = authorization_request(&challenge);
        fields.extend(extra);
        self.post("/authorize/decision", &fields).await
    }

    /// A code for Ada.
    async fn code(&self, extra: &[(&str, &str)]) -> String {
        let answer = self.decide(&[&[("person", "ada")], extra].concat()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.param("code").expect("a code")
    }

    async fn redeem(&self, code: &str) -> Answer {
        self.post("/token", &redeeming(code)).await
    }
}

impl Answer {
    fn param(&self, name: &str) -> Option<String> {
        let query = self.location.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn error(&self) -> String {
        self.json()["error"].as_str().expect("an error").to_owned()
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn encoded(fields: &Fields<'_>) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn authorization_request(challenge: &str) -> Fields<'_> {
    vec![
        ("client_id", "gateway"),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "s&t"),
        ("nonce", "n-1"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
}

fn redeeming(code: &str) -> Fields<'_> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
        ("client_id", "gateway"),
        ("client_secret", SECRET),
    ]
}

fn with<'a>(mut fields: Fields<'a>, name: &'a str, value: &'a str) -> Fields<'a> {
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value));
    fields
}

#[actix_web::test]
async fn a_login_returns_a_code_for_the_requested_tokens() {
    let bench = Bench::new();
    let answer = bench.decide(&[("person", "grace")]).await;
    assert!(answer.location.starts_with("http://app.test/callback?"), "{}", answer.location);
    assert_eq!(answer.param("state").as_deref(), Some("s&t"));
    assert_eq!(answer.param("iss").as_deref(), Some("http://op.test"));
    let tokens = bench.redeem(&answer.param("code").expect("a code")).await.json();
    let access = tokens["access_token"].as_str().expect("an access token");
    let claims = bench.state.key.read(tokens["id_token"].as_str().expect("an ID token")).expect("a good signature");
    let claim = |name: &str| claims.get(name).cloned().unwrap_or_default();
    assert_eq!((claim("iss"), claim("aud")), (json!("http://op.test"), json!("gateway")));
    assert_eq!((claim("sub"), claim("nonce")), (json!("grace"), json!("n-1")));
    assert_eq!(claim("at_hash"), json!(left_half_of_hash(access.as_bytes())));
    assert_eq!(claim("exp").as_i64(), claim("iat").as_i64().map(|iat| iat + 300));

    let bearer = ("authorization", format!("Bearer {access}"));
    let userinfo = bench.send(TestRequest::get().uri("/userinfo").insert_header(bearer.clone())).await.json();
    assert_eq!((&userinfo["sub"], &userinfo["email"]), (&json!("grace"), &json!("grace@example.com")));
    bench.hand.advance(TimeDelta::seconds(301));
    let late = bench.send(TestRequest::get().uri("/userinfo").insert_header(bearer)).await;
    assert_eq!((late.status, late.challenge.as_str()), (StatusCode::UNAUTHORIZED, "Bearer error=\"invalid_token\""));
}

#[actix_web::test]
async fn a_client_proves_itself_by_basic_or_by_the_body_and_not_otherwise() {
    let bench = Bench::new();
    let basic = |secret: &str| {
        let secret: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        ("authorization", format!("Basic {}", STANDARD.encode(format!("gateway:{secret}"))))
    };
    let bare = |code| redeeming(code).into_iter().filter(|(name, _)| !name.starts_with("client_")).collect::<Vec<_>>();
    let ask = |fields: &Fields<'_>| TestRequest::post().uri("/token").insert_header(FORM).set_payload(encoded(fields));

    let code = bench.code(&[]).await;
    let wrong = bench.post("/token", &with(redeeming(&code), "client_secret", "guess")).await;
    assert_eq!((wrong.status, wrong.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"));
    let unauthenticated = bench.post("/token", &bare(&code)).await;
    assert_eq!(
        (unauthenticated.status, unauthenticated.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    assert!(unauthenticated.challenge.starts_with("Basic "));
    let other = bench.post("/token", &with(redeeming(&code), "client_id", "other")).await;
    assert_eq!(other.error(), "invalid_client");
    let wrong = bench.send(ask(&bare(&code)).insert_header(basic("guess"))).await;
    assert_eq!(wrong.error(), "invalid_client");
    let both = bench.send(ask(&redeeming(&code)).insert_header(basic(SECRET))).await;
    assert_eq!(both.error(), "invalid_request");
    // None of these was the client, so none of them has spent the code.
    let right = bench.send(ask(&bare(&code)).insert_header(basic(SECRET))).await;
    assert_eq!(right.status, StatusCode::OK, "{}", right.body);
}

#[actix_web::test]
async fn a_code_works_once_for_a_minute_and_for_its_request_only() {
    let bench = Bench::new();
    for (name, value) in [("redirect_uri", "http://app.test/callback/"), ("code_verifier", "x"), ("code_verifier", "")]
    {
        let code = bench.code(&[]).await;
        let answer = bench.post("/token", &with(redeeming(&code), name, value)).await;
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::BAD_REQUEST, "invalid_grant"), "{name}");
        assert_eq!(bench.redeem(&code).await.error(), "invalid_grant", "a failed attempt spends the code");
    }
    assert_eq!(bench.redeem("unknown").await.error(), "invalid_grant");

    let late = bench.code(&[]).await;
    bench.hand.advance(TimeDelta::seconds(61));
    assert_eq!(bench.redeem(&late).await.error(), "invalid_grant");
}

#[actix_web::test]
async fn a_code_that_comes_twice_takes_back_what_it_gave() {
    let bench = Bench::new();
    let code = bench.code(&[]).await;
    let tokens = bench.redeem(&code).await.json();
    let access = tokens["access_token"].as_str().expect("an access token");
    assert!(bench.state.tokens.find(access).is_some());
    assert_eq!(bench.redeem(&code).await.error(), "invalid_grant");
    assert!(bench.state.tokens.find(access).is_none());
}

#[actix_web::test]
async fn malformed_token_requests_are_refused() {
    let bench = Bench::new();
    let code = bench.code(&[]).await;
    let other = bench.post("/token", &with(redeeming(&code), "grant_type", "password")).await;
    assert_eq!(other.error(), "unsupported_grant_type");
    let twice = [redeeming(&code), vec![("code", "x")]].concat();
    assert_eq!(bench.post("/token", &twice).await.error(), "invalid_request");
    let json = TestRequest::post().uri("/token").set_json(json!({"code": code}));
    assert_eq!(bench.send(json).await.error(), "invalid_request");
}

#[actix_web::test]
async fn an_unproven_client_or_redirect_uri_gets_no_redirect() {
    let bench = Bench::new();
    let challenge = s256(VERIFIER);
    for (name, value) in [
        ("client_id", "other"),
        ("client_id", ""),
        ("redirect_uri", "http://app.test/callback/"),
        ("redirect_uri", "http://app.test/callback?x"),
        ("redirect_uri", "http://evil.test/callback"),
        ("redirect_uri", ""),
    ] {
        let fields = with(authorization_request(&challenge), name, value);
        let page = bench.send(TestRequest::get().uri(&format!("/authorize?{}", encoded(&fields)))).await;
        let posted = bench.post("/authorize/decision", &with(fields, "person", "ada")).await;
        for answer in [page, posted] {
            assert_eq!((answer.status, answer.location.as_str()), (StatusCode::BAD_REQUEST, ""), "{name}={value}");
        }
    }
}

#[actix_web::test]
async fn other_defects_go_back_to_the_client_with_its_state() {
    let bench = Bench::new();
    let challenge = s256(VERIFIER);
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_mode", "fragment", "invalid_request"),
        ("scope", "profile", "invalid_scope"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("request", "x", "request_not_supported"),
        ("prompt", "none", "login_required"),
    ] {
        let query = encoded(&with(authorization_request(&challenge), name, value));
        let answer = bench.send(TestRequest::get().uri(&format!("/authorize?{query}"))).await;
        assert_eq!(answer.param("error").as_deref(), Some(error), "{name}={value}");
        assert_eq!(answer.param("state").as_deref(), Some("s&t"));
        assert_eq!(answer.param("iss").as_deref(), Some("http://op.test"));
        assert_eq!(answer.param("code"), None);
    }
}

#[actix_web::test]
async fn the_failures_that_can_be_chosen_happen() {
    let bench = Bench::new();
    let denied = bench.decide(&[("failure", "deny")]).await;
    assert_eq!(denied.param("error").as_deref(), Some("access_denied"));
    assert_eq!((denied.param("code"), denied.param("state").as_deref()), (None, Some("s&t")));
    let code = bench.code(&[("failure", "broken_signature")]).await;
    let tokens = bench.redeem(&code).await.json();
    assert_eq!(bench.state.key.read(tokens["id_token"].as_str().expect("an ID token")), None);
    assert_eq!(bench.decide(&[("person", "ada"), ("failure", "odd")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(bench.decide(&[("person", "nobody")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(bench.decide(&[("person", "new"), ("email", "x")]).await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn what_comes_in_is_shown_as_text_and_never_as_markup() {
    const MARKUP: &str = "\"'><script>alert(1)</script>";
    let bench = Bench::new();
    let challenge = s256(VERIFIER);
    for name in ["client_id", "redirect_uri", "scope", "state", "nonce", "login_hint"] {
        let value = if name == "scope" { format!("openid {MARKUP}") } else { format!("{MARKUP}@x") };
        let query = encoded(&with(authorization_request(&challenge), name, &value));
        let page = bench.send(TestRequest::get().uri(&format!("/authorize?{query}"))).await;
        assert!(page.body.contains("script") && !page.body.contains("<script"), "{name}: {}", page.body);
        assert!(!page.body.contains("\"'>"), "{name} leaves its attribute: {}", page.body);
    }
    let new = ("person", "new");
    for fields in [[("person", MARKUP)].as_slice(), &[new, ("email", MARKUP)], &[new, ("failure", MARKUP)]] {
        let page = bench.decide(fields).await;
        assert!(page.status == StatusCode::BAD_REQUEST && !page.body.contains("<script"), "{fields:?}: {}", page.body);
    }
    let query = encoded(&vec![("post_logout_redirect_uri", MARKUP), ("client_id", "gateway")]);
    let page = bench.send(TestRequest::get().uri(&format!("/end_session?{query}"))).await;
    assert!(page.status == StatusCode::BAD_REQUEST && !page.body.contains("<script"), "{}", page.body);
}

#[actix_web::test]
async fn signing_out_leads_back_to_registered_addresses_only() {
    let bench = Bench::new();
    let tokens = bench.redeem(&bench.code(&[]).await).await.json();
    let (hint, access) = (tokens["id_token"].as_str().expect("text"), tokens["access_token"].as_str().expect("text"));
    let ask = |fields: Fields<'_>| TestRequest::get().uri(&format!("/end_session?{}", encoded(&fields)));
    let evil = ask(vec![("post_logout_redirect_uri", "http://evil.test/"), ("client_id", "gateway")]);
    assert_eq!(bench.send(evil).await.status, StatusCode::BAD_REQUEST);
    let unnamed = ask(vec![("post_logout_redirect_uri", "http://app.test/")]);
    assert_eq!(bench.send(unnamed).await.status, StatusCode::BAD_REQUEST);
    let forged = ask(vec![("id_token_hint", "a.b.c")]);
    assert_eq!(bench.send(forged).await.status, StatusCode::BAD_REQUEST);
    let good = vec![("post_logout_redirect_uri", "http://app.test/"), ("id_token_hint", hint), ("state", "x")];
    assert_eq!(bench.send(ask(good)).await.location, "http://app.test/?state=x");
    assert!(bench.state.tokens.find(access).is_none(), "the access token outlives its session");
    let page = bench.send(ask(vec![])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("href=\"http://app.test/\">Back to the app at app.test</a>"), "{}", page.body);
}

#[actix_web::test]
async fn the_root_page_explains_the_server() {
    let page = Bench::new().send(TestRequest::get().uri("/")).await;
    assert!(page.status == StatusCode::OK && page.body.contains("pretend provider"), "{}", page.body);
    assert!(page.body.contains("href=\"/.well-known/openid-configuration\""), "{}", page.body);
}
