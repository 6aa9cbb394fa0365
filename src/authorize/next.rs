//! The next step of an authorization request, and what it needs: the inputs of the decision, the code, the error response.

use chrono::TimeDelta;

use super::answer::{self, ErrorAnswer, OAuthError};
use super::decision::DecisionInput;
use super::request::AuthorizationRequest;
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::AuthorizationRequestId;
use crate::base::secret::Plain;
use crate::grant::{AppAnswer, LoginFor, NewCode, PreparedAnswer};
use crate::session::{Session, SignedIn};
use crate::token::not_allowed;

/// The URL to which the browser is redirected.
pub enum Next {
    /// To the app, with the authorization response.
    App(Box<AppAnswer>),
    /// To the app, with an error response that the person has not asked for.
    Error(Box<ErrorAnswer>),
    /// To the consent page.
    Consent(AuthorizationRequestId),
    /// To a login, at this provider or at one that the person chooses.
    SignIn(AuthorizationRequestId, Option<String>),
    /// To the page that says that the app may not be used with this account.
    Denied(AuthorizationRequestId),
}

/// The first step of a request.
pub enum FirstStep {
    /// The next step, as for a stored request.
    Next(Next),
    /// A login at the only provider that is left.
    Login(Box<LoginStep>),
}

/// A login at the only provider that is left.
pub struct LoginStep {
    /// The id of the provider.
    pub provider: String,
    /// The validated authorization request of the app.
    pub request: AuthorizationRequest,
    /// Its row, stored or to be stored with the login.
    pub row: LoginFor,
}

/// The inputs of the decision.
pub(super) fn decision_input<'a>(
    app: &App,
    request: &AuthorizationRequest,
    signed_in: Option<&'a SignedIn>,
    for_this: bool,
    now: Timestamp,
) -> DecisionInput<'a> {
    let client = app.clients.get(&request.client_id);
    let may = |signed_in: &&SignedIn| {
        client.as_ref().is_some_and(|client| client.takes_provider(&signed_in.session.provider))
    };
    let session = signed_in.filter(may).map(|signed_in| &signed_in.session);
    let may_step_up = may_step_up(app, request, session);
    let refused = signed_in.filter(may).is_some_and(|signed_in| is_refused(app, &request.client_id, signed_in));
    DecisionInput { session, for_this, consented: false, may_step_up, refused, asked_at: now, now }
}

/// Whether a condition of `clients.<id>.allow` refuses the person. The log says which.
fn is_refused(app: &App, client: &str, signed_in: &SignedIn) -> bool {
    let refused = not_allowed(app, client, signed_in);
    if let Some(why) = &refused {
        let session = &signed_in.session;
        tracing::info!(client, session = %session.id, provider = session.provider, why, "not allowed at an app");
    }
    refused.is_some()
}

/// Whether the provider of the session may give one of the requested `acr_values`.
fn may_step_up(app: &App, request: &AuthorizationRequest, session: Option<&Session>) -> bool {
    let (Some(wanted), Some(session)) = (&request.acr_values, session) else { return false };
    app.providers.get(&session.provider).is_some_and(|provider| provider.may_give_acr(wanted))
}

/// Issues the code and marks the request as answered; `None` if the session ended or the request was answered before.
pub(super) async fn issue_code(
    app: &App,
    id: Option<AuthorizationRequestId>,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<Option<AppAnswer>, DbError> {
    let PreparedAnswer { code, answer } = prepare_answer(app, id, request, now);
    let session = signed_in.session.id;
    let issued = app.db.run("issue code", move |conn| store::issue_code(conn, session, &code, now)).await?;
    Ok(issued.then_some(answer))
}

/// The answer with a new code, which is not stored yet.
pub(super) fn prepare_answer(
    app: &App,
    id: Option<AuthorizationRequestId>,
    request: &AuthorizationRequest,
    now: Timestamp,
) -> PreparedAnswer {
    let code = Plain::random();
    let lifetime = TimeDelta::from_std(app.config.tokens.code_lifetime).unwrap_or(TimeDelta::seconds(60));
    let answer = answer::with_code(request, code.expose(), app.config.server.public_url.issuer());
    let code = NewCode {
        hash: code.hashed(),
        request_id: id,
        hinted_user: request.hinted_user,
        client_id: request.client_id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        scope: request.scope.clone(),
        resource: request.resource.clone(),
        expires_at: now + lifetime,
    };
    PreparedAnswer { code, answer }
}

/// The only provider that the request, the client and the configuration leave; `None` if the person chooses.
pub(super) fn only_provider(app: &App, request: &AuthorizationRequest) -> Option<String> {
    request.provider.clone().or_else(|| {
        let client = app.clients.get(&request.client_id)?;
        let mut usable = app.providers.iter().filter(|provider| client.takes_provider(provider.id()));
        let only = usable.next().filter(|_| usable.next().is_none())?;
        Some(only.id().to_owned())
    })
}

pub(super) fn refusal(request: &AuthorizationRequest, error: OAuthError, why: &str) -> Next {
    Next::Error(Box::new(ErrorAnswer::to(request, error, why)))
}
