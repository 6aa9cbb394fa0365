//! Continues a stored authorization request: after a login, and after the person answered the consent page.

use super::answer::{ErrorAnswer, OAuthError};
use super::decision::{Decision, DecisionInput, decide};
use super::next::{Next, decision_input, issue_code, only_provider, prepare_answer, refusal};
use super::open::{ClosedRequest, OpenRequest, OpenRequestError, check};
use super::remembered::{self, decide_remembering};
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::AuthorizationRequestId;
use crate::base::secret::Hashed;
use crate::grant::{AppAnswer, PreparedAnswer, StoredRequest};
use crate::session::{Session, ShownTo, SignedIn};

impl OpenRequest {
    /// The sealed value in the form of the consent page, so that the answer counts for this session only.
    pub fn shown_to(&self, app: &App, signed_in: &SignedIn) -> Option<String> {
        ShownTo::new(&signed_in.session).seal(&app.config.ring, &question(self.id))
    }
}

/// The purpose under which the value in the form of a consent page is sealed.
fn question(request: AuthorizationRequestId) -> String {
    format!("consent:{request}")
}

/// Continues a request. `just_now`: whether the person has just signed in for it.
pub async fn resume(
    app: &App,
    open: &OpenRequest,
    signed_in: Option<&SignedIn>,
    just_now: bool,
    now: Timestamp,
) -> Result<Next, OpenRequestError> {
    proceed(app, open, signed_in, just_now, false, now).await
}

/// The successful answer to the stored request that a login was for, to be written with the login. `None` if the
/// request needs another step than a code; then it is resumed after the login.
pub fn answer_with_login(
    app: &App,
    stored: StoredRequest,
    binding: Option<Hashed>,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Option<PreparedAnswer> {
    let open = check(app, stored, binding?, now).ok()?;
    // The user is known only when the login is written; the statement compares it with the user that the request names.
    let user = open.request.hinted_user.unwrap_or(signed_in.session.user);
    let session = Session { user, ..signed_in.session.clone() };
    let expected = SignedIn { session, user: signed_in.user.clone(), claims: signed_in.claims.clone() };
    let input = decision_input(app, &open.request, Some(&expected), true, now);
    let decision = decide(&open.request, &DecisionInput { asked_at: open.asked_at, ..input });
    (decision == Decision::Code).then(|| prepare_answer(app, Some(open.id), &open.request, now))
}

/// Continues a request after consent on the page that carried `shown_to`. Where another person is signed in now, the
/// consent does not count and the page is shown again.
pub async fn consent(
    app: &App,
    open: &OpenRequest,
    signed_in: Option<&SignedIn>,
    shown_to: &str,
    now: Timestamp,
) -> Result<Next, OpenRequestError> {
    let shown_to = ShownTo::open(&app.config.ring, &question(open.id), shown_to);
    let agrees = signed_in.filter(|here| shown_to == Some(ShownTo::new(&here.session)));
    if let Some(here) = agrees {
        remembered::remember(app, &open.request, here.session.user, now).await?;
    }
    proceed(app, open, signed_in, false, agrees.is_some(), now).await
}

/// Answers the app with `access_denied` after a person declined on the page that carried `shown_to`. Where another person
/// is signed in now, the answer does not count; a person who has signed out meanwhile can still decline.
pub async fn decline(
    app: &App,
    open: &OpenRequest,
    signed_in: Option<&SignedIn>,
    shown_to: &str,
    now: Timestamp,
) -> Result<Next, OpenRequestError> {
    let shown_to = ShownTo::open(&app.config.ring, &question(open.id), shown_to);
    let declined =
        shown_to.is_some_and(|shown_to| signed_in.is_none_or(|here| shown_to == ShownTo::new(&here.session)));
    if !declined {
        return proceed(app, open, signed_in, false, false, now).await;
    }
    let answer = give_up(app, open, OAuthError::AccessDenied, "the person said no".to_owned(), now).await?;
    Ok(Next::App(Box::new(answer)))
}

async fn proceed(
    app: &App,
    open: &OpenRequest,
    signed_in: Option<&SignedIn>,
    just_now: bool,
    consented: bool,
    now: Timestamp,
) -> Result<Next, OpenRequestError> {
    let OpenRequest { id, request, asked_at, session } = open;
    let for_this = just_now || signed_in.is_some_and(|signed_in| *session == Some(signed_in.session.id));
    let input =
        DecisionInput { consented, asked_at: *asked_at, ..decision_input(app, request, signed_in, for_this, now) };
    match (decide_remembering(app, request, input, signed_in).await?, signed_in) {
        (Decision::Refuse(error, why), _) => {
            answer_once(app, open, now).await?;
            Ok(refusal(request, error, why))
        }
        (Decision::Code, Some(signed_in)) => match issue_code(app, Some(*id), request, signed_in, now).await? {
            Some(answer) => Ok(Next::App(Box::new(answer))),
            None => without_code(app, open, now).await,
        },
        (Decision::Deny, _) => Ok(Next::Denied(*id)),
        (Decision::StepUp, Some(signed_in)) => Ok(Next::SignIn(*id, Some(signed_in.session.provider.clone()))),
        (Decision::Consent, Some(signed_in)) => {
            let (id, session) = (*id, signed_in.session.id);
            if just_now {
                app.db.run("remember session", move |conn| store::remember(conn, id, session)).await?;
            }
            Ok(Next::Consent(id))
        }
        _ => Ok(Next::SignIn(*id, only_provider(app, request))),
    }
}

/// Continues if no code was issued, since the request was answered concurrently or the session ended.
async fn without_code(app: &App, open: &OpenRequest, now: Timestamp) -> Result<Next, OpenRequestError> {
    let OpenRequest { id, request, .. } = open;
    let of = *id;
    let row = app.db.run("find authorization request", move |conn| store::find(conn, of)).await?;
    if row.is_none_or(|row| row.answered_at.is_some()) {
        return Err(answered(open));
    }
    if request.prompt.none {
        answer_once(app, open, now).await?;
        return Ok(refusal(request, OAuthError::LoginRequired, "nobody is signed in"));
    }
    Ok(Next::SignIn(*id, only_provider(app, request)))
}

/// Answers the app with an error. Returns the response.
async fn give_up(
    app: &App,
    open: &OpenRequest,
    error: OAuthError,
    description: String,
    now: Timestamp,
) -> Result<AppAnswer, OpenRequestError> {
    answer_once(app, open, now).await?;
    let answer = ErrorAnswer::to(&open.request, error, description);
    Ok(answer.answer(app.config.server.public_url.issuer()))
}

/// Marks the request as answered. Of several concurrent answers one succeeds; the others get [`OpenRequestError::Answered`].
async fn answer_once(app: &App, open: &OpenRequest, now: Timestamp) -> Result<(), OpenRequestError> {
    let id = open.id;
    let is_first = app.db.run("answer authorization request", move |conn| store::answer(conn, id, now)).await?;
    if is_first { Ok(()) } else { Err(answered(open)) }
}

fn answered(open: &OpenRequest) -> OpenRequestError {
    OpenRequestError::Answered(Box::new(ClosedRequest { id: open.id, request: open.request.clone() }))
}
