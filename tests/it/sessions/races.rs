//! Concurrent requests, in several rounds on two replicas.

use std::pin::Pin;

use crate::admin::endpoints::Admin;
use crate::support::device::Device;
use crate::support::{Answer, Gateway, Setup};

const ADMIN: &str = "[admin]\ntoken = \"0123456789abcdef0123456789abcdef\"";

type Asked = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Runs the requests concurrently. The responses are in the order of the requests.
async fn at_once<T: Send + 'static>(
    work: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let started: Vec<_> = work.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for task in started {
        answers.push(task.await.expect("no panic"));
    }
    answers
}

/// The statuses of four concurrent logins of alice, two on each replica.
pub async fn four_logins(gateway: &Gateway, other: &Gateway) -> Vec<u16> {
    let mut begun = Vec::new();
    for replica in [gateway, other, gateway, other] {
        let browser = replica.browser();
        begun.push((browser.begin("op").await, browser));
    }
    let back =
        begun.into_iter().map(|(begun, browser)| async move { browser.get(&begun.callback_of("alice")).await.status });
    at_once(back).await
}

/// AC-10, SE-08: in either order.
#[tokio::test]
async fn no_session_survives_a_concurrent_disable() {
    let gateway = Gateway::with(ADMIN);
    let other = Setup::beside(&gateway).toml(ADMIN).start();
    let sub = Device::sign_in(&gateway, "alice").await.sub;
    let (mut admitted, mut refused) = (0, 0);
    for round in 0..60 {
        let replica = if round % 2 == 0 { &gateway } else { &other };
        let mut logins = Vec::new();
        for replica in [&gateway, &other] {
            let browser = replica.browser();
            logins.push((browser.begin("op").await, browser));
        }
        let admin = Admin::of(replica);
        let path = format!("/admin/users/{sub}/disable");
        let disable = tokio::spawn(async move { admin.post(&path).await.status });
        let back = logins
            .into_iter()
            .map(|(begun, browser)| async move { browser.get(&begun.callback_of("alice")).await.status });
        for status in at_once(back).await {
            match status {
                303 => admitted += 1,
                403 => refused += 1,
                other => panic!("{other}"),
            }
        }
        assert_eq!(disable.await.expect("no panic"), 200);
        assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 0, "round {round}");
        assert_eq!(Admin::of(&gateway).post(&format!("/admin/users/{sub}/enable")).await.status, 200);
    }
    assert_eq!(admitted + refused, 120);
}

/// RC-11: every kind of request that ends sessions, concurrently on two replicas; no response reports a deadlock.
#[tokio::test]
async fn overlapping_endings_over_http_do_not_deadlock() {
    let gateway = Gateway::with(ADMIN);
    let other = Setup::beside(&gateway).toml(ADMIN).start();
    for _ in 0..8 {
        let mut devices = Vec::new();
        for _ in 0..4 {
            devices.push(Device::sign_in(&gateway, "alice").await);
        }
        let sub = devices[0].sub.clone();
        let delete = |device: &Device, path: String| -> Asked {
            Box::pin(device.browser.ask("DELETE", &path).for_json().header("sec-fetch-site", "same-origin").send())
        };
        let admin = Admin::of(&other);
        let asked: Vec<Asked> = vec![
            delete(&devices[0], "/sessions?scope=others".into()),
            delete(&devices[1], "/sessions?scope=all".into()),
            delete(&devices[2], format!("/sessions/{}", devices[3].sid)),
            delete(&devices[3], "/sessions?scope=others".into()),
            Box::pin(admin.ask("DELETE", &format!("/admin/users/{sub}/sessions"))),
            Box::pin(admin.ask("POST", &format!("/admin/users/{sub}/disable"))),
            Box::pin(admin.ask("POST", &format!("/admin/users/{sub}/enable"))),
        ];
        let statuses: Vec<_> = at_once(asked).await.iter().map(|answer| answer.status).collect();
        assert!(statuses.iter().all(|status| [200, 204, 401, 404].contains(status)), "{statuses:?}");
        Admin::of(&gateway).post(&format!("/admin/users/{sub}/enable")).await;
        let twice = "SELECT count(*) FROM (SELECT session_id FROM audit_events WHERE kind = 'session_ended'
                     GROUP BY session_id HAVING count(*) > 1) AS twice";
        assert_eq!(gateway.database.number(twice), 0);
    }
}
