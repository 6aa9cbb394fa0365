//! The values of other sections that the rules for clients need.

use std::time::Duration;

use crate::config::value::algorithm::Algorithm;

/// The values of other sections that the rules for clients need.
pub(crate) struct ClientContext<'a> {
    /// `signing.algorithms`, unless it is invalid.
    pub(crate) algorithms: Option<&'a [Algorithm]>,
    /// The ids of all providers.
    pub(crate) providers: &'a [String],
    /// The ids of the providers with `store_tokens`.
    pub(crate) storing: &'a [String],
    /// The issuer, unless it is invalid.
    pub(crate) issuer: Option<&'a str>,
    /// The ids of all protected resources.
    pub(crate) resources: &'a [String],
    /// `tokens.audience`: the default audience.
    pub(crate) audience: &'a [String],
    /// `sessions.idle_timeout`, unless it is invalid.
    pub(crate) idle_timeout: Option<Duration>,
}
