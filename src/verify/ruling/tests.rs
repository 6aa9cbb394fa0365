use super::*;
use crate::config::{self, SiteAccess};

mod spellings;

const BASE: &str = r#"
server.public_url = "https://login.example.com"
database.url = "postgres:///x"
secrets.keys = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE="]
sessions.cookie.domain = "example.com"
providers.op = { issuer = "https://op.example", client_id = "x", client_secret = "0123456789abcdef0123456789abcdef" }
"#;

fn verify(rules: &str) -> Verify {
    config::from_toml(&format!("{BASE}\n{rules}")).unwrap_or_else(|problems| panic!("{problems}")).verify
}

fn ruled(verify: &Verify, host: Option<&str>, uri: Option<&str>, method: Option<&str>) -> String {
    let host = host.map(|host| SiteHost::parse(host, 443).expect("a host"));
    match rule(verify, &Asked { host: host.as_ref(), uri: uri.map(str::as_bytes), method }) {
        Ruling::NoRules => "no rules".into(),
        Ruling::NoMatch => "no match".into(),
        Ruling::Rule(at, rule) => match rule.access {
            SiteAccess::Deny => format!("{at} deny"),
            SiteAccess::Anyone => format!("{at} anyone"),
            SiteAccess::SignedIn(_) => format!("{at} signed in"),
        },
        Ruling::Refused(_) => "refused".into(),
        Ruling::MethodNotUpperCase => "method".into(),
        Ruling::Unknown(unknown) => unknown.header().into(),
        Ruling::UnknownPort(port) => format!("port {port}"),
    }
}

const RULES: &str = r#"
[[verify.rules]]
hosts = ["wiki.example.com"]
paths = ["/public/**", "/*.css"]
methods = ["GET", "HEAD"]
allow = { anyone = true }

[[verify.rules]]
hosts = ["wiki.example.com"]
paths = ["/internal/**"]
allow = { deny = true }

[[verify.rules]]
hosts = ["wiki.example.com", "*.intern.example.com"]
allow = { groups = ["staff"] }
"#;

/// FW-07: the first rule that matches decides, and what none matches is denied.
#[test]
fn the_first_rule_that_matches_decides() {
    let verify = verify(RULES);
    for (host, uri, method, expected) in [
        ("wiki.example.com", "/public/a", "GET", "0 anyone"),
        ("wiki.example.com", "/public", "HEAD", "0 anyone"),
        ("wiki.example.com", "/a.css?v=1", "GET", "0 anyone"),
        ("wiki.example.com", "/public/a", "POST", "2 signed in"),
        ("wiki.example.com", "/public/a", "get", "method"),
        ("wiki.example.com", "/x", "get", "2 signed in"),
        ("wiki.example.com", "/internal/a.css", "GET", "1 deny"),
        ("wiki.example.com", "/%69nternal/a", "GET", "1 deny"),
        ("WIKI.example.com.:443", "/x", "GET", "2 signed in"),
        ("a.intern.example.com", "/public/a", "GET", "2 signed in"),
        ("wiki.example.com:8443", "/public/a", "GET", "port 8443"),
        ("b.a.intern.example.com", "/", "GET", "no match"),
        ("wiki.example.com", "/public/../internal", "GET", "refused"),
        ("wiki.example.com", "/public/..;/internal", "GET", "refused"),
        ("wiki.example.com", "/public%2f..%2finternal", "GET", "refused"),
        ("wiki.example.com", "/internal%3f.css", "GET", "refused"),
    ] {
        assert_eq!(ruled(&verify, Some(host), Some(uri), Some(method)), expected, "{host} {uri} {method}");
    }
}

/// FW-09: the client chooses the port in `Host`. A port that no rule names is refused, so that it does not bypass the
/// rules for the host.
#[test]
fn a_port_that_no_rule_names_is_refused() {
    let verify = verify(
        r#"
[[verify.rules]]
hosts = ["*.intern.example.com"]
paths = ["/admin/**"]
allow = { deny = true }

[[verify.rules]]
hosts = ["tool.example.com:8443"]
allow = { groups = ["ops"] }

[[verify.rules]]
hosts = ["**.example.com"]
paths = ["/x"]
allow = { deny = true }

[[verify.rules]]
"#,
    );
    for (host, uri, expected) in [
        ("a.intern.example.com", "/admin/x", "0 deny"),
        ("a.intern.example.com:443", "/admin/x", "0 deny"),
        ("a.intern.example.com:1234", "/admin/x", "port 1234"),
        ("a.intern.example.com:80", "/admin/x", "port 80"),
        ("other.example.com:1234", "/", "port 1234"),
        ("tool.example.com:8443", "/", "1 signed in"),
        ("a.intern.example.com:8443", "/admin/x", "no match"),
        ("other.example.com:8443", "/", "no match"),
        ("other.example.com", "/", "3 signed in"),
    ] {
        assert_eq!(ruled(&verify, Some(host), Some(uri), Some("GET")), expected, "{host}{uri}");
    }
}

/// A server answers HEAD as GET, so a rule that restricts GET restricts both.
#[test]
fn a_rule_for_get_applies_to_head() {
    let verify = verify(
        "[[verify.rules]]\nmethods = [\"GET\"]\nallow = { deny = true }\n[[verify.rules]]\nallow = { anyone = true }",
    );
    let of = |method| ruled(&verify, Some("a.example.com"), Some("/"), Some(method));
    assert_eq!(["GET", "HEAD", "POST", "head"].map(of), ["0 deny", "0 deny", "1 anyone", "method"]);
}

/// FW-07: a site may take `delete` for DELETE, so it does not leave the rule for DELETE.
#[test]
fn a_method_with_a_lower_case_letter_does_not_leave_a_rule_with_methods() {
    let verify = verify(
        r#"
[[verify.rules]]
paths = ["/open/**"]
allow = { anyone = true }

[[verify.rules]]
methods = ["DELETE", "PUT", "M-SEARCH"]
allow = { groups = ["ops"] }

[[verify.rules]]
allow = { anyone = true }
"#,
    );
    let of = |uri, method| ruled(&verify, Some("a.example.com"), Some(uri), Some(method));
    for method in ["delete", "Delete", "DELETe", "put", "get", "m-search"] {
        assert_eq!(of("/x", method), "method", "{method}");
        assert_eq!(of("/open/x", method), "0 anyone", "no rule on this way names methods: {method}");
    }
    assert_eq!(
        ["DELETE", "M-SEARCH", "GET", "X1"].map(|method| of("/x", method)),
        ["1 signed in", "1 signed in", "2 anyone", "2 anyone"]
    );
}

#[test]
fn the_ruling_names_the_missing_forwarded_header() {
    let verify = verify(RULES);
    let (host, uri) = (Some("wiki.example.com"), Some("/public/a"));
    assert_eq!(ruled(&verify, None, uri, Some("GET")), "X-Forwarded-Host");
    assert_eq!(ruled(&verify, host, None, Some("GET")), "X-Forwarded-Uri");
    assert_eq!(ruled(&verify, host, uri, None), "X-Forwarded-Method");
    assert_eq!(ruled(&verify, host, Some("/internal/a"), None), "1 deny", "no rule up to the matching one has methods");
    let none = verify_without_rules();
    assert_eq!(ruled(&none, None, None, None), "no rules");
    assert_eq!(ruled(&none, None, uri, None), "no rules");
}

fn verify_without_rules() -> Verify {
    verify("")
}
