//! Rate limits, and limits of bodies, headers and URLs.

use std::time::Instant;

use serde_json::json;

use crate::support::{Browser, Gateway, Setup, raw};

async fn status(browser: &Browser, address: &str, method: &str, path: &str) -> u16 {
    let ask = browser.ask(method, path).for_json().header("x-forwarded-for", address);
    ask.header("sec-fetch-site", "same-origin").send().await.status
}

/// The limits use the real clock. The lower one is, the longer it takes until a further request is allowed.
fn limited(logins: u32) -> Gateway {
    Gateway::with(&format!(
        "[limits]\nlogins_per_minute = {logins}\ntokens_per_minute = 1\n[server]\ntrusted_proxies = ['127.0.0.0/8', '10.0.0.0/8']\n",
    ))
}

/// IN-09
#[tokio::test]
async fn a_limited_address_does_not_affect_others() {
    let gateway = limited(1);
    let browser = gateway.browser();
    for (method, path) in [("GET", "/login/op"), ("GET", "/callback/op?code=c&state=s"), ("POST", "/session/token")] {
        assert_ne!(status(&browser, "192.0.2.1", method, path).await, 429, "{path}");
        let ask = browser.ask(method, path).for_json().header("x-forwarded-for", "192.0.2.1");
        let refused = ask.header("sec-fetch-site", "same-origin").send().await;
        assert_eq!(refused.problem(), (429, "rate_limited".into()), "{path}");
        let wait: u64 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=61).contains(&wait), "{wait}");
        assert_ne!(status(&browser, "192.0.2.2", method, path).await, 429, "{path}: another address");
        // The address from a second proxy, and a forged one in front of it.
        assert_eq!(status(&browser, "192.0.2.1, 10.1.2.3", method, path).await, 429, "{path}");
        assert_eq!(status(&browser, "192.0.2.77, 192.0.2.1", method, path).await, 429, "{path}: a forged first part");
        assert_eq!(status(&browser, "::ffff:192.0.2.1", method, path).await, 429, "{path}: the same in other words");
    }
    // The SPA flow uses the same limit as the browser flow.
    assert_eq!(status(&browser, "192.0.2.1", "GET", "/oauth2/url/?provider=op").await, 429);
    let page = browser.ask("GET", "/login/op").header("x-forwarded-for", "192.0.2.1").send().await;
    assert!(page.status == 429 && page.is_page() && !page.header("retry-after").is_empty());
    // Cheap requests are not limited.
    for _ in 0..20 {
        for path in ["/.well-known/jwks.json", "/providers", "/login?choose=1"] {
            assert_eq!(status(&browser, "192.0.2.1", "GET", path).await, 200, "{path}");
        }
        assert_eq!(status(&browser, "192.0.2.1", "POST", "/logout").await, 204);
    }
}

/// IN-09: responses with an invented `state` do not keep the pending logins of their network from completing.
#[tokio::test]
async fn the_response_of_a_pending_login_is_not_limited() {
    let gateway = limited(2);
    let browser = gateway.browser();
    let (begun, json) = (browser.begin("op").await, gateway.browser());
    let of_json = json.begin_json("op").await;
    let invented = async |method: &str, path: &str, body: Option<&serde_json::Value>| {
        let ask = gateway.browser().ask(method, path).for_json();
        let ask = if let Some(body) = body { ask.body("application/json", body.to_string()) } else { ask };
        ask.send().await.status
    };
    let mut statuses = vec![];
    for _ in 0..3 {
        statuses.push(invented("GET", "/callback/op?code=c&state=invented", None).await);
        let body = json!({"provider": "op", "code": "c", "state": "invented"});
        statuses.push(invented("POST", "/oauth2/token/", Some(&body)).await);
    }
    assert_eq!(statuses, [400, 400, 429, 429, 429, 429]);
    assert_eq!(browser.get(&begun.callback_of("ada")).await.status, 303);
    assert_eq!(json.post_json("/oauth2/token/", &of_json.exchange_of("ada")).await.status, 200);
}

/// IN-09: one customer has a whole IPv6 network.
#[tokio::test]
async fn an_ipv6_network_counts_as_one() {
    let gateway = limited(1);
    let browser = gateway.browser();
    assert_eq!(status(&browser, "2001:db8:1:2:1::1", "GET", "/login/op").await, 302);
    assert_eq!(status(&browser, "2001:db8:1:2:ffff::9", "GET", "/login/op").await, 429);
    assert_eq!(status(&browser, "2001:db8:1:3::1", "GET", "/login/op").await, 302);
}

/// IN-09: without a trusted proxy, forwarding headers are ignored.
#[tokio::test]
async fn a_forged_address_does_not_get_around_the_limit() {
    let gateway = Gateway::with("[limits]\nlogins_per_minute = 1\n");
    let browser = gateway.browser();
    let mut statuses = vec![];
    for number in 0..3 {
        statuses.push(status(&browser, &format!("192.0.2.{number}"), "GET", "/login/op").await);
    }
    assert_eq!(statuses, [302, 429, 429]);
}

/// IN-12: unauthenticated requests cannot fill the database.
#[tokio::test]
async fn the_rate_limit_bounds_the_number_of_pending_logins() {
    let gateway = Gateway::with("[limits]\nlogins_per_minute = 10\n");
    let (browser, began) = (gateway.browser(), Instant::now());
    for _ in 0..100 {
        browser.get("/login/op").await;
        browser.get("/oauth2/url/?provider=op").await;
    }
    let rows = gateway.database.rows("authorization_sessions");
    // One more every six seconds, whatever the machine needs for the requests.
    let most = 12 + i64::try_from(began.elapsed().as_secs() / 6).expect("a few");
    assert!((10..=most).contains(&rows), "{rows} rows");
}

/// IN-12: the addresses of one network count together, an IPv4 /24 or an IPv6 /48.
#[tokio::test]
async fn the_addresses_of_a_network_count_together() {
    let gateway = Gateway::with(
        "[limits]\nlogins_per_minute = 1\nlogins_per_minute_network = 2\n[server]\ntrusted_proxies = ['127.0.0.0/8']\n",
    );
    let browser = gateway.browser();
    let begun = async |address: String| status(&browser, &address, "GET", "/login/op").await;
    let mut statuses = vec![];
    for number in 1..=3 {
        statuses.push((begun(format!("192.0.2.{number}")).await, begun(format!("2001:db8:1:{number}::1")).await));
    }
    let (good, bad) = ((302, 302), (429, 429));
    assert_eq!(statuses, [good, good, bad]);
    assert_eq!((begun("192.0.3.1".into()).await, begun("2001:db8:2:1::1".into()).await), good);
    // What the limit of an address refuses does not count for its network.
    let mut of_one = vec![];
    for _ in 0..3 {
        of_one.push(begun("198.51.100.1".into()).await);
    }
    assert_eq!(of_one, [302, 429, 429]);
    assert_eq!(begun("198.51.100.2".into()).await, 302);
}

/// IN-12: above half of `limits.pending_logins` the limits on logins are a tenth, and beyond it no login begins.
#[tokio::test]
async fn many_pending_logins_reduce_the_limits() {
    let gateway = Gateway::with(
        "[limits]\npending_logins = 100\nlogins_per_minute = 60\n[server]\ntrusted_proxies = ['127.0.0.0/8']\n",
    );
    let browser = gateway.browser();
    let begin = async |address: &str, times: usize| {
        let mut good = 0;
        for _ in 0..times {
            good += usize::from(status(&browser, address, "GET", "/login/op").await == 302);
        }
        good
    };
    assert_eq!(begin("192.0.2.1", 51).await, 51);
    for address in ["192.0.2.2", "192.0.2.3"] {
        let start = Instant::now();
        let good = begin(address, 20).await;
        // One more every ten seconds.
        let most = 6 + usize::try_from(start.elapsed().as_secs() / 10).expect("a few");
        assert!((6..=most).contains(&good), "{good} instead of a tenth");
    }
    for number in 4..=16 {
        begin(&format!("192.0.2.{number}"), 3).await;
    }
    let refused = browser.ask("GET", "/login/op").for_json().header("x-forwarded-for", "192.0.2.99").send().await;
    assert_eq!((refused.problem(), refused.header("retry-after")), ((503, "overloaded".into()), "30"));
    assert_eq!(gateway.database.rows("authorization_sessions"), 100);
}

/// Another replica learns the number by its sweep.
#[tokio::test]
async fn the_sweep_counts_the_pending_logins_of_all_replicas() {
    let gateway = Gateway::with("[limits]\npending_logins = 100\n");
    for _ in 0..100 {
        assert_eq!(status(&gateway.browser(), "192.0.2.1", "GET", "/login/op").await, 302);
    }
    let replica = Setup::beside(&gateway).toml("[limits]\npending_logins = 100\n").start();
    for _ in 0..200 {
        let answer = replica.browser().fetch("/login/op").await;
        if answer.status == 503 {
            assert_eq!(answer.problem(), (503, "overloaded".into()));
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the replica does not count");
}

/// IN-02
#[tokio::test]
async fn too_large_requests_have_their_status() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let large = format!("{{\"provider\":\"op\",\"code\":\"{}\",\"state\":\"s\"}}", "c".repeat(65_536));
    let answer = browser.ask("POST", "/oauth2/token/").body("application/json", large.clone()).send().await;
    assert_eq!(answer.problem(), (413, "invalid_request".into()));
    let just = format!("{{\"provider\":\"op\",\"code\":\"{}\",\"state\":\"s\"}}", "c".repeat(65_000));
    let answer = browser.ask("POST", "/oauth2/token/").body("application/json", just).send().await;
    assert_eq!(answer.problem(), (400, "unknown_state".into()));
    // Chunked, without a length.
    let chunks = format!("400\r\n{}\r\n", "a".repeat(1024)).repeat(70);
    let head = "POST /oauth2/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = raw(gateway.address, &format!("{head}{chunks}0\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    // A wrong `Content-Length` is refused before the body is read.
    let lie = "POST /oauth2/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{";
    let answer = raw(gateway.address, lie).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");

    for path in [format!("/login/op?login_hint={}", "a".repeat(8200)), format!("/{}", "a".repeat(20_000))] {
        assert_eq!(browser.fetch(&path).await.problem(), (414, "invalid_request".into()));
    }
    let ask = browser.ask("GET", "/login/op").for_json().header("x-large", &"a".repeat(17_000));
    assert_eq!(ask.send().await.problem(), (431, "invalid_request".into()));
    let many = (0..90)
        .fold(browser.ask("GET", "/login/op").for_json(), |ask, n| ask.header(&format!("x-{n}"), &"a".repeat(200)));
    assert_eq!(many.send().await.problem(), (431, "invalid_request".into()));
    for (what, head) in [("one header", "a".repeat(200_000)), ("many headers", "a\r\nX: ".repeat(300))] {
        let answer = raw(gateway.address, &format!("GET /login HTTP/1.1\r\nHost: x\r\nX: {head}\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{what}: {answer:.100}");
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), 0);
}

/// IN-06, IN-07, IN-08
#[tokio::test]
async fn expensive_requests_are_refused_quickly() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    let deep = ["[".repeat(30_000), "{\"a\":".repeat(10_000), format!("{{\"provider\":{}", "[".repeat(20_000))];
    let started = Instant::now();
    for body in deep {
        let answer = browser.ask("POST", "/oauth2/token/").body("application/json", body).send().await;
        assert_eq!(answer.problem(), (400, "invalid_request".into()));
    }
    let dots =
        browser.ask("GET", "/session").for_json().header("authorization", &format!("Bearer {}", ".".repeat(10_000)));
    assert_eq!(dots.send().await.problem(), (401, "token_invalid".into()));
    let fields = "a=b&".repeat(1_000_000);
    let form = browser.ask("POST", "/oauth2/token/").body("application/x-www-form-urlencoded", fields);
    assert_eq!(form.send().await.status, 413);
    for path in ["/login/op", "/callback/op", "/oauth2/url/", "/login"] {
        let parameters = (0..1300).map(|n| format!("p{n}=")).collect::<Vec<_>>().join("&");
        let answer = browser.fetch(&format!("{path}?{parameters}")).await;
        // A callback ignores unknown parameters, and this callback has no `state`.
        let code = if path == "/callback/op" { "unknown_state" } else { "invalid_request" };
        assert_eq!(answer.problem(), (400, code.into()), "{path}");
        assert_eq!(browser.fetch(&format!("{path}?{}", "a&".repeat(25_000))).await.status, 414);
    }
    assert!(started.elapsed().as_secs() < 30, "took {:?}", started.elapsed());
}

/// IN-14
#[tokio::test]
async fn sql_metacharacters_have_no_effect() {
    let gateway = Gateway::start();
    let browser = gateway.browser();
    browser.sign_in("alice").await;
    let (users, sessions) = (gateway.database.rows("users"), gateway.database.rows("sessions"));
    for odd in ["'; DROP TABLE users; --", "' OR '1'='1", "\\'; SELECT pg_sleep(9); --", "$1", "%", "_", "{state}"] {
        let encoded: String = url::form_urlencoded::byte_serialize(odd.as_bytes()).collect();
        for path in ["/login/op", "/callback/op", "/oauth2/url/", "/login"] {
            for name in
                ["provider", "state", "code", "iss", "error", "login_hint", "prompt", "return_to", "acr_values", odd]
            {
                let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
                let answer = browser.get(&format!("{path}?{name}={encoded}&state=x")).await;
                assert!(answer.status < 500, "{path} {name} {odd}: {answer:?}");
            }
            assert!(browser.get(&format!("{path}/{encoded}")).await.status < 500);
        }
        for body in [
            json!({"provider": odd, "code": odd, "state": odd}),
            json!({"provider": "op", "code": odd, "state": odd, "iss": odd}),
        ] {
            assert_eq!(browser.post_json("/oauth2/token/", &body).await.status, 400, "{odd}");
        }
        let plain = gateway.browser();
        let ask = plain.ask("GET", "/login/op").header("user-agent", odd);
        assert_eq!(ask.send().await.status, 302);
        gateway.op.set_claims(json!({"name": odd, "email": format!("{odd}@x.example"), "groups": [odd], "extra": odd}));
        let begun = plain.begin("op").await;
        assert_eq!(plain.get(&begun.callback_of(odd)).await.status, 303, "{odd}");
    }
    assert_eq!(gateway.database.rows("users"), users + 7);
    assert_eq!(gateway.database.rows("sessions"), sessions + 7);
}
