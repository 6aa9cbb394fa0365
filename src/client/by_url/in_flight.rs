//! Concurrent requests for one document share one fetch, and its result.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::document::DocumentError;
use super::permits::Asker;
use crate::client::downstream::Client;

/// The result of a fetch.
pub(super) type Fetched = Result<Arc<Client>, DocumentError>;
/// A pushed request does not share the fetch of a person: it has fewer permits.
type Key = (Asker, String);

/// The fetches in progress.
#[derive(Default)]
pub(super) struct InFlight(Mutex<HashMap<Key, Arc<OnceCell<Fetched>>>>);

/// A request that waits for a fetch.
struct Waiting<'a> {
    all: &'a InFlight,
    key: Key,
    cell: Arc<OnceCell<Fetched>>,
}

impl InFlight {
    /// The result of the fetch in progress, or of this one. If the request that fetches is given up, another one that waits
    /// fetches.
    pub(super) async fn share(&self, asker: Asker, id: &str, fetch: impl Future<Output = Fetched>) -> Fetched {
        let key = (asker, id.to_owned());
        let cell = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default());
        let waiting = Waiting { all: self, key, cell };
        waiting.cell.get_or_init(|| fetch).await.clone()
    }
}

impl Drop for Waiting<'_> {
    /// Removes a fetch that has a result, and one that nobody else waits for.
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_own = all.get(&self.key).is_some_and(|cell| Arc::ptr_eq(cell, &self.cell));
        // The map and this request have one reference each.
        if is_own && (self.cell.initialized() || Arc::strong_count(&self.cell) == 2) {
            all.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Waker};

    use tokio::sync::Notify;

    use super::*;

    const FAILED: Fetched = Err(DocumentError::Unavailable);

    #[tokio::test]
    async fn concurrent_requests_share_one_fetch() {
        let (flights, count, go) = (InFlight::default(), AtomicUsize::new(0), Notify::new());
        let fetch = async || {
            count.fetch_add(1, Ordering::Relaxed);
            go.notified().await;
            FAILED
        };
        let share = |id: &'static str| flights.share(Asker::Person, id, fetch());
        let release = async { go.notify_waiters() };
        let (first, second, third, ()) = tokio::join!(share("a"), share("a"), share("a"), release);
        assert!([first, second, third].iter().all(Result::is_err));
        assert_eq!(count.load(Ordering::Relaxed), 1);
        // A result is not kept, and other documents are fetched on their own.
        let (_, _, ()) = tokio::join!(share("a"), share("b"), async { go.notify_waiters() });
        assert_eq!(count.load(Ordering::Relaxed), 3);
        assert!(flights.0.lock().expect("the fetches").is_empty());
    }

    fn waits<F: Future<Output = Fetched>>(fetch: &mut std::pin::Pin<Box<F>>) -> bool {
        fetch.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    #[tokio::test]
    async fn a_request_that_is_given_up_leaves_the_fetch_to_another_one() {
        let flights = InFlight::default();
        let mut given_up = Box::pin(flights.share(Asker::Person, "a", std::future::pending()));
        assert!(waits(&mut given_up));
        let mut other = Box::pin(flights.share(Asker::Person, "a", async { FAILED }));
        assert!(waits(&mut other));
        drop(given_up);
        assert!(other.await.is_err());
        let mut alone = Box::pin(flights.share(Asker::Person, "a", std::future::pending()));
        assert!(waits(&mut alone));
        drop(alone);
        assert!(flights.0.lock().expect("the fetches").is_empty());
    }
}
