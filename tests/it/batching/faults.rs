//! Refreshes while backends end, statements time out and rows are locked. None is lost, and none happens twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use tokio::task::JoinHandle;
use vestibule::base::id::SessionId;

use crate::oauth2::token::refresh::Replicas;

/// The number of concurrent clients, each with its own session.
const CLIENTS: usize = 32;
/// The refreshes of each client.
const REFRESHES: i64 = 25;

/// Clients that refresh at once.
struct Clients {
    gateways: Arc<Replicas>,
    sessions: Vec<SessionId>,
    /// The responses 200, and the responses 503.
    done: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
}

impl Clients {
    fn new(toml: &str) -> Self {
        let gateways = Arc::new(Replicas::with(toml));
        let sessions = (0..CLIENTS).map(|_| gateways.session("openid")).collect();
        Self { gateways, sessions, done: Arc::default(), failed: Arc::default() }
    }

    /// Starts the clients. Each sends a token again until it has the next one.
    fn start(&self) -> Vec<JoinHandle<()>> {
        let client = |session: &SessionId| {
            let (gateways, session) = (Arc::clone(&self.gateways), *session);
            let (done, failed) = (Arc::clone(&self.done), Arc::clone(&self.failed));
            tokio::spawn(async move {
                for counter in 0..REFRESHES {
                    let token = gateways.token(session, counter);
                    loop {
                        let reply = gateways.present(0, &token).await;
                        if reply.status == 503 {
                            failed.fetch_add(1, Ordering::SeqCst);
                            tokio::time::sleep(Duration::from_millis(5)).await;
                            continue;
                        }
                        assert_eq!(reply.outcome(), Ok(gateways.token(session, counter + 1)));
                        done.fetch_add(1, Ordering::SeqCst);
                        break;
                    }
                }
            })
        };
        self.sessions.iter().map(client).collect()
    }

    /// Every client has had each successor once, and each row has exactly these rotations.
    async fn assert_complete(&self, clients: Vec<JoinHandle<()>>) {
        for client in clients {
            client.await.expect("each refresh was answered");
        }
        for session in &self.sessions {
            assert_eq!(self.gateways.row(*session), (REFRESHES, None));
        }
    }

    fn is_done(&self) -> bool {
        self.done.load(Ordering::SeqCst) == CLIENTS * usize::try_from(REFRESHES).expect("a few")
    }
}

#[tokio::test]
async fn ended_backends_lose_and_double_no_refresh() {
    let clients = Clients::new("");
    let database = clients.gateways.both[0].database.clone();
    // A statement takes so long that some are met while they run.
    database.execute(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_sleep(0.005); RETURN NEW; END $$;
         CREATE TRIGGER slowly BEFORE UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION slowly()",
    );
    let running = clients.start();
    let ended = std::thread::spawn(move || {
        let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()
                   AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE '%RotateAll%'";
        let mut ended = 0;
        for _ in 0..2000 {
            if ended < 5 {
                ended += database.number(end);
            }
        }
        ended
    });
    clients.assert_complete(running).await;
    assert!(ended.join().expect("no panic") > 0, "no statement was ended");
}

#[tokio::test]
async fn statement_timeouts_lose_and_double_no_refresh() {
    let clients = Clients::new("[database]\nstatement_timeout = '50ms'\nacquire_timeout = '1s'");
    let running = clients.start();
    let mut conn = clients.gateways.both[0].database.connection();
    let failed = Arc::clone(&clients.failed);
    let locking = std::thread::spawn(move || {
        // No statement of a refresh can begin while the lock is held.
        for _ in 0..5 {
            conn.batch_execute("BEGIN; LOCK TABLE users; SELECT pg_sleep(0.2); COMMIT").expect("a lock");
        }
    });
    clients.assert_complete(running).await;
    locking.join().expect("no panic");
    assert!(failed.load(Ordering::SeqCst) > 0, "no statement timed out");
}

/// Only the client of the locked session waits.
#[tokio::test]
async fn a_locked_row_delays_only_its_own_refresh() {
    let clients = Clients::new("[database]\nstatement_timeout = '60s'");
    let (gateways, sessions) = (&clients.gateways, &clients.sessions);
    let locked = gateways.session("openid");
    let mut conn = gateways.both[0].database.connection();
    conn.batch_execute(&format!("BEGIN; SELECT FROM sessions WHERE id = '{locked}' FOR UPDATE")).expect("a lock");
    let waiting = tokio::spawn({
        let gateways = Arc::clone(gateways);
        async move { gateways.present(0, &gateways.token(locked, 0)).await.outcome() }
    });
    gateways.both[0]
        .database
        .until(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
            1,
        )
        .await;
    let running = clients.start();
    clients.assert_complete(running).await;
    assert!(clients.is_done() && !waiting.is_finished(), "{} sessions", sessions.len());
    conn.batch_execute("COMMIT").expect("the end");
    assert_eq!(waiting.await.expect("no panic"), Ok(gateways.token(locked, 1)));
    assert_eq!(gateways.row(locked), (1, None));
}
