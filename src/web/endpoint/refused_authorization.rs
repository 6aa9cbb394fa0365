//! Refusals of authorization requests: the texts for the developer of the app, and the line in the log.

use actix_web::HttpRequest;

use crate::authorize::{AuthorizeError, ErrorAnswer};
use crate::web::answer::app_refusal::{self, AppRefusal, AppRequest};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::extract::Parameters;

pub(super) const REQUEST_URI: AppRefusal = AppRefusal::new(
    Refusal::RequestUriRefused,
    "request_uri",
    "request_uri is unknown, was used, has expired, or belongs to another client or browser",
);
pub(super) const PUSHED_REQUEST_URI: AppRefusal = AppRefusal::new(
    Refusal::InvalidRequest,
    "request_uri",
    "A pushed request has no request_uri (RFC 9126 section 2.1)",
);
const UNKNOWN_CLIENT: AppRefusal =
    AppRefusal::new(Refusal::UnknownClient, "client_id", "client_id is missing, repeated or of no client");
const REDIRECT_URI: AppRefusal = AppRefusal::new(
    Refusal::RedirectUriRefused,
    "redirect_uri",
    "redirect_uri is missing, repeated or not registered for the client (clients.<id>.redirect_uris)",
);
const STATE: AppRefusal =
    AppRefusal::new(Refusal::InvalidRequest, "state", "state is repeated or longer than 4096 bytes");

/// The parameters that the app has sent, for the log.
pub(super) fn app_request(parameters: &Parameters) -> AppRequest<'_> {
    AppRequest { client_id: parameters.get("client_id"), redirect_uri: parameters.get("redirect_uri") }
}

/// Records an error response, whose description the developer of the app sees as well.
pub(super) fn record_answer(request: &HttpRequest, parameters: &Parameters, answer: &ErrorAnswer) {
    app_refusal::record_told(
        request,
        app_request(parameters),
        answer.parameter,
        answer.error.as_str(),
        &answer.description,
    );
}

impl From<AuthorizeError> for Problem {
    fn from(refused: AuthorizeError) -> Self {
        match refused {
            AuthorizeError::UnknownClient => UNKNOWN_CLIENT.into(),
            AuthorizeError::RedirectUri => REDIRECT_URI.into(),
            AuthorizeError::State => STATE.into(),
            AuthorizeError::Told(_) => Refusal::InvalidRequest.into(),
        }
    }
}
