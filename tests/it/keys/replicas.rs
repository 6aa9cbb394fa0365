//! Two replicas that rotate keys concurrently.

use std::sync::{Arc, Barrier};
use std::thread;

use vestibule::base::clock::Timestamp;
use vestibule::base::event::Event;
use vestibule::config::Algorithm;
use vestibule::keys;

use crate::keys::replica::{DAY, HOUR, Replica, now, policy};
use crate::support::Cluster;

const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];

/// Runs `work` on both replicas concurrently. Returns the number of events of each.
fn at_once(replicas: &[Arc<Replica>; 2], work: fn(&Replica, Timestamp) -> Vec<Event>, now: Timestamp) -> [usize; 2] {
    let barrier = Arc::new(Barrier::new(2));
    let running = replicas.clone().map(|replica| {
        let barrier = Arc::clone(&barrier);
        thread::spawn(move || {
            barrier.wait();
            work(&replica, now).len()
        })
    });
    running.map(|thread| thread.join().expect("no panic"))
}

fn block_on<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

fn look(replica: &Replica, now: Timestamp) -> Vec<Event> {
    block_on(replica.poll(now))
}

fn rotate(replica: &Replica, now: Timestamp) -> Vec<Event> {
    block_on(keys::rotate(&replica.db, &replica.secrets, replica.keys.policy(), now)).expect("a rotation")
}

/// RC-08: one new key for each algorithm, whichever replica was first; both sign with it and publish the same JWKS.
#[test]
fn concurrent_rotations_create_one_key() {
    let database = Cluster::shared().empty_database();
    vestibule::base::migrate::migrate(&crate::keys::replica::pool(&database)).expect("a schema");
    let mut now = now();
    let start = || Arc::new(Replica::start(&database, policy(&ALGORITHMS), now));
    let replicas = [start(), start()];
    let count = |state: &str| database.number(&format!("SELECT count(*) FROM signing_keys WHERE state = '{state}'"));
    for round in 0..24 {
        let signed = ALGORITHMS.map(|algorithm| replicas[0].signs_with(algorithm));
        // Alternately a scheduled rotation and two commands.
        let made = if round % 2 == 0 {
            now += DAY * 30;
            at_once(&replicas, look, now)
        } else {
            now += DAY;
            at_once(&replicas, rotate, now)
        };
        assert_eq!((count("published"), count("active")), (2, 2), "round {round}");
        // The even rounds also delete expired keys.
        assert!(round % 2 == 0 || made.iter().sum::<usize>() == 2, "round {round}: {made:?}");
        now += HOUR;
        at_once(&replicas, look, now);
        assert_eq!((count("published"), count("active"), count("retiring")), (0, 2, 2), "round {round}");
        // The second replica may have loaded the keys before the first had committed.
        for replica in &replicas {
            look(replica, now);
        }
        let [one, two] = &replicas;
        assert_eq!(one.keys.keys().jwks(), two.keys.keys().jwks(), "round {round}");
        for (algorithm, before) in ALGORITHMS.iter().zip(signed) {
            assert_eq!(one.signs_with(*algorithm), two.signs_with(*algorithm), "round {round}");
            assert_ne!(one.signs_with(*algorithm), before, "round {round}");
        }
    }
    // LG-02: each change has one audit row.
    let audited = |kind: &str| format!("SELECT count(*) FROM audit_events WHERE kind = '{kind}'");
    assert_eq!(database.number(&audited("signing_key_made")), 2 + 24 * 2);
    let activated = audited("signing_key_moved") + " AND detail->>'state' = 'active'";
    assert_eq!(database.number(&activated), 24 * 2);
}

#[test]
fn a_start_after_months_serves_with_the_old_keys() {
    let database = Cluster::shared().database();
    let policy = || policy(&[Algorithm::Es256, Algorithm::Rs256]);
    let (then, later) = (now(), now() + DAY * 200);
    let before = Replica::start(&database, policy(), then).signs_with(Algorithm::Es256);
    let replica = Replica::start(&database, policy(), later);
    assert_eq!(replica.signs_with(Algorithm::Es256), before);
    look(&replica, later);
    assert_eq!(replica.signs_with(Algorithm::Es256), before);
    assert_eq!(crate::keys::replica::kids(replica.keys.keys().jwks()).len(), 4);
    look(&replica, later + HOUR);
    assert_ne!(replica.signs_with(Algorithm::Es256), before);
    assert!(replica.keys.keys().by_kid(&before).is_some(), "it stays for its tokens");
}

/// The database is read-only, as after a failover.
#[test]
fn keys_stay_in_use_when_rotation_fails() {
    let database = Cluster::shared().database();
    let policy = || policy(&[Algorithm::Es256, Algorithm::Rs256]);
    let replica = Replica::start(&database, policy(), now());
    let before = replica.signs_with(Algorithm::Es256);
    let name = database.words("SELECT current_database()").concat();
    database.cluster.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    let read_only = Replica::start(&database, policy(), now());
    assert_eq!(look(&read_only, now() + DAY * 60).len(), 0);
    assert_eq!(read_only.signs_with(Algorithm::Es256), before);
    database.cluster.execute(&format!("ALTER DATABASE {name} RESET ALL"));
    assert_eq!(look(&replica, now() + DAY * 60).len(), 2, "the rotation is done later");
}
