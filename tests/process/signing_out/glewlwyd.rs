//! Debian's glewlwyd. Its pages are scripts around its API, so this test calls the API as they do.

use reqwest::Method;
use serde_json::json;

use super::upstream::{addresses, session, settings, sign_out, until_accepted, until_signed_out};
use crate::gateway::Gateway;
use crate::page::Page;
use crate::peer::Provider;
use crate::ports;
use crate::visitor::{Visitor, param};

struct Setup {
    gateway: Gateway,
    api: String,
    _provider: Provider,
}

impl Setup {
    fn new() -> Self {
        let port = ports::free::<1>();
        let api = format!("http://127.0.0.1:{port}/api");
        let settings = settings(&format!("{api}/oidc")).with("providers.op.scopes", "openid");
        let public = settings.public();
        let [back, reported] = addresses(&public);
        let options = ["--post-logout-redirect-uri", &back, "--backchannel-logout-uri", &reported];
        let provider = Provider::glewlwyd(port, &settings.client_secret, &format!("{public}/callback/op"), &options);
        Self { gateway: settings.serve(), api, _provider: provider }
    }

    async fn ask(&self, visitor: &Visitor, method: Method, path: &str, body: serde_json::Value) {
        let answer = Visitor::send(visitor.request(method, format!("{}{path}", self.api)).json(&body)).await;
        assert_eq!(answer.status, 200, "{answer}");
    }

    /// A complete login with name and password.
    async fn sign_in(&self, visitor: &Visitor) -> Page {
        let away = visitor.get(format!("{}/login/op", self.gateway.public())).await.location().expect("glewlwyd");
        let login_page = visitor.get(away).await.location().expect("its page");
        assert_eq!(login_page.path(), "/login.html");
        self.ask(visitor, Method::POST, "/auth/", json!({"username": "ada", "password": "lovelace"})).await;
        self.ask(visitor, Method::PUT, "/auth/grant/vestibule", json!({"scope": "openid"})).await;
        let back = visitor.get(format!("{}&g_continue", param(&login_page, "callback_url"))).await;
        let back = back.location().unwrap_or_else(|| panic!("no redirect back to the gateway: {back}"));
        visitor.get(back).await
    }

    /// Does what its page does when the user confirms the logout: it ends the session, and returns the next URL.
    async fn agree(&self, visitor: &Visitor, sid: &str) {
        self.ask(visitor, Method::DELETE, &format!("/oidc/session/{sid}"), json!({})).await;
        self.ask(visitor, Method::DELETE, "/auth/", json!({})).await;
    }
}

/// IO-02: a login, and its profile.
#[tokio::test]
async fn glewlwyd_signs_people_in() {
    let (setup, ada) = (Setup::new(), Visitor::new());
    let welcome = setup.sign_in(&ada).await;
    assert_eq!(welcome.status, 303, "{welcome}\n{}", setup.gateway.log());
    let session = ada.get(format!("{}/session", setup.gateway.public())).await.json();
    assert_eq!(
        (&session["user"]["name"], &session["user"]["email"]),
        (&json!("Ada Lovelace"), &json!("ada@example.com"))
    );
    let again = Visitor::new();
    setup.sign_in(&again).await;
    let second = again.get(format!("{}/session", setup.gateway.public())).await.json();
    assert_eq!(session["sub"], second["sub"]);
}

/// LO-27, LO-11: a logout at the gateway redirects to the provider's confirmation page. If the user confirms, the
/// provider sends a logout token. It also sends one if the logout begins at the provider.
#[tokio::test]
async fn a_logout_on_either_side_ends_both_sessions() {
    let (setup, ada) = (Setup::new(), Visitor::new());
    setup.sign_in(&ada).await;
    let away = sign_out(&ada, &setup.gateway.public()).await.location().expect("glewlwyd");
    assert!(away.as_str().starts_with(&format!("{}/oidc/end_session?", setup.api)), "{away}");
    let confirmation = ada.get(away).await;
    let confirmation =
        confirmation.location().unwrap_or_else(|| panic!("no redirect to the confirmation page: {confirmation}"));
    setup.agree(&ada, &param(&confirmation, "sid")).await;
    until_accepted(&setup.gateway, 1).await;
    let page = ada.get(param(&confirmation, "callback_url")).await;
    assert!(page.status == 200 && page.body.contains("You are signed out"), "{page}");

    setup.sign_in(&ada).await;
    assert_eq!(session(&ada, &setup.gateway.public()).await, 200, "{}", setup.gateway.log());
    let cookies = ada.cookies(&setup.api);
    let (_, sid) = cookies.split_once("GLEWLWYD2_OIDC_SID=").unwrap_or_else(|| panic!("no session in {cookies}"));
    setup.agree(&ada, sid.split(';').next().expect("a value")).await;
    until_signed_out(&ada, &setup.gateway, &setup.gateway.public()).await;
    until_accepted(&setup.gateway, 2).await;
}
