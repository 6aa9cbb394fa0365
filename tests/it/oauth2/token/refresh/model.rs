//! FZ-06: random sequences of requests to a session on two replicas, compared with a small model of the rules.

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use vestibule::base::clock::Timestamp;
use vestibule::base::id::SessionId;

use crate::oauth2::token::refresh::replicas::{Replicas, unknown_session};

/// The number of sequences.
const SEQUENCES: usize = 2000;

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

#[tokio::test]
async fn every_sequence_follows_the_table() {
    let gateways = Replicas::start();
    let mut runner = TestRunner::deterministic();
    let strategy = acts();
    let (mut good, mut refused, mut stolen) = (0, 0, 0);
    for sequence in 0..SEQUENCES {
        let acts = strategy.new_tree(&mut runner).expect("a sequence").current();
        let session = gateways.session("openid");
        let now = gateways.now();
        let mut model = Model {
            handed_out: 0,
            counter: 0,
            rotated: None,
            forgiven: None,
            used: now,
            end: now + TimeDelta::days(90),
            ended: false,
            before: None,
        };
        for (step, act) in acts.iter().enumerate() {
            let happened = happen(&gateways, session, &mut model, act).await;
            match happened {
                Some((true, _)) => good += 1,
                Some((false, _)) => refused += 1,
                None => {}
            }
            if let Some((_, false)) = happened {
                panic!("sequence {sequence}, step {step} of {acts:#?}: {model:#?}");
            }
        }
        let (counter, reason) = gateways.row(session);
        assert_eq!((counter, reason.is_some()), (model.counter, model.ended), "sequence {sequence}: {acts:#?}");
        stolen += usize::from(reason.as_deref() == Some("reuse"));
    }
    println!("{SEQUENCES} sequences: {good} refreshed, {refused} refused, {stolen} sessions ended by reuse");
    assert!(good > SEQUENCES && refused > SEQUENCES / 10 && stolen > SEQUENCES / 20, "too few refused requests");
}

/// Runs a step. For a request: whether the model accepts it, and whether the gateway agrees.
async fn happen(gateways: &Replicas, session: SessionId, model: &mut Model, act: &Act) -> Option<(bool, bool)> {
    match *act {
        Act::Present { replica, behind } => {
            let counter = model.handed_out - behind;
            let expected = model.present(counter, gateways.now()).map(|counter| gateways.token(session, counter));
            let outcome = gateways.present(replica, &gateways.token(session, counter)).await.outcome();
            Some((expected.is_ok(), outcome == expected.map_err(|()| "invalid_grant".to_owned())))
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
