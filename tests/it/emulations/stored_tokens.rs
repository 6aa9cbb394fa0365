//! The providers' own tokens, kept: renewed if there is a refresh token, and with the secret that OAuth 1.0a has.

use chrono::TimeDelta;
use serde_json::Value;

use crate::emulations::github::GitHub;
use crate::emulations::photos::Photos;
use crate::fake_provider::Reply;
use crate::support::{Browser, Gateway};

async fn signed_in(gateway: &Gateway, provider: &str) -> Browser {
    let browser = gateway.browser();
    let there = browser.get(&format!("/login/{provider}")).await.location();
    let back = browser.get(&there).await.location();
    assert_eq!(browser.get(&back).await.status, 303);
    browser
}

async fn live(browser: &Browser, provider: &str) -> Value {
    let answer = browser.fetch(&format!("/identities/{provider}/token")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// A token of OAuth 2.0 is refreshed before its expiry with the latest refresh token. After GitHub rejects that one, with its own
/// error code and status 200, the user has to log in again.
#[tokio::test]
async fn oauth2_tokens_are_refreshed() {
    let github = GitHub::start();
    github.let_tokens_expire();
    let gateway = github.setup("store_tokens = true").start();
    gateway.hand.hold();
    let browser = signed_in(&gateway, "github").await;
    let first = live(&browser, "github").await;
    assert_eq!(first, live(&browser, "github").await);
    assert_eq!(first["scope"], "read:user user:email");
    let mut last = first["access_token"].clone();
    for _ in 0..2 {
        gateway.hand.advance(TimeDelta::seconds(28_790));
        let next = live(&browser, "github").await["access_token"].clone();
        assert_ne!(next, last);
        last = next;
    }
    let asked = github.site.calls_to("/login/oauth/access_token");
    let shown: Vec<_> = asked.iter().flat_map(|call| call.form("refresh_token")).collect();
    assert_eq!((asked.len(), shown.len()), (3, 2));
    assert_ne!(shown[0], shown[1]);

    github.forget_grants();
    gateway.hand.advance(TimeDelta::seconds(28_790));
    let answer = browser.fetch("/identities/github/token").await;
    assert_eq!(answer.problem(), (409, "reauth_required".into()));
    assert!(live(&signed_in(&gateway, "github").await, "github").await["access_token"].is_string());
}

/// RFC 7009 with a configured endpoint, with the client authentication of the token endpoint.
#[tokio::test]
async fn oauth2_tokens_are_revoked() {
    let github = GitHub::start();
    let more = format!("store_tokens = true\nrevocation_endpoint = '{}/revoke'", github.site.origin);
    let gateway = github.setup(&more).start();
    github.site.reply("/revoke", Reply::text(200, "application/json", "{}"));
    let browser = signed_in(&gateway, "github").await;
    let token = live(&browser, "github").await["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(browser.post("/logout").await.status, 200);
    gateway.database.until("SELECT count(*) FROM provider_revocations", 0).await;
    let call = &github.site.calls_to("/revoke")[0];
    assert_eq!((call.form("token"), call.form("token_type_hint")), (vec![token], vec!["access_token".into()]));
    assert_eq!(call.form("client_secret"), [crate::emulations::github::CLIENT_SECRET]);
}

/// A token of OAuth 1.0a does not expire, needs its secret, and is stored sealed.
#[tokio::test]
async fn an_oauth1_token_is_stored_with_its_secret() {
    let (setup, photos) = Photos::setup("HMAC-SHA256", "store_tokens = true");
    let gateway = setup.start();
    let browser = signed_in(&gateway, "photos").await;
    gateway.hand.advance(TimeDelta::days(1));
    let live = live(&browser, "photos").await;
    let issued = photos.secrets();
    for name in ["access_token", "token_secret"] {
        let said = live[name].as_str().expect(name).to_owned();
        assert!(issued.contains(&said), "{name}: {live}");
        let kept = gateway.database.words("SELECT encode(sealed, 'escape') FROM provider_tokens").concat();
        assert!(!kept.contains(&said), "{name} stands open");
    }
    assert_ne!(live["token_type"], "Bearer");
}
