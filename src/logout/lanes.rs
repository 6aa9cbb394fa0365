//! Who may be told at this moment: so many at once in all, and each client in a lane of its own, so that those that do
//! not answer stand in nobody's way.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::base::clock::Instant;

/// Deliveries at once, in all.
const ALL: usize = 64;
/// Deliveries at once to one client, as long as it answers.
const EACH: usize = 2;
/// The pause after a client's first failure in a row; twice as long after each other one.
const SHORTEST: TimeDelta = TimeDelta::seconds(2);
/// The longest pause: so long it may take until it shows that a client is back.
const LONGEST: TimeDelta = TimeDelta::seconds(60);

/// The lanes of one replica.
pub struct Lanes {
    lanes: BTreeMap<String, Lane>,
    under_way: usize,
}

#[derive(Default)]
struct Lane {
    under_way: usize,
    failures: u32,
    closed_until: Option<Instant>,
}

impl Lane {
    fn free(&self, now: Instant) -> usize {
        if self.closed_until.is_some_and(|until| now < until) {
            return 0;
        }
        // One that did not answer the last time is tried with one notice.
        let most = if self.failures == 0 { EACH } else { 1 };
        most.saturating_sub(self.under_way)
    }
}

impl Lanes {
    /// A lane for each client.
    pub fn new<'c>(clients: impl IntoIterator<Item = &'c String>) -> Self {
        Self { lanes: clients.into_iter().map(|id| (id.clone(), Lane::default())).collect(), under_way: 0 }
    }

    /// Deliveries that may begin now: in all, and for each client that may have any.
    pub fn free(&self, now: Instant) -> (usize, Vec<(String, usize)>) {
        let all = ALL.saturating_sub(self.under_way);
        let each = self.lanes.iter().map(|(id, lane)| (id.clone(), lane.free(now)));
        (all, each.filter(|(_, free)| all > 0 && *free > 0).collect())
    }

    /// A delivery begins.
    pub fn enter(&mut self, client: &str) {
        self.under_way += 1;
        if let Some(lane) = self.lanes.get_mut(client) {
            lane.under_way += 1;
        }
    }

    /// A delivery ended, well or not.
    pub fn leave(&mut self, client: &str, well: bool, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        let Some(lane) = self.lanes.get_mut(client) else { return };
        lane.under_way = lane.under_way.saturating_sub(1);
        if well {
            (lane.failures, lane.closed_until) = (0, None);
        } else {
            let pause = SHORTEST * 2_i32.saturating_pow(lane.failures.min(10));
            lane.failures += 1;
            lane.closed_until = now.checked_add_signed(pause.min(LONGEST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("app{number:03}")).collect()
    }

    fn at(seconds: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// LO-24, FI-22: fifty that hang leave room for those that answer, and nobody has more than two.
    #[test]
    fn those_that_hang_leave_room() {
        let clients = clients(100);
        let mut lanes = Lanes::new(&clients);
        let (all, each) = lanes.free(at(0));
        assert_eq!((all, each.len()), (64, 100));
        assert!(each.iter().all(|(_, free)| *free == 2));
        clients.iter().take(50).for_each(|dead| lanes.enter(dead));
        assert_eq!(lanes.free(at(0)).0, 14);
        clients.iter().skip(50).take(14).for_each(|living| lanes.enter(living));
        assert_eq!(lanes.free(at(0)), (0, vec![]));
        lanes.leave(&clients[50], true, at(0));
        assert_eq!(lanes.free(at(0)).0, 1);
        lanes.enter(&clients[70]);
        lanes.leave(&clients[70], true, at(0));
        assert_eq!(lanes.free(at(0)).0, 1);
    }

    #[test]
    fn one_that_fails_is_left_alone_for_a_while_and_then_tried_once() {
        let mut lanes = Lanes::new(&clients(1));
        let mut free_at = Vec::new();
        let mut now = 0;
        for _ in 0..8 {
            lanes.enter("app000");
            lanes.leave("app000", false, at(now));
            let closed = (now..now + 100).find(|second| !lanes.free(at(*second)).1.is_empty()).expect("open again");
            assert_eq!(lanes.free(at(closed)).1, [("app000".to_owned(), 1)]);
            free_at.push(closed - now);
            now = closed;
        }
        assert_eq!(free_at, [2, 4, 8, 16, 32, 60, 60, 60]);
        lanes.enter("app000");
        lanes.leave("app000", true, at(now));
        assert_eq!(lanes.free(at(now)).1, [("app000".to_owned(), 2)]);
        lanes.enter("nobody");
        lanes.leave("nobody", false, at(now));
        assert_eq!(lanes.free(at(now)).0, ALL);
    }
}
