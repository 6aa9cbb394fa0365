//! The timeline of keys over simulated time.

use chrono::DateTime;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn policy() -> Policy {
    Policy {
        algorithms: vec![Algorithm::Es256],
        publish_before_use: HOUR,
        rotate_every: 30 * DAY,
        keep_published: HOUR,
        keep_retired: 90 * DAY,
    }
}

/// Keys as the database would hold them, and the time.
struct Simulation {
    keys: Vec<KeyStatus>,
    policy: Policy,
    now: Timestamp,
    generated: usize,
}

impl Simulation {
    fn new() -> Self {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a valid time");
        let mut keys_over_time = Self { keys: Vec::new(), policy: policy(), now, generated: 0 };
        keys_over_time.pass();
        keys_over_time
    }

    /// Applies what is due now, as the store would.
    fn pass(&mut self) -> Vec<Change> {
        let changes = due(&self.keys, &self.policy, self.now);
        self.apply(&changes);
        changes
    }

    fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            let now = Some(self.now);
            let mut on = |kid: &String, work: &dyn Fn(&mut KeyStatus)| {
                work(self.keys.iter_mut().find(|key| key.kid == *kid).expect("a key"));
            };
            match change {
                Change::Generate { algorithm, signs } => {
                    self.generated += 1;
                    self.keys.push(KeyStatus {
                        kid: format!("key {}", self.generated),
                        algorithm: *algorithm,
                        state: if *signs { KeyState::Active } else { KeyState::Published },
                        published_at: now,
                        active_at: now.filter(|_| *signs),
                        retiring_at: None,
                        gone_at: None,
                        revoked_at: None,
                    });
                }
                Change::Activate(kid) => on(kid, &|key| (key.state, key.active_at) = (KeyState::Active, now)),
                Change::Retire(kid) => on(kid, &|key| (key.state, key.retiring_at) = (KeyState::Retiring, now)),
                Change::Withdraw(kid) => on(kid, &|key| (key.state, key.gone_at) = (KeyState::Gone, now)),
                Change::Revoke(kid) => {
                    on(kid, &|key| (key.state, key.gone_at, key.revoked_at) = (KeyState::Gone, now, now));
                }
                Change::Delete(kid) => self.keys.retain(|key| key.kid != *kid),
                Change::CapTimes(kid) => on(kid, &|key| {
                    for at in [&mut key.published_at, &mut key.active_at, &mut key.retiring_at, &mut key.gone_at] {
                        *at = at.min(&mut now.clone()).to_owned();
                    }
                }),
            }
            let signing = self.keys.iter().filter(|key| key.state == KeyState::Active).count();
            assert!(signing <= 2, "one for each algorithm, and a second one during the change of algorithms");
        }
    }

    fn states(&self) -> Vec<KeyState> {
        self.keys.iter().map(|key| key.state).collect()
    }

    fn signing(&self) -> &str {
        let mut signing = self.keys.iter().filter(|key| key.state == KeyState::Active);
        let kid = &signing.next().expect("a key that signs").kid;
        assert_eq!(signing.next(), None, "two that sign");
        kid
    }

    fn wait(&mut self, time: Duration) -> Vec<Change> {
        self.now += delta(time);
        self.pass()
    }
}

/// JW-07: checked every ten minutes for a year, a key signs only after one hour in the JWKS, stays there for one hour
/// after its last signature, and exactly one key is active at any time.
#[test]
fn keys_rotate_in_order_for_a_year() {
    let mut keys_over_time = Simulation::new();
    assert_eq!((keys_over_time.states(), keys_over_time.signing()), (vec![KeyState::Active], "key 1"));
    let mut signed = vec!["key 1".to_owned()];
    for _ in 0..365 * 24 * 6 {
        keys_over_time.wait(HOUR / 6);
        let signing = keys_over_time.signing().to_owned();
        if signed.last() != Some(&signing) {
            signed.push(signing);
        }
        for key in &keys_over_time.keys {
            let (published, active) = (key.published_at.expect("published"), key.active_at);
            assert!(key.kid == "key 1" || active.is_none_or(|active| active - published >= delta(HOUR)), "{key:?}");
            if let (Some(retiring), Some(gone)) = (key.retiring_at, key.gone_at) {
                assert!(gone - retiring >= delta(HOUR), "{key:?}");
            }
        }
        let published = keys_over_time.keys.iter().filter(|key| key.state.is_published()).count();
        assert!(published <= 2, "{:?}", keys_over_time.keys);
    }
    assert_eq!(signed.len(), 13, "365 days, 30 each");
    assert!(keys_over_time.keys.len() <= 6, "only those of the last 90 days: {:?}", keys_over_time.states());
}

/// RC-08
#[test]
fn a_second_replica_at_the_same_time_finds_nothing_due() {
    let mut keys_over_time = Simulation::new();
    for step in [29 * DAY + 23 * HOUR, HOUR, HOUR, 90 * DAY] {
        assert_ne!(keys_over_time.wait(step), [], "{step:?}");
        assert_eq!(keys_over_time.pass(), [], "{step:?}");
    }
}

/// After months in which no replica ran, the old key signs until the new one has been published long enough.
#[test]
fn a_start_after_months_signs_at_once_and_rotates_in_order() {
    let mut keys_over_time = Simulation::new();
    let changes = keys_over_time.wait(200 * DAY);
    assert_eq!(changes, [Change::Generate { algorithm: Algorithm::Es256, signs: false }]);
    assert_eq!(keys_over_time.signing(), "key 1");
    keys_over_time.wait(HOUR / 2);
    assert_eq!(keys_over_time.signing(), "key 1");
    keys_over_time.wait(HOUR / 2);
    assert_eq!(
        (keys_over_time.signing(), keys_over_time.states()),
        ("key 2", vec![KeyState::Retiring, KeyState::Active])
    );
}

/// FI-12: a clock that jumps ahead and back causes one rotation, and no key waits for years.
#[test]
fn a_clock_jump_causes_one_rotation() {
    for jump in [2 * HOUR, 29 * DAY, 40 * DAY, 3650 * DAY] {
        let mut keys_over_time = Simulation::new();
        keys_over_time.wait(29 * DAY);
        keys_over_time.now += delta(jump);
        for _ in 0..3 {
            keys_over_time.pass();
        }
        keys_over_time.now -= delta(jump);
        for _ in 0..3 {
            keys_over_time.pass();
        }
        assert!(keys_over_time.generated <= 2, "{jump:?}: {:?}", keys_over_time.keys);
        // Two days later the keys are in a regular state again.
        for _ in 0..48 {
            keys_over_time.wait(HOUR);
            keys_over_time.signing();
        }
        assert!(keys_over_time.generated <= 2, "{jump:?}: {:?}", keys_over_time.keys);
        assert_eq!(keys_over_time.signing(), "key 2", "{jump:?}: {:?}", keys_over_time.keys);
    }
}

#[test]
fn a_rotation_on_request_publishes_one_key_first() {
    let mut keys_over_time = Simulation::new();
    keys_over_time.now += delta(DAY);
    let changes = rotation(&keys_over_time.keys, &keys_over_time.policy);
    assert_eq!(changes, [Change::Generate { algorithm: Algorithm::Es256, signs: false }]);
    keys_over_time.apply(&changes);
    assert_eq!(rotation(&keys_over_time.keys, &keys_over_time.policy), [], "one is published already");
    assert_eq!((keys_over_time.pass(), keys_over_time.signing()), (vec![], "key 1"));
    keys_over_time.wait(HOUR);
    assert_eq!(keys_over_time.signing(), "key 2");
}

/// JW-11
#[test]
fn the_successor_of_a_revoked_key_signs_at_once() {
    let mut keys_over_time = Simulation::new();
    let named = |kid: &str| vec![kid.to_owned()];
    keys_over_time.apply(&revocation(&keys_over_time.keys.clone(), &policy(), &named("key 1")));
    assert_eq!((keys_over_time.states(), keys_over_time.signing()), (vec![KeyState::Gone, KeyState::Active], "key 2"));
    assert_eq!(revocation(&keys_over_time.keys, &policy(), &named("key 1")), [], "revoked already");
    // A published key is preferred to a new one, which no cached JWKS contains.
    keys_over_time.apply(&rotation(&keys_over_time.keys.clone(), &policy()));
    keys_over_time.apply(&revocation(&keys_over_time.keys.clone(), &policy(), &named("key 2")));
    assert_eq!(keys_over_time.signing(), "key 3");
    assert_eq!(keys_over_time.keys.len(), 3);
}

#[test]
fn a_new_algorithm_is_published_first_and_an_old_one_retires_when_its_key_is_due() {
    let mut keys_over_time = Simulation::new();
    keys_over_time.now += delta(DAY);
    keys_over_time.policy.algorithms = vec![Algorithm::EdDsa];
    assert_eq!(keys_over_time.pass(), [Change::Generate { algorithm: Algorithm::EdDsa, signs: false }]);
    assert_eq!(keys_over_time.signing(), "key 1", "the only active key");
    keys_over_time.wait(HOUR);
    let active =
        |keys_over_time: &Simulation| keys_over_time.keys.iter().filter(|key| key.state == KeyState::Active).count();
    assert_eq!(active(&keys_over_time), 2);
    keys_over_time.wait(29 * DAY);
    assert_eq!((keys_over_time.signing(), keys_over_time.states()[0]), ("key 2", KeyState::Retiring));
    // With key files of the operator, none is generated.
    keys_over_time.policy.algorithms = Vec::new();
    keys_over_time.wait(30 * DAY);
    assert!(keys_over_time.keys.iter().all(|key| key.state != KeyState::Active), "{:?}", keys_over_time.keys);
}

#[test]
fn the_milestones_match_what_then_happens() {
    let mut keys_over_time = Simulation::new();
    keys_over_time.wait(DAY);
    let predicted = milestones(&keys_over_time.keys, &keys_over_time.policy, keys_over_time.now);
    let brief = |point: &Milestone| (point.done, point.kid.is_some(), point.state);
    assert_eq!(
        predicted.iter().map(brief).collect::<Vec<_>>(),
        [
            (true, true, KeyState::Published),
            (true, true, KeyState::Active),
            (false, false, KeyState::Published),
            (false, true, KeyState::Retiring),
            (false, false, KeyState::Active),
            (false, true, KeyState::Gone),
        ]
    );
    let planned = |state, kid: Option<&str>| {
        let is = |point: &&Milestone| point.state == state && point.kid.as_deref() == kid;
        predicted.iter().find(is).expect("a milestone").at
    };
    keys_over_time.now = planned(KeyState::Published, None) - TimeDelta::seconds(1);
    assert_eq!(keys_over_time.pass(), []);
    keys_over_time.wait(Duration::from_secs(1));
    assert_eq!(keys_over_time.states(), [KeyState::Active, KeyState::Published]);
    keys_over_time.now = planned(KeyState::Active, None);
    keys_over_time.pass();
    assert_eq!(keys_over_time.states(), [KeyState::Retiring, KeyState::Active]);
    keys_over_time.now = planned(KeyState::Gone, Some("key 1"));
    keys_over_time.pass();
    assert_eq!(keys_over_time.states(), [KeyState::Gone, KeyState::Active]);
}
