//! The configuration of `docs/proxies/README.md` for two gateways with one database.

use crate::gateway::{Gateway, Settings};
use crate::snippets::named;

/// The `public_url` of the documents.
pub const LOGIN: &str = "https://login.example.com";

/// Rules before the documented ones: a path for nobody, and one that wants a new login.
const BEFORE: &str = r#"[[verify.rules]]
hosts = ["app.example.com"]
paths = ["/closed/**"]
allow = { deny = true }

[[verify.rules]]
hosts = ["app.example.com"]
paths = ["/fresh/**"]
allow = { max_age = "20s" }

"#;

/// Rules behind them: another site at the same host and another port, and hosts that no documented rule names.
const BEHIND: &str = r#"
[[verify.rules]]
hosts = ["app.example.com:8443"]

[[verify.rules]]
allow = { anyone = true }
"#;

/// Starts two replicas. `redirect` is `verify.redirect`.
pub fn start_two(database_url: &str, issuer: &str, redirect: bool) -> [Gateway; 2] {
    let first = documented(Settings::new(database_url, issuer), redirect);
    let secrets = ["keys", "client_secret"].map(|name| first.directory.join(name).display().to_string());
    let second = documented(Settings::new(database_url, issuer), redirect)
        .with("secrets.keys_file", &secrets[0])
        .with("providers.op.client_secret_file", &secrets[1]);
    [first.serve(), second.serve()]
}

/// The documented configuration; its `[server]` section is set apart, because the tests have their own addresses.
fn documented(settings: Settings, redirect: bool) -> Settings {
    let text = named("proxy-gateway");
    let (server, rest) = text.split_once("[sessions.cookie]").expect("the section after [server]");
    for line in [&*format!("public_url = \"{LOGIN}\""), "trusted_proxies = [\"127.0.0.1/32\"]"] {
        assert!(server.contains(line), "{line} is missing in {server}");
    }
    let rules = "[[verify.rules]]";
    let rest = rest.replacen(rules, &format!("{BEFORE}{rules}"), 1);
    let settings = settings
        .and(&format!("[sessions.cookie]{rest}\n{BEHIND}"))
        .with("server.public_url", LOGIN)
        .with("server.trusted_proxies", "127.0.0.1/32")
        // So that what ends a session in a test is not the end of the cache entry.
        .with("verify.cache_for", "60s");
    if redirect { settings.with("verify.redirect", "true") } else { settings }
}
