//! What is over leaves: sessions past their time get their end, and rows that nobody needs any more are deleted.
//!
//! In batches, and after each full one with a pause as long as it took, so that at least half of the time is everybody
//! else's. One replica at a time: whoever finds another one at it stops for this time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde::Serialize;

use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError, QueryResult};
use crate::base::event::Event;
use crate::config::Config;
use crate::session::{self, Endings, Expired, Mark, Stretch};
use crate::{authorize, client, login, logout, telemetry};

/// How long a login is kept that nobody came back for: long enough to ask about it, and too short to fill the disk with
/// (IN-12). Every other login is kept as long as an ended session (`sessions.keep_ended`). A notice that was delivered is
/// kept as long, and one that was given up as long as an ended session.
const KEEP_A_DAY: TimeDelta = TimeDelta::hours(24);
/// How long a code is kept after its end, so that one that comes a second time is known.
const KEEP_CODES: TimeDelta = TimeDelta::hours(1);
/// How long the audit is kept.
const KEEP_AUDIT: TimeDelta = TimeDelta::days(365);
/// Stretches of living sessions that one pass looks at for idle ones. Idleness is judged at each use; this only writes
/// it down, and may take some passes to come round to all of very many sessions.
const STEPS_A_PASS: usize = 20;
/// The pause after a full batch, at least and at most.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The cleanup, and how far it has come.
pub struct Cleanup {
    db: Db,
    endings: Endings,
    keep_ended: TimeDelta,
    batch: u32,
    mark: Mark,
    steps: usize,
}

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cleaned {
    /// Sessions that got their end, past their absolute or their idle one.
    pub ended_sessions: usize,
    /// Sessions deleted, long after their end.
    pub sessions: usize,
    /// Logins deleted.
    pub logins: usize,
    /// Apps' requests and codes deleted.
    pub authorizations: usize,
    /// Rows of the revocation feed deleted.
    pub revocations: usize,
    /// Notices to clients given up, which nobody tries any more.
    pub notices_given_up: usize,
    /// Notices to clients deleted, long after they were delivered or given up; and what providers told of logouts, once
    /// it is too old to be told again.
    pub notices: usize,
    /// Audit rows deleted.
    pub audit_events: usize,
    /// Whether another replica was at it, so that this pass stopped.
    pub interrupted: bool,
}

/// Why a pass stops early.
enum Stop {
    /// Another replica is at it.
    Elsewhere,
    Db(DbError),
}

impl From<DbError> for Stop {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl Cleanup {
    /// As it runs beside the gateway.
    pub fn new(db: &Db, config: &Config, endings: &Endings) -> Self {
        let keep_ended = TimeDelta::from_std(config.sessions.keep_ended).unwrap_or(TimeDelta::MAX);
        let batch = config.cleanup.batch;
        let endings = endings.clone();
        Self { db: db.clone(), endings, keep_ended, batch, mark: Mark::default(), steps: STEPS_A_PASS }
    }

    /// As it is run by hand: one pass looks at every session.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { steps: usize::MAX, ..self }
    }

    /// Does one pass.
    pub async fn pass(&mut self, now: Timestamp) -> Result<Cleaned, DbError> {
        let mut cleaned = Cleaned::default();
        match self.all(&mut cleaned, now).await {
            Ok(()) => {}
            Err(Stop::Elsewhere) => cleaned.interrupted = true,
            Err(Stop::Db(error)) => return Err(error),
        }
        Ok(cleaned)
    }

    async fn all(&mut self, cleaned: &mut Cleaned, now: Timestamp) -> Result<(), Stop> {
        let before = |keep: TimeDelta| now.checked_sub_signed(keep).unwrap_or(Timestamp::UNIX_EPOCH);
        self.expire(&mut cleaned.ended_sessions, now).await?;
        self.prune("prune revocations", session::prune_feed, now, &mut cleaned.revocations).await?;
        let long_ago = before(self.keep_ended);
        let ended = move |conn: &mut Conn, before, most| session::prune_ended(conn, before, most, now);
        self.prune("prune sessions", ended, long_ago, &mut cleaned.sessions).await?;
        let yesterday = before(KEEP_A_DAY);
        self.prune("prune expired logins", login::prune_expired, yesterday, &mut cleaned.logins).await?;
        self.prune("prune logins", login::prune_finished, long_ago, &mut cleaned.logins).await?;
        let an_hour_ago = before(KEEP_CODES);
        self.prune("prune authorizations", authorize::prune, an_hour_ago, &mut cleaned.authorizations).await?;
        self.prune("prune assertions", client::prune_assertions, now, &mut cleaned.authorizations).await?;
        self.prune("give up logout notices", logout::give_up_untried, now, &mut cleaned.notices_given_up).await?;
        self.prune("prune logout notices", logout::prune_delivered, yesterday, &mut cleaned.notices).await?;
        self.prune("prune logout notices", logout::prune_failed, long_ago, &mut cleaned.notices).await?;
        self.prune("prune logout tokens", logout::prune_provider_logouts, now, &mut cleaned.notices).await?;
        self.prune("prune audit events", store::prune_audit, before(KEEP_AUDIT), &mut cleaned.audit_events).await
    }

    /// First what is past its absolute end, which is where the walk begins; then a stretch of the others, from where the
    /// last pass stopped.
    async fn expire(&mut self, count: &mut usize, now: Timestamp) -> Result<(), Stop> {
        let mut mark = Mark::default();
        while mark.not_after <= now {
            let Some(next) = self.look(mark, count, now).await? else {
                self.mark = Mark::default();
                return Ok(());
            };
            mark = next;
        }
        self.mark = self.mark.max(mark);
        for _ in 1..self.steps {
            let next = self.look(self.mark, count, now).await?;
            self.mark = next.unwrap_or_default();
            if next.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn look(&self, mark: Mark, count: &mut usize, now: Timestamp) -> Result<Option<Mark>, Stop> {
        let (started, batch, endings) = (Instant::now(), i64::from(self.batch), self.endings.clone());
        let work = move |conn: &mut Conn| session::expire(conn, mark, batch, &endings, now);
        let Stretch { next, expired } =
            store::alone(&self.db, "expire sessions", work).await?.ok_or(Stop::Elsewhere)?;
        for Expired { id, user, reason } in &expired {
            telemetry::record(&Event::SessionEnded { user: *user, session: *id, reason });
        }
        *count += expired.len();
        if next.is_some() {
            pause(started).await;
        }
        Ok(next)
    }

    async fn prune(
        &self,
        name: &'static str,
        prune: impl Fn(&mut Conn, Timestamp, i64) -> QueryResult<usize> + Copy + Send + 'static,
        before: Timestamp,
        count: &mut usize,
    ) -> Result<(), Stop> {
        loop {
            let (started, batch) = (Instant::now(), i64::from(self.batch));
            let gone = store::alone(&self.db, name, move |conn| prune(conn, before, batch)).await?;
            let gone = gone.ok_or(Stop::Elsewhere)?;
            *count += gone;
            if i64::try_from(gone).is_ok_and(|gone| gone < batch) {
                return Ok(());
            }
            pause(started).await;
        }
    }
}

/// As long as the batch took that began at `started`.
async fn pause(started: Instant) {
    tokio::time::sleep(started.elapsed().clamp(SHORTEST_PAUSE, LONGEST_PAUSE)).await;
}

fn report(cleaned: &Cleaned) {
    tracing::info!(
        ended_sessions = cleaned.ended_sessions,
        sessions = cleaned.sessions,
        logins = cleaned.logins,
        authorizations = cleaned.authorizations,
        revocations = cleaned.revocations,
        notices_given_up = cleaned.notices_given_up,
        notices = cleaned.notices,
        audit_events = cleaned.audit_events,
        "cleaned up"
    );
}

/// Cleans now, and again whenever `cleanup.every` has passed.
pub async fn keep_clean(app: Arc<App>) {
    let mut cleanup = Cleanup::new(&app.db, &app.config, &app.endings);
    loop {
        match cleanup.pass(app.clock.now()).await {
            Ok(Cleaned { interrupted: true, .. }) => tracing::debug!("another replica is cleaning up"),
            Ok(cleaned) if cleaned == Cleaned::default() => {}
            Ok(cleaned) => report(&cleaned),
            Err(error) => tracing::warn!(%error, "the cleanup stopped"),
        }
        tokio::time::sleep(app.config.cleanup.every).await;
    }
}
