//! What runs when.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::cleanup::keep_clean;
use super::deliver::deliver;
use super::keys::follow_keys;
use super::revoke::revoke;
use super::sweep::sweep;
use crate::app::App;

/// The running jobs; they end when it is dropped.
pub struct Schedule(Vec<JoinHandle<()>>);

impl Schedule {
    /// Starts the jobs. `tidy` is called each minute, for what is kept in memory.
    pub fn start(app: &Arc<App>, tidy: impl Fn() + Send + 'static) -> Self {
        let mut jobs = vec![
            every(Duration::from_secs(30), Arc::clone(app), |app| async move { sweep(&app).await }),
            tokio::spawn(keep_clean(Arc::clone(app))),
            tokio::spawn(deliver(Arc::clone(app))),
            tokio::spawn(revoke(Arc::clone(app))),
            tokio::spawn(follow_keys(Arc::clone(app))),
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    tidy();
                }
            }),
        ];
        for provider in app.providers.iter() {
            let id = provider.id().to_owned();
            // A task each: a provider that hangs keeps nobody else from being refreshed.
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

/// Does it at once, and again whenever the time has passed since it was done.
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
