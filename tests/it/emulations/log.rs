//! No secret in the log at level TRACE, in successful and failed logins.

use crate::emulations::github::{CLIENT_SECRET, GitHub};
use crate::emulations::photos::{CONSUMER_SECRET, Photos};
use crate::emulations::site::{pairs, query};
use crate::fake_provider::{Call, Reply};
use crate::support::{Gateway, LogCapture};

async fn sign_in(gateway: &Gateway, provider: &str) -> u16 {
    let browser = gateway.browser();
    let there = browser.get(&format!("/login/{provider}")).await;
    if there.status != 302 {
        return there.status;
    }
    let back = browser.get(&there.location()).await.location();
    browser.fetch(&back).await.status
}

/// The secret values of a request.
fn worth(call: &Call) -> Vec<String> {
    let of_query = ["state", "code", "oauth_token"].map(|name| query(call, name));
    let wanted = ["code", "code_verifier", "client_secret"];
    let of_form = pairs(&call.body).into_iter().filter(|(name, _)| wanted.contains(&name.as_str()));
    let header = call.header("authorization").unwrap_or_default();
    let of_header = header.split('"').filter(|part| part.len() > 20).map(str::to_owned);
    let bearer = header.strip_prefix("Bearer ").map(str::to_owned);
    let all = of_query.into_iter().flatten().chain(of_form.map(|(_, value)| value)).chain(of_header).chain(bearer);
    all.filter(|value| value.len() > 9).collect()
}

/// RD-22: codes, tokens, secrets, signatures.
#[tokio::test]
async fn no_log_contains_a_secret() {
    let log = LogCapture::start();
    let github = GitHub::start();
    let (setup, photos) = Photos::setup("HMAC-SHA1", "");
    let gateway = setup.toml(&github.table("github", "")).start();
    for provider in ["github", "photos"] {
        assert_eq!(sign_in(&gateway, provider).await, 303);
    }
    github.site.reply("/user", Reply::text(401, "application/json", "{}"));
    photos.site.reply("/api/me", Reply::text(401, "application/json", "{}"));
    assert_eq!((sign_in(&gateway, "github").await, sign_in(&gateway, "photos").await), (400, 400));
    photos.site.reply("/oauth/request_token", Reply::text(401, "text/plain", "no"));
    assert_eq!(sign_in(&gateway, "photos").await, 502);

    let paths = ["/login/oauth/authorize", "/login/oauth/access_token", "/user"].map(|path| github.site.calls_to(path));
    let others = ["/oauth/request_token", "/oauth/authorize", "/oauth/access_token", "/api/me"];
    let calls = paths.into_iter().chain(others.map(|path| photos.site.calls_to(path))).flatten();
    let mut secrets: Vec<String> = calls.flat_map(|call| worth(&call)).collect();
    secrets.extend(photos.secrets());
    secrets.extend([CLIENT_SECRET, CONSUMER_SECRET].map(str::to_owned));
    assert!(secrets.len() > 30, "{secrets:?}");
    let text = log.text();
    assert!(text.contains("cannot begin a login") && text.contains("TRACE"), "{text}");
    for secret in secrets {
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for form in [&secret, &encoded] {
            let line = text.lines().find(|line| line.contains(form.as_str()));
            assert_eq!(line, None, "{form}");
        }
    }
}
