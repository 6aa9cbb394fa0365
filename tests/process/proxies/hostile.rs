//! Requests of a client that tries to make the gateway judge another request than the request that reaches the site.

use serde_json::{Value, json};

use super::client::act;
use super::deployment::{Deployment, Kind, SITE};
use super::headers::{only, values};

/// A person who is not among `admins`.
const ADA: [(&str, &str); 1] = [("person", "ada")];

/// The gateway judges the host, port, path and headers of the request that reaches the site.
pub async fn judges_what_reaches_the_site(kind: Kind) {
    let deployment = Deployment::of(kind).await;
    let ada = deployment.visitor();
    deployment.sign_in(&ada, &ADA).await;
    let cookie = format!("Cookie: {}", ada.cookies(SITE));
    refuses_other_hosts(&deployment, kind, &cookie);
    refuses_other_targets(&deployment, &cookie);
    refuses_large_cookies(&deployment, &cookie);
    keeps_identity_headers(&deployment, &cookie);
    hides_the_endpoint(&deployment, &cookie);
}

/// Sends requests, each with the lines behind the request line. Returns the answers.
fn send(deployment: &Deployment, requests: &[(&str, Vec<&str>)]) -> Vec<String> {
    let texts: Vec<String> = requests
        .iter()
        .map(|(target, lines)| format!("GET {target} HTTP/1.1\r\n{}\r\n\r\n", lines.join("\r\n")))
        .collect();
    let answers = act(deployment, "raw", "", &json!(texts).to_string());
    answers.as_array().expect("answers").iter().map(|answer| answer.as_str().expect("text").to_owned()).collect()
}

/// The request that reached the site, if the site answered.
fn reached(answer: &str) -> Option<Value> {
    let (start, end) = (answer.find("{\"method\"")?, answer.rfind('}')?);
    serde_json::from_str(&answer[start..=end]).ok()
}

/// FW-06, FW-09: a host that is a list, has a port of the client, or differs from the host of the URL.
fn refuses_other_hosts(deployment: &Deployment, kind: Kind, cookie: &str) {
    let (own, other) = ("app.example.com", "open.example.com");
    let mut hosts = vec![
        ("/public/page", vec![own.to_owned()]),
        ("/admin/users", vec![own.to_owned()]),
        ("/admin/users", vec![format!("{own}, {other}")]),
        ("/admin/users", vec![format!("{own},{other}")]),
        ("/admin/users", vec![format!("{other},{own}")]),
        ("/admin/users", vec![format!("{own}:1234")]),
        ("/admin/users", vec![format!("{own}:80")]),
        ("/admin/users", vec![own.to_owned(), other.to_owned()]),
        ("/admin/users", vec![other.to_owned(), own.to_owned()]),
        ("https://app.example.com/admin/users", vec![other.to_owned()]),
        ("https://open.example.com/admin/users", vec![own.to_owned()]),
        ("https://app.example.com:1234/admin/users", vec![own.to_owned()]),
    ];
    // A rule that is less strict names this port.
    if !kind.reports_port {
        hosts.push(("/admin/users", vec![format!("{own}:8443")]));
        hosts.push(("https://app.example.com:8443/admin/users", vec![own.to_owned()]));
        hosts.push(("https://app.example.com:8443/admin/users", vec![format!("{own}:8443")]));
    }
    let lines: Vec<Vec<String>> =
        hosts.iter().map(|(_, hosts)| hosts.iter().map(|host| format!("Host: {host}")).collect()).collect();
    let requests: Vec<(&str, Vec<&str>)> = hosts
        .iter()
        .zip(&lines)
        .map(|((target, _), lines)| {
            let own = lines.iter().map(String::as_str);
            (*target, own.chain([cookie, "Connection: close"]).collect())
        })
        .collect();
    let answers = send(deployment, &requests);
    assert!(reached(&answers[0]).is_some(), "{}\n{}", answers[0], deployment.logs());
    for ((target, hosts), answer) in hosts.iter().zip(&answers).skip(1) {
        assert!(answer.starts_with("HTTP/1.1 "), "{target} {hosts:?}: {answer}");
        assert!(reached(answer).is_none(), "{target} {hosts:?}: {answer}");
    }
}

/// FW-06, FW-09: headers that name another path, method or host for the judgement.
fn refuses_other_targets(deployment: &Deployment, cookie: &str) {
    let host = "Host: app.example.com";
    let named = [
        "X-Forwarded-Uri: /public/page",
        "X-Forwarded-Host: open.example.com",
        "X-Forwarded-Host: app.example.com:8443",
        "X-Forwarded-Method: OPTIONS\r\nOrigin: https://shop.example.com\r\nAccess-Control-Request-Method: GET",
        "X-Original-URL: https://app.example.com/public/page",
        "X-Original-URI: /public/page",
        "Forwarded: host=open.example.com",
    ];
    let requests = named.map(|line| ("/admin/users", vec![host, line, cookie, "Connection: close"]));
    for (line, answer) in named.iter().zip(send(deployment, &requests)) {
        assert!(answer.starts_with("HTTP/1.1 "), "{line}: {answer}");
        assert!(reached(&answer).is_none(), "{line}: {answer}");
    }
}

/// More headers than the gateway takes (431), on one line and on several. The site gets nothing.
fn refuses_large_cookies(deployment: &Deployment, cookie: &str) {
    let (one, part) = (format!("{cookie}; large={}", "x".repeat(17_000)), format!("large={}", "x".repeat(6_000)));
    let host = "Host: app.example.com";
    let several = format!("{cookie}; {part}\r\nCookie: {part}\r\nCookie: {part}");
    let requests = [&one, &several].map(|line| ("/reports/1", vec![host, line.as_str(), "Connection: close"]));
    for (answer, how) in send(deployment, &requests).iter().zip(["one line", "several"]) {
        assert!(reached(answer).is_none(), "{how}: {answer}");
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(["400", "431", "500"].contains(&status), "{how}: {answer}\n{}", deployment.logs());
    }
}

/// FW-03: a client names headers in `Connection`, which a proxy removes, or asks for a protocol that is not judged.
fn keeps_identity_headers(deployment: &Deployment, cookie: &str) {
    let host = "Host: app.example.com";
    let named = "Connection: close, X-Auth-Request-User, X-Auth-Request-Groups";
    let requests = [
        ("/one", vec![host, cookie, named]),
        ("/two", vec![host, cookie, "connection: x-auth-request-user", "Connection: X-Auth-Request-Groups, close"]),
        ("/three", vec![host, cookie, named, "X.Auth.Request.User: root", "X_Auth_Request_Groups: root"]),
    ];
    for ((target, _), answer) in requests.iter().zip(send(deployment, &requests)) {
        let reached = reached(&answer).unwrap_or_else(|| panic!("{target}: {answer}\n{}", deployment.logs()));
        assert_eq!(only(&reached, "user").len(), 36, "{target}: {reached}");
        assert_eq!(only(&reached, "groups"), "engineering,analysts", "{target}: {reached}");
        assert!(!values(&reached, "connection").concat().to_lowercase().contains("x-auth"), "{target}: {reached}");
    }
    let settings = "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA";
    let upgrade = vec![host, cookie, "Connection: Upgrade, HTTP2-Settings, close", "Upgrade: h2c", settings];
    for answer in send(deployment, &[("/upgrade", upgrade)]) {
        let protocols = reached(&answer).map(|reached| values(&reached, "upgrade").concat());
        assert_eq!(protocols.unwrap_or_default(), "", "{answer}");
        assert!(!answer.starts_with("HTTP/1.1 101"), "{answer}");
    }
}

/// Only proxies ask `/verify`, by none of its spellings a client.
fn hides_the_endpoint(deployment: &Deployment, cookie: &str) {
    let spellings =
        ["/verify", "/verify/x", "/%76erify", "/%76erify/x", "/verif%79?x", "/./verify", "//verify", "/VERIFY"];
    let requests = spellings.map(|path| (path, vec!["Host: login.example.com", cookie, "Connection: close"]));
    for (path, answer) in spellings.iter().zip(send(deployment, &requests)) {
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        assert!(!answer.to_lowercase().contains("x-auth-request"), "{path}: {answer}");
    }
}
