//! The one door to PostgreSQL.
//!
//! [`Db`] alone owns the pool. It lends a connection only on its own small executor: as many named threads as
//! connections, a bounded queue in front. So `&mut Conn` is the proof of standing on a blocking thread, no `async fn`
//! ever sees one, and none can be held across an await or a call to a provider. When the queue is full or no
//! connection comes in time, the caller learns at once.

use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Moment};

use diesel::PgConnection;
/// What work on a connection gives: an answer, or what the database itself refuses.
pub use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use diesel::r2d2::ConnectionManager;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::oneshot;

use super::secret::{self, Plain};

/// A connection, and the proof of standing on a blocking thread.
pub type Conn = PgConnection;

/// How often work that lost against another one is tried again (RC-12).
const RETRIES: u32 = 3;
/// Jobs that may wait in front of the executor, for each of its threads.
const QUEUE_PER_THREAD: usize = 32;

/// diesel keeps the SQLSTATE to itself and tells a deadlock from other errors by nothing but the server's words, so
/// they must be English. Only superusers and roles with that privilege may say so; a block that catches the refusal keeps
/// it out of the server's log.
const ENGLISH: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
                       EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// What it takes to reach the database.
pub struct Access {
    /// `postgres://…` or libpq's `key=value` form.
    pub url: Plain,
    /// Connections, and threads to use them on.
    pub pool_size: u32,
    /// How long a caller waits for its turn.
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
}

/// Why work on the database gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbError {
    /// Every connection is taken and the queue is full or too slow.
    #[error("the database pool is exhausted")]
    Busy,
    /// The database is out of reach, read-only, or did not answer in time.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A statement failed for a reason of its own: a defect of ours.
    #[error("the database refused a statement: {0}")]
    Failed(String),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        // diesel keeps the SQLSTATE to itself, so the server's own words decide here; only between 503 and 500.
        const PASSING: [&str; 9] = [
            "server closed the connection",
            "terminating connection",
            "no connection to the server",
            "connection",
            "canceling statement due to",
            "read-only transaction",
            "deadlock detected",
            "the database system is",
            "SSL",
        ];
        let text = one_line(&error);
        match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction
                | DatabaseErrorKind::SerializationFailure,
                _,
            )
            | DieselError::BrokenTransactionManager => Self::Unavailable(text),
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, _)
                if PASSING.iter().any(|words| text.contains(words)) =>
            {
                Self::Unavailable(text)
            }
            _ => Self::Failed(text),
        }
    }
}

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
        let (span, asked) = (tracing::Span::current(), Moment::now());
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
    /// A connection of one's own, outside the pool; for [`Listener`](super::listener::Listener).
    pub(super) fn connect(&self) -> Result<Conn, DbError> {
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
    let started = Moment::now();
    let mut conn = pool.get_timeout(wait).map_err(|error| DbError::Unavailable(why_none(&error)))?;
    let outcome = work(&mut conn).map_err(DbError::from);
    metrics::histogram!("vestibule_db_seconds", "work" => name).record(started.elapsed().as_secs_f64());
    if let Err(error) = &outcome {
        tracing::warn!(work = name, %error, "database");
    }
    outcome
}

/// A deadlock or a serialization failure undoes the statement or the transaction it hits, so it may be done again.
fn again_if_lost<T>(conn: &mut Conn, work: &impl Fn(&mut Conn) -> QueryResult<T>) -> QueryResult<T> {
    let mut tries = 0;
    loop {
        match work(conn) {
            Err(error) if tries < RETRIES && lost_a_race(&error) => {
                tries += 1;
                std::thread::sleep(pause(tries));
            }
            outcome => return outcome,
        }
    }
}

/// Whoever lost and comes back at once takes the locks before the winner has woken up, and both lose again. The pause
/// doubles, and no two are alike.
fn pause(tries: u32) -> Duration {
    let [chance] = secret::random_bytes::<1>();
    Duration::from_millis(5 + u64::from(chance) / 16) * 2_u32.saturating_pow(tries.saturating_sub(1))
}

fn lost_a_race(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(_, info) => info.message().contains("deadlock detected"),
        _ => false,
    }
}

/// Makes connections for the pool, and knows a dead one without asking the server.
struct Manager {
    connect: ConnectionManager<Conn>,
    settings: String,
}

impl Manager {
    fn new(access: &Access) -> Self {
        let settings = format!(
            "SET application_name = 'vestibule'; SET statement_timeout = {0}; SET lock_timeout = {0}; \
             SET idle_in_transaction_session_timeout = {0}",
            access.statement_timeout.as_millis(),
        );
        let url = with_network_timeouts(access.url.expose(), access.acquire_timeout);
        Self { connect: ConnectionManager::new(url), settings }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        let mut conn = self.connect.connect()?;
        conn.batch_execute(&self.settings).map_err(diesel::r2d2::Error::QueryError)?;
        // Where it may not, the words of the server's own language do: see docs/operating.md.
        let _english_or_not = conn.batch_execute(ENGLISH);
        Ok(conn)
    }

    /// Looks at the socket only: r2d2's usual check costs a round trip for each checkout, and without any check diesel
    /// 2.3 keeps dead connections for ever. Twice, since the first look may find the server's goodbye message.
    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        for _ in 0..2 {
            if let Some(Err(error)) = conn.notifications_iter().next() {
                return Err(diesel::r2d2::Error::QueryError(error));
            }
        }
        Ok(())
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        self.connect.has_broken(conn) || self.is_valid(conn).is_err()
    }
}

/// Without these, libpq waits for minutes where a packet filter swallows packets. What the operator wrote wins.
fn with_network_timeouts(url: &str, connect: Duration) -> String {
    let seconds = connect.as_secs().max(2); // libpq rounds 1 up to 2
    let defaults = [
        ("connect_timeout", seconds.to_string()),
        ("keepalives_idle", "30".into()),
        ("tcp_user_timeout", "10000".into()),
    ];
    let is_uri = url.starts_with("postgres://") || url.starts_with("postgresql://");
    let missing = defaults.iter().filter(|(key, _)| !url.contains(&format!("{key}=")));
    missing.fold(url.to_owned(), |full, (key, value)| {
        let joint = match (is_uri, full.contains('?')) {
            (true, false) => '?',
            (true, true) => '&',
            (false, _) => ' ',
        };
        format!("{full}{joint}{key}={value}")
    })
}

/// r2d2 reports failed connection attempts here; the password stays out of its messages.
///
/// It makes several attempts at once, which fail for the same reason in the same moment: one line is enough.
#[derive(Debug, Default)]
struct Reporter(Mutex<Told>);

/// What was logged last, and when.
#[derive(Debug, Default)]
struct Told(Option<(Moment, String)>);

impl Told {
    /// Shorter than the pause between two attempts.
    const SAME_MOMENT: Duration = Duration::from_millis(100);

    /// Whether it is worth a line now; then it counts as logged.
    fn is_news(&mut self, error: &str, now: Moment) -> bool {
        let is_same = |(at, told): &(Moment, String)| now.duration_since(*at) < Self::SAME_MOMENT && told == error;
        let is_news = !self.0.as_ref().is_some_and(is_same);
        if is_news {
            self.0 = Some((now, error.to_owned()));
        }
        is_news
    }
}

impl r2d2::HandleError<diesel::r2d2::Error> for Reporter {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        let error = one_line(&error);
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).is_news(&error, Moment::now()) {
            tracing::warn!(error, "cannot connect to the database");
        }
    }
}

/// r2d2 says how long it waited in front of why there is no connection, if it knows.
fn why_none(error: &r2d2::Error) -> String {
    let text = one_line(error);
    text.strip_prefix("timed out waiting for connection: ").map_or_else(|| text.clone(), str::to_owned)
}

/// libpq breaks its messages into lines; in a log an event is one.
fn one_line(error: &impl std::fmt::Display) -> String {
    error.to_string().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_that_fail_together_are_one_line() {
        let (mut told, start) = (Told::default(), Moment::now());
        let mut news = |error: &str, milliseconds| told.is_news(error, start + Duration::from_millis(milliseconds));
        assert!(news("refused", 0) && !news("refused", 3) && !news("refused", 99));
        assert!(news("starting up", 99), "another reason");
        assert!(news("refused", 100) && news("refused", 300));
    }

    #[test]
    fn network_timeouts_fit_both_forms_of_a_url() {
        let filled = |url| with_network_timeouts(url, Duration::from_secs(2));
        assert_eq!(
            filled("postgres://h/db"),
            "postgres://h/db?connect_timeout=2&keepalives_idle=30&tcp_user_timeout=10000"
        );
        assert_eq!(
            filled("postgres://h/db?connect_timeout=9"),
            "postgres://h/db?connect_timeout=9&keepalives_idle=30&tcp_user_timeout=10000"
        );
        assert_eq!(filled("host=h"), "host=h connect_timeout=2 keepalives_idle=30 tcp_user_timeout=10000");
    }
}
