//! A database handle whose only thread is held, so that requests gather in the queue.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, mpsc};
use std::task::Poll;
use std::time::Duration;

use vestibule::base::db::{Access, Conn, Db, DbError};
use vestibule::base::secret::Plain;

use crate::support::Database;

/// A request that is sent when it is polled.
pub type Request<T> = Pin<Box<dyn Future<Output = Result<T, DbError>>>>;

/// A handle with that many threads, all of which can be held.
pub struct Held {
    pub db: Db,
    threads: u32,
}

impl Held {
    pub fn new(database: &Database, threads: u32) -> Self {
        let (acquire_timeout, statement_timeout) = (Duration::from_secs(30), Duration::from_secs(30));
        let url = Plain::new(&*database.url);
        let access = Access { url, pool_size: threads, batching: true, acquire_timeout, statement_timeout };
        Self { db: Db::open(&access), threads }
    }

    /// Queues the requests in their order while all threads are held. Returns their results.
    pub async fn all_at_once<T>(&self, mut requests: Vec<Request<T>>) -> Vec<Result<T, DbError>> {
        let (mut releases, mut holds) = (Vec::new(), Vec::new());
        for _ in 0..self.threads {
            let (release, held) = mpsc::channel::<()>();
            releases.push(release);
            holds.push(hold(self.db.clone(), Mutex::new(held)));
        }
        poll_fn(|context| {
            assert!(holds.iter_mut().all(|hold| hold.as_mut().poll(context).is_pending()));
            assert!(requests.iter_mut().all(|request| request.as_mut().poll(context).is_pending()));
            Poll::Ready(())
        })
        .await;
        drop(releases);
        for hold in holds {
            hold.await.expect("a free thread");
        }
        let mut results = Vec::new();
        for request in requests {
            results.push(request.await);
        }
        results
    }
}

/// Occupies a thread until the sender is dropped.
fn hold(db: Db, held: Mutex<mpsc::Receiver<()>>) -> Request<()> {
    Box::pin(async move {
        let wait = move |_: &mut Conn| {
            let _released = held.lock().expect("no panic").recv();
            Ok(())
        };
        db.run("hold", wait).await
    })
}
