//! A running gateway has every address and method that `docs/openapi.yaml` describes.

use std::collections::BTreeSet;

use crate::openapi;
use crate::support::{Browser, Gateway};

/// An unknown method; the response lists the methods of the address.
const NO_METHOD: &str = "NOTHING";

#[tokio::test]
async fn every_documented_address_exists() {
    let gateway = Gateway::start();
    let (public, admin) = (Browser::new(&gateway.base), Browser::new(&gateway.admin));
    let described = openapi::described();
    let mut asked = 0;
    for (path, methods) in
        described.methods.iter().filter(|(path, _)| !path.starts_with("/admin/") && !path.starts_with("/verify"))
    {
        let listener = if described.on_admin.contains(path) { &admin } else { &public };
        let concrete: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        let answer = listener.ask(NO_METHOD, &concrete.join("/")).send().await;
        let allowed: BTreeSet<_> =
            answer.header("allow").split(", ").filter(|method| *method != "HEAD").map(str::to_owned).collect();
        assert_eq!((answer.status, &allowed), (405, methods), "{path}: {answer:?}");
        asked += 1;
    }
    assert!(asked > 35, "{asked}");
    assert_eq!(public.ask(NO_METHOD, "/verify").send().await.status, 401, "every method is asked about");
    // The comparison finds a difference.
    assert_eq!(public.ask(NO_METHOD, "/nothing/here").send().await.status, 404);
}
