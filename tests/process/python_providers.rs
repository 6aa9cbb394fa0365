//! Logins at OpenID providers that are made of Python's libraries: django-oauth-toolkit, and Authlib's server.

use serde_json::{Value, json};

use crate::database::Database;
use crate::gateway::{Gateway, Settings};
use crate::page::Page;
use crate::peer::Provider;
use crate::ports;
use crate::visitor::Visitor;

async fn away(ada: &Visitor, gateway: &Gateway) -> Page {
    let away = ada.get(format!("{}/login/op", gateway.public())).await;
    ada.get(away.location().unwrap_or_else(|| panic!("{away}\n{}", gateway.log()))).await
}

async fn user(ada: &Visitor, gateway: &Gateway) -> Value {
    ada.get(format!("{}/session", gateway.public())).await.json()["user"].clone()
}

/// Discovery, an ID token with the profile, and a logout at the provider, which asks for confirmation.
#[tokio::test]
async fn django_oauth_toolkit_signs_users_in_and_out() {
    let port = ports::free::<1>();
    let settings = Settings::new(&Database::empty().url, &format!("http://127.0.0.1:{port}/o"));
    // It hashes the client secret, which takes seconds on a busy machine.
    let settings = settings.with("providers.op.timeout", "30s").with("providers.op.logout", "provider");
    let public = settings.public();
    let callback = format!("{public}/callback/op");
    let back = format!("{public}/logout/callback/op");
    let options = ["--post-logout-redirect-uri", back.as_str()];
    let _provider = Provider::python("django_provider.py", port, &settings.client_secret, &callback, &options);
    let gateway = settings.serve();
    let ada = Visitor::new();
    for _ in 0..2 {
        let form = ada.follow(away(&ada, &gateway).await, &callback).await;
        let done = if form.location().is_some() {
            form
        } else {
            let answered = ada.submit(&form, &[("username", "ada"), ("password", "lovelace")]).await;
            ada.follow(answered, &callback).await
        };
        let welcome = ada.get(done.location().unwrap_or_else(|| panic!("{done}"))).await;
        assert_eq!(welcome.status, 303, "{welcome}\n{}", gateway.log());
    }
    let user = user(&ada, &gateway).await;
    assert_eq!((&user["name"], &user["email"]), (&json!("Ada Lovelace"), &json!("ada@example.com")));
    let away = ada.post_from(&public, "/logout").await.location().expect("the provider");
    assert!(away.path() == "/o/logout/", "{away}");
    let asks = ada.get(away).await;
    let done = ada.submit(&asks, &[("allow", "true")]).await;
    let done = done.location().unwrap_or_else(|| panic!("{done}"));
    assert!(done.as_str().starts_with(&back), "{done}");
    assert_eq!(ada.get(done).await.status, 200);
}

/// Authlib's server has no discovery: each endpoint is configured.
#[tokio::test]
async fn the_openid_server_of_authlib_signs_users_in() {
    let port = ports::free::<1>();
    let issuer = format!("http://127.0.0.1:{port}");
    let mut settings = Settings::new(&Database::empty().url, &issuer);
    for (key, path) in [
        ("authorization_endpoint", "/authorize"),
        ("token_endpoint", "/token"),
        ("userinfo_endpoint", "/userinfo"),
        ("jwks_uri", "/jwks"),
    ] {
        settings = settings.with(&format!("providers.op.{key}"), &format!("{issuer}{path}"));
    }
    let settings = settings.with("providers.op.userinfo", "always");
    let callback = format!("{}/callback/op", settings.public());
    let _provider = Provider::python("authlib_provider.py", port, &settings.client_secret, &callback, &[]);
    let gateway = settings.serve();
    let ada = Visitor::new();
    let done = away(&ada, &gateway).await;
    let welcome = ada.get(done.location().unwrap_or_else(|| panic!("{done}"))).await;
    assert_eq!(welcome.status, 303, "{welcome}\n{}", gateway.log());
    assert_eq!(user(&ada, &gateway).await["email"], "ada@example.com");
}
