//! Follows the revocation feed on a thread with its own connection.
//!
//! A trigger sends `NOTIFY`, which wakes the thread. It also polls once a second, so a lost notification, or a pooler that
//! does not pass them on, delays a revocation by at most a second. Each poll continues from a transaction id that no late
//! commit can be below. A new connection reads the whole feed again. While the database is out of reach the thread
//! reconnects, and [`RevocationCache::is_fresh`] becomes false.

use std::convert::Infallible;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use std::{io, thread};

use tokio::sync::oneshot;

use super::revocation_cache::RevocationCache;
use super::store::{Bound, read_feed};
use crate::base::clock::Clock;
use crate::base::db::{Conn, Db, DbError};
use crate::base::listener::Listener;
use crate::base::measure;

/// The channel on which the trigger of migration 000007 notifies.
const CHANNEL: &str = "vestibule_revocations";
/// The pause between two looks for a notification.
const TICK: Duration = Duration::from_millis(50);
/// The feed is polled at least this often, also without a notification.
const EVERY: Duration = Duration::from_secs(1);
/// The pause between two attempts to connect.
const RETRY: Duration = Duration::from_millis(250);
/// How long a stop waits for the thread, which may hang in a connection whose server does not answer.
const STOP_TIMEOUT: Duration = Duration::from_secs(1);

/// The connection of the feed, before the first read. The start runs its other statements on it as well, so that it waits
/// for one connection.
pub struct FeedConnection {
    db: Db,
    listener: Listener,
}

/// The feed after its first complete read.
pub struct Feed {
    db: Db,
    clock: Clock,
    revocations: RevocationCache,
    reader: Option<Reader>,
}

struct Reader {
    listener: Listener,
    bound: Bound,
    last_read: Instant,
}

/// The running thread. Dropping this ends it.
pub struct Follower {
    stop: Sender<Infallible>,
    ended: oneshot::Receiver<()>,
}

impl FeedConnection {
    /// Connects, and tries again for the time `wait`. Blocks until that is done.
    pub fn open(db: &Db, wait: Duration) -> Result<Self, DbError> {
        Ok(Self { db: db.clone(), listener: Listener::open_at_start(db, CHANNEL, wait)? })
    }

    /// The connection, for other statements.
    pub fn conn(&mut self) -> &mut Conn {
        self.listener.conn()
    }

    /// Reads every revocation of the feed. Blocks until that is done.
    pub fn read(self, clock: &Clock, revocations: &RevocationCache) -> Result<Feed, DbError> {
        let reader = Some(Reader::start(self.listener, revocations, clock)?);
        Ok(Feed { db: self.db, clock: clock.clone(), revocations: revocations.clone(), reader })
    }
}

impl Feed {
    /// Starts the thread that follows the feed.
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
                pause = RETRY;
            }
        }
    }

    /// Connects if there is no connection, and polls if it is due.
    fn step(&mut self) -> Result<(), DbError> {
        let Some(reader) = &mut self.reader else {
            let listener = Listener::open(&self.db, CHANNEL)?;
            self.reader = Some(Reader::start(listener, &self.revocations, &self.clock)?);
            return Ok(());
        };
        if reader.listener.notified()? || reader.last_read.elapsed() >= EVERY {
            reader.look(&self.revocations, &self.clock)?;
        }
        Ok(())
    }
}

impl Reader {
    /// Reads the whole feed on a new connection.
    fn start(listener: Listener, revocations: &RevocationCache, clock: &Clock) -> Result<Self, DbError> {
        let mut reader = Self { listener, bound: Bound::default(), last_read: Instant::now() };
        let news = reader.look(revocations, clock)?;
        tracing::info!(news, "following the revocation feed");
        Ok(reader)
    }

    /// Reads the new entries and returns their number.
    fn look(&mut self, revocations: &RevocationCache, clock: &Clock) -> Result<usize, DbError> {
        // The state that was read is as old as the query, not as its result.
        let (began, now) = (Instant::now(), clock.now());
        let (bound, first) = (self.bound, self.bound == Bound::default());
        let look = read_feed(self.listener.conn(), bound, now)?;
        revocations.clock().record(now, look.read_at, clock.now());
        let mut news = 0;
        for revocation in look.revocations {
            if revocations.insert(revocation.what, revocation.expires_at) {
                news += 1;
                let lag = (look.read_at - revocation.created_at).to_std().unwrap_or_default();
                if !first {
                    measure::revocation_lag(lag);
                }
            }
        }
        // An entry stays until both clocks have passed its end: that of the database, which set it, and that of this
        // replica, which decides whether a token has expired.
        revocations.evict_expired(now.min(look.read_at));
        revocations.record_read(began, look.newest);
        (self.bound, self.last_read) = (look.bound, began);
        let (sessions, jtis) = revocations.sizes();
        measure::revocations("session", sessions);
        measure::revocations("jti", jtis);
        Ok(news)
    }
}

impl Follower {
    /// Ends the thread and closes its connection.
    pub async fn stop(self) {
        drop(self.stop);
        let _gone_or_hanging = tokio::time::timeout(STOP_TIMEOUT, self.ended).await;
    }
}
