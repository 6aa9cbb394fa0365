//! `[clients_by_url]`

use url::Url;

use crate::config::support::{accepted, good, only_problem};

#[test]
fn clients_by_url_are_off_unless_enabled() {
    let section = |lines: &str| format!("{}[clients_by_url]\n{lines}\n", good());
    assert!(accepted(&good()).clients_by_url.is_none());
    assert!(accepted(&section("enabled = false\nhosts = ['app.example']")).clients_by_url.is_none());
    let any = accepted(&section("enabled = true")).clients_by_url.expect("enabled");
    assert_eq!(any.scopes, ["openid", "profile", "email", "offline_access"]);
    let at = |url: &str| Url::parse(url).expect("a URL");
    assert!(any.allows(&at("https://any.example:8443/c")) && !any.lists_hosts());
    assert!(!any.allows_loopback && any.resources.is_empty());
    let listed = accepted(&section("enabled = true\nhosts = ['app.example', '*.agents.example', 'dev.example:8443']"));
    let listed = listed.clients_by_url.expect("enabled");
    assert!(listed.lists_hosts());
    for good in ["https://app.example/c", "https://a.agents.example/c", "https://dev.example:8443/c"] {
        assert!(listed.allows(&at(good)), "{good}");
    }
    // A program at another port can be another person's.
    for bad in ["agents.example", "evil.example", "app.example:8443", "a.agents.example:8443", "dev.example"] {
        assert!(!listed.allows(&at(&format!("https://{bad}/c"))), "{bad}");
    }
    for (key, lines) in [
        ("hosts[0]", "hosts = ['https://app.example']"),
        ("hosts[1]", "hosts = ['app.example', '10.0.0.1']"),
        ("hosts[0]", "hosts = ['*']"),
        ("hosts[0]", "hosts = ['.app.example']"),
        ("hosts[0]", "hosts = ['app.example:0']"),
        ("hosts[0]", "hosts = ['app.example:x']"),
        ("hosts[0]", "hosts = ['app.example:70000']"),
        ("hosts[0]", "hosts = [':443']"),
        ("scopes[0]", "scopes = ['a b']"),
        ("scopes[0]", "scopes = ['account']"),
        ("resources[0]", "resources = ['tools']"),
        ("ca_file", "ca_file = '/nowhere/ca.pem'"),
    ] {
        for enabled in ["true", "false"] {
            let problem = only_problem(&section(&format!("enabled = {enabled}\n{lines}")));
            assert_eq!(problem.key, format!("clients_by_url.{key}"), "{lines}");
        }
    }
}
