//! Reads and writes of single rows that share a statement.
//!
//! Requests of one kind wait in a queue of their own. An idle thread takes one at once, so a lone request never waits. While threads
//! are busy, further requests gather, and the next statement takes up to [`MAX_ROWS`] of them. At most [`THREADS_PER_KIND`] threads
//! serve a kind, and twice as many if a request has waited for [`STALL`]: with more of them the batches would be smaller and the
//! commits more. An answer leaves only after the statement has committed. A request gets `None` if its row does not match or is locked
//! by another transaction, or if the statement failed. Its caller then runs the statement for a single row, which nobody else waits
//! for. Only a statement that took too long fails its requests: they have waited long enough.

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::access::Conn;
use super::error::DbError;
use super::lender::Lender;

/// The highest number of rows of one statement.
const MAX_ROWS: usize = 64;
/// The highest number of threads that serve one kind at a time, unless it stalls.
const THREADS_PER_KIND: usize = 2;
/// How long a request waits before another thread serves its kind: the statements under way may have lost their server.
const STALL: Duration = Duration::from_millis(100);

/// A kind of requests that one statement answers.
pub trait Batch: 'static {
    /// The name of the work, for logs and metrics.
    const NAME: &'static str;
    /// The values of one request.
    type Ask: Send + 'static;
    /// The answer to one request.
    type Answer: Send + 'static;

    /// The id of the row of the request. An id occurs once in a batch; a second request with it waits for the next batch.
    fn row(ask: &Self::Ask) -> Uuid;

    /// Answers the requests with one statement outside a transaction, which waits for no lock of a row. An answer has the id of its
    /// row; answers may be missing.
    fn run(conn: &mut Conn, asks: &[Self::Ask]) -> QueryResult<Vec<(Uuid, Self::Answer)>>;
}

/// The result of a request: `None` if the caller has to run the statement for a single row.
pub(super) type Outcome<B> = Result<Option<<B as Batch>::Answer>, DbError>;

/// The queues, one for each kind.
#[derive(Default)]
pub(super) struct Queues(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Queues {
    pub(super) fn of<B: Batch>(&self) -> Arc<Queue<B>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = all.entry(TypeId::of::<B>()).or_insert_with(|| Arc::new(Queue::<B>::default()));
        Arc::clone(queue).downcast().unwrap_or_default()
    }
}

/// The waiting requests of a kind.
pub(super) struct Queue<B: Batch>(Mutex<State<B>>);

struct State<B: Batch> {
    waiting: VecDeque<Waiting<B>>,
    /// The number of threads that serve the queue, including those for which a job is queued.
    threads: usize,
}

impl<B: Batch> State<B> {
    /// Whether a request has waited for longer than the statements under way should take.
    fn stalls(&self, now: Instant) -> bool {
        self.waiting.front().is_some_and(|oldest| now.duration_since(oldest.since) > STALL)
    }
}

struct Waiting<B: Batch> {
    ask: B::Ask,
    /// When the request was added.
    since: Instant,
    /// The time after which the request is refused.
    until: Instant,
    reply: oneshot::Sender<Outcome<B>>,
}

impl<B: Batch> Waiting<B> {
    fn refuse(self) {
        let _caller_gone = self.reply.send(Err(DbError::Busy));
    }
}

impl<B: Batch> Default for Queue<B> {
    fn default() -> Self {
        Self(Mutex::new(State { waiting: VecDeque::new(), threads: 0 }))
    }
}

impl<B: Batch> Queue<B> {
    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request that waits at most for `wait`. Returns the receiver of its outcome, and whether a job has to be queued that
    /// serves this queue. Fails if `most` requests are waiting.
    pub(super) fn add(
        &self,
        ask: B::Ask,
        wait: Duration,
        most: usize,
    ) -> Result<(oneshot::Receiver<Outcome<B>>, bool), DbError> {
        let (reply, outcome) = oneshot::channel();
        let mut state = self.state();
        if state.waiting.len() >= most {
            return Err(DbError::Busy);
        }
        let now = Instant::now();
        let needs_thread = state.threads < if state.stalls(now) { 2 * THREADS_PER_KIND } else { THREADS_PER_KIND };
        state.waiting.push_back(Waiting { ask, since: now, until: now + wait, reply });
        state.threads += usize::from(needs_thread);
        Ok((outcome, needs_thread))
    }

    /// A thread that was counted does not serve the queue. Without another one, the waiting requests are refused.
    pub(super) fn not_served(&self) {
        let mut state = self.state();
        state.threads = state.threads.saturating_sub(1);
        if state.threads == 0 {
            state.waiting.drain(..).for_each(Waiting::refuse);
        }
    }

    /// A thread has panicked in a statement. Without another one, the waiting requests run singly.
    fn abandoned(&self) {
        let mut state = self.state();
        state.threads = state.threads.saturating_sub(1);
        if state.threads == 0 {
            state.waiting.clear();
        }
    }

    /// Serves the queue until it is empty, or until `may_pass_on` has queued a job that continues: then other work is waiting.
    pub(super) fn serve(&self, lender: &Lender, may_pass_on: impl Fn() -> bool) {
        let mut serving = Serving { queue: self, has_left: false };
        while let Some(batch) = serving.next() {
            answer::<B>(lender, batch);
            if may_pass_on() {
                serving.has_left = true;
                return;
            }
        }
    }
}

/// A thread that serves a queue.
struct Serving<'a, B: Batch> {
    queue: &'a Queue<B>,
    /// Whether the thread is no longer counted, or the count has passed to another job.
    has_left: bool,
}

impl<B: Batch> Serving<'_, B> {
    /// The next requests. With `None` no request is waiting, or the kind no longer stalls and has enough other threads; the thread is
    /// no longer counted.
    fn next(&mut self) -> Option<Vec<Waiting<B>>> {
        let mut state = self.queue.state();
        let now = Instant::now();
        if state.threads > THREADS_PER_KIND && !state.stalls(now) {
            state.threads -= 1;
            self.has_left = true;
            return None;
        }
        let (mut batch, mut rows, mut later) = (Vec::new(), HashSet::new(), VecDeque::new());
        while batch.len() < MAX_ROWS
            && let Some(waiting) = state.waiting.pop_front()
        {
            if waiting.reply.is_closed() {
                // Its caller has gone.
            } else if waiting.until <= now {
                waiting.refuse();
            } else if rows.insert(B::row(&waiting.ask)) {
                batch.push(waiting);
            } else {
                later.push_back(waiting);
            }
        }
        later.append(&mut state.waiting);
        state.waiting = later;
        if batch.is_empty() {
            state.threads = state.threads.saturating_sub(1);
            self.has_left = true;
            return None;
        }
        Some(batch)
    }
}

impl<B: Batch> Drop for Serving<'_, B> {
    /// After a panic of the statement, the thread no longer serves the queue.
    fn drop(&mut self) {
        if !self.has_left {
            self.queue.abandoned();
        }
    }
}

/// Runs the statement and answers each request.
fn answer<B: Batch>(lender: &Lender, batch: Vec<Waiting<B>>) {
    let now = Instant::now();
    let wait = batch.iter().map(|waiting| waiting.until.saturating_duration_since(now)).max().unwrap_or_default();
    let (asks, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|waiting| (waiting.ask, waiting.reply)).unzip();
    let rows: Vec<Uuid> = asks.iter().map(B::row).collect();
    let mut ran = false;
    let answered = lender.lend(wait, B::NAME, |conn| {
        ran = true;
        B::run(conn, &asks)
    });
    let (mut answers, failure) = match answered {
        Ok(answers) => (answers.into_iter().collect(), None),
        // Each request then runs singly, and reports its own error.
        Err(error) if ran && !error.is_timeout() => (HashMap::new(), None),
        Err(error) => (HashMap::new(), Some(error)),
    };
    for (row, reply) in rows.into_iter().zip(replies) {
        let _caller_gone = reply.send(failure.clone().map_or_else(|| Ok(answers.remove(&row)), Err));
    }
}
