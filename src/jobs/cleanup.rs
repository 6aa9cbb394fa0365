//! Cleanup: ends sessions past a timeout, and deletes rows that are no longer needed.
//!
//! It works in batches. After each full batch it pauses for as long as the batch took, so that it uses the database at most
//! half of the time. Only one replica cleans at a time: a pass stops if it finds another replica cleaning.

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
use crate::session::{self, Endings, Expired, Mark, Removed, Stretch};
use crate::{authorize, client, login, logout, telemetry};

/// How long a login without a session and a delivered logout notice are kept: long enough to look it up, and short enough
/// that such logins do not fill the disk (IN-12). Completed logins and notices that were given up are kept for
/// `sessions.keep_ended`, as ended sessions are.
const KEEP_A_DAY: TimeDelta = TimeDelta::hours(24);
/// How long an authorization code is kept after it expires, so that a replay is recognised.
const KEEP_CODES: TimeDelta = TimeDelta::hours(1);
/// How long audit rows of failed logins are kept: a person without an account can cause any number of them.
const KEEP_FAILURES: TimeDelta = TimeDelta::days(30);
/// How long other audit rows are kept.
const KEEP_AUDIT: TimeDelta = TimeDelta::days(365);
/// The number of stretches of live sessions that one pass checks for the idle timeout. Each use of a session checks it too;
/// this only records the end, and may take several passes if there are very many sessions.
const STRETCHES_PER_PASS: usize = 20;
/// How long the sessions of a provider stay that is in no configuration any more.
const KEEP_WITHOUT_PROVIDER: TimeDelta = TimeDelta::hours(24);
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

/// The number of rows that a pass ended or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cleaned {
    /// Sessions that were ended: past their idle or absolute timeout, or of a removed provider.
    pub ended_sessions: usize,
    /// Identities that were unlinked seven days after a session of another identity asked for it.
    pub identities: usize,
    /// Deleted sessions, `sessions.keep_ended` after their end.
    pub sessions: usize,
    /// Deleted authorization sessions (logins), and rows of logins that could not begin.
    pub logins: usize,
    /// Deleted authorization requests, codes and client assertions.
    pub authorizations: usize,
    /// Deleted rows of the revocation feed.
    pub revocations: usize,
    /// Logout notices that were given up because their client is no longer configured.
    pub notices_given_up: usize,
    /// Deleted logout notices, and deleted logout tokens of providers that are too old to be presented again.
    pub notices: usize,
    /// Deleted audit rows: of failed logins older than 30 days, and others older than a year.
    pub audit_events: usize,
    /// Whether the pass stopped because another replica is cleaning.
    pub interrupted: bool,
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

    /// The same where the providers have been taken out of the configuration.
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
        let before = |keep: TimeDelta| now.checked_sub_signed(keep).unwrap_or(Timestamp::UNIX_EPOCH);
        self.expire(&mut cleaned.ended_sessions, now).await?;
        cleaned.identities += login::unlink_due(&self.db, &self.endings, i64::from(self.batch), now).await?;
        self.prune("prune revocations", session::prune_feed, now, &mut cleaned.revocations).await?;
        let long_ago = before(self.keep_ended);
        let ended = move |conn: &mut Conn, before, most| session::prune_ended(conn, before, most, now);
        self.prune("prune sessions", ended, long_ago, &mut cleaned.sessions).await?;
        let yesterday = before(KEEP_A_DAY);
        self.prune("prune failed logins", login::prune_failed, yesterday, &mut cleaned.logins).await?;
        self.prune("prune logins not begun", login::prune_not_begun, yesterday, &mut cleaned.logins).await?;
        self.prune("prune logins", login::prune_completed, long_ago, &mut cleaned.logins).await?;
        let an_hour_ago = before(KEEP_CODES);
        self.prune("prune authorizations", authorize::prune, an_hour_ago, &mut cleaned.authorizations).await?;
        self.prune("prune assertions", client::prune_assertions, now, &mut cleaned.authorizations).await?;
        self.prune("give up logout notices", logout::give_up_untried, now, &mut cleaned.notices_given_up).await?;
        self.prune("prune logout notices", logout::prune_delivered, yesterday, &mut cleaned.notices).await?;
        self.prune("prune logout notices", logout::prune_failed, long_ago, &mut cleaned.notices).await?;
        self.prune("prune logout tokens", logout::prune_provider_logouts, now, &mut cleaned.notices).await?;
        let a_month_ago = before(KEEP_FAILURES);
        self.prune("prune audited failures", store::prune_failures, a_month_ago, &mut cleaned.audit_events).await?;
        self.prune("prune audit events", store::prune_audit, before(KEEP_AUDIT), &mut cleaned.audit_events).await
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

    async fn prune(
        &self,
        name: &'static str,
        prune: impl Fn(&mut Conn, Timestamp, i64) -> QueryResult<usize> + Copy + Send + 'static,
        before: Timestamp,
        count: &mut usize,
    ) -> Result<(), Interruption> {
        loop {
            let (started, batch) = (Instant::now(), i64::from(self.batch));
            let deleted = store::exclusively(&self.db, name, move |conn| prune(conn, before, batch)).await?;
            let deleted = deleted.ok_or(Interruption::OtherReplica)?;
            *count += deleted;
            if i64::try_from(deleted).is_ok_and(|deleted| deleted < batch) {
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

fn report(cleaned: &Cleaned) {
    tracing::info!(
        ended_sessions = cleaned.ended_sessions,
        identities = cleaned.identities,
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

/// Runs a pass now, and again after each `cleanup.every`, for ever.
pub async fn clean_repeatedly(app: Arc<App>) {
    let mut cleanup = Cleanup::new(&app.db, &app.config, &app.endings).with_providers(app.providers.ids());
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
