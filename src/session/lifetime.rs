//! The two timeouts of a session: the idle timeout starts again with each use, the absolute timeout never moves.

use chrono::TimeDelta;

use super::signed_in::Session;
use crate::base::clock::Timestamp;
use crate::config;

/// The limits of every session.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    idle: TimeDelta,
    absolute: TimeDelta,
    access: TimeDelta,
}

/// How long an entry stays in the revocation feed after the last token has expired. The clock of the replica that issued the
/// token may be ahead of the database's by as much.
const FEED_GRACE: TimeDelta = TimeDelta::seconds(120);

/// The status of a session at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    /// Neither ended nor past one of its timeouts.
    Live,
    /// Past the idle timeout or the absolute timeout.
    Expired,
    /// Ended explicitly: by its user, by an administrator, or because the user was disabled.
    Ended,
}

impl Lifetime {
    /// From the sections `[sessions]` and `[tokens]` of the configuration.
    pub fn new(sessions: &config::Sessions, tokens: &config::Tokens) -> Self {
        let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self {
            idle: delta(sessions.idle_timeout),
            absolute: delta(sessions.absolute_timeout),
            access: delta(tokens.longest.access),
        }
    }

    /// The absolute end (`sessions.not_after`) of a session that begins now.
    pub fn not_after(&self, now: Timestamp) -> Timestamp {
        now.checked_add_signed(self.absolute).unwrap_or(Timestamp::MAX_UTC)
    }

    /// A session whose last use is before this instant has reached the idle timeout.
    pub fn used_after(&self, now: Timestamp) -> Timestamp {
        now.checked_sub_signed(self.idle).unwrap_or(Timestamp::MIN_UTC)
    }

    /// When the feed entry of a session that ends now may be deleted: its last access token has expired by then. Only the
    /// difference to `now` counts, since the entry lives by the database's clock.
    pub fn feed_until(&self, now: Timestamp) -> Timestamp {
        now.checked_add_signed(self.access)
            .and_then(|end| end.checked_add_signed(FEED_GRACE))
            .unwrap_or(Timestamp::MAX_UTC)
    }

    /// When the session reaches its first timeout, if it is not used again.
    pub fn idle_expires_at(&self, session: &Session) -> Timestamp {
        let idle = session.last_activity_at.checked_add_signed(self.idle).unwrap_or(Timestamp::MAX_UTC);
        idle.min(session.not_after)
    }

    /// A session whose last use is at this instant or before has reached the idle timeout.
    pub fn idle_since(&self, now: Timestamp) -> Timestamp {
        now.checked_sub_signed(self.idle).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The status of the session at `now`.
    pub fn status(&self, session: &Session, now: Timestamp) -> SessionStatus {
        if session.ended_at.is_some() || session.user_disabled {
            SessionStatus::Ended
        } else if now >= self.idle_expires_at(session) {
            SessionStatus::Expired
        } else {
            SessionStatus::Live
        }
    }

    /// A use at `now` is written to the row only if the stored last use is older than this: at most once a minute, more
    /// often for an `idle_timeout` below ten minutes.
    pub fn stale_before(&self, now: Timestamp) -> Timestamp {
        now.checked_sub_signed(TimeDelta::minutes(1).min(self.idle / 10)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Whether a use at `now` is to be written to the row.
    pub fn is_stale(&self, session: &Session, now: Timestamp) -> bool {
        session.last_activity_at < self.stale_before(now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::base::id::{SessionId, UserId};
    use crate::config::{LongestLifetimes, OnePerUser, SameSite, SessionCookie, Sessions, Tags, Tokens};
    use crate::session::StatusIndex;

    fn hours(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::hours(hours)
    }

    fn lifetime() -> Lifetime {
        let cookie = SessionCookie { name: "x".into(), domain: None, same_site: SameSite::Lax };
        let hour = |hours: u64| Duration::from_secs(hours * 3600);
        let sessions = Sessions {
            idle_timeout: hour(2),
            absolute_timeout: hour(10),
            one_per_user: OnePerUser::Unlimited,
            tags: Tags::default(),
            keep_ended: hour(1),
            cookie,
        };
        let second = Duration::from_secs(1);
        let tokens = Tokens {
            access_lifetime: hour(1),
            id_lifetime: hour(1),
            longest: LongestLifetimes { access: hour(1), id: hour(1) },
            code_lifetime: hour(1),
            audience: Vec::new(),
            claims: Vec::new(),
            max_bytes: 4096,
            id_max_bytes: 49152,
            refresh_retry_window: second,
            refresh_forgive_every: second,
            status_list_ttl: second,
            revocation_max_age: second,
        };
        Lifetime::new(&sessions, &tokens)
    }

    fn session() -> Session {
        Session {
            id: SessionId(Uuid::nil()),
            user: UserId(Uuid::nil()),
            user_disabled: false,
            provider: "p".into(),
            client_id: "vestibule".into(),
            scopes: String::new(),
            resource: None,
            auth_time_vouched: true,
            auth_time_assumed: false,
            aal: None,
            auth_time: hours(0),
            acr: None,
            amr: None,
            asked_acr: None,
            last_activity_at: hours(0),
            not_after: lifetime().not_after(hours(0)),
            ended_at: None,
            status_index: StatusIndex::new(1),
        }
    }

    /// SE-05: both timeouts, at their limits.
    #[test]
    fn use_extends_idleness_only() {
        let lifetime = lifetime();
        let mut session = session();
        assert_eq!(lifetime.status(&session, hours(1)), SessionStatus::Live);
        assert_eq!(lifetime.status(&session, hours(2)), SessionStatus::Expired);
        session.last_activity_at = hours(9);
        assert_eq!(lifetime.idle_expires_at(&session), hours(10));
        assert_eq!(lifetime.status(&session, hours(10)), SessionStatus::Expired);
    }

    /// AC-10: the status of ended and disabled sessions.
    #[test]
    fn an_ended_session_and_a_disabled_user_are_out_at_once() {
        let ended = Session { ended_at: Some(hours(0)), ..session() };
        let disabled = Session { user_disabled: true, ..session() };
        assert_eq!(lifetime().status(&ended, hours(0)), SessionStatus::Ended);
        assert_eq!(lifetime().status(&disabled, hours(0)), SessionStatus::Ended);
    }

    /// LG-15: a clock that is set back ends no session.
    #[test]
    fn a_clock_that_goes_back_harms_nobody() {
        let session = Session { last_activity_at: hours(5), ..session() };
        assert_eq!(lifetime().status(&session, hours(1)), SessionStatus::Live);
        assert!(!lifetime().is_stale(&session, hours(1)));
        assert!(lifetime().is_stale(&session, hours(6)));
    }
}
