//! Texts that several commands print: users, counts, and times.

use serde::Serialize;

use crate::account::Record;
use crate::base::clock::Timestamp;

/// A user: the sub, with the e-mail address or the name if one is known.
pub fn user_label(user: &Record) -> String {
    let named = user.profile.email.as_ref().or(user.profile.name.as_ref());
    named.map_or_else(|| user.sub.to_string(), |name| format!("{} ({name})", user.sub))
}

/// The number of sessions that ended, as a phrase.
pub fn ended_sessions(sessions: usize) -> String {
    match sessions {
        0 => "it had no active session".to_owned(),
        1 => "1 session ended".to_owned(),
        many => format!("{many} sessions ended"),
    }
}

/// A time in UTC (RFC 3339), to the second.
pub fn timestamp(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A value as indented JSON, with a line feed at the end.
pub fn as_json<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|error| error.to_string())
}
