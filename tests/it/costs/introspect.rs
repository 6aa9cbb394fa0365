//! Introspection, which services may call for each of their requests.

use crate::costs::many_sessions::ManySessions;

/// Introspection of an access token is answered from memory.
#[tokio::test]
async fn introspection_causes_no_statement() {
    let many = ManySessions::start();
    let renewed = many.refresh(0, 0).await;
    let token = renewed["access_token"].as_str().expect("an access token");
    many.forget();
    for _ in 0..20 {
        let answer = many.introspect(token).await;
        assert_eq!(answer["active"], true, "{answer}");
    }
    assert_eq!(many.asked(), Vec::<String>::new());
}
