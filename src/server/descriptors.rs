//! How many connections the descriptors and the memory of this process allow.

use std::path::Path;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// A limit below this is too small for a service that is reached from outside.
const FEW: u64 = 4096;
/// Of the standard streams, the database's listener, files that are open for a moment, and their like.
const OWN: u64 = 32;
/// Of each worker's runtime.
const PER_WORKER: u64 = 8;
/// Sockets that were accepted and not yet looked at, of all workers.
const ACCEPTED: u64 = 64;
/// A connection at its worst: a head of 128 KiB, 32 KiB of a body, and an answer.
const CONNECTION_MEMORY: u64 = 192 * 1024;
/// Where the limit is none.
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

/// What the descriptors are divided between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// Connections of the public listener.
    pub(super) public: usize,
    /// Connections of the admin listener.
    pub(super) admin: usize,
}

impl Budget {
    /// Divides so many descriptors and so much memory. The pool of the database has `pool` connections.
    pub(super) fn of(descriptors: u64, memory: Option<u64>, workers: usize, pool: u32) -> Self {
        let admin = (descriptors / 16).clamp(16, 64);
        let outbound = (descriptors / 8).clamp(16, 256);
        let own = OWN + ACCEPTED + PER_WORKER * workers as u64 + u64::from(pool);
        let left = descriptors.saturating_sub(admin + outbound + own).max(descriptors / 4);
        let by_memory = memory.map_or(u64::MAX, |memory| (memory / 2 / CONNECTION_MEMORY).max(16));
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        Self { public: count(left.min(by_memory)), admin: count(admin) }
    }

    /// With `limits.connections`, where that is not 0. What the descriptors do not allow is not promised.
    pub(super) fn limited_to(self, configured: u32) -> Self {
        let configured = usize::try_from(configured).unwrap_or(usize::MAX);
        if configured > self.public {
            let (possible, wanted) = (self.public, configured);
            tracing::warn!(possible, wanted, "limits.connections is more than descriptors and memory allow");
        }
        if configured == 0 { self } else { Self { public: self.public.min(configured), ..self } }
    }
}

/// How many accepted connections one of so many workers may have, so that all of them together have `all`, and those
/// that wait to be refused stay within what is reserved for them.
pub(super) fn per_worker(all: usize, workers: usize) -> usize {
    let reserved = usize::try_from(ACCEPTED).unwrap_or_default();
    all.div_ceil(workers.max(1)) + (reserved / workers.max(1)).max(1)
}

/// The memory of this container, or of this machine, in bytes.
pub(super) fn memory() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(Path::new(path)).ok();
    let container = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse().ok());
    let machine = read("/proc/meminfo").and_then(|text| total(&text));
    container.into_iter().chain(machine).min()
}

fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.saturating_mul(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_kept_for_the_admin_listener_the_database_and_outbound_calls() {
        let cases = [
            // descriptors, workers, pool: public, admin
            (256, 2, 6, 90, 16),
            (1024, 2, 6, 714, 64),
            (1024, 64, 130, 256, 64),
            (20_000, 2, 6, 19_562, 64),
            (1 << 20, 8, 18, 1_048_078, 64),
        ];
        for (descriptors, workers, pool, public, admin) in cases {
            assert_eq!(Budget::of(descriptors, None, workers, pool), Budget { public, admin }, "{descriptors}");
        }
    }

    #[test]
    fn memory_and_configuration_allow_fewer() {
        let of = |megabytes: u64| Budget::of(100_000, Some(megabytes << 20), 2, 6);
        assert_eq!((of(128).public, of(1024).public, of(1 << 20).public), (341, 2730, 99_562));
        assert_eq!((of(1024).limited_to(0).public, of(1024).limited_to(100).public), (2730, 100));
        assert_eq!(of(1024).limited_to(5000).public, 2730);
    }

    #[test]
    fn workers_take_what_they_may_have_in_all_and_a_few_to_refuse() {
        assert_eq!((per_worker(714, 2), per_worker(10, 1), per_worker(1000, 512)), (357 + 32, 10 + 64, 2 + 1));
    }

    #[test]
    fn the_total_memory_is_read_as_linux_writes_it() {
        assert_eq!(total("MemTotal:       16318456 kB\nMemFree: 1 kB\n"), Some(16_318_456 << 10));
        assert_eq!(total("nothing"), None);
    }

    #[test]
    fn the_limit_of_open_files_is_raised_to_the_hard_limit() {
        let raised = raise();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert_eq!((current, raised), (maximum, maximum.unwrap_or(UNLIMITED)));
    }
}
