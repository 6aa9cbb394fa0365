//! Every accepted policy of the session cookie, walked through by Chromium over several sites.

use serde_json::json;

use crate::database::Database;
use crate::gateway::Settings;
use crate::peer::{self, node};
use crate::ports;

/// The app is of another site than the gateway in each case, and so is the provider.
const CLIENT: &str = r#"
[clients.shop]
name = "Shop"
redirect_uris = ["https://app.shop.test:{app}/cb"]
id_token_alg = "ES256"
"#;

/// Walks through one policy. `host` with the scheme: the gateway's public URL, without the port.
fn walk(host: &str, same_site: &str, domain: &str) {
    let database = Database::empty();
    let gateway = ports::free::<3>();
    let (provider, app) = (gateway + 1, gateway + 2);
    // The provider's host is the loopback name that the gateway does not have.
    let provider = format!("http://{}:{provider}", if host.ends_with("localhost") { "127.0.0.1" } else { "localhost" });
    let mut settings =
        Settings::new(&database.url, &provider).and(&CLIENT.replace("{app}", &app.to_string())).unhurried();
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
    let walk = json!({
        "gateway": public, "to": to, "provider": provider, "app": format!("https://app.shop.test:{app}"),
        "tls": { "key": key, "cert": cert },
    });
    let ended = peer::run(node("cookies.mjs").arg(walk.to_string()), "");
    assert_eq!(
        ended.code,
        Some(0),
        "{host} {same_site} {domain:?}: {}\n{}\n{}",
        ended.stderr,
        ended.stdout,
        served.log()
    );
}

/// FW-21: by http, if the gateway has the address 127.0.0.1 or the name localhost.
#[test]
fn people_sign_in_over_http_under_every_cookie_policy() {
    for same_site in ["Lax", "Strict"] {
        walk("http://127.0.0.1", same_site, "");
        walk("http://localhost", same_site, "");
        walk("http://localhost", same_site, "localhost");
    }
}

/// FW-21: by https behind a proxy, with the cookie of one host, of the host as domain, and of the parent domain.
#[test]
fn people_sign_in_over_https_under_every_cookie_policy() {
    for same_site in ["Lax", "Strict", "None"] {
        for domain in ["", "login.gw.test", "gw.test"] {
            walk("https://login.gw.test", same_site, domain);
        }
    }
}
