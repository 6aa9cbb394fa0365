//! How long a client may take, as pure rules over instants that are handed in.

use std::time::Duration;

use tokio::time::Instant;

/// The time limits of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the first byte of a request, or from the accept, to the end of its head.
    pub head: Duration,
    /// From an answer to the first byte of the next request.
    pub idle: Duration,
    /// The idle timeout for trusted proxies, which keep connections for later requests.
    pub idle_proxy: Duration,
    /// Without a byte of a body or an answer.
    pub stall: Duration,
    /// How long a body or an answer may take before its average rate counts.
    pub rate_after: Duration,
    /// The lowest average rate after that, in bytes per second.
    pub rate: u32,
    /// From an answer to the end of a request body that was not read.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            head: seconds(5),
            idle: seconds(15),
            idle_proxy: seconds(75),
            stall: seconds(20),
            rate_after: seconds(30),
            rate: 256,
            drain: seconds(2),
        }
    }
}

/// A body or an answer on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    started: Instant,
    last: Instant,
    bytes: u64,
}

impl Flow {
    pub(super) fn start(now: Instant) -> Self {
        Self { started: now, last: now, bytes: 0 }
    }

    /// Counts bytes that arrived.
    pub(super) fn advance(&mut self, bytes: u64, now: Instant) {
        if bytes > 0 {
            self.bytes = self.bytes.saturating_add(bytes);
            self.last = now;
        }
    }

    /// When the connection is cut, unless more bytes arrive before: after `stall` without a byte, or when the average
    /// falls below `rate`, but not before `rate_after`.
    pub(super) fn deadline(&self, limits: &Timeouts) -> Instant {
        let paid_for = Duration::from_millis(self.bytes.saturating_mul(1000) / u64::from(limits.rate.max(1)));
        let too_slow = self.started + limits.rate_after.max(paid_for.min(FAR));
        too_slow.min(self.last + limits.stall)
    }
}

/// Keeps the sum of an instant and a duration in range.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    /// The second in which a flow is cut that brings so many bytes each second from 1 to `until`.
    fn cut(bytes: u64, until: u64) -> u64 {
        let start = Instant::now();
        let mut flow = Flow::start(start);
        for second in 1..=until {
            let now = start + Duration::from_secs(second);
            let deadline = flow.deadline(&Timeouts::default());
            if now >= deadline {
                return (deadline - start).as_secs();
            }
            flow.advance(bytes, now);
        }
        (flow.deadline(&Timeouts::default()) - start).as_secs()
    }

    #[test]
    fn the_limits_are_those_of_the_documentation() {
        let Timeouts { head, idle, idle_proxy, stall, rate_after, rate, drain } = Timeouts::default();
        let seconds = [head, idle, idle_proxy, stall, rate_after, drain].map(|limit| limit.as_secs());
        assert_eq!((seconds, rate), ([5, 15, 75, 20, 30, 2], 256));
    }

    #[test]
    fn a_flow_is_cut_when_it_stops_or_is_too_slow() {
        assert_eq!(cut(0, 100), 20, "nothing arrives");
        assert_eq!(cut(1000, 10), 30, "it stops after 10 s: 20 s without progress");
        assert_eq!(cut(1, 100), 30, "one byte a second");
        assert_eq!(cut(255, 1000), 30, "just below the rate");
        assert_eq!(cut(1024, 64), 64 + 20, "64 KiB at 1 KiB/s arrive whole");
        assert_eq!(cut(300, 1000), 1000 + 20, "a little above the rate");
    }

    #[test]
    fn what_arrived_fast_pays_for_a_slow_end() {
        let start = Instant::now();
        let mut flow = Flow::start(start);
        flow.advance(256 * 60, start + Duration::from_secs(1));
        for second in 2..=59 {
            flow.advance(1, start + Duration::from_secs(second));
        }
        let deadline = flow.deadline(&Timeouts::default());
        assert!((deadline - start).as_secs() == 60, "{:?}", deadline - start);
        flow.advance(u64::MAX, start + Duration::from_secs(60));
        assert_eq!((flow.deadline(&Timeouts::default()) - start).as_secs(), 80);
    }
}
