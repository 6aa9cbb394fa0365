//! The authorization request of an app that a page stands in the way of.

use url::Url;

use crate::app::App;
use crate::authorize::{
    AuthorizationRequest, ClosedRequest, ErrorAnswer, Leave, OAuthError, OpenRequest, OpenRequestError, Target,
};
use crate::base::clock::Timestamp;
use crate::base::id::AuthorizationRequestId;
use crate::login::Code;

/// The request, and what can be done with it.
#[derive(Debug)]
pub struct AppGoal {
    /// The id of its row; `None` if it is not stored.
    pub id: Option<AuthorizationRequestId>,
    /// The request of the app, which was validated when it came.
    pub request: AuthorizationRequest,
    /// Whether this browser can continue it.
    pub state: RequestState,
    /// The error that takes the person back to the app.
    pub error: OAuthError,
    /// `error_description` for the app, with the reference of the login.
    pub description: String,
}

/// Whether a browser can continue a stored request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// It can: nobody has answered it, and it is bound to this browser.
    Open,
    /// It has expired. It can begin again.
    Expired,
    /// It belongs to another browser. It can begin again in this one, as a request of its own.
    OtherBrowser,
    /// The app has got its answer.
    Answered,
}

impl AppGoal {
    /// A request that is open to this browser, after a failure with that code.
    pub fn open(open: OpenRequest, code: Code, reference: Option<&str>) -> Self {
        let OpenRequest { id, request, .. } = open;
        Self::with(Some(id), request, RequestState::Open, code, reference)
    }

    /// A request that is not stored yet.
    pub fn not_stored(request: AuthorizationRequest, code: Code) -> Self {
        Self::with(None, request, RequestState::Open, code, None)
    }

    /// A request that is refused with this error response, whatever its parameters are.
    pub fn refused(answer: ErrorAnswer) -> Self {
        let ErrorAnswer { target, error, description, .. } = answer;
        let Target { client_id, redirect_uri, mode, state } = target;
        let request = AuthorizationRequest { client_id, redirect_uri, mode, state, ..AuthorizationRequest::default() };
        Self { id: None, request, state: RequestState::Open, error, description }
    }

    /// This goal with `server_error` instead of a temporary error, if only an operator can solve it: a further attempt
    /// fails too.
    pub fn needing_operator(self, needs_operator: bool) -> Self {
        let is_temporary = self.error == OAuthError::TemporarilyUnavailable;
        if needs_operator && is_temporary { Self { error: OAuthError::ServerError, ..self } } else { self }
    }

    /// A request that this browser cannot continue.
    pub fn closed(closed: ClosedRequest, state: RequestState, code: Code, reference: Option<&str>) -> Self {
        Self::with(Some(closed.id), closed.request, state, code, reference)
    }

    /// The request that a refusal of the store names; `None` if it names none.
    pub fn of_closed(error: OpenRequestError, code: Code, reference: Option<&str>) -> Option<Self> {
        let (closed, state) = match error {
            OpenRequestError::Expired(closed) => (closed, RequestState::Expired),
            OpenRequestError::Answered(closed) => (closed, RequestState::Answered),
            OpenRequestError::WrongBrowser(closed) => (closed?, RequestState::OtherBrowser),
            OpenRequestError::Unknown | OpenRequestError::Db(_) => return None,
        };
        Some(Self::closed(*closed, state, code, reference))
    }

    fn with(
        id: Option<AuthorizationRequestId>,
        request: AuthorizationRequest,
        state: RequestState,
        code: Code,
        reference: Option<&str>,
    ) -> Self {
        let description = match reference {
            Some(reference) => format!("{} (reference {reference})", code.as_str()),
            None => code.as_str().to_owned(),
        };
        Self { id, request, state, error: error_for_app(code), description }
    }

    /// The name of the app.
    pub fn name<'a>(&'a self, app: &'a App) -> &'a str {
        app.clients.name(&self.request.client_id)
    }

    /// The sealed error response for the form that returns to the app. `None` if the request is another browser's,
    /// or answered.
    pub fn leave(&self, app: &App, now: Timestamp) -> Option<String> {
        let is_own = matches!(self.state, RequestState::Open | RequestState::Expired);
        let answer = ErrorAnswer::to(&self.request, self.error, self.description.clone());
        is_own.then(|| Leave::seal(app, self.id, answer, now))?
    }

    /// The URL that begins the request again, as a row of its own. `None` for a pushed request: its parameters are for
    /// the browser that brought it.
    pub fn again(&self, prefix: &str) -> Option<String> {
        let id = self.id.filter(|_| !self.request.pushed)?;
        Some(format!("{prefix}/oauth2/authorize/again?authorization_request={id}"))
    }

    /// The URL of the app: the origin of its redirect URI. `None` for a program on the person's machine.
    pub fn home(&self) -> Option<String> {
        let url = Url::parse(&self.request.redirect_uri).ok().filter(|_| !self.request.installed)?;
        matches!(url.scheme(), "http" | "https").then(|| format!("{}/", url.origin().ascii_serialization()))
    }
}

/// The `error` for the app after a failed login (RFC 6749 §4.1.2.1).
fn error_for_app(code: Code) -> OAuthError {
    match code {
        Code::ProviderDenied | Code::NotAllowed | Code::UserDisabled | Code::StateExpired => OAuthError::AccessDenied,
        Code::ProviderTimeout | Code::ProviderUnavailable | Code::Overloaded => OAuthError::TemporarilyUnavailable,
        _ => OAuthError::ServerError,
    }
}
