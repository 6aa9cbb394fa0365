//! An app in Go, by Debian's packages of golang.org/x/oauth2 and go-oidc.

use std::path::Path;
use std::process::Command;

use super::running::run_with_browser;
use super::setting::{NOWHERE, SECRET, confidential, public, setup};
use crate::directory::Directory;
use crate::peer;

const GO: &str = "/usr/bin/go";

/// Builds the app with the packages of Debian. The cache keeps the standard library for the next build.
fn built(folder: &Directory) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(Path::new(GO).exists(), "{GO} is missing: run scripts/bootstrap-test");
    let program = folder.path().join("app");
    let mut go = Command::new(GO);
    go.args(["build", "-o"]).arg(&program).arg(".").current_dir(root.join("tests/peers/apps/go"));
    go.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode").env("GOFLAGS", "").env("CGO_ENABLED", "0");
    let ended = peer::run(go.env("GOCACHE", root.join(".dev/go")), "");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    Command::new(program)
}

/// IO-04: as each type of client. A public one begins with HTTP Basic and an empty secret.
#[tokio::test]
async fn go_oidc_is_configured_by_the_issuer_alone() {
    let folder = Directory::new();
    built(&folder);
    let gone = "http://127.0.0.1:9/goodbye";
    let public = public("browser", NOWHERE, "").replace(
        &format!("post_logout_redirect_uris = [\"{NOWHERE}\"]"),
        &format!("post_logout_redirect_uris = [\"{gone}\"]"),
    );
    let setup = setup(&(confidential("server", SECRET, NOWHERE, "") + &public));
    for (client, secret) in [("server", SECRET), ("browser", "")] {
        let mut command = Command::new(folder.path().join("app"));
        command.args([&setup.gateway.public(), client, secret, NOWHERE]);
        let seen = run_with_browser(&setup, &mut command).await;
        assert_eq!((&seen["email"], &seen["name"]), (&"ada@example.com".into(), &"Ada Lovelace".into()), "{client}");
    }
    assert!(!setup.gateway.log().contains("client_refused"), "no request is refused: {}", setup.gateway.log());
}
