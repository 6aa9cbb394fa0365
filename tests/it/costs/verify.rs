//! `/verify`, which proxies call for each request to a site.

use crate::costs::many_sessions::ManySessions;

/// Longer than 20 requests take on a busy machine.
const CACHED: &str = "[verify]\ncache_for = '60s'\n";

/// From the cache no statement, at first sight one, and none for a request without a session.
#[tokio::test]
async fn a_check_causes_one_statement_at_first_and_none_from_the_cache() {
    let many = ManySessions::with(CACHED);
    let (browser, unknown) = (many.signed_in(3), many.gateway.browser());
    many.forget();
    assert_eq!(browser.fetch("/verify").await.status, 200);
    let asked = many.asked();
    assert!(asked.len() == 1 && asked[0].contains("Find"), "{asked:?}");
    many.forget();
    for _ in 0..20 {
        assert_eq!(browser.fetch("/verify").await.status, 200);
        assert_eq!(unknown.fetch("/verify").await.status, 401);
    }
    assert_eq!(many.asked(), Vec::<String>::new());
}

/// Rules that compare claims of the provider read them with the session.
#[tokio::test]
async fn a_check_by_claims_causes_one_statement_at_first_and_none_from_the_cache() {
    let rules = "[[verify.rules]]\nallow = { claims = { '/department' = 'x' } }\n";
    let many = ManySessions::with(&format!("[server]\ntrusted_proxies = ['127.0.0.0/8']\n{CACHED}{rules}"));
    let browser = many.signed_in(7);
    let ask = || {
        let ask = browser.ask("GET", "/verify").for_json().header("x-forwarded-host", "wiki.example.com");
        ask.header("x-forwarded-uri", "/x").header("x-forwarded-proto", "http").send()
    };
    many.forget();
    assert_eq!(ask().await.problem(), (403, "not_allowed".into()));
    let asked = many.asked();
    assert!(asked.len() == 1 && asked[0].contains("claims"), "{asked:?}");
    many.forget();
    for _ in 0..20 {
        assert_eq!(ask().await.status, 403);
    }
    assert_eq!(many.asked(), Vec::<String>::new());
}

/// FW-19: a client that repeats the cookie of an ended session cannot make the gateway ask the database each time.
#[tokio::test]
async fn repeated_checks_of_an_ended_session_cause_a_statement_every_few_seconds() {
    let many = ManySessions::start();
    let id = |number: u64| format!("('019a0000-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid");
    let (ended, disabled, missing) = (many.signed_in(4), many.signed_in(5), many.signed_in(6));
    many.database.execute(&format!(
        "UPDATE sessions SET ended_at = now() - interval '1 day', ended_reason = 'logout' WHERE id = {};
         UPDATE users SET disabled_at = now() - interval '1 day' WHERE id = (SELECT user_id FROM sessions WHERE id = {});
         DELETE FROM sessions WHERE id = {}",
        id(4),
        id(5),
        id(6)
    ));
    for (browser, case) in [(&ended, "ended"), (&disabled, "disabled"), (&missing, "missing")] {
        many.forget();
        let began = std::time::Instant::now();
        for _ in 0..300 {
            assert_eq!(browser.fetch("/verify").await.status, 401, "{case}");
        }
        // One for each five seconds, whatever the machine needs for the requests.
        let most = 1 + usize::try_from(began.elapsed().as_secs() / 5).expect("a few");
        let asked = many.asked();
        assert!((1..=most).contains(&asked.len()), "{case}: {asked:?}");
    }
}
