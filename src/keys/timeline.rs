//! Decides which key changes its state, and when: a pure function of the keys' status, the policy and the time.

use std::time::Duration;

use chrono::TimeDelta;
use serde::Serialize;

use super::policy::{Policy, delta};
use crate::base::clock::Timestamp;
use crate::config::Algorithm;

/// A stored time further ahead than this comes from a wrong clock and is set to the present: no key must wait for years
/// because a clock was wrong once. A time that is less far ahead only makes the key wait a little longer.
const MAX_CLOCK_SKEW: TimeDelta = TimeDelta::days(1);

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Planned; not generated yet.
    Pending,
    /// In the JWKS, before it signs.
    Published,
    /// Signs tokens; in the JWKS.
    Active,
    /// In the JWKS, so that what it signed still verifies.
    Retiring,
    /// Removed from the JWKS; verifies `id_token_hint` only, or nothing if it was revoked.
    Gone,
}

/// The status of a key. Each time is that of entering the state, `None` if the key never entered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyStatus {
    /// The key id (`kid`): the RFC 7638 thumbprint.
    pub kid: String,
    /// The JWS algorithm it signs with.
    pub algorithm: Algorithm,
    /// The state that it is in now.
    pub state: KeyState,
    /// When it was added to the JWKS.
    pub published_at: Option<Timestamp>,
    /// When it began to sign.
    pub active_at: Option<Timestamp>,
    /// When it stopped signing.
    pub retiring_at: Option<Timestamp>,
    /// When it was removed from the JWKS.
    pub gone_at: Option<Timestamp>,
    /// When an operator revoked it; `None` if it was not revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A change of the keys; the field is the key id if there is no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Generate a key and add it to the JWKS.
    Generate {
        /// The algorithm of the new key.
        algorithm: Algorithm,
        /// Whether it is active at once.
        signs: bool,
    },
    /// It begins to sign.
    Activate(String),
    /// It stops signing, and stays in the JWKS.
    Retire(String),
    /// Remove it from the JWKS.
    Withdraw(String),
    /// Remove it from the JWKS; it verifies nothing from now on.
    Revoke(String),
    /// Delete the row: no hint that it signed can return.
    Delete(String),
    /// Set its times that lie in the future to the present ([`MAX_CLOCK_SKEW`]).
    CapTimes(String),
}

impl KeyState {
    /// The name in the column `state`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Published => "published",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
        }
    }

    /// The state with this name in the column `state`.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Pending, Self::Published, Self::Active, Self::Retiring, Self::Gone];
        all.into_iter().find(|state| state.name() == name)
    }

    /// Whether a key in this state is in the JWKS.
    pub fn is_published(self) -> bool {
        matches!(self, Self::Published | Self::Active | Self::Retiring)
    }
}

impl KeyStatus {
    /// When it entered its present state, as far as that is known.
    fn since(&self) -> Option<Timestamp> {
        match self.state {
            KeyState::Pending => None,
            KeyState::Published => self.published_at,
            KeyState::Active => self.active_at,
            KeyState::Retiring => self.retiring_at,
            KeyState::Gone => self.gone_at,
        }
    }

    /// Whether it has been in its present state for `time`.
    fn lasted(&self, time: Duration, now: Timestamp) -> bool {
        self.since().is_none_or(|since| since + delta(time) <= now)
    }
}

/// The changes that are due at `now`.
pub fn due(keys: &[KeyStatus], policy: &Policy, now: Timestamp) -> Vec<Change> {
    let mut changes = successions(keys, policy, now);
    changes.extend(endings(keys, policy, now));
    changes
}

/// For each configured algorithm: the next key that signs, and the one after it.
fn successions(keys: &[KeyStatus], policy: &Policy, now: Timestamp) -> Vec<Change> {
    let mut changes = Vec::new();
    // If no key signs, no cached JWKS contains a useful key, so a new key need not wait to be published.
    let nothing_signs = keys.iter().all(|key| key.state != KeyState::Active);
    for algorithm in policy.algorithms.iter().copied() {
        let (active, next) = (find(keys, algorithm, KeyState::Active), find(keys, algorithm, KeyState::Published));
        let lead = policy.rotate_every.saturating_sub(policy.publish_before_use);
        match (active, next) {
            (_, Some(next)) if nothing_signs || next.lasted(policy.publish_before_use, now) => {
                changes.extend(active.map(|active| Change::Retire(active.kid.clone())));
                changes.push(Change::Activate(next.kid.clone()));
            }
            (_, Some(_)) => {}
            (Some(active), None) if !active.lasted(lead, now) => {}
            (_, None) => changes.push(Change::Generate { algorithm, signs: nothing_signs }),
        }
    }
    changes
}

/// For each key: that it ends its present state, and that its times are not in the future.
fn endings(keys: &[KeyStatus], policy: &Policy, now: Timestamp) -> Vec<Change> {
    let mut changes = Vec::new();
    let other_signs = |key: &KeyStatus| {
        let ours = |other: &KeyStatus| policy.algorithms.contains(&other.algorithm) && other.state == KeyState::Active;
        policy.algorithms.is_empty() || keys.iter().any(|other| other.kid != key.kid && ours(other))
    };
    for key in keys {
        let kid = || key.kid.clone();
        let wanted = policy.algorithms.contains(&key.algorithm);
        match key.state {
            // The algorithm is no longer configured. Other replicas may still run with the old configuration.
            KeyState::Active if !wanted && key.lasted(policy.rotate_every, now) && other_signs(key) => {
                changes.push(Change::Retire(kid()));
            }
            KeyState::Published if !wanted && key.lasted(policy.rotate_every, now) => {
                changes.push(Change::Withdraw(kid()));
            }
            KeyState::Retiring if key.lasted(policy.keep_published, now) => changes.push(Change::Withdraw(kid())),
            KeyState::Gone if key.lasted(policy.keep_retired, now) => changes.push(Change::Delete(kid())),
            _ => {}
        }
        if key.since().is_some_and(|since| since > now + MAX_CLOCK_SKEW) {
            changes.push(Change::CapTimes(kid()));
        }
    }
    changes
}

/// Generates a key for each algorithm that has no published key waiting.
pub fn rotation(keys: &[KeyStatus], policy: &Policy) -> Vec<Change> {
    let nothing_signs = keys.iter().all(|key| key.state != KeyState::Active);
    let waits = |algorithm: &Algorithm| find(keys, *algorithm, KeyState::Published).is_some();
    let without = policy.algorithms.iter().filter(|algorithm| !waits(algorithm));
    without.map(|algorithm| Change::Generate { algorithm: *algorithm, signs: nothing_signs }).collect()
}

/// Generates a key for each algorithm that has neither an active nor a published key.
pub fn missing(keys: &[KeyStatus], policy: &Policy) -> Vec<Change> {
    let mut changes = rotation(keys, policy);
    changes.retain(|change| match change {
        Change::Generate { algorithm, .. } => find(keys, *algorithm, KeyState::Active).is_none(),
        _ => false,
    });
    changes
}

/// Revokes the keys `kids`, and gives each algorithm that loses its active key another one at once.
pub fn revocation(keys: &[KeyStatus], policy: &Policy, kids: &[String]) -> Vec<Change> {
    let goes = |key: &&KeyStatus| kids.contains(&key.kid) && key.revoked_at.is_none();
    let mut changes: Vec<_> = keys.iter().filter(goes).map(|key| Change::Revoke(key.kid.clone())).collect();
    let stays = |algorithm, state| find(keys, algorithm, state).filter(|key| !goes(key));
    for algorithm in policy.algorithms.iter().copied() {
        if stays(algorithm, KeyState::Active).is_none() {
            let next = stays(algorithm, KeyState::Published).map(|next| Change::Activate(next.kid.clone()));
            changes.push(next.unwrap_or(Change::Generate { algorithm, signs: true }));
        }
    }
    changes
}

/// A point of the timeline: a key entered a state, or will enter it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Milestone {
    /// The time of the change.
    pub at: Timestamp,
    /// Whether the change has happened; otherwise it is planned.
    pub done: bool,
    /// The JWS algorithm of the key.
    pub algorithm: Algorithm,
    /// The key id; `None` for a key that is not generated yet.
    pub kid: Option<String>,
    /// The state that the key enters.
    pub state: KeyState,
}

/// The timeline of each key that is not gone and of the next key, oldest first.
pub fn milestones(keys: &[KeyStatus], policy: &Policy, now: Timestamp) -> Vec<Milestone> {
    let mut all = Vec::new();
    for key in keys.iter().filter(|key| key.state != KeyState::Gone) {
        let mut add = |state, past: Option<Timestamp>, planned: Option<Timestamp>| {
            let at = past.or(planned.map(|at| at.max(now)));
            let (algorithm, kid) = (key.algorithm, Some(key.kid.clone()));
            all.extend(at.map(|at| Milestone { at, done: past.is_some(), algorithm, kid, state }));
            at
        };
        let wanted = policy.algorithms.contains(&key.algorithm);
        add(KeyState::Published, key.published_at, None);
        let signs = key.published_at.filter(|_| wanted).map(|at| at + delta(policy.publish_before_use));
        let signs = add(KeyState::Active, key.active_at, signs.filter(|_| key.state == KeyState::Published));
        let next = find(keys, key.algorithm, KeyState::Published).filter(|next| wanted && next.kid != key.kid);
        let replaced = next.and_then(|next| next.published_at).map(|at| at + delta(policy.publish_before_use));
        let replaced = replaced.or(signs.map(|at| last_signature(at, policy, now)));
        let retires = add(KeyState::Retiring, key.retiring_at, replaced);
        add(KeyState::Gone, None, retires.map(|at| at + delta(policy.keep_published)));
        let is_last = wanted && next.is_none() && key.retiring_at.is_none();
        if let Some(active) = retires.filter(|_| is_last) {
            let published = active - delta(policy.publish_before_use);
            for (at, state) in [(published, KeyState::Published), (active, KeyState::Active)] {
                all.push(Milestone { at, done: false, algorithm: key.algorithm, kid: None, state });
            }
        }
    }
    all.sort_by_key(|milestone| milestone.at);
    all
}

/// When a key that is active since `active` is replaced: after `rotate_every`, but not before a key that is generated now
/// may sign.
fn last_signature(active: Timestamp, policy: &Policy, now: Timestamp) -> Timestamp {
    (active + delta(policy.rotate_every)).max(now + delta(policy.publish_before_use))
}

fn find(keys: &[KeyStatus], algorithm: Algorithm, state: KeyState) -> Option<&KeyStatus> {
    keys.iter().find(|key| key.algorithm == algorithm && key.state == state)
}

#[cfg(test)]
mod tests;
