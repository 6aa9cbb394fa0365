//! Replicas whose clocks differ from the database's.

use std::time::{Duration, Instant};

use chrono::TimeDelta;

use crate::revocation::person::{Person, copy_of};
use crate::support::{BOUND, Cluster, Database, Gateway, LogCapture, Setup, wait_until};

/// A database, and a function that sets its clock forward by an interval.
pub fn database_with_a_clock() -> (Database, impl Fn(&str)) {
    let database = Cluster::shared().database();
    let name = database.words("SELECT current_database()").concat();
    // Stands in front of the built-in function.
    database.execute(&format!(
        "CREATE TABLE clock AS SELECT interval '0' AS ahead;
         CREATE FUNCTION public.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS $$
             SELECT pg_catalog.statement_timestamp() + ahead FROM clock
         $$;
         ALTER DATABASE {name} SET search_path = public, pg_catalog"
    ));
    let owned = database.clone();
    (database, move |ahead: &str| owned.execute(&format!("UPDATE clock SET ahead = '{ahead}'")))
}

/// The readiness of a replica, as soon as its detail about the clock is this one.
async fn clock_detail(gateway: &Gateway, wanted: &str) -> serde_json::Value {
    let began = Instant::now();
    loop {
        let answer = gateway.browser().get(&format!("{}/readyz", gateway.admin)).await;
        let body = answer.json();
        if body["checks"]["clock"] == wanted {
            assert_eq!((answer.status, &body["status"]), (200, &"ready".into()), "a wrong clock takes no replica out");
            return body;
        }
        assert!(began.elapsed() < BOUND, "{body}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// FI-11: one replica is 80 s behind, or 90 s ahead. A token that it revokes, or that it issued, is refused by the other one
/// for as long as it would be valid.
#[tokio::test]
async fn a_token_stays_revoked_whatever_the_clock_of_a_replica_says() {
    for (revoker, issuer) in [(-80, 0), (90, 0), (0, 90), (-80, 90)] {
        let (database, set_clock) = database_with_a_clock();
        let here = Setup::new().on(&database).start();
        let replica = |seconds: i64| {
            let replica = Setup::beside(&here).own_clock().start();
            replica.hand.advance(TimeDelta::seconds(seconds));
            replica
        };
        let (revoking, issuing) = (replica(revoker), replica(issuer));
        let browser = here.browser();
        browser.sign_in("alice").await;
        let token = copy_of(&browser, &issuing).post("/session/token").await.json();
        let person = Person::holding(token["access_token"].as_str().expect("a token"));
        assert_eq!(copy_of(&browser, &revoking).post("/logout").await.status, 200);
        wait_until("the session is listed", async || person.is_listed(&here).await).await;
        // To the last second of the token's life.
        let exp = person.claims["exp"].as_i64().expect("a time");
        let left = exp - 1 - here.clock.now().timestamp();
        here.hand.advance(TimeDelta::seconds(left));
        set_clock(&format!("{left} s"));
        let next = Person::sign_in(&here, "bob").await;
        here.database.execute(&next.revoke_on_the_feed(&here));
        wait_until("the next session is listed", async || next.is_listed(&here).await).await;
        assert!(person.is_listed(&here).await, "revoked by {revoker} s, issued by {issuer} s");
    }
}

/// A replica reports that its clock differs by more than 5 s, and stays ready.
#[tokio::test]
async fn a_replica_reports_a_wrong_clock() {
    let gateway = Gateway::start();
    let log = LogCapture::start();
    clock_detail(&gateway, "ok").await;
    for (jump, detail) in [(80, "80 s ahead of the database's"), (-160, "80 s behind the database's"), (77, "ok")] {
        gateway.hand.advance(TimeDelta::seconds(jump));
        clock_detail(&gateway, detail).await;
    }
    let metrics = gateway.browser().get(&format!("{}/metrics", gateway.admin)).await.body;
    assert!(metrics.contains("vestibule_clock_offset_seconds"));
    assert!(log.text().contains("the clock of this replica differs from the database's"));
}
