//! `[clients_by_url]`

use crate::config::support::{accepted, good, only_problem};

#[test]
fn clients_by_url_are_off_unless_enabled() {
    let section = |lines: &str| format!("{}[clients_by_url]\n{lines}\n", good());
    assert!(accepted(&good()).clients_by_url.is_none());
    assert!(accepted(&section("enabled = false\nhosts = ['app.example']")).clients_by_url.is_none());
    let any = accepted(&section("enabled = true")).clients_by_url.expect("enabled");
    assert_eq!(any.scopes, ["openid", "profile", "email", "offline_access"]);
    assert!(any.allows_host("any.example") && !any.lists_hosts() && !any.allows_loopback && any.resources.is_empty());
    let listed = accepted(&section("enabled = true\nhosts = ['app.example', '*.agents.example']"));
    let listed = listed.clients_by_url.expect("enabled");
    assert!(listed.allows_host("app.example") && listed.allows_host("a.agents.example") && listed.lists_hosts());
    assert!(!listed.allows_host("agents.example") && !listed.allows_host("evil.example"));
    for (key, lines) in [
        ("hosts[0]", "hosts = ['https://app.example']"),
        ("hosts[1]", "hosts = ['app.example', '10.0.0.1']"),
        ("hosts[0]", "hosts = ['*']"),
        ("hosts[0]", "hosts = ['.app.example']"),
        ("hosts[0]", "hosts = ['app.example:443']"),
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
