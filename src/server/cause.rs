//! Why the gateway closes a connection.
//!
//! A client can cause each of these at any rate. So each is counted (`vestibule_connections_closed_total`) and logged at the
//! level debug. actix-http would write an error for each request that it cannot parse; `telemetry` turns that off.

use std::io;

use actix_http::error::{DispatchError, ParseError};

use crate::base::measure;

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Cause {
    #[error("the method is invalid")]
    Method,
    #[error("the request target is invalid")]
    Target,
    #[error("the version is not HTTP/1")]
    Version,
    #[error("a line of the head is invalid")]
    Header,
    #[error("the head is too large")]
    HeadTooLarge,
    #[error("the head leaves open where the body ends")]
    Length,
    #[error("the chunked body is invalid")]
    Chunk,
    #[error("no request came")]
    Idle,
    #[error("the head did not come in time")]
    SlowHead,
    #[error("the body came too slowly")]
    SlowBody,
    #[error("the rest of the body, which nothing reads, did not come in time")]
    UnreadBody,
    #[error("the client read the answer too slowly")]
    SlowReader,
    #[error("the work on a request took too long")]
    SlowWork,
    #[error("it was closed for a new connection")]
    Evicted,
    #[error("there are too many connections")]
    TooMany,
    #[error("there are too many connections from its network")]
    TooManyOfNetwork,
}

impl Cause {
    /// The value of the label `cause`.
    fn label(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Target => "target",
            Self::Version => "version",
            Self::Header => "header",
            Self::HeadTooLarge => "head_too_large",
            Self::Length => "length",
            Self::Chunk => "chunk",
            Self::Idle => "idle",
            Self::SlowHead => "slow_head",
            Self::SlowBody => "slow_body",
            Self::UnreadBody => "unread_body",
            Self::SlowReader => "slow_reader",
            Self::SlowWork => "slow_work",
            Self::Evicted => "evicted",
            Self::TooMany => "too_many",
            Self::TooManyOfNetwork => "too_many_of_network",
        }
    }

    fn of(error: &DispatchError) -> Option<Self> {
        match error {
            DispatchError::Io(error) => error.get_ref()?.downcast_ref().copied(),
            DispatchError::Parse(ParseError::Method) => Some(Self::Method),
            DispatchError::Parse(ParseError::Uri(_)) => Some(Self::Target),
            DispatchError::Parse(ParseError::Version) => Some(Self::Version),
            DispatchError::Parse(ParseError::TooLarge) => Some(Self::HeadTooLarge),
            DispatchError::Parse(_) => Some(Self::Header),
            _ => None,
        }
    }
}

impl From<Cause> for io::Error {
    /// Of a kind that the dispatcher hands on as it is.
    fn from(cause: Cause) -> Self {
        Self::new(io::ErrorKind::ConnectionAborted, cause)
    }
}

/// Counts and logs the end of a connection that did not end well.
pub(super) fn report(error: &DispatchError) {
    if let Some(cause) = Cause::of(error) {
        measure::connection_closed(cause.label());
        tracing::debug!(cause = cause.label(), "a connection is closed: {cause}");
        return;
    }
    match error {
        DispatchError::Service(_) | DispatchError::Body(_) | DispatchError::Upgrade | DispatchError::InternalError => {
            tracing::error!(%error, "a connection ended by a fault of the gateway");
        }
        _ => tracing::debug!(%error, "a connection ended without its close"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_found_in_the_error_of_the_dispatcher() {
        let parse = DispatchError::Parse;
        let cases = [
            (parse(ParseError::Method), Some(Cause::Method)),
            (parse(ParseError::Version), Some(Cause::Version)),
            (parse(ParseError::Header), Some(Cause::Header)),
            (parse(ParseError::Incomplete), Some(Cause::Header)),
            (parse(ParseError::TooLarge), Some(Cause::HeadTooLarge)),
            (DispatchError::Io(Cause::Evicted.into()), Some(Cause::Evicted)),
            (DispatchError::Io(io::ErrorKind::ConnectionReset.into()), None),
            (DispatchError::InternalError, None),
        ];
        for (error, cause) in cases {
            assert_eq!(Cause::of(&error), cause, "{error:?}");
        }
    }
}
