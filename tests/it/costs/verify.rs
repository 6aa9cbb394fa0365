//! `/verify`, which proxies call for each request to a site.

use crate::costs::many_sessions::ManySessions;

/// From the cache no statement, at first sight one, and none for a request without a session.
#[tokio::test]
async fn a_check_causes_one_statement_at_first_and_none_from_the_cache() {
    let many = ManySessions::start();
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
