//! Two providers with one redirect URI in the SPA flow: an authorization-server mix-up (RFC 9700 §4.4) is noticed by `iss`.

use serde_json::{Value, json};

use crate::fake_provider::{Op, Reply};
use crate::support::{Answer, Begun, Browser, Gateway, Setup};

const URL: &str = "/oauth2/url/?provider=";
const ANNOUNCED: &str = "authorization_response_iss_parameter_supported";

/// A gateway with the providers `op` and `other`, which share a redirect URI.
fn start(op_announces: bool, other_announces: bool) -> (Gateway, Op) {
    let (setup, other) = (Setup::new(), Op::start());
    setup.op.set_metadata(ANNOUNCED, json!(op_announces));
    other.set_metadata(ANNOUNCED, json!(other_announces));
    (sharing(setup, &other).start(), other)
}

fn sharing(setup: Setup, other: &Op) -> Setup {
    let redirect = "redirect_uri = 'https://app.example/done'";
    let shared = format!("[providers.op]\n{redirect}\n[providers.other]\n{redirect}\n");
    setup.provider("other", other).toml(&shared)
}

async fn exchange(browser: &Browser, begun: &Begun, iss: Option<&str>) -> Answer {
    let mut body = begun.exchange_of("alice");
    body["iss"] = iss.map_or(Value::Null, |iss| json!(iss));
    browser.post_json("/oauth2/token/", &body).await
}

/// RA-08, RA-09: the code of the honest provider is not sent to the other one.
#[tokio::test]
async fn with_a_shared_redirect_uri_the_exchange_requires_iss() {
    let (gateway, attacker) = start(true, true);
    let browser = gateway.browser();
    for iss in [None, Some(""), Some(&*gateway.op.issuer), Some("https://evil.example")] {
        let begun = browser.begin_json("other").await;
        assert_eq!(exchange(&browser, &begun, iss).await.problem(), (400, "token_invalid".into()), "{iss:?}");
        assert_eq!(gateway.database.login(&begun.state), "token_failed token_invalid");
    }
    assert_eq!((gateway.token_requests(), attacker.calls_to("/token").len()), (0, 0));
    for (id, issuer) in [("other", &attacker.issuer), ("op", &gateway.op.issuer)] {
        let begun = browser.begin_json(id).await;
        let answer = exchange(&browser, &begun, Some(issuer)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

/// RFC 9207 §3: at the beginning of each login; the browser flow has a callback for each provider.
#[tokio::test]
async fn with_a_shared_redirect_uri_both_providers_announce_iss() {
    for (op_announces, other_announces) in [(true, false), (false, true), (false, false)] {
        let (gateway, _other) = start(op_announces, other_announces);
        let browser = gateway.browser();
        for id in ["op", "other"] {
            let refused = browser.fetch(&format!("{URL}{id}")).await;
            assert_eq!(refused.problem(), (502, "provider_error".into()), "{id} {op_announces} {other_announces}");
        }
        assert_eq!(gateway.database.rows("authorization_sessions"), 0);
        let begun = browser.begin("op").await;
        let answer = [("code", &*begun.code("alice")), ("state", &begun.state), ("iss", &gateway.op.issuer)];
        assert_eq!(browser.get(&begun.callback(&answer)).await.status, 303);
    }
}

/// An outage of one provider prevents no login at the other.
#[tokio::test]
async fn with_a_shared_redirect_uri_the_other_provider_may_be_out_of_reach() {
    let (gateway, other) = start(true, true);
    other.reply("/.well-known/openid-configuration", Reply::text(500, "text/plain", "down"));
    let browser = gateway.browser();
    let begun = browser.begin_json("op").await;
    assert_eq!(exchange(&browser, &begun, Some(&gateway.op.issuer)).await.status, 200);
}

/// RA-09: `iss` may be missing only if the provider does not announce it.
#[tokio::test]
async fn an_announced_iss_is_required_in_the_spa_flow() {
    let setup = Setup::new();
    setup.op.set_metadata(ANNOUNCED, json!(true));
    let gateway = setup.start();
    let browser = gateway.browser();
    let begun = browser.begin_json("op").await;
    assert_eq!(exchange(&browser, &begun, None).await.problem(), (400, "token_invalid".into()));
    assert_eq!(gateway.token_requests(), 0);
    let begun = browser.begin_json("op").await;
    assert_eq!(exchange(&browser, &begun, Some(&gateway.op.issuer)).await.status, 200);
}

/// RA-08: the provider of an attacker may take the announcement back after the login has begun. A second replica reads its metadata
/// then.
#[tokio::test]
async fn with_a_shared_redirect_uri_iss_stays_required_when_the_announcement_is_taken_back() {
    let (gateway, attacker) = start(true, true);
    let begun = gateway.browser().begin_json("other").await;
    attacker.set_metadata(ANNOUNCED, json!(false));
    let replica = sharing(Setup::beside(&gateway), &attacker).start();
    let refused = exchange(&replica.browser(), &begun, None).await;
    assert_eq!(refused.problem(), (400, "token_invalid".into()));
    assert_eq!(attacker.calls_to("/token").len(), 0);
}
