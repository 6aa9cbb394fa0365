//! How long a key stays in each state, from the durations of the configuration.

use std::time::{Duration, Instant};

use chrono::{SubsecRound, TimeDelta};

use crate::base::clock::Timestamp;
use crate::config::{Algorithm, Config};

/// After its last signature, a key stays in the JWKS for the longest token lifetime plus this leeway: the clocks of
/// services may be behind ours, and a replica signs with the key until it has loaded the keys again.
const LEEWAY: Duration = Duration::from_secs(5 * 60);
/// The longest poll interval: a revoked key must be out of use on every replica within 60 s (JW-11), and its successor,
/// which signs at once, must be known soon.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(2);
/// The shortest time between the expiry of a cached JWKS and the first use of a key that is not in it.
const MIN_MARGIN: Duration = Duration::from_secs(1);

/// The rules of key rotation.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The algorithms for which keys are generated; empty if the operator provides key files.
    pub algorithms: Vec<Algorithm>,
    /// From publication in the JWKS to the first signature.
    pub publish_before_use: Duration,
    /// How long a key is active.
    pub rotate_every: Duration,
    /// From the last signature to the removal from the JWKS: the longest lifetime of a signed token, plus leeway.
    pub keep_published: Duration,
    /// How much longer the public key is stored, to verify ID tokens that return as `id_token_hint`.
    pub keep_retired: Duration,
}

impl Policy {
    /// Takes the durations from `[signing]`, `[tokens]` and `[sessions]`.
    pub fn new(config: &Config) -> Self {
        let (signing, tokens) = (&config.signing, &config.tokens);
        let longest = tokens.longest.access.max(tokens.longest.id).max(tokens.status_list_lifetime());
        Self {
            algorithms: if signing.key_files.is_empty() { signing.algorithms.clone() } else { Vec::new() },
            publish_before_use: signing.publish_before_use,
            rotate_every: signing.rotate_every,
            keep_published: longest + LEEWAY,
            keep_retired: config.sessions.absolute_timeout,
        }
    }

    /// How often a replica loads the keys.
    pub fn poll_interval(&self) -> Duration {
        (self.margin() / 4).min(MAX_POLL_INTERVAL)
    }

    /// The `max-age` of a JWKS whose keys were loaded from the database `age` before now. A key that was published
    /// after that load must not sign before every cached copy has expired. A tenth of `publish_before_use` is kept as a
    /// margin for the poll interval and for clock differences between replicas.
    pub fn max_age(&self, age: Duration) -> Duration {
        let margin = self.margin();
        self.publish_before_use.saturating_sub(margin.max(age + margin / 2))
    }

    fn margin(&self) -> Duration {
        (self.publish_before_use / 10).max(MIN_MARGIN)
    }
}

/// A clock that starts at `now`, for work that takes long.
pub(super) fn running_clock(now: Timestamp) -> impl Fn() -> Timestamp {
    let began = Instant::now();
    move || (now + delta(began.elapsed())).trunc_subsecs(6)
}

/// Converts a duration of the configuration, which is ten years at most.
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

    /// JW-07, JW-10: a cached JWKS expires before a key that it does not contain signs, at whatever time the JWKS was
    /// fetched.
    #[test]
    fn a_cached_jwks_expires_before_a_newer_key_signs() {
        for seconds in [1, 2, 3, 10, 60, 3600, 30 * 86_400] {
            let policy = policy(Duration::from_secs(seconds));
            for ago in [0, 1, 100, 1000, 60_000, 1_800_000].map(Duration::from_millis) {
                let max_age = policy.max_age(ago);
                assert!(max_age.is_zero() || max_age + ago < policy.publish_before_use, "{seconds} s, {ago:?}");
            }
            assert!(policy.poll_interval() <= Duration::from_secs(2));
            assert_eq!(
                policy.max_age(policy.poll_interval()),
                policy.max_age(Duration::ZERO),
                "the same at every poll"
            );
        }
        assert_eq!(policy(Duration::from_secs(3600)).max_age(Duration::ZERO), Duration::from_secs(3240));
        assert_eq!(policy(Duration::from_secs(1)).max_age(Duration::ZERO), Duration::ZERO);
    }
}
