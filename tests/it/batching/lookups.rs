//! Look-ups of sessions that share a statement.

use vestibule::base::id::SessionId;
use vestibule::session::{SignedIn, look_up};

use super::held::{Held, Request};
use crate::costs::many_sessions::{ManySessions, session_id};

/// Look-ups of one session share its row; a session that does not exist is no reason for a second statement.
#[tokio::test]
async fn queued_look_ups_of_few_sessions_are_one_statement() {
    let many = ManySessions::start();
    let held = Held::new(&many.database, 1);
    let find = |id: SessionId, with_claims: bool| -> Request<Option<SignedIn>> {
        let db = held.db.clone();
        Box::pin(async move { look_up(&db, id, with_claims).await })
    };
    find(session_id(1), false).await.expect("an answer").expect("a session");
    many.forget();
    let missing = SessionId::new(many.gateway.clock.now());
    let wanted = [1, 2, 1, 3, 1, 2].map(session_id);
    let mut requests: Vec<_> = wanted.iter().enumerate().map(|(number, id)| find(*id, number % 2 == 0)).collect();
    requests.push(find(missing, true));
    let results = held.all_at_once(requests).await;
    let found: Vec<_> = results.into_iter().map(|result| result.expect("an answer")).collect();
    let ids: Vec<_> = found.iter().flatten().map(|signed_in| signed_in.session.id).collect();
    assert_eq!((ids.as_slice(), found[6].is_none()), (&wanted[..], true));
    assert_eq!(many.asked().len(), 1, "{:?}", many.asked());
}
