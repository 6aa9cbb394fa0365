//! The results of a completed login.

use super::stale::StaleLogin;
use crate::base::id::AuthorizationRequestId;
use crate::grant::AppAnswer;
use crate::session::SignedIn;
use crate::upstream::ProviderTokens;

/// A completed login that created a session.
pub struct Completed {
    /// The new session and its user.
    pub signed_in: SignedIn,
    /// The URL to which the browser is redirected.
    pub return_to: Option<String>,
    /// The id of the app's authorization request that started the login, if one did.
    pub request: Option<AuthorizationRequestId>,
    /// The authorization response for the app, if the login also completed its authorization request.
    pub answer: Option<AppAnswer>,
    /// The tokens of the provider.
    pub tokens: ProviderTokens,
}

/// The result of linking an identity to the user of an existing session.
pub struct Linked {
    /// The URL to which the browser is redirected.
    pub return_to: Option<String>,
}

/// The result of a completed login.
pub enum Finished {
    /// The login created a session for its user.
    SignedIn(Box<Completed>),
    /// An identity was linked to the user of the existing session.
    Linked(Linked),
    /// The provider could not complete the login, and another attempt may succeed at once. The caller ends the login.
    Stale(Box<StaleLogin>),
}
