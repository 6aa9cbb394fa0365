//! Provider tokens of npm's certified `oidc-provider`, which rotates refresh tokens and detects their reuse: stored,
//! refreshed, and revoked with the last session.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use url::form_urlencoded::byte_serialize;

use crate::database::Database;
use crate::gateway::{Gateway, Settings};
use crate::peer::Provider;
use crate::ports;
use crate::visitor::Visitor;
use crate::wiretap::Wiretap;

const KEEPING: &str = r#"
scopes = ["openid", "email", "profile", "offline_access"]
extra_params = { prompt = "consent" }
store_tokens = true
"#;

struct Setup {
    gateway: Gateway,
    wire: Wiretap,
    database: Database,
    secret: String,
    _provider: Provider,
}

impl Setup {
    fn new() -> Self {
        let (database, port) = (Database::empty(), ports::free::<1>());
        let wire = Wiretap::before(port);
        let settings = Settings::new(&database.url, &wire.origin).and(KEEPING);
        let (redirect_uris, secret) = ([format!("{}/callback/op", settings.public())], settings.client_secret.clone());
        let provider =
            Provider::certified(port, &secret, &redirect_uris, &["--issuer", &wire.origin, "--userinfo", "--offline"]);
        Self { gateway: settings.serve(), wire, database, secret, _provider: provider }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.gateway.public())
    }

    async fn sign_in(&self, visitor: &Visitor, name: &str) {
        let until = self.at("/account");
        let form = visitor.follow(visitor.get(self.at("/login/op")).await, &until).await;
        let consent =
            visitor.follow(visitor.submit(&form, &[("login", name), ("password", "any")]).await, &until).await;
        visitor.follow(visitor.submit(&consent, &[]).await, &until).await;
        let session = visitor.get(self.at("/session")).await;
        assert_eq!(session.status, 200, "{session}\n{}", self.gateway.log());
    }

    async fn token(&self, visitor: &Visitor) -> String {
        let answer = visitor.get(self.at("/identities/op/token")).await;
        assert_eq!(answer.status, 200, "{answer}\n{}", self.gateway.log());
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }

    /// The status of the provider's API for that token.
    async fn profile(&self, token: &str) -> StatusCode {
        let request = Visitor::new().request(Method::GET, format!("{}/me", self.wire.origin));
        Visitor::send(request.bearer_auth(token)).await.status
    }

    /// The latest refresh token of the provider.
    fn refresh_token(&self) -> String {
        let answered = self.wire.responses();
        let (_, last) = answered.rsplit_once("\"refresh_token\":\"").expect("a refresh token");
        last.split_once('"').expect("its end").0.to_owned()
    }
}

/// IO-01: refreshed with the rotated refresh token, and deleted after the logout.
#[tokio::test]
async fn tokens_of_a_certified_provider_are_refreshed_and_revoked() {
    let (setup, ada) = (Setup::new(), Visitor::new());
    setup.sign_in(&ada, "ada").await;
    let (mut token, mut refresh_token) = (setup.token(&ada).await, setup.refresh_token());
    for calls in 2..=4 {
        setup.database.sql("UPDATE provider_tokens SET expires_at = now()");
        let (newer, rotated) = (setup.token(&ada).await, setup.refresh_token());
        assert!(newer != token && rotated != refresh_token, "{calls}");
        assert_eq!((setup.wire.count("POST /token"), setup.profile(&newer).await), (calls, StatusCode::OK));
        (token, refresh_token) = (newer, rotated);
    }
    let gone = ada.post_from(&setup.gateway.public(), "/logout").await;
    assert_eq!(gone.status, 200, "{gone}");
    let patience = std::time::Instant::now() + Duration::from_secs(20);
    while setup.database.sql("SELECT count(*) FROM provider_revocations") != "0" {
        assert!(std::time::Instant::now() < patience, "not revoked:\n{}", setup.gateway.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(setup.wire.count("POST /token/revocation"), 2, "{}", setup.gateway.log());
    assert_eq!(setup.profile(&token).await, StatusCode::UNAUTHORIZED);
    let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let request = Visitor::new().request(Method::POST, format!("{}/token", setup.wire.origin));
    let request = request.basic_auth(part("vestibule"), Some(part(&setup.secret)));
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    let refused = Visitor::send(request.form(&form)).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (StatusCode::BAD_REQUEST, Some("invalid_grant")));
    assert!(setup.gateway.log().contains("provider_tokens_revoked"), "{}", setup.gateway.log());
}
