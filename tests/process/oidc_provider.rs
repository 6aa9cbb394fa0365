//! Signing in at npm's certified `oidc-provider`, by its own forms.

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

/// Where the frontend of the JSON door lives; nobody needs to be there.
const FRONTEND: &str = "http://127.0.0.1:9/callback";

/// A gateway that knows the provider through a relay, which sees what they say to each other.
struct House {
    gateway: Gateway,
    provider: Option<Provider>,
    port: u16,
    wire: Wiretap,
}

impl House {
    fn new() -> Self {
        let port = ports::free::<1>();
        let wire = Wiretap::before(port);
        let settings = Settings::new(&Database::empty().url, &wire.origin).with("providers.op.redirect_uri", FRONTEND);
        let provider = start_provider(port, &settings, &wire);
        Self { gateway: settings.serve(), provider: Some(provider), port, wire }
    }

    /// Starts the provider again, with new keys.
    fn rotate_keys(&mut self) {
        self.provider = None;
        self.provider = Some(start_provider(self.port, &self.gateway.settings, &self.wire));
    }

    /// From the authorization URL through the forms to the address that the provider sends back to.
    async fn sign_in(&self, visitor: &Visitor, away: Url, name: &str) -> Url {
        let until = param(&away, "redirect_uri");
        let form = visitor.follow(visitor.get(away).await, &until).await;
        let answered = visitor.submit(&form, &[("login", name), ("password", "any")]).await;
        let consent = visitor.follow(answered, &until).await;
        let done = match consent.location() {
            Some(_) => consent,
            None => visitor.follow(visitor.submit(&consent, &[]).await, &until).await,
        };
        done.location().unwrap_or_else(|| panic!("the provider sends nobody back: {done}"))
    }

    async fn sign_in_with_cookie(&self, visitor: &Visitor, name: &str) -> Page {
        let away = visitor.get(format!("{}/login/op", self.gateway.public())).await;
        let back = self.sign_in(visitor, away.location().expect("the provider's address"), name).await;
        assert_eq!(param(&back, "iss"), self.wire.origin, "RFC 9207");
        visitor.get(back).await
    }
}

fn start_provider(port: u16, settings: &Settings, wire: &Wiretap) -> Provider {
    let redirect_uris = [format!("{}/callback/op", settings.public()), FRONTEND.to_owned()];
    Provider::certified(port, &settings.client_secret, &redirect_uris, &["--issuer", &wire.origin, "--userinfo"])
}

/// IO-01: the cookie door; the e-mail is had at userinfo, so the provider is called twice.
#[tokio::test]
async fn a_certified_provider_signs_people_in_at_the_cookie_door() {
    let (house, ada) = (House::new(), Visitor::new());
    let welcome = house.sign_in_with_cookie(&ada, "ada").await;
    assert_eq!(welcome.status, 303, "{welcome}\n{}", house.gateway.log());
    assert_eq!(welcome.location().expect("a place to go").path(), "/account");
    let calls = ["POST /token", "GET /me", "GET /jwks", "GET /.well-known/openid-configuration"];
    assert_eq!(calls.map(|call| house.wire.count(call)), [1, 1, 1, 1]);

    let session = ada.get(format!("{}/session", house.gateway.public())).await.json();
    assert_eq!(session["user"]["email"], "ada@example.com");
    assert_eq!(session["user"]["name"], "Ada");
    let account = ada.get(format!("{}/account", house.gateway.public())).await;
    assert!(account.body.contains("<h1>Ada</h1>"), "{account}");
}

/// IO-01: the JSON door, with a redirect URI of the frontend's and the provider's logout URL in the answer.
#[tokio::test]
async fn a_certified_provider_signs_people_in_at_the_json_door() {
    let (house, grace) = (House::new(), Visitor::new());
    let gateway = house.gateway.public();
    let begun = grace.get(format!("{gateway}/oauth2/url/?provider=op")).await.json();
    let away = Url::parse(begun["url"].as_str().expect("a URL")).expect("a URL");
    assert_eq!(param(&away, "redirect_uri"), FRONTEND);
    let back = house.sign_in(&grace, away, "grace").await;
    assert_eq!(param(&back, "state"), begun["state"], "what the frontend compares");
    let body = json!({
        "provider": "op", "code": param(&back, "code"), "state": param(&back, "state"), "iss": param(&back, "iss"),
    });
    let exchange = || Visitor::send(grace.request(Method::POST, format!("{gateway}/oauth2/token/")).json(&body));
    let exchanged = exchange().await;
    assert_eq!(exchanged.status, 200, "{exchanged}\n{}", house.gateway.log());
    let answer = exchanged.json();
    assert_eq!(answer["user"]["email"], "grace@example.com");
    assert_eq!(answer["api"]["access"].as_str().expect("a token").split('.').count(), 3);
    assert_eq!(answer["provider"]["logout_url"], format!("{}/session/end", house.wire.origin));

    let again = exchange().await;
    assert_eq!((again.status.as_u16(), again.json()["code"].as_str()), (409, Some("state_used")), "{again}");
    assert_eq!(house.wire.count("POST /token"), 1);
}

/// IO-01, RD-07: new keys at the provider cost one more look at its JWKS, and nobody's login.
#[tokio::test]
async fn a_certified_provider_may_change_its_keys() {
    let mut house = House::new();
    let ada = Visitor::new();
    assert_eq!(house.sign_in_with_cookie(&ada, "ada").await.status, 303);
    let first = ada.get(format!("{}/session", house.gateway.public())).await.json();
    house.rotate_keys();
    let ada = Visitor::new();
    let welcome = house.sign_in_with_cookie(&ada, "ada").await;
    assert_eq!(welcome.status, 303, "{welcome}\n{}", house.gateway.log());
    assert_eq!(house.wire.count("GET /jwks"), 2);
    let second = ada.get(format!("{}/session", house.gateway.public())).await.json();
    assert_eq!(first["sub"], second["sub"], "the same person has the same user");
    assert_ne!(first["sid"], second["sid"]);
}
