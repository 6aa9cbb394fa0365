//! Apps on a server in Node.js.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};

use super::running::run_with_browser;
use super::setting::{NOWHERE, SECRET, confidential, public, setup, setup_with, signing};
use crate::peer::node;

/// IO-04: with each method of client authentication.
#[tokio::test]
async fn openid_client_is_configured_by_the_issuer_alone() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let clients = [confidential("basic", SECRET, NOWHERE, ""), confidential("post", SECRET, NOWHERE, "")].concat();
    let setup = setup_with(&clients, |settings| signing(settings, "ES256", NOWHERE, &key));
    for (way, credential) in [("basic", SECRET), ("post", SECRET), ("ES256", &key.serialize_pem())] {
        let before = setup.wire.count("POST /token");
        let mut command = node("apps/openid_client.mjs");
        command.args([&setup.gateway.public(), way, credential, NOWHERE, way]);
        let seen = run_with_browser(&setup, &mut command).await;
        assert_eq!((&seen["email"], &seen["name"]), (&"ada@example.com".into(), &"Ada Lovelace".into()), "{way}");
        let asked = setup.wire.count("POST /token") - before;
        assert_eq!(asked, 2, "{way}: the provider is asked at first, and where a new login is wanted");
    }
}

/// IO-04: this library checks most strictly; as each type of client, with ID tokens in each algorithm.
#[tokio::test]
async fn oauth4webapi_accepts_every_response() {
    let algorithms = ["ES256", "RS256", "EdDSA"];
    let alg = |algorithm: &str| format!("id_token_alg = \"{algorithm}\"");
    let both = |algorithm: &&str| {
        let (server, browser) = (format!("server-{algorithm}"), format!("browser-{algorithm}"));
        confidential(&server, SECRET, NOWHERE, &alg(algorithm)) + &public(&browser, NOWHERE, &alg(algorithm))
    };
    let setup = setup(&algorithms.iter().map(both).collect::<String>());
    for algorithm in algorithms {
        for (kind, secret) in [("server", SECRET), ("browser", "")] {
            let (mut command, client) = (node("apps/oauth4webapi.mjs"), format!("{kind}-{algorithm}"));
            command.args([&setup.gateway.public(), &client, secret, NOWHERE, algorithm]);
            let seen = run_with_browser(&setup, &mut command).await;
            assert_eq!(seen["email"], "ada@example.com", "{client}");
        }
    }
}
