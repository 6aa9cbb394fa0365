//! Who sends a request, as the guard found before the handler runs.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use super::problem::Problem;
use crate::session::SignedIn;

/// The credentials that a request was judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// The session cookie, which browsers send by themselves.
    Cookie,
    /// An access token with these scopes.
    Token {
        /// Separated by spaces.
        scope: String,
    },
}

/// The live session that a request acts for. A handler that takes one runs only after the guard has admitted the request.
#[derive(Debug)]
pub struct Caller {
    /// The session and its user.
    pub signed_in: SignedIn,
    /// By which credentials.
    pub means: Means,
}

impl Caller {
    /// Whether the session cookie authenticated the request, so that it is the browser's own session.
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

/// Whether a browser sent the request from the issuer's origin or from one of `login.allowed_origins`.
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

/// The row of the handler promises less than the handler takes.
fn defect(request: &HttpRequest) -> Error {
    tracing::error!(route = request.match_pattern(), "the table of routes gives this handler no caller");
    InternalError::from_response("no caller", Problem::internal().for_program(request)).into()
}
