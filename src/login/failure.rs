//! Why a claimed login fails.

use super::authorization_session::Status;
use super::refusal::{Code, LoginRefusal};
use crate::account::Profile;
use crate::app::App;
use crate::base::db::DbError;
use crate::upstream::{self, Failure, Fault};

/// The failure of a claimed login.
pub enum LoginError {
    /// The status is still to be stored.
    Failed(LoginFailure),
    /// The status has been stored, or there is none to store.
    Refusal(LoginRefusal),
}

/// The outcome of a failed login.
pub struct LoginFailure {
    /// The status for the row.
    pub status: Status,
    /// The code for the caller.
    pub code: Code,
    /// The text for operators.
    pub reason: String,
    /// The account at the provider that was refused.
    pub account: Option<String>,
    /// Whether only an operator can change it.
    pub needs_operator: bool,
    /// The error code of the provider if such failures are counted: it rejected the request, or answered
    /// `temporarily_unavailable`. They are logged as `RequestRejected`, and as `RequestsRejected` once for each
    /// provider, code and minute, and not as `LoginFailed`: anybody can cause them by changing the request in the
    /// browser.
    pub counted_error: Option<&'static str>,
}

impl LoginFailure {
    /// Refused by a rule, a disabled user or a conflict.
    pub fn denied(code: Code, reason: impl Into<String>) -> Self {
        Self {
            status: Status::Denied,
            code,
            reason: reason.into(),
            account: None,
            needs_operator: false,
            counted_error: None,
        }
    }

    /// This failure with the account at the provider that was refused, so that the page can name it.
    pub fn of_account(self, profile: &Profile) -> Self {
        Self { account: account_name(profile), ..self }
    }

    /// The stored identities of the provider are of another issuer than the configured one.
    pub fn other_issuer(app: &App, provider: &str, stored: &str) -> Self {
        let reason = upstream::issuer_changed(provider, app.providers.issuer_of(provider), stored);
        Self { needs_operator: true, ..Failure::token(Fault::Unavailable, reason).into() }
    }
}

/// The label of an account on a page: its e-mail address or its name.
pub fn account_name(profile: &Profile) -> Option<String> {
    let names = [&profile.email, &profile.preferred_username, &profile.name];
    names.into_iter().find_map(Clone::clone)
}

impl From<Failure> for LoginFailure {
    fn from(failure: Failure) -> Self {
        let status = Status::of_failure(failure.stage);
        let needs_operator = failure.needs_operator;
        Self {
            status,
            code: Code::of_failure(&failure),
            reason: failure.reason,
            account: None,
            needs_operator,
            counted_error: None,
        }
    }
}

impl From<LoginFailure> for LoginError {
    fn from(failure: LoginFailure) -> Self {
        Self::Failed(failure)
    }
}

impl From<DbError> for LoginError {
    fn from(error: DbError) -> Self {
        Self::Refusal(error.into())
    }
}
