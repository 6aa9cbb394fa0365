//! Forty concurrent requests with one refresh token, on two replicas.

use std::collections::BTreeSet;

use crate::oauth2::token::refresh::replicas::Replicas;

/// RC-02: all forty responses are usable; two hundred rounds.
#[tokio::test]
async fn forty_concurrent_refreshes_cause_one_rotation() {
    let gateways = std::sync::Arc::new(Replicas::start());
    for round in 0..200 {
        let session = gateways.session("openid profile email");
        let token = gateways.token(session, 0);
        let callers = (0..40).map(|caller| {
            let (gateways, token) = (gateways.clone(), token.clone());
            tokio::spawn(async move { gateways.present(caller % 2, &token).await.outcome() })
        });
        let callers: Vec<_> = callers.collect();
        let mut successors = BTreeSet::new();
        for caller in callers {
            let answer = caller.await.expect("no panic");
            successors.insert(answer.unwrap_or_else(|error| panic!("{error} in round {round}")));
        }
        assert_eq!(successors.into_iter().collect::<Vec<_>>(), [gateways.token(session, 1)]);
        assert_eq!(gateways.row(session), (1, None));
    }
    assert_eq!(
        gateways.both[0].database.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
        0
    );
}
