//! `[sessions]`: how long sessions last.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::session_cookie::{self, RawSessionCookie, SessionCookie};
use super::tokens::Tokens;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::duration::{self, DurationText};
use crate::config::value::public_url::PublicUrl;

/// How long sessions last.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSessions {
    /// a session ends this long after its last use; at least `tokens.access_lifetime`
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "3650d"))]
    idle_timeout: Duration,
    /// a session ends this long after the login, used or not
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "3650d"))]
    absolute_timeout: Duration,
    /// true: a new login ends the user's other sessions; `"tag"`: those with the same tag, and a session without one is not limited
    #[schemars(extend("enum" = [false, true, "tag"]))]
    one_per_user: Value,
    tags: RawTags,
    /// how long the rows of ended sessions are kept, for support
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1h", "x-to" = "3650d"))]
    keep_ended: Duration,
    cookie: RawSessionCookie,
}

/// The validated settings of sessions.
pub struct Sessions {
    /// A session ends this long after its last use.
    pub idle_timeout: Duration,
    /// A session ends this long after the login, used or not.
    pub absolute_timeout: Duration,
    /// Which of the user's other sessions a new login ends.
    pub one_per_user: OnePerUser,
    /// The labels of sessions.
    pub tags: Tags,
    /// How long the row of an ended session is kept.
    pub keep_ended: Duration,
    /// Name and attributes of the session cookie.
    pub cookie: SessionCookie,
}

/// The label of a session, by the flow that made it; empty: none.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTags {
    /// label of sessions of the browser flow
    browser: String,
    /// label of sessions of the SPA flow
    spa: String,
}

/// The labels of sessions, by flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    browser: Option<String>,
    spa: Option<String>,
}

impl Tags {
    /// The label of a session of the SPA flow, or of the browser flow.
    pub fn of(&self, is_spa: bool) -> Option<&str> {
        if is_spa { self.spa.as_deref() } else { self.browser.as_deref() }
    }
}

/// Which of the user's other sessions a new login ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnePerUser {
    /// None.
    Unlimited,
    /// All.
    All,
    /// Those with the tag of the new one.
    Tag,
}

/// The longest label, in bytes.
const MAX_TAG: usize = 64;

fn tag(key: &str, text: String, validator: &mut Validator<'_>) -> Option<String> {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text.len() > MAX_TAG || !text.bytes().all(is_good) {
        validator.reject(key, format!("{} is not a tag", quoted(&text)), "write up to 64 of A-Z, a-z, 0-9, -, _ and .");
    }
    Some(text).filter(|text| !text.is_empty())
}

fn one_per_user(raw: &Value, tags: &Tags, validator: &mut Validator<'_>) -> OnePerUser {
    match raw {
        Value::Bool(true) => OnePerUser::All,
        Value::String(_) => {
            if *tags == Tags::default() {
                let remedy = "write tags in [sessions.tags], or true for one session of each user";
                validator.reject("sessions.one_per_user", "is \"tag\", but sessions.tags has none", remedy);
            }
            OnePerUser::Tag
        }
        _ => OnePerUser::Unlimited,
    }
}

/// An access token ends with the idle timeout of its session. A shorter idle timeout would cut each token, and a client that
/// refreshes when its token expires would find its session ended.
pub(crate) fn validate_idle_timeout(sessions: Option<&Sessions>, tokens: &Tokens, validator: &mut Validator<'_>) {
    let Some(sessions) = sessions else { return };
    let is_wrong = ["sessions.idle_timeout", "tokens.access_lifetime"].iter().any(|key| validator.is_wrong(key));
    if sessions.idle_timeout < tokens.access_lifetime && !is_wrong {
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
    let of_each = ["sessions.idle_timeout", "sessions.absolute_timeout"];
    if raw.idle_timeout > raw.absolute_timeout && !of_each.iter().any(|key| validator.is_wrong(key)) {
        let [idle, absolute] = of_each;
        let what = format!(
            "idle_timeout \"{}\" is longer than absolute_timeout \"{}\"",
            duration::text(raw.idle_timeout),
            duration::text(raw.absolute_timeout)
        );
        let key = if validator.is_given(idle) { idle } else { absolute };
        validator.reject(key, what, "write an idle_timeout that is at most the absolute_timeout");
    }
    let tags = Tags {
        browser: tag("sessions.tags.browser", raw.tags.browser, validator),
        spa: tag("sessions.tags.spa", raw.tags.spa, validator),
    };
    let one_per_user = one_per_user(&raw.one_per_user, &tags, validator);
    let cookie = session_cookie::validate(raw.cookie, public_url, validator);
    Some(Sessions {
        idle_timeout: raw.idle_timeout,
        absolute_timeout: raw.absolute_timeout,
        one_per_user,
        tags,
        keep_ended: raw.keep_ended,
        cookie: cookie?,
    })
}
