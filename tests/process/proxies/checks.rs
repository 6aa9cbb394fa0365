//! The checks that every reverse proxy must pass.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{act, forge};
use super::deployment::{Deployment, Kind, SITE};
use super::headers::{FORGED, identity, only, values};
use super::settings::LOGIN;
use crate::peer::{self, node};
use crate::visitor::Visitor;

const ADA: [(&str, &str); 1] = [("person", "ada")];
const GRACE: [(&str, &str); 1] = [("person", "grace")];
/// His address is not verified.
const ALAN: [(&str, &str); 1] = [("person", "alan")];
/// A person without groups.
const NEW: [(&str, &str); 2] = [("person", "new"), ("email", "new@example.com")];

/// How late the end of a session is seen at the most. The contract allows 2 s; this bound leaves time for other tests.
const BOUND: Duration = Duration::from_secs(15);

/// A login from a deep link, the identity headers, and rules with groups.
pub async fn signs_people_in(kind: Kind) {
    let deployment = Deployment::of(kind).await;
    let ada = deployment.visitor();
    let deep = format!("{SITE}/reports/2026%20Q1?page=2&sort=a%26b");
    let page = deployment.open(&ada, &deep, &ADA).await;
    assert_eq!(page.url.as_str(), deep, "{page}\n{}", deployment.logs());
    let reached = deployment.reached(&page);
    assert_eq!(reached["url"], "/reports/2026%20Q1?page=2&sort=a%26b");
    let said = ["email", "preferred-username", "groups"].map(|name| only(&reached, name));
    assert_eq!(said, ["ada@example.com", "ada", "engineering,analysts"]);
    assert_eq!(only(&reached, "user").len(), 36, "{reached}");
    let cookies = values(&reached, "cookie").concat();
    assert_eq!(cookies.contains("__Secure-vestibule="), kind.passes_cookie, "{cookies}");
    assert_eq!(deployment.statuses(&ada).await, [200, 200], "{}", deployment.logs());

    // This path requires another group.
    let denied = ada.get(format!("{SITE}/admin/users")).await;
    assert_eq!(denied.status, 403, "{denied}");
    let grace = deployment.visitor();
    let page = deployment.open(&grace, &format!("{SITE}/admin/users"), &GRACE).await;
    assert_eq!(only(&deployment.reached(&page), "groups"), "engineering,admins");
    refuses_programs(&deployment).await;
}

async fn refuses_programs(deployment: &Deployment) {
    let unknown = deployment.visitor();
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let refused = deployment.call(&unknown, method, "/api/orders").await;
        assert_eq!(refused.status, 401, "{refused}\n{}", deployment.logs());
        let login = refused.json()["login_url"].as_str().unwrap_or_default().to_owned();
        assert!(login.starts_with(&format!("{LOGIN}/login")), "{refused}");
        assert_eq!(refused.headers.get_all("www-authenticate").iter().count(), 1, "{:?}", refused.headers);
    }
    let hidden = unknown.get(format!("{LOGIN}/verify")).await;
    assert!([403, 404].contains(&hidden.status.as_u16()), "{hidden}");
}

/// In Chromium: from a deep link through the login, with scripts at the site, to the sign-out.
pub async fn a_browser_signs_in(kind: Kind) {
    let deployment = Deployment::of(kind).await;
    let ended = peer::run(node("guarded_pages.mjs").arg(deployment.tunnel.port.to_string()), "");
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stderr, deployment.logs());
    let seen: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let landed = &seen["landed"];
    assert_eq!(landed["url"], "/reports/2026?page=2&sort=a%26b");
    assert_eq!(only(landed, "groups"), "engineering,analysts");
    let scripted = json!({ "bytes": 1000, "echo": "hello", "events": ["one", "two"], "admin": 403 });
    assert_eq!(seen["scripted"], scripted);
}

/// The site gets no header that the client forged, with and without a session.
pub async fn passes_no_forged_header(kind: Kind) {
    let deployment = Deployment::of(kind).await;
    for (person, email, groups) in [(&ALAN[..], "", "research"), (&NEW[..], "new@example.com", "")] {
        let visitor = deployment.visitor();
        deployment.sign_in(&visitor, person).await;
        for reached in forge(&deployment, &visitor.cookies(SITE)) {
            assert_eq!([only(&reached, "email"), only(&reached, "groups")], [email, groups]);
            assert_eq!(only(&reached, "user").len(), 36, "{reached}");
        }
    }
    forges_without_a_session(&deployment).await;
}

async fn forges_without_a_session(deployment: &Deployment) {
    let unknown = deployment.visitor();
    let anyone = unknown.request(Method::GET, format!("{SITE}/public/page"));
    let preflight = unknown.request(Method::OPTIONS, format!("{SITE}/api/orders"));
    let preflight =
        preflight.header("origin", "https://shop.example.com").header("access-control-request-method", "PUT");
    for request in [anyone, preflight.header("sec-fetch-mode", "cors")] {
        let request = request.header("x-auth-request-user", FORGED).header("x_auth_request-groups", FORGED);
        let reached = deployment.reached(&Visitor::send(request.header("x-auth-request-email", FORGED)).await);
        assert!(identity(&reached).is_empty(), "{reached}");
    }
    // What the rules deny stays denied.
    let closed = unknown.request(Method::OPTIONS, format!("{SITE}/closed/orders")).header("sec-fetch-mode", "cors");
    let closed = closed.header("origin", "https://shop.example.com").header("access-control-request-method", "PUT");
    let denied = Visitor::send(closed).await;
    assert_eq!(denied.status, 403, "{denied}\n{}", deployment.logs());
}

/// A rule with `max_age`: who has signed in too long ago signs in again at the provider, and comes back to the deep link.
pub async fn asks_for_a_new_login(kind: Kind) {
    let deployment = Deployment::of(kind).await;
    let ada = deployment.visitor();
    deployment.sign_in(&ada, &ADA).await;
    let deep = format!("{SITE}/fresh/page?a=b&c=%2F");
    let started = Instant::now();
    while ada.get(&deep).await.status == 200 {
        assert!(started.elapsed() < Duration::from_secs(60), "the login does not get old");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let refused = deployment.call(&ada, Method::GET, "/fresh/api").await;
    let challenge = refused.headers.get("www-authenticate").map(|value| value.to_str().expect("text").to_owned());
    let challenge = challenge.unwrap_or_default();
    assert!(refused.status == 401 && challenge.contains("insufficient_user_authentication"), "{refused}: {challenge}");
    assert_eq!(deployment.statuses(&ada).await, [200, 200], "the other paths");
    let page = deployment.open(&ada, &deep, &ADA).await;
    assert_eq!(page.url.as_str(), deep, "{page}\n{}", deployment.logs());
    assert_eq!(only(&deployment.reached(&page), "email"), "ada@example.com");
}

/// `WebSocket` connections, event streams and uploads reach the site, and no longer after the end of the session.
pub async fn streams_until_the_session_ends(kind: Kind) {
    let deployment = Deployment::of(kind).await;
    let ada = deployment.visitor();
    deployment.sign_in(&ada, &ADA).await;
    let cookie = ada.cookies(SITE);
    streams(&deployment, &cookie);
    assert_eq!(act(&deployment, "websocket", "", "")["status"], 401);

    assert_eq!(deployment.statuses(&ada).await, [200, 200]);
    let out = ada.post_from(LOGIN, "/logout").await;
    assert_eq!(out.status, 200, "{out}");
    let ended = Instant::now();
    // The browser has no cookie any more, but others may have a copy of it.
    let copy = deployment.visitor();
    copy.keep(SITE, &cookie);
    until_refused(&deployment, &copy, ended).await;
    assert_eq!(act(&deployment, "websocket", &cookie, "")["status"], 401);

    let grace = deployment.visitor();
    deployment.sign_in(&grace, &GRACE).await;
    assert_eq!(deployment.statuses(&grace).await, [200, 200]);
    let disabled = deployment.gateways[0].settings.run(&["users", "disable", "grace@example.com"]);
    assert_eq!(disabled.code, Some(0), "{}", disabled.stderr);
    until_refused(&deployment, &grace, Instant::now()).await;
    fails_closed(deployment).await;
}

fn streams(deployment: &Deployment, cookie: &str) {
    let socket = act(deployment, "websocket", cookie, "");
    assert_eq!((&socket["status"], &socket["echoed"]), (&json!(101), &json!(true)), "{socket}");
    let events = act(deployment, "events", cookie, "");
    assert_eq!(events["seen"], "data: one\n\ndata: two\n\n", "{events}");
    let upload = act(deployment, "upload", cookie, "");
    let reached: Value = serde_json::from_str(upload["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!((&reached["method"], &reached["bytes"]), (&json!("POST"), &json!(8 << 20)), "{reached}");
}

/// Waits until both replicas refuse a session that has ended at that time.
async fn until_refused(deployment: &Deployment, visitor: &Visitor, ended: Instant) {
    loop {
        let began = ended.elapsed();
        let statuses = deployment.statuses(visitor).await;
        if statuses == [401, 401] {
            return;
        }
        assert!(began < BOUND, "{statuses:?} after {began:?}\n{}", deployment.logs());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Without a gateway no request passes.
async fn fails_closed(mut deployment: Deployment) {
    for gateway in &mut deployment.gateways {
        gateway.kill();
    }
    let visitor = deployment.visitor();
    let statuses = deployment.statuses(&visitor).await;
    assert!(statuses.iter().all(|status| *status >= 500), "{statuses:?}");
}
