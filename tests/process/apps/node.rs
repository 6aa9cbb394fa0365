//! Apps on a server in Node.js.

use super::running::converse;
use super::setting::{NOWHERE, SECRET, confidential, house};
use crate::peer::node;

/// IO-04
#[tokio::test]
async fn openid_client_works_from_the_issuer_alone() {
    let house = house(&confidential("web", NOWHERE, ""));
    for way in ["basic", "post"] {
        let before = house.wire.count("POST /token");
        let mut command = node("apps/openid_client.mjs");
        let seen =
            converse(&house, command.args([&house.gateway.public(), "web", SECRET, NOWHERE, way]), NOWHERE).await;
        assert_eq!((&seen["email"], &seen["name"]), (&"ada@example.com".into(), &"Ada Lovelace".into()), "{way}");
        let asked = house.wire.count("POST /token") - before;
        assert_eq!(asked, 2, "{way}: the provider is asked at first, and where a new login is wanted");
    }
}
