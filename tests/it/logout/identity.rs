//! An app session keeps its identity when it moves to another browser session.

use serde_json::{Value, json};

use crate::backchannel_logout::post::{send_logout_token, token};
use crate::fake_provider::Op;
use crate::support::logout_apps::{
    self, Session, authorization, claims, code, logout_tokens, reason, receiver, redeem, sign_in_to,
    wait_for_logout_tokens,
};
use crate::support::{Answer, Browser, Gateway, Setup};

/// A user with two identities: `op/ada` and `other/countess`.
struct Scene {
    gateway: Gateway,
    other: Op,
    /// The endpoints at which the apps are notified.
    receiver: Op,
}

impl Scene {
    fn start() -> Self {
        Self::with("")
    }

    fn with(toml: &str) -> Self {
        let receiver = receiver(&logout_apps::names(["shop", "wiki"]));
        let other = Op::start();
        let setup = Setup::new().provider("other", &other).toml(&logout_apps::configured(&receiver)).toml(toml);
        Self { gateway: setup.start(), other, receiver }
    }

    /// A browser that signed in at `op` with that `sid` and linked `other/countess`.
    async fn at_op(&self, sid: &str) -> Browser {
        let browser = self.gateway.browser();
        self.sign_in_at_op(&browser, sid).await;
        let ask = browser.ask("POST", "/identities/other").for_json().header("sec-fetch-site", "same-origin");
        let url = ask.send().await.json()["url"].as_str().expect("a URL").to_owned();
        let begun = crate::support::Begun::at("other", url);
        assert_eq!(browser.get(&begun.callback_of("countess")).await.status, 303);
        browser
    }

    async fn sign_in_at_op(&self, browser: &Browser, sid: &str) {
        self.gateway.op.set_claims(json!({ "sid": sid }));
        browser.sign_in("ada").await;
    }

    /// Signs the same browser in at the other provider: the apps move to the new browser session.
    async fn sign_in_at_other(&self, browser: &Browser) {
        assert_eq!(self.come_back_from_other(browser).await.status, 303);
    }

    async fn come_back_from_other(&self, browser: &Browser) -> Answer {
        let begun = browser.begin("other").await;
        browser.get(&begun.callback_of("countess")).await
    }

    async fn told_by_op(&self, about: &Value) {
        let answer = send_logout_token(&self.gateway, &token(&self.gateway, about)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Whether an app session is active, without writing activity.
    fn is_active(&self, session: &Session) -> bool {
        reason(&self.gateway, &session.sid) == "NULL"
    }

    async fn userinfo(&self, session: &Session) -> Value {
        let access = session.tokens["access_token"].as_str().expect("a token");
        let ask = self.gateway.browser().ask("GET", "/userinfo").for_json();
        let answer = ask.header("authorization", &format!("Bearer {access}")).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

async fn provider_of(browser: &Browser) -> Value {
    browser.fetch("/session").await.json()["provider"].clone()
}

/// LO-11: an app session of identity `op` ends with the session at `op`, although the browser has signed in with a linked
/// identity since. The new browser session stays active.
#[tokio::test]
async fn a_provider_logout_ends_an_app_moved_to_another_browser_session() {
    let scene = Scene::start();
    let tokens = [json!({"sid": "0"}), json!({"sub": "ada"}), json!({"sid": "2", "sub": "ada"})];
    for (round, about) in tokens.iter().enumerate() {
        scene.receiver.forget();
        let browser = scene.at_op(&round.to_string()).await;
        let shop = sign_in_to(&scene.gateway, &browser, "shop").await;
        scene.sign_in_at_other(&browser).await;
        let wiki = sign_in_to(&scene.gateway, &browser, "wiki").await;
        assert!(scene.is_active(&shop), "the app session stays active");
        scene.told_by_op(about).await;
        assert_eq!(reason(&scene.gateway, &shop.sid), "provider_logout", "{about}");
        assert_eq!(logout_apps::refresh(&scene.gateway, "shop", &shop).await, 400);
        assert!(scene.is_active(&wiki), "{about}");
        assert_eq!(provider_of(&browser).await, "other");
        wait_for_logout_tokens(&scene.receiver, "shop", 1).await;
        assert!(logout_tokens(&scene.receiver, "wiki").is_empty());
    }
}

/// LO-11: the end of another session of the same user at the provider ends nothing.
#[tokio::test]
async fn a_moved_app_keeps_the_provider_sid() {
    let scene = Scene::start();
    let browser = scene.at_op("one").await;
    let shop = sign_in_to(&scene.gateway, &browser, "shop").await;
    let sid = format!("SELECT upstream_sid FROM sessions WHERE id = '{}'", shop.sid);
    assert_eq!(scene.gateway.database.words(&sid), ["one"]);
    scene.sign_in_at_op(&browser, "two").await;
    scene.sign_in_at_other(&browser).await;
    for other in [json!({"sid": "two"}), json!({"sid": "two", "sub": "ada"}), json!({"sid": "one", "sub": "bob"})] {
        scene.told_by_op(&other).await;
        assert!(scene.is_active(&shop), "{other}");
    }
    scene.told_by_op(&json!({"sid": "one", "sub": "ada"})).await;
    assert!(!scene.is_active(&shop));
    assert_eq!(provider_of(&browser).await, "other");
}

/// App sessions from before the `sid` was stored use the `sid` of their browser session, and keep it when they move.
#[tokio::test]
async fn an_app_session_without_a_sid_uses_that_of_its_browser_session() {
    let scene = Scene::start();
    let (laptop, phone) = (scene.at_op("one").await, scene.at_op("two").await);
    let (here, there) =
        (sign_in_to(&scene.gateway, &laptop, "shop").await, sign_in_to(&scene.gateway, &phone, "shop").await);
    scene.gateway.database.execute("UPDATE sessions SET upstream_sid = NULL WHERE parent_id IS NOT NULL");
    scene.sign_in_at_other(&phone).await;
    scene.told_by_op(&json!({"sid": "three", "sub": "ada"})).await;
    assert!(scene.is_active(&here) && scene.is_active(&there));
    scene.told_by_op(&json!({"sid": "two"})).await;
    assert!(scene.is_active(&here) && !scene.is_active(&there));
    scene.told_by_op(&json!({"sid": "one", "sub": "ada"})).await;
    assert!(!scene.is_active(&here));
}

/// An app whose session here idled out may have its own session: it is notified once when its identity ends, also after it
/// moved.
#[tokio::test]
async fn an_idle_app_is_notified_when_its_identity_ends() {
    let scene = Scene::start();
    let idle = |session: &Session| {
        let id = &session.sid;
        let end = format!("UPDATE sessions SET ended_at = created_at, ended_reason = 'idle' WHERE id = '{id}'");
        scene.gateway.database.execute(&end);
    };
    let browser = scene.at_op("one").await;
    let shop = sign_in_to(&scene.gateway, &browser, "shop").await;
    idle(&shop);
    scene.sign_in_at_other(&browser).await;
    for _ in 0..2 {
        scene.told_by_op(&json!({"sub": "ada"})).await;
        assert_eq!(claims(&wait_for_logout_tokens(&scene.receiver, "shop", 1).await.concat())["sid"], json!(shop.sid));
        assert_eq!(scene.gateway.database.rows("logout_notices"), 1);
    }
    assert_eq!(provider_of(&browser).await, "other");
    // The same after the identity is unlinked.
    scene.receiver.forget();
    scene.sign_in_at_op(&browser, "two").await;
    let shop = sign_in_to(&scene.gateway, &browser, "shop").await;
    idle(&shop);
    scene.sign_in_at_other(&browser).await;
    unlink(&scene.at_op("three").await, "op").await;
    assert_eq!(claims(&wait_for_logout_tokens(&scene.receiver, "shop", 1).await.concat())["sid"], json!(shop.sid));
}

async fn unlink(browser: &Browser, provider: &str) {
    let identities = browser.fetch("/identities").await.json();
    let all = identities["identities"].as_array().expect("a list");
    let id = all.iter().find(|identity| identity["provider"] == provider).expect("linked")["id"].clone();
    let path = format!("/identities/{}", id.as_str().expect("an id"));
    let answer = browser.ask("DELETE", &path).for_json().header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

/// AC-20: app sessions of the unlinked identity end, also in another browser session. That browser session and app
/// sessions of other identities stay active.
#[tokio::test]
async fn unlinking_ends_a_moved_app() {
    let scene = Scene::start();
    let browser = scene.at_op("one").await;
    let shop = sign_in_to(&scene.gateway, &browser, "shop").await;
    scene.sign_in_at_other(&browser).await;
    let wiki = sign_in_to(&scene.gateway, &browser, "wiki").await;
    unlink(&scene.at_op("two").await, "op").await;
    assert_eq!(reason(&scene.gateway, &shop.sid), "unlinked");
    assert!(scene.is_active(&wiki));
    assert_eq!(provider_of(&browser).await, "other");
}

/// The profile and `clients.<id>.providers` at a refresh use the identity of the app session; a new code uses that of the
/// browser session.
#[tokio::test]
async fn a_moved_app_keeps_its_profile_and_provider() {
    let scene = Scene::with("[clients.wiki]\nproviders = ['op']");
    scene.other.set_claims(json!({"email": "countess@x.example", "email_verified": true}));
    let browser = scene.at_op("one").await;
    let with_email = authorization("wiki").replace("scope=openid", "scope=openid+email");
    let code = browser.get(&with_email).await.location_parameter("code").expect("a code");
    let tokens = redeem(&scene.gateway, "wiki", &code).await.json();
    let id_token = tokens["id_token"].as_str().expect("an ID token").to_owned();
    let text = |name: &str| claims(&id_token)[name].as_str().expect("text").to_owned();
    let wiki = Session { sid: text("sid"), sub: text("sub"), id_token: id_token.clone(), tokens };
    let before = scene.userinfo(&wiki).await;
    assert_eq!(before["email"], "ada@example.com");
    scene.sign_in_at_other(&browser).await;
    assert_eq!(scene.userinfo(&wiki).await, before);
    assert_eq!(logout_apps::refresh(&scene.gateway, "wiki", &wiki).await, 200);
    let asked = browser.get(&authorization("wiki")).await.location();
    assert!(asked.starts_with(&scene.gateway.op.issuer), "a login at `op` is required: {asked}");
}

/// LO-11, RC-11: a redemption, a login with the other identity and the provider logout run concurrently. No session of the
/// ended identity stays active.
#[tokio::test]
async fn no_app_session_survives_the_end_of_its_identity() {
    let scene = Scene::start();
    let beside =
        Setup::beside(&scene.gateway).provider("other", &scene.other).toml(&logout_apps::configured(&scene.receiver));
    let beside = beside.start();
    let browser = scene.at_op("first").await;
    let (mut moved, mut ended) = (0, 0);
    for round in 0..40_u64 {
        let sid = format!("round {round}");
        scene.sign_in_at_op(&browser, &sid).await;
        sign_in_to(&scene.gateway, &browser, "wiki").await;
        let code = code(&browser, "shop").await;
        let begun = browser.begin("other").await;
        let callback = begun.callback_of("countess");
        let about = if round % 2 == 0 { json!({ "sid": sid }) } else { json!({ "sub": "ada" }) };
        let token = token(&scene.gateway, &about);
        let pause = |step: u64| tokio::time::sleep(std::time::Duration::from_micros(round * step));
        let (redeemed, back, answer) = tokio::join!(
            async {
                pause(100).await;
                redeem(&scene.gateway, "shop", &code).await
            },
            async {
                pause(50).await;
                browser.get(&callback).await
            },
            async {
                pause(200).await;
                send_logout_token(&beside, &token).await
            },
        );
        assert!(matches!(redeemed.status, 200 | 400), "{redeemed:?}");
        assert_eq!((back.status, answer.status), (303, 200), "{back:?} {answer:?}");
        let living = "SELECT count(*) FROM sessions JOIN subs ON subs.id = sessions.sub_id
                      WHERE ended_at IS NULL AND subs.provider = 'op'";
        assert_eq!(scene.gateway.database.number(living), 0, "round {round}");
        if redeemed.status == 200 {
            moved += 1;
        } else {
            ended += 1;
        }
        assert_eq!(provider_of(&browser).await, "other");
    }
    assert!(moved + ended == 40 && moved > 0, "{moved} codes were redeemed, {ended} came too late");
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(scene.gateway.database.number(deadlocks), 0);
}
