//! Concurrent requests of one login.

use std::collections::HashSet;

use crate::support::{Answer, Gateway, Setup};

/// Sends all requests concurrently.
async fn all<F>(requests: impl IntoIterator<Item = F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let tasks: Vec<_> = requests.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("an answer"));
    }
    answers
}

/// RC-04, RA-06: on two replicas, in several rounds.
#[tokio::test]
async fn twenty_equal_callbacks_cause_one_exchange_and_one_session() {
    let one = Gateway::start();
    let two = Setup::beside(&one).start();
    for round in 1..=20_i64 {
        let browser = one.browser();
        let begun = browser.begin("op").await;
        let other = two.browser();
        other.set_cookie("vestibule-binding", &browser.cookie("vestibule-binding").expect("a binding"));
        let path = begun.callback_of("alice");
        let answers = all((0..20).map(|number| {
            let tab = if number % 2 == 0 { browser.clone() } else { other.clone() };
            let path = path.clone();
            async move { tab.fetch(&path).await }
        }))
        .await;
        let sessions: HashSet<_> = answers.iter().filter_map(|answer| answer.set_cookie("vestibule")).collect();
        assert_eq!(sessions.len(), 1, "{answers:?}");
        for answer in &answers {
            assert!(answer.status == 303 || answer.problem() == (409, "state_used".into()), "{answer:?}");
        }
        assert_eq!(one.token_requests(), usize::try_from(round).expect("small"));
        assert_eq!(one.database.rows("sessions"), round);
        assert_eq!(one.database.login(&begun.state), "completed NULL");
    }
}

/// RC-04: the same in the SPA flow.
#[tokio::test]
async fn twenty_equal_spa_exchanges_return_one_token() {
    let gateway = Gateway::start();
    for round in 1..=10_i64 {
        let browser = gateway.browser();
        let begun = browser.begin_json("op").await;
        let answers = all((0..20).map(|_| {
            let (tab, body) = (browser.clone(), begun.exchange_of("alice"));
            async move { tab.post_json("/oauth2/token/", &body).await }
        }))
        .await;
        let good = answers.iter().filter(|answer| answer.status == 200).count();
        let used = answers.iter().filter(|answer| answer.status == 409).count();
        assert_eq!((good, used), (1, 19), "{answers:?}");
        assert_eq!(gateway.database.rows("sessions"), round);
    }
}

/// RC-05, AC-17
#[tokio::test]
async fn fifty_concurrent_first_logins_of_one_identity_create_one_user() {
    let one = Gateway::start();
    let two = Setup::beside(&one).start();
    for round in 1..=3_i64 {
        let sub = format!("person-{round}");
        let mut returns = Vec::new();
        for number in 0..50 {
            let browser = if number % 2 == 0 { one.browser() } else { two.browser() };
            let begun = browser.begin("op").await;
            returns.push((browser, begun));
        }
        let answers = all(returns.into_iter().map(|(browser, begun)| {
            let path = begun.callback_of(&sub);
            async move {
                let answer = browser.fetch(&path).await;
                assert_eq!(answer.status, 303, "{answer:?}");
                browser.fetch("/session").await
            }
        }))
        .await;
        let subs: HashSet<_> = answers.iter().map(|answer| answer.json()["sub"].to_string()).collect();
        assert_eq!(subs.len(), 1);
        assert_eq!((one.database.rows("users"), one.database.rows("subs")), (round, round));
        assert_eq!(one.database.rows("sessions"), round * 50);
    }
}

/// RD-19
#[tokio::test]
async fn concurrent_logins_after_a_start_fetch_the_documents_once() {
    let gateway = Gateway::start();
    let answers = all((0..100).map(|_| {
        let browser = gateway.browser();
        async move { browser.sign_in("alice").await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    assert_eq!(gateway.op.calls_to(crate::fake_provider::WELL_KNOWN).len(), 1);
    assert_eq!(gateway.op.calls_to("/jwks").len(), 1);
    assert_eq!(gateway.token_requests(), 100);
}

/// Logouts concurrent with uses of the session.
#[tokio::test]
async fn concurrent_logouts_end_the_session_once() {
    let gateway = Gateway::start();
    for round in 1..=5_i64 {
        let browser = gateway.browser();
        browser.sign_in("alice").await;
        let cookie = browser.cookie("vestibule").expect("a session");
        let answers = all((0..20).map(|_| {
            let tab = gateway.browser();
            tab.set_cookie("vestibule", &cookie);
            async move { tab.post("/logout").await }
        }))
        .await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(gateway.database.rows("revocations"), round);
        assert_eq!(gateway.database.number("SELECT count(*) FROM audit_events WHERE kind = 'session_ended'"), round);
    }
}
