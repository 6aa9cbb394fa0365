//! Tabs of one app in one browser, each with a copy of the refresh token.

use chrono::TimeDelta;

use crate::support::app::{self, Tokens, code, path, redeem, refresh};

/// The refreshes of two tabs: the index of the tab, the seconds since the previous refresh, and whether the refresh
/// succeeds.
type Refreshes = [(usize, i64, bool)];

/// *Duplicate tab* copies `sessionStorage`, so each tab has a refresh token of its own. As docs/sessions.md states:
/// within `refresh_retry_window` both tabs stay signed in; after it, the previous refresh token is accepted once in
/// `refresh_forgive_every`; an older refresh token is reuse. The browser session stays active in each case.
#[tokio::test]
async fn a_duplicated_tab_refreshes_within_the_retry_window_and_once_a_day_after_it() {
    let day = 24 * 60 * 60;
    let cases: [(&str, &Refreshes); 7] = [
        (
            "both within the window",
            &[(0, 0, true), (1, 1, true), (0, 300, true), (1, 59, true), (0, 300, true), (1, 0, true)],
        ),
        ("the copy is never used", &[(0, 0, true), (0, 300, true), (0, 300, true)]),
        ("the copy is used alone", &[(1, 0, true), (1, 300, true), (1, day, true)]),
        ("one late", &[(0, 0, true), (1, 61, true), (0, 300, true), (1, 30, true)]),
        ("late twice", &[(0, 0, true), (1, 61, true), (0, 300, true), (1, 61, false), (0, 0, false)]),
        ("late once a day", &[(0, 0, true), (1, 61, true), (0, day, true), (1, 61, true), (0, 300, true)]),
        ("frozen for two refreshes", &[(0, 0, true), (0, 300, true), (1, 1, false), (0, 0, false), (1, 0, false)]),
    ];
    for (case, refreshes) in cases {
        let gateway = app::start();
        gateway.hand.hold();
        let browser = gateway.browser();
        browser.sign_in("ada").await;
        let first = Tokens::of(&redeem(&gateway, &code(&browser.get(&path(&[])).await), &[]).await);
        let mut tabs = [first.refresh().to_owned(), first.refresh().to_owned()];
        for (number, (tab, seconds, succeeds)) in refreshes.iter().enumerate() {
            gateway.hand.advance(TimeDelta::seconds(*seconds));
            let answer = refresh(&gateway, &tabs[*tab]).await;
            assert_eq!(answer.status == 200, *succeeds, "{case}, refresh {number}: {answer:?}");
            if *succeeds {
                tabs[*tab] = Tokens::of(&answer).refresh().to_owned();
            }
        }
        assert_eq!(browser.fetch("/session").await.status, 200, "{case}");
    }
}

/// Tabs that share the newest token, as those of examples/apps/browser do, need no lock between them.
#[tokio::test]
async fn tabs_with_one_storage_stay_signed_in() {
    let gateway = app::start();
    gateway.hand.hold();
    let mut shared = Tokens::of_spa(&gateway, "ada").await.refresh().to_owned();
    for seconds in [0, 1, 61, 300, 3600, 86_400, 0, 0] {
        gateway.hand.advance(TimeDelta::seconds(seconds));
        let read_by_both = shared.clone();
        let first = Tokens::of(&refresh(&gateway, &read_by_both).await);
        let second = Tokens::of(&refresh(&gateway, &read_by_both).await);
        assert_eq!(first.refresh(), second.refresh(), "after {seconds} s");
        second.refresh().clone_into(&mut shared);
    }
}
