//! Logins at providers of OAuth 1.0a that are made of the servers of oauthlib and Authlib, which check every request.

use crate::database::Database;
use crate::gateway::Settings;
use crate::peer::Provider;
use crate::ports;
use crate::visitor::Visitor;

fn settings(port: u16, secret: &str) -> Settings {
    let origin = format!("http://127.0.0.1:{port}");
    Settings::new(&Database::empty().url, "http://127.0.0.1:9").and(&format!(
        "\n[providers.photos]\nkind = \"oauth1\"\nname = \"Photos\"\nclient_id = \"us\"\nclient_secret = \"{secret}\"\n\
         request_token_endpoint = \"{origin}/request\"\naccess_token_endpoint = \"{origin}/access\"\n\
         authorization_endpoint = \"{origin}/authorize\"\nuserinfo_endpoint = \"{origin}/me\"\nclaims.sub = \"/id\"\n"
    ))
}

/// The case `keycloak-words`, its rows about OAuth 1.0a: the nonce has a length that oauthlib accepts, and `True` of Authlib
/// confirms the callback.
#[tokio::test]
async fn the_servers_of_two_libraries_sign_users_in() {
    for library in ["oauthlib", "authlib"] {
        let port = ports::free::<1>();
        let _provider = Provider::oauth1(library, port, "us", "a secret&%");
        let gateway = settings(port, "a secret&%").serve();
        let ada = Visitor::new();
        for _ in 0..2 {
            let away = ada.get(format!("{}/login/photos", gateway.public())).await;
            let away = away.location().unwrap_or_else(|| panic!("{library}: {away}\n{}", gateway.log()));
            let back = ada.get(away).await.location().expect("the callback");
            let welcome = ada.get(back).await;
            assert_eq!(welcome.status, 303, "{library}: {welcome}\n{}", gateway.log());
        }
        let session = ada.get(format!("{}/session", gateway.public())).await.json();
        assert_eq!(session["user"]["email"], "ada@example.com", "{library}");
    }
}

/// A wrong secret: the log has the error text of the library, and what to check.
#[tokio::test]
async fn a_wrong_secret_is_reported_with_the_error_text_of_the_library() {
    let port = ports::free::<1>();
    let _provider = Provider::oauth1("authlib", port, "us", "a secret");
    let gateway = settings(port, "another").serve();
    let page = Visitor::new().get(format!("{}/login/photos", gateway.public())).await;
    assert_eq!(page.status, 502, "{page}");
    let log = gateway.log();
    assert!(log.contains("(invalid_signature)") && log.contains("check client_id, client_secret"), "{log}");
}
