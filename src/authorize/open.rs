//! A stored authorization request that waits for its answer.

use super::request::AuthorizationRequest;
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::{AuthorizationRequestId, SessionId};
use crate::base::secret::Hashed;
use crate::grant::StoredRequest;

/// A stored request that has no answer yet.
pub struct OpenRequest {
    /// The id of its row.
    pub id: AuthorizationRequestId,
    /// The request as it was validated.
    pub request: AuthorizationRequest,
    /// When it was received.
    pub asked_at: Timestamp,
    /// The session of the login that it led to; `None` before that.
    pub session: Option<SessionId>,
}

/// A stored request that this browser cannot continue.
#[derive(Debug)]
pub struct ClosedRequest {
    /// The id of its row.
    pub id: AuthorizationRequestId,
    /// The request as it was validated.
    pub request: AuthorizationRequest,
}

/// Why a request is not open to this browser.
#[derive(Debug, thiserror::Error)]
pub enum OpenRequestError {
    /// There is no such request.
    #[error("unknown")]
    Unknown,
    /// The hour for sign-in and consent has passed.
    #[error("expired")]
    Expired(Box<ClosedRequest>),
    /// It was answered before.
    #[error("answered")]
    Answered(Box<ClosedRequest>),
    /// It belongs to another browser; without the request if the browser has no binding cookie.
    #[error("of another browser")]
    WrongBrowser(Option<Box<ClosedRequest>>),
    /// The database is unavailable.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl OpenRequest {
    pub(super) fn of(app: &App, row: StoredRequest) -> Result<Self, OpenRequestError> {
        let StoredRequest { id, request, created_at: asked_at, session_id: session, .. } = row;
        let request: AuthorizationRequest = serde_json::from_value(request).map_err(|_| OpenRequestError::Unknown)?;
        // The client may have been removed from the configuration meanwhile.
        app.clients.get(&request.client_id).ok_or(OpenRequestError::Unknown)?;
        Ok(Self { id, request, asked_at, session })
    }
}

/// The request with that id, if it has no answer yet and belongs to the browser with that binding.
pub async fn open(
    app: &App,
    id: AuthorizationRequestId,
    binding: Option<Hashed>,
    now: Timestamp,
) -> Result<OpenRequest, OpenRequestError> {
    // A browser without a binding cookie has no request, so no query is needed.
    let binding = binding.ok_or(OpenRequestError::WrongBrowser(None))?;
    let row = app.db.run("find authorization request", move |conn| store::find(conn, id)).await?;
    check(app, row.ok_or(OpenRequestError::Unknown)?, binding, now)
}

/// The stored request, if it has no answer yet and belongs to the browser with that binding.
pub(super) fn check(
    app: &App,
    row: StoredRequest,
    binding: Hashed,
    now: Timestamp,
) -> Result<OpenRequest, OpenRequestError> {
    let same_browser = row.binding_hash.as_deref().is_some_and(|stored| binding.matches(stored));
    let (is_answered, has_expired) = (row.answered_at.is_some(), row.expires_at <= now);
    let open = OpenRequest::of(app, row)?;
    if same_browser && !is_answered && !has_expired {
        return Ok(open);
    }
    let closed = Box::new(ClosedRequest { id: open.id, request: open.request });
    Err(match same_browser {
        false => OpenRequestError::WrongBrowser(Some(closed)),
        true if is_answered => OpenRequestError::Answered(closed),
        true => OpenRequestError::Expired(closed),
    })
}

/// A stored request that a browser wants to begin again.
#[derive(Debug)]
pub enum Repeated {
    /// It may begin again, with these parameters.
    Begins(Box<AuthorizationRequest>),
    /// The app has got its answer; the app may still wait for another one with the same `state`, so none is made.
    Answered(Box<ClosedRequest>),
}

/// The request with that id, for the browser with that binding to begin again. `None` if there is none, for one that was
/// pushed: those parameters are the app's, and it can push them again; and for one of a client by URL, whose document may
/// have changed.
///
/// For another browser than the one that sent the request, the parameters that name a person are left out.
pub async fn repeat(
    app: &App,
    id: AuthorizationRequestId,
    binding: Option<Hashed>,
) -> Result<Option<Repeated>, DbError> {
    let row = app.db.run("find authorization request", move |conn| store::find(conn, id)).await?;
    let Some(row) = row else { return Ok(None) };
    let stored = row.binding_hash.as_deref();
    let is_same_browser = stored.is_some_and(|stored| binding.is_some_and(|binding| binding.matches(stored)));
    let is_answered = row.answered_at.is_some();
    let may_begin = |open: &OpenRequest| !open.request.pushed && open.request.by_url.is_none();
    let open = OpenRequest::of(app, row).ok().filter(may_begin);
    Ok(open.map(|OpenRequest { id, mut request, .. }| {
        if is_answered {
            return Repeated::Answered(Box::new(ClosedRequest { id, request }));
        }
        if !is_same_browser {
            request.login_hint = None;
            request.hinted_user = None;
        }
        Repeated::Begins(Box::new(request))
    }))
}

/// The request with that id, of any browser and in any state; `None` if there is none, or its client is not registered
/// any more.
pub async fn find_closed(app: &App, id: AuthorizationRequestId) -> Result<Option<ClosedRequest>, DbError> {
    let row = app.db.run("find authorization request", move |conn| store::find(conn, id)).await?;
    let open = row.and_then(|row| OpenRequest::of(app, row).ok());
    Ok(open.map(|OpenRequest { id, request, .. }| ClosedRequest { id, request }))
}
