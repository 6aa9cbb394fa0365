//! What services ask with every request of theirs.

use crate::costs::many_sessions::House;

/// Introspection of a token of ours is answered from memory.
#[tokio::test]
async fn introspection_causes_no_statement() {
    let house = House::start();
    let renewed = house.refresh(0, 0).await;
    let token = renewed["access_token"].as_str().expect("an access token");
    house.forget();
    for _ in 0..20 {
        let answer = house.introspect(token).await;
        assert_eq!(answer["active"], true, "{answer}");
    }
    assert_eq!(house.asked(), Vec::<String>::new());
}
