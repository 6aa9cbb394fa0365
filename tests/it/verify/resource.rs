//! `/verify?resource=<id>`: tokens for a protected resource alone (RFC 8707, RFC 9728), their scopes, and who may use it.

use serde_json::json;

use super::support::{asked, identity, setup};
use crate::support::app::{self, Tokens, code, path, post, post_as, redeem, sign_in};
use crate::support::{Answer, Gateway, Setup, sign_as};

const TOOLS: &str = "https://tools.example.com/mcp";
const METADATA: &str = "https://tools.example.com/.well-known/oauth-protected-resource/mcp";

const RESOURCES: &str = "[resources.tools]\nresource = 'https://tools.example.com/mcp'\nname = 'Tools'\n\
    scopes = ['tools.read', 'tools.write']\n\
    [resources.notes]\nresource = 'https://notes.example.com'\nscopes = ['notes']\n\
    [clients.spa]\nscopes = ['openid', 'profile', 'email', 'groups', 'offline_access', 'tools.read', 'tools.write', 'notes', 'orders']\n\
    resources = ['tools', 'notes']\n";

fn start(toml: &str) -> Gateway {
    setup(app::CLIENTS).toml(RESOURCES).toml(toml).start()
}

/// The tokens of `ada` for a resource with these scopes.
async fn tokens(gateway: &Gateway, resource: &str, scope: &str) -> Tokens {
    let asked = path(&[("resource", resource), ("scope", scope)]);
    let answer = sign_in(&gateway.browser(), &asked, "ada").await;
    Tokens::of(&redeem(gateway, &code(&answer), &[("resource", resource)]).await)
}

/// The answer to a proxy that passes on this token.
async fn with(gateway: &Gateway, query: &str, token: &str) -> Answer {
    let ask = gateway.browser().ask("GET", &format!("/verify?{query}")).for_json();
    ask.header("authorization", &format!("Bearer {token}")).send().await
}

fn challenge(error: &str, scopes: &str) -> String {
    let scopes = if scopes.is_empty() { String::new() } else { format!(", scope=\"{scopes}\"") };
    format!("Bearer {error}resource_metadata=\"{METADATA}\"{scopes}")
}

/// RFC 9728 §5.1: the 401 names the URL of the metadata; neither a cookie nor another token counts.
#[tokio::test]
async fn only_tokens_for_the_resource_alone_count() {
    let gateway = start("");
    let good = tokens(&gateway, TOOLS, "openid tools.read").await;
    assert_eq!((&good.claims()["aud"], &good.claims()["scope"]), (&json!(TOOLS), &json!("openid tools.read")));
    let answer = with(&gateway, "resource=tools", &good.access).await;
    assert_eq!(identity(&answer)[0], good.claims()["sub"].as_str().expect("a sub"));
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    for (query, scopes) in
        [("resource=tools", ""), ("resource=tools&scope=tools.read%20tools.write", "tools.read tools.write")]
    {
        let answer = browser.ask("GET", &format!("/verify?{query}")).for_json().send().await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, &*challenge("", scopes)), "a cookie");
    }
    let own = gateway.browser().sign_in_json("ada").await;
    let whole = sign_in(&gateway.browser(), &path(&[]), "ada").await;
    let whole = Tokens::of(&redeem(&gateway, &code(&whole), &[]).await);
    let claims = good.claims();
    let signed = |name: &str, value: serde_json::Value, typ: &str| {
        let mut changed = claims.clone();
        changed[name] = value;
        sign_as(typ, &gateway.database, &changed)
    };
    let itself = post_as(&gateway, "server", "/oauth2/token", &[("grant_type", "client_credentials")]).await;
    let (head, signature) = good.access.rsplit_once('.').expect("a JWT");
    for (case, token) in [
        ("of the SPA flow", own["api"]["access"].as_str().expect("a token").to_owned()),
        ("for the audience of the app", whole.access.clone()),
        ("for another resource", tokens(&gateway, "https://notes.example.com", "notes").await.access),
        ("for two", signed("aud", json!([TOOLS, "https://notes.example.com"]), "at+jwt")),
        ("of another issuer", signed("iss", json!("https://elsewhere.example"), "at+jwt")),
        ("of another type", signed("aud", json!(TOOLS), "JWT")),
        ("of another person", signed("sub", json!("019e0000-0000-7000-8000-000000000000"), "at+jwt")),
        ("of another app", signed("client_id", json!("server"), "at+jwt")),
        ("an ID token", good.id.clone().expect("an ID token")),
        ("of a service", Tokens::of(&itself).access),
        ("bent", format!("{head}.A{}", &signature[1..])),
        ("junk", "junk".to_owned()),
    ] {
        if token == good.access {
            continue;
        }
        let answer = with(&gateway, "resource=tools", &token).await;
        let expected = challenge("error=\"invalid_token\", ", "");
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, &*expected), "{case}: {answer:?}");
    }
    let basic = gateway.browser().ask("GET", "/verify?resource=tools").for_json().header("authorization", "Basic eDp5");
    assert_eq!(basic.send().await.status, 401);
    for bad in
        ["resource=unknown", "resource=", "scope=tools.read", "resource=tools&scope=", "resource=tools&scope=a%20%20b"]
    {
        assert_eq!(with(&gateway, bad, &good.access).await.status, 400, "{bad}");
    }
    // An ended session, at once.
    let form = [("token", good.access.as_str()), ("client_id", "spa")];
    assert_eq!(post(&gateway, "/oauth2/revoke", &form).await.status, 200);
    assert_eq!(with(&gateway, "resource=tools", &good.access).await.status, 401);
}

/// RFC 6750 §3.1: 403 names all scopes that are needed, so that a client does not lose what it has when it asks for them.
#[tokio::test]
async fn a_missing_scope_is_named() {
    let gateway = start("");
    let read = tokens(&gateway, TOOLS, "openid tools.read offline_access").await;
    for (wanted, status) in [
        ("tools.read", 200),
        ("openid tools.read", 200),
        ("tools.write", 403),
        ("tools.read tools.write", 403),
        ("Tools.Read", 403),
        ("tools", 403),
    ] {
        let query = format!("resource=tools&scope={}", wanted.replace(' ', "%20"));
        let answer = with(&gateway, &query, &read.access).await;
        assert_eq!(answer.status, status, "{wanted}: {answer:?}");
        if status == 403 {
            assert_eq!(answer.header("www-authenticate"), challenge("error=\"insufficient_scope\", ", wanted));
            assert_eq!(answer.code(), "insufficient_scope");
        }
    }
    let both = tokens(&gateway, TOOLS, "tools.read tools.write").await;
    assert_eq!(with(&gateway, "resource=tools&scope=tools.read%20tools.write", &both.access).await.status, 200);
}

/// Scopes granted = asked ∩ the resource's ∩ the client's; those of OpenID Connect are of the session.
#[tokio::test]
async fn scopes_are_those_of_the_resource() {
    let gateway = start("");
    for (resource, asked, granted) in [
        (TOOLS, "openid tools.read notes orders unknown", "openid tools.read"),
        (TOOLS, "tools.write tools.read offline_access email", "tools.write tools.read offline_access email"),
        ("https://notes.example.com/", "notes tools.read openid", "notes openid"),
        ("https://api.example", "openid orders tools.read", "openid orders tools.read"),
    ] {
        let tokens = tokens(&gateway, resource, asked).await;
        assert_eq!(
            (&tokens.body["scope"], &tokens.claims()["scope"]),
            (&json!(granted), &json!(granted)),
            "{resource} {asked}"
        );
    }
    let none = gateway.browser();
    none.sign_in("ada").await;
    let refused = none.get(&path(&[("resource", TOOLS), ("scope", "notes orders")])).await;
    assert_eq!(app::redirect_error(&refused), "invalid_scope");
    let other =
        none.get(&path(&[("client_id", "cli"), ("redirect_uri", "com.example.tool:/cb"), ("resource", TOOLS)])).await;
    assert_eq!(app::redirect_error(&other), "invalid_target", "the client does not list it");
    // One token is for one resource: a refresh cannot change it.
    let first = tokens(&gateway, TOOLS, "openid tools.read offline_access").await;
    let refresh = async |token: &str, resource: &str| {
        let form =
            [("grant_type", "refresh_token"), ("client_id", "spa"), ("refresh_token", token), ("resource", resource)];
        post(&gateway, "/oauth2/token", &form).await
    };
    let answer = refresh(first.refresh(), "https://notes.example.com").await;
    assert_eq!(app::error(&answer), (400, "invalid_target".into()));
    let again = Tokens::of(&refresh(first.refresh(), TOOLS).await);
    assert_eq!(
        (&again.claims()["aud"], &again.body["scope"]),
        (&json!(TOOLS), &json!("openid tools.read offline_access"))
    );
}

/// A consent page that names no resource is no consent to one: neither the code nor the refresh token gives a token for it, and
/// both stay valid.
#[tokio::test]
async fn a_grant_without_a_resource_gives_no_token_for_a_protected_one() {
    let gateway = start("");
    let refresh = async |token: &str, resource: &str| {
        let mut form = vec![("grant_type", "refresh_token"), ("client_id", "spa"), ("refresh_token", token)];
        form.extend(Some(("resource", resource)).filter(|(_, resource)| !resource.is_empty()));
        post(&gateway, "/oauth2/token", &form).await
    };
    let whole =
        sign_in(&gateway.browser(), &path(&[("scope", "openid tools.read orders offline_access")]), "ada").await;
    let code = code(&whole);
    for protected in [TOOLS, "https://notes.example.com", "https://notes.example.com/"] {
        let answer = redeem(&gateway, &code, &[("resource", protected)]).await;
        assert_eq!(app::error(&answer), (400, "invalid_target".into()), "{protected}");
    }
    let one = Tokens::of(&redeem(&gateway, &code, &[("resource", "https://api.example/")]).await);
    assert_eq!(one.claims()["aud"], "https://api.example", "its own audience is narrowed");
    for protected in [TOOLS, "https://notes.example.com/"] {
        let answer = refresh(one.refresh(), protected).await;
        assert_eq!(app::error(&answer), (400, "invalid_target".into()), "{protected}");
    }
    assert_eq!(gateway.database.number("SELECT max(refresh_token_counter) FROM sessions"), 0);
    let other = Tokens::of(&refresh(one.refresh(), "https://other.example").await);
    assert_eq!(other.claims()["aud"], "https://other.example");
    let both = Tokens::of(&refresh(other.refresh(), "").await);
    assert_eq!(both.claims()["aud"], json!(["https://api.example", "https://other.example"]));
}

/// FW-03: a resource learns what the scopes of the token release to its app. Every header is there, empty where they do not.
#[tokio::test]
async fn the_headers_have_what_the_scopes_release() {
    let gateway = start("[clients.spa]\ngroups = ['tools-*']\n[resources.tools.allow]\ngroups = ['payroll']\n");
    gateway.op.set_claims(json!({
        "email": "ada@example.com", "email_verified": true, "preferred_username": "ada",
        "groups": ["payroll", "works-council", "tools-x"],
    }));
    for (scope, expected) in [
        ("tools.read", ["", "", ""]),
        ("openid tools.read", ["", "", ""]),
        ("tools.read email", ["ada@example.com", "", ""]),
        ("openid profile", ["", "ada", ""]),
        ("openid tools.read groups", ["", "", "tools-x"]),
        ("openid email profile groups tools.read", ["ada@example.com", "ada", "tools-x"]),
    ] {
        let token = tokens(&gateway, TOOLS, scope).await;
        let [user, rest @ ..] = identity(&with(&gateway, "resource=tools", &token.access).await);
        assert_eq!(user, token.claims()["sub"].as_str().expect("a sub"), "{scope}");
        assert_eq!(rest, expected, "{scope}");
    }
}

/// Tokens of an app that was removed, or that may have no more tokens for the resource, are refused before they expire.
#[tokio::test]
async fn tokens_of_an_app_that_may_not_have_them_any_more_are_refused() {
    let gateway = start("");
    let token = tokens(&gateway, TOOLS, "openid tools.read").await.access;
    let (resources, _) = RESOURCES.split_once("[clients.spa]").expect("a client");
    let with_apps = |toml: &str| Setup::beside(&gateway).toml(app::CLIENTS).toml(toml).start();
    let unknown = Setup::beside(&gateway).toml(resources).start();
    for (case, replica, status) in [
        ("as before", with_apps(RESOURCES), 200),
        ("another resource alone", with_apps(&RESOURCES.replace("['tools', 'notes']", "['notes']")), 401),
        ("no such app", unknown, 401),
    ] {
        let answer = with(&replica, "resource=tools", &token).await;
        assert_eq!(answer.status, status, "{case}: {answer:?}");
        if status == 401 {
            assert_eq!(answer.header("www-authenticate"), challenge("error=\"invalid_token\", ", ""), "{case}");
        }
    }
}

/// RFC 9470: the session of the token is the app's, so the app makes a new request; a login in the browser would not help.
#[tokio::test]
async fn a_login_that_is_too_old_or_too_weak_for_a_resource_is_challenged_without_a_login_url() {
    let levels = "[providers.op]\naal = { gold = 'aal2' }\n";
    let rule = "[[verify.rules]]\nhosts = ['tools.example.com']\nallow = { max_age = '10m' }\n";
    for (toml, wanted) in [
        ("[resources.tools.allow]\nmax_age = '10m'\n", "max_age=\"600\""),
        ("[resources.tools.allow]\naal = 'aal2'\n", "acr_values=\"gold\""),
        (rule, "max_age=\"600\""),
    ] {
        let gateway = start(&format!("{levels}{toml}"));
        gateway.op.set_claims(json!({ "auth_time": gateway.clock.now().timestamp() - 3600 }));
        let token = tokens(&gateway, TOOLS, "openid tools.read").await.access;
        let ask = gateway.browser().ask("GET", "/verify?resource=tools&scope=tools.read&redirect=true").for_json();
        let ask = ask.header("x-forwarded-proto", "https").header("x-forwarded-host", "tools.example.com");
        let ask = ask.header("x-forwarded-uri", "/mcp").header("x-forwarded-method", "POST");
        let answer = ask.header("authorization", &format!("Bearer {token}")).send().await;
        assert_eq!(answer.problem(), (401, "insufficient_user_authentication".into()), "{toml}");
        let expected = challenge(&format!("error=\"insufficient_user_authentication\", {wanted}, "), "tools.read");
        assert_eq!(answer.header("www-authenticate"), expected, "{toml}");
        assert!(answer.json().get("login_url").is_none(), "{toml}: {answer:?}");
    }
}

/// `resources.<id>.allow`, by the vocabulary of rules, beside the rule and the query.
#[tokio::test]
async fn who_may_use_a_resource() {
    for (allow, status) in [
        ("groups = ['staff']", 200),
        ("groups = ['ops']", 403),
        ("email_domains = ['example.com']", 200),
        ("email_domains = ['elsewhere.example']", 403),
        ("providers = ['op']", 200),
        ("claims = { '/tier' = 'gold' }", 200),
        ("claims = { '/tier' = 'silver' }", 403),
        ("max_age = '1h'", 200),
        ("aal = 'aal3'", 401),
    ] {
        let gateway = start(&format!("[resources.tools.allow]\n{allow}\n"));
        gateway
            .op
            .set_claims(json!({"groups": ["staff"], "tier": "gold", "auth_time": gateway.clock.now().timestamp()}));
        let token = tokens(&gateway, TOOLS, "tools.read").await.access;
        assert_eq!(with(&gateway, "resource=tools", &token).await.status, status, "{allow}");
        assert_eq!(with(&gateway, "resource=tools&groups=nobody", &token).await.status, 403, "{allow}");
    }
    let rules = "[[verify.rules]]\nhosts = ['tools.example.com']\nallow = { groups = ['staff'] }\n\
                 [[verify.rules]]\nhosts = ['open.example.com']\nallow = { anyone = true }\n";
    let gateway = start(rules);
    gateway.op.set_claims(json!({"groups": ["staff"]}));
    let token = tokens(&gateway, TOOLS, "tools.read").await.access;
    for (url, authorization, status) in [
        ("https://tools.example.com/mcp", Some(&token), 200),
        ("https://tools.example.com/mcp", None, 401),
        ("https://open.example.com/mcp", None, 401),
        ("https://open.example.com/mcp", Some(&token), 200),
        ("https://other.example.com/mcp", Some(&token), 403),
    ] {
        let (_, rest) = url.split_once("://").expect("a URL");
        let (host, path) = rest.split_once('/').expect("a path");
        let mut ask = gateway.browser().ask("GET", "/verify?resource=tools").for_json();
        ask = ask.header("x-forwarded-host", host).header("x-forwarded-uri", &format!("/{path}"));
        ask = ask.header("x-forwarded-proto", "https").header("x-forwarded-method", "POST");
        if let Some(token) = authorization {
            ask = ask.header("authorization", &format!("Bearer {token}"));
        }
        assert_eq!(ask.send().await.status, status, "{url} {}", authorization.is_some());
    }
    let cookie = gateway.browser();
    cookie.sign_in("ada").await;
    assert_eq!(asked(&cookie, "GET", "https://tools.example.com/mcp").send().await.status, 200, "without resource");
}

const SCOPES: &str = "[[verify.rules]]\nhosts = ['tools.example.com']\npaths = ['/mcp/write/**']\nscopes = ['tools.write']\n\
    [[verify.rules]]\nhosts = ['tools.example.com']\npaths = ['/profile']\nscopes = ['openid', 'email']\n\
    [[verify.rules]]\nhosts = ['tools.example.com']\n";

/// `verify.rules.scopes`: all of them, by the token or by what the tokens of a cookie's session have; beside `scope` of the query.
#[tokio::test]
async fn a_rule_wants_scopes() {
    let gateway = start(&format!("[tokens]\naudience = ['https://api.example']\n{SCOPES}"));
    let read = tokens(&gateway, TOOLS, "openid tools.read").await.access;
    let both = tokens(&gateway, TOOLS, "openid tools.read tools.write").await.access;
    let of_spa = gateway.browser().sign_in_json("ada").await["api"]["access"].as_str().expect("a token").to_owned();
    let narrow = {
        let mut claims = app::claims(&of_spa);
        claims["scope"] = json!("openid");
        crate::support::sign(&gateway.database, &claims)
    };
    let cookie = gateway.browser();
    cookie.sign_in("ada").await;
    let (unknown, none) = (gateway.browser(), String::new());
    let no_more = "Bearer error=\"insufficient_scope\", scope=\"tools.write\"";
    let of_resource = |scopes: &str| challenge("error=\"insufficient_scope\", ", scopes);
    for (case, query, path, token, browser, status, expected) in [
        (
            "the resource's, without it",
            "resource=tools",
            "/mcp/write/x",
            &read,
            &unknown,
            403,
            of_resource("tools.write"),
        ),
        ("the resource's, with it", "resource=tools", "/mcp/write/x", &both, &unknown, 200, none.clone()),
        (
            "the rule and the query",
            "resource=tools&scope=openid",
            "/mcp/write/x",
            &read,
            &unknown,
            403,
            of_resource("openid tools.write"),
        ),
        (
            "the query alone",
            "resource=tools&scope=tools.write",
            "/mcp",
            &read,
            &unknown,
            403,
            of_resource("tools.write"),
        ),
        ("a rule without scopes", "resource=tools", "/mcp", &read, &unknown, 200, none.clone()),
        ("no token", "resource=tools", "/mcp/write/x", &none, &unknown, 401, challenge("", "tools.write")),
        (
            "a cookie does not count",
            "resource=tools",
            "/mcp/write/x",
            &none,
            &cookie,
            401,
            challenge("", "tools.write"),
        ),
        ("a token of the built-in client", "", "/mcp/write/x", &of_spa, &unknown, 403, no_more.to_owned()),
        ("it has these", "", "/profile", &of_spa, &unknown, 200, none.clone()),
        ("one of two", "", "/profile", &narrow, &unknown, 403, no_more.replace("tools.write", "openid email")),
        ("a rule without scopes", "", "/", &narrow, &unknown, 200, none.clone()),
        ("a cookie", "", "/mcp/write/x", &none, &cookie, 403, none.clone()),
        ("a cookie has those of its tokens", "", "/profile", &none, &cookie, 200, none.clone()),
        (
            "the token decides beside a cookie",
            "",
            "/profile",
            &narrow,
            &cookie,
            403,
            no_more.replace("tools.write", "openid email"),
        ),
    ] {
        let ask = browser.ask("GET", &format!("/verify?{query}")).for_json().header("x-forwarded-proto", "https");
        let ask = ask.header("x-forwarded-host", "tools.example.com").header("x-forwarded-uri", path);
        let ask = if token.is_empty() { ask } else { ask.header("authorization", &format!("Bearer {token}")) };
        let answer = ask.send().await;
        let (code, shown) =
            (if status == 403 { answer.code() } else { String::new() }, answer.header("www-authenticate"));
        assert_eq!((answer.status, shown), (status, expected.as_str()), "{case}: {code}");
        let expected = if expected.is_empty() { "not_allowed" } else { "insufficient_scope" };
        assert!(status != 403 || code == expected, "{case}: {code}");
    }
    let page = cookie.ask("GET", "/verify").header("sec-fetch-mode", "navigate").header("x-forwarded-proto", "https");
    let page = page.header("x-forwarded-host", "tools.example.com").header("x-forwarded-uri", "/mcp/write/x");
    assert_eq!(page.send().await.status, 403, "a person cannot get more scopes, so there is no login");
}

/// With `verify.issue_token` the service gets the token that was sent.
#[tokio::test]
async fn the_service_gets_the_token_that_was_sent() {
    let gateway = start("[verify]\nissue_token = true\n");
    let token = tokens(&gateway, TOOLS, "tools.read").await.access;
    let answer = with(&gateway, "resource=tools", &token).await;
    assert_eq!(answer.header("authorization"), format!("Bearer {token}"));
}

/// RFC 9728 §2 and §3.2, RFC 9728 §4.
#[tokio::test]
async fn the_metadata_describe_the_resource() {
    let gateway = start("");
    let browser = gateway.browser();
    let answer = browser
        .ask("GET", "/.well-known/oauth-protected-resource/tools")
        .header("origin", "https://x.example")
        .send()
        .await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(
        (answer.header("access-control-allow-origin"), answer.header("cache-control")),
        ("*", "public, max-age=300")
    );
    let expected = json!({
        "resource": TOOLS, "authorization_servers": ["https://login.example.com"], "resource_name": "Tools",
        "scopes_supported": ["tools.read", "tools.write"], "bearer_methods_supported": ["header"],
    });
    assert_eq!(answer.json(), expected);
    let again = browser
        .ask("GET", "/.well-known/oauth-protected-resource/tools")
        .header("if-none-match", answer.header("etag"));
    assert_eq!(again.send().await.status, 304);
    for unknown in ["other", "tools%2F", "Tools"] {
        assert_eq!(
            browser.fetch(&format!("/.well-known/oauth-protected-resource/{unknown}")).await.status,
            404,
            "{unknown}"
        );
    }
    let server = browser.fetch("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(server["protected_resources"], json!([TOOLS, "https://notes.example.com"]));
    let without = app::start().browser().fetch("/.well-known/oauth-authorization-server").await.json();
    assert!(without.get("protected_resources").is_none());
}

/// The consent page names the resource and the scopes.
#[tokio::test]
async fn the_consent_page_names_the_resource() {
    let gateway = start("");
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let to =
        browser.get(&path(&[("prompt", "consent"), ("resource", TOOLS), ("scope", "openid tools.read orders")])).await;
    let text = browser.get(&to.location()).await.text();
    assert!(text.contains("for Tools alone") && text.contains("tools.read") && !text.contains("orders"), "{text}");
    let to = browser.get(&path(&[("prompt", "consent")])).await;
    assert!(!browser.get(&to.location()).await.text().contains("alone"));
}
