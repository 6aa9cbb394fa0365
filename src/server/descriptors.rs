//! How the descriptors and the memory of this process are divided between the two listeners and everything else.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A limit below this is too small for a service that is reached from outside.
const FEW: u64 = 4096;
/// Of the standard streams, the database's listener, files that are open for a moment, and their like.
const OWN: u64 = 32;
/// Of each worker's runtime.
const PER_WORKER: u64 = 8;
/// Sockets of the public listener beyond its connections: accepted and not yet looked at, to be refused, or being closed. Each
/// worker has one at least.
const PUBLIC_SPARE: u64 = 64;
/// The connections of the admin listener.
const ADMIN_SPARE: u64 = 16;
/// With fewer connections the public listener is of no use.
const MIN_PUBLIC: u64 = 16;
/// A connection at its worst: a head of 128 KiB, 32 KiB of a body, an answer, and what the system keeps in the buffers of the
/// socket, which counts for a control group.
const CONNECTION_MEMORY: u64 = 384 * 1024;
/// Used if there is no limit.
const UNLIMITED: u64 = 1 << 20;

/// Raises the limit of open files to its hard limit, and returns what it is then.
pub(super) fn raise() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        if let Err(error) = raised {
            tracing::warn!(%error, "the limit of open files cannot be raised");
        }
    }
    getrlimit(Resource::Nofile).current.unwrap_or(UNLIMITED)
}

/// Warns of a limit of open files that a single host can exhaust.
pub(super) fn warn_of_few(descriptors: u64) {
    if descriptors < FEW {
        tracing::warn!(
            descriptors,
            "the hard limit of open files is under {FEW}: few connections are possible; raise it \
             (`ulimit -Hn`, LimitNOFILE= of systemd, --ulimit of Docker)"
        );
    }
}

/// The descriptors of one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    /// Connections that are served at a time.
    pub(super) connections: usize,
    /// Further sockets, which are refused or about to be closed.
    pub(super) spare: usize,
}

impl Share {
    /// How many sockets each of so many workers may have, so that all together stay within the share.
    pub(super) fn per_worker(self, workers: usize) -> usize {
        (self.connections + self.spare) / workers.max(1)
    }
}

/// How the descriptors are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// Of the public listener.
    pub(super) public: Share,
    /// Of the admin listener.
    pub(super) admin: Share,
    /// Outbound requests in progress.
    pub(super) outbound: usize,
}

/// There are fewer descriptors than the workers, the database and a few connections need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the hard limit of open files is {descriptors}, but {workers} workers and {pool} connections to the database need {needed}; \
     raise it (`ulimit -Hn`, LimitNOFILE= of systemd, --ulimit of Docker), or lower server.workers or database.pool_size"
)]
pub struct TooFewDescriptors {
    descriptors: u64,
    needed: u64,
    workers: usize,
    pool: u32,
}

impl Budget {
    /// Divides so many descriptors and so much memory. The pool of the database has `pool` connections.
    pub(super) fn of(
        descriptors: u64,
        memory: Option<u64>,
        workers: usize,
        pool: u32,
    ) -> Result<Self, TooFewDescriptors> {
        let left = descriptors.saturating_sub(reserved(descriptors, workers, pool));
        if left < MIN_PUBLIC {
            let needed = needed(descriptors, workers, pool);
            return Err(TooFewDescriptors { descriptors, needed, workers, pool });
        }
        let by_memory = memory.map_or(u64::MAX, |memory| (memory / 2 / CONNECTION_MEMORY).max(MIN_PUBLIC));
        let share = |connections: u64, spare: u64| Share { connections: count(connections), spare: count(spare) };
        let public = share(left.min(by_memory), public_spare(workers));
        Ok(Self { public, admin: share(admin(descriptors), ADMIN_SPARE), outbound: count(outbound(descriptors)) })
    }

    /// With `limits.connections`, if that is not 0. What the descriptors do not allow is not promised.
    pub(super) fn limited_to(mut self, configured: u32) -> Self {
        let configured = usize::try_from(configured).unwrap_or(usize::MAX);
        let possible = self.public.connections;
        if configured > possible {
            tracing::warn!(
                possible,
                wanted = configured,
                "limits.connections is more than descriptors and memory allow"
            );
        }
        if configured > 0 {
            self.public.connections = possible.min(configured);
        }
        self
    }
}

/// Connections of the admin listener.
fn admin(descriptors: u64) -> u64 {
    (descriptors / 16).clamp(16, 64)
}

/// Outbound requests in progress.
fn outbound(descriptors: u64) -> u64 {
    (descriptors / 8).clamp(16, 512)
}

fn public_spare(workers: usize) -> u64 {
    PUBLIC_SPARE.max(workers as u64)
}

/// The descriptors that are not for connections of the public listener.
fn reserved(descriptors: u64, workers: usize, pool: u32) -> u64 {
    let own = OWN + PER_WORKER * workers as u64 + u64::from(pool);
    admin(descriptors) + outbound(descriptors) + public_spare(workers) + ADMIN_SPARE + own
}

/// The smallest number of descriptors that is enough. More descriptors reserve more, but each reserves less than one.
fn needed(descriptors: u64, workers: usize, pool: u32) -> u64 {
    let mut needed = descriptors;
    loop {
        let next = reserved(needed, workers, pool) + MIN_PUBLIC;
        if next <= needed {
            return needed;
        }
        needed = next;
    }
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(descriptors: u64, workers: usize, pool: u32) -> Option<(usize, usize)> {
        let budget = Budget::of(descriptors, None, workers, pool).ok()?;
        Some((budget.public.connections, budget.admin.connections))
    }

    #[test]
    fn descriptors_are_kept_for_the_admin_listener_the_database_and_outbound_calls() {
        let cases = [
            // descriptors, workers, pool: public, admin
            (188, 2, 6, None),
            (189, 2, 6, Some((16, 16))),
            (256, 2, 6, Some((74, 16))),
            (1024, 2, 6, Some((698, 64))),
            (1024, 64, 130, Some((78, 64))),
            (1024, 128, 258, None),
            (4096, 128, 258, Some((2062, 64))),
            (20_000, 2, 6, Some((19_290, 64))),
            (1 << 20, 8, 18, Some((1_047_806, 64))),
        ];
        for (descriptors, workers, pool, expected) in cases {
            assert_eq!(connections(descriptors, workers, pool), expected, "{descriptors}, {workers}, {pool}");
        }
    }

    /// All sockets of both listeners, the workers' own descriptors, the database's connections and outbound calls.
    #[test]
    fn no_more_descriptors_are_given_away_than_there_are() {
        for descriptors in [16, 64, 182, 198, 256, 512, 1000, 1024, 1500, 4096, 65_536, 1 << 20] {
            for workers in [1, 2, 3, 7, 16, 63, 64, 65, 100, 128, 511, 512] {
                for pool in [1, 6, 18, 130, 258, 1026] {
                    let case = format!("{descriptors} descriptors, {workers} workers, a pool of {pool}");
                    let Ok(budget) = Budget::of(descriptors, None, workers, pool) else { continue };
                    let Budget { public, admin, outbound } = budget;
                    let sockets = public.per_worker(workers) * workers + admin.per_worker(1);
                    let own = OWN + PER_WORKER * workers as u64 + u64::from(pool);
                    let used = sockets as u64 + own + outbound as u64;
                    assert!(used <= descriptors, "{case}: {used}");
                    assert!(
                        public.per_worker(workers) * workers > public.connections,
                        "{case}: none is left to refuse"
                    );
                    assert!(public.connections >= 16, "{case}");
                }
            }
        }
    }

    #[test]
    fn a_start_with_too_few_descriptors_says_how_many_it_needs() {
        for (descriptors, workers, pool) in [(1024, 128, 258), (64, 1, 1), (256, 64, 130), (1024, 512, 1026)] {
            let error = Budget::of(descriptors, None, workers, pool).expect_err("too few");
            assert!(Budget::of(error.needed, None, workers, pool).is_ok(), "{error}");
            assert!(Budget::of(error.needed - 1, None, workers, pool).is_err(), "{error}");
            let text = format!("is {descriptors}, but {workers} workers and {pool} connections to the database need");
            assert!(error.to_string().contains(&text), "{error}");
        }
    }

    #[test]
    fn memory_and_configuration_allow_fewer() {
        let of = |megabytes: u64| Budget::of(100_000, Some(megabytes << 20), 2, 6).expect("enough descriptors");
        let connections = |budget: Budget| budget.public.connections;
        assert_eq!([of(128), of(1024), of(1 << 20)].map(connections), [170, 1365, 99_290]);
        assert_eq!([0, 100, 5000].map(|configured| connections(of(1024).limited_to(configured))), [1365, 100, 1365]);
    }

    #[test]
    fn the_limit_of_open_files_is_raised_to_the_hard_limit() {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        let most = maximum.unwrap_or(UNLIMITED);
        // Where both limits are the same, raising has nothing to do.
        setrlimit(Resource::Nofile, Rlimit { current: Some(most - 1), maximum }).expect("a lower limit");
        assert_eq!(raise(), most);
        assert_eq!(getrlimit(Resource::Nofile).current, maximum);
    }
}
