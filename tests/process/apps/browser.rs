//! A single-page app in Chromium.

use serde_json::Value;

use super::setting::{public, setup_with};
use crate::peer::{self, node};
use crate::ports;

/// Swagger UI in its page, with the lines of docs/apps/swagger-ui.md: its request for a token has the header `X-Requested-With`.
#[test]
fn swagger_ui_gets_a_token() {
    let port = ports::free::<1>();
    let at = format!("http://127.0.0.1:{port}");
    let client = public("api-docs", &format!("{at}/docs/oauth2-redirect.html"), "scopes = [\"openid\", \"profile\"]");
    let setup = setup_with(&client, |settings| settings);
    let issuer = setup.gateway.public();
    let mut command = node("apps/swagger.mjs");
    command.args([&issuer, &port.to_string()]).env("RECIPE", crate::snippets::named("swagger-ui"));
    let ended = peer::run(&mut command, "");
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stderr, setup.gateway.log());
    let result: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(result["seen"]["name"], "Ada Lovelace");
}

/// IO-05, with the code of the README: login, refresh, CORS, logout.
#[test]
fn a_single_page_app_is_configured_by_the_issuer_alone() {
    let port = ports::free::<2>();
    let client = public("spa", &format!("http://127.0.0.1:{port}/"), "");
    let setup = setup_with(&client, |settings| settings.with("tokens.access_lifetime", "50s"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/apps/browser");
    let (port_text, next_port) = (port.to_string(), (port + 1).to_string());
    let mut command = node("apps/single_page.mjs");
    let ended = peer::run(command.args([folder, &setup.gateway.public(), "spa", &port_text, &next_port]), "");
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stderr, setup.gateway.log());
    let result: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(result["seen"]["email"], "ada@example.com");
    assert_eq!(
        setup.wire.count("POST /token"),
        3,
        "the first login, the other visitor's, and the one after the logout"
    );
}
