//! The grant `client_credentials`.

use crate::support::app::{Tokens, error, header, post, post_as, setup, start, userinfo};

/// TK-25
#[tokio::test]
async fn a_client_gets_a_token_without_a_user() {
    let gateway = start();
    let form = [("grant_type", "client_credentials"), ("scope", "orders")];
    let tokens = Tokens::of(&post_as(&gateway, "server", "/oauth2/token", &form).await);
    assert!(tokens.refresh.is_none() && tokens.id.is_none());
    let claims = tokens.claims();
    assert_eq!(
        (&claims["sub"], &claims["client_id"], &claims["scope"]),
        (&"server".into(), &"server".into(), &"orders".into())
    );
    assert_eq!(header(&tokens.access)["typ"], "at+jwt");
    for absent in ["sid", "auth_time", "status", "acr", "amr"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
    // It is refused by endpoints about a user.
    assert_eq!(userinfo(&gateway, &tokens.access).await.status, 403);
    let bearer = format!("Bearer {}", tokens.access);
    assert_eq!(gateway.browser().ask("GET", "/session").header("authorization", &bearer).send().await.status, 401);
    // It can be introspected and revoked.
    let active = async || post_as(&gateway, "server", "/oauth2/introspect", &[("token", &tokens.access)]).await.json();
    assert_eq!(active().await["active"], true);
    assert_eq!(post_as(&gateway, "server", "/oauth2/revoke", &[("token", &tokens.access)]).await.status, 200);
    assert_eq!(active().await, serde_json::json!({ "active": false }));
}

/// TK-14, TK-15, TK-25
#[tokio::test]
async fn a_client_without_the_grant_or_scope_is_refused() {
    let gateway = start();
    let form = [("grant_type", "client_credentials")];
    assert_eq!(error(&post_as(&gateway, "fapi", "/oauth2/token", &form).await), (400, "unauthorized_client".into()));
    let public = [form[0], ("client_id", "spa")];
    assert_eq!(error(&post(&gateway, "/oauth2/token", &public).await), (400, "unauthorized_client".into()));
    assert_eq!(error(&post(&gateway, "/oauth2/token", &form).await), (400, "unauthorized_client".into()));
    let unproven = [form[0], ("client_id", "server")];
    assert_eq!(error(&post(&gateway, "/oauth2/token", &unproven).await), (400, "invalid_client".into()));
    for scope in ["openid", "orders email", "admin", " "] {
        let asked = [form[0], ("scope", scope)];
        assert_eq!(error(&post_as(&gateway, "server", "/oauth2/token", &asked).await), (400, "invalid_scope".into()));
    }
}

/// With `resource` the token is for that audience alone.
#[tokio::test]
async fn the_default_scope_excludes_user_scopes() {
    let gateway = setup().toml("[clients.server]\naudience = ['https://a.example', 'https://b.example']").start();
    let form = [("grant_type", "client_credentials"), ("resource", "https://b.example")];
    let tokens = Tokens::of(&post_as(&gateway, "server", "/oauth2/token", &form).await);
    assert_eq!((&tokens.claims()["scope"], &tokens.claims()["aud"]), (&"orders".into(), &"https://b.example".into()));
}
