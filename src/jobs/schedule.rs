//! Starts the jobs, and stops them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::cleanup::clean_repeatedly;
use super::deliver::deliver_logout_notices;
use super::keys::follow_keys;
use super::providers::check_issuers;
use super::recheck::recheck;
use super::revoke::revoke;
use super::sweep::{LastSweep, sweep};
use crate::app::App;

/// How long a replica takes at most to use a provider again after `vestibule providers move`.
const CHECK_ISSUERS: Duration = Duration::from_secs(10);

/// The running jobs; dropping it aborts them.
pub struct Schedule(Vec<JoinHandle<()>>);

impl Schedule {
    /// Starts the jobs. `evict` is called each minute, to remove old entries of caches in memory.
    pub fn start(app: &Arc<App>, evict: impl Fn() + Send + 'static) -> Self {
        let failing = Arc::new(AtomicBool::new(false));
        let last_sweep = Arc::new(LastSweep::default());
        let mut jobs = vec![
            every(Duration::from_secs(30), Arc::clone(app), move |app| {
                let last = Arc::clone(&last_sweep);
                async move { sweep(&app, &last).await }
            }),
            every(CHECK_ISSUERS, Arc::clone(app), move |app| {
                let failing = Arc::clone(&failing);
                async move { check_issuers(&app, &failing).await }
            }),
            tokio::spawn(clean_repeatedly(Arc::clone(app))),
            tokio::spawn(deliver_logout_notices(Arc::clone(app))),
            tokio::spawn(revoke(Arc::clone(app))),
            tokio::spawn(recheck(Arc::clone(app))),
            tokio::spawn(follow_keys(Arc::clone(app))),
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    evict();
                }
            }),
        ];
        for provider in app.providers.iter() {
            let id = provider.id().to_owned();
            // One task for each provider, so that a provider that hangs does not delay the others.
            jobs.push(every(Duration::from_secs(30), Arc::clone(app), move |app| {
                let id = id.clone();
                async move {
                    if let Some(provider) = app.providers.get(&id) {
                        provider.refresh_documents(app.clock.now()).await;
                    }
                }
            }));
        }
        Self(jobs)
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Runs `work` at once and then repeatedly, with `pause` after each run.
fn every<F>(pause: Duration, app: Arc<App>, work: impl Fn(Arc<App>) -> F + Send + 'static) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send,
{
    tokio::spawn(async move {
        loop {
            work(Arc::clone(&app)).await;
            tokio::time::sleep(pause).await;
        }
    })
}
