//! The log lines about refused requests, which anyone can send, are limited by network. Metrics count all of them.

use chrono::TimeDelta;

use crate::support::{Browser, Gateway, LogCapture, Setup};

/// The lines of one network within a minute.
const LINES: usize = 60;

/// A gateway behind a proxy, whose only provider has this id: lines and metrics of other tests have another id.
fn with_provider(id: &str) -> Gateway {
    let setup = Setup::new().without_providers();
    let op = setup.op.clone();
    let gateway = setup.provider(id, &op).toml("[server]\ntrusted_proxies = ['127.0.0.0/8']\n");
    gateway.hand.hold();
    gateway.start()
}

/// Sends refused requests of this kind from an address, and returns the lines that the log has of the event since it began.
async fn lines(
    log: &LogCapture,
    send: impl AsyncFn(&str) -> u16,
    from: &str,
    number: usize,
    words: [&str; 2],
) -> usize {
    for _ in 0..number {
        let status = send(from).await;
        assert!((400..410).contains(&status), "{status}");
    }
    log.text().lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
}

/// The value of the event's metric for this provider.
async fn counted(gateway: &Gateway, event: &str, provider: &str) -> u64 {
    let metrics = Browser::new(&gateway.admin).fetch("/metrics").await.body;
    let of_event = |line: &&str| line.contains(&format!("\"{event}\"")) && line.contains(&format!("\"{provider}\""));
    let line = metrics.lines().find(of_event).unwrap_or_else(|| panic!("no metric: {metrics}"));
    line.rsplit(' ').next().expect("a value").parse().expect("a number")
}

/// LG-08, IN-09: this gateway has higher limits on requests, so that each request is answered.
#[tokio::test]
async fn refused_callbacks_are_logged_up_to_a_limit_and_counted() {
    for (id, code) in [("unknown-state-flood", "unknown_state"), ("wrong-browser-flood", "wrong_browser")] {
        let (gateway, words) = (with_provider(id), ["callback_refused", id]);
        let begun = gateway.browser().begin(id).await;
        let state = if code == "unknown_state" { "s" } else { &*begun.state };
        let send = async |from: &str| {
            let browser = gateway.browser();
            let ask = browser.ask("GET", &format!("/callback/{id}?code=c&state={state}")).for_json();
            let answer = ask.header("x-forwarded-for", from).send().await;
            assert_eq!(answer.problem().1, code);
            answer.status
        };
        let log = LogCapture::start();
        assert_eq!(lines(&log, send, "192.0.2.1", LINES + 10, words).await, LINES, "{code}");
        assert_eq!(lines(&log, send, "192.0.3.1", 1, words).await, LINES + 1, "{code}: another network");
        gateway.hand.advance(TimeDelta::minutes(1));
        assert_eq!(lines(&log, send, "192.0.2.1", 1, words).await, LINES + 2, "{code}: another minute");
        assert_eq!(counted(&gateway, words[0], id).await, LINES as u64 + 12, "{code}");
    }
}

/// LG-08
#[tokio::test]
async fn refused_logout_tokens_are_logged_up_to_a_limit_and_counted() {
    let (id, words) = ("logout-token-flood", ["logout_token_refused", "logout-token-flood"]);
    let gateway = with_provider(id);
    let send = async |from: &str| {
        let browser = gateway.browser();
        let ask = browser.ask("POST", &format!("/backchannel-logout/{id}")).header("x-forwarded-for", from);
        ask.body("application/x-www-form-urlencoded", "logout_token=junk").send().await.status
    };
    let log = LogCapture::start();
    assert_eq!(lines(&log, send, "192.0.2.1", LINES + 10, words).await, LINES);
    assert_eq!(lines(&log, send, "192.0.3.1", 1, words).await, LINES + 1, "another network");
    assert_eq!(counted(&gateway, words[0], id).await, LINES as u64 + 11);
}
