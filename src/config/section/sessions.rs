//! `[sessions]`: how long sessions last.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::session_cookie::{self, RawSessionCookie, SessionCookie};
use super::tokens::Tokens;
use crate::config::layer::validator::Validator;
use crate::config::value::duration::DURATION;
use crate::config::value::public_url::PublicUrl;

/// How long sessions last.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSessions {
    /// a session ends this long after its last use; at least `tokens.access_lifetime`
    #[schemars(regex(pattern = DURATION))]
    idle_timeout: String,
    /// a session ends this long after the login, used or not
    #[schemars(regex(pattern = DURATION))]
    absolute_timeout: String,
    /// a new login ends the user's other sessions
    one_per_user: bool,
    /// how long the rows of ended sessions are kept, for support
    #[schemars(regex(pattern = DURATION))]
    keep_ended: String,
    cookie: RawSessionCookie,
}

/// The validated settings of sessions.
pub struct Sessions {
    /// A session ends this long after its last use.
    pub idle_timeout: Duration,
    /// A session ends this long after the login, used or not.
    pub absolute_timeout: Duration,
    /// Whether a new login ends the user's other sessions.
    pub one_per_user: bool,
    /// How long the row of an ended session is kept.
    pub keep_ended: Duration,
    /// Name and attributes of the session cookie.
    pub cookie: SessionCookie,
}

/// An access token ends with the idle timeout of its session. A shorter idle timeout would cut each token, and a client that
/// refreshes when its token expires would find its session ended.
pub(crate) fn validate_idle_timeout(
    sessions: Option<&Sessions>,
    tokens: Option<&Tokens>,
    validator: &mut Validator<'_>,
) {
    let (Some(sessions), Some(tokens)) = (sessions, tokens) else { return };
    if sessions.idle_timeout < tokens.access_lifetime {
        let is_given = validator.is_given("sessions.idle_timeout");
        let key = if is_given { "sessions.idle_timeout" } else { "tokens.access_lifetime" };
        let remedy = "write an idle_timeout that is at least tokens.access_lifetime";
        validator.reject(key, "idle_timeout is shorter than tokens.access_lifetime", remedy);
    }
}

pub(crate) fn validate(
    raw: RawSessions,
    public_url: Option<&PublicUrl>,
    validator: &mut Validator<'_>,
) -> Option<Sessions> {
    let idle_timeout = validator.duration("sessions.idle_timeout", &raw.idle_timeout, "1s", "3650d");
    let absolute_timeout = validator.duration("sessions.absolute_timeout", &raw.absolute_timeout, "1s", "3650d");
    if let (Some(idle), Some(absolute)) = (idle_timeout, absolute_timeout)
        && idle > absolute
    {
        let key = if validator.is_given("sessions.idle_timeout") {
            "sessions.idle_timeout"
        } else {
            "sessions.absolute_timeout"
        };
        let what = format!(
            "idle_timeout \"{}\" is longer than absolute_timeout \"{}\"",
            raw.idle_timeout, raw.absolute_timeout
        );
        validator.reject(key, what, "write an idle_timeout that is at most the absolute_timeout");
    }
    let cookie = session_cookie::validate(raw.cookie, public_url, validator);
    let keep_ended = validator.duration("sessions.keep_ended", &raw.keep_ended, "1h", "3650d");
    Some(Sessions {
        idle_timeout: idle_timeout?,
        absolute_timeout: absolute_timeout?,
        one_per_user: raw.one_per_user,
        keep_ended: keep_ended?,
        cookie: cookie?,
    })
}
