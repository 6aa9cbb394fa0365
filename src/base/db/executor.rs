//! The executor that lends connections, and its bounded queue.

use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{PgConnection, QueryResult};
use tokio::sync::oneshot;

use super::access::Access;
use super::connections::{Manager, Reporter};
use super::error::{DbError, one_line};
use super::retry::again_if_lost;

/// A connection, and the proof of standing on a blocking thread.
pub type Conn = PgConnection;

/// Jobs that may wait in front of the executor, for each of its threads.
const QUEUE_PER_THREAD: usize = 32;

type Job = Box<dyn FnOnce(&Pool) + Send>;
type Pool = r2d2::Pool<Manager>;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    pool: Pool,
    manager: Manager,
    queue: SyncSender<Job>,
    acquire_timeout: Duration,
    patience: Duration,
}

impl Db {
    /// Opens the pool without waiting for the database: it may come later, and come back.
    pub fn open(access: &Access) -> Self {
        let manager = Manager::new(access);
        let pool = r2d2::Pool::builder()
            .max_size(access.pool_size)
            .min_idle(Some(access.pool_size.min(2)))
            .connection_timeout(access.acquire_timeout)
            .error_handler(Box::new(Reporter::default()))
            .build_unchecked(manager);
        let threads = usize::try_from(access.pool_size).unwrap_or(1);
        let (queue, jobs) = mpsc::sync_channel::<Job>(threads * QUEUE_PER_THREAD);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 1..=threads {
            spawn_worker(number, pool.clone(), Arc::clone(&jobs));
        }
        let acquire_timeout = access.acquire_timeout;
        let patience = acquire_timeout + access.statement_timeout;
        Self(Arc::new(Inner { pool, manager: Manager::new(access), queue, acquire_timeout, patience }))
    }

    /// Does one named piece of work with a connection, again where it lost against another one. Work whose caller is
    /// gone before its turn is dropped.
    ///
    /// A refusal is a value and is committed; only what the database itself refuses is rolled back.
    pub async fn run<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let (reply, answer) = oneshot::channel();
        let (span, asked) = (tracing::Span::current(), Instant::now());
        let acquire_timeout = self.0.acquire_timeout;
        let job: Job = Box::new(move |pool| {
            if reply.is_closed() {
                return;
            }
            let _entered = span.entered();
            let outcome = match acquire_timeout.checked_sub(asked.elapsed()) {
                None => Err(DbError::Busy),
                Some(left) => with_connection(pool, left, name, |conn| again_if_lost(conn, &work)),
            };
            let _caller_gone = reply.send(outcome);
        });
        match self.0.queue.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(DbError::Busy),
            Err(TrySendError::Disconnected(_)) => return Err(DbError::Unavailable("shut down".into())),
        }
        match tokio::time::timeout(self.0.patience, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(DbError::Failed(format!("{name} panicked"))),
            Err(_) => Err(DbError::Unavailable(format!("{name} got no answer in {:?}", self.0.patience))),
        }
    }

    /// How many connections are lent out, and how many wait to be. Asks nobody.
    pub fn connections(&self) -> (u32, u32) {
        let r2d2::State { connections, idle_connections, .. } = self.0.pool.state();
        (connections.saturating_sub(idle_connections), idle_connections)
    }

    /// The statement that gives a connection its timeouts, for who changed them for a while.
    pub fn session_settings(&self) -> &str {
        &self.0.manager.settings
    }

    /// The same as [`Db::run`] for callers that are threads themselves: the command line and the start.
    pub fn run_here<T>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut Conn) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        with_connection(&self.0.pool, self.0.acquire_timeout, name, work)
    }
}

impl Db {
    /// A connection of one's own, outside the pool; for [`Listener`](crate::base::listener::Listener).
    pub(in crate::base) fn connect(&self) -> Result<Conn, DbError> {
        r2d2::ManageConnection::connect(&self.0.manager).map_err(|error| DbError::Unavailable(one_line(&error)))
    }
}

/// Asks the server for a sign of life. One round trip.
pub fn ping(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("SELECT 1")
}

fn spawn_worker(number: usize, pool: Pool, jobs: Arc<Mutex<Receiver<Job>>>) {
    let work = move || {
        loop {
            // The lock is held while waiting, and let go before the job runs.
            let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { return };
            // A panic in one piece of work must not cost the thread; the caller's channel closes and tells it.
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(&pool)));
            if outcome.is_err() {
                tracing::error!("a database job panicked");
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name(format!("db-{number}")).spawn(work) {
        tracing::error!(%error, "cannot start a database thread");
    }
}

fn with_connection<T>(
    pool: &Pool,
    wait: Duration,
    name: &'static str,
    work: impl FnOnce(&mut Conn) -> QueryResult<T>,
) -> Result<T, DbError> {
    let started = Instant::now();
    let mut conn = pool.get_timeout(wait).map_err(|error| DbError::Unavailable(why_none(&error)))?;
    let outcome = work(&mut conn).map_err(DbError::from);
    metrics::histogram!("vestibule_db_seconds", "work" => name).record(started.elapsed().as_secs_f64());
    if let Err(error) = &outcome {
        tracing::warn!(work = name, %error, "database");
    }
    outcome
}

/// r2d2 says how long it waited in front of why there is no connection, if it knows.
fn why_none(error: &r2d2::Error) -> String {
    let text = one_line(error);
    text.strip_prefix("timed out waiting for connection: ").map_or_else(|| text.clone(), str::to_owned)
}
