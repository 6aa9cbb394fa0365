//! How long a key is in which state: the configuration's durations, as rotation needs them.

use std::time::{Duration, Instant};

use chrono::{SubsecRound, TimeDelta};

use crate::base::clock::Timestamp;
use crate::config::{Algorithm, Config};

/// What is added to the life of what a key signed before it leaves the JWKS: the clocks of services may be behind ours,
/// and a replica goes on signing until it has looked at the keys again.
const LEEWAY: Duration = Duration::from_secs(5 * 60);
/// Replicas look at least this often: a revoked key is gone everywhere well within 60 s (JW-11), and the one in its
/// place, which signs at once, is soon known.
const MOST_BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// The least that caches are told to forget the key set before a new key may sign.
const LEAST_MARGIN: Duration = Duration::from_secs(1);

/// The rules of rotation.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The algorithms that keys are made for: none where the operator's files hold the keys.
    pub algorithms: Vec<Algorithm>,
    /// From standing in the JWKS to signing.
    pub publish_before_use: Duration,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// From the last signature to leaving the JWKS: the longest life of what it signed, and some leeway.
    pub keep_published: Duration,
    /// How much longer the public half is kept, for the ID tokens that come back as hints.
    pub keep_retired: Duration,
}

impl Policy {
    /// What the configuration says.
    pub fn new(config: &Config) -> Self {
        let (signing, tokens) = (&config.signing, &config.tokens);
        let longest = tokens.access_lifetime.max(tokens.id_lifetime).max(tokens.status_list_lifetime());
        Self {
            algorithms: if signing.key_files.is_empty() { signing.algorithms.clone() } else { Vec::new() },
            publish_before_use: signing.publish_before_use,
            rotate_every: signing.rotate_every,
            keep_published: longest + LEEWAY,
            keep_retired: config.sessions.absolute_timeout,
        }
    }

    /// How often a replica looks what has become of the keys.
    pub fn look_every(&self) -> Duration {
        (self.margin() / 4).min(MOST_BETWEEN_LOOKS)
    }

    /// How long a cache may keep the JWKS of a replica that looked at the keys `ago`: a key that was published since
    /// then must not sign before every cache has let go. Room is left for the time between two looks and for the clocks
    /// of replicas, a tenth of `publish_before_use`.
    pub fn max_age(&self, ago: Duration) -> Duration {
        let margin = self.margin();
        self.publish_before_use.saturating_sub(margin.max(ago + margin / 2))
    }

    fn margin(&self) -> Duration {
        (self.publish_before_use / 10).max(LEAST_MARGIN)
    }
}

/// The time that goes on from `now`, for work that takes a while.
pub(super) fn running(now: Timestamp) -> impl Fn() -> Timestamp {
    let began = Instant::now();
    move || (now + delta(began.elapsed())).trunc_subsecs(6)
}

/// A duration to reckon with instants by. The configuration's are ten years at the most.
pub(super) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(publish_before_use: Duration) -> Policy {
        let (rotate_every, keep_published, keep_retired) = Default::default();
        Policy { algorithms: Vec::new(), publish_before_use, rotate_every, keep_published, keep_retired }
    }

    /// JW-07, JW-10: whenever a cache asks, it has let go before a key signs that it has not seen.
    #[test]
    fn no_cache_keeps_the_document_until_an_unseen_key_signs() {
        for seconds in [1, 2, 3, 10, 60, 3600, 30 * 86_400] {
            let policy = policy(Duration::from_secs(seconds));
            for ago in [0, 1, 100, 1000, 60_000, 1_800_000].map(Duration::from_millis) {
                let max_age = policy.max_age(ago);
                assert!(max_age.is_zero() || max_age + ago < policy.publish_before_use, "{seconds} s, {ago:?}");
            }
            assert!(policy.look_every() <= Duration::from_secs(2));
            assert_eq!(policy.max_age(policy.look_every()), policy.max_age(Duration::ZERO), "the same at every look");
        }
        assert_eq!(policy(Duration::from_secs(3600)).max_age(Duration::ZERO), Duration::from_secs(3240));
        assert_eq!(policy(Duration::from_secs(1)).max_age(Duration::ZERO), Duration::ZERO);
    }
}
