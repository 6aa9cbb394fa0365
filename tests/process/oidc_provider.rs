//! Logins at npm's certified `oidc-provider` with its own forms.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use reqwest::Method;
use serde_json::json;
use url::Url;

use crate::database::Database;
use crate::gateway::{Gateway, Settings};
use crate::page::Page;
use crate::peer::Provider;
use crate::ports;
use crate::visitor::{Visitor, param};
use crate::wiretap::Wiretap;

/// The redirect URI of a frontend that uses the SPA flow; nothing listens at this address.
const FRONTEND: &str = "http://127.0.0.1:9/callback";

/// A gateway that uses the provider through a relay, which records requests and responses.
struct Setup {
    gateway: Gateway,
    provider: Option<Provider>,
    port: u16,
    wire: Wiretap,
    options: Vec<String>,
}

impl Setup {
    fn new() -> Self {
        Self::with(&[], |settings| settings)
    }

    /// With options of the provider and changed settings of the gateway.
    fn with(options: &[&str], change: impl FnOnce(Settings) -> Settings) -> Self {
        let port = ports::free::<1>();
        let wire = Wiretap::before(port);
        let settings = Settings::new(&Database::empty().url, &wire.origin).with("providers.op.redirect_uri", FRONTEND);
        let settings = change(settings);
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        let provider = start_provider(port, &settings, &wire, &options);
        Self { gateway: settings.serve(), provider: Some(provider), port, wire, options }
    }

    /// Starts the provider again, with new keys.
    fn rotate_keys(&mut self) {
        self.provider = None;
        self.provider = Some(start_provider(self.port, &self.gateway.settings, &self.wire, &self.options));
    }

    /// From the authorization URL through the forms to the redirect of the provider.
    async fn sign_in(&self, visitor: &Visitor, away: Url, name: &str) -> Url {
        let until = param(&away, "redirect_uri");
        let done = self.consent(visitor, away, &until, name).await;
        done.location().unwrap_or_else(|| panic!("the provider does not redirect back: {done}"))
    }

    /// From the authorization URL through the forms to the last page of the provider.
    async fn consent(&self, visitor: &Visitor, away: Url, until: &str, name: &str) -> Page {
        let form = visitor.follow(visitor.get(away).await, until).await;
        let answered = visitor.submit(&form, &[("login", name), ("password", "any")]).await;
        let consent = visitor.follow(answered, until).await;
        match consent.location() {
            Some(_) => consent,
            None => visitor.follow(visitor.submit(&consent, &[]).await, until).await,
        }
    }

    fn callback(&self) -> String {
        format!("{}/callback/op", self.gateway.public())
    }

    async fn away(&self, visitor: &Visitor) -> Url {
        let away = visitor.get(format!("{}/login/op", self.gateway.public())).await;
        away.location().unwrap_or_else(|| panic!("no redirect to the provider: {away}\n{}", self.gateway.log()))
    }

    async fn sign_in_with_cookie(&self, visitor: &Visitor, name: &str) -> Page {
        let away = visitor.get(format!("{}/login/op", self.gateway.public())).await;
        let back = self.sign_in(visitor, away.location().expect("the provider's address"), name).await;
        assert_eq!(param(&back, "iss"), self.wire.origin, "RFC 9207");
        visitor.get(back).await
    }
}

fn start_provider(port: u16, settings: &Settings, wire: &Wiretap, options: &[String]) -> Provider {
    let redirect_uris = [format!("{}/callback/op", settings.public()), FRONTEND.to_owned()];
    let mut all = vec!["--issuer", wire.origin.as_str(), "--userinfo"];
    all.extend(options.iter().map(String::as_str));
    Provider::certified(port, &settings.client_secret, &redirect_uris, &all)
}

/// IO-01: the browser flow; the e-mail address is a userinfo claim, so the provider is called twice.
#[tokio::test]
async fn a_certified_provider_signs_users_in_by_the_browser_flow() {
    let (setup, ada) = (Setup::new(), Visitor::new());
    let welcome = setup.sign_in_with_cookie(&ada, "ada").await;
    assert_eq!(welcome.status, 303, "{welcome}\n{}", setup.gateway.log());
    assert_eq!(welcome.location().expect("a place to go").path(), "/account");
    let calls = ["POST /token", "GET /me", "GET /jwks", "GET /.well-known/openid-configuration"];
    assert_eq!(calls.map(|call| setup.wire.count(call)), [1, 1, 1, 1]);

    let session = ada.get(format!("{}/session", setup.gateway.public())).await.json();
    assert_eq!(session["user"]["email"], "ada@example.com");
    assert_eq!(session["user"]["name"], "Ada");
    let account = ada.get(format!("{}/account", setup.gateway.public())).await;
    assert!(account.body.contains("<h1><bdi>Ada</bdi></h1>"), "{account}");
}

/// IO-01: the SPA flow, with the frontend's redirect URI, and the provider's logout URL in the response.
#[tokio::test]
async fn a_certified_provider_signs_users_in_by_the_spa_flow() {
    let (setup, grace) = (Setup::new(), Visitor::new());
    let gateway = setup.gateway.public();
    let begun = grace.get(format!("{gateway}/oauth2/url/?provider=op")).await.json();
    let away = Url::parse(begun["url"].as_str().expect("a URL")).expect("a URL");
    assert_eq!(param(&away, "redirect_uri"), FRONTEND);
    let back = setup.sign_in(&grace, away, "grace").await;
    assert_eq!(param(&back, "state"), begun["state"], "what the frontend compares");
    let body = json!({
        "provider": "op", "code": param(&back, "code"), "state": param(&back, "state"), "iss": param(&back, "iss"),
    });
    let exchange = || Visitor::send(grace.request(Method::POST, format!("{gateway}/oauth2/token/")).json(&body));
    let exchanged = exchange().await;
    assert_eq!(exchanged.status, 200, "{exchanged}\n{}", setup.gateway.log());
    let answer = exchanged.json();
    assert_eq!(answer["user"]["email"], "grace@example.com");
    assert_eq!(answer["api"]["access"].as_str().expect("a token").split('.').count(), 3);
    let logout_url = answer["provider"]["logout_url"].as_str().expect("a URL");
    let away = grace.get(logout_url).await;
    let to = away.location().expect("a place to go").to_string();
    assert!(to.starts_with(&format!("{}/session/end", setup.wire.origin)), "{to}");

    let again = exchange().await;
    assert_eq!((again.status.as_u16(), again.json()["code"].as_str()), (409, Some("state_used")), "{again}");
    assert_eq!(setup.wire.count("POST /token"), 1);
}

/// IO-01, RD-07: new keys of the provider cause one more request of its JWKS, and no failed login.
#[tokio::test]
async fn a_certified_provider_can_rotate_its_keys() {
    let mut setup = Setup::new();
    let ada = Visitor::new();
    assert_eq!(setup.sign_in_with_cookie(&ada, "ada").await.status, 303);
    let first = ada.get(format!("{}/session", setup.gateway.public())).await.json();
    setup.rotate_keys();
    let ada = Visitor::new();
    let welcome = setup.sign_in_with_cookie(&ada, "ada").await;
    assert_eq!(welcome.status, 303, "{welcome}\n{}", setup.gateway.log());
    assert_eq!(setup.wire.count("GET /jwks"), 2);
    let second = ada.get(format!("{}/session", setup.gateway.public())).await.json();
    assert_eq!(first["sub"], second["sub"], "the same person has the same user");
    assert_ne!(first["sid"], second["sid"]);
}

/// IO-01, RA-18: the form post is cross-site, without a cookie.
#[tokio::test]
async fn a_certified_provider_can_use_form_post() {
    let setup = Setup::with(&[], |settings| settings.with("providers.op.response_mode", "form_post"));
    let ada = Visitor::new();
    let away = setup.away(&ada).await;
    assert_eq!(param(&away, "response_mode"), "form_post");
    let page = setup.consent(&ada, away, &setup.callback(), "ada").await;
    let form = page.form().unwrap_or_else(|| panic!("no form: {page}"));
    assert_eq!(form.action.as_str(), setup.callback());
    let bounced = Visitor::new().post(form.action, &form.fields).await;
    assert_eq!(bounced.status, 303, "{bounced}\n{}", setup.gateway.log());
    let welcome = ada.get(bounced.location().expect("a way on")).await;
    assert_eq!(welcome.status, 303, "{welcome}\n{}", setup.gateway.log());
    let session = ada.get(format!("{}/session", setup.gateway.public())).await.json();
    assert_eq!(session["user"]["email"], "ada@example.com");
}

/// A new P-256 key: as PEM for the gateway, and as JWK for the provider.
fn client_key() -> (String, String) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let body = STANDARD.encode(pair.to_pkcs8v1().expect("encoded"));
    let point = pair.public_key().as_ref();
    let (x, y) = (B64.encode(&point[1..33]), B64.encode(&point[33..]));
    let jwk = json!({"kty": "EC", "crv": "P-256", "kid": "ours", "use": "sig", "x": x, "y": y});
    (format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"), jwk.to_string())
}

fn signing(settings: Settings, pem: &str) -> Settings {
    let file = settings.directory.write("client.pem", pem);
    settings
        .with("providers.op.client_secret_file", "")
        .with("providers.op.token_endpoint_auth_method", "private_key_jwt")
        .with("providers.op.private_key_file", &file)
        .with("providers.op.private_key_id", "ours")
}

/// IO-01, OP-02, RD-21: the request is pushed, and each request of the client has a new assertion for the issuer.
#[tokio::test]
async fn a_certified_provider_accepts_assertions_and_pushed_requests() {
    let (pem, jwk) = client_key();
    let setup = Setup::with(&["--client-jwk", &jwk, "--require-par"], |settings| signing(settings, &pem));
    for name in ["ada", "grace"] {
        let visitor = Visitor::new();
        let away = setup.away(&visitor).await;
        let sent: Vec<_> = away.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(sent, ["client_id", "request_uri"]);
        let done = setup.consent(&visitor, away, &setup.callback(), name).await;
        let welcome = visitor.get(done.location().expect("a way back")).await;
        assert_eq!(welcome.status, 303, "{welcome}\n{}", setup.gateway.log());
        let session = visitor.get(format!("{}/session", setup.gateway.public())).await.json();
        assert_eq!(session["user"]["email"], format!("{name}@example.com"));
    }
    assert_eq!((setup.wire.count("POST /request"), setup.wire.count("POST /token")), (2, 2));
}

/// The provider has another key.
#[tokio::test]
async fn a_certified_provider_refuses_an_unregistered_key() {
    let (jwk, (other, _)) = (client_key().1, client_key());
    let setup = Setup::with(&["--client-jwk", &jwk, "--require-par"], |settings| signing(settings, &other));
    let refused = Visitor::new().get(format!("{}/login/op", setup.gateway.public())).await;
    assert_eq!(refused.status, 502, "{refused}");
    assert!(setup.gateway.log().contains("invalid_client"), "{}", setup.gateway.log());
}

/// RD-08: new keys between the login at the provider and the token request cause one more request of its JWKS.
#[tokio::test]
async fn a_certified_provider_can_rotate_keys_during_a_login() {
    let mut setup = Setup::new();
    let first = Visitor::new();
    assert_eq!(setup.sign_in_with_cookie(&first, "ada").await.status, 303);
    let ada = Visitor::new();
    let away = setup.away(&ada).await;
    let back = setup.sign_in(&ada, away, "ada").await;
    setup.provider.as_mut().expect("it runs").rotate();
    let welcome = ada.get(back).await;
    assert_eq!(welcome.status, 303, "{welcome}\n{}", setup.gateway.log());
    assert_eq!(setup.wire.count("GET /jwks"), 2);
}

/// A provider that changes its key and keeps the `kid`: the key set is fetched again in the same login.
#[tokio::test]
async fn a_new_key_under_the_same_kid_is_fetched_in_the_same_login() {
    let mut setup = Setup::with(&["--kid", "one"], |settings| settings);
    for _ in 0..2 {
        let page = setup.sign_in_with_cookie(&Visitor::new(), "ada").await;
        assert_eq!(page.status, 303, "{page}\n{}", setup.gateway.log());
        setup.rotate_keys();
    }
}

/// ID tokens with further audiences, as Zitadel sends them, and ID tokens by HS256.
#[tokio::test]
async fn further_audiences_and_hmac_are_accepted_where_they_are_configured() {
    let audiences = ["--audience", "308117379076915203", "--audience", "269084476393390083"];
    let setup = Setup::with(&audiences, |settings| settings.with("providers.op.trusted_audiences", "*"));
    let page = setup.sign_in_with_cookie(&Visitor::new(), "ada").await;
    assert_eq!(page.status, 303, "{page}\n{}", setup.gateway.log());
    let setup = Setup::with(&audiences, |settings| settings);
    let page = setup.sign_in_with_cookie(&Visitor::new(), "ada").await;
    assert!(page.status == 400 && setup.gateway.log().contains("trusted_audiences"), "{page}");
    let setup = Setup::with(&["--hmac"], |settings| settings.with("providers.op.signing_algorithms", "HS256"));
    let page = setup.sign_in_with_cookie(&Visitor::new(), "ada").await;
    assert_eq!(page.status, 303, "{page}\n{}", setup.gateway.log());
}
