//! Settings of the tokens of one client: lifetimes, the algorithm, the audiences that it may introspect, and how many
//! sessions it may have.

#![expect(clippy::similar_names, reason = "`log` and `long`, `line` and `lines`")]

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::app::{
    self, SECRET, Tokens, claims, code, header, path, post, post_as, redeem, refresh, sign_in, userinfo,
};
use crate::support::{Gateway, LogCapture, Setup};

/// The lifetime of a token in seconds.
fn lifetime(token: &str) -> i64 {
    let claims = claims(token);
    let at = |name: &str| claims[name].as_i64().expect("a time");
    at("exp") - at("iat")
}

fn id_lifetime(tokens: &Tokens) -> i64 {
    lifetime(tokens.id.as_deref().expect("an ID token"))
}

/// Signs a new browser in to a public client that has one redirect URI, `https://{client}.example/cb`.
async fn tokens_of(gateway: &Gateway, client: &str) -> Tokens {
    let redirect_uri = format!("https://{client}.example/cb");
    let asked = path(&[("client_id", client), ("redirect_uri", &redirect_uri)]);
    let answer = sign_in(&gateway.browser(), &asked, "ada").await;
    let changes = [("client_id", client), ("redirect_uri", &*redirect_uri)];
    Tokens::of(&redeem(gateway, &code(&answer), &changes).await)
}

async fn refreshed(gateway: &Gateway, client: &str, tokens: &Tokens) -> Tokens {
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("client_id", client)];
    Tokens::of(&post(gateway, "/oauth2/token", &form).await)
}

fn client(id: &str, lines: &str) -> String {
    format!("[clients.{id}]\nredirect_uris = ['https://{id}.example/cb']\nid_token_alg = 'ES256'\n{lines}\n")
}

/// Argo CD takes the ID token for its session, Jenkins `expires_in`: both are the client's own, at the redemption and at a
/// refresh, and other clients keep those of `[tokens]`.
#[tokio::test]
async fn a_client_with_lifetimes_of_its_own_does_not_change_those_of_others() {
    let clients = [
        ("argocd", "id_lifetime = '12h'", 300, 43_200),
        ("jenkins", "access_lifetime = '1d'", 86_400, 300),
        ("both", "access_lifetime = '90s'\nid_lifetime = '1d'", 90, 86_400),
        ("plain", "", 300, 300),
    ];
    let text: String = clients.iter().map(|(id, lines, ..)| client(id, lines)).collect();
    let gateway = app::setup().toml(&text).start();
    for (id, _, access, of_id) in clients {
        let first = tokens_of(&gateway, id).await;
        for tokens in [refreshed(&gateway, id, &first).await, first] {
            assert_eq!((lifetime(&tokens.access), id_lifetime(&tokens)), (access, of_id), "{id}");
            assert_eq!(tokens.body["expires_in"], access, "{id}");
        }
    }
    let own = gateway.browser().sign_in_json("ada").await;
    assert_eq!(own["api"]["expires_in"], 300, "the built-in client");
    let itself = format!(
        "[clients.robot]\ntype = 'confidential'\nclient_secret = '{SECRET}'\ngrants = ['client_credentials']\n\
         access_lifetime = '2h'"
    );
    let gateway = Setup::beside(&gateway).toml(&itself).start();
    let form = [("grant_type", "client_credentials")];
    let tokens = Tokens::of(&post_as(&gateway, "robot", "/oauth2/token", &form).await);
    assert_eq!((lifetime(&tokens.access), &tokens.body["expires_in"]), (7200, &json!(7200)));
}

/// SE-05: a token of a long lifetime ends with its session. The revocation feed keeps the end of the session as long as the
/// longest token of any client could be valid.
#[tokio::test]
async fn a_long_token_ends_with_its_session_and_stays_revoked() {
    let text = client("long", "access_lifetime = '20h'\nid_lifetime = '20h'")
        + "[sessions]\nidle_timeout = '1d'\nabsolute_timeout = '30h'\n";
    let gateway = app::setup().toml(&text).start();
    let tokens = tokens_of(&gateway, "long").await;
    assert_eq!((lifetime(&tokens.access), id_lifetime(&tokens)), (72_000, 72_000));
    let kept = "SELECT extract(epoch FROM max(expires_at) - max(created_at))::bigint FROM revocations";
    assert_eq!(
        post(&gateway, "/oauth2/revoke", &[("token", tokens.refresh()), ("client_id", "long")]).await.status,
        200
    );
    assert!(gateway.database.number(kept) >= 72_000);
    assert_eq!(userinfo(&gateway, &tokens.access).await.status, 401);
    let tokens = tokens_of(&gateway, "long").await;
    gateway.hand.advance(TimeDelta::hours(15));
    let tokens = refreshed(&gateway, "long", &tokens).await;
    for lifetime in [lifetime(&tokens.access), id_lifetime(&tokens)] {
        assert!((53_900..=54_000).contains(&lifetime), "the absolute end: {lifetime}");
    }
}

/// Services that take RS256 only get it; what verifies at the gateway does so by any of the keys.
#[tokio::test]
async fn access_tokens_have_the_algorithm_of_their_client() {
    let clients =
        [("first", "", "ES256"), ("spring", "RS256", "RS256"), ("edge", "EdDSA", "EdDSA"), ("same", "ES256", "ES256")];
    let text: String = clients.iter().map(|(id, alg, _)| client(id, &format!("access_token_alg = '{alg}'"))).collect();
    let robot = format!(
        "[clients.robot]\ntype = 'confidential'\nclient_secret = '{SECRET}'\ngrants = ['client_credentials']\n\
         access_token_alg = 'RS256'\n[signing]\nalgorithms = ['ES256', 'RS256', 'EdDSA']\n"
    );
    let gateway = app::setup().toml(&(text + &robot)).start();
    let keys = gateway.browser().fetch("/.well-known/jwks.json").await.json();
    let published = |token: &str| {
        let header = header(token);
        let keys = keys["keys"].as_array().expect("keys");
        let key = keys.iter().find(|key| key["kid"] == header["kid"]).expect("a published key");
        assert_eq!((&key["alg"], &header["typ"]), (&header["alg"], &json!("at+jwt")));
        header["alg"].clone()
    };
    for (id, _, expected) in clients {
        let first = tokens_of(&gateway, id).await;
        let second = refreshed(&gateway, id, &first).await;
        for tokens in [first, second] {
            assert_eq!(published(&tokens.access), expected, "{id}");
            assert_eq!(header(tokens.id.as_deref().expect("an ID token"))["alg"], "ES256", "{id}");
            assert_eq!(userinfo(&gateway, &tokens.access).await.status, 200, "{id}");
        }
    }
    let form = [("grant_type", "client_credentials")];
    let tokens = Tokens::of(&post_as(&gateway, "robot", "/oauth2/token", &form).await);
    assert_eq!(published(&tokens.access), "RS256");
    let own = gateway.browser().sign_in_json("ada").await;
    assert_eq!(published(own["api"]["access"].as_str().expect("a token")), "ES256", "the built-in client");
    let list = gateway.browser().get("/status-lists/0").await;
    assert_eq!(header(&list.body)["alg"], "ES256", "the status lists");
    let asked = post_as(&gateway, "server", "/oauth2/introspect", &[("token", &tokens.access)]).await;
    assert_eq!(asked.json(), json!({ "active": false }), "of another client");
}

/// The third code of an app with two sessions ends the oldest one, and the log says by which setting.
#[tokio::test]
async fn a_session_beyond_sessions_per_browser_ends_the_oldest_one() {
    let text = client("two", "sessions_per_browser = 2") + &client("one", "sessions_per_browser = 1");
    let gateway = app::setup().toml(&text).start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let another = async |client: &str| {
        let redirect_uri = format!("https://{client}.example/cb");
        let asked = path(&[("client_id", client), ("redirect_uri", &redirect_uri)]);
        let answer = browser.get(&asked).await;
        let changes = [("client_id", client), ("redirect_uri", &*redirect_uri)];
        Tokens::of(&redeem(&gateway, &code(&answer), &changes).await)
    };
    let lives = async |client: &str, tokens: &Tokens| {
        let form = [("token", tokens.refresh()), ("client_id", client)];
        let sid = tokens.claims()["sid"].as_str().expect("a sid").to_owned();
        assert_eq!(form[1].1, client);
        gateway.database.number(&format!("SELECT count(*) FROM sessions WHERE id = '{sid}' AND ended_at IS NULL")) == 1
    };
    let log = LogCapture::start();
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(another("two").await);
    }
    let mut living = Vec::new();
    for tokens in &all {
        living.push(lives("two", tokens).await);
    }
    assert_eq!(living, [false, false, true, true]);
    let reported = log.text();
    let lines: Vec<_> = reported
        .lines()
        .filter(|line| line.contains("app_sessions_replaced") && line.contains("client=\"two\""))
        .collect();
    assert!(lines.len() >= 2, "{reported}");
    assert!(lines[0].contains("sessions_per_browser"), "{lines:?}");
    let first = another("one").await;
    assert!(lives("one", &first).await && lives("two", &all[3]).await, "another app");
    another("one").await;
    assert!(!lives("one", &first).await);
    // The default: twenty.
    let mut of_spa = Vec::new();
    for _ in 0..21 {
        of_spa.push(Tokens::of(&redeem(&gateway, &code(&browser.get(&path(&[])).await), &[]).await));
    }
    assert_eq!(refresh(&gateway, of_spa[0].refresh()).await.status, 400);
    assert_eq!(refresh(&gateway, of_spa[1].refresh()).await.status, 200);
}

/// Scopes of the operator's own: granted as asked, in the access token and at introspection, in no claim about the person; a
/// refresh may narrow them, and other clients do not have them.
#[tokio::test]
async fn scopes_of_ones_own() {
    let all = "orders files:read https://api.example/auth/read accounts a+b/c";
    let listed: Vec<_> = all.split(' ').map(|scope| format!("'{scope}'")).collect();
    let scopes = format!("scopes = ['openid', 'email', 'offline_access', {}]", listed.join(", "));
    let gateway = app::setup().toml(&(client("api", &scopes) + &client("plain", ""))).start();
    let browser = gateway.browser();
    browser.sign_in("ada").await;
    let redirect_uri = [("client_id", "api"), ("redirect_uri", "https://api.example/cb")];
    let granted = async |asked: &str| {
        let answer = browser.get(&path(&[&redirect_uri[..], &[("scope", asked)]].concat())).await;
        Tokens::of(&redeem(&gateway, &code(&answer), &redirect_uri).await)
    };
    for (asked, expected) in [
        ("openid orders", "openid orders"),
        ("orders openid", "orders openid"),
        ("openid orders orders files:read", "openid orders files:read"),
        (&*format!("openid {all}"), &*format!("openid {all}")),
        ("orders", "orders"),
        ("openid Orders orders2 refunds order", "openid"),
        ("", &*format!("openid email {all}")),
    ] {
        let tokens = granted(asked).await;
        assert_eq!(tokens.body["scope"], expected, "{asked}");
        let claims = tokens.claims();
        assert_eq!(claims["scope"], expected, "{asked}");
        assert_eq!(tokens.id.is_some(), expected.contains("openid"), "{asked}");
        for scope in all.split(' ') {
            assert!(claims.get(scope).is_none(), "{scope}");
            assert!(tokens.id.is_none() || tokens.id_claims().get(scope).is_none(), "{scope}");
        }
        assert_eq!(userinfo(&gateway, &tokens.access).await.status == 200, expected.contains("openid"), "{asked}");
        let with_token =
            browser.ask("DELETE", "/sessions?scope=all").header("authorization", &format!("Bearer {}", tokens.access));
        assert!(matches!(with_token.send().await.status, 401 | 403), "no scope of an app opens this");
    }
    let first = granted("openid orders files:read offline_access").await;
    let form = |token: &str, scope: &str| {
        [("grant_type", "refresh_token"), ("client_id", "api"), ("refresh_token", token), ("scope", scope)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let mut newest = first.refresh().to_owned();
    for (asked, expected) in [
        ("orders", "orders"),
        ("openid files:read", "openid files:read"),
        ("", "openid orders files:read offline_access"),
    ] {
        let owned = form(&newest, asked);
        let pairs: Vec<_> =
            owned.iter().map(|(name, value)| (&**name, &**value)).filter(|(_, value)| !value.is_empty()).collect();
        let tokens = Tokens::of(&post(&gateway, "/oauth2/token", &pairs).await);
        assert_eq!((&tokens.body["scope"], &tokens.claims()["scope"]), (&json!(expected), &json!(expected)), "{asked}");
        tokens.refresh().clone_into(&mut newest);
    }
    let plain =
        path(&[("client_id", "plain"), ("redirect_uri", "https://plain.example/cb"), ("scope", "openid orders")]);
    let changes = [("client_id", "plain"), ("redirect_uri", "https://plain.example/cb")];
    let tokens = Tokens::of(&redeem(&gateway, &code(&browser.get(&plain).await), &changes).await);
    assert_eq!(tokens.body["scope"], "openid");
    let metadata = browser.fetch("/.well-known/oauth-authorization-server").await.json();
    let supported = metadata["scopes_supported"].as_array().expect("a list");
    assert!(all.split(' ').all(|scope| supported.iter().any(|known| known == scope)), "{supported:?}");
}

/// A client that asks for all apps of an API, or for every token.
#[tokio::test]
async fn a_client_introspects_what_is_listed_for_it() {
    let confidential =
        |id: &str, lines: &str| format!("[clients.{id}]\ntype = 'confidential'\nclient_secret = '{SECRET}'\n{lines}\n");
    let text = confidential("none", "")
        + &confidential("api", "introspects = ['https://api.example']")
        + &confidential("default", "introspects = ['default-api', 'unknown']")
        + &confidential("every", "introspects = ['*']")
        + &confidential("part", "introspects = ['https://api']")
        + "[tokens]\naudience = ['default-api']\n";
    let gateway = app::setup().toml(&text).start();
    let of_spa = Tokens::of_spa(&gateway, "ada").await;
    let own = gateway.browser().sign_in_json("ada").await;
    let own = own["api"]["access"].as_str().expect("a token");
    for (client, of_api, of_default) in [
        ("none", false, false),
        ("api", true, false),
        ("default", false, true),
        ("every", true, true),
        ("part", false, false),
    ] {
        for (token, expected) in [(of_spa.access.as_str(), of_api), (own, of_default)] {
            let answer = post_as(&gateway, client, "/oauth2/introspect", &[("token", token)]).await;
            assert_eq!(answer.json()["active"], expected, "{client}");
        }
        let refresh = post_as(&gateway, client, "/oauth2/introspect", &[("token", of_spa.refresh())]).await;
        assert_eq!(refresh.json(), json!({ "active": false }), "a refresh token of another client, {client}");
    }
    let junk = post_as(&gateway, "every", "/oauth2/introspect", &[("token", "junk")]).await;
    assert_eq!(junk.json(), Value::from_iter([("active", false)]));
}
