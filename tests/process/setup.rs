//! A gateway and a pretend provider, with a relay between them that records their requests and responses.

use serde_json::{Value, json};
use url::Url;

use crate::database::Database;
use crate::gateway::{Gateway, Settings};
use crate::page::Page;
use crate::peer::Provider;
use crate::ports;
use crate::visitor::{Visitor, param};
use crate::wiretap::Wiretap;

/// A running gateway, its database, and a provider to sign in at.
pub struct Setup {
    pub gateway: Gateway,
    pub wire: Wiretap,
    pub database: Database,
    _provider: Provider,
}

impl Setup {
    /// A setup with the default settings of the tests.
    pub fn new() -> Self {
        Self::with(|settings| settings)
    }

    /// A setup with changed settings.
    pub fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let database = Database::empty();
        Self::on(&database, &database.url, change)
    }

    /// A setup on an existing database.
    pub fn on(database: &Database, url: &str, change: impl FnOnce(Settings) -> Settings) -> Self {
        Self::start(database, url, change, Settings::serve)
    }

    /// With a gateway that is started in another way.
    pub fn served(serve: impl FnOnce(Settings) -> Gateway) -> Self {
        let database = Database::empty();
        Self::start(&database, &database.url, |settings| settings, serve)
    }

    fn start(
        database: &Database,
        url: &str,
        change: impl FnOnce(Settings) -> Settings,
        serve: impl FnOnce(Settings) -> Gateway,
    ) -> Self {
        let port = ports::free::<1>();
        let wire = Wiretap::before(port);
        let settings = change(Settings::new(url, &wire.origin));
        let redirect_uris = [format!("{}/callback/op", settings.public())];
        let provider = Provider::pretend(port, &wire.origin, &settings.client_secret, &redirect_uris);
        Self { gateway: serve(settings), wire, database: database.clone(), _provider: provider }
    }

    /// The URL of a path at the gateway.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.gateway.public())
    }

    /// Begins a login by the browser flow. Returns the authorization URL.
    pub async fn begin(&self, visitor: &Visitor) -> Url {
        let sent = visitor.get(self.at("/login/op")).await;
        sent.location().unwrap_or_else(|| panic!("no redirect to the provider: {sent}"))
    }

    /// A complete login by the browser flow. Returns the last page.
    pub async fn sign_in(&self, visitor: &Visitor, choices: &[(&str, &str)]) -> Page {
        let away = self.begin(visitor).await;
        let back = visitor.decide(&away, choices).await;
        visitor.get(back).await
    }

    /// A complete login by the SPA flow, as Ada. Returns the token response.
    pub async fn exchange(&self, visitor: &Visitor) -> Value {
        let begun = visitor.get(self.at("/oauth2/url/?provider=op")).await.json();
        let away = Url::parse(begun["url"].as_str().expect("a URL")).expect("a URL");
        let back = visitor.decide(&away, &[("person", "ada")]).await;
        let [code, state, iss] = ["code", "state", "iss"].map(|name| param(&back, name));
        let body = json!({ "provider": "op", "code": code, "state": state, "iss": iss });
        let request = visitor.request(reqwest::Method::POST, self.at("/oauth2/token/")).json(&body);
        let answer = Visitor::send(request).await;
        assert_eq!(answer.status, 200, "{answer}\n{}", self.gateway.log());
        answer.json()
    }

    /// An access token of the signed-in visitor.
    pub async fn access_token(&self, visitor: &Visitor) -> String {
        let answer = visitor.post_from(&self.gateway.public(), "/session/token").await;
        assert_eq!(answer.status, 200, "{answer}");
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }
}
