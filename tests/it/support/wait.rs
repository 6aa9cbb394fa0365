//! Waits for a condition.

use std::time::{Duration, Instant};

/// The bound of waits, also for what another process or replica has written, which the contract allows 2 s. It is generous
/// because other tests run at the same time, and it is reached only by a test that fails.
pub const BOUND: Duration = Duration::from_secs(15);

/// Waits until a condition holds, at most for [`BOUND`].
pub async fn wait_until(what: &str, holds: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < BOUND, "not within {BOUND:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
