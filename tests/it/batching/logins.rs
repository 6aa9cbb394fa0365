//! Logins that begin at the same time, whose rows share a statement.

use std::sync::Arc;

use crate::support::Gateway;

/// Each browser completes its own login.
#[tokio::test]
async fn logins_that_begin_together_are_completed_by_their_own_browsers() {
    const BROWSERS: i64 = 40;
    let gateway = Arc::new(Gateway::start());
    let start = |_| {
        let browser = gateway.browser();
        tokio::spawn(async move { (browser.begin("op").await, browser) })
    };
    let tasks: Vec<_> = (0..BROWSERS).map(start).collect();
    let mut begun = Vec::new();
    for task in tasks {
        begun.push(task.await.expect("a login"));
    }
    assert_eq!(gateway.database.rows("authorization_sessions"), BROWSERS);
    let [(first, _), (_, second)] = [&begun[0], &begun[1]];
    assert_eq!(second.get(&first.callback_of("alice")).await.status, 403, "the login of another browser");
    for (login, browser) in &begun {
        assert_eq!(browser.get(&login.callback_of("alice")).await.status, 303);
        assert_eq!(browser.fetch("/session").await.json()["user"]["email"], "alice@example.com");
    }
    assert_eq!(gateway.database.rows("sessions"), BROWSERS);
}
