//! Following the revocation feed: one thread with a connection of its own.
//!
//! A bell (`NOTIFY`, rung by a trigger) wakes it, and a look each second makes sure, so that a lost bell or a pooler that
//! swallows them costs a second at the most. Each look reads on from a bound that no late commit falls behind; each new
//! connection reads everything again. While the database is away it keeps trying, and [`Watch::is_fresh`] runs out.

use std::convert::Infallible;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use std::{io, thread};

use tokio::sync::oneshot;

use super::store::{Bound, read_feed};
use super::watch::Watch;
use crate::base::clock::Clock;
use crate::base::db::{Db, DbError};
use crate::base::listener::Listener;
use crate::base::measure;

/// The bell of migration 000007.
const CHANNEL: &str = "vestibule_revocations";
/// How often the bell is listened for.
const TICK: Duration = Duration::from_millis(50);
/// How often the feed is looked at, bell or not.
const EVERY: Duration = Duration::from_secs(1);
/// The pause between two attempts to connect.
const RETRY: Duration = Duration::from_millis(250);
/// How long a stop waits for the thread. It may hang in a connection that nobody answers on.
const PATIENCE: Duration = Duration::from_secs(1);

/// The feed, read once and ready to be followed.
pub struct Feed {
    db: Db,
    clock: Clock,
    watch: Watch,
    reader: Option<Reader>,
}

struct Reader {
    listener: Listener,
    bound: Bound,
    looked: Instant,
}

/// The running thread; it ends when this is dropped.
pub struct Follower {
    stop: Sender<Infallible>,
    ended: oneshot::Receiver<()>,
}

impl Feed {
    /// Connects and takes in everything that is revoked now. Blocks until that is done.
    pub fn open(db: &Db, clock: &Clock, watch: &Watch) -> Result<Self, DbError> {
        let mut feed = Self { db: db.clone(), clock: clock.clone(), watch: watch.clone(), reader: None };
        feed.step()?;
        Ok(feed)
    }

    /// Goes on reading, on a thread of its own.
    pub fn follow(self) -> io::Result<Follower> {
        let (stop, stopped) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        thread::Builder::new().name("revocations".into()).spawn(move || {
            self.run(&stopped);
            let _nobody_waits = end.send(());
        })?;
        Ok(Follower { stop, ended })
    }

    fn run(mut self, stopped: &Receiver<Infallible>) {
        let mut pause = TICK;
        while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            pause = TICK;
            if let Err(error) = self.step() {
                if self.reader.take().is_some() {
                    tracing::warn!(%error, "the revocation feed is out of reach");
                }
                // Nothing stays longer than it has to, also while nothing comes.
                self.watch.forget(self.clock.now());
                pause = RETRY;
            }
        }
    }

    /// Connects if need be, and looks if it is time.
    fn step(&mut self) -> Result<(), DbError> {
        let Some(reader) = &mut self.reader else {
            let listener = Listener::open(&self.db, CHANNEL)?;
            let mut reader = Reader { listener, bound: Bound::default(), looked: Instant::now() };
            let news = reader.look(&self.watch, &self.clock)?;
            tracing::info!(news, "following the revocation feed");
            self.reader = Some(reader);
            return Ok(());
        };
        if reader.listener.notified()? || reader.looked.elapsed() >= EVERY {
            reader.look(&self.watch, &self.clock)?;
        }
        Ok(())
    }
}

impl Reader {
    /// Reads what is new; the answer is how much it was.
    fn look(&mut self, watch: &Watch, clock: &Clock) -> Result<usize, DbError> {
        // What is seen is as old as the question, not as the answer.
        let (began, now) = (Instant::now(), clock.now());
        let (bound, first) = (self.bound, self.bound == Bound::default());
        let look = self.listener.run(|conn| read_feed(conn, bound, now))?;
        let mut news = 0;
        for revocation in look.revocations {
            if watch.learn(revocation.what, revocation.expires_at) {
                news += 1;
                let lag = (clock.now() - revocation.created_at).to_std().unwrap_or_default();
                if !first {
                    measure::revocation_lag(lag);
                }
            }
        }
        watch.forget(now);
        watch.looked(began, look.newest);
        (self.bound, self.looked) = (look.bound, began);
        let (sessions, jtis) = watch.sizes();
        measure::revocations("session", sessions);
        measure::revocations("jti", jtis);
        Ok(news)
    }
}

impl Follower {
    /// Ends the thread and its connection.
    pub async fn stop(self) {
        drop(self.stop);
        let _gone_or_hanging = tokio::time::timeout(PATIENCE, self.ended).await;
    }
}
