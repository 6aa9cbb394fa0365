//! What becomes of the keys, and when: pure, from how they stand, the policy and an instant.

use std::time::Duration;

use chrono::TimeDelta;
use serde::Serialize;

use super::policy::{Policy, delta};
use crate::base::clock::Timestamp;
use crate::config::Algorithm;

/// A key's time further ahead than this was written by a clock that was wrong, and is set to the present one: no key
/// waits for years because a clock once jumped. Below it, a key waits a little longer than it would have to.
const WRONG_CLOCK: TimeDelta = TimeDelta::days(1);

/// A station of a key's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Planned; it is not made yet.
    Pending,
    /// In the JWKS, before it signs.
    Published,
    /// It signs.
    Active,
    /// In the JWKS, for what it signed.
    Retiring,
    /// Out of the JWKS; it verifies hints, unless it was revoked.
    Gone,
}

/// How a key stands. Each time is that of coming into the state, `None` where it never did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Its key id.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Where it is.
    pub state: State,
    /// Since when it is in the JWKS.
    pub published_at: Option<Timestamp>,
    /// Since when it signs.
    pub active_at: Option<Timestamp>,
    /// Since when it does not any more.
    pub retiring_at: Option<Timestamp>,
    /// Since when it is out of the JWKS.
    pub gone_at: Option<Timestamp>,
    /// When it was taken out of use at once, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// A change of how the keys stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new key, in the JWKS from now on; where `signs`, it signs from now on too.
    Make {
        /// Its algorithm.
        algorithm: Algorithm,
        /// Whether it signs at once.
        signs: bool,
    },
    /// It signs from now on.
    Activate(String),
    /// It signs nothing any more.
    Retire(String),
    /// It leaves the JWKS.
    Withdraw(String),
    /// It leaves the JWKS and verifies nothing any more.
    Revoke(String),
    /// Nothing of it is needed any more.
    Delete(String),
    /// Its times are from a clock that was wrong.
    SetClock(String),
}

impl State {
    /// The states' names in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Published => "published",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Pending, Self::Published, Self::Active, Self::Retiring, Self::Gone];
        all.into_iter().find(|state| state.name() == name)
    }

    /// Whether it stands in the JWKS.
    pub fn is_published(self) -> bool {
        matches!(self, Self::Published | Self::Active | Self::Retiring)
    }
}

impl Standing {
    /// Since when it is in its state, as far as that is known.
    fn since(&self) -> Option<Timestamp> {
        match self.state {
            State::Pending => None,
            State::Published => self.published_at,
            State::Active => self.active_at,
            State::Retiring => self.retiring_at,
            State::Gone => self.gone_at,
        }
    }

    /// Whether it has been in its state for that long.
    fn lasted(&self, time: Duration, now: Timestamp) -> bool {
        self.since().is_none_or(|since| since + delta(time) <= now)
    }
}

/// What is due by now.
pub fn due(keys: &[Standing], policy: &Policy, now: Timestamp) -> Vec<Change> {
    let mut changes = Vec::new();
    // Where nothing signs, nobody holds a key set that would be of use either, and waiting would help nobody.
    let nothing_signs = keys.iter().all(|key| key.state != State::Active);
    for algorithm in policy.algorithms.iter().copied() {
        let (active, next) = (find(keys, algorithm, State::Active), find(keys, algorithm, State::Published));
        let lead = policy.rotate_every.saturating_sub(policy.publish_before_use);
        match (active, next) {
            (_, Some(next)) if nothing_signs || next.lasted(policy.publish_before_use, now) => {
                changes.extend(active.map(|active| Change::Retire(active.kid.clone())));
                changes.push(Change::Activate(next.kid.clone()));
            }
            (_, Some(_)) => {}
            (Some(active), None) if !active.lasted(lead, now) => {}
            (_, None) => changes.push(Change::Make { algorithm, signs: nothing_signs }),
        }
    }
    let other_signs = |key: &Standing| {
        let ours = |other: &Standing| policy.algorithms.contains(&other.algorithm) && other.state == State::Active;
        policy.algorithms.is_empty() || keys.iter().any(|other| other.kid != key.kid && ours(other))
    };
    for key in keys {
        let kid = || key.kid.clone();
        let wanted = policy.algorithms.contains(&key.algorithm);
        match key.state {
            // Of an algorithm that is not configured any more. Other replicas may not know of that yet.
            State::Active if !wanted && key.lasted(policy.rotate_every, now) && other_signs(key) => {
                changes.push(Change::Retire(kid()));
            }
            State::Published if !wanted && key.lasted(policy.rotate_every, now) => {
                changes.push(Change::Withdraw(kid()));
            }
            State::Retiring if key.lasted(policy.keep_published, now) => changes.push(Change::Withdraw(kid())),
            State::Gone if key.lasted(policy.keep_retired, now) => changes.push(Change::Delete(kid())),
            _ => {}
        }
        if key.since().is_some_and(|since| since > now + WRONG_CLOCK) {
            changes.push(Change::SetClock(kid()));
        }
    }
    changes
}

/// A new key for each algorithm that does not have one waiting already.
pub fn rotation(keys: &[Standing], policy: &Policy) -> Vec<Change> {
    let nothing_signs = keys.iter().all(|key| key.state != State::Active);
    let waits = |algorithm: &Algorithm| find(keys, *algorithm, State::Published).is_some();
    let without = policy.algorithms.iter().filter(|algorithm| !waits(algorithm));
    without.map(|algorithm| Change::Make { algorithm: *algorithm, signs: nothing_signs }).collect()
}

/// A new key for each algorithm that has none, neither one that signs nor one that waits.
pub fn missing(keys: &[Standing], policy: &Policy) -> Vec<Change> {
    let mut changes = rotation(keys, policy);
    changes.retain(|change| match change {
        Change::Make { algorithm, .. } => find(keys, *algorithm, State::Active).is_none(),
        _ => false,
    });
    changes
}

/// The end of some keys at once, and for each algorithm that is left without one that signs, another.
pub fn revocation(keys: &[Standing], policy: &Policy, kids: &[String]) -> Vec<Change> {
    let goes = |key: &&Standing| kids.contains(&key.kid) && key.revoked_at.is_none();
    let mut changes: Vec<_> = keys.iter().filter(goes).map(|key| Change::Revoke(key.kid.clone())).collect();
    let stays = |algorithm, state| find(keys, algorithm, state).filter(|key| !goes(key));
    for algorithm in policy.algorithms.iter().copied() {
        if stays(algorithm, State::Active).is_none() {
            let next = stays(algorithm, State::Published).map(|next| Change::Activate(next.kid.clone()));
            changes.push(next.unwrap_or(Change::Make { algorithm, signs: true }));
        }
    }
    changes
}

/// A point of the timeline: a key came, or will come, into a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Milestone {
    /// When.
    pub at: Timestamp,
    /// Whether it has happened.
    pub done: bool,
    /// The key's algorithm.
    pub algorithm: Algorithm,
    /// The key; `None` for one that is not made yet.
    pub kid: Option<String>,
    /// Into which state.
    pub state: State,
}

/// The timeline, oldest first: of each key that is not gone and of the next one.
pub fn milestones(keys: &[Standing], policy: &Policy, now: Timestamp) -> Vec<Milestone> {
    let mut all = Vec::new();
    for key in keys.iter().filter(|key| key.state != State::Gone) {
        let mut add = |state, past: Option<Timestamp>, planned: Option<Timestamp>| {
            let at = past.or(planned.map(|at| at.max(now)));
            let (algorithm, kid) = (key.algorithm, Some(key.kid.clone()));
            all.extend(at.map(|at| Milestone { at, done: past.is_some(), algorithm, kid, state }));
            at
        };
        let wanted = policy.algorithms.contains(&key.algorithm);
        add(State::Published, key.published_at, None);
        let signs = key.published_at.filter(|_| wanted).map(|at| at + delta(policy.publish_before_use));
        let signs = add(State::Active, key.active_at, signs.filter(|_| key.state == State::Published));
        let next = find(keys, key.algorithm, State::Published).filter(|next| wanted && next.kid != key.kid);
        let replaced = next.and_then(|next| next.published_at).map(|at| at + delta(policy.publish_before_use));
        let replaced = replaced.or(signs.map(|at| last_signature(at, policy, now)));
        let retires = add(State::Retiring, key.retiring_at, replaced);
        add(State::Gone, None, retires.map(|at| at + delta(policy.keep_published)));
        let is_last = wanted && next.is_none() && key.retiring_at.is_none();
        if let Some(active) = retires.filter(|_| is_last) {
            let published = active - delta(policy.publish_before_use);
            for (at, state) in [(published, State::Published), (active, State::Active)] {
                all.push(Milestone { at, done: false, algorithm: key.algorithm, kid: None, state });
            }
        }
    }
    all.sort_by_key(|milestone| milestone.at);
    all
}

/// When a key that signs since `active` is replaced: after `rotate_every`, or as soon as one can be that is made now.
fn last_signature(active: Timestamp, policy: &Policy, now: Timestamp) -> Timestamp {
    (active + delta(policy.rotate_every)).max(now + delta(policy.publish_before_use))
}

fn find(keys: &[Standing], algorithm: Algorithm, state: State) -> Option<&Standing> {
    keys.iter().find(|key| key.algorithm == algorithm && key.state == state)
}

#[cfg(test)]
mod tests;
