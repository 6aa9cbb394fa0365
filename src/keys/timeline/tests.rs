//! The life of keys, with a clock in the hand.

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

/// A database of keys, and its clock.
struct World {
    keys: Vec<Standing>,
    policy: Policy,
    now: Timestamp,
    made: usize,
}

impl World {
    fn new() -> Self {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("an instant");
        let mut world = Self { keys: Vec::new(), policy: policy(), now, made: 0 };
        world.pass();
        world
    }

    /// One look of one replica, as the store applies it.
    fn pass(&mut self) -> Vec<Change> {
        let changes = due(&self.keys, &self.policy, self.now);
        self.apply(&changes);
        changes
    }

    fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            let now = Some(self.now);
            let mut on = |kid: &String, work: &dyn Fn(&mut Standing)| {
                work(self.keys.iter_mut().find(|key| key.kid == *kid).expect("a key"));
            };
            match change {
                Change::Make { algorithm, signs } => {
                    self.made += 1;
                    self.keys.push(Standing {
                        kid: format!("key {}", self.made),
                        algorithm: *algorithm,
                        state: if *signs { State::Active } else { State::Published },
                        published_at: now,
                        active_at: now.filter(|_| *signs),
                        retiring_at: None,
                        gone_at: None,
                        revoked_at: None,
                    });
                }
                Change::Activate(kid) => on(kid, &|key| (key.state, key.active_at) = (State::Active, now)),
                Change::Retire(kid) => on(kid, &|key| (key.state, key.retiring_at) = (State::Retiring, now)),
                Change::Withdraw(kid) => on(kid, &|key| (key.state, key.gone_at) = (State::Gone, now)),
                Change::Revoke(kid) => {
                    on(kid, &|key| (key.state, key.gone_at, key.revoked_at) = (State::Gone, now, now));
                }
                Change::Delete(kid) => self.keys.retain(|key| key.kid != *kid),
                Change::SetClock(kid) => on(kid, &|key| {
                    for at in [&mut key.published_at, &mut key.active_at, &mut key.retiring_at, &mut key.gone_at] {
                        *at = at.min(&mut now.clone()).to_owned();
                    }
                }),
            }
            let signing = self.keys.iter().filter(|key| key.state == State::Active).count();
            assert!(signing <= 2, "one an algorithm, and one while they change");
        }
    }

    fn states(&self) -> Vec<State> {
        self.keys.iter().map(|key| key.state).collect()
    }

    fn signing(&self) -> &str {
        let mut signing = self.keys.iter().filter(|key| key.state == State::Active);
        let kid = &signing.next().expect("a key that signs").kid;
        assert_eq!(signing.next(), None, "two that sign");
        kid
    }

    fn wait(&mut self, time: Duration) -> Vec<Change> {
        self.now += delta(time);
        self.pass()
    }
}

/// JW-07: looked at every ten minutes for a year, a key signs only after its hour in the key set, stays there for its
/// hour afterwards, and there is always exactly one that signs.
#[test]
fn a_year_of_rotation() {
    let mut world = World::new();
    assert_eq!((world.states(), world.signing()), (vec![State::Active], "key 1"));
    let mut signed = vec!["key 1".to_owned()];
    for _ in 0..365 * 24 * 6 {
        world.wait(HOUR / 6);
        let signing = world.signing().to_owned();
        if signed.last() != Some(&signing) {
            signed.push(signing);
        }
        for key in &world.keys {
            let (published, active) = (key.published_at.expect("published"), key.active_at);
            assert!(key.kid == "key 1" || active.is_none_or(|active| active - published >= delta(HOUR)), "{key:?}");
            if let (Some(retiring), Some(gone)) = (key.retiring_at, key.gone_at) {
                assert!(gone - retiring >= delta(HOUR), "{key:?}");
            }
        }
        let published = world.keys.iter().filter(|key| key.state.is_published()).count();
        assert!(published <= 2, "{:?}", world.keys);
    }
    assert_eq!(signed.len(), 13, "365 days, 30 each");
    assert!(world.keys.len() <= 6, "those of 90 days, and none for ever: {:?}", world.states());
}

/// RC-08: who comes second finds nothing to do.
#[test]
fn a_second_look_at_the_same_moment_changes_nothing() {
    let mut world = World::new();
    for step in [29 * DAY + 23 * HOUR, HOUR, HOUR, 90 * DAY] {
        assert_ne!(world.wait(step), [], "{step:?}");
        assert_eq!(world.pass(), [], "{step:?}");
    }
}

/// After months without any replica, the old key signs on while the new one is published.
#[test]
fn a_start_after_months_signs_at_once_and_replaces_in_order() {
    let mut world = World::new();
    let made = world.wait(200 * DAY);
    assert_eq!(made, [Change::Make { algorithm: Algorithm::Es256, signs: false }]);
    assert_eq!(world.signing(), "key 1");
    world.wait(HOUR / 2);
    assert_eq!(world.signing(), "key 1");
    world.wait(HOUR / 2);
    assert_eq!((world.signing(), world.states()), ("key 2", vec![State::Retiring, State::Active]));
}

/// FI-12: a clock that jumps ahead and back makes one new key, once, and nothing waits for ever.
#[test]
fn a_clock_that_jumps_rotates_once() {
    for jump in [2 * HOUR, 29 * DAY, 40 * DAY, 3650 * DAY] {
        let mut world = World::new();
        world.wait(29 * DAY);
        world.now += delta(jump);
        for _ in 0..3 {
            world.pass();
        }
        world.now -= delta(jump);
        for _ in 0..3 {
            world.pass();
        }
        assert!(world.made <= 2, "{jump:?}: {:?}", world.keys);
        // Two days later, everything is in order again.
        for _ in 0..48 {
            world.wait(HOUR);
            world.signing();
        }
        assert!(world.made <= 2, "{jump:?}: {:?}", world.keys);
        assert_eq!(world.signing(), "key 2", "{jump:?}: {:?}", world.keys);
    }
}

#[test]
fn what_an_operator_asks_for_waits_its_hour_and_comes_once() {
    let mut world = World::new();
    world.now += delta(DAY);
    let changes = rotation(&world.keys, &world.policy);
    assert_eq!(changes, [Change::Make { algorithm: Algorithm::Es256, signs: false }]);
    world.apply(&changes);
    assert_eq!(rotation(&world.keys, &world.policy), [], "one waits already");
    assert_eq!((world.pass(), world.signing()), (vec![], "key 1"));
    world.wait(HOUR);
    assert_eq!(world.signing(), "key 2");
}

/// JW-11
#[test]
fn what_takes_the_place_of_a_revoked_key_signs_at_once() {
    let mut world = World::new();
    let named = |kid: &str| vec![kid.to_owned()];
    world.apply(&revocation(&world.keys.clone(), &policy(), &named("key 1")));
    assert_eq!((world.states(), world.signing()), (vec![State::Gone, State::Active], "key 2"));
    assert_eq!(revocation(&world.keys, &policy(), &named("key 1")), [], "once is enough");
    // One that waits is better than one that nobody has ever seen.
    world.apply(&rotation(&world.keys.clone(), &policy()));
    world.apply(&revocation(&world.keys.clone(), &policy(), &named("key 2")));
    assert_eq!(world.signing(), "key 3");
    assert_eq!(world.keys.len(), 3);
}

#[test]
fn a_new_algorithm_waits_and_an_old_one_leaves_when_its_key_would_be_replaced() {
    let mut world = World::new();
    world.now += delta(DAY);
    world.policy.algorithms = vec![Algorithm::EdDsa];
    assert_eq!(world.pass(), [Change::Make { algorithm: Algorithm::EdDsa, signs: false }]);
    assert_eq!(world.signing(), "key 1", "somebody has to");
    world.wait(HOUR);
    let active = |world: &World| world.keys.iter().filter(|key| key.state == State::Active).count();
    assert_eq!(active(&world), 2);
    world.wait(29 * DAY);
    assert_eq!((world.signing(), world.states()[0]), ("key 2", State::Retiring));
    // And of operators' files none is made at all.
    world.policy.algorithms = Vec::new();
    world.wait(30 * DAY);
    assert!(world.keys.iter().all(|key| key.state != State::Active), "{:?}", world.keys);
}

#[test]
fn the_timeline_says_what_then_happens() {
    let mut world = World::new();
    world.wait(DAY);
    let told = milestones(&world.keys, &world.policy, world.now);
    let brief = |point: &Milestone| (point.done, point.kid.is_some(), point.state);
    assert_eq!(
        told.iter().map(brief).collect::<Vec<_>>(),
        [
            (true, true, State::Published),
            (true, true, State::Active),
            (false, false, State::Published),
            (false, true, State::Retiring),
            (false, false, State::Active),
            (false, true, State::Gone),
        ]
    );
    let planned = |state, kid: Option<&str>| {
        let is = |point: &&Milestone| point.state == state && point.kid.as_deref() == kid;
        told.iter().find(is).expect("a milestone").at
    };
    world.now = planned(State::Published, None) - TimeDelta::seconds(1);
    assert_eq!(world.pass(), []);
    world.wait(Duration::from_secs(1));
    assert_eq!(world.states(), [State::Active, State::Published]);
    world.now = planned(State::Active, None);
    world.pass();
    assert_eq!(world.states(), [State::Retiring, State::Active]);
    world.now = planned(State::Gone, Some("key 1"));
    world.pass();
    assert_eq!(world.states(), [State::Gone, State::Active]);
}
