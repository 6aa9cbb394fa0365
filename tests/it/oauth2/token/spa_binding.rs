//! How the exchange of the SPA flow is bound to the browser that began the login: by the binding cookie, `Origin` and the
//! frontend's own `code_verifier`.

use serde_json::json;

use crate::support::app::{CHALLENGE, VERIFIER};
use crate::support::{Answer, Begun, Browser, Gateway, LogCapture, Operator};

const PATH: &str = "/oauth2/token/";

fn listing(origin: &str, lines: &str) -> Gateway {
    Gateway::with(&format!("[login]\nallowed_origins = ['{origin}']\n{lines}"))
}

/// Begins a login with these headers, and with the frontend's challenge if `challenge`.
async fn begin(browser: &Browser, headers: &[(&str, &str)], challenge: bool) -> Begun {
    let challenge = if challenge { format!("&code_challenge={CHALLENGE}") } else { String::new() };
    let ask = browser.ask("GET", &format!("/oauth2/url/?provider=op{challenge}")).for_json();
    let answer = headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    Begun::at("op", answer.json()["url"].as_str().expect("a URL").to_owned())
}

async fn exchange(browser: &Browser, headers: &[(&str, &str)], begun: &Begun, verifier: Option<&str>) -> Answer {
    let mut body = begun.exchange_of("alice");
    if let Some(verifier) = verifier {
        body["code_verifier"] = json!(verifier);
    }
    let ask = browser.ask("POST", PATH).for_json().json(&body);
    headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await
}

fn wrong_browser() -> (u16, String) {
    (403, "wrong_browser".to_owned())
}

/// RA-04: a browser that brought a binding cookie, or whose frontend is of our origin, has to bring it again.
#[tokio::test]
async fn a_browser_that_carries_the_cookie_must_bring_it() {
    let gateway = Gateway::start();
    let (own, without) = (gateway.browser(), gateway.browser());
    own.begin_json("op").await;
    for (browser, headers) in [(&own, &[][..]), (&gateway.browser(), &[("sec-fetch-site", "same-origin")])] {
        let begun = begin(browser, headers, false).await;
        assert_eq!(exchange(&without, headers, &begun, None).await.problem(), wrong_browser(), "{headers:?}");
        assert_eq!((gateway.token_requests(), gateway.database.login(&begun.state)), (0, "pending NULL".into()));
        assert_eq!(exchange(browser, headers, &begun, None).await.status, 200, "{headers:?}");
        gateway.op.forget();
    }
    // A browser that has not shown it: a frontend of another site, and a program.
    for site in ["cross-site", "same-site", "none", ""] {
        let headers = [("sec-fetch-site", site)];
        let headers = if site.is_empty() { &headers[..0] } else { &headers[..] };
        let begun = begin(&gateway.browser(), headers, false).await;
        assert_eq!(exchange(&gateway.browser(), headers, &begun, None).await.status, 200, "{site}");
    }
}

/// RA-04: what comes without the cookie is of another browser, also if it brings a verifier. It learns nothing of the login.
#[tokio::test]
async fn a_verifier_does_not_stand_for_the_cookie() {
    let gateway = Gateway::start();
    let own = gateway.browser();
    own.begin_json("op").await;
    let begun = begin(&own, &[], false).await;
    for verifier in [VERIFIER, "x"] {
        let refused = exchange(&gateway.browser(), &[], &begun, Some(verifier)).await;
        assert_eq!(refused.problem(), wrong_browser(), "{verifier}");
        let steps = "SELECT count(*) FROM authorization_sessions WHERE steps::text LIKE '%refused%'";
        assert_eq!(gateway.database.number(steps), 0);
    }
    assert_eq!(exchange(&own, &[], &begun, None).await.status, 200);
}

/// RFC 7636: judged before the claim, so that it spends nothing.
#[tokio::test]
async fn with_a_challenge_the_exchange_needs_the_verifier() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let begun = begin(&browser, &[], true).await;
    let other = VERIFIER.replace('d', "e");
    for wrong in [None, Some(""), Some(&*other), Some(&VERIFIER[1..]), Some(CHALLENGE), Some(&*"ä".repeat(43))] {
        let refused = exchange(&browser, &[], &begun, wrong).await;
        assert_eq!(refused.problem(), (400, "token_invalid".into()), "{wrong:?}");
        assert_eq!((gateway.token_requests(), gateway.database.login(&begun.state)), (0, "pending NULL".into()));
    }
    // The verifier of the frontend is not sent to the provider, which has one of the gateway's.
    assert_eq!(exchange(&browser, &[], &begun, Some(VERIFIER)).await.status, 200);
    assert_ne!(gateway.op.calls_to("/token")[0].form("code_verifier"), [VERIFIER.to_owned()]);
    assert_eq!(exchange(&browser, &[], &begun, Some(VERIFIER)).await.problem(), (409, "state_used".into()));
    // A verifier without a challenge: the challenge was removed on the way.
    let begun = begin(&browser, &[], false).await;
    let refused = exchange(&browser, &[], &begun, Some(VERIFIER)).await;
    assert_eq!(refused.problem(), (400, "token_invalid".into()));
    assert_eq!(exchange(&browser, &[], &begun, None).await.status, 200);
}

/// The mistake of the frontend is named in the answer, in the log, and by `logins show` of the reference in the answer.
#[tokio::test]
async fn a_missing_or_wrong_verifier_is_named() {
    let gateway = Gateway::start();
    let (browser, operator, log) = (gateway.browser(), Operator::of(&gateway), LogCapture::start());
    for (challenge, verifier, mistake) in [
        (true, None, "code_verifier is missing in POST /oauth2/token"),
        (true, Some(CHALLENGE), "does not fit the code_challenge"),
        (true, Some("short"), "does not fit the code_challenge"),
        (false, Some(VERIFIER), "the login began without code_challenge"),
    ] {
        let begun = begin(&browser, &[], challenge).await;
        for _ in 0..2 {
            let refused = exchange(&browser, &[], &begun, verifier).await;
            assert_eq!(refused.problem(), (400, "token_invalid".into()), "{mistake}");
            let body = refused.json();
            let detail = body["detail"].as_str().unwrap_or_default();
            assert!(
                detail.contains("code_verifier is missing or does not fit") && !detail.contains("provider"),
                "{body}"
            );
            let reference = body["reference"].as_str().expect("a reference");
            let shown = operator.prints(&["logins", "show", reference]);
            assert_eq!(shown.matches(mistake).count(), 1, "once: {shown}");
            assert!(shown.contains("status    pending"), "{shown}");
            let text = log.text();
            let line = text.lines().find(|line| line.contains("callback_refused") && line.contains(reference));
            assert!(line.is_some_and(|line| line.contains(mistake)), "{mistake}: {text}");
        }
        let good = challenge.then_some(VERIFIER);
        assert_eq!(exchange(&browser, &[], &begun, good).await.status, 200, "{mistake}: nothing is spent");
    }
}

/// The response of one flow that comes to the other one: unknown there and unspent, and the log and `logins show` name the remedy.
#[tokio::test]
async fn a_response_in_the_other_flow_is_named() {
    let gateway = Gateway::start();
    let (browser, operator, log) = (gateway.browser(), Operator::of(&gateway), LogCapture::start());
    let of_spa = browser.begin_json("op").await;
    for _ in 0..2 {
        let refused = browser.fetch(&of_spa.callback_of("alice")).await;
        assert_eq!(refused.problem(), (400, "unknown_state".into()));
        assert_eq!(gateway.database.login(&of_spa.state), "pending NULL");
    }
    let of_browser = browser.begin("op").await;
    assert_eq!(exchange(&browser, &[], &of_browser, None).await.problem(), (400, "unknown_state".into()));
    assert_eq!(gateway.database.login(&of_browser.state), "pending NULL");
    for (flow, mistake) in [
        (
            "spa",
            "which completes logins of the browser flow only: set providers.op.redirect_uri to the URL of the frontend's page that \
                 receives the code",
        ),
        ("browser", "its state came to POST /oauth2/token: let the frontend begin with GET /oauth2/url"),
    ] {
        let query = format!("SELECT reference FROM authorization_sessions WHERE flow = '{flow}'");
        let reference = gateway.database.words(&query).concat();
        let shown = operator.prints(&["logins", "show", &reference]);
        assert_eq!(shown.matches(mistake).count(), 1, "{shown}");
        let text = log.text();
        let line = text.lines().find(|line| line.contains("callback_refused") && line.contains(&reference));
        assert!(line.is_some_and(|line| line.contains(mistake)), "{flow}: {text}");
    }
    assert_eq!(exchange(&browser, &[], &of_spa, None).await.status, 200);
    assert_eq!(browser.get(&of_browser.callback_of("alice")).await.status, 303);
}

/// A good verifier binds the exchange as well as the cookie. A wrong cookie is refused all the same.
#[tokio::test]
async fn a_verifier_replaces_a_missing_cookie() {
    let gateway = Gateway::with("[login]\nrequire_binding = true\n");
    let (own, other, without) = (gateway.browser(), gateway.browser(), gateway.browser());
    own.begin_json("op").await;
    other.begin_json("op").await;
    let begun = begin(&own, &[], true).await;
    assert_eq!(exchange(&other, &[], &begun, Some(VERIFIER)).await.problem(), wrong_browser());
    assert_eq!(exchange(&without, &[], &begun, Some(VERIFIER)).await.status, 200);
    let begun = begin(&own, &[], false).await;
    assert_eq!(exchange(&without, &[], &begun, None).await.problem(), wrong_browser());
    assert_eq!(exchange(&own, &[], &begun, None).await.status, 200);
}

#[tokio::test]
async fn a_malformed_challenge_is_refused() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let ask = async |query: &str| browser.fetch(&format!("/oauth2/url/?provider=op&{query}")).await;
    for bad in [
        "code_challenge=x".to_owned(),
        format!("code_challenge={CHALLENGE}A"),
        format!("code_challenge={}", CHALLENGE.replace('E', "=")),
        format!("code_challenge={CHALLENGE}&code_challenge_method=plain"),
        format!("code_challenge={CHALLENGE}&code_challenge_method=s256"),
        "code_challenge_method=S256".to_owned(),
    ] {
        assert_eq!(ask(&bad).await.problem(), (400, "invalid_request".into()), "{bad}");
    }
    let good = ask(&format!("code_challenge={CHALLENGE}&code_challenge_method=S256")).await;
    assert_eq!(good.status, 200, "{good:?}");
    assert!(!good.body.contains(CHALLENGE), "the provider gets the challenge of the gateway: {good:?}");
    assert_eq!(gateway.database.rows("authorization_sessions"), 1);
}

/// RA-04: one warning for each origin of our site whose frontend omits `credentials: 'include'`; each exchange is counted.
#[tokio::test]
async fn an_unbound_exchange_of_the_same_site_is_warned_of_once() {
    let origin = format!("https://{}.example", uuid::Uuid::new_v4());
    let (log, gateway) = (LogCapture::start(), listing(&origin, ""));
    let is_warning = |line: &&str| line.contains("exchange_unbound") && line.contains(&origin);
    let warnings = || log.text().lines().filter(is_warning).count();
    let exchange_by = async |site: &str, verifier: Option<&str>| {
        let headers = [("origin", &*origin), ("sec-fetch-site", site)];
        let begun = begin(&gateway.browser(), &headers, verifier.is_some()).await;
        let answer = exchange(&gateway.browser(), &headers, &begun, verifier).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    exchange_by("cross-site", None).await;
    exchange_by("same-site", Some(VERIFIER)).await;
    assert_eq!(warnings(), 0);
    for _ in 0..3 {
        exchange_by("same-site", None).await;
        assert_eq!(warnings(), 1);
    }
    gateway.hand.advance(chrono::TimeDelta::days(2));
    exchange_by("same-site", None).await;
    assert_eq!(warnings(), 1);
    assert!(log.text().lines().any(|line| is_warning(&line) && line.contains("credentials: 'include'")));
    let metrics = gateway.browser().get(&format!("{}/metrics", gateway.admin)).await.body;
    assert!(metrics.contains("exchange_unbound"), "{metrics}");
}

/// RA-04: browsers send `Origin` with each POST (Fetch standard). If the beginning had one, only the cookie or the verifier
/// replaces a missing one: a server of the frontend may exchange the code.
#[tokio::test]
async fn an_exchange_without_origin_needs_the_cookie_or_the_verifier() {
    const APP: &str = "https://app.example";
    let gateway = listing(APP, "");
    let (own, without, headers) =
        (gateway.browser(), gateway.browser(), [("origin", APP), ("sec-fetch-site", "cross-site")]);
    let begun = begin(&gateway.browser(), &headers, false).await;
    assert_eq!(exchange(&without, &[], &begun, None).await.problem(), wrong_browser());
    assert_eq!((gateway.token_requests(), gateway.database.login(&begun.state)), (0, "pending NULL".into()));
    assert_eq!(exchange(&without, &headers, &begun, None).await.status, 200);
    let begun = begin(&own, &headers, false).await;
    assert_eq!(exchange(&own, &[], &begun, None).await.status, 200, "the cookie");
    let begun = begin(&gateway.browser(), &headers, true).await;
    assert_eq!(exchange(&without, &[], &begun, Some(VERIFIER)).await.status, 200, "the verifier");
    let begun = begin(&gateway.browser(), &[], false).await;
    assert_eq!(exchange(&without, &[], &begun, None).await.status, 200, "a program has no origin");
}
