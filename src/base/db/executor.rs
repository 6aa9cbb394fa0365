//! The executor that lends connections, and its bounded queue.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::RecvError;

use super::access::{Access, Conn};
use super::batch::{Batch, Queue, Queues};
use super::connections::{Manager, Reporter};
use super::error::{DbError, one_line};
use super::lender::{Lender, Observer};
use super::retry::retry_conflicts;

/// The length of the queue, for each thread of the executor.
const QUEUE_PER_THREAD: usize = 32;
/// Further places in the queue, for the jobs that serve a queue of batches: a thread that cannot hand on its queue while other jobs
/// wait would serve it without end. Each of the six kinds has at most four such jobs.
const SERVING_PLACES: usize = 32;

type Job = Box<dyn FnOnce(&Lender) + Send>;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    lender: Arc<Lender>,
    manager: Manager,
    queue: SyncSender<Job>,
    /// The number of jobs in the queue.
    queued: Arc<AtomicUsize>,
    /// The requests that share statements; `None` without `database.batching`.
    batches: Option<Queues>,
    /// The highest number of waiting jobs, and of waiting requests of one kind.
    max_waiting: usize,
    acquire_timeout: Duration,
    answer_timeout: Duration,
}

impl Db {
    /// Opens the pool without waiting for the database, which may become available later.
    pub fn open(access: &Access) -> Self {
        let manager = Manager::new(access);
        let pool = r2d2::Pool::builder()
            .max_size(access.pool_size)
            .min_idle(Some(access.pool_size.min(2)))
            .connection_timeout(access.acquire_timeout)
            .error_handler(Box::new(Reporter::default()))
            .build_unchecked(manager);
        let lender = Arc::new(Lender::new(pool));
        let threads = usize::try_from(access.pool_size).unwrap_or(1);
        let (queue, jobs) = mpsc::sync_channel::<Job>(threads * QUEUE_PER_THREAD + SERVING_PLACES);
        let (jobs, queued) = (Arc::new(Mutex::new(jobs)), Arc::default());
        for number in 1..=threads {
            spawn_worker(number, Arc::clone(&lender), Jobs { jobs: Arc::clone(&jobs), queued: Arc::clone(&queued) });
        }
        Self(Arc::new(Inner {
            lender,
            manager: Manager::new(access),
            queue,
            queued,
            batches: access.batching.then(Queues::default),
            max_waiting: threads * QUEUE_PER_THREAD,
            acquire_timeout: access.acquire_timeout,
            answer_timeout: access.acquire_timeout + access.statement_timeout,
        }))
    }

    /// Runs one named piece of work with a connection, and again after a conflict with another transaction. Work whose
    /// caller has gone before it begins is dropped.
    ///
    /// A refusal is a value and is committed; only errors of the database are rolled back.
    pub async fn run<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let (reply, answer) = oneshot::channel();
        let (span, asked) = (tracing::Span::current(), Instant::now());
        let acquire_timeout = self.0.acquire_timeout;
        let job: Job = Box::new(move |lender| {
            if reply.is_closed() {
                return;
            }
            let _entered = span.entered();
            let outcome = match acquire_timeout.checked_sub(asked.elapsed()) {
                None => Err(DbError::Busy),
                Some(left) => lender.lend(left, name, |conn| retry_conflicts(conn, &work)),
            };
            let _caller_gone = reply.send(outcome);
        });
        self.enqueue(job, self.0.max_waiting)?;
        self.answered(name, answer).await?.unwrap_or_else(|_| Err(DbError::Failed(format!("{name} panicked"))))
    }

    /// Refuses the job if `most` jobs are waiting.
    fn enqueue(&self, job: Job, most: usize) -> Result<(), DbError> {
        if self.0.queued.fetch_add(1, Ordering::Relaxed) >= most {
            self.0.queued.fetch_sub(1, Ordering::Relaxed);
            return Err(DbError::Busy);
        }
        self.0.queue.try_send(job).map_err(|refused| {
            self.0.queued.fetch_sub(1, Ordering::Relaxed);
            match refused {
                TrySendError::Full(_) => DbError::Busy,
                TrySendError::Disconnected(_) => DbError::Unavailable("shut down".into()),
            }
        })
    }

    /// The answer, or nothing if its sender was dropped.
    async fn answered<T>(&self, name: &str, answer: oneshot::Receiver<T>) -> Result<Result<T, RecvError>, DbError> {
        let answered = tokio::time::timeout(self.0.answer_timeout, answer).await;
        answered.map_err(|_| DbError::Unavailable(format!("{name} got no answer in {:?}", self.0.answer_timeout)))
    }

    /// Answers one request by a statement that it shares with others of its kind. With `None` the caller runs the statement for a
    /// single row by [`Db::run`]: batching is off, the row does not match or is locked, or the shared statement failed or panicked.
    pub async fn run_batched<B: Batch>(&self, ask: B::Ask) -> Result<Option<B::Answer>, DbError> {
        let Some(batches) = &self.0.batches else { return Ok(None) };
        let queue = batches.of::<B>();
        let (answer, needs_thread) = queue.add(ask, self.0.acquire_timeout, self.0.max_waiting)?;
        if needs_thread && self.serve(&queue).is_err() {
            queue.not_served();
        }
        self.answered(B::NAME, answer).await?.unwrap_or(Ok(None))
    }

    /// Queues a job that serves the queue of a kind. After each batch it goes behind the other jobs, if there are any.
    fn serve<B: Batch>(&self, queue: &Arc<Queue<B>>) -> Result<(), DbError> {
        let (db, queue) = (self.clone(), Arc::clone(queue));
        let serve = move |lender: &Lender| {
            let may_pass_on = || db.0.queued.load(Ordering::Relaxed) > 0 && db.serve(&queue).is_ok();
            queue.serve(lender, may_pass_on);
        };
        self.enqueue(Box::new(serve), self.0.max_waiting + SERVING_PLACES)
    }

    /// Calls `observer` with the changes that each piece of work has noted ([`note`](super::note)), before its caller has the
    /// result. There is one observer; a second one is ignored.
    pub fn observe(&self, observer: Observer) {
        self.0.lender.observe(observer);
    }

    /// The number of connections in use, and of idle ones. No round trip.
    pub fn connections(&self) -> (u32, u32) {
        let r2d2::State { connections, idle_connections, .. } = self.0.lender.state();
        (connections.saturating_sub(idle_connections), idle_connections)
    }

    /// The statements that set the timeouts and the planner settings of a connection, for work that has changed them.
    pub fn session_settings(&self) -> &str {
        &self.0.manager.settings
    }

    /// [`Db::run`] on the caller's own thread, without retries: for the command line and the start.
    pub fn run_here<T>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut Conn) -> QueryResult<T>,
    ) -> Result<T, DbError> {
        self.0.lender.lend(self.0.acquire_timeout, name, work)
    }
}

/// The pause before the second attempt to connect; later pauses grow with the time waited.
const RECONNECT_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause between two attempts to connect.
const MAX_RECONNECT_PAUSE: Duration = Duration::from_secs(1);

impl Db {
    /// Opens a connection outside the pool, for [`Listener`](crate::base::listener::Listener), and runs `first` on it in the
    /// round trip of the settings.
    pub(in crate::base) fn connect(&self, first: &str) -> Result<Conn, DbError> {
        self.0.manager.connect_and(first).map_err(|error| DbError::Unavailable(one_line(&error)))
    }

    /// Connects with further attempts for the time `wait`: the database may be starting too. An error that the server
    /// answered, such as a wrong password, fails at once.
    pub(in crate::base) fn connect_within(&self, first: &str, wait: Duration) -> Result<Conn, DbError> {
        self.connect_patiently(first, wait, |error| {
            tracing::warn!(error, ?wait, "the database is not available yet; the start waits for it");
        })
    }

    /// `on_wait` is called once, with the error of the first attempt, if there is a second one.
    fn connect_patiently(&self, first: &str, wait: Duration, on_wait: impl Fn(&str)) -> Result<Conn, DbError> {
        let (started, mut attempts) = (Instant::now(), 0);
        loop {
            let error = match self.0.manager.connect_and(first) {
                Ok(conn) => return Ok(conn),
                Err(error) => one_line(&error),
            };
            let waited = started.elapsed();
            let pause = (waited / 4).clamp(RECONNECT_PAUSE, MAX_RECONNECT_PAUSE);
            if !may_pass(&error) || waited + pause >= wait {
                return Err(DbError::Unavailable(error));
            }
            if attempts == 0 {
                on_wait(&error);
            }
            attempts += 1;
            std::thread::sleep(pause);
        }
    }

    /// Waits until the database accepts connections, at most for `wait`. `on_wait` is called once, with the error of the first
    /// attempt, if there is a second one.
    pub fn wait_until_available(&self, wait: Duration, on_wait: impl Fn(&str)) -> Result<(), DbError> {
        self.connect_patiently("", wait, on_wait).map(drop)
    }
}

/// Whether a failed attempt to connect may succeed later. A server that answers with an error (`FATAL`) refuses this user,
/// password or database for good, unless it is starting or has no free connection.
fn may_pass(error: &str) -> bool {
    const TEMPORARY: [&str; 3] = ["the database system is", "too many", "remaining connection slots"];
    const PERMANENT: [&str; 4] = ["FATAL:", "invalid", "certificate", "SSL"];
    TEMPORARY.iter().any(|words| error.contains(words)) || !PERMANENT.iter().any(|words| error.contains(words))
}

/// Checks that the server answers. One round trip.
pub fn ping(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("SELECT 1")
}

/// The receiving end of the queue.
struct Jobs {
    jobs: Arc<Mutex<Receiver<Job>>>,
    queued: Arc<AtomicUsize>,
}

impl Jobs {
    /// Waits for the next job; `None` after the end of the queue.
    fn next(&self) -> Option<Job> {
        // The lock is held while waiting for a job, and released before the job runs.
        let job = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
        self.queued.fetch_sub(usize::from(job.is_some()), Ordering::Relaxed);
        job
    }
}

fn spawn_worker(number: usize, lender: Arc<Lender>, jobs: Jobs) {
    let work = move || {
        while let Some(job) = jobs.next() {
            // A panic in one job must not end the thread. The caller learns of it because its channel closes.
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(&lender)));
            if outcome.is_err() {
                tracing::error!("a database job panicked");
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name(format!("db-{number}")).spawn(work) {
        tracing::error!(%error, "cannot start a database thread");
    }
}

#[cfg(test)]
mod tests {
    use super::may_pass;

    #[test]
    fn a_start_waits_for_a_server_that_does_not_answer_yet() {
        for temporary in [
            "connection to server at \"127.0.0.1\", port 1 failed: Connection refused; Is the server running on that host?",
            "could not translate host name \"db\" to address: Name or service not known",
            "connection to server on socket \"/run/.s.PGSQL.5432\" failed: No such file or directory",
            "connection to server at \"10.0.0.1\", port 5432 failed: timeout expired",
            "connection to server at \"db\" failed: FATAL:  the database system is starting up",
            "connection to server at \"db\" failed: FATAL:  sorry, too many clients already",
        ] {
            assert!(may_pass(temporary), "{temporary}");
        }
        for permanent in [
            "connection to server at \"db\" failed: FATAL:  password authentication failed for user \"vestibule\"",
            "connection to server at \"db\" failed: FATAL:  database \"vestibule\" does not exist",
            "connection to server at \"db\" failed: server does not support SSL, but SSL was required",
            "invalid URI query parameter: \"sslmod\"",
            "root certificate file \"/ca.pem\" does not exist",
        ] {
            assert!(!may_pass(permanent), "{permanent}");
        }
    }
}
