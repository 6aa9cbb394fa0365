//! The lists of `GET /account`: their pages, the past sign-ins and the messages.

use crate::support::device::{Device, IPHONE};
use crate::support::{Gateway, app};

/// Twenty devices and twenty apps are on one page, without a script. Each list keeps the page of the other.
#[tokio::test]
async fn long_lists_have_pages() {
    let gateway = app::start();
    let own = Device::sign_in(&gateway, "alice").await;
    gateway.database.execute(&format!(
        "INSERT INTO sessions (id, user_id, sub_id, provider, client_id, parent_id, auth_time, not_after, created_at,
                               last_activity_at, browser)
         SELECT ('019a0000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, s.user_id, s.sub_id, s.provider, s.client_id,
                NULL, s.auth_time, s.not_after, s.created_at - n * interval '1 minute', s.last_activity_at, 'Browser' || n
         FROM sessions s CROSS JOIN generate_series(1, 40) n WHERE s.id = '{sid}';
         INSERT INTO sessions (id, user_id, sub_id, provider, client_id, parent_id, auth_time, not_after, created_at,
                               last_activity_at)
         SELECT ('019b0000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, s.user_id, s.sub_id, s.provider, 'app' || n,
                s.id, s.auth_time, s.not_after, s.created_at, s.last_activity_at
         FROM sessions s CROSS JOIN generate_series(1, 21) n WHERE s.id = '{sid}'",
        sid = own.sid
    ));
    let browser = &own.browser;
    let count = |body: &str, what: &str| body.matches(what).count();
    let first = browser.get("/account").await;
    assert!(first.text().contains("1–20 of 41") && first.text().contains("1–20 of 21"), "{}", first.text());
    assert_eq!((count(&first.body, "/account/sessions/019a"), count(&first.body, "/account/apps/019b")), (19, 20));
    assert!(first.text().contains("Firefox on Linux this one"), "{}", first.text());
    assert_eq!(first.link("Next page"), "/account?devices=2#devices");
    let second = browser.get("/account?devices=2&apps=2").await;
    assert!(second.text().contains("21–40 of 41") && second.text().contains("21–21 of 21"), "{}", second.text());
    assert_eq!((count(&second.body, "/account/sessions/019a"), count(&second.body, "/account/apps/019b")), (20, 1));
    assert_eq!(second.link("Next page"), "/account?devices=3&apps=2#devices");
    assert_eq!(second.link("Previous page"), "/account?apps=2#devices");
    for beyond in ["/account?devices=99", "/account?devices=3"] {
        assert!(browser.get(beyond).await.text().contains("41–41 of 41"), "{beyond}");
    }
    for junk in ["/account?devices=x", "/account?devices=-1", "/account?devices=0", "/account?devices=1&devices=2"] {
        assert!(browser.get(junk).await.text().contains("1–20 of 41"), "{junk}");
    }
}

/// The newest first, with time, provider and device, from the audit log; those of another user are not among them.
#[tokio::test]
async fn the_last_ten_sign_ins_are_listed() {
    let gateway = Gateway::start();
    Device::with(&gateway, "bob", "curl/8.5.0").await;
    Device::with(&gateway, "alice", IPHONE).await;
    for _ in 0..9 {
        gateway.hand.advance(chrono::TimeDelta::hours(2));
        Device::sign_in(&gateway, "alice").await;
    }
    gateway.hand.advance(chrono::TimeDelta::hours(2));
    let own = Device::sign_in(&gateway, "alice").await;
    let page = own.browser.get("/account").await;
    let text = page.text();
    let past = text.split_once("Recent sign-ins").expect("the list").1.to_owned();
    assert_eq!(past.matches("Firefox on Linux").count(), 10, "{past}");
    assert!(!past.contains("curl") && !past.contains("Mobile Safari"), "{past}");
    assert!(past.trim_start().starts_with("just now") && past.contains("18 hours ago"), "{past}");
    assert_eq!(past.matches("Signed in with op").count(), 10, "{past}");
    assert!(
        page.body.contains("<time datetime=\"") && page.body.contains(" UTC\">18 hours ago</time>"),
        "{}",
        page.body
    );
}

/// The message is one of a fixed set; text of the URL is never shown.
#[tokio::test]
async fn the_message_after_an_act_is_one_of_a_fixed_set() {
    let gateway = Gateway::start();
    let own = Device::sign_in(&gateway, "alice").await;
    for (word, sentence) in [
        ("device", "The device was signed out."),
        ("others", "Your other devices were signed out."),
        ("identity", "The way to sign in was removed."),
    ] {
        let page = own.browser.get(&format!("/account?done={word}")).await;
        assert!(page.body.contains(&format!("role=\"status\">{sentence}</p>")), "{}", page.body);
        assert!(page.body.contains(&format!("<title>{sentence} – ")), "{}", page.body);
    }
    for other in ["", "done-device", "Your+account+was+stolen", "device&done=app%20x", "%ff"] {
        let page = own.browser.get(&format!("/account?done={other}")).await;
        let is_first = other.starts_with("device&");
        assert!(page.status == 200 && page.body.contains("role=\"status\"") == is_first, "{other}: {}", page.body);
        assert!(!page.body.contains("role=\"status\">Your account"), "{other}: {}", page.body);
    }
}
