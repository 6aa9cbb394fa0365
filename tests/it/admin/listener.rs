//! The admin listener: `/healthz`, `/readyz`, `/metrics`.

use serde_json::json;

use crate::fake_provider::{Op, Reply, WELL_KNOWN};
use crate::support::{Browser, Gateway, Setup};

/// LG-14
#[tokio::test]
async fn health_responses_contain_no_internal_details() {
    let gateway = Gateway::start();
    let admin = Browser::new(&gateway.admin);
    let health = admin.fetch("/healthz").await;
    assert_eq!((health.status, health.body.as_str()), (200, "ok\n"));
    let ready = admin.fetch("/readyz").await;
    assert_eq!(ready.status, 200);
    assert_eq!(
        ready.json(),
        json!({"status": "ready", "checks": {
            "clock": "ok", "database": "ok", "revocations": "ok", "shutdown": "ok", "providers": {"op": "ok"},
        }})
    );
    for answer in [health, ready] {
        for telling in ["postgres", "test", "/dev/shm", env!("CARGO_PKG_VERSION"), "host=", "127.0.0.1"] {
            assert!(!answer.body.contains(telling), "{}", answer.body);
        }
        assert_eq!(answer.header("server"), "");
    }
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(admin.ask(method, "/healthz").send().await.status, 405);
    }
    assert_eq!(admin.ask("HEAD", "/healthz").send().await.status, 200);
}

#[tokio::test]
async fn the_two_listeners_serve_no_common_path() {
    let gateway = Gateway::start();
    let admin = Browser::new(&gateway.admin);
    for path in ["/", "/login", "/login/op", "/session", "/.well-known/jwks.json", "/oauth2/url/?provider=op"] {
        assert_eq!(admin.fetch(path).await.problem(), (404, "not_found".into()), "{path}");
    }
}

/// A browser that opens the wrong port gets an explanation in plain text.
#[tokio::test]
async fn the_admin_listener_answers_browsers_with_plain_text() {
    let gateway = Gateway::start();
    let admin = Browser::new(&gateway.admin);
    let page = admin.get("/").await;
    assert_eq!((page.status, page.header("content-type")), (404, "text/plain; charset=utf-8"));
    let problem = admin.fetch("/").await;
    for words in ["/healthz", "/readyz", "/metrics"] {
        assert!(page.body.contains(words), "{}", page.body);
        assert!(problem.json()["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{problem:?}");
    }
    assert!(problem.json().get("reference").is_none(), "none is logged: {problem:?}");
}

/// RD-18: `/readyz` shows the provider as unavailable with status 200.
#[tokio::test]
async fn an_unavailable_provider_does_not_change_readiness() {
    let down = Op::start();
    down.reply(WELL_KNOWN, Reply::Closed);
    let gateway = Setup::new().provider("down", &down).start();
    gateway.browser().fetch("/login/down").await;
    let ready = Browser::new(&gateway.admin).fetch("/readyz").await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.json()["checks"]["providers"], json!({"op": "ok", "down": "unavailable"}));
}

/// The process has one recorder, so the metrics are those of all gateways of this test run.
#[tokio::test]
async fn metrics_are_prometheus_text_without_personal_data() {
    let gateway = Gateway::start();
    gateway.browser().sign_in("a-particular-user").await;
    let answer = Browser::new(&gateway.admin).fetch("/metrics").await;
    if answer.status == 404 {
        return;
    }
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4");
    assert!(answer.body.contains("vestibule_events_total{event=\"login_completed\""), "{}", answer.body);
    assert!(!answer.body.contains("a-particular-user"));
    let version = env!("CARGO_PKG_VERSION");
    assert!(answer.body.contains(&format!("vestibule_build_info{{version=\"{version}\"}} 1\n")), "{}", answer.body);
    for state in ["busy", "idle"] {
        assert!(answer.body.contains(&format!("vestibule_db_connections{{state=\"{state}\"}} ")), "{}", answer.body);
    }
}
