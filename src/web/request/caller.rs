//! The authenticated session of a request. The guard inserts it; handlers extract it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use crate::session::SignedIn;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// The kind of credentials that authenticated a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// The session cookie. Browsers attach it automatically, also to requests that other sites cause.
    Cookie,
    /// An access token with these scopes.
    Token {
        /// The scopes, separated by spaces (RFC 6749 §3.3).
        scope: String,
    },
}

/// The live session of a request. Only the guard inserts it, so a handler with this parameter runs only after its
/// checks.
#[derive(Debug)]
pub struct Caller {
    /// The session and its user.
    pub signed_in: SignedIn,
    /// The kind of the credentials.
    pub means: Means,
}

impl Caller {
    /// Whether the session cookie authenticated the request. Then the answer may remove or replace that cookie.
    pub fn is_by_cookie(&self) -> bool {
        self.means == Means::Cookie
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions_mut().remove::<Self>();
        ready(caller.ok_or_else(|| defect(request)))
    }
}

/// Whether the request comes from the origin of the issuer or one of `login.allowed_origins` (`cors::may_change`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FromListedOrigin(pub bool);

impl FromRequest for FromListedOrigin {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().copied();
        ready(known.ok_or_else(|| defect(request)))
    }
}

/// The error for a handler whose row in `ROUTES` does not provide what the handler extracts. A defect of the table.
fn defect(request: &HttpRequest) -> Error {
    tracing::error!(route = request.match_pattern(), "the table of routes gives this handler no caller");
    InternalError::from_response("no caller", Problem::from(Refusal::Internal).for_program(request)).into()
}
