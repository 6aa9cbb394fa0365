//! `GET /session`, `/verify` and introspection answer from memory, and are never older than a write of the same replica.
//!
//! The revocation feed stays empty here: what these tests see, the replica knows from its own writes.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::backchannel_logout::post::{send_logout_token, signed_in as signed_in_with_sid, token as logout_token};
use crate::fake_provider::Op;
use crate::support::device::Device;
use crate::support::services::{self, introspect, is_active};
use crate::support::{Browser, Gateway};

const ADMIN: &str = "Bearer an-administrators-token-of-32-bytes";

/// A gateway whose revocations do not get into the feed, with a second provider.
fn start(toml: &str) -> (Gateway, Op) {
    let other = Op::start();
    let own = "[admin]\ntoken = 'an-administrators-token-of-32-bytes'\n[verify]\ncache_for = '60s'";
    let gateway = services::setup().provider("other", &other).toml(own).toml(toml).start();
    gateway.database.execute(
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER nothing BEFORE INSERT ON revocations FOR EACH ROW EXECUTE FUNCTION nothing()",
    );
    (gateway, other)
}

/// A person whose session all three have seen.
struct Seen {
    device: Device,
    access: String,
}

impl Seen {
    async fn sign_in(gateway: &Gateway, who: &str) -> Self {
        let device = Device::sign_in(gateway, who).await;
        Self::of(gateway, device).await
    }

    async fn of(gateway: &Gateway, device: Device) -> Self {
        let seen = Self { access: device.token().await, device };
        for _ in 0..2 {
            assert_eq!(seen.statuses(gateway).await, (200, 200, true));
        }
        seen
    }

    /// Of `GET /session` and `/verify`, and whether the access token is active.
    async fn statuses(&self, gateway: &Gateway) -> (u16, u16, bool) {
        let session = self.device.status().await;
        let site = self.device.browser.ask("GET", "/verify").for_json().send().await.status;
        (session, site, is_active(&introspect(gateway, "shop", &self.access).await))
    }
}

async fn administer(gateway: &Gateway, method: &str, path: &str) {
    let ask = Browser::new(&gateway.admin).ask(method, path).for_json().header("authorization", ADMIN);
    let answer = ask.send().await;
    assert!(answer.status < 300, "{path}: {answer:?}");
}

async fn press(browser: &Browser, path: &str) {
    let ask = browser.ask("POST", path).header("origin", "null").header("sec-fetch-site", "same-origin");
    let location = ask.send().await.location();
    assert!(location == "/account" || location.starts_with("/account?done="), "{path}: {location}");
}

/// A way to end the session of a person.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Logout,
    OwnList,
    AllOfOwnList,
    OthersByAnotherBrowser,
    AccountPage,
    OthersByTheAccountPage,
    AdministratorOne,
    AdministratorAll,
    Disabled,
    Deleted,
    Unlinked,
    UnlinkedByAdministrator,
    Replaced,
}

const ENDINGS: [Ending; 13] = [
    Ending::Logout,
    Ending::OwnList,
    Ending::AllOfOwnList,
    Ending::OthersByAnotherBrowser,
    Ending::AccountPage,
    Ending::OthersByTheAccountPage,
    Ending::AdministratorOne,
    Ending::AdministratorAll,
    Ending::Disabled,
    Ending::Deleted,
    Ending::Unlinked,
    Ending::UnlinkedByAdministrator,
    Ending::Replaced,
];

/// Ends the session `of`.
async fn end(gateway: &Gateway, how: Ending, who: &str, of: &Seen) {
    let Device { browser, sid, sub } = &of.device;
    match how {
        Ending::Logout => {
            let ask = browser.ask("POST", "/logout").for_json().header("sec-fetch-site", "same-origin");
            assert_eq!(ask.send().await.status, 204);
        }
        Ending::OwnList => assert_eq!(of.device.delete(&format!("/sessions/{sid}")).await.status, 204),
        Ending::AllOfOwnList => assert_eq!(of.device.delete("/sessions?scope=all").await.status, 200),
        Ending::OthersByAnotherBrowser => {
            let another = Device::sign_in(gateway, who).await;
            assert_eq!(another.delete("/sessions?scope=others").await.status, 200);
        }
        Ending::AccountPage => {
            let another = Device::sign_in(gateway, who).await;
            press(&another.browser, &format!("/account/sessions/{sid}/end")).await;
        }
        Ending::OthersByTheAccountPage => {
            let another = Device::sign_in(gateway, who).await;
            press(&another.browser, "/account/sessions/end-others").await;
        }
        Ending::AdministratorOne => administer(gateway, "DELETE", &format!("/admin/sessions/{sid}")).await,
        Ending::AdministratorAll => administer(gateway, "DELETE", &format!("/admin/users/{sub}/sessions")).await,
        Ending::Disabled => administer(gateway, "POST", &format!("/admin/users/{sub}/disable")).await,
        Ending::Deleted => administer(gateway, "DELETE", &format!("/admin/users/{sub}")).await,
        Ending::Unlinked => {
            let id = link_another(gateway, who).await;
            assert_eq!(of.device.delete(&format!("/identities/{id}")).await.status, 204);
        }
        Ending::UnlinkedByAdministrator => {
            let id = link_another(gateway, who).await;
            administer(gateway, "DELETE", &format!("/admin/users/{sub}/identities/{id}")).await;
        }
        Ending::Replaced => {
            let begun = browser.begin("op").await;
            assert_eq!(browser.get(&begun.callback_of(&format!("{who}-again"))).await.status, 303);
        }
    }
}

/// Links a second identity by another browser. Returns the id of the first one.
async fn link_another(gateway: &Gateway, who: &str) -> String {
    let person = crate::support::person::Person::at(gateway, "op", who).await;
    assert_eq!(person.link("other", &format!("{who}-elsewhere")).await.status, 303);
    person.identity_at("op").await
}

#[tokio::test]
async fn an_ended_session_is_refused_at_once() {
    let (gateway, _other) = start("");
    for (number, how) in ENDINGS.into_iter().enumerate() {
        let who = format!("person-{number}");
        let seen = Seen::sign_in(&gateway, &who).await;
        // A browser that has a copy of the cookie, since the ending may remove it.
        let cookie = seen.device.browser.cookie("vestibule").expect("a cookie");
        end(&gateway, how, &who, &seen).await;
        let copy = gateway.browser();
        copy.set_cookie("vestibule", &cookie);
        let Seen { device: Device { sid, sub, .. }, access } = seen;
        let seen = Seen { device: Device { browser: copy, sid, sub }, access };
        assert_eq!(seen.statuses(&gateway).await, (401, 401, false), "{how:?}");
        let ask = gateway.browser().ask("GET", "/session").for_json();
        let by_token = ask.header("authorization", &format!("Bearer {}", seen.access)).send().await;
        assert_eq!(by_token.status, 401, "{how:?}");
    }
    assert_eq!(gateway.database.rows("revocations"), 0);
}

/// So is one that a refresh token, a client or a provider ended, and an access token that its client revoked.
#[tokio::test]
async fn a_session_that_was_ended_by_tokens_is_refused_at_once() {
    let (gateway, _other) = start("");
    let program = gateway.browser();
    let tokens = program.sign_in_json("ada").await["api"].clone();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let (access, first) = (text(&tokens["access"]), text(&tokens["refresh"]));
    let shown = async || {
        let ask = gateway.browser().ask("GET", "/session").for_json();
        let answer = ask.header("authorization", &format!("Bearer {access}")).send().await;
        (answer.status, is_active(&introspect(&gateway, "shop", &access).await))
    };
    assert_eq!(shown().await, (200, true));
    let refresh = async |token: &str| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        services::form(&gateway, "/oauth2/token", &form).send().await
    };
    let second = text(&refresh(&first).await.json()["refresh_token"]);
    assert_eq!(refresh(&second).await.status, 200);
    assert_eq!(shown().await, (200, true));
    assert_eq!(refresh(&first).await.status, 400, "reuse");
    assert_eq!(shown().await, (401, false));

    let seen = Seen::sign_in(&gateway, "grace").await;
    assert_eq!(services::revoke(&gateway, &seen.access).await.status, 200);
    assert_eq!(seen.statuses(&gateway).await, (200, 200, false), "the session stays");
    let by_token = gateway.browser().ask("GET", "/session").for_json();
    assert_eq!(by_token.header("authorization", &format!("Bearer {}", seen.access)).send().await.status, 401);

    let browser = signed_in_with_sid(&gateway, "alan", Some("upstream-1")).await;
    assert_eq!(browser.fetch("/session").await.status, 200);
    let token = logout_token(&gateway, &json!({ "sid": "upstream-1" }));
    assert_eq!(send_logout_token(&gateway, &token).await.status, 200);
    assert_eq!(browser.fetch("/session").await.status, 401);
    assert_eq!(gateway.database.rows("revocations"), 0);
}

/// `sessions.one_per_user`
#[tokio::test]
async fn a_session_that_a_second_login_ended_is_refused_at_once() {
    let (gateway, _other) = start("[sessions]\none_per_user = true");
    let seen = Seen::sign_in(&gateway, "ada").await;
    let another = Device::sign_in(&gateway, "ada").await;
    assert_eq!((seen.statuses(&gateway).await, another.status().await), ((401, 401, false), 200));
}

/// The profile of a login, and a use of the session.
#[tokio::test]
async fn a_login_and_a_refresh_are_shown_at_once() {
    let (gateway, _other) = start("[sessions]\nidle_timeout = '2h'");
    gateway.hand.hold();
    let named = |name: &str| json!({ "email": "ada@example.com", "email_verified": true, "preferred_username": name });
    gateway.op.set_claims(named("ada"));
    let seen = Seen::sign_in(&gateway, "ada").await;
    gateway.op.set_claims(named("countess"));
    Device::sign_in(&gateway, "ada").await;
    let shown = seen.device.browser.fetch("/session").await.json();
    assert_eq!(shown["user"]["preferred_username"], "countess");

    let program = gateway.browser();
    let tokens = program.sign_in_json("ada").await["api"].clone();
    let bearer = format!("Bearer {}", tokens["access"].as_str().expect("a token"));
    let idle_end = async || {
        let shown = gateway.browser().ask("GET", "/session").for_json().header("authorization", &bearer).send().await;
        let at = shown.json()["idle_expires_at"].as_str().map_or_else(|| panic!("{shown:?}"), str::to_owned);
        at.parse::<DateTime<Utc>>().expect("RFC 3339")
    };
    let before = idle_end().await;
    gateway.hand.advance(TimeDelta::seconds(20));
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh"].as_str().expect("a token"))];
    assert_eq!(services::form(&gateway, "/oauth2/token", &form).send().await.status, 200);
    assert_eq!(idle_end().await - before, TimeDelta::seconds(20));
}

/// A change that was rolled back has no effect on the caches.
#[tokio::test]
async fn a_write_that_fails_ends_nothing() {
    let (gateway, _other) = start("");
    let seen = Seen::sign_in(&gateway, "ada").await;
    gateway.database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no end now'; END $$;
         CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE OF ended_at ON sessions DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION refuse()",
    );
    let path = format!("/admin/sessions/{}", seen.device.sid);
    let ask = Browser::new(&gateway.admin).ask("DELETE", &path).for_json().header("authorization", ADMIN);
    assert_eq!(ask.send().await.status, 500, "refused at the commit, after the statement that ends");
    assert_eq!(seen.statuses(&gateway).await, (200, 200, true));
}

/// FW-19: that a session is not live is remembered for seconds; enabling its user and a sign-in are seen at once.
#[tokio::test]
async fn a_user_that_is_enabled_again_and_a_sign_in_are_seen_at_once() {
    let (gateway, _other) = start("");
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    // Another replica disabled the user, and its sessions stay: the feed is empty here.
    gateway.database.execute("UPDATE users SET disabled_at = now()");
    let checked = async || browser.ask("GET", "/verify").for_json().send().await.status;
    for _ in 0..3 {
        assert_eq!(checked().await, 401);
    }
    let sub = gateway.database.words("SELECT id::text FROM users").remove(0);
    administer(&gateway, "POST", &format!("/admin/users/{sub}/enable")).await;
    assert_eq!(checked().await, 200);
    assert_eq!(
        browser.ask("POST", "/logout").for_json().header("sec-fetch-site", "same-origin").send().await.status,
        204
    );
    assert_eq!(checked().await, 401);
    browser.sign_in("ada").await;
    assert_eq!(checked().await, 200);
}
