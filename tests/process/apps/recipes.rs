//! Third-party apps on a server, configured by the code of docs/apps: they sign a user in, refresh their tokens, and
//! sign the user out.

use std::path::Path;
use std::process::Command;

use super::running::Server;
use super::setting::{GOODBYE, SECRET, confidential, go, setup};
use crate::directory::Directory;
use crate::page::Page;
use crate::peer::{node, python};
use crate::ports;
use crate::setup::Setup;
use crate::snippets::named;
use crate::visitor::Visitor;

/// The gateway and the app of the recipes.
const EXAMPLES: [&str; 2] = ["https://login.example.com", "https://shop.example.com"];

/// A recipe with the addresses of a test.
pub fn recipe(name: &str, issuer: &str, app: &str) -> String {
    let text = named(name);
    assert!(text.contains(EXAMPLES[0]), "{name} does not name the gateway");
    EXAMPLES.into_iter().zip([issuer, app]).fold(text, |text, (example, address)| text.replace(example, address))
}

/// A gateway with the app `shop` at a port, and the app.
struct Shop {
    setup: Setup,
    server: Server,
    at: String,
}

impl Shop {
    /// `recipe` is the name of the code block; `redirect_path` the path that the library chooses.
    fn start(recipe_name: &str, redirect_path: &str, mut command: Command, arguments: &[&str]) -> Self {
        let port = ports::free::<1>();
        let at = format!("http://127.0.0.1:{port}");
        let client = confidential("shop", SECRET, &format!("{at}{redirect_path}"), "");
        let setup = setup(&client.replace(GOODBYE, &format!("{at}/signed-out")));
        let issuer = setup.gateway.public();
        command.arg(port.to_string()).args(arguments).env("ISSUER", &issuer).env("SHOP_SECRET", SECRET);
        let server = Server::start(command.env("RECIPE", recipe(recipe_name, &issuer, &at)), port);
        Self { setup, server, at }
    }

    /// Opens a page of the app as Ada. Auth.js shows a page with a button first.
    async fn open(&self, ada: &Visitor, path: &str) -> Page {
        let page = go(ada, &format!("{}{path}", self.at), "nowhere").await;
        if !page.body.contains("/auth/signin/vestibule") {
            return page;
        }
        let sent = ada.submit(&page, &[]).await;
        let next = sent.location().unwrap_or_else(|| panic!("the button leads nowhere: {sent}"));
        go(ada, next.as_str(), "nowhere").await
    }

    /// The values that the app shows about Ada: `sub`, `name`, `email`, and the token that it renews.
    fn shown(&self, page: &Page) -> [String; 4] {
        assert_eq!(page.status, 200, "{page}\n{}\n{}", self.server.log(), self.setup.gateway.log());
        let shown: serde_json::Value = serde_json::from_str(&page.body)
            .unwrap_or_else(|error| panic!("{error}: {page}\n{}\n{}", self.server.log(), self.setup.gateway.log()));
        ["sub", "name", "email", "token"].map(|name| shown[name].as_str().unwrap_or_default().to_owned())
    }

    /// Signs in, renews, signs out, and is asked again.
    async fn is_used(&self) {
        let ada = Visitor::new();
        let [sub, name, email, token] = self.shown(&self.open(&ada, "/").await);
        assert_eq!((name.as_str(), email.as_str()), ("Ada Lovelace", "ada@example.com"));
        assert_eq!(ada.get(self.setup.at("/session")).await.json()["sub"], sub.as_str());

        let [same, .., renewed] = self.shown(&go(&ada, &format!("{}/refresh", self.at), "nowhere").await);
        assert_eq!(same, sub);
        assert!(!token.is_empty() && renewed != token, "nothing is renewed: {}", self.server.log());
        assert_eq!(self.setup.wire.count("POST /token"), 1, "the provider is asked once");

        let bye = go(&ada, &format!("{}/logout", self.at), "nowhere").await;
        let end = (bye.url.to_string(), bye.body.as_str());
        assert_eq!(end, (format!("{}/signed-out", self.at), "Goodbye"), "{bye}\n{}", self.server.log());
        assert_eq!(ada.get(self.setup.at("/session")).await.status, 401);
        let [again, ..] = self.shown(&self.open(&ada, "/").await);
        assert_eq!(again, sub);
        assert_eq!(self.setup.wire.count("POST /token"), 2, "the person signs in anew");
    }
}

/// IO-04
#[tokio::test]
async fn passport_openidconnect() {
    Shop::start("passport", "/callback", node("apps/passport.mjs"), &[]).is_used().await;
}

/// IO-04
#[tokio::test]
async fn auth_js() {
    Shop::start("authjs", "/auth/callback/vestibule", node("apps/authjs.mjs"), &[]).is_used().await;
}

/// IO-04: it renews by an authorization request with `prompt=none`.
#[tokio::test]
async fn mozilla_django_oidc() {
    let folder = Directory::new();
    let path = folder.path().display().to_string();
    Shop::start("django", "/oidc/callback/", python("apps/django_oidc.py"), &[&path]).is_used().await;
}

/// IO-04
#[cfg(target_os = "linux")]
#[tokio::test]
async fn omniauth() {
    assert!(Path::new("/usr/bin/ruby").exists(), "ruby is missing: run scripts/bootstrap-test");
    let mut command = Command::new("/usr/bin/ruby");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/apps/omniauth.rb"));
    Shop::start("omniauth", "/auth/openid_connect/callback", command, &[]).is_used().await;
}
