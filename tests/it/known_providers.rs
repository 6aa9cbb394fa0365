//! The stored issuer of the identities of each configured provider.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fake_provider::{CLIENT, Op};
use crate::presets::operator::Operator;
use crate::support::device::Device;
use crate::support::person::{Person, claims, sign_in};
use crate::support::{Browser, Cluster, Database, Gateway, Setup};

/// A gateway on the database of another one, whose provider `op` is of another issuer by now.
fn at_another_issuer(before: &Gateway) -> (Gateway, Op, Op) {
    let (moved, other) = (Op::start(), Op::start());
    let setup = Setup::new().provider("op", &moved).provider("other", &other).on(&before.database);
    (setup.start(), moved, other)
}

async fn readiness(gateway: &Gateway) -> Value {
    let answer = Browser::new(&gateway.admin).fetch("/readyz").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["checks"]["providers"].clone()
}

/// Waits for a condition, at most thirty seconds.
async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    for _ in 0..300 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} did not happen");
}

fn issuers(database: &Database) -> Vec<String> {
    database.words("SELECT id || ' ' || coalesce(issuer, '-') FROM providers ORDER BY id")
}

/// The configuration of `op` at this issuer, for the command line.
fn configuration(database: &Database, issuer: &str) -> String {
    let provider = format!("[providers.op]\nissuer = {issuer:?}\nclient_id = {CLIENT:?}\nclient_secret_file = \"\"\n");
    database.configuration() + &provider
}

/// AC-01: the same `sub` at another issuer is another person.
#[tokio::test]
async fn a_provider_whose_issuer_changed_is_not_used_and_the_others_are() {
    let before = Gateway::start();
    let ada = Person::at(&before, "op", "ada").await.sub().await;
    let begun = before.browser().begin("op").await;
    let (gateway, moved, _other) = at_another_issuer(&before);

    assert_eq!(readiness(&gateway).await, json!({"op": "issuer changed", "other": "ok"}));
    let browser = gateway.browser();
    let listed = browser.fetch("/providers").await.json();
    assert_eq!(
        (&listed["providers"][0]["available"], &listed["providers"][1]["available"]),
        (&json!(false), &json!(true))
    );
    for (path, accept) in [("/login/op", "page"), ("/oauth2/url/?provider=op", "JSON")] {
        let answer = browser.fetch(path).await;
        assert_eq!(answer.problem(), (503, "provider_unavailable".into()), "{accept}");
    }
    // A login that began before does not reach the other issuer either.
    let answer = browser.fetch(&begun.callback_of("ada")).await;
    assert!([403, 503].contains(&answer.status), "{answer:?}");
    let logout_token =
        browser.ask("POST", "/backchannel-logout/op").body("application/x-www-form-urlencoded", "logout_token=x");
    assert_ne!(logout_token.send().await.status, 200);
    assert_eq!(moved.calls().len(), 0, "nothing is sent there");
    let elsewhere = Person::at(&gateway, "other", "ada").await.sub().await;
    assert_ne!(elsewhere, ada);
    assert_eq!(issuers(&gateway.database)[0], format!("op {}", before.op.issuer));
}

#[tokio::test]
async fn the_first_start_stores_the_issuer_and_the_time() {
    let before = Gateway::start();
    Person::at(&before, "op", "ada").await;
    let issuer = before.op.issuer.clone();
    assert_eq!(issuers(&before.database), [format!("op {issuer}")]);
    // As an older version left it.
    before.database.execute("UPDATE providers SET issuer = NULL, last_known_at = now() - interval '3 h'");
    let gateway = Setup::beside(&before).start();
    assert_eq!(issuers(&gateway.database), [format!("op {issuer}")]);
    let known = "SELECT count(*) FROM providers WHERE last_known_at > now() - interval '1 h'";
    assert_eq!(gateway.database.number(known), 1);
    assert_eq!(readiness(&gateway).await, json!({"op": "ok"}));
}

#[tokio::test]
async fn a_provider_without_identities_takes_its_new_issuer() {
    let before = Gateway::start();
    let (gateway, moved, _other) = at_another_issuer(&before);
    assert_eq!(readiness(&gateway).await, json!({"op": "ok", "other": "ok"}));
    assert_eq!(sign_in(&gateway.browser(), "op", "ada").await.status, 303);
    assert_eq!(issuers(&gateway.database)[0], format!("op {}", moved.issuer));
}

#[tokio::test]
async fn providers_of_oauth_are_known_by_the_origin_of_the_token_endpoint() {
    const OAUTH: &str = "
        [providers.two]
        kind = 'oauth2'
        client_id = 'x'
        client_secret = 'secret'
        authorization_endpoint = 'https://login.example/authorize'
        token_endpoint = 'https://api.example:8443/oauth/token'
        userinfo_endpoint = 'https://api.example/me'
        [providers.one]
        kind = 'oauth1'
        client_id = 'x'
        client_secret = 'secret'
        request_token_endpoint = 'https://api.example/request'
        authorization_endpoint = 'https://login.example/authorize'
        access_token_endpoint = 'https://tokens.example/access'
        userinfo_endpoint = 'https://api.example/me'
        [providers.one.claims]
        sub = '/id'
        [providers.two.claims]
        sub = '/id'
    ";
    let gateway = Setup::new().without_providers().toml(OAUTH).start();
    assert_eq!(issuers(&gateway.database), ["one https://tokens.example", "two https://api.example:8443"]);
}

/// AC-01
#[tokio::test]
async fn providers_move_keeps_the_identities_and_is_audited() {
    let before = Gateway::start();
    let ada = Person::at(&before, "op", "ada").await.sub().await;
    let (gateway, moved, _other) = at_another_issuer(&before);
    let (operator, new) = (Operator::new(), configuration(&gateway.database, &moved.issuer));
    let (code, said, complaint) = operator.run(&new, &["providers", "move", "op"]);
    assert_eq!(code, Some(0), "{complaint}");
    assert!(said.contains(&before.op.issuer) && said.contains(&moved.issuer), "{said}");
    until("the use of the provider", async || readiness(&gateway).await["op"] == "ok").await;
    assert_eq!(Person::at(&gateway, "op", "ada").await.sub().await, ada);
    until("the end of its use", async || readiness(&before).await["op"] == "issuer changed").await;
    let audited = gateway.database.words("SELECT provider || detail FROM audit_events WHERE kind = 'provider_moved'");
    let detail = format!(
        r#"{{"by": "command line", "to": "{}", "from": "{}", "tokens_removed": 0}}"#,
        moved.issuer, before.op.issuer
    );
    assert_eq!(audited, [format!("op{detail}")]);

    let (code, said, _) = operator.run(&new, &["providers", "move", "op"]);
    assert!(code == Some(0) && said.contains("already"), "{said}");
    assert_eq!(gateway.database.number("SELECT count(*) FROM audit_events WHERE kind = 'provider_moved'"), 1);
    let (code, _, complaint) = operator.run(&new, &["providers", "move", "corp"]);
    assert!(code == Some(1) && complaint.contains("no [providers.corp]"), "{complaint}");
    let empty = configuration(&Cluster::shared().database(), &moved.issuer);
    let (code, _, complaint) = operator.run(&empty, &["providers", "move", "op"]);
    assert!(code == Some(1) && complaint.contains("nothing to move"), "{complaint}");
}

#[tokio::test]
async fn the_probe_compares_the_issuer_with_that_of_the_identities() {
    let gateway = Gateway::start();
    Person::at(&gateway, "op", "ada").await;
    let found = |issuer: &str, url: Option<&str>| {
        let text = configuration(&gateway.database, issuer);
        let text = url.map_or(text.clone(), |url| text.replace(&gateway.database.url, url));
        let (_, said, complaint) = Operator::new().run(&text, &["config", "check", "--probe", "--json"]);
        let said: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}{complaint}"));
        let findings = said["providers"][0]["findings"].as_array().expect("findings").clone();
        let found = findings.into_iter().find(|finding| finding["check"] == "identities").expect("a finding");
        (found["verdict"].as_str().expect("a verdict").to_owned(), found["said"].as_str().expect("words").to_owned())
    };
    assert_eq!(found(&gateway.op.issuer, None).0, "good");
    let (verdict, said) = found(&Op::start().issuer, None);
    assert_eq!(verdict, "failed");
    assert!(said.contains(&gateway.op.issuer) && said.contains("`vestibule providers move op`"), "{said}");
    assert_eq!(found(&gateway.op.issuer, Some("postgres://nobody@127.0.0.1:1/nothing")).0, "note");
}

/// AC-01: a replica that has not yet seen the move writes no identity of the former issuer, and finds none.
#[tokio::test]
async fn a_login_at_another_issuer_than_the_stored_one_is_refused_by_the_write() {
    let gateway = Gateway::start();
    let ada = Person::at(&gateway, "op", "ada").await;
    let browsers = [("ada", gateway.browser()), ("new", gateway.browser())];
    let mut begun = vec![];
    for (who, browser) in &browsers {
        begun.push(browser.begin("op").await.callback_of(who));
    }
    let link = ada.begin_link("op").await.callback_of("further");
    gateway.database.execute("UPDATE providers SET issuer = 'https://moved.example'");
    for ((who, browser), callback) in browsers.iter().zip(&begun) {
        assert_eq!(browser.fetch(callback).await.problem(), (503, "provider_unavailable".into()), "{who}");
    }
    assert_eq!(ada.browser.fetch(&link).await.problem(), (503, "provider_unavailable".into()));
    assert_eq!(gateway.database.words("SELECT sub FROM subs"), ["ada"]);
    assert_eq!(gateway.database.rows("sessions"), 1);
}

/// A replica of the gateway whose configuration has `other` instead of `op`.
fn without_op(before: &Gateway) -> Gateway {
    let other = Op::start();
    Setup::beside(before).without_providers().provider("other", &other).start()
}

/// The status of `GET /session` with the session cookie of a browser.
async fn status(gateway: &Gateway, browser: &Browser) -> u16 {
    let cookie = format!("vestibule={}", browser.cookie("vestibule").expect("a cookie"));
    gateway.browser().ask("GET", "/session").for_json().header("cookie", &cookie).send().await.status
}

/// SE-08: while the provider is missing in the configuration, its sessions are refused. They are live again afterwards.
#[tokio::test]
async fn sessions_of_a_missing_provider_are_refused_until_it_returns() {
    let before = Gateway::start();
    let ada = Person::at(&before, "op", "ada").await;
    let device = Device::sign_in(&before, "ada").await;
    let gateway = without_op(&before);
    assert_eq!((status(&before, &ada.browser).await, status(&gateway, &ada.browser).await), (200, 401));

    let begun = before.browser().begin_json("op").await;
    let exchanged = before.browser().post_json("/oauth2/token/", &begun.exchange_of("ada")).await.json();
    let refresh = |at: &Gateway, token: &Value| {
        let form = format!("grant_type=refresh_token&refresh_token={}", token.as_str().expect("a token"));
        let ask = at.browser().ask("POST", "/oauth2/token").body("application/x-www-form-urlencoded", form);
        async move { ask.send().await }
    };
    let token = &exchanged["api"]["refresh"];
    let refused = refresh(&gateway, token).await;
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_grant")));
    let bearer = format!("Bearer {}", exchanged["api"]["access"].as_str().expect("a token"));
    let userinfo = gateway.browser().ask("GET", "/userinfo").for_json().header("authorization", &bearer);
    assert_eq!(userinfo.send().await.status, 401);
    // The refused refresh has spent nothing.
    let renewed = refresh(&before, token).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert_eq!(claims(&renewed.json()["access_token"])["sid"], claims(&exchanged["api"]["access"])["sid"]);
    assert_eq!(device.status().await, 200);
}

/// SE-08: a day after any replica last had the provider, the cleanup ends its sessions, and those of no other provider.
#[tokio::test]
async fn sessions_of_a_removed_provider_are_ended_after_a_day() {
    let before = Gateway::start();
    Person::at(&before, "op", "ada").await;
    let (gateway, issuer) = (without_op(&before), before.op.issuer.clone());
    Person::at(&gateway, "other", "bob").await;
    // It would store again that it knows the provider.
    before.stop();
    let ended =
        || gateway.database.words("SELECT provider || ' ' || ended_reason FROM sessions WHERE ended_at IS NOT NULL");
    let cleanup = |providers: &str| {
        let text = gateway.database.configuration() + providers;
        let (code, said, complaint) = Operator::new().run(&text, &["cleanup"]);
        assert_eq!(code, Some(0), "{said}{complaint}");
    };
    let last_known = |hours: u32| {
        let known = format!("UPDATE providers SET last_known_at = now() - interval '{hours} h' WHERE id = 'op'");
        gateway.database.execute(&known);
    };
    last_known(24);
    cleanup("");
    assert_eq!(ended(), [""; 0]);
    // The gateway may have been stopped for a day: a provider of the configuration is not removed.
    last_known(26);
    cleanup(&format!("[providers.op]\nissuer = {issuer:?}\nclient_id = 'x'\nclient_secret = 'y'\n"));
    assert_eq!(ended(), [""; 0]);
    last_known(26);
    cleanup("");
    assert_eq!(ended(), ["op provider_removed"]);
    let feed = "SELECT count(*) FROM revocations r JOIN sessions s ON s.id::text = r.value WHERE s.provider = 'op'";
    assert_eq!(gateway.database.number(feed), 1);
}

/// The tokens of the former issuer are neither handed out nor sent to the new one, and what its logins have shown of the
/// authentication time is forgotten.
#[tokio::test]
async fn providers_move_removes_the_tokens_of_the_former_issuer() {
    const STORES: &str = "[providers.op]\nstore_tokens = true";
    let (moved, other) = (Op::start(), Op::start());
    let before = Setup::new().provider("other", &other).toml(STORES).start();
    let ada = Person::at(&before, "op", "ada").await;
    Person::at(&before, "other", "bob").await;
    before.database.execute(
        "INSERT INTO provider_revocations (id, provider, sub_id, version, sealed, created_at, next_attempt_at)
         SELECT gen_random_uuid(), provider, t.sub_id, t.version, t.sealed, now(), now() + interval '1 h'
         FROM provider_tokens t, (VALUES ('op'), ('other')) AS known (provider);
         UPDATE providers SET auth_time_sent_at = now()",
    );
    let setup = Setup::new().provider("op", &moved).provider("other", &other).toml(STORES).on(&before.database);
    let gateway = setup.start();
    let (code, said, complaint) =
        Operator::new().run(&configuration(&gateway.database, &moved.issuer), &["providers", "move", "op"]);
    assert!(code == Some(0) && said.contains("The stored tokens of 1 identities were removed"), "{said}{complaint}");
    until("the use of the provider", async || readiness(&gateway).await["op"] == "ok").await;

    let browser = crate::vault::support::at(&gateway, &ada.browser);
    assert_eq!(browser.fetch("/identities/op/token").await.problem(), (409, "reauth_required".into()));
    assert_eq!(gateway.database.number("SELECT count(*) FROM provider_tokens WHERE sealed IS NOT NULL"), 0);
    assert_eq!(gateway.database.words("SELECT provider FROM provider_revocations"), ["other"]);
    let shown = "SELECT id FROM providers WHERE auth_time_sent_at IS NOT NULL";
    assert_eq!(gateway.database.words(shown), ["other"]);
    assert_eq!((moved.calls_to("/token").len(), moved.calls_to("/revoke").len()), (0, 0), "nothing is sent there");
    assert_eq!(sign_in(&browser, "op", "ada").await.status, 303);
    assert_eq!(browser.fetch("/identities/op/token").await.status, 200);
}
