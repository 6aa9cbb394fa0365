//! A document of a provider's: fetched once for all who wait for it, kept while nothing better comes, and asked for
//! with growing patience while the provider fails.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwapOption;
use chrono::TimeDelta;
use tokio::sync::Mutex;

use crate::base::clock::Timestamp;

/// A document is fetched again in the background when it is older.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// How long a provider that keeps failing is left alone at most.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// A caller may insist on a newer document this often, all callers together (RD-09).
const INSIST_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What was fetched, and when.
pub struct Kept<T> {
    /// The document, read.
    pub value: T,
    /// The instant of the request that fetched it.
    pub fetched_at: Timestamp,
}

/// How good the kept document must be to make a fetch needless.
pub enum Want<T> {
    /// Any will do.
    Any,
    /// Not older than ten minutes.
    Fresh,
    /// Another one than this, which did not help. Granted once a minute; else this one is returned.
    Newer(Arc<Kept<T>>),
}

/// A fetch that failed.
pub struct Miss<T> {
    /// Why, for the operator.
    pub reason: String,
    /// What was stored at an earlier time, if that was asked for.
    pub stored: Option<Kept<T>>,
}

/// The last fetches failed.
struct Trouble {
    failures: u32,
    reason: String,
    until: Timestamp,
}

/// The cache of one document.
pub struct Cached<T> {
    kept: ArcSwapOption<Kept<T>>,
    trouble: ArcSwapOption<Trouble>,
    /// Held by the one who fetches; holds when someone last insisted.
    flight: Mutex<Option<Timestamp>>,
}

impl<T> Cached<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { kept: ArcSwapOption::empty(), trouble: ArcSwapOption::empty(), flight: Mutex::new(None) }
    }

    /// What is kept, however old.
    pub fn kept(&self) -> Option<Arc<Kept<T>>> {
        self.kept.load_full()
    }

    /// Whether the last fetch failed.
    pub fn is_failing(&self) -> bool {
        self.trouble.load().is_some()
    }

    /// Why nothing is fetched now, while the provider is left alone after failures.
    pub fn pause(&self, now: Timestamp) -> Option<String> {
        let trouble = self.trouble.load();
        let trouble = trouble.as_ref()?;
        // Counted from both sides, so that a clock that jumped and came back does not stretch the pause.
        let left = trouble.until - now;
        (left > TimeDelta::zero() && left <= LONGEST_PAUSE).then(|| trouble.reason.clone())
    }

    /// Gives a document as good as wanted, by `fetch` where need be. One fetch at a time; who waits for it shares what
    /// comes of it.
    pub async fn get(
        &self,
        now: Timestamp,
        want: Want<T>,
        fetch: impl Future<Output = Result<T, Miss<T>>>,
    ) -> Result<Arc<Kept<T>>, String> {
        let asked = Instant::now();
        let mut insisted = self.flight.lock().await;
        // Whoever waited for another's fetch judges by the instant at which the wait ended.
        let now = now + TimeDelta::from_std(asked.elapsed()).unwrap_or_default();
        if let Some(kept) = self.kept().filter(|kept| suffices(kept, &want, now)) {
            return Ok(kept);
        }
        if let Some(reason) = self.pause(now) {
            return Err(reason);
        }
        if let Want::Newer(seen) = &want {
            if insisted.is_some_and(|last| (now - last).abs() < INSIST_EVERY) {
                return Ok(Arc::clone(seen));
            }
            *insisted = Some(now);
        }
        let fetching = Instant::now();
        let outcome = fetch.await;
        let ended = now + TimeDelta::from_std(fetching.elapsed()).unwrap_or_default();
        match outcome {
            Ok(value) => {
                let kept = Arc::new(Kept { value, fetched_at: now });
                self.kept.store(Some(Arc::clone(&kept)));
                self.trouble.store(None);
                Ok(kept)
            }
            Err(miss) => self.failed(miss, ended),
        }
    }

    fn failed(&self, miss: Miss<T>, now: Timestamp) -> Result<Arc<Kept<T>>, String> {
        let Miss { reason, stored } = miss;
        let failures = self.trouble.load().as_ref().map_or(0, |trouble| trouble.failures);
        let pause = TimeDelta::seconds(1 << failures.min(5)).min(LONGEST_PAUSE);
        let trouble = Trouble { failures: failures + 1, reason: reason.clone(), until: now + pause };
        self.trouble.store(Some(Arc::new(trouble)));
        match (self.kept(), stored) {
            // Never replaced by an empty or broken one.
            (Some(kept), _) => Ok(kept),
            (None, Some(stored)) => {
                let kept = Arc::new(stored);
                self.kept.store(Some(Arc::clone(&kept)));
                Ok(kept)
            }
            (None, None) => Err(reason),
        }
    }
}

fn suffices<T>(kept: &Arc<Kept<T>>, want: &Want<T>, now: Timestamp) -> bool {
    match want {
        Want::Any => true,
        Want::Fresh => (TimeDelta::zero()..FRESH_FOR).contains(&(now - kept.fetched_at)),
        Want::Newer(seen) => !Arc::ptr_eq(kept, seen),
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

        async fn fetch(&self) -> Result<usize, Miss<usize>> {
            let number = self.fetches.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            if self.up { Ok(number) } else { Err(Miss { reason: "down".into(), stored: None }) }
        }

        fn count(&self) -> usize {
            self.fetches.load(Ordering::SeqCst)
        }
    }

    fn value(got: Result<Arc<Kept<usize>>, String>) -> usize {
        got.expect("a document").value
    }

    /// RD-19
    #[tokio::test]
    async fn all_who_wait_share_one_fetch() {
        let (cached, source) = (Arc::new(Cached::new()), Arc::new(Source::new(true)));
        let ask = || {
            let (cached, source) = (Arc::clone(&cached), Arc::clone(&source));
            tokio::spawn(async move { value(cached.get(at(0), Want::Any, source.fetch()).await) })
        };
        let all: Vec<_> = (0..200).map(|_| ask()).collect();
        for one in all {
            assert_eq!(one.await.expect("no panic"), 0);
        }
        assert_eq!(source.count(), 1);
    }

    #[tokio::test]
    async fn what_is_old_is_served_to_all_but_the_background() {
        let (cached, source) = (Cached::new(), Source::new(true));
        assert_eq!(value(cached.get(at(0), Want::Fresh, source.fetch()).await), 0);
        assert_eq!(value(cached.get(at(599), Want::Fresh, source.fetch()).await), 0);
        assert_eq!(value(cached.get(at(601), Want::Any, source.fetch()).await), 0);
        assert_eq!(value(cached.get(at(601), Want::Fresh, source.fetch()).await), 1);
    }

    /// FI-09: the pauses double from one second to thirty, and a clock that jumped back does not stretch one.
    #[tokio::test]
    async fn a_failing_provider_is_left_alone_for_a_while() {
        let (cached, source) = (Cached::new(), Source::new(false));
        let mut now = 0;
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            let before = source.count();
            assert!(cached.get(at(now), Want::Any, source.fetch()).await.is_err());
            assert!(cached.get(at(now + pause - 1), Want::Any, source.fetch()).await.is_err());
            assert_eq!(source.count(), before + 1, "one attempt before {pause} s are over");
            now += pause + 1;
        }
        let before = source.count();
        assert!(cached.get(at(-7200), Want::Any, source.fetch()).await.is_err());
        assert_eq!(source.count(), before + 1, "the pause lay hours ahead of the clock");
    }

    /// RD-09
    #[tokio::test]
    async fn insisting_is_granted_once_a_minute() {
        let (cached, source) = (Cached::new(), Source::new(true));
        let first = cached.get(at(0), Want::Any, source.fetch()).await.expect("a document");
        for second in 0..60 {
            let seen = cached.kept().expect("a document");
            let got = cached.get(at(second), Want::Newer(seen), source.fetch()).await.expect("a document");
            assert_eq!(got.value, 1);
        }
        assert_eq!(source.count(), 2);
        let stale = cached.get(at(30), Want::Newer(first), source.fetch()).await.expect("a document");
        assert_eq!(stale.value, 1, "who comes with the old one gets the one that another insisted on");
        let seen = cached.kept().expect("a document");
        assert_eq!(value(cached.get(at(61), Want::Newer(seen), source.fetch()).await), 2);
    }

    /// A failed fetch keeps what is there, and falls back on what was stored.
    #[tokio::test]
    async fn a_failure_never_takes_a_document_away() {
        let cached = Cached::new();
        let stored = || Some(Kept { value: 7, fetched_at: at(-9000) });
        let down = || async { Err(Miss { reason: "down".into(), stored: stored() }) };
        assert_eq!(value(cached.get(at(0), Want::Any, down()).await), 7);
        assert!(cached.is_failing());
        let up = async { Ok(8) };
        assert_eq!(value(cached.get(at(60), Want::Fresh, up).await), 8);
        assert!(!cached.is_failing());
        assert_eq!(value(cached.get(at(6000), Want::Fresh, down()).await), 8);
    }
}
