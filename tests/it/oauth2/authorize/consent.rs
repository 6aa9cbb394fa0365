//! The consent page, and `POST /oauth2/authorize/agree`.

use crate::support::app::{
    Tokens, beside, code, error, path, redeem, redirect_error, refresh, request, setup, sign_in, start, to_provider,
    userinfo,
};
use crate::support::{Answer, Browser, Gateway};

/// The fields of the decision. `shown_to` is that of the page which the browser was shown, and empty without such a page.
async fn form(browser: &Browser, page: &str) -> String {
    let request = page.split_once("authorization_request=").expect("a request").1;
    let shown = browser.get(page).await.body;
    let shown_to = shown.split_once("name=\"shown_to\" value=\"").and_then(|(_, rest)| rest.split('"').next());
    format!("authorization_request={request}&shown_to={}", shown_to.unwrap_or_default())
}

async fn press(browser: &Browser, form: &str, answer: &str) -> Answer {
    let ask = browser.ask("POST", "/oauth2/authorize/agree").header("sec-fetch-site", "same-origin");
    ask.body("application/x-www-form-urlencoded", format!("{form}&answer={answer}")).send().await
}

async fn say(browser: &Browser, page: &str, answer: &str) -> Answer {
    press(browser, &form(browser, page).await, answer).await
}

/// Sends a request that requires consent of the signed-in user. Returns the page.
async fn page(browser: &Browser, asked: &str) -> String {
    let page = browser.get(asked).await.location();
    assert!(page.starts_with("/oauth2/authorize/agree?"), "{page}");
    page
}

/// `prompt=consent`
#[tokio::test]
async fn consent_grants_a_code_and_refusal_returns_access_denied() {
    let gateway = start();
    let browser = gateway.browser();
    let asked = path(&[("prompt", "consent")]);
    let page = sign_in(&browser, &asked, "ada").await.location();
    assert!(page.starts_with("/oauth2/authorize/agree?"), "{page}");
    let shown = browser.get(&page).await;
    assert!(shown.is_page() && shown.text().contains("Continue to A page?"), "{shown:?}");
    let policy = shown.header("content-security-policy");
    // Browsers apply it to the redirects that follow.
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("form-action"), "{policy}");
    let agreed = say(&browser, &page, "yes").await;
    assert_eq!(agreed.status, 303);
    Tokens::of(&redeem(&gateway, &code(&agreed), &[]).await);
    // Once.
    assert_eq!(say(&browser, &page, "yes").await.status, 409);
    assert_eq!(browser.get(&page).await.status, 409);
    let page = browser.get(&asked).await.location();
    assert_eq!(redirect_error(&say(&browser, &page, "no").await), "access_denied");
}

/// WB-09: the page names the app, the rights that it asks for, the account, and the target of the answer.
#[tokio::test]
async fn the_page_names_the_app_the_user_and_the_scopes() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let who = browser.fetch("/session").await.json()["user"]["name"].as_str().expect("a name").to_owned();
    let sentences = [
        "recognises you",
        "your picture",
        "your e-mail address",
        "the groups",
        "while you are away",
        "in your name: orders",
    ];
    for (scope, said) in [
        ("openid", vec!["recognises you"]),
        ("openid profile groups", vec!["recognises you", "your picture", "the groups"]),
        (
            "openid email offline_access orders",
            vec!["recognises you", "your e-mail address", "while you are away", "in your name: orders"],
        ),
        // Scopes that the app is not allowed to request are not shown.
        ("openid <b>admin orders", vec!["recognises you", "in your name: orders"]),
    ] {
        let page = browser.get(&path(&[("prompt", "consent"), ("scope", scope)])).await.location();
        let shown = browser.get(&page).await;
        let text = shown.text();
        assert!(text.contains("Continue to A page?") && text.contains(&who), "{text}");
        assert!(text.contains("The answer goes to spa.example."), "{text}");
        assert!(
            shown.body.contains("<bdi>A page</bdi>") && shown.body.contains(&format!("<bdi>{who}</bdi>")),
            "{}",
            shown.body
        );
        for sentence in sentences {
            assert_eq!(text.contains(sentence), said.contains(&sentence), "{scope}: {sentence}: {text}");
        }
    }
}

/// A program on this machine is not a host; another account can be used, and is then asked on the same page.
#[tokio::test]
async fn another_person_can_answer_instead() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let asked = path(&[("client_id", "cli"), ("redirect_uri", "http://127.0.0.1:4711/cb")]);
    let page = browser.get(&asked).await.location();
    let shown = browser.get(&page).await;
    assert!(shown.text().contains("The answer goes to a program on this computer."), "{}", shown.text());
    let begun = crate::support::Begun::at("op", browser.get(&shown.link("Not you?")).await.location());
    assert!(begun.url.contains("prompt=select_account"), "{}", begun.url);
    gateway.op.set_claims(serde_json::json!({ "name": "Grace Hopper" }));
    let consent = browser.get(&begun.callback_of("grace")).await.location();
    assert_eq!(consent, page);
    let shown = browser.get(&consent).await;
    assert!(shown.text().contains("Grace Hopper"), "{}", shown.text());
}

/// SE-18: a pending login and an open consent page.
#[tokio::test]
async fn a_pending_login_or_consent_is_no_session() {
    let gateway = start();
    let browser = gateway.browser();
    let asked = path(&[("prompt", "consent")]);
    let begun = to_provider(&browser, &asked).await;
    assert!(browser.cookie("vestibule-binding").is_some() && browser.cookie("vestibule").is_none());
    check_not_signed_in(&gateway, &browser, &[&begun.state]).await;
    assert_eq!(gateway.database.rows("sessions"), 0);

    // Now the user is signed in, and the app has no code yet.
    let page = browser.get(&begun.callback_of("ada")).await.location();
    let request = page.split_once("authorization_request=").expect("a request").1;
    assert_eq!(gateway.database.words("SELECT client_id FROM sessions"), ["vestibule"]);
    assert_eq!(error(&redeem(&gateway, request, &[]).await), (400, "invalid_grant".into()));
    assert_eq!(error(&refresh(&gateway, request).await), (400, "invalid_grant".into()));
    let unrelated = gateway.browser();
    let binding = browser.cookie("vestibule-binding").expect("a binding");
    check_not_signed_in(&gateway, &unrelated, &[request, &binding]).await;
    // After a logout, consent grants nothing.
    let form = form(&browser, &page).await;
    assert_eq!(browser.post("/logout").await.status, 200);
    let answer = press(&browser, &form, "yes").await;
    assert!(!answer.header("location").contains("code="), "{answer:?}");
    assert_eq!(gateway.database.number("SELECT count(*) FROM sessions WHERE client_id = 'spa'"), 0);
}

/// Neither this browser nor a client with one of these values has a session.
async fn check_not_signed_in(gateway: &Gateway, browser: &Browser, shown: &[&str]) {
    for path in ["/session", "/sessions"] {
        assert_eq!(browser.fetch(path).await.status, 401, "{path}");
    }
    assert_eq!(browser.post("/session/token").await.status, 401);
    assert!(browser.get("/account").await.location().starts_with("/login?"));
    assert_eq!(redirect_error(&browser.get(&path(&[("prompt", "none")])).await), "login_required");
    for credential in shown {
        assert_eq!(userinfo(gateway, credential).await.status, 401);
        let other = gateway.browser();
        other.set_cookie("vestibule", credential);
        assert_eq!(other.fetch("/session").await.status, 401);
    }
}

/// WB-09, SE-13, RFC 9700 §4.16
#[tokio::test]
async fn consent_from_another_site_or_browser_is_refused() {
    let gateway = start();
    let (browser, other) = (gateway.browser(), gateway.browser());
    browser.sign_in("ada").await;
    other.sign_in("eve").await;
    let page = browser.get(&path(&[("prompt", "consent")])).await.location();
    assert_eq!(say(&other, &page, "yes").await.status, 403);
    assert_eq!(other.get(&page).await.status, 403);
    let body = format!("{}&answer=yes", form(&browser, &page).await);
    for site in ["cross-site", "same-site", "none"] {
        let ask = browser.ask("POST", "/oauth2/authorize/agree").header("sec-fetch-site", site);
        let answer = ask.body("application/x-www-form-urlencoded", body.clone()).send().await;
        assert_eq!(answer.status, 403, "{site}");
    }
    code(&say(&browser, &page, "yes").await);
}

/// AZ-06, AZ-08, RFC 8252 §8.6: any program can impersonate an installed app, so the user is asked.
#[tokio::test]
async fn an_installed_app_requires_consent() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    for address in ["http://127.0.0.1:51004/cb", "com.example.tool:/cb"] {
        let asked = [("client_id", "cli"), ("redirect_uri", address)];
        let page = browser.get(&path(&asked)).await.location();
        assert!(page.starts_with("/oauth2/authorize/agree?"), "{page}");
        let agreed = say(&browser, &page, "yes").await;
        assert!(agreed.location().starts_with(&format!("{address}?code=")), "{agreed:?}");
        let silent = [asked.as_slice(), &[("prompt", "none")]].concat();
        assert_eq!(redirect_error(&browser.get(&path(&silent)).await), "consent_required");
    }
    for other in ["http://127.0.0.1:51004/other", "http://localhost:51004/cb", "http://[::1]:51004/cb"] {
        let refused = browser.get(&path(&[("client_id", "cli"), ("redirect_uri", other)])).await;
        assert_eq!((refused.status, refused.is_page()), (400, true), "{other}");
    }
}

/// After consent no second login is asked for.
#[tokio::test]
async fn a_login_for_the_request_is_fresh_after_consent() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    gateway.op.set_claims(serde_json::json!({ "auth_time": gateway.clock.now().timestamp() }));
    let page = sign_in(&browser, &path(&[("prompt", "login consent")]), "ada").await.location();
    code(&say(&browser, &page, "yes").await);
}

const CONSENT: &[(&str, &str)] = &[("prompt", "consent")];
const LOOPBACK: &[(&str, &str)] = &[("client_id", "cli"), ("redirect_uri", "http://127.0.0.1:51004/cb")];

/// WB-09: after another user signed in with the same browser, the old page grants nothing and denies nothing; the new user
/// is asked.
#[tokio::test]
async fn a_consent_page_of_one_user_is_not_valid_for_another() {
    let gateway = start();
    let pushed = push(&gateway, CONSENT).await;
    for asked in [path(CONSENT), path(LOOPBACK), pushed] {
        let browser = gateway.browser();
        browser.sign_in("alice").await;
        let page = page(&browser, &asked).await;
        let of_alice = form(&browser, &page).await;
        browser.sign_in("bob").await;
        for answer in ["yes", "no", "yes"] {
            let asked_anew = press(&browser, &of_alice, answer).await;
            assert_eq!((asked_anew.status, asked_anew.location()), (303, page.clone()), "{answer} {asked}");
        }
        assert_eq!(gateway.database.rows("authorization_codes"), 0);
        let shown = browser.get(&page).await.body;
        assert!(shown.contains("bob of Example") && !shown.contains("alice"), "{shown}");
        code(&say(&browser, &page, "yes").await);
        let whose = "SELECT subs.sub FROM authorization_codes c JOIN sessions s ON s.id = c.session_id
                     JOIN subs ON subs.id = s.sub_id";
        assert_eq!(gateway.database.words(whose), ["bob"]);
        gateway.database.execute("DELETE FROM authorization_codes");
    }
}

/// The authorization URL of a pushed request.
async fn push(gateway: &Gateway, changes: &[(&str, &str)]) -> String {
    let ask = gateway.browser().ask("POST", "/oauth2/par");
    let answer = ask.body("application/x-www-form-urlencoded", request(changes)).send().await.json();
    let uri = answer["request_uri"].as_str().expect("a request_uri").to_owned();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", "spa"), ("request_uri", &*uri)])
        .finish();
    format!("/oauth2/authorize?{query}")
}

/// Another session of the same user is asked again, because the session decides on the claims for the app.
#[tokio::test]
async fn a_form_is_valid_only_for_the_session_it_was_shown_to() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let page = page(&browser, &path(CONSENT)).await;
    let first = form(&browser, &page).await;
    browser.sign_in("alice").await;
    assert_eq!(press(&browser, &first, "yes").await.location(), page);
    // A duplicated tab shows the same page to the same session; the first answer counts.
    let (tab, other_tab) = (form(&browser, &page).await, form(&browser, &page).await);
    code(&press(&browser, &tab, "yes").await);
    for answer in ["yes", "no"] {
        let late = press(&browser, &other_tab, answer).await;
        assert_eq!((late.status, late.is_page()), (409, true), "{late:?}");
    }
}

/// The form of another request, a forged one, an empty one, and one without a button.
#[tokio::test]
async fn an_invalid_consent_form_is_refused() {
    let gateway = start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let (page, other) = (page(&browser, &path(CONSENT)).await, page(&browser, &path(LOOPBACK)).await);
    let of = |page: &str| page.split_once("authorization_request=").expect("a request").1.to_owned();
    let foreign = form(&browser, &other).await.replace(&of(&other), &of(&page));
    let none = format!("authorization_request={}", of(&page));
    for made_up in [foreign, format!("{none}&shown_to=x"), format!("{none}&shown_to="), none] {
        for answer in ["yes", "no"] {
            assert_eq!(press(&browser, &made_up, answer).await.location(), page, "{made_up}");
        }
    }
    let own = form(&browser, &page).await;
    for answer in ["", "maybe", "YES"] {
        assert_eq!(press(&browser, &own, answer).await.status, 400, "{answer}");
    }
    assert_eq!(gateway.database.number("SELECT count(*) FROM authorization_requests WHERE answered_at IS NOT NULL"), 0);
    code(&press(&browser, &own, "yes").await);
}

/// The session ended, or the user was disabled, between the page and the answer. A refusal is still accepted.
#[tokio::test]
async fn consent_after_the_session_ended_grants_nothing() {
    let gateway = start();
    for end in ["UPDATE sessions SET ended_at = now(), ended_reason = 'logout'", "UPDATE users SET disabled_at = now()"]
    {
        let browser = gateway.browser();
        browser.sign_in("alice").await;
        let page = page(&browser, &path(CONSENT)).await;
        let form = form(&browser, &page).await;
        gateway.database.execute(end);
        let answer = press(&browser, &form, "yes").await;
        assert!(answer.status == 303 && answer.location().starts_with("/login/op?"), "{end}: {answer:?}");
        assert_eq!(gateway.database.rows("authorization_codes"), 0);
        assert!(press(&browser, "authorization_request=x", "no").await.status == 400);
        assert_eq!(redirect_error(&press(&browser, &form, "no").await), "access_denied", "{end}");
        gateway.database.execute("DELETE FROM users");
    }
}

/// WB-09: of concurrent "yes" and "no", one is accepted; the other gets the page of an answered request.
#[tokio::test]
async fn concurrent_consent_answers_count_once() {
    let gateway = start();
    let beside = beside(&gateway);
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let (mut codes, mut errors) = (0, 0);
    for round in 0..60 {
        let page = page(&browser, &path(CONSENT)).await;
        let form = form(&browser, &page).await;
        let second = if round % 3 == 0 { "yes" } else { "no" };
        let there = beside.browser();
        for name in ["vestibule", "vestibule-binding"] {
            there.set_cookie(name, &browser.cookie(name).expect("a cookie"));
        }
        let (first, second) = tokio::join!(press(&browser, &form, "yes"), press(&there, &form, second));
        let (sent, refused): (Vec<_>, Vec<_>) = [first, second].into_iter().partition(|answer| answer.status == 303);
        assert_eq!((sent.len(), refused.len()), (1, 1), "round {round}: {sent:?} {refused:?}");
        assert_eq!((refused[0].status, refused[0].is_page()), (409, true), "{:?}", refused[0]);
        let url = sent[0].location();
        assert!(url.starts_with("https://spa.example/cb?"), "{url}");
        if url.contains("code=") { codes += 1 } else { errors += 1 }
    }
    assert_eq!(gateway.database.rows("authorization_codes"), codes);
    assert!(codes >= 20 && errors > 0, "{codes} codes, {errors} errors");
}

/// WB-09: the request is answered and its code inserted in one transaction. If the session ends concurrently, the request
/// stays open for the next login.
#[tokio::test]
async fn a_request_whose_code_is_not_issued_stays_open() {
    let gateway = start();
    let browser = gateway.browser();
    let mut lost = 0;
    for round in 0..60 {
        browser.sign_in("alice").await;
        let page = page(&browser, &path(CONSENT)).await;
        let form = form(&browser, &page).await;
        let (answer, out) = tokio::join!(press(&browser, &form, "yes"), async {
            tokio::time::sleep(std::time::Duration::from_micros(round * 60)).await;
            browser.post("/logout").await
        });
        assert_eq!((answer.status, out.status), (303, 200), "{answer:?} {out:?}");
        lost += i64::from(answer.location().starts_with("/login"));
        let answered = "SELECT count(*) FROM authorization_requests WHERE answered_at IS NOT NULL";
        let without = gateway.database.number(answered) - gateway.database.rows("authorization_codes");
        assert_eq!(without, 0, "round {round}, {lost} lost");
    }
}

/// Apps with redirect URIs on the machine of the user.
const AT_HOME: &str = r#"
[clients.home]
redirect_uris = ["http://127.0.0.1:8080/cb", "http://localhost:3000/cb", "https://localhost/cb", "com.example.home:/cb"]
id_token_alg = "ES256"

[clients.tool]
type = "confidential"
client_secret = "an-example-secret-of-32-or-more-bytes"
redirect_uris = ["http://127.0.0.1:8080/cb", "http://[::1]:8080/cb", "https://tool.example/cb"]
id_token_alg = "ES256"
"#;

/// AZ-06, AZ-08, RFC 8252 §8.6: also if the URI matches exactly.
#[tokio::test]
async fn loopback_redirect_uris_require_consent_each_time() {
    let gateway = setup().toml(AT_HOME).start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let home = ["http://127.0.0.1:8080/cb", "http://localhost:3000/cb", "https://localhost/cb", "com.example.home:/cb"];
    let tool = ["http://127.0.0.1:8080/cb", "http://[::1]:8080/cb"];
    let all = home.iter().map(|uri| ("home", *uri)).chain(tool.iter().map(|uri| ("tool", *uri)));
    for (client, uri) in all {
        let asked = [("client_id", client), ("redirect_uri", uri)];
        for _ in 0..2 {
            let page = page(&browser, &path(&asked)).await;
            let agreed = say(&browser, &page, "yes").await;
            assert!(agreed.location().starts_with(&format!("{uri}?code=")), "{agreed:?}");
        }
        let silent = [asked.as_slice(), &[("prompt", "none")]].concat();
        assert_eq!(redirect_error(&browser.get(&path(&silent)).await), "consent_required", "{uri}");
    }
    let elsewhere = [("client_id", "tool"), ("redirect_uri", "https://tool.example/cb")];
    code(&browser.get(&path(&elsewhere)).await);
}

/// `insecure_skip_loopback_consent` is for loopback addresses alone, `insecure_allow_dotless_schemes` for schemes; any
/// port will do at `localhost` too.
#[tokio::test]
async fn insecure_settings_skip_the_consent() {
    let switches = "insecure_skip_loopback_consent = true\ninsecure_allow_dotless_schemes = true\n";
    let more = "redirect_uris = [\"http://localhost:3000/cb\", \"com.example.dev:/cb\", \"dev:/cb\"]\n";
    let gateway = setup().toml(&format!("[clients.dev]\nid_token_alg = \"ES256\"\n{switches}{more}")).start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let registered = "http://localhost:3000/cb";
    for prompt in ["", "none"] {
        code(&browser.get(&path(&[("client_id", "dev"), ("redirect_uri", registered), ("prompt", prompt)])).await);
    }
    page(&browser, &path(&[("client_id", "dev"), ("redirect_uri", registered), ("prompt", "consent")])).await;
    // Another port is accepted, but not without consent.
    for uri in ["http://localhost:5173/cb", "com.example.dev:/cb", "dev:/cb"] {
        page(&browser, &path(&[("client_id", "dev"), ("redirect_uri", uri)])).await;
    }
}
