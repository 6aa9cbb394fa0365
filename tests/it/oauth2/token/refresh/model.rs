//! FZ-06: random sequences of requests to a session on two replicas, compared with a small model of the rules.

use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio::task::JoinHandle;
use vestibule::base::clock::Timestamp;
use vestibule::base::id::SessionId;

use crate::oauth2::token::refresh::replicas::{Replicas, unknown_session};

/// The number of sequences that run one after the other.
const SEQUENCES: usize = 1000;
/// The number of sequences that run at the same time, and how often that many do.
const CONCURRENT: usize = 24;
const GROUPS: usize = 40;

/// One step of a sequence.
#[derive(Clone, Debug)]
enum Act {
    /// A request with the token at this distance from the newest issued one.
    Present {
        replica: usize,
        behind: i64,
    },
    /// A request with an invalid token.
    Garbage {
        replica: usize,
    },
    Wait(TimeDelta),
    /// The database fails over and has lost the last rotation.
    LoseWrite,
    /// The session is ended.
    Revoke,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let replica = 0..2_usize;
    // Mostly honest clients: the newest token, or the previous one after a lost response.
    let behind = prop_oneof![10 => Just(0_i64), 5 => Just(1), 1 => Just(2), 1 => Just(3)];
    let wait = prop_oneof![
        4 => Just(TimeDelta::seconds(1)),
        2 => Just(TimeDelta::seconds(60)),
        3 => Just(TimeDelta::seconds(61)),
        2 => Just(TimeDelta::hours(3)),
        1 => Just(TimeDelta::hours(25)),
        1 => Just(TimeDelta::days(6)),
    ];
    let act = prop_oneof![
        12 => (replica.clone(), behind).prop_map(|(replica, behind)| Act::Present { replica, behind }),
        1 => replica.prop_map(|replica| Act::Garbage { replica }),
        5 => wait.prop_map(Act::Wait),
        1 => Just(Act::LoseWrite),
        1 => Just(Act::Revoke),
    ];
    prop::collection::vec(act, 3..14)
}

/// The rules of the decision table.
#[derive(Clone, Debug)]
struct Model {
    /// The newest issued counter; honest clients know no later one.
    handed_out: i64,
    counter: i64,
    rotated: Option<Timestamp>,
    forgiven: Option<Timestamp>,
    used: Timestamp,
    end: Timestamp,
    ended: bool,
    /// The writes that the database loses if it fails over now.
    before: Option<(i64, Option<Timestamp>, Timestamp)>,
}

impl Model {
    fn present(&mut self, counter: i64, now: Timestamp) -> Result<i64, ()> {
        if self.ended || now >= self.end || now >= self.used + TimeDelta::days(7) {
            return Err(());
        }
        let soon = self.rotated.is_some_and(|at| now <= at + TimeDelta::seconds(60));
        let pardoned = self.forgiven.is_some_and(|at| now < at + TimeDelta::hours(24));
        if counter == self.counter || counter == self.counter + 1 {
            self.before = Some((self.counter, self.rotated, self.used));
            (self.counter, self.rotated, self.used) = (counter + 1, Some(now), now);
        } else if counter == self.counter - 1 && soon {
            // The same successor, without a write.
        } else if counter == self.counter - 1 && !pardoned {
            (self.forgiven, self.used, self.before) = (Some(now), now, None);
        } else {
            self.ended = true;
            return Err(());
        }
        self.handed_out = self.handed_out.max(self.counter);
        Ok(self.counter)
    }
}

impl Model {
    fn of_a_new_session(now: Timestamp) -> Self {
        Self {
            handed_out: 0,
            counter: 0,
            rotated: None,
            forgiven: None,
            used: now,
            end: now + TimeDelta::days(90),
            ended: false,
            before: None,
        }
    }
}

/// A session with its sequence.
struct Sequence {
    session: SessionId,
    model: Model,
    acts: Vec<Act>,
}

impl Sequence {
    fn new(gateways: &Replicas, runner: &mut TestRunner) -> Self {
        let acts = acts().new_tree(runner).expect("a sequence").current();
        Self { session: gateways.session("openid"), model: Model::of_a_new_session(gateways.now()), acts }
    }

    fn assert_row(&self, gateways: &Replicas, seen: &mut Seen) {
        let (counter, reason) = gateways.row(self.session);
        assert_eq!((counter, reason.is_some()), (self.model.counter, self.model.ended), "{:#?}", self.acts);
        seen.stolen += usize::from(reason.as_deref() == Some("reuse"));
    }
}

/// How often each outcome was seen.
#[derive(Debug, Default)]
struct Seen {
    good: usize,
    refused: usize,
    stolen: usize,
}

impl Seen {
    /// The sequences have enough of each.
    fn assert_many(&self, sequences: usize) {
        let Self { good, refused, stolen } = *self;
        assert!(good > sequences && refused > sequences / 10 && stolen > sequences / 20, "too few: {self:?}");
    }

    fn count(&mut self, accepted: bool) {
        *(if accepted { &mut self.good } else { &mut self.refused }) += 1;
    }
}

async fn one_after_the_other(gateways: &Replicas, sequences: usize) {
    let (mut runner, mut seen) = (TestRunner::deterministic(), Seen::default());
    for number in 0..sequences {
        let mut sequence = Sequence::new(gateways, &mut runner);
        for (step, act) in sequence.acts.clone().iter().enumerate() {
            let happened = happen(gateways, sequence.session, &mut sequence.model, act).await;
            if let Some((accepted, agrees)) = happened {
                assert!(agrees, "sequence {number}, step {step} of {:#?}: {:#?}", sequence.acts, sequence.model);
                seen.count(accepted);
            }
        }
        sequence.assert_row(gateways, &mut seen);
    }
    seen.assert_many(sequences);
}

#[tokio::test]
async fn every_sequence_follows_the_table() {
    one_after_the_other(&Replicas::start(), SEQUENCES).await;
}

#[tokio::test]
async fn every_sequence_follows_the_table_without_batching() {
    one_after_the_other(&Replicas::with("[database]\nbatching = false"), SEQUENCES / 4).await;
}

/// Random numbers of concurrent refreshes of random sessions, so that the boundaries of the batches are random too.
#[tokio::test]
async fn every_sequence_follows_the_table_in_batches_with_others() {
    let gateways = Arc::new(Replicas::start());
    let (mut runner, mut seen) = (TestRunner::deterministic(), Seen::default());
    for _ in 0..GROUPS {
        let mut group: Vec<_> = (0..CONCURRENT).map(|_| Sequence::new(&gateways, &mut runner)).collect();
        let mut next = vec![0; group.len()];
        while group.iter().zip(&next).any(|(sequence, next)| *next < sequence.acts.len()) {
            let mut requests = Vec::new();
            for (sequence, next) in group.iter_mut().zip(&mut next) {
                let Some(act) = sequence.acts.get(*next).filter(|_| runner.rng().random_bool(0.7)).cloned() else {
                    continue;
                };
                *next += 1;
                if let Act::Present { replica, behind } = act {
                    let expected = expected(&gateways, sequence.session, &mut sequence.model, behind);
                    let token = gateways.token(sequence.session, expected.0);
                    let gateways = Arc::clone(&gateways);
                    let request = tokio::spawn(async move { gateways.present(replica, &token).await.outcome() });
                    requests.push((sequence.session, request, expected.1));
                } else {
                    // A later time and other writes would change the answers that are on their way.
                    finish(&mut requests, &mut seen).await;
                    happen(&gateways, sequence.session, &mut sequence.model, &act).await;
                }
            }
            finish(&mut requests, &mut seen).await;
        }
        for sequence in &group {
            sequence.assert_row(&gateways, &mut seen);
        }
    }
    seen.assert_many(GROUPS * CONCURRENT);
}

type Outcome = Result<String, String>;

/// Waits for the answers, and compares them with the model's.
async fn finish(requests: &mut Vec<(SessionId, JoinHandle<Outcome>, Outcome)>, seen: &mut Seen) {
    for (session, request, expected) in requests.drain(..) {
        assert_eq!(request.await.expect("no panic"), expected, "{session}");
        seen.count(expected.is_ok());
    }
}

/// The counter of the token that is presented, and what the model answers.
fn expected(gateways: &Replicas, session: SessionId, model: &mut Model, behind: i64) -> (i64, Outcome) {
    let counter = model.handed_out - behind;
    let successor = model.present(counter, gateways.now()).map(|counter| gateways.token(session, counter));
    (counter, successor.map_err(|()| "invalid_grant".to_owned()))
}

/// Runs a step. For a request: whether the model accepts it, and whether the gateway agrees.
async fn happen(gateways: &Replicas, session: SessionId, model: &mut Model, act: &Act) -> Option<(bool, bool)> {
    match *act {
        Act::Present { replica, behind } => {
            let (counter, expected) = expected(gateways, session, model, behind);
            let outcome = gateways.present(replica, &gateways.token(session, counter)).await.outcome();
            Some((expected.is_ok(), outcome == expected))
        }
        Act::Garbage { replica } => {
            let outcome = gateways.present(replica, &gateways.token(unknown_session(), 0)).await.outcome();
            Some((false, outcome == Err("invalid_grant".into())))
        }
        Act::Wait(time) => {
            gateways.both[0].hand.advance(time);
            None
        }
        Act::LoseWrite => {
            let (counter, rotated, used) = model.before.take()?;
            (model.counter, model.rotated, model.used) = (counter, rotated, used);
            let rotated = rotated.map_or("NULL".to_owned(), |at| format!("'{}'", at.to_rfc3339()));
            gateways.execute(&format!(
                "UPDATE sessions SET refresh_token_counter = {counter}, refreshed_at = {rotated},
                        last_activity_at = '{}' WHERE id = '{session}'",
                used.to_rfc3339()
            ));
            None
        }
        Act::Revoke => {
            if !model.ended {
                let end = "UPDATE sessions SET ended_at = now(), ended_reason = 'logout'";
                gateways.execute(&format!("{end} WHERE id = '{session}'"));
                model.ended = true;
            }
            None
        }
    }
}
