//! `/admin/…`

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::device::{Device, app_under, reason};
use crate::support::{Answer, Browser, Gateway, Setup};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A client with the admin token.
pub struct Admin(Browser);

impl Admin {
    pub fn of(gateway: &Gateway) -> Self {
        Self(Browser::new(&gateway.admin))
    }

    /// A request; it is sent when the future is awaited.
    pub fn ask(&self, method: &str, path: &str) -> impl Future<Output = Answer> + Send + use<> {
        self.0.ask(method, path).for_json().header("authorization", &format!("Bearer {TOKEN}")).send()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).await
    }

    pub async fn post(&self, path: &str) -> Answer {
        self.ask("POST", path).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path).await
    }

    /// The `sub`s that a search shows.
    async fn found(&self, query: &str) -> Vec<String> {
        let answer = self.get(&format!("/admin/users?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        let body = answer.json();
        let users = body["users"].as_array().expect("a list").clone();
        users.iter().map(|user| user["sub"].as_str().expect("a sub").to_owned()).collect()
    }
}

fn gateway() -> Gateway {
    Gateway::with(&format!("[admin]\ntoken = \"{TOKEN}\""))
}

/// The `detail` of the audit rows of one kind about a user.
fn audited(gateway: &Gateway, kind: &str, sub: &str) -> Vec<String> {
    gateway.database.words(&format!("SELECT detail FROM audit_events WHERE kind = '{kind}' AND user_id = '{sub}'"))
}

#[tokio::test]
async fn the_api_requires_the_admin_token_and_is_on_the_admin_listener_only() {
    let gateway = gateway();
    let paths = ["/admin/users", "/admin/users/x", "/admin/logins/x", "/admin/nothing", "/admin"];
    let browser = Browser::new(&gateway.admin);
    for path in paths {
        let answer = browser.fetch(path).await;
        assert_eq!(
            (answer.problem(), answer.header("www-authenticate")),
            ((401, "token_invalid".into()), "Bearer"),
            "{path}"
        );
        let wrong = [&TOKEN[1..], &format!("{TOKEN}0"), "", "x"].map(|token| format!("Bearer {token}"));
        for wrong in wrong.into_iter().chain([format!("Basic {TOKEN}"), TOKEN.to_owned(), format!("Bearer {TOKEN} x")])
        {
            let answer = browser.ask("GET", path).for_json().header("authorization", &wrong).send().await;
            assert_eq!(answer.problem(), (401, "token_invalid".into()), "{path} {wrong}");
        }
        assert_eq!(
            gateway
                .browser()
                .ask("GET", path)
                .for_json()
                .header("authorization", &format!("Bearer {TOKEN}"))
                .send()
                .await
                .status,
            404
        );
    }
    for path in ["/admin/nothing", "/admin/users/x", "/admin/users/x/sessions", "/admin/logins/x"] {
        assert_eq!(Admin::of(&gateway).get(path).await.problem(), (404, "not_found".into()), "{path}");
    }
    assert_eq!(Admin::of(&gateway).post("/admin/users").await.status, 405);
    assert_eq!(browser.get("/healthz").await.status, 200);
}

/// IN-09: only wrong tokens use up the limit of their network.
#[tokio::test]
async fn wrong_admin_tokens_are_rate_limited_by_network() {
    let limits = "[limits]\ntokens_per_minute = 1\n[server]\ntrusted_proxies = [\"127.0.0.1/32\"]";
    let gateway = Setup::new().toml(&format!("[admin]\ntoken = \"{TOKEN}\"\n{limits}")).start();
    let ask = |from: &str, token: &str| {
        let ask = Browser::new(&gateway.admin).ask("GET", "/admin/users").for_json();
        ask.header("authorization", &format!("Bearer {token}")).header("x-forwarded-for", from).send()
    };
    for _ in 0..10 {
        assert_eq!(ask("192.0.2.1", TOKEN).await.status, 200);
    }
    for expected in [401, 429, 429] {
        assert_eq!(ask("192.0.2.1", "guess").await.status, expected);
    }
    let limited = ask("192.0.2.1", "guess").await;
    assert_eq!(limited.problem(), (429, "rate_limited".into()));
    assert!(!limited.header("retry-after").is_empty());
    assert_eq!(ask("192.0.2.2", "guess").await.status, 401, "another network is not limited");
    assert_eq!(ask("192.0.2.1", TOKEN).await.status, 200, "the right token is not limited");
    gateway.browser().sign_in("alice").await;
}

#[tokio::test]
async fn without_a_configured_token_the_api_is_not_found() {
    let gateway = Gateway::start();
    for authorization in ["Bearer ", "Bearer x", "Basic Og=="] {
        let browser = Browser::new(&gateway.admin);
        let answer = browser.ask("GET", "/admin/users").for_json().header("authorization", authorization).send().await;
        assert_eq!(answer.problem(), (404, "not_found".into()));
    }
}

#[tokio::test]
async fn a_user_is_shown_with_profile_and_identities() {
    let gateway = gateway();
    let alice = Device::sign_in(&gateway, "alice").await;
    let admin = Admin::of(&gateway);
    let user = admin.get(&format!("/admin/users/{}", alice.sub)).await;
    assert_eq!(user.status, 200, "{user:?}");
    let user = user.json();
    assert_eq!((&user["sub"], &user["email"]), (&json!(alice.sub), &json!("alice@example.com")));
    assert_eq!(user["disabled_at"], Value::Null);
    assert_eq!((&user["identities"][0]["provider"], &user["identities"][0]["sub"]), (&json!("op"), &json!("alice")));
    assert_eq!(admin.get(&format!("/admin/users/{}", alice.sid)).await.status, 404);
}

/// IN-14, IN-15
#[tokio::test]
async fn users_are_listed_in_pages_and_a_search_has_no_wildcards() {
    let gateway = gateway();
    let mut all = BTreeSet::new();
    for name in ["alice", "bob", "carol", "dave", "erin"] {
        all.insert(Device::sign_in(&gateway, name).await.sub);
    }
    gateway.database.execute("UPDATE users SET name = '100%_\\''); DROP' WHERE email = 'erin@example.com'");
    let admin = Admin::of(&gateway);
    let newest_first: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(admin.found("").await, newest_first);
    assert_eq!(admin.found("q=EXAMPLE.com").await, newest_first);
    assert_eq!(admin.found("q=aliCE%40").await.len(), 1);
    for (nothing_or_erin, count) in [
        ("%25", 1),
        ("_", 1),
        ("%5C", 1),
        ("'", 1),
        ("');+DROP", 1),
        ("100%25_", 1),
        ("' OR 1=1 --", 0),
        ("a_ice", 0),
        (".*", 0),
    ] {
        assert_eq!(admin.found(&format!("q={nothing_or_erin}")).await.len(), count, "{nothing_or_erin}");
    }
    // Page by page, each user once.
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/admin/users?limit=2{after}")).await.json();
        let users = page["users"].as_array().expect("a list");
        assert!(users.len() <= 2);
        seen.extend(users.iter().map(|user| user["sub"].as_str().expect("a sub").to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, newest_first);
    for (limit, shown) in [("0", 1), ("-5", 1), ("1", 1), ("201", 5), ("9223372036854775807", 5)] {
        assert_eq!(admin.found(&format!("limit={limit}")).await.len(), shown, "{limit}");
    }
    let long = format!("q={}", "a".repeat(257));
    for bad in [
        "limit=x",
        "limit=9223372036854775808",
        "limit=1;DROP",
        "after=x",
        "after='",
        "after=1 OR 1",
        "q=%00",
        "q=%ff",
        "q=a&q=b",
        &long,
    ] {
        assert_eq!(admin.get(&format!("/admin/users?{bad}")).await.problem(), (400, "invalid_request".into()), "{bad}");
    }
    assert_eq!(gateway.database.rows("users"), 5);
}

/// AC-10, SE-08, LG-02
#[tokio::test]
async fn disabling_a_user_ends_sessions_and_refuses_logins() {
    let gateway = gateway();
    let other = Setup::beside(&gateway).start();
    let (first, second) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "alice").await);
    app_under(&gateway, &first.sid, "web");
    let token = first.token().await;
    let bob = Device::sign_in(&gateway, "bob").await;
    let admin = Admin::of(&gateway);
    let path = format!("/admin/users/{}", first.sub);

    let answer = admin.post(&format!("{path}/disable")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let since = answer.json()["disabled_at"].clone();
    assert!(since.is_string(), "{answer:?}");
    let bearer = format!("Bearer {token}");
    for replica in [&gateway, &other] {
        let ask = replica.browser().ask("GET", "/session").for_json().header("authorization", &bearer);
        assert_eq!(ask.send().await.problem(), (401, "session_revoked".into()));
        let browser = replica.browser();
        let begun = browser.begin("op").await;
        let back = browser.ask("GET", &begun.callback_of("alice")).for_json().send().await;
        assert_eq!(back.problem(), (403, "user_disabled".into()));
    }
    assert_eq!((first.status().await, second.status().await, bob.status().await), (401, 401, 200));
    assert_eq!(reason(&gateway, &first.sid), "user_disabled");
    assert_eq!(gateway.database.number("SELECT count(*) FROM revocations WHERE kind = 'session'"), 3);
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 1);
    assert_eq!(admin.get(&path).await.json()["disabled_at"], since);
    assert_eq!(admin.post(&format!("{path}/disable")).await.json()["disabled_at"], since);
    assert_eq!(audited(&gateway, "user_disabled", &first.sub), ["{\"by\": \"admin.token\"}"]);
    assert_eq!(audited(&gateway, "session_ended", &first.sub), ["{\"reason\": \"user_disabled\"}"; 3]);

    assert_eq!(admin.post(&format!("{path}/enable")).await.json()["disabled_at"], Value::Null);
    assert_eq!(admin.post(&format!("{path}/enable")).await.status, 200);
    assert_eq!(audited(&gateway, "user_enabled", &first.sub).len(), 1);
    // After `enable` the user can sign in again; ended sessions stay ended.
    assert_eq!(first.status().await, 401);
    assert_eq!(Device::sign_in(&gateway, "alice").await.sub, first.sub);
    for path in ["/admin/users/01890000-0000-7000-8000-000000000000", "/admin/users/alice@example.com"] {
        for verb in ["disable", "enable"] {
            assert_eq!(admin.post(&format!("{path}/{verb}")).await.status, 404);
        }
    }
}

/// SE-07, LG-02
#[tokio::test]
async fn an_administrator_can_list_and_end_sessions() {
    let gateway = gateway();
    let (first, second) = (Device::sign_in(&gateway, "alice").await, Device::sign_in(&gateway, "alice").await);
    let third = Device::sign_in(&gateway, "alice").await;
    let bob = Device::sign_in(&gateway, "bob").await;
    app_under(&gateway, &first.sid, "web");
    let admin = Admin::of(&gateway);
    let path = format!("/admin/users/{}/sessions", first.sub);
    let listed = admin.get(&path).await.json();
    let ids: Vec<_> = listed["sessions"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [json!(third.sid), json!(second.sid), json!(first.sid)]);
    assert_eq!(listed["sessions"][2]["clients"], json!(["web"]));
    assert!(listed["sessions"][0].get("current").is_none());

    assert_eq!(admin.delete(&format!("/admin/sessions/{}", third.sid)).await.status, 204);
    assert_eq!(admin.delete(&format!("/admin/sessions/{}", third.sid)).await.status, 404);
    assert_eq!(admin.delete("/admin/sessions/x").await.status, 404);
    assert_eq!((third.status().await, second.status().await), (401, 200));
    assert_eq!(admin.delete(&path).await.json(), json!({"revoked": 2}));
    assert_eq!(admin.delete(&path).await.json(), json!({"revoked": 0}));
    assert_eq!((first.status().await, second.status().await, bob.status().await), (401, 401, 200));
    assert_eq!(reason(&gateway, &first.sid), "admin");
    assert_eq!(audited(&gateway, "session_ended", &first.sub), ["{\"reason\": \"admin\"}"; 4]);
    // The user is not disabled.
    assert_eq!(Device::sign_in(&gateway, "alice").await.sub, first.sub);
    let nobody = "/admin/users/01890000-0000-7000-8000-000000000000/sessions";
    assert_eq!((admin.get(nobody).await.status, admin.delete(nobody).await.status), (404, 404));
}

/// LG-02
#[tokio::test]
async fn deleting_a_user_keeps_the_audit_rows() {
    let gateway = gateway();
    let alice = Device::sign_in(&gateway, "alice").await;
    app_under(&gateway, &alice.sid, "web");
    let admin = Admin::of(&gateway);
    let path = format!("/admin/users/{}", alice.sub);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!((admin.get(&path).await.status, admin.delete(&path).await.status), (404, 404));
    assert_eq!(alice.browser.fetch("/session").await.problem(), (401, "session_revoked".into()));
    let left = ["users", "subs", "sessions"].map(|table| gateway.database.rows(table));
    assert_eq!(left, [0, 0, 0]);
    assert_eq!(gateway.database.number("SELECT count(*) FROM revocations WHERE kind = 'session'"), 2);
    assert_eq!(audited(&gateway, "user_deleted", &alice.sub), ["{\"by\": \"admin.token\"}"]);
    assert_eq!(audited(&gateway, "login_completed", &alice.sub).len(), 1);
    // A later login creates a new user.
    assert_ne!(Device::sign_in(&gateway, "alice").await.sub, alice.sub);
}

#[tokio::test]
async fn a_login_is_shown_by_its_reference() {
    let gateway = gateway();
    Device::sign_in(&gateway, "alice").await;
    let reference = gateway.database.words("SELECT reference FROM authorization_sessions").concat();
    let admin = Admin::of(&gateway);
    for written in [reference.clone(), reference.to_uppercase()] {
        let login = admin.get(&format!("/admin/logins/{written}")).await.json();
        assert_eq!((&login["reference"], &login["status"]), (&json!(reference), &json!("completed")));
        assert_eq!(login["steps"].as_array().map(Vec::len), Some(3), "{login}");
    }
    assert_eq!(admin.get("/admin/logins/aaaaa-bbbbb").await.problem(), (404, "not_found".into()));
}
