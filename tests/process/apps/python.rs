//! Apps on a server in Python.

use super::running::converse;
use super::setting::{NOWHERE, PLAIN_SECRET, SECRET, confidential, house};
use crate::peer::python;

/// IO-04 in another language
#[tokio::test]
async fn authlib_works_from_the_issuer_alone() {
    let clients = confidential("post", SECRET, NOWHERE, "") + &confidential("basic", PLAIN_SECRET, NOWHERE, "");
    let house = house(&clients);
    for (way, secret) in [("basic", PLAIN_SECRET), ("post", SECRET)] {
        let mut command = python("apps/authlib_client.py");
        command.args([&house.gateway.public(), way, secret, NOWHERE, way]);
        let seen = converse(&house, &mut command, NOWHERE).await;
        assert_eq!((&seen["email"], &seen["name"]), (&"ada@example.com".into(), &"Ada Lovelace".into()), "{way}");
    }
}
