//! A hundred apps, half of which do not respond.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::fake_provider::{Op, Reply};
use crate::support::logout_apps::{logout_tokens, names, receiver, set_status, toml};
use crate::support::{Browser, Gateway, Setup};

const APPS: usize = 100;

/// The timeout of a delivery. Until then a delivery to a hanging app has not failed.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(5);

fn apps() -> Vec<String> {
    (0..APPS).map(|number| format!("app{number:03}")).collect()
}

/// The hanging apps come first, in the outbox and in the alphabet.
fn split(apps: &[String]) -> (&[String], &[String]) {
    apps.split_at(APPS / 2)
}

/// A browser that is signed in to all apps.
async fn signed_in_everywhere(gateway: &Gateway) -> Browser {
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    enter_all(gateway);
    browser
}

/// Signs the user of a browser in to all apps.
fn enter_all(gateway: &Gateway) {
    gateway.database.execute(
        "INSERT INTO sessions (id, user_id, sub_id, provider, client_id, parent_id, auth_time, last_activity_at, not_after,
                               created_at)
         SELECT overlay(gen_random_uuid()::text placing left(s.id::text, 9) from 1 for 9)::uuid, s.user_id, s.sub_id,
                s.provider, 'app' || lpad(number::text, 3, '0'), s.id, s.auth_time, s.last_activity_at, s.not_after,
                s.created_at
         FROM sessions s, generate_series(0, 99) number WHERE s.parent_id IS NULL AND s.ended_at IS NULL",
    );
}

const DELIVERED: &str = "SELECT count(*) FROM logout_notices WHERE delivered_at IS NOT NULL";
const FAILED: &str = "SELECT count(*) FROM logout_notices WHERE last_error IS NOT NULL";

/// A gateway with these apps, of which the `hanging` ones do not respond, and the server that receives the notices.
fn start_with_hanging(apps: &[String], hanging: &[String]) -> (Gateway, Op) {
    let receiver = receiver(apps);
    for app in hanging {
        receiver.reply(&format!("/{app}"), Reply::Silent);
    }
    (Setup::new().toml(&toml(&receiver.issuer, apps)).start(), receiver)
}

/// Waits until each of the apps has got that many notices.
async fn until_notified(receiver: &Op, apps: &[String], notices: usize, since: Instant) {
    while !apps.iter().all(|app| logout_tokens(receiver, app).len() == notices) {
        assert!(since.elapsed() < Duration::from_secs(20), "responding apps wait for hanging ones");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// LO-24, FI-22: the logout response waits for no app. The others are notified while half of the apps hang; those are
/// retried and get the notice once they respond.
#[tokio::test]
async fn hanging_apps_do_not_delay_the_others() {
    let apps = apps();
    let (hanging, responding) = split(&apps);
    let (gateway, receiver) = start_with_hanging(&apps, hanging);
    let browser = signed_in_everywhere(&gateway).await;
    let sent = Instant::now();
    assert_eq!(browser.post("/logout").await.status, 200);
    let began = Instant::now();
    assert_eq!(gateway.database.rows("logout_notices"), 100);
    until_notified(&receiver, responding, 1, began).await;
    let lag = began.elapsed();
    // The hanging apps still hang, so the others were notified concurrently.
    let failed = gateway.database.number(FAILED);
    assert!(failed == 0 || sent.elapsed() >= DELIVERY_TIMEOUT, "{failed} failed, notified after {lag:?}");
    println!("50 of 100 apps hang, and the other 50 are notified {lag:?} after the response");
    gateway.database.until(FAILED, 50).await;
    assert_eq!(gateway.database.number(DELIVERED), 50);
    for app in hanging {
        set_status(&receiver, app, 200);
    }
    receiver.forget();
    gateway.hand.advance(TimeDelta::minutes(5));
    gateway.database.until(DELIVERED, 100).await;
    assert!(
        hanging.iter().all(|app| logout_tokens(&receiver, app).len() == 1)
            && responding.iter().all(|app| logout_tokens(&receiver, app).is_empty())
    );
}

/// LO-24, FI-22: two sessions end, so each app has two notices. A hanging app uses one delivery slot, and the others get
/// both notices meanwhile.
#[tokio::test]
async fn two_notices_for_each_app_are_delivered_beside_hanging_apps() {
    let apps = apps();
    let (hanging, responding) = split(&apps);
    let (gateway, receiver) = start_with_hanging(&apps, hanging);
    let (browser, other) = (gateway.browser(), gateway.browser());
    browser.sign_in("alice").await;
    other.sign_in("alice").await;
    enter_all(&gateway);
    let all = browser.ask("DELETE", "/sessions?scope=all").for_json().header("sec-fetch-site", "same-origin");
    let sent = Instant::now();
    assert_eq!(all.send().await.status, 200);
    let began = Instant::now();
    assert_eq!(gateway.database.rows("logout_notices"), 200);
    until_notified(&receiver, responding, 2, began).await;
    let lag = began.elapsed();
    // No delivery to a hanging app has failed yet, so no other delivery waited for one.
    let failed = gateway.database.number(FAILED);
    let one_at_a_time = hanging.iter().all(|app| logout_tokens(&receiver, app).len() <= 1);
    let is_late = sent.elapsed() >= DELIVERY_TIMEOUT;
    assert!(failed == 0 || is_late, "{failed} failed, notified after {lag:?}");
    assert!(one_at_a_time || is_late, "one delivery at a time");
    println!("50 of 100 apps hang, and the other 50 are notified of two logouts {lag:?} after the response");
}

/// LO-24: this server accepts connections only after the response has arrived, so a response that waited for a delivery
/// would never arrive.
#[tokio::test]
async fn the_logout_response_does_not_wait_for_deliveries() {
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (calls, waits) = (Arc::new(Mutex::new(0)), Arc::clone(&gate));
    let counted = Arc::clone(&calls);
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (open, opened) = &*waits;
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        while !*open {
            open = opened.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
        drop(open);
        for mut stream in listener.incoming().flatten() {
            let _head = stream.read(&mut [0; 8192]);
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            *counted.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
    });
    let gateway = Setup::new().toml(&toml(&address, &apps())).start();
    let browser = signed_in_everywhere(&gateway).await;
    assert_eq!(browser.post("/logout").await.status, 200);
    assert_eq!(browser.cookie("vestibule"), None);
    assert_eq!(*calls.lock().unwrap_or_else(PoisonError::into_inner), 0);
    *gate.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
    gate.1.notify_all();
    // Deliveries that have failed before are retried after a pause.
    let opened = Instant::now();
    while gateway.database.number(DELIVERED) < 100 {
        assert!(opened.elapsed() < Duration::from_secs(60), "{} delivered", gateway.database.number(DELIVERED));
        gateway.hand.advance(TimeDelta::minutes(1));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// At most one notice of the hanging app is being delivered.
#[tokio::test]
async fn many_notices_of_a_hanging_app_do_not_delay_others() {
    let apps = names(["hanging", "responding"]);
    let receiver = Op::start();
    receiver.reply("/hanging", Reply::Silent);
    set_status(&receiver, "responding", 200);
    let gateway = Setup::new().toml(&toml(&receiver.issuer, &apps)).start();
    let began = Instant::now();
    gateway.database.execute(
        "INSERT INTO logout_notices (id, session_id, user_id, client_id, created_at, next_attempt_at)
         SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'hanging', now() - interval '1 h', now() - interval '1 h'
         FROM generate_series(1, 1000);
         INSERT INTO logout_notices (id, session_id, user_id, client_id, created_at, next_attempt_at)
         SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'responding', now(), now() FROM generate_series(1, 30)",
    );
    gateway.database.until(DELIVERED, 30).await;
    let deliveries = logout_tokens(&receiver, "hanging").len();
    assert!(deliveries <= 1 || began.elapsed() >= DELIVERY_TIMEOUT, "{deliveries} after {:?}", began.elapsed());
}
