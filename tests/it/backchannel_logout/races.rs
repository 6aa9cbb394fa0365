//! A logout token concurrent with another request.

use serde_json::json;

use crate::backchannel_logout::post::{send_logout_token, signed_in, token};
use crate::fake_provider::Reply;
use crate::support::{Gateway, Setup};

/// RT-38: of two replicas that receive the same token at the same time, only one accepts it.
#[tokio::test]
async fn a_logout_token_sent_to_two_replicas_at_once_is_accepted_once() {
    let gateway = Gateway::start();
    let other = Setup::beside(&gateway).start();
    for round in 0..50 {
        let token = token(&gateway, &json!({"sid": "one"}));
        let (here, there) = tokio::join!(send_logout_token(&gateway, &token), send_logout_token(&other, &token));
        let mut statuses = [here.status, there.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400], "round {round}");
    }
}

/// LO-11: the logout token, by `sid` or by `sub`, arrives during the token request of a login. The login creates no
/// session, for a known user and for a new one.
#[tokio::test]
async fn a_logout_during_the_token_request_prevents_the_session() {
    let gateway = Gateway::start();
    let cases = [json!({"sid": "one"}), json!({"sub": "alice"}), json!({"sid": "one", "sub": "alice"})];
    for (round, about) in cases.iter().enumerate() {
        for known in [false, true] {
            gateway.database.execute("DELETE FROM users");
            if known {
                signed_in(&gateway, "alice", Some("zero")).await;
            }
            gateway.hand.advance(chrono::TimeDelta::seconds(1));
            gateway.op.set_claims(json!({"sid": "one"}));
            gateway.op.forget();
            gateway.op.reply("/token", Reply::Held);
            let browser = gateway.browser();
            let begun = browser.begin("op").await;
            let callback = begun.callback_of("alice");
            let (back, reported) = tokio::join!(browser.get(&callback), async {
                while gateway.op.calls_to("/token").is_empty() {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
                gateway.hand.advance(chrono::TimeDelta::seconds(1));
                let reported = send_logout_token(&gateway, &token(&gateway, about)).await;
                gateway.op.recover("/token");
                reported
            });
            assert_eq!(reported.status, 200, "{reported:?}");
            assert_eq!((back.status, back.set_cookie("vestibule")), (400, None), "{round} {known}: {back:?}");
            let living = "SELECT count(*) FROM sessions WHERE ended_at IS NULL AND upstream_sid = 'one'";
            assert_eq!(gateway.database.number(living), 0);
            assert_eq!(gateway.database.rows("users"), i64::from(known), "no user is created");
            // The next login has a new `sid`.
            signed_in(&gateway, "alice", Some("two")).await;
        }
    }
}

/// LO-11: in either order, on two replicas.
#[tokio::test]
async fn no_session_survives_a_concurrent_logout_of_its_sid() {
    let gateway = Gateway::start();
    let other = Setup::beside(&gateway).start();
    let (mut first, mut second) = (0, 0);
    for round in 0..150 {
        let sid = format!("round {round}");
        gateway.op.set_claims(json!({ "sid": sid }));
        let browser = gateway.browser();
        let begun = browser.begin("op").await;
        let callback = begun.callback_of("alice");
        let token = token(&gateway, &json!({ "sid": sid }));
        let pause = std::time::Duration::from_micros(round * 80);
        let (back, reported) = match round % 10 {
            0 => (browser.get(&callback).await, send_logout_token(&other, &token).await),
            1 => {
                let reported = send_logout_token(&other, &token).await;
                (browser.get(&callback).await, reported)
            }
            _ => tokio::join!(browser.get(&callback), async {
                tokio::time::sleep(pause).await;
                send_logout_token(&other, &token).await
            }),
        };
        assert_eq!(reported.status, 200, "{reported:?}");
        match back.status {
            303 => first += 1,
            400 => second += 1,
            _ => panic!("{back:?}"),
        }
        let living = format!("SELECT count(*) FROM sessions WHERE ended_at IS NULL AND upstream_sid = '{sid}'");
        assert_eq!(gateway.database.number(&living), 0, "round {round}");
    }
    assert!(first >= 15 && second >= 15, "{first} logins came first, and {second} logouts");
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(gateway.database.number(deadlocks), 0);
}
