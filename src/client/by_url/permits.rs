//! How many documents are fetched at a time: in total, for pushed requests, and from each host. A host that does not answer, or a
//! client that pushes requests without end, then leaves permits to the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The maximum in total: slow hosts take no connections from the providers.
const MAX_FETCHES: usize = 16;
/// The maximum for pushed requests and assertions, which need no signed-in person.
const MAX_PUSHED: usize = 4;
/// The maximum from one host.
const MAX_OF_HOST: usize = 2;

/// Who needs the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asker {
    /// A signed-in person, for an authorization request in the browser.
    Person,
    /// The client, for a pushed authorization request or an assertion.
    Client,
}

/// The permits that are left.
pub(super) struct Permits {
    all: Arc<Semaphore>,
    pushed: Arc<Semaphore>,
    hosts: Arc<Mutex<HashMap<String, usize>>>,
}

/// The permit of one fetch, until it is dropped.
pub(super) struct Permit {
    host: String,
    hosts: Arc<Mutex<HashMap<String, usize>>>,
    _shared: [Option<OwnedSemaphorePermit>; 2],
}

impl Permits {
    pub(super) fn new() -> Self {
        let of = |most| Arc::new(Semaphore::new(most));
        Self { all: of(MAX_FETCHES), pushed: of(MAX_PUSHED), hosts: Arc::default() }
    }

    /// A permit for a fetch from that host; `None` if too many are in progress.
    pub(super) fn take(&self, host: &str, asker: Asker) -> Option<Permit> {
        let pushed = match asker {
            Asker::Person => None,
            Asker::Client => Some(Arc::clone(&self.pushed).try_acquire_owned().ok()?),
        };
        let all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = hosts.entry(host.to_owned()).or_default();
        if *count == MAX_OF_HOST {
            return None;
        }
        *count += 1;
        drop(hosts);
        Some(Permit { host: host.to_owned(), hosts: Arc::clone(&self.hosts), _shared: [pushed, Some(all)] })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = hosts.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_takes_no_permits_from_others() {
        let permits = Permits::new();
        let take = |host: &str| permits.take(host, Asker::Person);
        let silent = [take("silent.example"), take("silent.example")];
        assert!(silent.iter().all(Option::is_some) && take("silent.example").is_none());
        let good: Vec<_> = (0..MAX_FETCHES - 2).map(|number| take(&format!("{number}.example"))).collect();
        assert!(good.iter().all(Option::is_some) && take("late.example").is_none());
        drop(good);
        drop(silent);
        assert!(permits.hosts.lock().expect("the hosts").is_empty());
        assert!(take("silent.example").is_some());
    }

    #[test]
    fn pushed_requests_leave_permits_to_persons() {
        let permits = Permits::new();
        let push = |number: usize| permits.take(&format!("{number}.example"), Asker::Client);
        let pushed: Vec<_> = (0..MAX_PUSHED).map(push).collect();
        assert!(pushed.iter().all(Option::is_some) && push(MAX_PUSHED).is_none());
        let persons: Vec<_> =
            (MAX_PUSHED..MAX_FETCHES).map(|number| permits.take(&format!("{number}.example"), Asker::Person)).collect();
        assert!(persons.iter().all(Option::is_some));
        drop(pushed);
        assert!(push(0).is_some());
    }
}
