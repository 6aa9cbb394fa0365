//! The report of a pass of the cleanup.

use serde::Serialize;

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
    /// Deleted authorization requests, codes, client assertions, and clients by URL that no person has agreed to for a year.
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

impl Cleaned {
    /// Logs how many rows of each kind were removed.
    pub fn log(&self) {
        tracing::info!(
            ended_sessions = self.ended_sessions,
            identities = self.identities,
            sessions = self.sessions,
            logins = self.logins,
            authorizations = self.authorizations,
            revocations = self.revocations,
            notices_given_up = self.notices_given_up,
            notices = self.notices,
            audit_events = self.audit_events,
            "cleaned up"
        );
    }
}
