//! Cleanup: ends sessions past a timeout, and deletes rows that are no longer needed.
//!
//! It works in batches. After each full batch it pauses for as long as the batch took, so that it uses the database at most
//! half of the time. Only one replica cleans at a time: a pass stops if it finds another replica cleaning.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::cleaned::Cleaned;
use super::removals::{Due, Keep, REMOVALS, Removal};
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError};
use crate::base::event::Event;
use crate::config::Config;
use crate::login::{DueRemoval, RemovalMark};
use crate::session::{self, Endings, Expired, Mark, Removed, Stretch};
use crate::{login, telemetry};

/// The number of stretches of live sessions that one pass checks for the idle timeout. Each use of a session checks it too;
/// this only records the end, and may take several passes if there are very many sessions.
const STRETCHES_PER_PASS: usize = 20;
/// How long the sessions of a provider stay that is in no configuration any more: a day, and the hour within which it is
/// stored that a provider is in a configuration.
const KEEP_WITHOUT_PROVIDER: TimeDelta = TimeDelta::hours(25);
/// The bounds of the pause after a full batch.
const MIN_PAUSE: Duration = Duration::from_millis(10);
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// The cleanup, with the position of its walk through live sessions.
pub struct Cleanup {
    db: Db,
    endings: Endings,
    /// The ids of the configured providers.
    providers: Arc<[String]>,
    keep_ended: TimeDelta,
    batch: u32,
    position: Mark,
    stretches: usize,
}

/// Why a pass stops early.
enum Interruption {
    /// Another replica is cleaning.
    OtherReplica,
    Db(DbError),
}

impl From<DbError> for Interruption {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl Cleanup {
    /// The cleanup of a running gateway.
    pub fn new(db: &Db, config: &Config, endings: &Endings) -> Self {
        let keep_ended = TimeDelta::from_std(config.sessions.keep_ended).unwrap_or(TimeDelta::MAX);
        let batch = config.cleanup.batch;
        let providers = config.providers.iter().map(|provider| provider.registration().id.clone()).collect();
        Self {
            db: db.clone(),
            endings: endings.clone(),
            providers,
            keep_ended,
            batch,
            position: Mark::default(),
            stretches: STRETCHES_PER_PASS,
        }
    }

    /// This cleanup with these provider ids; the ids in the configuration were moved out of it at the start.
    #[must_use]
    pub fn with_providers(self, ids: &Arc<[String]>) -> Self {
        Self { providers: Arc::clone(ids), ..self }
    }

    /// The cleanup of the command line: one pass checks every session.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { stretches: usize::MAX, ..self }
    }

    /// Runs one pass over all tables.
    pub async fn pass(&mut self, now: Timestamp) -> Result<Cleaned, DbError> {
        let mut cleaned = Cleaned::default();
        match self.all(&mut cleaned, now).await {
            Ok(()) => {}
            Err(Interruption::OtherReplica) => cleaned.interrupted = true,
            Err(Interruption::Db(error)) => return Err(error),
        }
        Ok(cleaned)
    }

    async fn all(&mut self, cleaned: &mut Cleaned, now: Timestamp) -> Result<(), Interruption> {
        self.expire(&mut cleaned.ended_sessions, now).await?;
        for removal in REMOVALS {
            self.remove(removal, (removal.count)(cleaned), now).await?;
        }
        // Last, and each by itself: an identity that cannot be removed keeps nothing else from the cleanup.
        self.remove_identities(&mut cleaned.identities, now).await
    }

    /// First ends the sessions past their absolute timeout, which come first in the order of the walk. Then checks further
    /// stretches, from the position where the last pass stopped.
    async fn expire(&mut self, count: &mut usize, now: Timestamp) -> Result<(), Interruption> {
        let mut position = Mark::default();
        while position.not_after <= now {
            let Some(next) = self.expire_stretch(position, count, now).await? else {
                self.position = Mark::default();
                return Ok(());
            };
            position = next;
        }
        self.position = self.position.max(position);
        for _ in 1..self.stretches {
            let next = self.expire_stretch(self.position, count, now).await?;
            self.position = next.unwrap_or_default();
            if next.is_none() {
                break;
            }
        }
        Ok(())
    }

    async fn expire_stretch(
        &self,
        position: Mark,
        count: &mut usize,
        now: Timestamp,
    ) -> Result<Option<Mark>, Interruption> {
        let (started, batch, endings) = (Instant::now(), i64::from(self.batch), self.endings.clone());
        let (providers, unknown_since) = (Arc::clone(&self.providers), now - KEEP_WITHOUT_PROVIDER);
        let work = move |conn: &mut Conn| {
            let removed = Removed { unknown_since, configured: &providers };
            session::expire(conn, position, batch, &endings, removed, now)
        };
        let Stretch { next, expired } =
            store::exclusively(&self.db, "expire sessions", work).await?.ok_or(Interruption::OtherReplica)?;
        for Expired { id, user, reason } in &expired {
            telemetry::record(&Event::SessionEnded { user: *user, session: *id, reason: reason.as_str() });
        }
        *count += expired.len();
        if next.is_some() {
            pause(started).await;
        }
        Ok(next)
    }

    async fn remove_identities(&self, count: &mut usize, now: Timestamp) -> Result<(), Interruption> {
        let (most, mut mark) = (i64::from(self.batch), RemovalMark::default());
        loop {
            let endings = self.endings.clone();
            let find = move |conn: &mut Conn| login::due_removals(conn, mark, most, &endings, now);
            let due = store::exclusively(&self.db, "find due removals", find).await?;
            let due = due.ok_or(Interruption::OtherReplica)?;
            let Some(last) = due.last() else { return Ok(()) };
            mark = last.mark;
            for removal in due {
                match self.remove_identity(&removal).await {
                    Ok(is_gone) => *count += usize::from(is_gone),
                    Err(Interruption::Db(error)) => tracing::warn!(%error, "a due identity was not removed"),
                    Err(other_replica) => return Err(other_replica),
                }
            }
        }
    }

    /// Removes an identity; `false` if it stays. Its sessions end in batches, so that no statement takes longer the
    /// more of them there are.
    async fn remove_identity(&self, removal: &DueRemoval) -> Result<bool, Interruption> {
        loop {
            let (started, most, of_step) = (Instant::now(), i64::from(self.batch), removal.clone());
            let step = move |conn: &mut Conn| of_step.step(conn, most);
            let step = store::exclusively(&self.db, "unlink identity", step).await?;
            if let Some(is_gone) = removal.record(&step.ok_or(Interruption::OtherReplica)?) {
                return Ok(is_gone);
            }
            pause(started).await;
        }
    }

    async fn remove(&self, removal: &'static Removal, count: &mut usize, now: Timestamp) -> Result<(), Interruption> {
        let keep = match removal.keep {
            Keep::For(time) => time,
            Keep::AsEndedSessions => self.keep_ended,
        };
        let before = now.checked_sub_signed(keep).unwrap_or(Timestamp::UNIX_EPOCH);
        let due = Due { before, max_rows: i64::from(self.batch), now };
        loop {
            let started = Instant::now();
            let work = move |conn: &mut Conn| (removal.remove)(conn, &due);
            let removed = store::exclusively(&self.db, removal.name, work).await?.ok_or(Interruption::OtherReplica)?;
            *count += removed;
            if i64::try_from(removed).is_ok_and(|removed| removed < due.max_rows) {
                return Ok(());
            }
            pause(started).await;
        }
    }
}

/// Pauses for as long as the batch took that began at `started`.
async fn pause(started: Instant) {
    tokio::time::sleep(started.elapsed().clamp(MIN_PAUSE, MAX_PAUSE)).await;
}

/// Runs a pass now, and again after each `cleanup.every`, for ever.
pub async fn clean_repeatedly(app: Arc<App>) {
    let mut cleanup = Cleanup::new(&app.db, &app.config, &app.endings).with_providers(app.providers.ids());
    loop {
        match cleanup.pass(app.clock.now()).await {
            Ok(Cleaned { interrupted: true, .. }) => tracing::debug!("another replica is cleaning up"),
            Ok(cleaned) if cleaned == Cleaned::default() => {}
            Ok(cleaned) => cleaned.log(),
            Err(error) => tracing::warn!(%error, "the cleanup stopped"),
        }
        tokio::time::sleep(app.config.cleanup.every).await;
    }
}
