//! Delivery concurrency: a limit in total, one delivery at a time per client, and a back-off per client, so that clients
//! that do not answer do not delay the others.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// Concurrent deliveries in total: of a hundred clients half may hang, and the others are still notified.
const ALL: usize = 64;
/// The back-off after the first failure of a client; it doubles with each further failure in a row.
const SHORTEST: TimeDelta = TimeDelta::seconds(2);
/// The maximum back-off, and so the longest time until a recovered client is tried again.
const LONGEST: TimeDelta = TimeDelta::seconds(60);

/// The delivery limits of one replica.
pub struct DeliveryLimits {
    limits: BTreeMap<String, ClientLimit>,
    under_way: usize,
}

#[derive(Default)]
struct ClientLimit {
    /// One delivery at a time to each client, also to one that answered before: it may hang now.
    under_way: bool,
    failures: u32,
    closed_until: Option<Timestamp>,
}

impl ClientLimit {
    fn is_free(&self, now: Timestamp) -> bool {
        !self.under_way && self.closed_until.is_none_or(|until| now >= until)
    }
}

impl DeliveryLimits {
    /// The state of each client.
    pub fn new<'c>(clients: impl IntoIterator<Item = &'c String>) -> Self {
        Self { limits: clients.into_iter().map(|id| (id.clone(), ClientLimit::default())).collect(), under_way: 0 }
    }

    /// The number of deliveries that may begin now, and the clients that may have one each.
    pub fn free(&self, now: Timestamp) -> (usize, Vec<String>) {
        let all = ALL.saturating_sub(self.under_way);
        let free = self.limits.iter().filter(|(_, limit)| all > 0 && limit.is_free(now));
        (all, free.map(|(id, _)| id.clone()).collect())
    }

    /// Records that a delivery begins.
    pub fn enter(&mut self, client: &str) {
        self.under_way += 1;
        if let Some(limit) = self.limits.get_mut(client) {
            limit.under_way = true;
        }
    }

    /// Records that a delivery ended, with its outcome.
    pub fn leave(&mut self, client: &str, well: bool, now: Timestamp) {
        self.under_way = self.under_way.saturating_sub(1);
        let Some(limit) = self.limits.get_mut(client) else { return };
        limit.under_way = false;
        if well {
            (limit.failures, limit.closed_until) = (0, None);
        } else {
            let pause = SHORTEST * 2_i32.saturating_pow(limit.failures.min(10));
            limit.failures += 1;
            limit.closed_until = now.checked_add_signed(pause.min(LONGEST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("app{number:03}")).collect()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// LO-24, FI-22: fifty clients that hang leave capacity for the others, and no client has more than one delivery.
    #[test]
    fn clients_that_hang_leave_capacity_for_the_others() {
        let clients = clients(100);
        let mut limits = DeliveryLimits::new(&clients);
        assert_eq!(limits.free(at(0)), (64, clients.clone()));
        clients.iter().take(50).for_each(|dead| limits.enter(dead));
        assert_eq!(limits.free(at(0)), (14, clients[50..].to_vec()));
        clients.iter().skip(50).take(14).for_each(|living| limits.enter(living));
        assert_eq!(limits.free(at(0)), (0, vec![]));
        limits.leave(&clients[50], true, at(0));
        assert_eq!(limits.free(at(0)).0, 1);
        limits.enter(&clients[70]);
        limits.leave(&clients[70], true, at(0));
        assert_eq!(limits.free(at(0)).0, 1);
    }

    #[test]
    fn one_that_fails_is_left_alone_for_a_while_and_then_tried_once() {
        let mut limits = DeliveryLimits::new(&clients(1));
        let mut free_at = Vec::new();
        let mut now = 0;
        for _ in 0..8 {
            limits.enter("app000");
            limits.leave("app000", false, at(now));
            let closed = (now..now + 100).find(|second| !limits.free(at(*second)).1.is_empty()).expect("open again");
            assert_eq!(limits.free(at(closed)).1, ["app000"]);
            free_at.push(closed - now);
            now = closed;
        }
        assert_eq!(free_at, [2, 4, 8, 16, 32, 60, 60, 60]);
        limits.enter("app000");
        limits.leave("app000", true, at(now));
        assert_eq!(limits.free(at(now)).1, ["app000"]);
        limits.enter("nobody");
        limits.leave("nobody", false, at(now));
        assert_eq!(limits.free(at(now)).0, ALL);
    }
}
