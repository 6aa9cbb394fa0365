//! Logins in Chromium for every accepted combination of `sessions.cookie.same_site` and `sessions.cookie.domain`. The
//! gateway, the provider and the app are on three different hosts.

use serde_json::json;

use crate::database::Database;
use crate::gateway::Settings;
use crate::peer::{self, node};
use crate::ports;

/// In each case the app and the provider are on other sites than the gateway.
const CLIENT: &str = r#"
[clients.shop]
name = "Shop"
redirect_uris = ["https://app.shop.test:{app}/cb"]
id_token_alg = "ES256"
"#;

/// Runs `cookies.mjs` for one combination. `host`: the gateway's public URL without the port.
fn run_logins(host: &str, same_site: &str, domain: &str) {
    let database = Database::empty();
    let gateway = ports::free::<3>();
    let (provider, app) = (gateway + 1, gateway + 2);
    // The provider's host is the loopback name that the gateway does not have.
    let provider = format!("http://{}:{provider}", if host.ends_with("localhost") { "127.0.0.1" } else { "localhost" });
    let mut settings = Settings::new(&database.url, &provider)
        .and(&CLIENT.replace("{app}", &app.to_string()))
        .with_long_database_timeouts();
    let port = if host.starts_with("https") { gateway } else { settings.port };
    let public = format!("{host}:{port}");
    for (key, value) in [("server.public_url", &*public), ("sessions.cookie.same_site", same_site)] {
        settings = settings.with(key, value);
    }
    if !domain.is_empty() {
        settings = settings.with("sessions.cookie.domain", domain);
    }
    let names = ["*.gw.test", "*.shop.test"].map(str::to_owned);
    let certified = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let cert = settings.directory.write("cert.pem", &certified.cert.pem());
    let key = settings.directory.write("key.pem", &certified.signing_key.serialize_pem());
    let to = settings.port;
    let served = settings.serve();
    let arguments = json!({
        "gateway": public, "to": to, "provider": provider, "app": format!("https://app.shop.test:{app}"),
        "tls": { "key": key, "cert": cert },
    });
    let ended = peer::run(node("cookies.mjs").arg(arguments.to_string()), "");
    assert_eq!(
        ended.code,
        Some(0),
        "{host} {same_site} {domain:?}: {}\n{}\n{}",
        ended.stderr,
        ended.stdout,
        served.log()
    );
}

/// FW-21: over http, at `127.0.0.1` and at `localhost`.
#[test]
fn people_sign_in_over_http_under_every_cookie_policy() {
    for same_site in ["Lax", "Strict"] {
        run_logins("http://127.0.0.1", same_site, "");
        run_logins("http://localhost", same_site, "");
        run_logins("http://localhost", same_site, "localhost");
    }
}

/// FW-21: over https behind a proxy, with `sessions.cookie.domain` not set, set to the gateway's host, and set to the
/// parent domain.
#[test]
fn people_sign_in_over_https_under_every_cookie_policy() {
    for same_site in ["Lax", "Strict", "None"] {
        for domain in ["", "login.gw.test", "gw.test"] {
            run_logins("https://login.gw.test", same_site, domain);
        }
    }
}
