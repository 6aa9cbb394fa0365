//! An app signs in while its browser session ends.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use vestibule::base::clock::Clock;
use vestibule::base::id::{SessionId, UserId};
use vestibule::session::{EndReason, Ending, Scope, end_where};

use crate::support::logout_apps::{authorization, redeem, start};
use crate::support::{Cluster, Setup};

const ORPHANS: &str = "SELECT count(*) FROM sessions app JOIN sessions parent ON parent.id = app.parent_id
                       WHERE app.ended_at IS NULL AND parent.ended_at IS NOT NULL";
const UNTOLD: &str = "SELECT count(*) FROM sessions app WHERE parent_id IS NOT NULL AND client_id = 'shop'
                      AND ended_at IS NOT NULL
                      AND (SELECT count(*) FROM logout_notices n WHERE n.session_id = app.id) <> 1";

fn user(conn: &mut PgConnection) -> UserId {
    let user = UserId::new(Clock::system().now());
    conn.batch_execute(&format!("INSERT INTO users (id, created_at, updated_at) VALUES ('{user}', now(), now())"))
        .expect("a user");
    user
}

fn sign_in(conn: &mut PgConnection, user: UserId) -> SessionId {
    let id = SessionId::new(Clock::system().now());
    conn.batch_execute(&format!(
        "INSERT INTO sessions (id, user_id, provider, client_id, auth_time, last_activity_at, not_after, created_at)
         VALUES ('{id}', '{user}', 'op', 'vestibule', now(), now(), now() + interval '1 d', now())"
    ))
    .expect("a session");
    id
}

/// As the redemption of a code: locks the browser session `FOR SHARE` and inserts the app session if it is active. The
/// transaction stays open for a moment, so that the ending runs concurrently.
fn sign_in_to(conn: &mut PgConnection, parent: SessionId, pause: &str) -> usize {
    conn.transaction(|conn| {
        let made = diesel::sql_query(format!(
            "WITH parent AS (SELECT * FROM sessions WHERE id = '{parent}' AND ended_at IS NULL FOR SHARE)
             INSERT INTO sessions (id, user_id, provider, client_id, parent_id, auth_time, last_activity_at, not_after,
                                   created_at)
             SELECT gen_random_uuid(), user_id, provider, 'shop', id, auth_time, now(), not_after, now() FROM parent"
        ))
        .execute(conn)?;
        conn.batch_execute(&format!("SELECT pg_sleep({pause})"))?;
        diesel::QueryResult::Ok(made)
    })
    .expect("no deadlock")
}

/// LO-23, RC-11: 300 rounds of each scope. In either order no app session stays active, and each app is notified once.
#[test]
fn no_app_session_survives_its_browser_session() {
    let database = Cluster::shared().database();
    let mut conn = database.connection();
    let entered = AtomicUsize::new(0);
    for round in 0..300 {
        let user = user(&mut conn);
        let (parent, stays) = (sign_in(&mut conn, user), sign_in(&mut conn, user));
        let scope = match round % 4 {
            0 => Scope::One(parent),
            1 => Scope::OfUser(user),
            2 => Scope::OthersOfUser { user, except: stays },
            _ => Scope::OneOfUser { user, id: parent },
        };
        let pause = ["0", "0.001", "0.003"][round % 3];
        std::thread::scope(|threads| {
            let (database, entered) = (&database, &entered);
            for _ in 0..2 {
                threads.spawn(move || {
                    entered.fetch_add(sign_in_to(&mut database.connection(), parent, pause), Ordering::Relaxed);
                });
            }
            threads.spawn(move || {
                let mut conn = database.connection();
                let now = Clock::system().now();
                let notified_clients = ["shop".to_owned()].into();
                let ending = Ending {
                    reason: EndReason::Logout,
                    now,
                    keep_until: now,
                    notified_clients,
                    revokes: true,
                    used_after: now,
                };
                end_where(&mut conn, scope, &ending).expect("no deadlock");
            });
        });
        assert_eq!(database.number(ORPHANS), 0, "round {round}: {scope:?}");
    }
    assert_eq!(database.number(UNTOLD), 0);
    let (entered, all) = (entered.into_inner(), 600);
    assert!(entered > 0 && entered < all, "{entered} came first, and {} too late", all - entered);
}

/// The same over HTTP, on two replicas: a code is redeemed during a logout or a new login.
#[tokio::test]
async fn a_code_redeemed_during_a_logout_leaves_no_active_session() {
    let (gateway, receiver) = start();
    let other = Setup::beside(&gateway).toml(&crate::support::logout_apps::configured(&receiver)).start();
    let mut granted = 0;
    for round in 0..200 {
        let browser = gateway.browser();
        browser.sign_in("alice").await;
        let code = browser.get(&authorization("shop")).await.location_parameter("code").expect("a code");
        let again = browser.begin("op").await;
        let (redeemed, ended) = tokio::join!(redeem(&other, "shop", &code), async {
            if round % 2 == 0 {
                browser.post("/logout").await.status
            } else {
                browser.get(&again.callback_of("alice")).await.status
            }
        });
        assert!([200, 303].contains(&ended), "{ended}");
        assert!([200, 400].contains(&redeemed.status), "{redeemed:?}");
        granted += usize::from(redeemed.status == 200);
        assert_eq!(gateway.database.number(ORPHANS), 0, "round {round}");
    }
    assert_eq!(gateway.database.number(UNTOLD), 0);
    assert!(granted > 0, "no code was redeemed in time");
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(gateway.database.number(deadlocks), 0);
}
