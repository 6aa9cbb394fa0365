//! The cache of one document: concurrent callers share one fetch, an old document is used while no newer one is available, and
//! failed fetches are repeated with exponential back-off.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwapOption;
use chrono::TimeDelta;
use tokio::sync::Mutex;

use crate::base::clock::Timestamp;
use crate::upstream::failure::{Failure, Fault};

/// The age at which the background job fetches a document again.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// The longest pause between fetches from a failing provider.
const MAX_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// The shortest time between two successful fetches for [`Acceptable::NewerThan`], for all callers with the same [`Refetch`]
/// (RD-09).
const FORCED_FETCH_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// A parsed document with the time of its request.
pub struct Fetched<T> {
    /// The parsed document: metadata or a key set.
    pub value: T,
    /// The time of the request that fetched it.
    pub fetched_at: Timestamp,
}

/// The cached document that makes a fetch unnecessary.
pub enum Acceptable<T> {
    /// A document of any age.
    Any,
    /// A document that is not older than ten minutes.
    Fresh,
    /// A document other than this one, which did not contain the needed key. Fetched at most once a minute for each
    /// [`Refetch`]; otherwise this one is returned.
    NewerThan(Arc<Fetched<T>>, Refetch),
}

/// For what a newer document is fetched. Each has its own limit, so that logout tokens, which anyone can send, do not use up the
/// fetch of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refetch {
    /// For a response of the provider: an ID token or userinfo.
    Login,
    /// For a logout token.
    Logout,
}

/// The last successful fetch for [`Acceptable::NewerThan`], for each [`Refetch`].
#[derive(Default)]
struct Forced {
    login: Option<Timestamp>,
    logout: Option<Timestamp>,
}

impl Forced {
    fn last(&mut self, refetch: Refetch) -> &mut Option<Timestamp> {
        match refetch {
            Refetch::Login => &mut self.login,
            Refetch::Logout => &mut self.logout,
        }
    }
}

/// Why there is no document.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The explanation for the operator.
    pub reason: String,
    /// Whether this process had no file descriptor for the request, or too many requests in progress. Then no pause
    /// follows, because the provider did not fail.
    pub is_overload: bool,
    /// Whether only an operator can change it, so that a further attempt fails too.
    pub needs_operator: bool,
}

impl From<&str> for Missing {
    fn from(reason: &str) -> Self {
        Self { reason: reason.to_owned(), is_overload: false, needs_operator: false }
    }
}

impl From<Missing> for Failure {
    fn from(missing: Missing) -> Self {
        let fault = if missing.is_overload { Fault::Overloaded } else { Fault::Unavailable };
        Self::token(fault, missing.reason).needing_operator(missing.needs_operator)
    }
}

/// A fetch that failed.
pub struct FetchError<T> {
    /// The reason, which [`DocumentCache::get`] returns if there is no other document.
    pub missing: Missing,
    /// The last valid document in the database; read only while no document is cached.
    pub stored: Option<Fetched<T>>,
}

/// The state after failed fetches.
struct FailureState {
    /// The number of failed fetches in a row.
    failures: u32,
    missing: Missing,
    /// The end of the current pause.
    until: Timestamp,
}

/// The cache of one document.
pub struct DocumentCache<T> {
    current: ArcSwapOption<Fetched<T>>,
    failure: ArcSwapOption<FailureState>,
    /// Locked during a fetch.
    fetch_lock: Mutex<Forced>,
}

impl<T> DocumentCache<T> {
    /// Creates an empty cache. The first call of [`Self::get`] fetches the document.
    pub fn new() -> Self {
        Self { current: ArcSwapOption::empty(), failure: ArcSwapOption::empty(), fetch_lock: Mutex::default() }
    }

    /// The cached document of any age, if there is one.
    pub fn current(&self) -> Option<Arc<Fetched<T>>> {
        self.current.load_full()
    }

    /// Whether the last fetch failed.
    pub fn is_failing(&self) -> bool {
        self.failure.load().is_some()
    }

    /// The reason for the last failure while the pause after it lasts; `None` when a fetch may start.
    pub fn pause_reason(&self, now: Timestamp) -> Option<Missing> {
        let failure = self.failure.load();
        let failure = failure.as_ref()?;
        // A pause that ends too far in the future is ignored, so that a clock that jumped ahead and back does not extend it.
        let left = failure.until - now;
        (left > TimeDelta::zero() && left <= MAX_PAUSE).then(|| failure.missing.clone())
    }

    /// Returns an acceptable document, calling `fetch` if necessary. Only one fetch runs at a time, and waiting callers share its
    /// result.
    pub async fn get(
        &self,
        now: Timestamp,
        acceptable: Acceptable<T>,
        fetch: impl Future<Output = Result<T, FetchError<T>>>,
    ) -> Result<Arc<Fetched<T>>, Missing> {
        let started = Instant::now();
        let mut forced = self.fetch_lock.lock().await;
        // Adds the time that this caller waited for another fetch.
        let now = now + TimeDelta::from_std(started.elapsed()).unwrap_or_default();
        if let Some(kept) = self.current().filter(|cached| suffices(cached, &acceptable, now)) {
            return Ok(kept);
        }
        if let Some(missing) = self.pause_reason(now) {
            return Err(missing);
        }
        if let Acceptable::NewerThan(seen, refetch) = &acceptable
            && forced.last(*refetch).is_some_and(|last| (now - last).abs() < FORCED_FETCH_INTERVAL)
        {
            return Ok(Arc::clone(seen));
        }
        let fetch_started = Instant::now();
        let outcome = fetch.await;
        let ended = now + TimeDelta::from_std(fetch_started.elapsed()).unwrap_or_default();
        match outcome {
            Ok(value) => {
                // Only a successful fetch counts: after a failed one, the pause is the limit.
                if let Acceptable::NewerThan(_, refetch) = &acceptable {
                    *forced.last(*refetch) = Some(now);
                }
                let kept = Arc::new(Fetched { value, fetched_at: now });
                self.current.store(Some(Arc::clone(&kept)));
                self.failure.store(None);
                Ok(kept)
            }
            Err(miss) => self.failed(miss, ended),
        }
    }

    fn failed(&self, miss: FetchError<T>, now: Timestamp) -> Result<Arc<Fetched<T>>, Missing> {
        let FetchError { missing, stored } = miss;
        if !missing.is_overload {
            let failures = self.failure.load().as_ref().map_or(0, |failure| failure.failures);
            let pause = TimeDelta::seconds(1 << failures.min(5)).min(MAX_PAUSE);
            let failure = FailureState { failures: failures + 1, missing: missing.clone(), until: now + pause };
            self.failure.store(Some(Arc::new(failure)));
        }
        match (self.current(), stored) {
            // A cached document is not replaced after a failure.
            (Some(kept), _) => Ok(kept),
            (None, Some(stored)) => {
                let kept = Arc::new(stored);
                self.current.store(Some(Arc::clone(&kept)));
                Ok(kept)
            }
            (None, None) => Err(missing),
        }
    }
}

fn suffices<T>(cached: &Arc<Fetched<T>>, acceptable: &Acceptable<T>, now: Timestamp) -> bool {
    match acceptable {
        Acceptable::Any => true,
        Acceptable::Fresh => (TimeDelta::zero()..FRESH_FOR).contains(&(now - cached.fetched_at)),
        Acceptable::NewerThan(seen, _) => !Arc::ptr_eq(cached, seen),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + seconds, 0).expect("an instant")
    }

    struct Source {
        fetches: AtomicUsize,
        up: bool,
    }

    impl Source {
        fn new(up: bool) -> Self {
            Self { fetches: AtomicUsize::new(0), up }
        }

        async fn fetch(&self) -> Result<usize, FetchError<usize>> {
            let number = self.fetches.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if self.up { Ok(number) } else { Err(FetchError { missing: "down".into(), stored: None }) }
        }

        fn count(&self) -> usize {
            self.fetches.load(Ordering::SeqCst)
        }
    }

    fn value(got: Result<Arc<Fetched<usize>>, Missing>) -> usize {
        got.expect("a document").value
    }

    /// RD-19
    #[tokio::test]
    async fn concurrent_callers_share_one_fetch() {
        let (cached, source) = (Arc::new(DocumentCache::new()), Arc::new(Source::new(true)));
        let ask = || {
            let (cached, source) = (Arc::clone(&cached), Arc::clone(&source));
            tokio::spawn(async move { value(cached.get(at(0), Acceptable::Any, source.fetch()).await) })
        };
        let all: Vec<_> = (0..200).map(|_| ask()).collect();
        for one in all {
            assert_eq!(one.await.expect("no panic"), 0);
        }
        assert_eq!(source.count(), 1);
    }

    #[tokio::test]
    async fn an_old_document_is_returned_except_to_the_background_job() {
        let (cached, source) = (DocumentCache::new(), Source::new(true));
        assert_eq!(value(cached.get(at(0), Acceptable::Fresh, source.fetch()).await), 0);
        assert_eq!(value(cached.get(at(599), Acceptable::Fresh, source.fetch()).await), 0);
        assert_eq!(value(cached.get(at(601), Acceptable::Any, source.fetch()).await), 0);
        assert_eq!(value(cached.get(at(601), Acceptable::Fresh, source.fetch()).await), 1);
    }

    /// FI-09: the pauses double from one second to thirty, and a clock that jumps back does not extend a pause.
    #[tokio::test]
    async fn fetches_from_a_failing_provider_are_paused() {
        let (cached, source) = (DocumentCache::new(), Source::new(false));
        let mut now = 0;
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            let before = source.count();
            assert!(cached.get(at(now), Acceptable::Any, source.fetch()).await.is_err());
            assert!(cached.get(at(now + pause - 1), Acceptable::Any, source.fetch()).await.is_err());
            assert_eq!(source.count(), before + 1, "one attempt within {pause} s");
            now += pause + 1;
        }
        let before = source.count();
        assert!(cached.get(at(-7200), Acceptable::Any, source.fetch()).await.is_err());
        assert_eq!(source.count(), before + 1, "the pause ends hours ahead of the clock");
    }

    #[tokio::test]
    async fn a_lack_of_descriptors_does_not_count_as_a_failure_of_the_provider() {
        let cache: DocumentCache<usize> = DocumentCache::new();
        let missing = || Missing { reason: "no socket".into(), is_overload: true, needs_operator: false };
        let exhausted = || async { Err(FetchError { missing: missing(), stored: None }) };
        for _ in 0..10 {
            let outcome = cache.get(at(0), Acceptable::Any, exhausted()).await;
            assert!(outcome.is_err_and(|missing| missing.is_overload));
            assert!(!cache.is_failing() && cache.pause_reason(at(0)).is_none());
        }
        assert_eq!(value(cache.get(at(0), Acceptable::Any, async { Ok(1) }).await), 1);
    }

    /// RD-09
    #[tokio::test]
    async fn a_newer_document_is_fetched_at_most_once_a_minute() {
        let (cached, source) = (DocumentCache::new(), Source::new(true));
        let first = cached.get(at(0), Acceptable::Any, source.fetch()).await.expect("a document");
        for second in 0..60 {
            let seen = cached.current().expect("a document");
            let got = cached
                .get(at(second), Acceptable::NewerThan(seen, Refetch::Login), source.fetch())
                .await
                .expect("a document");
            assert_eq!(got.value, 1);
        }
        assert_eq!(source.count(), 2);
        let stale =
            cached.get(at(30), Acceptable::NewerThan(first, Refetch::Login), source.fetch()).await.expect("a document");
        assert_eq!(stale.value, 1, "a caller with the old document gets the one fetched for another caller");
        let seen = cached.current().expect("a document");
        assert_eq!(value(cached.get(at(61), Acceptable::NewerThan(seen, Refetch::Login), source.fetch()).await), 2);
    }

    /// RD-09: logout tokens do not use up the fetch of a login, and a failed fetch uses up none.
    #[tokio::test]
    async fn logins_and_logout_tokens_have_limits_of_their_own() {
        let (cached, up, down) = (DocumentCache::new(), Source::new(true), Source::new(false));
        cached.get(at(0), Acceptable::Any, up.fetch()).await.expect("a document");
        let newer = |refetch| Acceptable::NewerThan(cached.current().expect("a document"), refetch);
        let fetches = async |second: i64, refetch, source: &Source| {
            let before = source.count();
            let _any = cached.get(at(second), newer(refetch), source.fetch()).await;
            source.count() - before
        };
        assert_eq!(fetches(1, Refetch::Logout, &up).await, 1);
        assert_eq!(fetches(2, Refetch::Logout, &up).await, 0);
        assert_eq!(fetches(3, Refetch::Login, &down).await, 1);
        assert_eq!(fetches(3, Refetch::Login, &up).await, 0, "the pause after a failure");
        assert_eq!(fetches(5, Refetch::Login, &up).await, 1, "the failed fetch does not count");
        assert_eq!(fetches(6, Refetch::Login, &up).await, 0);
        assert_eq!(fetches(62, Refetch::Logout, &up).await, 1);
    }

    /// After a failed fetch the cached document is used, else the stored one.
    #[tokio::test]
    async fn a_failed_fetch_does_not_remove_a_document() {
        let cached = DocumentCache::new();
        let stored = || Some(Fetched { value: 7, fetched_at: at(-9000) });
        let down = || async { Err(FetchError { missing: "down".into(), stored: stored() }) };
        assert_eq!(value(cached.get(at(0), Acceptable::Any, down()).await), 7);
        assert!(cached.is_failing());
        let up = async { Ok(8) };
        assert_eq!(value(cached.get(at(60), Acceptable::Fresh, up).await), 8);
        assert!(!cached.is_failing());
        assert_eq!(value(cached.get(at(6000), Acceptable::Fresh, down()).await), 8);
    }
}
