//! Which requests share a statement, and which of them run singly.

use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Waker};

use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};
use uuid::Uuid;
use vestibule::base::db::{Batch, Conn, Db, DbError};

use super::held::{Held, Request};
use crate::support::{Cluster, Database};

/// Adds to numbers. The table lists the statements, each with its number of rows.
struct Additions;

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    value: i64,
}

impl Batch for Additions {
    const NAME: &'static str = "add";
    type Ask = (Uuid, i64);
    type Answer = i64;

    fn row(ask: &(Uuid, i64)) -> Uuid {
        ask.0
    }

    fn run(conn: &mut Conn, asks: &[(Uuid, i64)]) -> QueryResult<Vec<(Uuid, i64)>> {
        let (ids, by): (Vec<_>, Vec<_>) = asks.iter().copied().unzip();
        let add = "WITH said AS (INSERT INTO batches (size) VALUES (cardinality($1::uuid[])))
                   UPDATE numbers n SET value = n.value + 100 / a.by FROM unnest($1, $2) AS a (id, by)
                   WHERE n.id = a.id RETURNING n.id, n.value";
        let query = sql_query(add).bind::<Array<SqlUuid>, _>(ids).bind::<Array<BigInt>, _>(by);
        Ok(query.load::<Sum>(conn)?.into_iter().map(|sum| (sum.id, sum.value)).collect())
    }
}

/// A database with `rows` numbers, all 0.
fn numbers(rows: u128) -> Database {
    let database = Cluster::shared().database();
    database.execute(&format!(
        "CREATE TABLE batches (place serial, size bigint);
         CREATE TABLE numbers (id uuid PRIMARY KEY, value bigint NOT NULL);
         INSERT INTO numbers SELECT lpad(to_hex(n), 32, '0')::uuid, 0 FROM generate_series(1, {rows}) n"
    ));
    database
}

fn add(db: &Db, row: u128, by: i64) -> Request<Option<i64>> {
    let db = db.clone();
    Box::pin(async move { db.run_batched::<Additions>((Uuid::from_u128(row), by)).await })
}

fn sizes(database: &Database) -> Vec<String> {
    database.words("SELECT size FROM batches ORDER BY place")
}

#[tokio::test]
async fn a_lone_request_is_a_batch_of_one() {
    let database = numbers(1);
    let held = Held::new(&database, 1);
    for turn in 1..=3 {
        assert_eq!(add(&held.db, 1, 100).await.expect("an answer"), Some(turn));
    }
    assert_eq!(sizes(&database), ["1", "1", "1"]);
}

#[tokio::test]
async fn waiting_requests_share_statements_of_at_most_64_rows() {
    let database = numbers(130);
    let held = Held::new(&database, 4);
    let results = held.all_at_once((1..=128).map(|row| add(&held.db, row, 100)).collect()).await;
    assert!(results.into_iter().all(|result| result.expect("an answer") == Some(1)));
    assert_eq!(sizes(&database), ["64", "64"]);
    assert_eq!(add(&held.db, 129, 100).await.expect("an answer"), Some(1));
}

#[tokio::test]
async fn a_second_request_for_a_row_waits_for_the_next_batch() {
    let database = numbers(3);
    let held = Held::new(&database, 1);
    let rows = [1, 2, 1, 3, 1, 2];
    let results = held.all_at_once(rows.iter().map(|row| add(&held.db, *row, 100)).collect()).await;
    let values: Vec<_> = results.into_iter().map(|result| result.expect("an answer")).collect();
    assert_eq!(values, [1, 1, 2, 1, 3, 2].map(Some));
    assert_eq!(sizes(&database), ["3", "2", "1"]);
}

#[tokio::test]
async fn a_request_without_a_row_has_no_answer_and_the_others_have_theirs() {
    let database = numbers(2);
    let held = Held::new(&database, 1);
    let results = held.all_at_once([1, 99, 2].iter().map(|row| add(&held.db, *row, 100)).collect()).await;
    let values: Vec<_> = results.into_iter().map(|result| result.expect("an answer")).collect();
    assert_eq!(values, [Some(1), None, Some(1)]);
}

/// The division by zero of one request rolls the statement back: each request then runs singly.
#[tokio::test]
async fn a_statement_that_fails_answers_none_of_its_requests() {
    let database = numbers(3);
    let held = Held::new(&database, 1);
    let results = held.all_at_once([(1, 100), (2, 0), (3, 100)].map(|(row, by)| add(&held.db, row, by)).into()).await;
    assert!(results.into_iter().all(|result| result.expect("an answer").is_none()));
    assert_eq!(database.number("SELECT sum(value) FROM numbers"), 0);
    assert_eq!(add(&held.db, 1, 100).await.expect("an answer"), Some(1), "the queue is still served");
}

/// A panic ends neither the thread nor the queue.
struct Panics;

static PANICS: Mutex<bool> = Mutex::new(true);

impl Batch for Panics {
    const NAME: &'static str = "panic";
    type Ask = Uuid;
    type Answer = ();

    fn row(ask: &Uuid) -> Uuid {
        *ask
    }

    fn run(_: &mut Conn, asks: &[Uuid]) -> QueryResult<Vec<(Uuid, ())>> {
        let panics = std::mem::take(&mut *PANICS.lock().expect("no panic while it is held"));
        assert!(!panics, "as the test wants");
        Ok(asks.iter().map(|id| (*id, ())).collect())
    }
}

#[tokio::test]
async fn a_panic_leaves_the_requests_of_its_batch_to_statements_of_their_own() {
    let held = Held::new(&Cluster::shared().database(), 1);
    let request = || {
        let db = held.db.clone();
        async move { db.run_batched::<Panics>(Uuid::from_u128(1)).await }
    };
    assert_eq!(request().await.expect("an answer"), None);
    assert_eq!(request().await.expect("an answer"), Some(()));
}

/// A kind of which a further request always waits, while the queue of jobs is full.
struct Steady;

/// A request that a thread of the database sends.
type Pending = Pin<Box<dyn Future<Output = Result<(), DbError>> + Send>>;

struct SteadyState {
    db: Db,
    runtime: tokio::runtime::Handle,
    /// The number of batches so far.
    batches: usize,
    /// The number of batches before the first other job.
    before_other: Option<usize>,
    waiting: Vec<Pending>,
}

static STEADY: Mutex<Option<SteadyState>> = Mutex::new(None);

fn with_steady<T>(work: impl FnOnce(&mut SteadyState) -> T) -> T {
    work(STEADY.lock().expect("no panic while it is held").as_mut().expect("set by the test"))
}

impl Batch for Steady {
    const NAME: &'static str = "steady";
    type Ask = Uuid;
    type Answer = ();

    fn row(ask: &Uuid) -> Uuid {
        *ask
    }

    fn run(_: &mut Conn, asks: &[Uuid]) -> QueryResult<Vec<(Uuid, ())>> {
        with_steady(|state| {
            state.batches += 1;
            if state.batches < 50 {
                let _runtime = state.runtime.enter();
                for _ in 0..64 {
                    state.wait_for(other(state.db.clone()));
                }
                state.wait_for(steady(state.db.clone(), state.batches));
            }
        });
        Ok(asks.iter().map(|id| (*id, ())).collect())
    }
}

impl SteadyState {
    fn wait_for(&mut self, mut request: Pending) {
        // It is queued by the first poll.
        if request.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            self.waiting.push(request);
        }
    }
}

fn other(db: Db) -> Pending {
    let note = |_: &mut Conn| {
        with_steady(|state| {
            let batches = state.batches;
            state.before_other.get_or_insert(batches);
        });
        Ok(())
    };
    Box::pin(async move { db.run("other", note).await })
}

fn steady(db: Db, row: usize) -> Pending {
    let row = Uuid::from_u128(row.try_into().expect("a small number"));
    Box::pin(async move { db.run_batched::<Steady>(row).await.map(drop) })
}

#[tokio::test]
async fn a_steady_kind_leaves_its_thread_to_other_jobs_also_if_their_queue_is_full() {
    let held = Held::new(&Cluster::shared().database(), 1);
    let (db, runtime) = (held.db.clone(), tokio::runtime::Handle::current());
    let state = SteadyState { db: db.clone(), runtime, batches: 0, before_other: None, waiting: Vec::new() };
    *STEADY.lock().expect("no panic while it is held") = Some(state);
    steady(db, 0).await.expect("an answer");
    while with_steady(|state| state.before_other.is_none()) {
        tokio::task::yield_now().await;
    }
    assert_eq!(with_steady(|state| state.before_other), Some(1));
    let waiting = with_steady(|state| std::mem::take(&mut state.waiting));
    drop(waiting);
}
