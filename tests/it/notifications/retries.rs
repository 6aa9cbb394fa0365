//! Notices whose first delivery fails.

use std::process::Command;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::fake_provider::{Op, Reply};
use crate::support::logout_apps::{
    claims, configured, logout_tokens, names, set_status, setup, sign_in_to, start, toml, wait_for_logout_tokens,
};
use crate::support::{Browser, Cluster, Gateway, Setup};

const WAITING: &str =
    "SELECT count(*) FROM logout_notices WHERE next_attempt_at IS NOT NULL AND last_error IS NOT NULL";

async fn signed_out_of(gateway: &Gateway, apps: &[&str]) {
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    for app in apps {
        sign_in_to(gateway, &browser, app).await;
    }
    assert_eq!(browser.post("/logout").await.status, 200);
}

async fn listed(gateway: &Gateway) -> Vec<Value> {
    let admin = Browser::new(&gateway.admin).ask("GET", "/admin/logout-notices").for_json();
    let answer = admin.header("authorization", "Bearer 0123456789abcdef0123456789abcdef").send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["notices"].as_array().expect("a list").clone()
}

fn errors(gateway: &Gateway) -> Vec<String> {
    gateway.database.words("SELECT last_error FROM logout_notices WHERE delivered_at IS NULL ORDER BY last_error")
}

async fn metrics(gateway: &Gateway) -> String {
    Browser::new(&gateway.admin).get("/metrics").await.body
}

/// LO-24: each retry has a new token, and the back-off grows. Other apps are notified at once.
#[tokio::test]
async fn a_failed_delivery_is_retried_with_back_off() {
    let (gateway, receiver) = start();
    set_status(&receiver, "shop", 500);
    gateway.hand.hold();
    signed_out_of(&gateway, &["shop", "wiki"]).await;
    wait_for_logout_tokens(&receiver, "wiki", 1).await;
    gateway.database.until(WAITING, 1).await;
    let [notice] = <[Value; 1]>::try_from(listed(&gateway).await).expect("one");
    assert_eq!(
        (&notice["client"], &notice["attempts"], &notice["last_error"], &notice["failed_at"]),
        (&json!("shop"), &json!(1), &json!("answered 500"), &Value::Null)
    );
    let pause = "SELECT extract(epoch FROM next_attempt_at - created_at)::bigint FROM logout_notices
                 WHERE delivered_at IS NULL";
    assert!((3..=9).contains(&gateway.database.number(pause)), "about five seconds");
    let nobody = logout_tokens(&receiver, "shop").len();
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    assert_eq!(logout_tokens(&receiver, "shop").len(), nobody, "no retry before the back-off ends");

    gateway.hand.advance(TimeDelta::seconds(10));
    wait_for_logout_tokens(&receiver, "shop", 2).await;
    gateway.database.until("SELECT attempts FROM logout_notices WHERE delivered_at IS NULL", 2).await;
    set_status(&receiver, "shop", 204);
    gateway.hand.advance(TimeDelta::minutes(2));
    let tokens = wait_for_logout_tokens(&receiver, "shop", 3).await;
    gateway.database.until("SELECT count(*) FROM logout_notices WHERE delivered_at IS NOT NULL", 2).await;
    let times: Vec<_> = tokens.iter().map(|token| claims(token)["iat"].as_i64().expect("a time")).collect();
    assert!(times[1] - times[0] >= 10 && times[2] - times[1] >= 120, "{times:?}");
    assert!(tokens.iter().all(|token| claims(token)["sid"] == claims(&tokens[0])["sid"]));
    assert_eq!(listed(&gateway).await, Vec::<Value>::new());
    let metrics = metrics(&gateway).await;
    for counted in ["logout_delivered\",client=\"wiki\"", "logout_delayed\",client=\"shop\""] {
        assert!(metrics.contains(counted), "{metrics}");
    }
}

/// LO-24: redirects are not followed, and private addresses are refused unless configured. Each failure is shown to the
/// operator.
#[tokio::test]
async fn only_200_and_204_count_as_delivered() {
    let receiver = Op::start();
    let elsewhere = Op::start();
    elsewhere.reply("/stolen", Reply::text(200, "text/plain", ""));
    let apps = names(["shop", "wiki", "private", "endless", "closed"]);
    let mut text = toml(&receiver.issuer, &apps);
    let private = "[clients.private]\nbackchannel_logout_uri = \"https://localhost:9/private\"\ninsecure_allow_private_logout_uri = false";
    text.push_str("\n[admin]\ntoken = \"0123456789abcdef0123456789abcdef\"\n");
    let gateway = Setup::new().toml(&text).toml(private).start();
    receiver
        .reply("/shop", Reply::text(302, "text/plain", "").with("Location", &format!("{}/stolen", elsewhere.issuer)));
    let refused = r#"{"error": "invalid_request", "error_description": "typ logout+jwt of alice@shop.example"}"#;
    receiver.reply("/wiki", Reply::text(400, "application/json", refused));
    receiver.reply("/endless", Reply::Endless);
    receiver.reply("/closed", Reply::Closed);
    signed_out_of(&gateway, &["shop", "wiki", "private", "endless", "closed"]).await;
    gateway.database.until(WAITING, 5).await;
    let errors = errors(&gateway);
    let expected = [
        "answered 302; redirects are not followed",
        "answered 400 (invalid_request), it said \"typ logout+jwt of [e-mail address]\"",
        "cannot be reached",
        "leads to a private address",
        "the answer is larger than 1 MiB",
    ];
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.starts_with(expected), "{errors:?}");
    }
    assert_eq!((elsewhere.calls().len(), logout_tokens(&receiver, "private").len()), (0, 0));
    let written = gateway.database.words("SELECT concat_ws(' ', client_id, last_error) FROM logout_notices").concat();
    assert!(!written.contains("eyJ"), "no token in {written}");
}

/// After three days it is given up and stays listed for the operator; also if the app is no longer configured.
#[tokio::test]
async fn an_undeliverable_notice_is_given_up_and_listed() {
    let (gateway, receiver) = start();
    set_status(&receiver, "shop", 503);
    signed_out_of(&gateway, &["shop", "wiki"]).await;
    gateway.database.until(WAITING, 1).await;
    gateway.hand.advance(TimeDelta::days(3));
    gateway.database.until("SELECT count(*) FROM logout_notices WHERE failed_at IS NOT NULL", 1).await;
    let [notice] = <[Value; 1]>::try_from(listed(&gateway).await).expect("one");
    assert_eq!((&notice["next_attempt_at"], &notice["last_error"]), (&Value::Null, &json!("answered 503")));
    assert!(notice["failed_at"].is_string(), "{notice}");
    assert!(metrics(&gateway).await.contains("logout_given_up\",client=\"shop\""));

    let path = std::env::temp_dir().join(format!("vestibule-logouts-{}.toml", std::process::id()));
    let text = format!("[database]\nurl = {:?}\n[secrets]\nkeys = [{:?}]\n", gateway.database.url, Cluster::ring_key());
    std::fs::write(&path, text).expect("a file");
    let says = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        let output = command.arg("--config").arg(&path).args(words).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    let line = says(&["logouts", "list"]);
    assert!(
        line.starts_with("shop  session ") && line.contains("  given up ") && line.ends_with("answered 503\n"),
        "{line}"
    );
    let json: Value = serde_json::from_str(&says(&["logouts", "list", "--json", "--limit", "5"])).expect("JSON");
    assert_eq!(json[0], notice);

    // No replica delivers to an app that is no longer configured; the cleanup gives its notices up after the same time.
    gateway.database.execute(
        "INSERT INTO logout_notices (id, session_id, user_id, client_id, created_at, next_attempt_at)
         SELECT gen_random_uuid(), session_id, user_id, 'gone', now() - interval '4 d', now() FROM logout_notices LIMIT 1",
    );
    // The cleanup uses the clock of this machine, three days behind that of the gateway.
    let cleaned = says(&["cleanup"]);
    assert!(cleaned.contains("notices given up   1\n") && cleaned.contains("notices deleted    0\n"), "{cleaned}");
    gateway
        .database
        .execute("UPDATE logout_notices SET delivered_at = now() - interval '25 h' WHERE delivered_at IS NOT NULL");
    gateway.database.execute("UPDATE logout_notices SET failed_at = now() - interval '31 d' WHERE client_id = 'gone'");
    let cleaned = says(&["cleanup"]);
    assert!(cleaned.contains("notices deleted    2\n"), "{cleaned}");
    assert_eq!(gateway.database.words("SELECT client_id FROM logout_notices"), ["shop"]);
    std::fs::remove_file(&path).expect("a file");
}

/// A replica stops during an attempt; its lease ends.
#[tokio::test]
async fn another_replica_takes_over_after_the_lease() {
    let (gateway, receiver) = start();
    receiver.reply("/shop", Reply::Silent);
    // The lease does not end while the other replica starts, and a retry is not due.
    gateway.hand.hold();
    signed_out_of(&gateway, &["shop"]).await;
    wait_for_logout_tokens(&receiver, "shop", 1).await;
    let other = Setup::beside(&gateway).toml(&configured(&receiver)).start();
    gateway.stop();
    set_status(&receiver, "shop", 200);
    assert_eq!(other.database.number("SELECT attempts FROM logout_notices"), 1);
    other.hand.advance(TimeDelta::seconds(16));
    wait_for_logout_tokens(&receiver, "shop", 2).await;
    other
        .database
        .until("SELECT count(*) FROM logout_notices WHERE delivered_at IS NOT NULL AND attempts = 2", 1)
        .await;
}

/// All gateways of this process share the metric, so the test waits for the value of this one.
#[tokio::test]
async fn the_outbox_depth_is_a_metric() {
    let receiver = Op::start();
    let gateway = setup(&receiver).start();
    for _ in 0..13 {
        signed_out_of(&gateway, &["shop", "wiki"]).await;
    }
    let expected = "vestibule_logout_notices{state=\"waiting\"} 26";
    for _ in 0..6000 {
        if metrics(&gateway).await.contains(expected) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("{}", metrics(&gateway).await);
}

#[tokio::test]
async fn two_replicas_deliver_each_notice_once() {
    let (one, receiver) = start();
    let two = Setup::beside(&one).toml(&configured(&receiver)).start();
    // No lease ends, however long a delivery takes.
    one.hand.hold();
    for round in 0..40 {
        signed_out_of(if round % 2 == 0 { &one } else { &two }, &["shop", "wiki"]).await;
    }
    one.database.until("SELECT count(*) FROM logout_notices WHERE delivered_at IS NOT NULL", 80).await;
    assert_eq!((logout_tokens(&receiver, "shop").len(), logout_tokens(&receiver, "wiki").len()), (40, 40));
    assert_eq!(one.database.number("SELECT max(attempts) FROM logout_notices"), 1);
}
