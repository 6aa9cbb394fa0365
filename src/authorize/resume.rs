//! A request that was written down is looked at again: after a login, and when the person agreed.

use super::answer::{ErrorAnswer, OAuthError};
use super::arrive::{Next, hand_out, refusal, seen, where_to};
use super::decision::{Decision, Seen, decide};
use super::request::AuthorizationRequest;
use super::store::{self, Stored};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::{AuthorizationRequestId, SessionId};
use crate::base::secret::Hashed;
use crate::session::SignedIn;

/// A request that waits for its answer.
pub struct Open {
    /// Its row.
    pub id: AuthorizationRequestId,
    /// What was asked.
    pub request: AuthorizationRequest,
    /// When.
    pub asked_at: Timestamp,
    /// The session that was made for it, if the person has signed in already.
    pub session: Option<SessionId>,
}

/// Why a request is not open to this browser.
#[derive(Debug, thiserror::Error)]
pub enum NotOpen {
    /// No such request.
    #[error("unknown")]
    Unknown,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// It had its answer.
    #[error("answered")]
    Answered,
    /// Another browser brought it.
    #[error("of another browser")]
    WrongBrowser,
    /// The database gave no answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Open {
    pub(super) fn of(app: &App, row: Stored) -> Result<Self, NotOpen> {
        let Stored { id, request, created_at: asked_at, session_id: session, .. } = row;
        let request: AuthorizationRequest = serde_json::from_value(request).map_err(|_| NotOpen::Unknown)?;
        // The client may have left the configuration meanwhile.
        app.clients.get(&request.client_id).ok_or(NotOpen::Unknown)?;
        Ok(Self { id, request, asked_at, session })
    }
}

/// The request of that id, if it is open to the browser with that binding.
pub async fn open(
    app: &App,
    id: AuthorizationRequestId,
    binding: Option<Hashed>,
    now: Timestamp,
) -> Result<Open, NotOpen> {
    // Without a binding it is nobody's, and the database need not be asked.
    let binding = binding.ok_or(NotOpen::WrongBrowser)?;
    let row = app.db.run("find authorization request", move |conn| store::find(conn, id)).await?;
    let row = row.ok_or(NotOpen::Unknown)?;
    let same_browser = row.binding_hash.as_deref().is_some_and(|stored| binding.matches(stored));
    if !same_browser {
        return Err(NotOpen::WrongBrowser);
    }
    if row.answered_at.is_some() {
        return Err(NotOpen::Answered);
    }
    if row.expires_at <= now {
        return Err(NotOpen::Expired);
    }
    Open::of(app, row)
}

/// Goes on with a request. `just_now`: whether the person has just signed in for it.
pub async fn resume(
    app: &App,
    open: &Open,
    signed_in: Option<&SignedIn>,
    just_now: bool,
    now: Timestamp,
) -> Result<Next, DbError> {
    go_on(app, open, signed_in, just_now, false, now).await
}

/// Goes on with a request that the person agreed to.
pub async fn agree(app: &App, open: &Open, signed_in: Option<&SignedIn>, now: Timestamp) -> Result<Next, DbError> {
    go_on(app, open, signed_in, false, true, now).await
}

async fn go_on(
    app: &App,
    open: &Open,
    signed_in: Option<&SignedIn>,
    just_now: bool,
    agreed: bool,
    now: Timestamp,
) -> Result<Next, DbError> {
    let Open { id, request, asked_at, session } = open;
    let for_this = just_now || signed_in.is_some_and(|signed_in| *session == Some(signed_in.session.id));
    let seen = Seen { agreed, asked_at: *asked_at, ..seen(app, request, signed_in, for_this, now) };
    match (decide(request, &seen), signed_in) {
        (Decision::Refuse(error, why), _) => {
            mark_answered(app, *id, now).await?;
            Ok(refusal(app, request, error, why))
        }
        (Decision::Code, Some(signed_in)) => {
            Ok(match hand_out(app, Some(*id), request, signed_in, now).await? {
                Some(url) => Next::App(url),
                // The session ended in this very moment.
                None if request.prompt.none => refusal(app, request, OAuthError::LoginRequired, "nobody is signed in"),
                None => Next::SignIn(*id, where_to(app, request)),
            })
        }
        (Decision::Agree, Some(signed_in)) => {
            let (id, session) = (*id, signed_in.session.id);
            if just_now {
                app.db.run("remember session", move |conn| store::remember(conn, id, session)).await?;
            }
            Ok(Next::Agree(id))
        }
        _ => Ok(Next::SignIn(*id, where_to(app, request))),
    }
}

/// Tells the app that nothing comes of it. The answer is where to send the browser.
pub async fn give_up(
    app: &App,
    open: &Open,
    error: OAuthError,
    description: String,
    now: Timestamp,
) -> Result<String, DbError> {
    mark_answered(app, open.id, now).await?;
    let answer = ErrorAnswer::to(&open.request, error, description);
    Ok(answer.location(app.config.server.public_url.issuer()))
}

async fn mark_answered(app: &App, id: AuthorizationRequestId, now: Timestamp) -> Result<(), DbError> {
    app.db.run("answer authorization request", move |conn| store::answer(conn, id, now)).await
}
