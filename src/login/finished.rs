//! The results of a completed login.

use crate::base::id::AuthorizationRequestId;
use crate::base::secret::Plain;
use crate::session::SignedIn;
use crate::upstream::ProviderTokens;

/// A login that gave a session.
pub struct Completed {
    /// The new session and its user.
    pub signed_in: SignedIn,
    /// The address to redirect the browser to.
    pub return_to: Option<String>,
    /// The authorization request that it was for.
    pub request: Option<AuthorizationRequestId>,
    /// The address of the app with the code, where the authorization request was answered with the login.
    pub answer: Option<Plain>,
    /// The tokens of the provider.
    pub tokens: ProviderTokens,
}

/// A linked identity.
pub struct Linked {
    /// The address to redirect the browser to.
    pub return_to: Option<String>,
}

/// The result of a completed login.
pub enum Finished {
    /// A new session.
    SignedIn(Box<Completed>),
    /// An identity was linked to the user of the existing session.
    Linked(Linked),
}
