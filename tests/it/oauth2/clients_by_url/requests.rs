//! The authorization request, the login before it, and the consent page.

use serde_json::json;

use super::support::{Host, OWN_DEVICE, refusal, setup};
use crate::fake_provider::Reply;
use crate::support::app::{self, Tokens, code, error, redirect_error, sign_in};
use crate::support::{Answer, Begun, Browser, parameter};

/// From a browser without a session: the login comes first, and only then the document is read.
#[tokio::test]
async fn a_person_signs_in_before_the_document_is_read() {
    let host = Host::start();
    let browser = host.gateway.browser();
    let login = browser.get(&host.path(&[("login_hint", "ada@example.com")])).await;
    assert_eq!((login.status, host.fetches()), (302, 0));
    assert!(login.location().starts_with("/login?return_to=%2Foauth2%2Fauthorize%3F"), "{}", login.location());
    let begun = app::to_provider(&browser, &login.location()).await;
    let back = browser.get(&begun.callback_of("ada")).await.location();
    assert_eq!((back.as_str(), host.fetches()), (&*host.path(&[("login_hint", "ada@example.com")]), 0));
    let page = browser.get(&back).await.location();
    assert_eq!(host.fetches(), 1);
    let agreed = host.agree(&browser, &browser.get(&page).await).await;
    assert!(agreed.location().starts_with("http://127.0.0.1:4711/cb?code="), "{}", agreed.location());
    let tokens = Tokens::of(&host.redeem(&code(&agreed), &[]).await);
    assert_eq!(tokens.claims()["client_id"], host.id.as_str());
    assert_eq!(tokens.id_claims()["aud"], host.id.as_str());
    assert_eq!(parameter(&agreed.location(), "iss").as_deref(), Some(host.gateway.public_url.as_str()));
    // A named provider is the one of the login.
    let named = host.gateway.browser().get(&host.path(&[("provider", "op")])).await;
    assert!(named.location().starts_with("/login/op?return_to="), "{}", named.location());
}

/// The page says whose app it is, that the operator does not know it, and truly where the answer goes.
#[tokio::test]
async fn the_page_says_that_the_app_is_unknown() {
    let host = Host::start();
    host.serve(&json!({"client_name": "<b>Your bank</b>\u{202e}", "logo_uri": format!("{}/logo.png", host.id),
        "redirect_uris": ["https://evil.example/", OWN_DEVICE]}));
    let browser = host.signed_in().await;
    let own = host.id.trim_start_matches("http://").split('/').next().expect("a host").to_owned();
    let page = host.consent_page(&browser, &[]).await;
    for said in [
        &*format!("Continue to {own}?"),
        &*format!("The operator of this site does not know this app. It comes from {own}."),
        "It calls itself “<b>Your bank</b>”.",
        "The answer goes to a program on this computer.",
    ] {
        assert!(page.text().contains(said), "{said}: {}", page.text());
    }
    assert!(!page.body.contains("<b>") && !page.body.contains("logo") && !page.body.contains("\u{202e}"));
    let elsewhere = host.consent_page(&browser, &[("redirect_uri", "https://evil.example/")]).await;
    for said in ["The answer goes to evil.example.", &*format!("evil.example is another site than {own}.")] {
        assert!(elsewhere.text().contains(said), "{said}: {}", elsewhere.text());
    }
    assert!(!elsewhere.text().contains("a program on this computer"), "{}", elsewhere.text());
    assert_eq!(host.other_requests(), [""; 0], "neither the gateway nor a page loads a logo");
    let mut listed = Host::with("[clients_by_url]\nhosts = ['localhost']\n");
    listed.id = listed.id.replace("127.0.0.1", "localhost");
    listed.serve(&json!({}));
    let page = listed.consent_page(&listed.signed_in().await, &[]).await;
    assert!(page.text().contains("has not checked this one"), "{}", page.text());
}

/// The error that the app gets after the person has left the page of a refusal by its button. An unknown site gets nothing before.
async fn sent_back(browser: &Browser, page: &Answer) -> String {
    assert_eq!((page.status, page.is_page()), (400, true), "{page:?}");
    let answer = page.form("Back to").press(browser, None).send().await;
    assert_eq!(answer.status, 303, "{answer:?}");
    redirect_error(&answer)
}

/// RFC 9700 §4.11.2: an error leads to no site that neither the operator nor the person knows; the page names the site.
#[tokio::test]
async fn an_error_leads_to_no_unknown_site() {
    let host = Host::start();
    host.serve(&json!({"redirect_uris": ["https://evil.example/land"]}));
    let land = ("redirect_uri", "https://evil.example/land");
    let browser = host.signed_in().await;
    for bad in
        [("response_type", "x"), ("prompt", "none"), ("scope", "orders x"), ("max_age", "x"), ("response_mode", "x")]
    {
        let page = browser.get(&host.path(&[land, bad])).await;
        assert!(page.text().contains("Back to evil.example"), "{bad:?}: {}", page.text());
        assert!(page.text().contains("does not know"), "{}", page.text());
        sent_back(&browser, &page).await;
        let program = refusal(&browser, &host.path(&[land, bad])).await;
        assert_eq!(program, (400, "app_request_refused".to_owned()), "{bad:?}");
    }
    // A person who is not signed in signs in, and then sees the same page.
    let unknown = host.gateway.browser();
    let path = host.path(&[land, ("response_type", "x")]);
    let begun = app::to_provider(&unknown, &unknown.get(&path).await.location()).await;
    let back = unknown.get(&begun.callback_of("ada")).await.location();
    let page = unknown.get(&back).await;
    assert_eq!(sent_back(&unknown, &page).await, "unsupported_response_type");
    // By a form, and pushed.
    let form = path.split_once('?').expect("a query").1.to_owned();
    let ask = host.gateway.browser().ask("POST", "/oauth2/authorize");
    let answer = ask.body("application/x-www-form-urlencoded", form).send().await;
    sent_back(&browser, &browser.get(&answer.location()).await).await;
    let form = host.path(&[land, ("prompt", "none")]).split_once('?').expect("a query").1.to_owned();
    let ask = host.gateway.browser().ask("POST", "/oauth2/par");
    let pushed = ask.body("application/x-www-form-urlencoded", form).send().await;
    let uri = pushed.json()["request_uri"].as_str().expect("a request_uri").to_owned();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("client_id", &host.id).append_pair("request_uri", &uri).finish();
    let page = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!(sent_back(&browser, &page).await, "consent_required");
}

/// A login that fails for a client by URL ends at a page as well.
#[tokio::test]
async fn a_failed_login_leads_to_no_unknown_site() {
    let host = Host::start();
    host.serve(&json!({"redirect_uris": ["https://evil.example/land"]}));
    let browser = host.signed_in().await;
    let page = host.consent_page(&browser, &[("redirect_uri", "https://evil.example/land")]).await;
    let path = page.form("Continue").action;
    browser.post("/logout").await;
    let login = browser.get(&path).await.location();
    let begun = Begun::at("op", browser.get(&login).await.location());
    let page = browser.get(&begun.callback(&[("error", "access_denied"), ("state", &begun.state)])).await;
    assert!(page.is_page() && page.text().contains("Back to evil.example"), "{page:?}");
}

/// An app whose host the operator has listed gets its errors by a redirect, as a registered one.
#[tokio::test]
async fn an_app_at_a_listed_host_gets_its_errors() {
    let mut listed = Host::with("[clients_by_url]\nhosts = ['localhost']\n");
    listed.id = listed.id.replace("127.0.0.1", "localhost");
    listed.serve(&json!({}));
    let silent = listed.signed_in().await.get(&listed.path(&[("prompt", "none")])).await;
    assert_eq!((silent.status, redirect_error(&silent)), (302, "consent_required".to_owned()));
}

/// Only consent gives a code. It is asked for each time on the own device, and remembered for an https address.
#[tokio::test]
async fn consent_is_asked_each_time_on_the_own_device() {
    let host = Host::start();
    let browser = host.signed_in().await;
    for (redirect_uri, is_remembered) in [("http://127.0.0.1:4711/cb", false), ("https://app.example/cb", true)] {
        let silent = host.path(&[("redirect_uri", redirect_uri), ("prompt", "none")]);
        assert_eq!(sent_back(&browser, &browser.get(&silent).await).await, "consent_required", "{redirect_uri}");
        for _ in 0..2 {
            let asks = [("redirect_uri", redirect_uri), ("prompt", "consent")];
            let page = host.consent_page(&browser, if is_remembered { &asks } else { &asks[..1] }).await;
            assert!(page.text().contains("does not know this app"), "{}", page.text());
            code(&host.agree(&browser, &page).await);
        }
        let answer = browser.get(&silent).await;
        if is_remembered {
            code(&answer);
            code(&browser.get(&host.path(&[("redirect_uri", redirect_uri)])).await);
        } else {
            assert_eq!(sent_back(&browser, &answer).await, "consent_required", "{redirect_uri}");
        }
    }
    // Without a session no redirect URI is known, so the error is a page of ours.
    let fetches = host.fetches();
    let signed_out = refusal(&host.gateway.browser(), &host.path(&[("prompt", "none")])).await;
    assert_eq!((signed_out, host.fetches()), ((401, "no_session".to_owned()), fetches));
}

/// PKCE, the redirect URIs and the scopes are checked as for a registered public client.
#[tokio::test]
async fn requests_are_those_of_a_public_client() {
    let host = Host::start();
    let browser = host.signed_in().await;
    for (changes, error) in [
        (vec![("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("scope", "email groups orders")], "invalid_scope"),
        (vec![("resource", "https://api.example")], "invalid_target"),
    ] {
        let answer = browser.get(&host.path(&changes)).await;
        assert_eq!(sent_back(&browser, &answer).await, error, "{changes:?}");
    }
    for other in [
        "http://127.0.0.1:4711/other",
        "http://localhost:4711/cb",
        "https://app.example/cb/",
        "https://app.example:8443/cb",
        "https://evil.example/cb",
        "com.example.app:/cb",
        "",
    ] {
        let refused = refusal(&browser, &host.path(&[("redirect_uri", other)])).await;
        assert_eq!(refused, (400, "redirect_uri_refused".to_owned()), "{other}");
    }
    for port in ["http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", OWN_DEVICE] {
        host.consent_page(&browser, &[("redirect_uri", port)]).await;
    }
    let tools = [("resource", "https://tools.example.com/mcp"), ("scope", "openid tools.read orders")];
    let tokens = host.tokens(&browser, &tools).await;
    let claims = tokens.claims();
    assert_eq!(
        (&claims["aud"], &claims["scope"]),
        (&json!("https://tools.example.com/mcp"), &json!("openid tools.read"))
    );
    let wrong = code(&host.agree(&browser, &host.consent_page(&browser, &[]).await).await);
    assert_eq!(error(&host.redeem(&wrong, &[("code_verifier", "")]).await).1, "invalid_grant");
    assert_eq!(error(&host.redeem(&wrong, &[("client_secret", "x")]).await).1, "invalid_client");
}

/// A URL is a client only where the operator says so.
#[tokio::test]
async fn other_urls_are_of_no_client() {
    let off = Host::with("[clients_by_url]\nenabled = false\n");
    let listed = Host::with("[clients_by_url]\nhosts = ['app.example', '*.agents.example']\n");
    let on = Host::start();
    for (host, id) in [
        (&off, off.id.clone()),
        (&listed, listed.id.clone()),
        (&on, format!("{}#x", on.id)),
        (&on, on.id.replace("http://", "http://me@")),
        (&on, on.id.replace("client.json", "a/../client.json")),
        (&on, "https://10.0.0.1/client.json".to_owned()),
        (&on, "http://app.example/client.json".to_owned()),
        (&on, "https://app.example".to_owned()),
        (&on, "https://app.example/".to_owned()),
        (&on, "nobody".to_owned()),
    ] {
        let browser = host.signed_in().await;
        let refused = refusal(&browser, &host.path(&[("client_id", &id)])).await;
        assert_eq!((refused, host.fetches()), ((400, "unknown_client".to_owned()), 0), "{id}");
        let form = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", &*id)];
        let answer = app::post(&host.gateway, "/oauth2/token", &form).await;
        assert_eq!(error(&answer), (400, "invalid_client".to_owned()), "{id}");
    }
}

/// RFC 9126: a pushed request needs no signed-in person; the document is read when it is pushed.
#[tokio::test]
async fn a_pushed_request_reads_the_document() {
    let host = Host::start();
    let query = host.path(&[]);
    let form = query.split_once('?').expect("a query").1.to_owned();
    let push = async |form: String| {
        let ask = host.gateway.browser().ask("POST", "/oauth2/par");
        ask.body("application/x-www-form-urlencoded", form).send().await
    };
    let pushed = push(form.clone()).await;
    assert_eq!((pushed.status, host.fetches()), (201, 1), "{pushed:?}");
    let uri = pushed.json()["request_uri"].as_str().expect("a request_uri").to_owned();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &host.id)
        .append_pair("request_uri", &uri)
        .finish();
    let browser = host.gateway.browser();
    let page = sign_in(&browser, &format!("/oauth2/authorize?{query}"), "ada").await.location();
    code(&host.agree(&browser, &browser.get(&page).await).await);
    let elsewhere = form.replace("4711%2Fcb", "4711%2Fother");
    assert_eq!(error(&push(elsewhere).await), (400, "invalid_request".to_owned()));
    let other = Host::start();
    other.reply(Reply::text(404, "application/json", "{}"));
    let ask = other.gateway.browser().ask("POST", "/oauth2/par");
    let form = other.path(&[]).split_once('?').expect("a query").1.to_owned();
    let refused = ask.body("application/x-www-form-urlencoded", form).send().await;
    assert_eq!(error(&refused), (400, "invalid_client".to_owned()));
}

/// A request by a form leads to the same request in the query.
#[tokio::test]
async fn a_request_by_a_form_is_continued_in_the_query() {
    let host = Host::start();
    let browser = host.signed_in().await;
    let form = host.path(&[]).split_once('?').expect("a query").1.to_owned();
    let ask = host.gateway.browser().ask("POST", "/oauth2/authorize");
    let answer = ask.body("application/x-www-form-urlencoded", form).send().await;
    assert_eq!((answer.status, host.fetches()), (303, 0));
    let page = browser.get(&answer.location()).await.location();
    assert!(page.contains("/oauth2/authorize/agree?"), "{page}");
}

/// The fetches of one address are limited, so that nobody can let the gateway send requests without end.
#[tokio::test]
async fn fetches_count_for_the_address() {
    let host = Host::start();
    let gateway = setup().toml("[limits]\nlogins_per_minute = 1\n").start();
    let statuses = async || {
        let mut statuses = Vec::new();
        for number in 0..3 {
            let id = format!("{}?{number}", host.id);
            let form = host.path(&[("client_id", &id)]).split_once('?').expect("a query").1.to_owned();
            let ask = gateway.browser().ask("POST", "/oauth2/par");
            statuses.push(ask.body("application/x-www-form-urlencoded", form).send().await.status);
        }
        statuses
    };
    // The documents name another client_id.
    host.reply(Reply::text(200, "application/json", &host.document(&json!({})).to_string()));
    assert_eq!(statuses().await, [400, 429, 429]);
}

/// The page after a login of another kind does not need the document: a person who has signed out meanwhile signs in again.
#[tokio::test]
async fn a_signed_out_person_signs_in_again_for_the_stored_request() {
    let host = Host::start();
    let browser = host.signed_in().await;
    let page = host.consent_page(&browser, &[]).await;
    let path = page.form("Continue").action;
    browser.post("/logout").await;
    host.reply(Reply::Closed);
    let login = browser.get(&path).await.location();
    let begun = Begun::at("op", browser.get(&login).await.location());
    let page = browser.get(&begun.callback_of("ada")).await.location();
    code(&host.agree(&browser, &browser.get(&page).await).await);
}
