//! Apps on a server in Python.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};

use super::running::run_with_browser;
use super::setting::{BASE64_SECRET, NOWHERE, SECRET, confidential, setup_with, signing};
use crate::peer::python;

/// IO-04 in another language: with each method of client authentication.
#[tokio::test]
async fn authlib_is_configured_by_the_issuer_alone() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let clients = confidential("post", SECRET, NOWHERE, "") + &confidential("basic", BASE64_SECRET, NOWHERE, "");
    let setup = setup_with(&clients, |settings| signing(settings, "key", NOWHERE, &key));
    for (id, way, credential) in [
        ("basic", "client_secret_basic", BASE64_SECRET),
        ("post", "client_secret_post", SECRET),
        ("key", "private_key_jwt", &key.serialize_pem()),
    ] {
        let mut command = python("apps/authlib_client.py");
        command.args([&setup.gateway.public(), id, credential, NOWHERE, way]);
        let seen = run_with_browser(&setup, &mut command).await;
        assert_eq!((&seen["email"], &seen["name"]), (&"ada@example.com".into(), &"Ada Lovelace".into()), "{way}");
    }
}
