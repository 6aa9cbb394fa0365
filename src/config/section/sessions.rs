//! `[sessions]`: how long sessions last.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::session_cookie::{self, SessionCookie};
use super::tokens::Tokens;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::duration::{self, DurationText};
use crate::config::value::given::GivenText;
use crate::config::value::public_url::PublicUrl;

/// How long sessions last.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// a session ends this long after its last use; at least `tokens.access_lifetime`
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "3650d"))]
    pub idle_timeout: Duration,
    /// a session ends this long after the login, used or not
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "3650d"))]
    pub absolute_timeout: Duration,
    /// true: a new login ends the user's other sessions; `"tag"`: those with the same tag, and a session without one is not limited
    #[schemars(with = "Value", extend("enum" = [false, true, "tag"]))]
    pub one_per_user: OnePerUser,
    pub tags: Tags,
    /// how long the rows of ended sessions are kept, for support
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1h", "x-to" = "3650d"))]
    pub keep_ended: Duration,
    pub cookie: SessionCookie,
}

/// The label of a session, by the flow that made it; empty: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tags {
    /// label of sessions of the browser flow
    #[serde(with = "GivenText")]
    browser: Option<String>,
    /// label of sessions of the SPA flow
    #[serde(with = "GivenText")]
    spa: Option<String>,
}

impl Tags {
    /// The label of a session of the SPA flow, or of the browser flow.
    pub fn of(&self, is_spa: bool) -> Option<&str> {
        if is_spa { self.spa.as_deref() } else { self.browser.as_deref() }
    }
}

/// The other sessions of the user that a new login ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub enum OnePerUser {
    /// A login ends no other session.
    Unlimited,
    /// A login ends all other sessions of the user.
    All,
    /// Those with the tag of the new one.
    Tag,
}

/// The longest label, in bytes.
const MAX_TAG: usize = 64;

impl From<Value> for OnePerUser {
    fn from(value: Value) -> Self {
        match value {
            Value::Bool(true) => Self::All,
            Value::String(_) => Self::Tag,
            _ => Self::Unlimited,
        }
    }
}

fn check_tag(key: &str, tag: Option<&str>, validator: &mut Validator<'_>) {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if let Some(tag) = tag.filter(|tag| tag.len() > MAX_TAG || !tag.bytes().all(is_good)) {
        validator.reject(key, format!("{} is not a tag", quoted(tag)), "write up to 64 of A-Z, a-z, 0-9, -, _ and .");
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
    mut sessions: Sessions,
    public_url: Option<&PublicUrl>,
    validator: &mut Validator<'_>,
) -> Option<Sessions> {
    let of_each = ["sessions.idle_timeout", "sessions.absolute_timeout"];
    if sessions.idle_timeout > sessions.absolute_timeout && !of_each.iter().any(|key| validator.is_wrong(key)) {
        let [idle, absolute] = of_each;
        let what = format!(
            "idle_timeout \"{}\" is longer than absolute_timeout \"{}\"",
            duration::text(sessions.idle_timeout),
            duration::text(sessions.absolute_timeout)
        );
        let key = if validator.is_given(idle) { idle } else { absolute };
        validator.reject(key, what, "write an idle_timeout that is at most the absolute_timeout");
    }
    check_tag("sessions.tags.browser", sessions.tags.browser.as_deref(), validator);
    check_tag("sessions.tags.spa", sessions.tags.spa.as_deref(), validator);
    if sessions.one_per_user == OnePerUser::Tag && sessions.tags == Tags::default() {
        let remedy = "write tags in [sessions.tags], or true for one session of each user";
        validator.reject("sessions.one_per_user", "is \"tag\", but sessions.tags has none", remedy);
    }
    sessions.cookie = session_cookie::validate(sessions.cookie, public_url, validator)?;
    Some(sessions)
}
