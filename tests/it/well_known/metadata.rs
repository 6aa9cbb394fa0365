//! The metadata documents of OpenID Connect Discovery and RFC 8414.

use serde_json::{Value, json};

use crate::support::app::{CLIENTS, beside, setup, start};
use crate::support::{Gateway, Setup};

/// JW-18, AZ-21
#[tokio::test]
async fn both_documents_are_equal_and_correct() {
    let gateway = start();
    let browser = gateway.browser();
    let openid = browser.fetch("/.well-known/openid-configuration").await;
    let oauth = browser.fetch("/.well-known/oauth-authorization-server").await;
    assert_eq!((openid.status, openid.header("content-type")), (200, "application/json"));
    assert_eq!(openid.json(), oauth.json());
    let metadata = openid.json();
    assert_eq!(metadata["issuer"], gateway.public_url.as_str());
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["ES256"]));
    assert!(metadata["scopes_supported"].as_array().is_some_and(|scopes| scopes.contains(&"orders".into())));
    for supported in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(metadata[supported], true);
    }
    assert!(metadata["end_session_endpoint"].is_string());
    // Every address in the document exists.
    for (name, url) in metadata.as_object().expect("an object") {
        let Some(url) = url.as_str().filter(|_| name.ends_with("_endpoint") || name == "jwks_uri") else { continue };
        let answer = browser.get(url).await;
        assert_ne!(answer.status, 404, "{name}");
    }
    // The response needs no statement.
    assert!(openid.header("cache-control").starts_with("public, max-age="));
}

/// RFC 9110 §13.1.2: a client that has the document gets 304 until the configuration changes.
#[tokio::test]
async fn a_client_that_has_the_document_gets_304_until_the_configuration_changes() {
    let gateway = start();
    let browser = gateway.browser();
    let mut etags = Vec::new();
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let full = browser.fetch(path).await;
        let etag = full.header("etag").to_owned();
        let length = full.body.len().to_string();
        assert_eq!((full.header("content-length"), etag.starts_with('"')), (length.as_str(), true));
        let unchanged = browser.ask("GET", path).header("if-none-match", &etag).send().await;
        assert_eq!((unchanged.status, unchanged.body.as_str()), (304, ""));
        assert_eq!(unchanged.header("cache-control"), full.header("cache-control"));
        etags.push(etag);
    }
    assert_eq!(etags[0], etags[1]);
    // The same issuer; only the scopes of a client differ.
    let get = async |gateway: &Gateway| {
        let browser = gateway.browser();
        let ask = browser.ask("GET", "/.well-known/openid-configuration");
        ask.header("if-none-match", &etags[0]).send().await.status
    };
    assert_eq!(get(&beside(&gateway)).await, 304);
    let more = "[clients.spa]\nscopes = ['openid', 'more']\n";
    assert_eq!(get(&Setup::beside(&gateway).toml(CLIENTS).toml(more).start()).await, 200);
}

/// RFC 8414 §3.1: the well-known part comes before the path of the issuer.
#[tokio::test]
async fn an_issuer_with_a_path_has_its_documents_at_the_root() {
    let gateway = setup().prefix("/auth").start();
    let host = format!("http://{}", gateway.address);
    let browser = gateway.browser();
    let mut seen: Vec<Value> = Vec::new();
    for path in [
        "/auth/.well-known/openid-configuration",
        "/auth/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/auth",
    ] {
        let answer = browser.fetch(&format!("{host}{path}")).await;
        assert_eq!(answer.status, 200, "{path}");
        seen.push(answer.json());
    }
    assert!(seen.iter().all(|document| document["issuer"] == gateway.public_url.as_str()));
}
