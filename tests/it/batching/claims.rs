//! Callbacks that come at the same time, whose logins are claimed by a shared statement.

use diesel::connection::SimpleConnection;

use crate::support::{Begun, Browser, Gateway};

/// Begins that many logins, each in its own browser.
async fn begun(gateway: &Gateway, number: usize) -> Vec<(Begun, Browser)> {
    let mut all = Vec::new();
    for _ in 0..number {
        let browser = gateway.browser();
        all.push((browser.begin("op").await, browser));
    }
    all
}

/// A gateway with one database thread, so that callbacks gather while it is busy.
fn gateway() -> Gateway {
    Gateway::with("[database]\npool_size = 1")
}

#[tokio::test]
async fn callbacks_that_come_together_complete_the_logins_of_their_browsers() {
    let gateway = gateway();
    let logins = begun(&gateway, 24).await;
    // Every third callback is sent by the browser of another login: it is refused and spends nothing.
    let callbacks: Vec<String> =
        logins.iter().enumerate().map(|(n, (login, _))| login.callback_of(&format!("p{n}"))).collect();
    let sent = callbacks.iter().enumerate().map(|(number, callback)| {
        let sender = if number % 3 == 0 { (number + 1) % logins.len() } else { number };
        logins[sender].1.get(callback)
    });
    let answers = futures_util::future::join_all(sent).await;
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.status, if number % 3 == 0 { 403 } else { 303 }, "{number}: {answer:?}");
    }
    for (number, (_, browser)) in logins.iter().enumerate().filter(|(number, _)| number % 3 != 0) {
        assert_eq!(browser.fetch("/session").await.json()["user"]["email"], format!("p{number}@example.com"));
    }
    for (callback, (_, browser)) in callbacks.iter().zip(&logins).step_by(3) {
        assert_eq!(browser.get(callback).await.status, 303, "the refusal spent nothing");
    }
}

/// Of two requests with one callback, one completes the login.
#[tokio::test]
async fn one_callback_that_comes_twice_at_once_signs_in_once() {
    let gateway = gateway();
    for _ in 0..10 {
        let (login, browser) = begun(&gateway, 1).await.remove(0);
        let callback = login.callback_of("ada");
        let (first, second) = tokio::join!(browser.get(&callback), browser.get(&callback));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses[0], 303, "{first:?} {second:?}");
    }
    assert_eq!(gateway.database.rows("sessions"), 10);
}

/// A login that another transaction has locked delays no other.
#[tokio::test]
async fn a_locked_login_delays_only_its_own_callback() {
    let gateway = Gateway::start();
    let logins = begun(&gateway, 6).await;
    let hash = crate::support::hexadecimal(vestibule::base::secret::Hashed::of(&logins[2].0.state).as_bytes());
    let mut conn = gateway.database.connection();
    let lock = format!("BEGIN; SELECT 1 FROM authorization_sessions WHERE state_hash = '\\x{hash}' FOR UPDATE");
    conn.batch_execute(&lock).expect("a lock");
    let callback = logins[2].0.callback_of("p2");
    let locked = logins[2].1.get(&callback);
    let others = async {
        for (number, (login, browser)) in logins.iter().enumerate().filter(|(number, _)| *number != 2) {
            assert_eq!(browser.get(&login.callback_of(&format!("p{number}"))).await.status, 303);
        }
        conn.batch_execute("ROLLBACK").expect("the end");
    };
    let (locked, ()) = tokio::join!(locked, others);
    assert_eq!(locked.status, 303);
}
