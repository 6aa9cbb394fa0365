//! `pages.chooser = "email"`: the e-mail address leads to the provider.

use crate::fake_provider::Op;
use crate::support::logout_apps::encoded;
use crate::support::{Answer, Browser, Gateway, LogCapture, Setup};

const FORM: &str = "application/x-www-form-urlencoded";
const BY_EMAIL: &str = "\
    [pages]\nchooser = \"email\"\n\
    [providers.op]\nname = \"Corp\"\ndomains = [\"corp.test\", \"Bücher.test\"]\n\
    [providers.zeta]\ndomains = [\"zeta.test.\"]\n\
    [providers.github]\npreset = \"github\"\nclient_id = \"a\"\nclient_secret = \"b\"\n\
    [providers.discord]\npreset = \"discord\"\nclient_id = \"a\"\nclient_secret = \"b\"\n";

fn setup() -> Setup {
    Setup::new().provider("zeta", &Op::start()).toml(BY_EMAIL)
}

async fn send(browser: &Browser, form: &[(&str, &str)]) -> Answer {
    browser.ask("POST", "/login").header("sec-fetch-site", "same-origin").body(FORM, encoded(form)).send().await
}

#[tokio::test]
async fn an_address_leads_straight_to_the_provider_of_its_domain() {
    let gateway = setup().start();
    let browser = gateway.browser();
    let page = browser.get("/login").await;
    assert!(page.body.contains("type=\"email\" name=\"email\" value=\"\""), "{}", page.body);
    assert!(!page.body.contains("/login/op") && !page.body.contains("Corp"), "no provider is named: {}", page.body);
    let policy = page.header("content-security-policy");
    assert!(!policy.contains("form-action"), "the form leads to the provider: {policy}");
    for (address, provider) in [
        ("ada@corp.test", "op"),
        (" Ada.B+x@CORP.Test. ", "op"),
        ("zoe@bücher.test", "op"),
        ("zoe@xn--bcher-kva.test", "op"),
        ("ada@zeta.test", "zeta"),
    ] {
        let answer = send(&browser, &[("email", address)]).await;
        assert_eq!(answer.status, 303, "{address}: {answer:?}");
        let expected = address.trim().trim_end_matches('.');
        assert_eq!(answer.location_parameter("login_hint").as_deref(), Some(expected));
        let callback = answer.location_parameter("redirect_uri").expect("a redirect URI");
        assert!(callback.ends_with(&format!("/callback/{provider}")), "{address}: {callback}");
    }
    let begun = crate::support::Begun::at("op", send(&browser, &[("email", "ada@corp.test")]).await.location());
    let signed_in = browser.get(&begun.callback_of("ada")).await;
    assert_eq!((signed_in.status, signed_in.location()), (303, "/account".to_owned()));
    let again = gateway.browser();
    again.set_cookie("vestibule-provider", "op");
    let page = again.get("/login").await;
    assert!(page.body.contains("href=\"/login/op\"") && page.body.contains("Last used"), "{}", page.body);
}

/// The answer does not depend on the address, and neither does the page that follows.
#[tokio::test]
async fn each_unknown_domain_has_the_same_answer() {
    let gateway = setup().start();
    let browser = gateway.browser();
    for address in [
        "ada@sub.corp.test",
        "ada@corp.test.evil",
        "corp.test@other.test",
        "ada@localhost",
        "ada@[127.0.0.1]",
        "ö@a.test",
    ] {
        let answer = send(&browser, &[("email", address)]).await;
        assert_eq!((answer.status, answer.location()), (303, "/login?choose=unknown".to_owned()), "{address}");
        assert_eq!((answer.body.as_str(), answer.header("set-cookie")), ("", ""), "{address}");
    }
    let page = browser.get("/login?choose=unknown").await;
    assert!(page.body.contains("No way to sign in was found for this e-mail address."), "{}", page.body);
    assert!(page.body.contains("/login/github") && page.body.contains("/login/discord"), "{}", page.body);
    assert!(!page.body.contains("/login/op") && !page.body.contains("zeta"), "{}", page.body);
    let others = browser.get("/login?choose=others").await;
    assert!(others.body.contains("/login/github") && !others.body.contains("was found"), "{}", others.body);
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
}

#[tokio::test]
async fn the_target_is_kept() {
    let gateway = setup().start();
    let browser = gateway.browser();
    let page = browser.get("/login?return_to=/after%3Fa%3D1").await;
    assert!(page.body.contains("name=\"return_to\" value=\"/after?a=1\""), "{}", page.body);
    let answer = send(&browser, &[("return_to", "/after?a=1"), ("email", "ada@corp.test")]).await;
    let begun = crate::support::Begun::at("op", answer.location());
    assert_eq!(browser.get(&begun.callback_of("ada")).await.location(), "/after?a=1");
    let unknown = send(&browser, &[("return_to", "/after?a=1"), ("ui_locales", "de"), ("email", "a@b.test")]).await;
    assert_eq!(unknown.location(), "/login?return_to=%2Fafter%3Fa%3D1&ui_locales=de&choose=unknown");
    let refused = send(&browser, &[("return_to", "//evil.example"), ("email", "ada@corp.test")]).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn a_text_that_is_no_address_is_named_at_the_field() {
    let gateway = setup().start();
    let browser = gateway.browser();
    let long = format!("{}@corp.test", "a".repeat(250));
    for text in
        ["", "ada", "ada@", "@corp.test", "a b@corp.test", "<b>@", "a@corp.test, b@corp.test", "ada@corp..test", &long]
    {
        let page = send(&browser, &[("email", text), ("return_to", "/x"), ("ui_locales", "de")]).await;
        assert_eq!((page.status, page.is_page()), (400, true), "{text}");
        for part in
            ["aria-invalid=\"true\" aria-describedby=\"invalid\"", "id=\"invalid\"", "name=\"return_to\" value=\"/x\""]
        {
            assert!(page.body.contains(part), "{text}: {part}: {}", page.body);
        }
        assert!(!page.body.contains("<b>"), "{}", page.body);
    }
}

/// LG-04: neither the log nor a URL of the gateway has the address.
#[tokio::test]
async fn the_address_is_not_logged() {
    let gateway = setup().start();
    let browser = gateway.browser();
    let capture = LogCapture::start();
    let addresses = ["mallory.kept@corp.test", "mallory.kept@nowhere.test", "mallory.kept@", "mallory.kept"];
    for address in addresses {
        let answer = send(&browser, &[("email", address)]).await;
        assert!(answer.status != 303 || !answer.location().starts_with('/') || !answer.location().contains("mallory"));
    }
    let log = capture.text();
    assert!(log.contains("/login"), "{log}");
    assert!(!log.contains("mallory"), "{log}");
}

#[tokio::test]
async fn the_form_counts_as_a_login_and_is_for_pages_of_the_gateway() {
    let gateway = setup().toml("[limits]\nlogins_per_minute = 3\n").start();
    let browser = gateway.browser();
    let foreign = browser.ask("POST", "/login").header("sec-fetch-site", "cross-site");
    assert_eq!(foreign.body(FORM, "email=ada@corp.test").send().await.status, 403);
    let statuses =
        [send(&browser, &[("email", "a@b.test")]).await.status, send(&browser, &[("email", "a@b.test")]).await.status];
    assert_eq!(statuses, [303, 303]);
    assert_eq!(send(&browser, &[("email", "a@b.test")]).await.status, 429);
    let buttons = Gateway::start();
    assert_eq!(send(&buttons.browser(), &[("email", "ada@corp.test")]).await.status, 404);
}

#[tokio::test]
async fn programs_get_the_providers_without_domains() {
    let gateway = setup().start();
    let listed = gateway.browser().fetch("/providers").await.json();
    let ids: Vec<_> = listed["providers"].as_array().expect("a list").iter().map(|provider| &provider["id"]).collect();
    assert_eq!(ids.len(), 2, "{listed}");
    assert!(ids.iter().all(|id| *id == "github" || *id == "discord"), "{listed}");
    for query in ["", "?provider=x"] {
        let refused = gateway.browser().fetch(&format!("/oauth2/url{query}")).await.json();
        let said = refused["detail"].as_str().expect("a detail");
        assert!(said.ends_with("the ids are: github, discord."), "{said}");
    }
}

/// The page that the form leads to is that of the links on the page with the form.
#[tokio::test]
async fn the_form_keeps_what_the_links_of_its_page_keep() {
    let gateway = setup().start();
    let browser = gateway.browser();
    let wrong = send(&browser, &[("email", "ada"), ("ui_locales", "de")]).await;
    assert_eq!((wrong.status, wrong.header("content-language")), (400, "de"));
    for (prompt, is_kept) in [("none", false), ("login", false), ("select_account", true)] {
        let page = browser.get(&format!("/login?prompt={prompt}")).await;
        assert_eq!(page.body.contains("name=\"prompt\""), is_kept, "{prompt}: {}", page.body);
    }
    let long = "x".repeat(600);
    let page = browser.get(&format!("/login?ui_locales={long}")).await;
    assert!(page.status == 200 && !page.body.contains("name=\"ui_locales\""), "{page:?}");
}

#[tokio::test]
async fn an_app_suggests_the_address_and_keeps_its_request() {
    let app = "[clients.web]\nid_token_alg = \"ES256\"\ntype = \"public\"\nname = \"The app\"\n\
               redirect_uris = [\"https://app.example/cb\"]\nproviders = [\"op\", \"github\"]\n";
    let gateway = setup().toml(app).start();
    let browser = gateway.browser();
    let asked = encoded(&[
        ("client_id", "web"),
        ("redirect_uri", "https://app.example/cb"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("login_hint", "ada@corp.test"),
    ]);
    let begun = browser.get(&format!("/oauth2/authorize?{asked}")).await;
    let page = browser.get(&begun.location()).await;
    assert!(!begun.location().contains("corp.test"), "{begun:?}");
    assert!(page.body.contains("value=\"ada@corp.test\"") && page.body.contains("The app"), "{}", page.body);
    let id = begun.location().split_once("authorization_request=").expect("a request").1.to_owned();
    let zeta = send(&browser, &[("authorization_request", &id), ("email", "ada@zeta.test")]).await;
    assert!(zeta.location().ends_with("choose=unknown"), "the app does not take that provider: {zeta:?}");
    let answer = send(&browser, &[("authorization_request", &id), ("email", "bob@corp.test")]).await;
    assert_eq!(answer.location_parameter("login_hint").as_deref(), Some("bob@corp.test"));
    let begun = crate::support::Begun::at("op", answer.location());
    let done = browser.get(&begun.callback_of("bob")).await;
    assert!(done.location().starts_with("https://app.example/cb?") && done.location().contains("code="), "{done:?}");
}
